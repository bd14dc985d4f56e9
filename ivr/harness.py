"""Sets up calls to be played in this process: a store in memory, a virtual clock, desks and services as prescribed."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Generic

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.builtin import ACTIONS
from ivr.actions.perform import perform
from ivr.actions.registry import ActionRegistry
from ivr.app import Application, build_application
from ivr.calls.action_results import Actions
from ivr.calls.hotline_loader import load_tree, registry_for
from ivr.calls.line import DeskAnswer, DirectLine, Line, VirtualClock
from ivr.calls.turns import Perform
from ivr.calls.worker_pool import ActionRun, JobResult
from ivr.config import Settings
from ivr.engine.callers import first_language
from ivr.engine.commands import Gather
from ivr.engine.events import Event
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.explore.samples import ACCOUNT, Samples
from ivr.menu.language.http_services import Service
from ivr.menu.language.suggestions import did_you_mean, one_of
from ivr.menu.tree import Tree
from ivr.replay.replay import OpenEnvironment, ReplayEnvironment
from ivr.storage.base import CallHistory, with_open_messages
from ivr.written.choices import NotOffered, key_of
from ivr.written.model import At, GivenOutcome, WrittenCall
from ivr.written.runner import BadCall, CallHarness, moment


@dataclass(slots=True)
class Faults:
    """What goes wrong with actions, or how they end."""

    down: Collection[str] = ()
    slow: Mapping[str, float] = field(default_factory=dict)
    """Seconds that an action takes."""
    outcomes: Mapping[str, Sequence[GivenOutcome]] = field(default_factory=dict)
    """How each run of an action ends, instead of asking its service. The last outcome repeats."""
    samples: Samples | None = None
    """Example values for the results of these outcomes. Required if there are any."""
    runs: Counter[str] = field(default_factory=Counter)

    def perform(
        self, name: str, services: Services, request: ActionRequest, actions: Actions = ACTIONS
    ) -> ActionResult:
        """Run an action, unless its service is down or its outcome is given."""
        if name in self.down:
            return ActionResult("unavailable")
        given = self.outcomes.get(name)
        if not given:
            return perform(name, services, request, actions)
        self.runs[name] += 1
        assert self.samples is not None
        return as_given(self.samples, name, given[min(self.runs[name], len(given)) - 1], request)


def as_given(samples: Samples, action: str, given: GivenOutcome, request: ActionRequest) -> ActionResult:
    """Return the result of an action whose outcome is given, with example values."""
    outcome, values = (given, {}) if isinstance(given, str) else next(iter(given.items()))
    declared = samples.tree.contracts[action].all_outcomes()[outcome]
    known = {name: samples.typed(name, text) for name, text in values.items() if name in declared.tells}
    found = values.get("account") or request.account or request.caller or ACCOUNT
    return ActionResult(
        outcome,
        {**samples.results(declared)[0], **known},
        account=found if declared.finds_account else None,
        text_to=(request.account or request.caller or ACCOUNT) if declared.texts is not None else "",
        secrets=samples.secrets(declared),
    )


@dataclass(slots=True)
class VirtualWorkerPool:
    """Actions on a virtual clock. A slow action runs at once; its result is delivered when its time comes."""

    clock: VirtualClock
    faults: Faults
    late: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    """The deliveries that are due later, with their times."""
    real: bool = False
    """Whether the seconds that a job really takes pass on this clock too."""

    def start(self, job: Callable[[], JobResult], name: str) -> ActionRun[JobResult]:
        began = time.monotonic()
        with ThreadPoolExecutor(1) as thread:  # as on a server: what one thread alone can use fails here, too
            result = thread.submit(job).result()
        took = self.faults.slow.get(name, 0) + self.real * (time.monotonic() - began)
        return _VirtualRun(self, result, self.clock.now + timedelta(seconds=took))

    def pass_time(self, seconds: float) -> None:
        """Advance the clock, and deliver what is due."""
        self.clock.advance(seconds)
        due = [tell for at, tell in self.late if at <= self.clock.now]
        self.late = [(at, tell) for at, tell in self.late if at > self.clock.now]
        for tell in due:
            tell()

    def close(self) -> None:
        """Deliver everything, as a server does when it shuts down."""
        self.clock.now = max([self.clock.now, *(at for at, _ in self.late)])
        self.pass_time(0)


@dataclass(frozen=True, slots=True)
class _VirtualRun(Generic[JobResult]):
    runs: VirtualWorkerPool
    result: JobResult
    ends: datetime

    def wait(self, seconds: float) -> JobResult | None:
        left = (self.ends - self.runs.clock.now).total_seconds()
        self.runs.pass_time(max(min(left, seconds), 0))
        return self.result if left <= seconds else None

    def when_done(self, tell: Callable[[JobResult], None]) -> None:
        self.runs.late.append((self.ends, lambda: tell(self.result)))


def slow_down(application: Application, clock: VirtualClock, faults: Faults, *, real: bool = False) -> None:
    """Run an application's actions on a virtual clock. With ``real``, the time that they take passes there too."""
    application.switchboard.action_runner = runs = VirtualWorkerPool(clock, faults, real=real)
    application.switchboard.wait = runs.pass_time
    application.switchboard.seconds = lambda: clock.now.timestamp()  # noqa: PLW0108 - the clock goes on


