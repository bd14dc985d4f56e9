"""What is kept of calls, and how their turns are kept apart.

A turn begins with :meth:`SqliteStore.look`, which writes nothing. It ends with ``save``, which writes only if nobody
was faster. What lies between is pure: two workers may do it at once, and one of them learns that it lost.
``claim`` takes the turn before anything that has an effect, such as an action. No transaction is open while
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

LONGEST_PAUSE = timedelta(minutes=5)
"""The longest time between two tries of a message, whatever the carrier says."""
CLOCKS_DIFFER = timedelta(seconds=10)
"""By how much two times of the same moment may differ: a webhook that has waited for the store still has the time of its
arrival. A stored time that lies further ahead than it can was written before the clock was set back. For example, a
lease of eight seconds that ends in a day holds nobody up."""

RUNS_LIVE = timedelta(hours=1)
"""How long the result of a slow action is kept: far longer than any call waits for it."""

LONGEST_CALL = timedelta(days=1)
"""After this time a call counts as over even if nobody has reported its end: no carrier lets a call last longer."""

LATE = "LateResult"
"""The kind of entry that is written when an action ends after its turn."""

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
    passed: tuple[str, ...] = ()
    """The nodes that the call entered after the event, in order; the last is where it waits."""

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
class PublishedMenu:
    """What the servers of a hotline's folder serve."""

    version: str
    """The version of the menu that new calls begin with."""
    recordings: Mapping[str, str] = field(default_factory=dict)
    """The published names of the recorded prompts."""
    bulletins: str = ""
    """The text of ``bulletins.yaml`` that was good last."""
    code: str = ""
    """The name of the hotline's Python module, signed, so that the database alone can choose no code."""
    digest: str = ""
    """Of the content of the folder that was looked at last."""
    problem: str = ""
    """What is wrong with the folder, in a line that anybody may read; empty if all of it is served."""


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
    """A node that the call passed, or where it waited."""
    urgent: bool = False
    failed: bool = False
    """Calls in which our own machinery failed."""
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
    late: Sequence[PathEntry] = field(default_factory=tuple)
    """How actions ended that went on after their turn. If the call went on, its path has the end too."""


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
