"""One turn of one call: look, step, run actions, step, save. Every channel comes through here.

A turn is claimed before its first action. A turn without actions is written once. No transaction is open while
actions run. The answer of a channel is rendered once and saved with the turn, so that a repeated request gets the
same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from structlog.contextvars import bound_contextvars

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.builtin import ACTIONS
from ivr.actions.perform import perform
from ivr.calls.action_results import Actions, finished_event, opened, sealed, texts_of
from ivr.calls.served_hotline import ServedHotline
from ivr.calls.worker_pool import ActionRunner, WorkerPool
from ivr.engine import events
from ivr.engine.commands import Command, RunAction, SendText, Transfer, nest
from ivr.engine.recognition import breaks_off
from ivr.engine.redaction import public_keys
from ivr.engine.session import Session
from ivr.engine.step import EndlessMenu, happen
from ivr.engine.turn import Turn
from ivr.logs import BoundedLog, masked, origin_of
from ivr.menu.language.contract import Times
from ivr.menu.tree import Tree
from ivr.storage.base import (
    LATE,
    SEALED_AS,
    Answered,
    Busy,
    Claimed,
    ClaimLost,
    Free,
    Message,
    PathEntry,
    SavedTurn,
    Unknown,
    Voicemail,
)
from ivr.storage.deadline import ANSWER_WITHIN, seconds_gone, seconds_left
from ivr.storage.faults import DatabaseBusy
from ivr.storage.sqlite import SqliteStore

MAX_ACTIONS = 20
"""Actions that one turn may run: more means a loop that the checks have missed."""
POLL_EVERY, POLL_WAITS = 0.05, 0.3
"""Seconds between two looks at a slow action, and how long one request waits for it. The wait is short, because it holds
a thread of the server, and the next request comes in a few seconds."""
ANOTHER_SENTENCE = 2.0
"""Seconds that it takes to say "please wait" again. If less is left, the request waits for the end."""
AT_LEAST = 0.1
"""Seconds that every action gets, even after another one that took all the time of the webhook."""
SAVES_WITHIN = 0.5
"""Seconds of a webhook's time that no action and no poll gets: the turn must still be rendered and saved."""
NOTICEABLE = timedelta(seconds=0.5)
"""A turn that begins so much later than its webhook came has a time of its own."""
REPORTS_TRIED_FOR = 120.0
REPORT_PAUSE = 0.5
"""For how many seconds, and how often, a report that the carrier makes once is written again while the store is busy."""
GRACE_TURNS = 20
GRACE_SECONDS = 300
"""What a call may use beyond its limit, for the human or the voicemail, before it ends."""

Render = Callable[[Session, Sequence[Command]], bytes]
"""Turns commands into the answer of a channel. The session is the one that is saved with it."""
Perform = Callable[[str, Services, ActionRequest, Actions], ActionResult]

log = structlog.get_logger(__name__)


class StillBusy(Exception):
    """Another worker is busy with this turn for longer than we can wait."""


