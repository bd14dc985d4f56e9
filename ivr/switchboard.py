"""One turn of one call: claim, load, step, run actions, step, save. Every channel comes through here.

The store is asked twice, in two short transactions, and none is open while actions run. What a channel answers is
rendered once and saved with the turn; whoever asks for the same turn again gets the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from ivr.actions import CONTRACTS, perform
from ivr.actions.base import Asked, Finished, Services
from ivr.engine.commands import Command, RunAction, SendText, Transfer, nest
from ivr.engine.events import (
    ActionFinished,
    CallerHungUp,
    CallStarted,
    Event,
    LimitReached,
    RecordingEnded,
    TransferEnded,
    TroubleStruck,
)
from ivr.engine.record import public_keys, public_outcome
from ivr.engine.session import Session
from ivr.engine.step import EndlessMenu, step
from ivr.hotline import Hotline
from ivr.logs import masked, place_of
from ivr.menu.tree import Tree
from ivr.stores import (
    Answered,
    Busy,
    Claimed,
    ClaimLost,
    Message,
    PathEntry,
    SavedTurn,
    Store,
    Unknown,
    Voicemail,
)

MAX_ACTIONS = 20
"""Actions that one turn may run: more is a loop that the checks did not see."""
GRACE_TURNS = 20
GRACE_SECONDS = 300
"""What a call may still use after its bound, for the human or the voicemail, before it ends."""

Render = Callable[[Session, Sequence[Command]], bytes]
"""Turns commands into a channel's answer; the session is the one that is saved with it."""
Perform = Callable[[str, Services, Asked], Finished]

log = structlog.get_logger(__name__)


class StillBusy(Exception):
    """Another worker has been doing this turn for longer than we can wait."""


@dataclass(slots=True)
class Switchboard:
    """Connects calls with their menus."""

    hotline: Hotline
    store: Store
    services: Services
    desk_numbers: Mapping[str, str] = field(default_factory=dict)
    """Numbers from the environment, over those in the tree; by desk."""
    perform: Perform = perform
    wait: Callable[[float], None] = time.sleep
    patience: float = 10.0
    """Seconds that a second arrival waits for the first one's answer."""
    watch: Callable[[Session, Event, Sequence[Command]], None] | None = None
    """Told every step as it happens, for the simulator's trace."""

    def turn(self, call: str, number: int, event: Event, start: CallStarted, render: Render) -> bytes:
        """Take a call one turn further and return the channel's answer.

        ``start`` begins the call when it is new, or unknown at a later turn. Raises :class:`StillBusy`, and whatever
        a broken store raises; every other trouble becomes an apology and a human.
        """
        claim = self._claim(call, number, event.at)
        match claim:
            case Answered(answer=answer):
                return answer
            case Claimed(session=None):
                return self._answer(claim.token, self._new(call, start), start, render)
            case Claimed(session=Session() as session):
                return self._answer(claim.token, session, event, render)
        log.warning("call starts over", call=call, turn=number)
        return self.turn(call, 0, start, start, render)

    def hang_up(self, call: str, at: datetime) -> None:
        """Note that the caller is gone. Nothing new begins after this; what is under way is finished."""
        self.store.end(call, "hung_up", at)
        log.info("call over", call=call)

    def keep_voicemail(self, call: str, url: str, seconds: int, at: datetime) -> None:
        """Keep a recording, whether or not the call goes on."""
        self.store.keep_voicemail(Voicemail(call, url, seconds, at))

    def _claim(self, call: str, number: int, at: datetime) -> Answered | Claimed | Unknown:
        """Claim a turn, waiting while somebody else does it."""
        waited = 0.0
        while isinstance(claim := self.store.claim(call, number, at + timedelta(seconds=waited)), Busy):
            if waited >= self.patience:
                raise StillBusy(call)
            self.wait(0.02)
            waited += 0.02
        return claim

    def _new(self, call: str, start: CallStarted) -> Session:
        tree = self.hotline.current()
        log.info("call", call=call, caller=masked(start.caller), hotline=tree.name, version=tree.version)
        return Session(call, tree.version, start.at, start.caller, start.called, language=tree.languages[0])

    def _answer(self, token: int, session: Session, event: Event, render: Render) -> bytes:
        tree = self.hotline.version(session.version)
        work = _Work(self, tree, session)
        try:
            work.take(_bounded(tree, session, event))
        except Exception as error:  # noqa: BLE001 - the one place: a caller is never dropped
            place = place_of(error)  # not the exception itself: its text may hold what the caller typed
            log.error("turn failed", call=session.call, node=session.node, **place)  # noqa: TRY400
            work = _Work(self, tree, session, path=work.path)
            work.take(TroubleStruck(event.at))
        return self._save(token, tree, work, event.at, render)

    def _save(self, token: int, tree: Tree, work: _Work, at: datetime, render: Render) -> bytes:
        session = work.session
        session.turn += 1
        commands = [self._number(command) for command in nest(work.commands)]
        transfer = next((command for command in commands if isinstance(command, Transfer)), None)
        answer = render(session, commands)
        saved = SavedTurn(
            session,
            answer,
            at,
            path=work.path,
            messages=[
                Message(session.call, command.to, command.body, command.language, at)
                for command in commands
                if isinstance(command, SendText)
            ],
            hotline=tree.name,
            urgent=bool(transfer and transfer.urgent),
            reason=transfer.reason if transfer else "",
        )
        try:
            self.store.save(token, saved)
        except ClaimLost:
            claim = self._claim(session.call, session.turn - 1, at)
            if isinstance(claim, Answered):
                return claim.answer
            raise
        return answer

    def _number(self, command: Command) -> Command:
        """Put the environment's number of a desk over the tree's."""
        if isinstance(command, Transfer) and command.desk in self.desk_numbers:
            return replace(command, number=self.desk_numbers[command.desk])
        return command