Seen = Callable[[Session, Event, Turn], None]
"""Observes each step of a call: the session before it, the event, and the turn."""


@dataclass(slots=True)
class CallMonitor:
    """What can be seen of the current call."""

    node: str = ""
    secret: bool = False
    seen: Seen | None = None
    session: Session | None = None
    tree: Tree | None = None

    def __call__(self, turn: Turn, event: Event) -> None:
        session = turn.session
        if self.seen:
            same = self.session is not None and self.session.call == session.call
            before = self.session if same else None
            self.seen(before or Session(session.call, session.version, session.started), event, turn)
        self.node, self.session, self.tree = session.node, session, turn.tree
        self.secret = any(isinstance(command, Gather) and command.secret for command in turn.commands)

    def key_of(self, option: str) -> str:
        """Return the key of an option where the call waits. Raises ``NotOffered``."""
        if self.tree is None or self.session is None:
            raise NotOffered("the call has not begun")
        return key_of(self.tree, self.session, option)


NOBODY = "+8613900000000"
"""The caller of a hotline that names no sample callers."""


def first_caller(application: Application, language: str = "") -> str:
    """Return the number of the first sample caller, or :data:`NOBODY`.

    With a ``language``, prefer one whose country speaks it: the menu may know the language of the others better.
    """
    hotline = application.hotline
    callers, tree = hotline.actions_module.sample_callers(hotline.folder), hotline.current()
    speakers = (each for each in callers if language and first_language(tree, each) == language)
    return next(speakers, next(iter(callers), NOBODY))


def sample_callers(folder: Path, tree: Tree | None) -> Sequence[str]:
    """Return a hotline's sample callers, without opening it. Raises ``BadFile``, ``MenuBroken``."""
    return () if tree is None else registry_for(folder, tree).module.sample_callers(folder)


def caller_of(number: str | None, application: Application) -> str:
    """Return the caller of a written call: the first sample caller by default, empty if the number is withheld."""
    if number is None:
        return first_caller(application)
    return "" if number == "withheld" else number


def check_names(call: WrittenCall, tree: Tree) -> None:
    """Raise ``BadCall`` if a written call names something that the hotline lacks. It would prove nothing."""
    nodes = [step.node for step in call.steps if isinstance(step, At)]
    for kind, names, known in (
        ("desk", call.desks, numbers(tree)),
        ("action", [*call.unavailable, *call.slow, *call.outcomes], tree.contracts),
        ("node", nodes, tree.nodes),
    ):
        for name in names:
            if name not in known:
                raise BadCall(f"there is no {kind} `{name}`; {did_you_mean(name, known)}")
    if call.language not in {None, *tree.languages}:
        raise BadCall(f"the hotline does not speak `{call.language}`; {one_of(tree.languages)}")
    for action, given in call.outcomes.items():
        outcomes = tree.contracts[action].all_outcomes()
        for each in given if isinstance(given, list) else [given]:
            outcome, values = (each, {}) if isinstance(each, str) else next(iter(each.items()))
            if outcome not in outcomes:
                raise BadCall(f"`{action}` has no outcome `{outcome}`; {did_you_mean(outcome, outcomes)}")
            results = [*outcomes[outcome].tells, *(["account"] if outcomes[outcome].finds_account else [])]
            for name in values:
                if name not in results:
                    raise BadCall(
                        f"`{outcome}` of `{action}` tells no `{name}`; {did_you_mean(name, results)}"
                    )


def faults_of(call: WrittenCall, samples: Samples | None) -> Faults:
    """Return the faults that a written call asks for. Its ``outcomes:`` need the menu's samples."""
    outcomes = {name: given if isinstance(given, list) else [given] for name, given in call.outcomes.items()}
    return Faults(call.unavailable, call.slow, outcomes, samples)