@dataclass(slots=True)
class Switchboard:
    """Connects calls with their menus."""

    hotline: ServedHotline
    store: SqliteStore
    services: Services
    desk_numbers: Mapping[str, str] = field(default_factory=dict)
    """Numbers of desks from the environment, which replace those in the tree."""
    perform: Perform = perform
    actions_of: Callable[[Tree], Actions] = lambda _tree: ACTIONS
    """Returns the actions that a menu version may run: ours, and the HTTP services that it declares."""
    action_runner: ActionRunner = field(default_factory=WorkerPool)
    sends: bool = False
    """Whether a carrier sends the messages; otherwise they are kept as ``not sent``."""
    wake: Callable[[], None] = lambda: None
    """Called when there is a new message to send."""
    wait: Callable[[float], None] = time.sleep
    seconds: Callable[[], float] = time.monotonic
    """Measures how long a webhook has waited."""
    patience: float = ANSWER_WITHIN
    """Seconds that a repeated request waits for the answer of the first one, if no deadline is nearer."""
    bounded: BoundedLog = field(default_factory=BoundedLog)
    """For what many callers at once can make happen."""
    observers: list[Callable[[Turn, events.Event], None]] = field(default_factory=list)
    """Called at every step, for the simulator's trace and the coverage of written calls. None of them can break a call."""

    def take_turn(
        self, call: str, number: int, event: events.Event, start: events.CallStarted, render: Render
    ) -> bytes:
        """Advance a call by one turn and return the channel's answer.

        ``start`` begins the call if it is new, or if it is unknown at a later turn. Raises :class:`StillBusy`, and
        any exception of a broken store. Every other trouble becomes an apology and a transfer to a human.
        """
        with bound_contextvars(call=call):  # for every line of the log that is written meanwhile
            return self._take_turn(call, number, event, start, render)

    def _take_turn(
        self, call: str, number: int, event: events.Event, start: events.CallStarted, render: Render
    ) -> bytes:
        look, waited = self._await_turn(call, number, event.at)
        # A worker died in this turn, and its claim is over only now; or the store was busy. A claim must not begin in
        # the past, or it would end too early.
        late, begin = timedelta(seconds=max(waited, seconds_gone())), start
        if waited or late > NOTICEABLE:
            event, begin = replace(event, at=event.at + late), replace(start, at=start.at + late)
        match look:
            case Answered(answer=answer):
                if event.connected and self.store.ended(call):
                    # The end of a conversation may be reported after the hang-up that ended it.
                    self.store.end(call, "transferred", event.at)
                return answer
            case Free(token=token, session=None):
                return self._process_turn(token, self._new_session(call, begin), begin, begin, render)
            case Free(token=token, session=Session() as session):
                return self._process_turn(token, session, event, begin, render)
        log.warning("call starts over", turn=number)
        return self._take_turn(call, 0, start, start, render)

    def hang_up(self, call: str, at: datetime) -> None:
        """Note that the caller is gone. Nothing new begins after this; a running action is finished."""
        self._write_report(lambda: self.store.end(call, "hung_up", at), "hang-up")
        log.info("call over", call=call)

    def keep_voicemail(self, call: str, url: str, seconds: int, at: datetime) -> None:
        """Keep a recording, whether or not the call goes on."""
        voicemail = Voicemail(call, url, seconds, at)
        self._write_report(lambda: self.store.keep_voicemail(voicemail), "voicemail")

    def report_message(self, number: int, status: str, *, carrier_id: str, error: str) -> None:
        """Note what became of a text message."""

        def write() -> None:
            self.store.report_message(number, status, carrier_id=carrier_id, error=error)

        self._write_report(write, "message")

    def _write_report(self, write: Callable[[], None], what: str) -> None:
        """Write what the carrier reports once. If the store is busy for too long, it is written later.

        Then another thread tries, so that the carrier gets its answer in time and nothing is lost.
        """
        try:
            write()
        except DatabaseBusy:
            name = f"report of a {what}"
            if self.action_runner.start(lambda: self._write_later(write, what), name) is None:
                log.error("report lost", report=what)  # noqa: TRY400 - its text may hold a secret

    def _write_later(self, write: Callable[[], None], what: str) -> None:
        try:
            self._keep_trying(write)
        except Exception as error:  # noqa: BLE001 - in a thread of its own: there is nobody to tell
            log.error("report lost", report=what, **origin_of(error))  # noqa: TRY400 - its text may hold a secret

    def _keep_trying(self, write: Callable[[], None]) -> None:
        """Write in a thread that nobody waits for: while the store is busy, again and again."""
        ends = self.seconds() + REPORTS_TRIED_FOR
        while True:
            try:
                return write()
            except DatabaseBusy:
                if self.seconds() > ends:
                    raise
            self.wait(REPORT_PAUSE)

    def _await_turn(self, call: str, number: int, at: datetime) -> tuple[Answered | Free | Unknown, float]:
        """Look at a turn. While somebody else is busy with it, wait; also return for how many seconds."""
        waited, began = 0.0, self.seconds()
        while isinstance(look := self.store.look(call, number, at + timedelta(seconds=waited)), Busy):
            if waited >= self.patience or not seconds_left(self.patience):
                raise StillBusy(call)
            self.wait(0.02)
            # A busy machine takes longer for each look; what counts is when the claim really ends.
            waited = max(waited + 0.02, self.seconds() - began)
        return look, waited

    def _new_session(self, call: str, start: events.CallStarted) -> Session:
        tree = self.hotline.current()
        log.info("call", caller=masked(start.caller), hotline=tree.name, version=tree.version)
        return Session(call, tree.version, start.at, start.caller, start.called)

    def _process_turn(
        self, token: int, session: Session, event: events.Event, start: events.CallStarted, render: Render
    ) -> bytes:
        tree = self.hotline.version(session.version)
        restarted = tree.version != session.version
        if restarted:
            event = replace(start, language=start.language or session.language)
            session = _begun_again(session, tree)
        work = _Turn(self, tree, session, token, restarted)
        try:
            done = self._advance_or_apologise(work, _bounded(tree, session, event), render)
            self.store.save(work.token, done)
        except ClaimLost:
            return self._answer_of_winner(session.call, session.turn, event.at)
        self._note_messages(done.messages)
        return done.answer

    def _advance_or_apologise(self, work: _Turn, event: events.Event, render: Render) -> SavedTurn:
        """Do a turn. If it breaks, apologise and try a human; if the menu's way to a human breaks too, say goodbye."""
        try:
            return self._advance_call(work, event, render)
        except ClaimLost:
            raise
        except Exception as error:  # noqa: BLE001 - the one place: a caller is never dropped
            _note_trouble(work, error)
        try:
            return self._advance_call(work, events.InternalError(event.at), render)
        except Exception as error:  # noqa: BLE001 - as above
            _note_trouble(work, error)
        work.session = replace(work.session, human_tried=True)
        return self._advance_call(work, events.InternalError(event.at), render)

    def _answer_of_winner(self, call: str, number: int, at: datetime) -> bytes:
        """Return the answer of the worker that was faster at this turn. Raises ClaimLost if there is none."""
        look, _ = self._await_turn(call, number, at)
        if isinstance(look, Answered):
            return look.answer
        raise ClaimLost(f"turn {number} of call {call}")

    def _advance_call(self, work: _Turn, event: events.Event, render: Render) -> SavedTurn:
        """Advance the call until it waits for somebody, and return what to save."""
        work.advance_until_waiting(event)
        session = work.session.copy()
        session.turn += 1
        commands = [self._number(command) for command in nest(work.commands)]
        return SavedTurn(
            session,
            render(session, commands),
            event.at,
            path=work.path,
            messages=self._messages(session.call, commands, event.at),
            hotline=work.tree.name,
            urgent=session.urgent,
            reason=session.reason,
            collected_run=work.collected_run,
            restarted=work.restarted,
        )

    def _messages(self, call: str, commands: Sequence[Command], at: datetime) -> list[Message]:
        """Return the messages among the commands, as they are kept. Those with secrets are sealed."""
        return [
            Message(
                call,
                command.to,
                self.services.seal.seal(SEALED_AS, command.body) if command.secret else command.body,
                command.language,
                at,
                "waiting" if self.sends else "not sent",
                key=command.key,
                sealed=command.secret,
                expires=command.expires,
            )
            for command in commands
            if isinstance(command, SendText)
        ]

    def _note_messages(self, messages: Sequence[Message]) -> None:
        """Wake the sender of the messages, or log those that nobody sends, so that none is lost silently."""
        for message in messages:
            if message.status == "not sent":
                log.warning("message not sent", call=message.call, to=masked(message.to))
        if messages and self.sends:
            self.wake()

    def _keep_late_result(self, tree: Tree, session: Session, event: events.ActionFinished) -> None:
        """Keep the result and the message of an action that took longer than its turn.

        The next poll of the call collects the result, in whichever process. The caller may have hung up or gone to a
        human by then. What they confirmed is done all the same, so the message is kept here. If the poll sends the
        same message, it is kept once.
        """
        texts = texts_of(tree, session, event)
        try:
            messages = self._messages(session.call, texts, event.at)
            result = sealed(self.services.seal, event)
            ended = PathEntry(session.turn, event.at, session.node, LATE, "", str(event.ended))

            def keep() -> None:
                self.store.keep_run(event.key, result, messages, event.at)
                self.store.keep_late(session.call, ended)

            self._keep_trying(keep)
            log.info("action ended late", call=session.call, action=event.action, outcome=event.outcome)
            self._note_messages(messages)
        except Exception as error:  # noqa: BLE001 - in a thread of its own: there is nobody to tell
            log.error(  # noqa: TRY400 - as above
                "late result lost", call=session.call, action=event.action, **origin_of(error)
            )

    def _number(self, command: Command) -> Command:
        """Replace the desk's number in the tree by that of the environment."""
        if isinstance(command, Transfer) and command.desk in self.desk_numbers:
            return replace(command, number=self.desk_numbers[command.desk])
        return command


