"""Walks every state that a call can come to, through the engine's own step.

The walk is breadth first, so that the first way to a state is a shortest one. At each state it tries every move of
:mod:`ivr.explore.moves`. Two sessions with the same key (:mod:`ivr.explore.state_key`) are one state.

Two things make it fast. Both follow from what the record of a step shows (:mod:`ivr.explore.recording`):

- A step that has not looked at the data leads to the same place with any other data. So the engine is asked once for all
  states of a place.
- A move that has not looked at the counters leads to the same place after two silences as after none. So it is tried once,
  at the *base*: the state whose counters are zero.

``thorough`` uses neither, and tests compare the two.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ivr.engine.commands import Command, RunAction
from ivr.engine.events import ActionFinished, InternalError
from ivr.engine.session import Session
from ivr.engine.states import CallState, state_of
from ivr.engine.step import happen
from ivr.engine.turn import Turn
from ivr.explore.moves import Actor, Move, Moves
from ivr.explore.recording import StepRecord, recorded
from ivr.explore.state_key import ControlState, DataAbstraction, RelevantData, StateKeys
from ivr.explore.walk import ANY, BEGINNING, BrokenStep, ControlLocation, Transition, Walk
from ivr.menu.language.contract import Level
from ivr.menu.language.nodes import ListeningNode
from ivr.menu.tree import NodeNotLoaded, Tree
from ivr.written.heard import seconds_heard

MOST_STATES = 2_000_000
"""States after which a walk gives up, and says so."""
StateKey = tuple[int, int]
"""The number of a place, and the number of its data: quicker to look up than the data."""
StepObserver = Callable[[int, Move, Session, Turn], None]
"""Called with every computed step: the state (or :data:`BEGINNING`), the move, the session before it, and its turn."""
Progress = Callable[[int, int], None]
"""Called now and then with the number of states and steps so far."""


def explore(
    tree: Tree,
    watch: StepObserver | None = None,
    *,
    most_states: int = MOST_STATES,
    progress: Progress | None = None,
    thorough: bool = False,
) -> Walk:
    """Walk a menu.

    ``thorough`` tells all combinations of the counters apart, and asks the engine for every single step. It is far slower
    and finds the same.
    """
    return _Walker(tree, watch, most_states, progress, thorough=thorough).walk()


class _Walker:
    """A walk under way."""

    def __init__(
        self,
        tree: Tree,
        watch: StepObserver | None,
        most_states: int,
        progress: Progress | None,
        *,
        thorough: bool,
    ) -> None:
        self.tree, self.watch, self.most_states, self.progress = tree, watch, most_states, progress
        self.moves = Moves(tree)
        self.keys = StateKeys(self.moves, counters_together=thorough)
        self.walked = Walk(tree, self.moves)
        self.thorough = thorough
        self.places: dict[ControlState, ControlLocation] = {}
        self.numbers: dict[StateKey, int] = {}
        self.sessions: list[Session | None] = []
        self.data: list[int] = []
        """By state: the number of its data."""
        self.data_numbers: dict[DataAbstraction, int] = {}
        self.seen_at = [0] * len(self.moves.moments)
        """By moment: a hash of what came of the steps that look at the clock. Moments with the same hash are alike."""
        self.later: list[tuple[StateKey, int, Transition, Session]] = []

    def walk(self) -> Walk:
        """Begin, and go on until there is nothing new."""
        walked = self.walked
        with no_collection():
            self.go()
        walked.moments = tuple(
            {seen: moment for moment, seen in reversed(list(enumerate(self.seen_at)))}.values()
        )
        return walked

    def go(self) -> None:
        walked = self.walked
        unbegun = Session("CA-proof", self.tree.version, self.moves.usual)
        for move in self.moves.beginnings():
            walked.steps += 1
            for landing in self.compute(BEGINNING, unbegun, move)[0]:
                self.arrive(BEGINNING, landing)
        state = 0
        while state < len(self.sessions) or self.enter_later():
            if len(self.sessions) > self.most_states:
                walked.bounded = True
                break
            self.expand(state)
            state += 1
            if self.progress and not state % 5000:
                self.progress(len(self.sessions), walked.steps)

    def expand(self, state: int) -> None:
        """Try every move at a state that may lead to something else than at its base."""
        walked, session, data = self.walked, self.sessions[state], self.data[state]
        assert session is not None
        self.sessions[state] = None
        walked.first.append(len(walked.targets))
        place = walked.places[state]
        base = self.base(state, place, data)
        walked.bases.append(base)
        if place.waits is CallState.over:
            return
        if base == state and place.base is not None:  # a call can come here and not to the base: all is tried
            self.try_each(state, session, self.moves.at(session))
        elif place.shared is None:
            self.try_first(state, place, session)
        else:
            walked.steps += place.tried - len(place.alone)
            self.arrive_alike(state, place, session, data)
            self.try_each(state, session, (*place.alone, *self.moves_at(place)[place.tried :]))

    def try_each(self, state: int, session: Session, moves: Sequence[Move]) -> None:
        """Ask the engine what comes of each move at this state."""
        self.walked.steps += len(moves)
        for move in moves:
            for landing in self.compute(state, session, move)[0]:
                self.arrive(state, landing)

    def moves_at(self, place: ControlLocation) -> Sequence[Move]:
        """Return what must be tried in a place: where it has a base, only what may lead to something else than there."""
        moves = self.moves.at(place.session)
        if place.base is None:
            return moves
        # An action that takes long ends as it would have ended at once.
        if place.waits is CallState.slow_action:
            return tuple(move for move in moves if not isinstance(move.event, ActionFinished))
        return self.places[place.base].counted

    def try_first(self, state: int, place: ControlLocation, session: Session) -> None:
        """Try every move at the first state of a place, and find out which of them lead to the same from all its states."""
        moves = self.moves_at(place)
        place.shared, place.tried = [], len(moves)
        self.walked.steps += len(moves)
        for move in moves:
            landings, is_shared = self.compute(state, session, move)
            if is_shared and move.by < Actor.gone:
                place.shared += landings
            elif is_shared:
                place.late += [each for each in landings if each.place.waits is not CallState.over]
            else:
                place.alone.append(move)
            for landing in landings:
                self.arrive(state, landing)

    def base(self, state: int, place: ControlLocation, data: int) -> int:
        """Return the state like this one whose counters are zero."""
        if place.base is None or place.base not in self.places:
            return state
        found = self.numbers.get((self.places[place.base].number, data), state)
        return min(found, state)  # one that is found later has not been tried yet

    # --- one step

    def compute(self, state: int, session: Session, move: Move) -> tuple[tuple[Transition, ...], bool]:
        """Ask the engine what comes of a move, at every moment if it looks at the clock.

        Return also whether the same comes of it with any other data.
        """
        troubles = len(self.walked.broken)
        landings: list[Transition] = []
        is_shared = not self.thorough
        for moment in range(len(self.moves.moments)):
            then = Move(move.by, self.moves.later(move.event, moment)) if moment else move
            record = StepRecord()
            turn = self.happen(state, session, then, record)
            if turn is not None:
                landing = self.landing(then, turn, moment if record.clock else ANY, record)
                landings.append(landing)
                self.note_counters(state, move, record, landing)
                is_shared = self.is_blind(state, session, turn, record) and is_shared
            if not record.clock:
                break
            if turn is not None:
                self.seen_at[moment] = hash((self.seen_at[moment], self.key(landing)))
        return tuple(landings), is_shared and len(self.walked.broken) == troubles

    def happen(self, state: int, session: Session, move: Move, record: StepRecord) -> Turn | None:
        self.walked.computed += 1
        try:
            turn = recorded(self.tree, session, move.event, record)
        except NodeNotLoaded:  # its own error is told where it stands
            return self.apologise(session)
        except Exception as error:  # noqa: BLE001 - whatever a menu's templates raise is what we look for
            where = next(iter(error.__notes__), session.node)
            self.walked.broken.append(BrokenStep(state, move, where, session.language, error))
            return self.apologise(session)
        if self.watch:
            self.watch(state, move, session, turn)
        return turn

    def apologise(self, session: Session) -> Turn | None:
        """Do what is done on the telephone after a trouble. Return None where the way to the human is broken too."""
        try:
            return happen(self.tree, session, InternalError(self.moves.usual))
        except Exception:  # noqa: BLE001 - it has been noted
            return None

    def note_counters(self, state: int, move: Move, record: StepRecord, landing: Transition) -> None:
        """Note a move that looks at the counters, or leaves them as they are where the call listens next."""
        place = self.walked.places[state] if state != BEGINNING else None
        if place is None or place.base is not None:
            return
        looks = record.counters or (not record.counters_set and self.is_listening(landing.session))
        if looks and not any(each is move for each in place.counted):
            place.counted.append(move)

    def is_listening(self, session: Session) -> bool:
        """Say whether the call waits for the caller at a node that counts silence and wrong keys."""
        return isinstance(self.tree.nodes.get(session.node), ListeningNode) and not session.ending

    def is_blind(self, state: int, before: Session, turn: Turn, record: StepRecord) -> bool:
        """Say whether a step has neither looked at the data nor changed what something may look at."""
        after, read = turn.session, self.keys.read
        decisive = self.keys.decisive(record)
        if decisive and state != BEGINNING:
            self.keys.check(before, decisive)
        return (
            not decisive
            and read.isdisjoint(record.sources)
            and after.level == before.level
            and after.account == before.account
            and after.caller == before.caller
            and (after.notes == before.notes or "summary" not in read)
        )

    def landing(self, move: Move, turn: Turn, moment: int, record: StepRecord) -> Transition:
        session = turn.session
        control = self.keys.control(session)
        place = self.places.get(control)
        if place is None:
            place = self.places[control] = self.placed(control, session, turn.commands)
        variables = session.variables
        assigned = {name: variables[name] for name in record.sources if name in variables}
        return Transition(move, place, session, seconds_heard(turn.commands), assigned, moment)

    def placed(self, control: ControlState, session: Session, commands: Sequence[Command]) -> ControlLocation:
        """Note a control that was not met before."""
        waits, base = state_of(self.tree, session), None
        if self.is_listening(session) and control[4] != (0, 0, 0):
            base = (*control[:4], (0, 0, 0), *control[5:])
        elif waits is CallState.slow_action:
            base = (*control[:4], False, *control[5:])
        if self.thorough:
            base = None
        contract = (
            self.tree.contracts.get(last.action) if isinstance(last := commands[-1], RunAction) else None
        )
        needs = contract.needs if contract else Level.unknown
        plans = (self.keys.plan(session, withheld=False), self.keys.plan(session, withheld=True))
        return ControlLocation(len(self.places), waits, session, plans, base, needs)

    # --- where it leads

    def key(self, landing: Transition) -> StateKey:
        """Return the key of the state to which a computed step leads."""
        return landing.place.number, self.data_number(landing.session, _plan(landing.place, landing.session))

    def data_number(self, session: Session, plan: RelevantData) -> int:
        return self.data_numbers.setdefault(self.keys.data(session, plan), len(self.data_numbers))

    def arrive(self, source: int, landing: Transition) -> None:
        """Note where a computed step leads."""
        key = self.key(landing)
        number = self.numbers.get(key)
        if landing.move.by >= Actor.gone:
            if number is None:
                self.later.append((key, source, landing, landing.session))
            return
        if number is None:
            number = self.enter(key, source, landing, landing.session)
        elif landing.heard > self.walked.wordiest[number][1].heard:
            self.walked.wordiest[number] = (source, landing)
        self.walked.targets.append(number)
        self.walked.landings.append(landing)

    def arrive_alike(self, source: int, place: ControlLocation, session: Session, data: int) -> None:
        """Note where steps lead that were computed at another state of this place."""
        assert place.shared is not None
        numbers, targets, wordiest = self.numbers, self.walked.targets, self.walked.wordiest
        mine = {id(_plan(place, session)): data}
        for landing, key in self.keyed(place.shared, session, mine):
            number = numbers.get(key)
            if number is None:
                number = self.enter(key, source, landing, _with_data_of(session, landing))
            elif landing.heard > wordiest[number][1].heard:
                wordiest[number] = (source, landing)
            targets.append(number)
        self.walked.landings += place.shared
        for landing, key in self.keyed(place.late, session, mine):
            if key not in numbers:
                self.later.append((key, source, landing, session))

    def keyed(
        self, landings: Sequence[Transition], session: Session, known: dict[int, int]
    ) -> Iterator[tuple[Transition, StateKey]]:
        """Yield the steps, each with the key of the state to which it leads with this data. ``known`` is a cache, by plan."""
        withheld = session.caller == ""
        for landing in landings:
            place = landing.place
            plan = place.plans[withheld]
            data = known.get(id(plan))
            if data is None:
                data = known[id(plan)] = self.data_number(session, plan)
            yield landing, (place.number, data)

    def enter(self, key: StateKey, source: int, landing: Transition, session: Session) -> int:
        walked, number = self.walked, len(self.sessions)
        self.numbers[key] = number
        self.sessions.append(session)
        self.data.append(key[1])
        walked.places.append(landing.place)
        walked.parents.append(source)
        walked.found.append(landing)
        walked.wordiest.append((source, landing))
        if session.level < landing.place.needs:
            walked.below.append((number, session.level))
        return number

    def enter_later(self) -> bool:
        """Enter the states to which only a bound or a trouble leads; say whether there was one.

        They come last. So a state that callers and services can reach has a way that shows it without any trouble.
        """
        later, self.later = self.later, []
        for key, source, landing, session in later:
            if key not in self.numbers:
                self.enter(key, source, landing, _with_data_of(session, landing))
        return bool(later)


def _plan(place: ControlLocation, session: Session) -> RelevantData:
    return place.plans[session.caller == ""]


def _with_data_of(session: Session, landing: Transition) -> Session:
    """Return the session that a step would have made of this one: where the other landed, with the data of this one."""
    twin = object.__new__(Session)
    twin.__dict__.update(landing.session.__dict__)
    twin.level, twin.account, twin.caller = session.level, session.account, session.caller
    twin.notes = session.notes
    if not twin.ending:
        assigned = landing.assigned
        twin.variables = {**session.variables, **assigned} if assigned else session.variables
    return twin


@contextmanager
def no_collection() -> Iterator[None]:
    """Do not look for garbage meanwhile. Nothing of a walk is garbage, and to look for it costs a third of the time.

    Afterwards all that was made counts as old, so that it is not looked through at once.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