@dataclass(slots=True)
class _Work:
    """A turn while it is done: steps and actions until the call waits for somebody."""

    board: Switchboard
    tree: Tree
    session: Session
    commands: list[Command] = field(default_factory=list)
    path: list[PathEntry] = field(default_factory=list)

    def take(self, event: Event) -> None:
        for run in range(1, MAX_ACTIONS + 1):
            self._step(event)
            last = self.commands[-1] if self.commands else None
            if not isinstance(last, RunAction):
                return
            self.commands.pop()
            event = self._run(last, run, event.at)
        raise EndlessMenu(f"more than {MAX_ACTIONS} actions in one turn")

    def _step(self, event: Event) -> None:
        before = self.session
        keys, outcome = public_keys(self.tree, before, event), public_outcome(event)
        entry = PathEntry(before.turn, event.at, before.node, type(event).__name__, keys, outcome)
        self.path.append(entry)
        self.session, commands = step(self.tree, before, event)
        self.commands += commands
        if self.board.watch:
            self.board.watch(self.session, event, commands)

    def _run(self, wanted: RunAction, run: int, at: datetime) -> Event:
        session, board = self.session, self.board
        if board.store.ended(session.call):
            return CallerHungUp(at)
        asked = Asked(
            key=f"{session.call}/{session.turn}/{run}",
            at=at.astimezone(self.tree.timezone),
            language=session.language,
            caller=session.caller,
            account=session.account,
            level=session.level,
            inputs=wanted.inputs,
        )
        finished = board.perform(wanted.action, board.services, asked)
        outcome = CONTRACTS[wanted.action].all_outcomes()[finished.outcome]
        return ActionFinished(
            at, wanted.action, finished.outcome, finished.results, finished.account, outcome.raises
        )


def _bounded(tree: Tree, session: Session, event: Event) -> Event:
    """Return the event, or the one that says that the call has used up its turns or seconds."""
    if isinstance(event, CallStarted | CallerHungUp | TransferEnded | RecordingEnded):
        return event
    turns = session.turn - tree.limits.turns
    seconds = (event.at - session.started).total_seconds() - tree.limits.seconds
    if max(turns, seconds) < 0:
        return event
    if not session.limited:
        return LimitReached(event.at)
    if turns >= GRACE_TURNS or seconds >= GRACE_SECONDS:
        return LimitReached(event.at, hard=True)
    return event