@dataclass(slots=True)
class _Turn:
    """A turn in progress: steps and actions until the call waits for somebody."""

    switchboard: Switchboard
    tree: Tree
    session: Session
    """The session after the last step that went well."""
    token: int
    restarted: bool
    """Whether the call starts over, because its version of the menu is lost."""
    claimed: bool = False
    commands: list[Command] = field(default_factory=list)
    path: list[PathEntry] = field(default_factory=list)
    runs: int = 0
    """How many actions this turn has run. The count goes on after a trouble, because it is part of their keys."""
    waited: float = 0.0
    """Seconds that this webhook has waited. All its actions together have the time of one."""
    collected_run: str = ""
    """The key of the slow action whose result this turn has collected."""

    def advance_until_waiting(self, event: events.Event) -> None:
        """Advance the call. Words from before a trouble are dropped, but its text messages are still sent."""
        self.commands = [command for command in self.commands if isinstance(command, SendText)]
        event = self._resolve_running_action(event)
        for _ in range(MAX_ACTIONS):
            self._apply_event(event)
            last = self.commands[-1]
            if not isinstance(last, RunAction):
                return
            self.commands.pop()
            event = self._run_action(last, event.at)
            if self.switchboard.store.ended(self.session.call):
                self._record_event(event)  # the action is done and sends its message; nothing new begins
                self.commands += texts_of(self.tree, self.session, event)
                event = events.CallerHungUp(event.at)
        raise EndlessMenu(f"more than {MAX_ACTIONS} actions in one turn")

    def _apply_event(self, event: events.Event) -> None:
        self._record_event(event)
        turn = happen(self.tree, self.session, event)
        self.path[-1] = replace(self.path[-1], passed=tuple(turn.visited))
        self.session = turn.session
        self.commands += turn.commands
        for observer in self.switchboard.observers:
            try:
                observer(turn, event)
            except Exception as error:  # noqa: BLE001 - whatever it is, the call goes on
                log.error("observer failed", **origin_of(error))  # noqa: TRY400 - without its text

    def _record_event(self, event: events.Event) -> None:
        """Add an event to the path of the call."""
        session = self.session
        keys, outcome = public_keys(self.tree, session, event), str(event.ended)
        kind = type(event).__name__
        self.path.append(PathEntry(session.turn, event.at, session.node, kind, keys, outcome))
        log.debug("event", turn=session.turn, node=session.node, event_kind=kind, outcome=outcome)

    def _run_action(self, wanted: RunAction, at: datetime) -> events.ActionFinished | events.ActionGoesOn:
        """Run an action. If it does not end in time, it goes on without this turn."""
        session, switchboard, tree = self.session, self.switchboard, self.tree
        if not self.claimed:
            self._claim(at)
        self.runs += 1
        asked = self._action_request(wanted, at)
        actions = switchboard.actions_of(tree)
        times = tree.times.get(wanted.action, Times())

        def job() -> ActionResult:
            with bound_contextvars(call=session.call):
                return switchboard.perform(wanted.action, switchboard.services, asked, actions)

        run = switchboard.action_runner.start(job, wanted.action)
        if run is None:
            switchboard.bounded.error("no room for an action", action=wanted.action)
            return finished_event(wanted.action, asked.key, ActionResult("unavailable"), actions, at)
        began = switchboard.seconds()
        longest = min(times.wait, times.give_up)
        left = max(longest - self.waited, min(longest, AT_LEAST))
        finished = run.wait(max(seconds_left(left + SAVES_WITHIN) - SAVES_WITHIN, 0))
        self.waited += switchboard.seconds() - began
        if finished is not None:
            return finished_event(wanted.action, asked.key, finished, actions, at)

        def keep(late: ActionResult) -> None:
            ended = at + timedelta(seconds=switchboard.seconds() - began)
            event = finished_event(wanted.action, asked.key, late, actions, ended)
            switchboard._keep_late_result(tree, session, event)  # noqa: SLF001 - a turn is a part of its switchboard

        run.when_done(keep)
        log.info("action goes on", action=wanted.action)
        return events.ActionGoesOn(at, asked.key)

    def _action_request(self, wanted: RunAction, at: datetime) -> ActionRequest:
        session = self.session
        return ActionRequest(
            key=f"{session.call}/{session.turn}/{self.runs}",
            at=at.astimezone(self.tree.timezone),
            language=session.language,
            caller=session.caller,
            account=session.account,
            level=session.level,
            inputs=wanted.inputs,
            message_limits=self.tree.declared.texts,
        )

    def _resolve_running_action(self, event: events.Event) -> events.Event:
        """Return what a request means while an action runs: it asks whether the action has ended.

        Only a hang-up, or the key for a human, means something else. A result that came too late is ``unavailable``.
        """
        session, switchboard = self.session, self.switchboard
        if not session.running or isinstance(
            event, events.CallerHungUp | events.LimitReached | events.InternalError
        ):
            return event
        if breaks_off(self.tree, session, event):
            return event
        action = self.tree.nodes[session.node].action
        assert action is not None  # or nothing would be running
        times = self.tree.times.get(action, Times())
        # A clock that was set back must not prolong the waiting.
        session.running_since = min(session.running_since or event.at, event.at)
        left = times.give_up - (event.at - session.running_since).total_seconds()
        switchboard.wait(0)  # a clock of a test that stands still between requests lets actions end here
        result = switchboard.store.run(session.running)
        longest, waited = POLL_WAITS if left > ANOTHER_SENTENCE else min(left, times.wait), 0.0
        while result is None and waited < seconds_left(longest + SAVES_WITHIN) - SAVES_WITHIN:
            switchboard.wait(POLL_EVERY)
            waited += POLL_EVERY
            result = switchboard.store.run(session.running)
        self.waited = waited
        if result is not None:
            self.collected_run = session.running
            return opened(switchboard.services.seal, result, event.at)
        if left - waited > ANOTHER_SENTENCE:
            return events.ActionGoesOn(event.at, session.running)
        log.error("action too slow", action=action)
        return finished_event(
            action, session.running, ActionResult("unavailable"), switchboard.actions_of(self.tree), event.at
        )

    def _claim(self, at: datetime) -> None:
        """Claim the turn before anything happens in the world, so that it happens once.

        Raises :class:`ClaimLost` if somebody was faster, or if the caller has hung up.
        """
        claim = self.switchboard.store.claim(self.session.call, self.session.turn, at)
        if not isinstance(claim, Claimed) or claim.token != self.token + 1:
            raise ClaimLost(f"turn {self.session.turn} of call {self.session.call}")
        self.token, self.claimed = claim.token, True


