"""Calls in this process's memory: the store of the simulator and of tests, gone when the process ends.

It keeps every promise of the others, and saves a session as the same JSON, so that what could not be saved for good
cannot be saved here either.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from ivr.engine.session import Session
from ivr.storage.base import (
    FINAL_REPORTS,
    LEASE,
    RUNS_LIVE,
    TURN_LEASE,
    Answered,
    Busy,
    CallFilter,
    CallHistory,
    CallRecord,
    Claim,
    Claimed,
    ClaimLost,
    Free,
    Look,
    Message,
    PathEntry,
    Purged,
    SavedTurn,
    Unknown,
    Voicemail,
)


@dataclass(slots=True)
class _Kept:
    """A message, and when it is somebody's turn to send it."""

    message: Message
    due: datetime
    leased: datetime | None = None
    """Until when it, or the request for it, is somebody's."""

    def is_leased(self, now: datetime) -> bool:
        """Say whether it is somebody's."""
        return self.leased is not None and now < self.leased

    def is_due(self, now: datetime) -> bool:
        """Say whether somebody should look after it now."""
        is_open = self.message.status in ("waiting", "sending")
        return is_open and self.due <= now and not self.is_leased(now)

    def has_expired(self, now: datetime) -> bool:
        """Say whether it is of no more use."""
        return self.message.expires is not None and self.message.expires <= now

    def claim(self, now: datetime) -> bool:
        """Claim it if it is still to be sent; note why, if it is not."""
        if self.message.status == "sending":
            self._become("unknown")
        elif self.has_expired(now):
            self._become("expired")
        else:
            self.leased = now + LEASE
            return True
        return False

    def begin(self, now: datetime) -> bool:
        """Note that the request leaves, if it may."""
        if self.message.status != "waiting" or not self.is_leased(now) or self.has_expired(now):
            return False
        self._become("sending", tries=self.message.tries + 1)
        self.leased = now + LEASE
        return True

    def settle(self, status: str, carrier_id: str, error: str, due: datetime | None) -> None:
        """Note what the request came to, unless a report was faster."""
        present = self.message.status
        if present == "sending" or (present == "unknown" and status in ("sent", "failed")):
            self._become(status, carrier_id=carrier_id, error=error)
            self.due, self.leased = due or self.due, None

    def report(self, status: str, carrier_id: str, error: str) -> None:
        """Note what the carrier says of it, unless it has said its last word."""
        left = self.message.tries > 0 and self.message.status in ("waiting", "sending", "sent", "unknown")
        known_id = self.message.carrier_id or carrier_id
        if left and carrier_id in ("", known_id):
            self._become(status if status in FINAL_REPORTS else "sent", carrier_id=known_id, error=error)

    def _become(self, status: str, **fields: Any) -> None:
        """Take on another status. Sealed words are kept only as long as they may have to be sent."""
        if self.message.sealed and status not in ("waiting", "sending"):
            fields["body"] = ""
        self.message = replace(self.message, status=status, **fields)


@dataclass(slots=True)
class _Call:
    call: str
    started: datetime
    turn: int = 0
    token: int = 0
    leased: datetime | None = None
    """Until when the turn is somebody's."""
    ended: datetime | None = None
    ending: str = ""
    hotline: str = ""
    version: str = ""
    caller: str = ""
    language: str = ""
    urgent: bool = False
    reason: str = ""
    session: str = ""
    answer: bytes = b""
    path: list[PathEntry] = field(default_factory=list)
    messages: list[_Kept] = field(default_factory=list)

    def end(self, ending: str, at: datetime) -> None:
        """Note how the call ended, unless that is known; its session is of no more use."""
        if self.ended is None:
            self.ending, self.ended = ending, at
        elif (self.ending, ending) == ("hung_up", "transferred"):
            self.ending = ending
        self.session = ""

    def saved(self) -> Session | None:
        """Return the session, or None for a new call."""
        return Session.from_json(self.session) if self.session else None

    def refusal(self, turn: int, now: datetime) -> Answered | Busy | Unknown | None:
        """Say why a turn of the call cannot be done now. None: it can."""
        if self.ended is not None:
            return Answered(self.answer)
        if turn == self.turn:
            return Busy() if self.leased is not None and now < self.leased else None
        return Answered(self.answer) if self.answer else Unknown()

    def record(self) -> CallRecord:
        """Return what people see of the call."""
        return CallRecord(
            call=self.call,
            hotline=self.hotline,
            version=self.version,
            caller=self.caller,
            language=self.language,
            started=self.started,
            ended=self.ended,
            ending=self.ending,
            turns=self.turn,
            urgent=self.urgent,
            reason=self.reason,
        )

    def is_wanted(self, wanted: CallFilter) -> bool:
        """Say whether a filter lets the call through; ``until`` itself is outside."""
        return (
            (wanted.since is None or self.started >= wanted.since)
            and (wanted.until is None or self.started < wanted.until)
            and self.caller.endswith(wanted.caller)
            and wanted.ending in ("", self.ending)
            and wanted.hotline in ("", self.hotline)
            and (self.urgent or not wanted.urgent)
            and (not wanted.node or any(entry.node == wanted.node for entry in self.path))
        )


