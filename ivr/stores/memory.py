"""Calls in this process's memory: the store of the simulator and of tests, gone when the process ends.

It keeps every promise of the others, and saves a session as the same JSON, so that what could not be saved for good
cannot be saved here either.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ivr.engine.session import Session
from ivr.stores.base import (
    LEASE,
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
    messages: list[Message] = field(default_factory=list)

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
    """A :class:`~ivr.stores.base.Store` without a file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[str, _Call] = {}
        self._voicemails: dict[str, Voicemail] = {}
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
            kept.leased = now + LEASE
            return Claimed(kept.token, kept.saved())

    def save(self, token: int, turn: SavedTurn) -> None:
        """Write a turn, or raise ``ClaimLost`` and write nothing."""
        session = turn.session
        text = "" if session.ending else session.to_json()
        started, at = _utc(session.started), _utc(turn.at)
        path = [replace(entry, at=_utc(entry.at)) for entry in turn.path]
        messages = [replace(message, at=_utc(message.at)) for message in turn.messages]
        with self._lock:
            if token == 0 and session.call not in self._calls:
                self._calls[session.call] = _Call(session.call, started)
            kept = self._calls.get(session.call)
            if kept is None or kept.token != token:
                raise ClaimLost(f"turn before {session.turn} of call {session.call}")
            kept.token += 1
            kept.turn, kept.leased, kept.answer = session.turn, None, turn.answer
            kept.started, kept.version = started, session.version
            kept.caller, kept.language = session.caller, session.language
            kept.hotline = turn.hotline or kept.hotline
            kept.reason = turn.reason or kept.reason
            kept.urgent = turn.urgent or kept.urgent
            kept.path.extend(path)
            kept.messages.extend(messages)
            if session.ending:
                kept.end(session.ending, at)
            elif kept.ended is None:
                kept.session = text

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
            return CallHistory(kept.record(), tuple(kept.path), tuple(kept.messages), tuple(voicemails))

    def purge(self, before: datetime) -> Purged:
        """Forget the calls that started before this time, and what only they used."""
        with self._lock:
            old = [kept for kept in self._calls.values() if kept.started < before]
            for kept in old:
                del self._calls[kept.call]
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
            )

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


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise TypeError("a time without a zone says nothing")
    return at.astimezone(UTC)