def _begun_again(session: Session, tree: Tree) -> Session:
    """Return the session of a call that starts over in another version of the menu, because its own is lost."""
    begun = Session(session.call, tree.version, session.started, session.caller, session.called)
    begun.language, begun.rate, begun.turn = session.language, session.rate, session.turn
    begun.human_tried, begun.limited = session.human_tried, session.limited
    return begun


def _note_trouble(work: _Turn, error: Exception) -> None:
    """Log where an exception came from. Its text may hold what the caller typed, and stays out.

    The step has noted the node at fault, which the call may only have passed.
    """
    tree, notes = work.tree, getattr(error, "__notes__", ())
    node = next((note for note in notes if note in tree.nodes), work.session.node)
    place = f"{tree.files[node]}:{tree.lines[node]}" if node in tree.lines else ""
    log.error("turn failed", node=node, place=place, **origin_of(error))


def _bounded(tree: Tree, session: Session, event: events.Event) -> events.Event:
    """Return the event, or the one that says that the call has used up its turns or seconds.

    Reports of a desk or a recording are still followed up, but not for ever: two desks could pass a caller to and
    fro.
    """
    session.started = min(session.started, event.at)  # a clock that was set back prolongs no call
    turns = session.turn - tree.limits.turns
    seconds = (event.at - session.started).total_seconds() - tree.limits.seconds
    if isinstance(event, events.CallStarted | events.CallerHungUp) or event.connected:
        return event
    if event.outlives_limits:
        return events.LimitReached(event.at, hard=True) if turns >= GRACE_TURNS else event
    if max(turns, seconds) < 0:
        return event
    if not session.limited:
        return events.LimitReached(event.at)
    if turns >= GRACE_TURNS or seconds >= GRACE_SECONDS:
        return events.LimitReached(event.at, hard=True)
    return event
