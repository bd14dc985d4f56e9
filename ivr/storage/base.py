"""What a store of calls must do, and the rows that it keeps.

A turn begins with :meth:`Store.look`, which writes nothing. It ends with :meth:`Store.save`, which writes only if
nobody was faster. What lies between is pure: two workers may do it at once, and one of them learns that it lost.
:meth:`Store.claim` takes the turn before anything that has an effect, such as an action. No transaction is open while
actions run, because SQLite has one writer. So the first request for a turn wins, a second one gets the stored answer,
byte for byte, and a late one gets the present answer. No request body is kept, and no hash of one: four digits are
easily guessed from their hash.

A message is written with its turn and sent afterwards, at most once, by whoever claims it. :class:`Message` describes
its life, and :mod:`ivr.messaging.outbox` sends it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from ivr.engine.events import Result
from ivr.engine.session import Session
from ivr.storage.sealing import Seal

IN_MEMORY = ":memory:"
"""SQLite's name for a database in memory. It ends when it is closed, and no other process sees it."""
SEALED_AS = "message"
"""The purpose with which the body of a message is sealed."""
TURN_LEASE = timedelta(seconds=8)
"""How long the claim of a turn holds. It is longer than a turn takes, and short enough that Twilio's retry, which comes
within 15 s, takes over the turn of a worker that died. If that worker comes back, its claim is lost."""
LEASE = timedelta(seconds=20)
"""How long the claim of a message holds: longer than a request to the carrier takes."""

RUNS_LIVE = timedelta(hours=1)
"""How long the result of a slow action is kept: far longer than any call waits for it."""

LONGEST_CALL = timedelta(days=1)
"""After this time a call counts as over even if nobody has reported its end: no carrier lets a call last longer."""

FINAL_REPORTS = frozenset({"delivered", "undelivered", "failed"})
"""The reports of a carrier after which the status of a message does not change."""


@dataclass(frozen=True, slots=True)
class Free:
    """The turn is awaited, and nobody works on it. Do what has no effect, and save the turn with this token."""

    token: int
    session: Session | None
    """None for a new call."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The turn is yours: do it, and save it with this token."""

    token: int
    session: Session | None
    """None for a new call."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The turn was done before, or the call is over. Give this answer."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Busy:
    """Another worker is doing the turn now. Ask again shortly."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such call."""


Look = Free | Answered | Busy | Unknown
Claim = Claimed | Answered | Busy | Unknown


class ClaimLost(Exception):
    """Another worker was faster, or the call was purged. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One event of a call, as the record keeps it. It holds no secret and no raw speech."""

    turn: int
    at: datetime
    node: str
    """The node that the call was at; empty before the first node."""
    event: str
    """The event's class name, such as ``DigitsPressed``."""
    keys: str = ""
    """The keys, unless the node asks for a secret."""
    outcome: str = ""
    """How an action or a transfer ended, as :class:`~ivr.engine.events.Result` writes it."""

    @property
    def ended(self) -> Result:
        """The action or transfer that ended, with its result."""
        return Result.parse(self.outcome)


@dataclass(frozen=True, slots=True)
class Message:
    """A text message of a call.

    Only a message that is ``waiting`` can be sent. Its status is one of these:

    - ``not sent``: there is no carrier to send it;
    - ``waiting``: it is not due yet, or a worker has claimed it;
    - ``sending``: the request has left. If the carrier certainly did not take it, the message is ``waiting`` again;
    - ``sent``: the carrier has taken it. A report may make it ``delivered`` or ``undelivered``;
    - ``failed``: the carrier refused it, at once or in a later report;
    - ``expired``: it was out of date before it could be sent;
    - ``unknown``: the request left, and no answer came. A later answer or report can still settle it.
    """

    call: str
    to: str
    body: str = field(repr=False)
    """The words, or the sealed text of a sealed message, which is blanked once it is sent."""
    language: str
    at: datetime
    status: str = "not sent"
    key: str = ""
    """The idempotency key: a second message with the same key is not kept. Empty if there is none."""
    sealed: bool = False
    """Whether ``body`` is sealed (with the purpose :data:`SEALED_AS`)."""
    expires: datetime | None = None
    number: int = 0
    """The number of the message in the store; 0 before it is kept."""
    tries: int = 0
    """How many requests were begun for it."""
    carrier_id: str = ""
    """The carrier's identifier (Twilio's MessageSid)."""
    error: str = ""
    """Why it was not sent or delivered, in a few words."""