def numbers(tree: Tree) -> dict[str, str]:
    """Return the number of each desk, by the name that written calls use. A callee that is no desk is called by its name."""
    callees = filter(None, (node.callee for node in tree.nodes.values()))
    return {name: name for name in callees} | {name: desk.number for name, desk in tree.desks.items()}


def numbers_of(tree: Tree, desks: Mapping[str, DeskAnswer]) -> dict[str, DeskAnswer]:
    """Return each desk's answer by its number instead of its name."""
    known = numbers(tree)
    return {known[name]: answer for name, answer in desks.items()}


def call_sid(tree: Tree, draw: Callable[[int], str] = secrets.token_hex) -> str:
    """Return the identifier of a new call, or an empty text where the line numbers its own calls.

    Idempotency keys begin with it. Services keep their answers under these keys, so no two runs may use the same ones.
    """
    return f"CA{draw(16)}" if tree.asks_services else ""


def _without_settings(tree: Tree, unasked: Collection[str]) -> Tree:
    """Return a menu in which these actions need no settings of their services, which are not asked."""
    nobody = Service(url="https://nobody.invalid")
    services = {
        name: replace(each, service=nobody) for name, each in tree.services.items() if name in unasked
    }
    return replace(tree, services={**tree.services, **services}) if services else tree


@dataclass(slots=True)
class DirectHarnesses:
    """Makes harnesses in this process. Each call has its own application, so that no call affects the next."""

    folder: Path
    tree: Tree | None = None
    seen: Seen | None = None
    registry: ActionRegistry | None = None
    """Actions to use instead of those that the folder names; else those of the first call serve all."""
    draw: Callable[[int], str] = secrets.token_hex
    """Returns so many random bytes in hexadecimal."""
    _samples: Samples | None = None

    def __call__(self, call: WrittenCall) -> CallHarness:
        self.tree = tree = self.tree or load_tree(self.folder)
        check_names(call, tree)
        if call.outcomes:
            self._samples = self._samples or Samples(tree)
        faults = faults_of(call, self._samples)
        application = build_application(
            self.folder,
            Settings(database_url="memory://"),
            perform=faults.perform,
            tree=_without_settings(tree, {*call.outcomes, *call.unavailable}),
            registry=self.registry,
        )
        self.registry = application.hotline.registry  # read once
        clock = VirtualClock(moment(call, tree.timezone))
        slow_down(application, clock, faults)
        watch = CallMonitor(seen=self.seen)
        application.switchboard.observers.append(watch)
        answers = numbers_of(tree, call.desks)

        def ring(number: str | None) -> Line:
            return DirectLine(
                application.switchboard,
                clock,
                caller_of(number, application),
                call=call_sid(tree, self.draw),
                desk_answers=lambda desk: answers.get(desk, "answered"),
                language=call.language or "",
            )

        return harness_of(application, ring, call, watch)


def harness_of(
    application: Application, ring: Callable[[str | None], Line], call: WrittenCall, watch: CallMonitor
) -> CallHarness:
    """Return the harness of a written call on the switchboard of ``application``."""
    return CallHarness(
        ring(call.from_),
        lambda: watch.node,
        lambda name: history_of(application, name),
        lambda: watch.secret,
        watch.key_of,
        application.close,
        lambda number: ring(call.from_ if number == "again" else number),
        seconds=lambda: application.switchboard.seconds(),  # noqa: PLW0108 - what tells the time may be set later
    )


def history_of(application: Application, call: str) -> CallHistory | None:
    """Return a call from the store, with its messages as their recipients read them."""
    history = application.store.call(call)
    return with_open_messages(history, application.services.seal) if history else None


def at_moment(text: str, tree: Tree) -> datetime:
    """Return a moment that was typed, in the hotline's time zone. Raises ``ValueError``."""
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=tree.timezone)


def open_environment(folder: Path, tree: Tree) -> OpenEnvironment:
    """Return a function that opens an environment for replays of this menu, each with its own store in memory."""

    def opened(perform: Perform, slow: dict[str, float]) -> ReplayEnvironment:
        application = build_application(
            folder, Settings(database_url="memory://"), perform=perform, tree=tree
        )
        clock = VirtualClock(datetime.now(tree.timezone))
        slow_down(application, clock, Faults(slow=slow))
        return ReplayEnvironment(application.switchboard, application.store, clock, application.close)

    return opened
