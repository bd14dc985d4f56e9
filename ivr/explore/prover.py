"""Proves what is promised of every path of a menu, or gives the shortest way to where it does not hold."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ivr.calls.turns import MAX_ACTIONS
from ivr.engine.session import Session
from ivr.engine.states import CallState
from ivr.explore.distance import Distances
from ivr.explore.explorer import MOST_STATES, explore, no_collection
from ivr.explore.moves import Move
from ivr.explore.properties import Violation
from ivr.explore.recording import StepRecord, recorded
from ivr.explore.step_checks import StepChecks
from ivr.explore.walk import ANY, BEGINNING, Walk
from ivr.menu.tree import Tree

MOST_KEYS = 2
MOST_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class ProofLimits:
    """How near a human must be."""

    keys: int = MOST_KEYS
    """Keys, for a caller who presses the best ones."""
    seconds: float = MOST_SECONDS
    """Seconds, for a caller who only waits."""
    states: int = MOST_STATES
    """States after which the walk gives up."""


@dataclass(slots=True)
class ProofResult:
    """What came of a walk."""

    walk: Walk
    findings: list[Violation]
    ways: Mapping[tuple[str, str], tuple[Move, ...]]
    """By node and language: the shortest way to where it is passed."""
    keys: Mapping[str, float]
    """By node: the keys to a human in the worst of its states."""
    waiting: Mapping[str, float]
    """By node: the seconds to a human for a caller who only waits, in the worst of its states."""
    seconds: float = 0.0
    """What it took to walk and to prove."""


def prove(
    tree: Tree, limits: ProofLimits | None = None, progress: Callable[[int, int], None] | None = None
) -> ProofResult:
    """Walk a menu and say where it breaks a promise: each place once, by the shortest way."""
    began = time.perf_counter()
    with no_collection():
        proved = _prove(tree, limits or ProofLimits(), progress)
    proved.seconds = time.perf_counter() - began
    return proved


def _prove(tree: Tree, limits: ProofLimits, progress: Callable[[int, int], None] | None) -> ProofResult:
    steps = StepChecks(tree)
    walk = explore(tree, steps, most_states=limits.states, progress=progress)
    several = [*steps.found(walk), *_too_low(walk)]
    keys, waiting = dict[str, float](), dict[str, float]()
    if not walk.bounded:  # of a walk that gave up nothing can be said as a whole
        near = Distances(walk)
        keys, waiting = near.worst_keys(), near.worst_waiting()
        several += [*_no_ending(walk), *_circles(walk), *_too_many_actions(walk)]
        several += [*near.too_many_keys(limits.keys), *near.too_long(limits.seconds)]
        several += [] if walk.broken else _unreached(tree, steps)
    findings = [_sure(tree, walk, finding) for finding in several]
    findings.sort(key=lambda finding: (finding.proof, len(finding.way), finding.node, finding.language))
    return ProofResult(walk, findings, steps.ways(walk), keys, waiting)


def _unreached(tree: Tree, steps: StepChecks) -> list[Violation]:
    """Return the nodes that no call passes, although the check believes that it could."""
    what = "no call comes here with any value that was tried"
    remedy = "lead an option or an outcome here, or delete it"
    if tree.conditions:
        remedy += "; if a value that was not tried leads here, keep it, and show that value in a written call"
    passed = {name for name, _ in steps.passed}
    severity = "warning" if tree.conditions else "error"
    return [
        Violation("P13", name, "", what, remedy, severity=severity)
        for name in tree.nodes
        if name not in passed
    ]


def _too_low(walk: Walk) -> Iterator[Violation]:
    """Yield the nodes whose action runs for somebody who has not proved enough, the nearest state of each."""
    told = set[str]()
    for state, level in walk.below:
        place = walk.places[state]
        node, needs = place.session.node, place.needs.name
        if node not in told:
            told.add(node)
            what = f"an action that is only for {needs} callers runs for one who is {level.name}"
            yield walk.violation("P07", state, what, f"add `needs: {needs}` to this node")


def _no_ending(walk: Walk) -> Iterator[Violation]:
    """Yield the states from which at some hour no ending can be reached, the nearest of each node."""
    seen = set[tuple[str, str]]()
    for moment in walk.moments:
        for state in _endless(walk, moment):
            session = walk.places[state].session
            place = (session.node, session.language)
            if place not in seen:
                seen.add(place)
                at = f" at {walk.hour(moment)}" if len(walk.moments) > 1 else ""
                remedy = "lead it to an `end`, a `transfer`, or `back`"
                yield walk.violation("P01", state, f"from here no call ever ends{at}", remedy)


def _endless(walk: Walk, moment: int) -> list[int]:
    """Return the states of an hour from which no ending can be reached at it."""
    good = [place.waits is CallState.over for place in walk.places]
    todo, before = [state for state, ends in enumerate(good) if ends], walk.before
    while todo:
        for source, landing in before[todo.pop()]:
            if not good[source] and (landing is None or landing.moment in (ANY, moment)):
                good[source] = True
                todo.append(source)
    return [state for state in _reached(walk, moment) if not good[state]] if not all(good) else []


def _reached(walk: Walk, moment: int) -> list[int]:
    """Return the states that a call can be in at an hour. They are found in the order of their numbers."""
    if len(walk.moments) == 1:
        return list(range(len(walk)))
    reached = [False] * len(walk)
    for state, parent in enumerate(walk.parents):
        at = walk.found[state].moment
        reached[state] = reached[state] or (at in (ANY, moment) and (parent == BEGINNING or reached[parent]))
    todo = [state for state, is_reached in enumerate(reached) if is_reached]
    while todo:
        state = todo.pop()
        base = walk.bases[state]
        for source in (state,) if base == state else (state, base):
            for _, target in walk.following(source, moment):
                if not reached[target]:
                    reached[target] = True
                    todo.append(target)
    return [state for state, is_reached in enumerate(reached) if is_reached]


def _circles(walk: Walk) -> Iterator[Violation]:
    """Yield circles of actions and desks in which nobody listens to the caller, the nearest of each node."""
    told = set[str]()
    for moment in walk.moments:
        for state in _following_for_ever(walk, moment):
            node = walk.places[state].session.node
            if node not in told and _returns(walk, state, moment):
                told.add(node)
                what = (
                    "actions or desks can pass the call round here for ever, and nobody listens to the caller"
                )
                remedy = "lead one of the outcomes to a menu, a voicemail or an ending"
                yield walk.violation("P04", state, what, remedy)


def _following_for_ever(walk: Walk, moment: int) -> list[int]:
    """Return the states of actions and desks from which such states can follow for ever.

    States that no such state follows are taken away until there are none. Few are left, and only those must be searched.
    """
    left = {state for state in range(len(walk.places)) if _heeds_nobody(walk, state)}
    ahead, before = dict.fromkeys(left, 0), dict[int, list[int]]()
    landings, targets = walk.landings, walk.targets
    for state in left:
        for edge in walk.edges(state):
            target = targets[edge]
            if target in left and landings[edge].moment in (ANY, moment):
                ahead[state] += 1
                before.setdefault(target, []).append(state)
    todo = [state for state, count in ahead.items() if not count]
    while todo:
        state = todo.pop()
        left.remove(state)
        for source in before.get(state, ()):
            ahead[source] -= 1
            if not ahead[source]:
                todo.append(source)
    return sorted(left)


def _heeds_nobody(walk: Walk, state: int) -> bool:
    place = walk.places[state]
    waits = place.waits in (CallState.action, CallState.desk)
    return waits and not walk.tree.nodes[place.session.node].heeds_caller


def _returns(walk: Walk, state: int, moment: int) -> bool:
    """Say whether the world alone can bring a call from a state back to it."""
    seen, todo = set[int](), [state]
    while todo:
        for _, target in walk.following(todo.pop(), moment):
            if target == state:
                return True
            if target not in seen and _heeds_nobody(walk, target):
                seen.add(target)
                todo.append(target)
    return False


def _too_many_actions(walk: Walk) -> Iterator[Violation]:
    """Yield where more actions run one after the other than one turn may run: the switchboard then gives up."""
    row: dict[int, int] = {}
    for first, place in enumerate(walk.places):
        todo = [first] if place.waits is CallState.action and first not in row else []
        while todo:
            state = todo[-1]
            next_ones = [
                target
                for target in (walk.targets[edge] for edge in walk.edges(state))
                if walk.places[target].waits is CallState.action and target != state
            ]
            missing = [target for target in next_ones if target not in row]
            if state not in row and missing:
                row[state] = 1  # what leads back here is a circle, which is told as one
                todo += missing
                continue
            row[state] = 1 + max((row[target] for target in next_ones), default=0)
            todo.pop()
    for state, length in row.items():
        if length == MAX_ACTIONS + 1:
            what = f"from here {length} actions run one after the other, more than {MAX_ACTIONS}"
            yield walk.violation("P12", state, what, "let the caller hear something between")
            return


# --- how sure it is


def _sure(tree: Tree, walk: Walk, finding: Violation) -> Violation:
    """Return a finding as a warning where its way needs the hour to change in the middle of the call."""
    hours, session = set(), Session("CA-proof", tree.version, walk.moves.usual)
    for move in finding.way:
        record = StepRecord()
        try:
            turn = recorded(tree, session, move.event, record)
        except Exception:  # noqa: BLE001 - the menu breaks here: that is the finding
            break
        if record.clock:
            hours.add(move.event.at)
        session = turn.session
    if len(hours) < 2:
        return finding
    what = f"{finding.what}, in a call during which the hour changes"
    return replace(finding, what=what, severity="warning")