@dataclass(frozen=True, slots=True)
class Voicemail:
    """A recording that a caller left."""

    call: str
    url: str
    seconds: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call, for people who look back at it."""

    call: str
    hotline: str
    version: str
    caller: str
    language: str
    started: datetime
    ended: datetime | None
    ending: str
    """``completed``, ``transferred``, ``hung_up`` …; empty while the call goes on."""
    turns: int
    urgent: bool = False
    reason: str = ""
    """Why a human was asked for, if one was."""


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """Everything that one turn leaves behind. It is written in one transaction."""

    session: Session
    """Its ``turn`` is the number of the next turn; its ``ending`` is set if the call is over."""
    answer: bytes
    at: datetime
    path: Sequence[PathEntry] = ()
    messages: Sequence[Message] = ()
    hotline: str = ""
    urgent: bool = False
    reason: str = ""
    collected_run: str = ""
    """The slow action whose result this turn has collected; the result is deleted."""
    restarted: bool = False
    """Whether the call started over in this turn, because its version of the menu is lost."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list. An empty field filters nothing."""

    since: datetime | None = None
    until: datetime | None = None
    caller: str = ""
    """The end of the caller's number: ``8000`` finds ``+8613800138000``."""
    ending: str = ""
    hotline: str = ""
    node: str = ""
    """A node that the call passed."""
    urgent: bool = False
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows a purge deleted."""

    calls: int = 0
    path: int = 0
    messages: int = 0
    voicemails: int = 0
    versions: int = 0
    runs: int = 0


@dataclass(frozen=True, slots=True)
class CallHistory:
    """Everything that is kept of one call."""

    record: CallRecord
    path: Sequence[PathEntry] = field(default_factory=tuple)
    messages: Sequence[Message] = field(default_factory=tuple)
    voicemails: Sequence[Voicemail] = field(default_factory=tuple)


def with_open_messages(history: CallHistory, seal: Seal) -> CallHistory:
    """Return the history with its messages as their recipients read them. Messages that were sent are blank.

    Raises :class:`ivr.storage.sealing.BrokenSeal`.
    """
    messages = [
        replace(message, body=seal.open(SEALED_AS, message.body), sealed=False)
        if message.sealed and message.body
        else message
        for message in history.messages
    ]
    return replace(history, messages=tuple(messages))


class Store(Protocol):
    """The place where calls are kept. Every method is one transaction and may be called from any thread."""

    def look(self, call: str, turn: int, at: datetime) -> Look:
        """Look at a turn of a call, and write nothing.

        The answer is that of :meth:`claim`, with ``Free`` in place of ``Claimed``. The token of a ``Free`` turn saves
        it as long as nobody else has claimed or saved it.
        """

    def claim(self, call: str, turn: int, at: datetime) -> Claim:
        """Take a turn of a call. Its token is one more than that of the look before it, if nothing happened in between.

        An unknown call is created if ``turn`` is 0 (``Claimed`` without a session); otherwise it is ``Unknown``. An
        awaited turn is ``Claimed``, or ``Busy`` while somebody's lease (:data:`TURN_LEASE`) runs. Any other turn, and
        any turn of a call that has ended, is ``Answered`` with the latest answer of the call.
        """

    def save(self, token: int, turn: SavedTurn) -> None:
        """Write a turn. Raises :class:`ClaimLost` if somebody else has claimed or saved it since ``token`` was given.

        A call that has ended meanwhile, because the caller hung up, keeps its ending.
        """

    def end(self, call: str, ending: str, at: datetime) -> None:
        """Note that a call is over, and delete its session. An unknown call is ignored.

        The first ending stays, with one exception: ``transferred`` replaces ``hung_up``, because the carrier may
        report a conversation with a human just after the hang-up that ended it.
        """

    def ended(self, call: str) -> bool: ...

    def keep_voicemail(self, voicemail: Voicemail) -> None:
        """Keep a recording. The same URL again updates it."""

    def keep_run(self, run: str, result: str, messages: Sequence[Message], at: datetime) -> None:
        """Keep the result of a slow action under its idempotency key, and the messages that it sends.

        The first result of a key stays, with its messages. Results that nobody collects are deleted after
        :data:`RUNS_LIVE`. A message is not kept if its key is there already, or if its call was purged meanwhile.
        """

    def run(self, run: str) -> str | None:
        """Return the result of a slow action, or None while it runs."""

    def claim_messages(self, at: datetime, most: int) -> Sequence[Message]:
        """Claim up to ``most`` messages that are due, for :data:`LEASE`; those that have been due longest come first.

        Nobody else gets them meanwhile. A message that is out of date becomes ``expired`` and is not returned. One
        that was still ``sending`` at the end of its lease becomes ``unknown``.
        """

    def mark_sending(self, number: int, at: datetime) -> bool:
        """Note that the request for a claimed message leaves now. Not even a crash undoes this.

        The lease begins again. If the result is False, do not send: the lease has ended, the message has expired, or
        somebody else is sending it. Only one worker at a time gets True for a message.
        """

    def mark_message(
        self, number: int, status: str, *, carrier_id: str = "", error: str = "", due: datetime | None = None
    ) -> None:
        """Note what became of a message for which :meth:`mark_sending` returned True.

        ``waiting`` with ``due`` tries it again then; any other status blanks a sealed body. A report that came
        meanwhile stays. A message that became ``unknown`` meanwhile can still become ``sent`` or ``failed``.
        """

    def report_message(self, number: int, status: str, *, carrier_id: str = "", error: str = "") -> None:
        """Note what the carrier reports of a message.

        A status of :data:`FINAL_REPORTS` is final. Any other one (``queued``, ``sending``, ``sent``) means ``sent``.
        Reports come in any order, even before the answer to our request. A report is ignored if the number is
        unknown, if the ``carrier_id`` is not the message's, or if the message never left.
        """

    def keep_version(self, version: str, hotline: str, sources: Mapping[str, str]) -> None:
        """Keep the sources (file name to text) of a menu version under its hash. Again only notes that it is in use."""

    def version(self, version: str) -> Mapping[str, str] | None:
        """Return the sources of a menu version, or None."""

    def calls(self, wanted: CallFilter) -> Sequence[CallRecord]:
        """List calls, the latest first."""

    def call(self, call: str) -> CallHistory | None:
        """Return all that is kept of one call, or None."""

    def purge(self, before: datetime, at: datetime) -> Purged:
        """Delete the calls that started before this time, and the recordings, versions and results that only they used.

        A call that is still going on at ``at`` is kept, whenever it started. A call whose end was never reported
        counts as over after :data:`LONGEST_CALL`.
        """

    def count_purgeable(self, before: datetime, at: datetime) -> int:
        """Return how many calls :meth:`purge` would delete."""

    def ping(self) -> None:
        """Raise an exception if the store cannot be used."""

    def close(self) -> None:
        """Close files and connections."""
