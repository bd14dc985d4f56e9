"""What a store of calls must do, and the rows it keeps.

A turn begins with :meth:`Store.look`, which writes nothing, and ends with :meth:`Store.save`, which writes only if
nobody was faster. What lies between is pure, so that two workers who do it at once do no harm, and one of them is told that it
lost. Before anything that has an effect, an action, :meth:`Store.claim` takes the turn for oneself. No transaction is
open while actions run (SQLite has one writer). So the first arrival at a turn wins; a second one gets the stored
answer, byte for byte; a late one gets the present answer. No body of a request is kept, nor a hash of one: four digits
can be guessed back.

A message is written with the turn that it belongs to and sent afterwards, at most once, by whoever claims it: see
:class:`Message` for its life, and :mod:`ivr.messaging.outbox` for the worker.
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
"""What SQLite calls a database that is no file. It is gone when it is closed, and no other process sees it."""
SEALED_AS = "message"
"""The purpose with which the body of a message is sealed."""
TURN_LEASE = timedelta(seconds=8)
"""How long the claim of a turn holds: longer than a turn takes, and short enough that a retry of Twilio's, which comes
within 15 s, takes over the turn of a worker that died. A worker that comes back after that finds that its claim is lost."""
LEASE = timedelta(seconds=20)
"""How long the claim of a message holds: longer than the request to the carrier."""

RUNS_LIVE = timedelta(hours=1)
"""How long the result of a slow action waits to be taken up: far longer than any call waits for it."""

LONGEST_CALL = timedelta(days=1)
"""How long a call whose end nobody has reported counts as one that goes on: no carrier lets a call last longer."""

FINAL_REPORTS = frozenset({"delivered", "undelivered", "failed"})
"""What a carrier may report of a message after which nothing else can become of it."""


@dataclass(frozen=True, slots=True)
class Free:
    """The turn is awaited and nobody is at it: do what has no effect, and save it with this token."""

    token: int
    session: Session | None
    """None: a new call."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The turn is yours: do it, and save it with this token."""

    token: int
    session: Session | None
    """None: a new call."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The turn was done before, or the call is over: this is the answer to give."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else is doing the turn at this moment: ask again shortly."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such call."""


Look = Free | Answered | Busy | Unknown
Claim = Claimed | Answered | Busy | Unknown


class ClaimLost(Exception):
    """Another worker was faster, or the call was purged; nothing was saved."""


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One event of a call's path, as the record keeps it: never a secret, never raw speech."""

    turn: int
    at: datetime
    node: str
    """Where the call was when it happened; empty before the first node."""
    event: str
    """The event's class name, such as ``DigitsPressed``."""
    keys: str = ""
    """The keys, unless the node asks for a secret."""
    outcome: str = ""
    """How an action or a transfer ended, as :class:`~ivr.engine.events.Result` writes it."""

    @property
    def ended(self) -> Result:
        """What it reports the end of."""
        return Result.parse(self.outcome)


