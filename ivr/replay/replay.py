"""Plays a recorded call against today's menu, and finds where it differs.

The switchboard gets the recorded events at their recorded times. Actions do not run; they end as they did then. Secrets
and the results of actions are not recorded, so examples stand for them. If one example leads elsewhere, the others are
tried: only what no example can explain is a difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.calls.action_results import Actions
from ivr.calls.line import VirtualClock
from ivr.calls.turns import Perform, Switchboard
from ivr.engine.commands import Command, Gather, Hangup, Record
from ivr.engine.events import CALLERS_EVENTS, CallStarted, Event, NoInput, RecordingEnded, TransferEnded
from ivr.engine.session import Session
from ivr.explore.samples import ACCOUNT, Samples, as_text
from ivr.menu.language.nodes import WaitsFor
from ivr.menu.tree import Tree
from ivr.replay.call_log import CallerInput, RecordedCall, RecordedTurn
from ivr.storage.base import PathEntry
from ivr.storage.sqlite import SqliteStore
from ivr.written.model import GivenOutcome

MOST_REPLAYS = 300
"""The most replays that try other examples."""


@dataclass(slots=True)
class ReplayEnvironment:
    """A switchboard with a store and a clock of its own, for one replay."""

    switchboard: Switchboard
    store: SqliteStore
    clock: VirtualClock
    close: Callable[[], None]


OpenEnvironment = Callable[[Perform, dict[str, float]], ReplayEnvironment]
"""Opens an environment that runs actions with a function. The table says how many seconds each one takes."""


@dataclass(slots=True)
class Choices:
    """Chooses the examples, in the order in which they are needed."""

    wanted: Sequence[int] = ()
    """Which example to take at each point; beyond the end, the first."""
    offered: list[int] = field(default_factory=list)
    """How many examples there were at each point."""

    def take(self, count: int) -> int:
        """Return which of ``count`` examples to take."""
        place = len(self.offered)
        self.offered.append(count)
        return min(self.wanted[place], count - 1) if place < len(self.wanted) else 0


@dataclass(frozen=True, slots=True)
class EventPair:
    """One recorded event beside today's."""

    recorded: PathEntry | None
    today: PathEntry | None

    @property
    def turn(self) -> int:
        """The number of the turn, by the record if it has the event."""
        either = self.recorded or self.today
        return either.turn if either else 0

    @property
    def same(self) -> bool:
        """Whether both are the same event at the same node. Words count as the keys that they meant."""
        return _essence(self.recorded) == _essence(self.today)


def _essence(entry: PathEntry | None) -> tuple[str, str, str] | None:
    if entry is None:
        return None
    kind = "DigitsPressed" if entry.event == "SpeechHeard" else entry.event
    return entry.node, kind, entry.outcome


@dataclass(slots=True)
class ReplayResult:
    """A recorded call beside today's."""

    recorded: RecordedCall
    pairs: list[EventPair] = field(default_factory=list)
    typed: list[tuple[RecordedTurn, Event]] = field(default_factory=list)
    """What was done in each turn."""
    ending: str = ""
    """How the call ends today; empty if it still waits."""
    node: str = ""
    """Where it is then."""
    language: str = ""
    """The language that it speaks then."""
    ends: dict[str, list[GivenOutcome]] = field(default_factory=dict)
    """The outcomes of each action in this replay, with the values that differ from the usual examples."""
    strange: dict[str, None] = field(default_factory=dict)
    """Actions with more runs than were recorded, or with a recorded outcome that does not exist today."""

    @property
    def first(self) -> int | None:
        """The index of the first pair that differs."""
        return next((place for place, pair in enumerate(self.pairs) if not pair.same), None)

    @property
    def ends_alike(self) -> bool:
        """Whether both end in the same way, as far as the record says."""
        record = self.recorded.history.record
        return bool(self.recorded.broken_at) or not record.ending or record.ending == self.ending

    @property
    def same(self) -> bool:
        return self.first is None and self.ends_alike

    @property
    def speaks_alike(self) -> bool:
        """Whether both end in the same language. What an account has on file is not recorded, and may have decided it."""
        return self.recorded.history.record.language in {"", self.language}

    @property
    def matched(self) -> tuple[bool, int, bool]:
        """A measure of how long both are the same: first in the same language, since the ways of another prove nothing."""
        return self.speaks_alike, len(self.pairs) if self.first is None else self.first, self.ends_alike


def replay(call: RecordedCall, tree: Tree, open_environment: OpenEnvironment) -> ReplayResult:
    """Replay a call with the examples that keep it the same for longest."""
    samples = Samples(tree)
    performer = CallerInput(tree, samples)

    def tried(wanted: Sequence[int]) -> tuple[ReplayResult, list[int]]:
        choices = Choices(wanted)
        return _Replay(call, tree, performer, samples, choices).play(open_environment), choices.offered

    best, offered = tried(())
    wanted, left = [0] * len(offered), MOST_REPLAYS
    while not (best.same and best.speaks_alike) and left > 0:
        for other in _others(wanted, offered):
            left -= 1
            found, now_offered = tried(other)
            if found.matched > best.matched:
                best, offered = found, now_offered
                wanted = [*other, *[0] * (len(offered) - len(other))]
                break
            if left == 0:
                return best
        else:
            return best
    return best


def _others(wanted: Sequence[int], offered: Sequence[int]) -> Iterator[list[int]]:
    """Yield the other choices, latest first: the earlier ones led to it."""
    for place in reversed(range(len(offered))):
        for other in range(offered[place]):
            if other != wanted[place]:
                yield [*wanted[:place], other]


