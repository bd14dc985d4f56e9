"""What a store of calls must do, and the rows it keeps.

A turn begins with :meth:`Store.look`, which writes nothing, and ends with :meth:`Store.save`, which writes only if
nobody was faster. What lies between is pure, so that two who do it at once do no harm, and one of them is told that he
lost. Before anything that has an effect, an action, :meth:`Store.claim` takes the turn for oneself. No transaction is
open while actions run (SQLite has one writer). So the first arrival at a turn wins; a second one gets the stored
answer, byte for byte; a late one gets the present answer. No body of a request is kept, nor a hash of one: four digits
can be guessed back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from ivr.engine.session import Session

LEASE = timedelta(seconds=20)
"""How long a claim holds: longer than the 15 s that Twilio waits, so that a crashed worker's turn can be taken over."""


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
    """How an action or a transfer ended: ``withdrawal_limits: ok``."""


@dataclass(frozen=True, slots=True)
class Message:
    """A text message of a call."""

    call: str
    to: str
    body: str
    language: str
    at: datetime
    status: str = "not sent"


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


@dataclass(frozen=True, slots=True)
class CallHistory:
    """All that is kept of one call."""

    record: CallRecord
    path: Sequence[PathEntry] = field(default_factory=tuple)
    messages: Sequence[Message] = field(default_factory=tuple)
    voicemails: Sequence[Voicemail] = field(default_factory=tuple)


class Store(Protocol):
    """Where calls are kept. Every method is one transaction and may be called from any thread."""

    def look(self, call: str, turn: int, at: datetime) -> Look:
        """Look at a turn of a call, and write nothing.

        It is answered as :meth:`claim` would answer, with ``Free`` where that would say ``Claimed``. The token of a
        ``Free`` turn saves it as long as nobody else has claimed or saved it.
        """
        ...

    def claim(self, call: str, turn: int, at: datetime) -> Claim:
        """Take a turn of a call for oneself. Its token is one more than that of the look before it, if nothing happened.

        A call that is not there is created when ``turn`` is 0 (``Claimed`` without a session), and ``Unknown``
        otherwise. A turn that is awaited is ``Claimed``; one that is being done (its lease of :data:`LEASE` runs) is
        ``Busy``. Any other turn, and any turn of a call that has ended, is
        ``Answered`` with the call's latest answer.
        """
        ...

    def save(self, token: int, turn: SavedTurn) -> None:
        """Write a turn. Raises :class:`ClaimLost` when somebody else has claimed or saved it since ``token`` was given.

        A call that was ended meanwhile (the caller hung up) stays ended as it was.
        """
        ...

    def end(self, call: str, ending: str, at: datetime) -> None:
        """Note that a call is over and forget its session. An unknown call is ignored.

        The first ending stays, but for one: a conversation with a human (``transferred``) that is reported after the
        hang-up that ended it replaces ``hung_up``. The carrier reports both at nearly the same moment.
        """
        ...

    def ended(self, call: str) -> bool:
        """Say whether a call is known to be over."""
        ...

    def keep_voicemail(self, voicemail: Voicemail) -> None:
        """Keep a recording; the same URL again only updates it."""
        ...

    def keep_version(self, version: str, hotline: str, sources: Mapping[str, str]) -> None:
        """Keep the sources (file name to text) of a menu version under its hash; again is no change."""
        ...

    def version(self, version: str) -> Mapping[str, str] | None:
        """Return the sources of a menu version, or None."""
        ...

    def calls(self, wanted: CallFilter) -> Sequence[CallRecord]:
        """List calls, the latest first."""
        ...

    def call(self, call: str) -> CallHistory | None:
        """Return all that is kept of one call, or None."""
        ...

    def purge(self, before: datetime) -> Purged:
        """Forget the calls that started before this time, and the menu versions that no call uses any more."""
        ...

    def ping(self) -> None:
        """Raise when the store cannot be used."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