@dataclass(frozen=True, slots=True)
class Message:
    """A text message of a call.

    Its status is one of these; whatever is not ``waiting`` is never sent (again):

    - ``not sent``: there is no carrier to send it with;
    - ``waiting``: until it is due, and while somebody has claimed it;
    - ``sending``: a request for it leaves, or has left; back to ``waiting`` when the carrier did surely not take it;
    - ``sent``: the carrier has taken it; then ``delivered`` or ``undelivered`` if it reports so;
    - ``failed``: it was refused, at once or by a later report;
    - ``expired``: it was of no more use before it could be sent;
    - ``unknown``: a request left and no answer came. A later answer or report can still say what became of it.
    """

    call: str
    to: str
    body: str = field(repr=False)
    """The words; of a sealed message the sealed text, and nothing once it was sent."""
    language: str
    at: datetime
    status: str = "not sent"
    key: str = ""
    """The idempotency key: a second message with it is not kept. Empty: it is kept in any case."""
    sealed: bool = False
    """Whether ``body`` is sealed (with the purpose :data:`SEALED_AS`)."""
    expires: datetime | None = None
    number: int = 0
    """The store's own number of the message; 0 before it is kept."""
    tries: int = 0
    """How many requests for it have begun."""
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
    """One call, for people who look back."""

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
    """Everything that one turn leaves behind, written in one transaction."""

    session: Session
    """Its ``turn`` is already the next one's number; its ``ending`` is set when the call is over."""
    answer: bytes
    at: datetime
    path: Sequence[PathEntry] = ()
    messages: Sequence[Message] = ()
    hotline: str = ""
    urgent: bool = False
    reason: str = ""
    collected_run: str = ""
    """The slow action whose result this turn has taken up: it is forgotten."""
    restarted: bool = False
    """Whether the call began again in this turn, on another version of the menu, because its own is lost."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list; empty fields do not filter."""

    since: datetime | None = None
    until: datetime | None = None
    caller: str = ""
    """The end of the caller's number: ``8000`` finds ``+8613800138000``."""
    ending: str = ""
    hotline: str = ""
    node: str = ""
    """Calls that passed this node."""
    urgent: bool = False
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows a purge forgot."""

    calls: int = 0
    path: int = 0
    messages: int = 0
    voicemails: int = 0
    versions: int = 0
    runs: int = 0


@dataclass(frozen=True, slots=True)
class CallHistory:
    """All that is kept of one call."""

    record: CallRecord
    path: Sequence[PathEntry] = field(default_factory=tuple)
    messages: Sequence[Message] = field(default_factory=tuple)
    voicemails: Sequence[Voicemail] = field(default_factory=tuple)


def with_open_messages(history: CallHistory, seal: Seal) -> CallHistory:
    """Return what is kept of a call with its messages as their recipients read them, unless they were sent and blanked.

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
    """Where calls are kept. Every method is one transaction and may be called from any thread."""

    def look(self, call: str, turn: int, at: datetime) -> Look:
        """Look at a turn of a call, and write nothing.

        It is answered as :meth:`claim` would answer, with ``Free`` where that would say ``Claimed``. The token of a
        ``Free`` turn saves it as long as nobody else has claimed or saved it.
        """

    def claim(self, call: str, turn: int, at: datetime) -> Claim:
        """Take a turn of a call for oneself. Its token is one more than that of the look before it, if nothing happened.

        A call that is not there is created when ``turn`` is 0 (``Claimed`` without a session), and ``Unknown``
        otherwise. A turn that is awaited is ``Claimed``; one that is being done (its lease of :data:`TURN_LEASE` runs) is
        ``Busy``. Any other turn, and any turn of a call that has ended, is
        ``Answered`` with the call's latest answer.
        """

    def save(self, token: int, turn: SavedTurn) -> None:
        """Write a turn. Raises :class:`ClaimLost` when somebody else has claimed or saved it since ``token`` was given.

        A call that was ended meanwhile (the caller hung up) stays ended as it was.
        """

    def end(self, call: str, ending: str, at: datetime) -> None:
        """Note that a call is over and forget its session. An unknown call is ignored.

        The first ending stays, but for one: a conversation with a human (``transferred``) that is reported after the
        hang-up that ended it replaces ``hung_up``. The carrier reports both at nearly the same moment.
        """

    def ended(self, call: str) -> bool:
        """Say whether a call is known to be over."""

    def keep_voicemail(self, voicemail: Voicemail) -> None:
        """Keep a recording; the same URL again only updates it."""

    def keep_run(self, run: str, result: str, messages: Sequence[Message], at: datetime) -> None:
        """Keep the result of a slow action under its idempotency key, and the messages that came of it.

        The first result of a key stays, with its own messages; what comes later is not kept. Results that nobody took
        up are forgotten after :data:`RUNS_LIVE`. A message whose key is
        there already is not kept again, nor is one of a call that was purged meanwhile.
        """

    def run(self, run: str) -> str | None:
        """Return the result of a slow action, or None while it goes on."""

    def claim_messages(self, at: datetime, most: int) -> Sequence[Message]:
        """Take up to ``most`` messages that are due for sending, for :data:`LEASE`, those due longest first.

        Nobody else gets them meanwhile. ``waiting`` messages are due at their time. One that expired becomes
        ``expired`` and is not given; one that was left ``sending`` when its lease ended becomes ``unknown``.
        """

    def mark_sending(self, number: int, at: datetime) -> bool:
        """Note, so that no crash undoes it, that the request for a claimed message leaves now.

        The lease starts anew. False: it must not leave. The lease has ended, the message has expired, or somebody else
        is sending it: of all who ever claimed a message, one at a time is told True.
        """

    def mark_message(
        self, number: int, status: str, *, carrier_id: str = "", error: str = "", due: datetime | None = None
    ) -> None:
        """Note what became of a message for which :meth:`mark_sending` said True.

        ``waiting`` with ``due`` tries it again then; any other status blanks a sealed body. What a report has said
        meanwhile stays; a message that has become ``unknown`` meanwhile can still become ``sent`` or ``failed``.
        """

    def report_message(self, number: int, status: str, *, carrier_id: str = "", error: str = "") -> None:
        """Note what the carrier reports of a message.

        One of :data:`FINAL_REPORTS` is not taken back; any other word (``queued``, ``sending``, ``sent``) says that the
        carrier has it: ``sent``. Reports come in any order, also before the answer to our request. An unknown number,
        and another ``carrier_id`` than the message's, are ignored, as is a report of what never left.
        """

    def keep_version(self, version: str, hotline: str, sources: Mapping[str, str]) -> None:
        """Keep the sources (file name to text) of a menu version under its hash; again is no change."""

    def version(self, version: str) -> Mapping[str, str] | None:
        """Return the sources of a menu version, or None."""

    def calls(self, wanted: CallFilter) -> Sequence[CallRecord]:
        """List calls, the latest first."""

    def call(self, call: str) -> CallHistory | None:
        """Return all that is kept of one call, or None."""

    def purge(self, before: datetime, at: datetime) -> Purged:
        """Forget the calls that started before this time, and what only they used: recordings, menu versions, results.

        A call that still goes on at ``at`` is kept, whenever it started. A call whose end was never reported counts as
        over after :data:`LONGEST_CALL`.
        """

    def count_purgeable(self, before: datetime, at: datetime) -> int:
        """Return how many calls :meth:`purge` would forget."""

    def ping(self) -> None:
        """Raise when the store cannot be used."""

    def close(self) -> None:
        """Let go of files and connections."""