@dataclass(slots=True)
class _Replay:
    call: RecordedCall
    tree: Tree
    performer: CallerInput
    samples: Samples
    choices: Choices
    slow: dict[str, float] = field(default_factory=dict)
    runs: Counter[str] = field(default_factory=Counter)
    session: Session | None = None
    commands: Sequence[Command] = ()
    done: ReplayResult = field(init=False)

    def __post_init__(self) -> None:
        self.done = ReplayResult(self.call)

    def play(self, open_environment: OpenEnvironment) -> ReplayResult:
        environment = open_environment(self.perform, self.slow)
        try:
            own: list[tuple[RecordedTurn, int | None]] = []
            for turn, after in zip_longest(self.call.turns, self.call.turns[1:]):
                own.append((turn, self.turn(environment, turn, after)))
            self.compare(environment, own)
            self.done.ending = self.ended()
            if self.session:
                self.done.node, self.done.language = self.session.node, self.session.language
        finally:
            environment.close()
        return self.done

    def turn(
        self, environment: ReplayEnvironment, turn: RecordedTurn, after: RecordedTurn | None
    ) -> int | None:
        """Repeat a turn. Return its number today, or None if it cannot be repeated."""
        event = self.event(turn, after)
        if event is None:
            return None
        record = self.call.history.record
        start = CallStarted(self.call.turns[0].first.at, record.caller, "")
        number = self.session.turn if self.session else 0
        environment.clock.now = turn.first.at
        environment.switchboard.take_turn(record.call, number, event, start, self.render)
        self.done.typed.append((turn, event))
        return number

    def render(self, session: Session, commands: Sequence[Command]) -> bytes:
        self.session, self.commands = session, commands
        return b"-"

    def event(self, turn: RecordedTurn, after: RecordedTurn | None) -> Event | None:
        """Return the event of a turn, in a form that fits what the call waits for today."""
        at, entry = turn.first.at, turn.first
        command = self.commands[-1] if self.commands else None
        if command is None:
            return CallStarted(at, self.call.history.record.caller, "")
        if isinstance(command, Gather):
            if entry.event in {"TransferEnded", "RecordingEnded"}:
                return None
            typed = entry.event in CALLERS_EVENTS - {"NoInput"}
            return self.callers_event(turn, after) if typed else NoInput(at)
        if isinstance(command, Record):
            left = self.take_recording(turn) if entry.event == "RecordingEnded" else 0
            return RecordingEnded(at, f"recording://{turn.first.turn}" if left else "", left)
        if command.waits_for is not WaitsFor.desk or entry.event in CALLERS_EVENTS:
            return None
        return TransferEnded(at, entry.ended.word if entry.event == "TransferEnded" else "failed")

    def callers_event(self, turn: RecordedTurn, after: RecordedTurn | None) -> Event:
        node = self.session.node if self.session else ""
        options = self.performer.choices(turn, after, node)
        return options[self.choices.take(len(options))]

    def take_recording(self, turn: RecordedTurn) -> int:
        """Return the seconds of the recording in a turn, as far as they are known."""
        began = turn.first.at.replace(microsecond=0)
        kept = [each.seconds for each in self.call.history.voicemails if each.at >= began]
        options = [*kept[:1], 0] if kept else [0, 5]
        return options[self.choices.take(2)]

    def perform(
        self, name: str, _services: Services, request: ActionRequest, actions: Actions
    ) -> ActionResult:
        """End an action as it ended then, with example results. Nothing is done."""
        del actions
        outcomes = self.tree.contracts[name].all_outcomes()
        runs = self.call.runs.get(name, ())
        run = runs[min(self.runs[name], len(runs) - 1)] if runs else None
        if self.runs[name] >= len(runs) or (run and run.outcome and run.outcome not in outcomes):
            self.done.strange[name] = None
        self.runs[name] += 1
        self.slow[name] = run.seconds if run else 0.0
        outcome = run.outcome if run and run.outcome in outcomes else next(iter(outcomes))
        declared = outcomes[outcome]
        results = self.samples.results(declared)
        chosen = results[self.choices.take(len(results))]
        unusual = {key: as_text(value) for key, value in chosen.items() if value != results[0][key]}
        self.done.ends.setdefault(name, []).append({outcome: unusual} if unusual else outcome)
        account = request.account or request.caller or ACCOUNT
        return ActionResult(
            outcome,
            chosen,
            account=account if declared.finds_account else None,
            text_to=account if declared.texts is not None else "",
            secrets=self.samples.secrets(declared),
        )

    def compare(self, environment: ReplayEnvironment, own: Sequence[tuple[RecordedTurn, int | None]]) -> None:
        history = environment.store.call(self.call.history.record.call)
        today = history.path if history else ()
        for turn, number in own:
            now = [entry for entry in today if entry.turn == number] if number is not None else []
            now = now[: len(turn.entries)] if turn.breaks else now
            self.done.pairs += [EventPair(then, each) for then, each in zip_longest(turn.entries, now)]

    def ended(self) -> str:
        """Return how the call ends today. A caller who hung up then hangs up again."""
        record = self.call.history.record
        last = self.commands[-1] if self.commands else None
        if isinstance(last, Hangup):
            return last.ending
        if last and last.waits_for is WaitsFor.desk and record.ending == "transferred":
            return "transferred"
        return "hung_up" if record.ending == "hung_up" else ""