@dataclass(frozen=True, slots=True)
class _Version:
    hotline: str
    sources: Mapping[str, str]


class MemoryStore:
    """A :class:`~ivr.storage.base.Store` without a file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[str, _Call] = {}
        self._voicemails: dict[str, Voicemail] = {}
        self._messages: dict[int, _Kept] = {}  # by number
        self._keys: set[str] = set()  # of messages
        self._last_number = 0
        self._runs: dict[str, tuple[datetime, str]] = {}
        self._versions: dict[str, _Version] = {}  # the last of a hotline is the one that it is on

    def look(self, call: str, turn: int, at: datetime) -> Look:
        """Look at a turn of a call."""
        now = _utc(at)
        with self._lock:
            kept = self._calls.get(call)
            if kept is None:
                return Unknown() if turn else Free(0, None)
            return kept.refusal(turn, now) or Free(kept.token, kept.saved())

    def claim(self, call: str, turn: int, at: datetime) -> Claim:
        """Take a turn of a call for oneself."""
        now = _utc(at)
        with self._lock:
            if turn == 0:
                self._calls.setdefault(call, _Call(call, started=now))
            kept = self._calls.get(call)
            if kept is None:
                return Unknown()
            refused = kept.refusal(turn, now)
            if refused is not None:
                return refused
            kept.token += 1
            kept.leased = now + TURN_LEASE
            return Claimed(kept.token, kept.saved())

    def save(self, token: int, turn: SavedTurn) -> None:
        """Write a turn, or raise ``ClaimLost`` and write nothing."""
        session = turn.session
        text = "" if session.ending else session.to_json()
        started, at = _utc(session.started), _utc(turn.at)
        path = [replace(entry, at=_utc(entry.at)) for entry in turn.path]
        messages = [_message(message) for message in turn.messages]
        with self._lock:
            if token == 0 and session.call not in self._calls:
                self._calls[session.call] = _Call(session.call, started)
            kept = self._calls.get(session.call)
            if kept is None or kept.token != token:
                raise ClaimLost(f"turn before {session.turn} of call {session.call}")
            kept.token += 1
            self._runs.pop(turn.taken_run, None)
            kept.turn, kept.leased, kept.answer = session.turn, None, turn.answer
            kept.started, kept.version = started, session.version
            kept.caller, kept.language = session.caller, session.language
            kept.hotline = turn.hotline or kept.hotline
            kept.reason = turn.reason or kept.reason
            kept.urgent = turn.urgent or kept.urgent
            kept.path.extend(path)
            self._keep(messages)
            if session.ending:
                kept.end(session.ending, at)
            elif kept.ended is None:
                kept.session = text

    def _keep(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.call not in self._calls or message.key in self._keys:
                continue
            self._keys |= {message.key} - {""}
            self._last_number += 1
            kept = _Kept(replace(message, number=self._last_number), due=message.at)
            self._messages[self._last_number] = kept
            self._calls[message.call].messages.append(kept)

    def end(self, call: str, ending: str, at: datetime) -> None:
        """Note that a call is over; its session is of no more use and is dropped."""
        now = _utc(at)
        with self._lock:
            if call in self._calls:
                self._calls[call].end(ending, now)

    def ended(self, call: str) -> bool:
        """Say whether a call is known to be over."""
        with self._lock:
            return call in self._calls and self._calls[call].ended is not None

    def keep_voicemail(self, voicemail: Voicemail) -> None:
        """Keep a recording; the same URL again only updates it."""
        kept = replace(voicemail, at=_utc(voicemail.at))
        with self._lock:
            self._voicemails[voicemail.url] = kept

    def keep_run(self, run: str, result: str, messages: Sequence[Message], at: datetime) -> None:
        """Keep the result of a slow action with its messages, unless one is kept already."""
        now, texts = _utc(at), [_message(message) for message in messages]
        with self._lock:
            self._runs = {key: kept for key, kept in self._runs.items() if kept[0] > now - RUNS_LIVE}
            if run not in self._runs:
                self._runs[run] = now, result
                self._keep(texts)

    def run(self, run: str) -> str | None:
        """Return the result of a slow action, or None while it goes on."""
        with self._lock:
            return self._runs[run][1] if run in self._runs else None

    def claim_messages(self, at: datetime, most: int) -> Sequence[Message]:
        """Take messages that are due."""
        now = _utc(at)
        with self._lock:
            due = [kept for kept in self._messages.values() if kept.is_due(now)]
            due.sort(key=lambda kept: (kept.due, kept.message.number))
            return [kept.message for kept in islice((kept for kept in due if kept.claim(now)), most)]

    def mark_sending(self, number: int, at: datetime) -> bool:
        """Note that a request leaves."""
        now = _utc(at)
        with self._lock:
            return number in self._messages and self._messages[number].begin(now)

    def mark_message(
        self, number: int, status: str, *, carrier_id: str = "", error: str = "", due: datetime | None = None
    ) -> None:
        """Note what became of a message."""
        then = None if due is None else _utc(due)
        with self._lock:
            if number in self._messages:
                self._messages[number].settle(status, carrier_id, error, then)

    def report_message(self, number: int, status: str, *, carrier_id: str = "", error: str = "") -> None:
        """Note what the carrier reports of a message."""
        with self._lock:
            if number in self._messages:
                self._messages[number].report(status, carrier_id, error)

    def keep_version(self, version: str, hotline: str, sources: Mapping[str, str]) -> None:
        """Keep the sources of a menu version; again only notes that the hotline is on it now."""
        with self._lock:
            kept = self._versions.pop(version, None) or _Version(hotline, dict(sources))
            self._versions[version] = kept

    def version(self, version: str) -> Mapping[str, str] | None:
        """Return the sources of a menu version, or None."""
        with self._lock:
            kept = self._versions.get(version)
            return dict(kept.sources) if kept else None

    def calls(self, wanted: CallFilter) -> Sequence[CallRecord]:
        """List calls, the latest first; ``until`` itself is outside."""
        with self._lock:
            found = [kept.record() for kept in reversed(self._calls.values()) if kept.is_wanted(wanted)]
        found.sort(key=lambda record: record.started, reverse=True)
        return found[: wanted.limit]

    def call(self, call: str) -> CallHistory | None:
        """Return all that is kept of one call, or None."""
        with self._lock:
            kept = self._calls.get(call)
            if kept is None:
                return None
            voicemails = [voicemail for voicemail in self._voicemails.values() if voicemail.call == call]
            voicemails.sort(key=lambda voicemail: (voicemail.at, voicemail.url))
            messages = tuple(each.message for each in kept.messages)
            return CallHistory(kept.record(), tuple(kept.path), messages, tuple(voicemails))

    def purge(self, before: datetime) -> Purged:
        """Forget the calls that started before this time, and what only they used."""
        with self._lock:
            old = [kept for kept in self._calls.values() if kept.started < before]
            for kept in old:
                del self._calls[kept.call]
                self._forget(kept.messages)
            runs = [run for run, (at, _) in self._runs.items() if at < before]
            for run in runs:
                del self._runs[run]
            names = {kept.call for kept in old}
            voicemails = [
                url
                for url, voicemail in self._voicemails.items()
                if voicemail.call in names or (voicemail.at < before and voicemail.call not in self._calls)
            ]
            for url in voicemails:
                del self._voicemails[url]
            versions = self._idle_versions()
            for version in versions:
                del self._versions[version]
            return Purged(
                calls=len(old),
                path=sum(len(kept.path) for kept in old),
                messages=sum(len(kept.messages) for kept in old),
                voicemails=len(voicemails),
                versions=len(versions),
                runs=len(runs),
            )

    def _forget(self, messages: Sequence[_Kept]) -> None:
        for kept in messages:
            del self._messages[kept.message.number]
            self._keys.discard(kept.message.key)

    def _idle_versions(self) -> list[str]:
        """Return the versions that no call uses and that the next call of their hotline will not begin with."""
        used = {kept.version for kept in self._calls.values()}
        present = {kept.hotline: version for version, kept in self._versions.items()}
        used.update(present.values())
        return [version for version in self._versions if version not in used]

    def ping(self) -> None:
        """Memory can always be used."""

    def close(self) -> None:
        """There is nothing to let go of."""


def _message(message: Message) -> Message:
    expires = None if message.expires is None else _utc(message.expires)
    return replace(message, at=_utc(message.at), expires=expires)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise TypeError("a time without a zone says nothing")
    return at.astimezone(UTC)
