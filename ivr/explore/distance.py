"""How far a human is from every state: in keys, for a caller who presses the best ones, and in seconds, for one who waits.

The caller does the best they can, and the world (actions and desks) the worst. For example, a menu with `"0": agent` is one
key away from a human. If the key runs an action first, the outcome that leads farthest from a human counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ivr.engine.events import DigitsPressed
from ivr.engine.states import CallState
from ivr.explore.moves import Actor, Move
from ivr.explore.properties import Violation
from ivr.explore.walk import ANY, ControlLocation, Transition, Walk
from ivr.menu.language.contract import Times
from ivr.menu.language.nodes import ListeningNode, RecordNode

ENDLESS = float("inf")

NEARER = "lead a key there, or give the hotline a key `anywhere` that means the human"
NEARER_THAN_A_RECORDING = (
    "a recording takes no keys, so ring a desk before it, with this node as its `closed:` or `no_answer:`; "
    "or lead `then:` to a menu with a key for the human; or write `allow: {P02: the reason}` here"
)
"""How a human comes within the keys that are allowed. The second is for a `record` node."""


class Distances:
    """The keys and the seconds from every state of a walk to a human."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.keys = [
            max(each) for each in zip(*(_keys_at(walk, moment) for moment in walk.moments), strict=True)
        ]
        self._waiting: dict[int, float] = {SETTLED: 0.0}

    def too_many_keys(self, most: int) -> Iterator[Violation]:
        """Yield the places from which a human takes more keys, the nearest state of each."""
        for state in self._nearest(lambda state: self.keys[state] > most):
            keys, far = self.keys[state], "no human can be reached"
            if keys != ENDLESS:
                far = f"a human takes {keys:.0f} keys, more than {most}"
            records = self.walk.places[state].waits is CallState.recording
            remedy = NEARER_THAN_A_RECORDING if records else NEARER
            yield self.walk.violation("P02", state, f"{far} from here", remedy)

    def too_long(self, most: float) -> Iterator[Violation]:
        """Yield the places at which a caller who only waits is not connected in time."""
        for state in self._nearest(lambda state: self.seconds(state) > most):
            seconds = self.seconds(state)
            what = "a caller who only waits is never connected with a human"
            remedy = "lead `after_tries` to the human, or leave it out"
            way = self.walk.way_to(state)
            if seconds != ENDLESS:
                what = f"a caller who only waits is connected after {seconds:.1f} s, more than {most:g} s"
                remedy = "shorten the words, `timeout` or `tries`"
                source, landing = self.walk.wordiest[state]
                way = [*self.walk.way_to(source), landing.move]
            found = self.walk.violation("P03", state, what, remedy)
            yield replace(found, way=(*way, *self._while_waiting(state)))

    def seconds(self, state: int) -> float:
        """Return the seconds from coming to a state until a human is rung, when the caller does nothing."""
        return self.walk.wordiest[state][1].heard + self._waits(state)

    def worst_keys(self) -> dict[str, float]:
        """Return the keys to a human from each listening node, in the worst of its states."""
        return self._worst(lambda state: self.keys[state])

    def worst_waiting(self) -> dict[str, float]:
        """Return the seconds to a human from each listening node for a caller who only waits, in the worst of its states."""
        return self._worst(self.seconds)

    def _worst(self, measure: Callable[[int], float]) -> dict[str, float]:
        worst: dict[str, float] = {}
        for state in self._listening():
            node = self.walk.places[state].session.node
            worst[node] = max(worst.get(node, 0.0), measure(state))
        return worst

    def _nearest(self, wrong: Callable[[int], bool]) -> list[int]:
        found: dict[tuple[str, str], int] = {}
        for state in self._listening():
            session = self.walk.places[state].session
            if (session.node, session.language) not in found and wrong(state):
                found[session.node, session.language] = state
        return list(found.values())

    def _listening(self) -> Iterator[int]:
        """Yield the states in which the call listens to the caller, each as the caller first comes to it."""
        for state, (place, base) in enumerate(zip(self.walk.places, self.walk.bases, strict=False)):
            if base == state and (place.waits.listens or place.waits is CallState.recording):
                yield state

    def _while_waiting(self, state: int) -> list[Move]:
        """Return what happens while the caller does nothing, until it ends or begins again."""
        way, seen = list[Move](), set[int]()
        while state not in seen and state != SETTLED:
            seen.add(state)
            following = [(self._waits(target), edge) for _, target, edge in self._following(state)]
            if not following:
                break
            _, edge = max(following)
            way.append(self.walk.landings[edge].move)
            state = self.walk.targets[edge]
        return way

    def _waits(self, state: int) -> float:
        """Return the seconds until a human is rung from a state on; without end where waiting only leads in a circle."""
        known, todo = self._waiting, [state]
        while todo:
            here = todo[-1]
            if here in known and known[here] >= 0:
                todo.pop()
                continue
            following = list(self._following(here))
            missing = [target for _, target, _ in following if target not in known]
            if here not in known and missing:
                known[here] = UNDER_WAY
                todo += missing
                continue
            known[here] = max(
                (
                    cost + (ENDLESS if known[target] == UNDER_WAY else known[target])
                    for cost, target, _ in following
                ),
                default=0.0 if _is_settled(self.walk, here) else ENDLESS,
            )
            todo.pop()
        return known[state]

    def _following(self, state: int) -> Iterator[tuple[float, int, int]]:
        """Yield what follows when the caller does nothing: after how many seconds, which state, by which edge."""
        walk = self.walk
        place = walk.places[state]
        if _is_settled(walk, state):
            return
        pause, by = _pause(walk, place), Actor.silence
        source = state
        if place.waits is CallState.slow_action:
            source, by = walk.bases[state], Actor.world
            action = walk.tree.nodes[place.session.node].action or ""
            pause = walk.tree.times.get(action, Times()).give_up
        elif place.waits is CallState.action:
            by = Actor.world
        for edge in walk.edges(source):
            landing, target = walk.landings[edge], walk.targets[edge]
            goes_on = (
                place.waits is CallState.slow_action and walk.places[target].waits is CallState.slow_action
            )
            if landing.move.by is not by or goes_on:
                continue
            sought = walk.places[target].waits is CallState.over and place.session.human_tried
            yield pause + landing.heard, SETTLED if sought else target, edge


UNDER_WAY = -1.0
SETTLED = -1
"""In place of a state: nothing more is owed to the caller."""


def _pause(walk: Walk, place: ControlLocation) -> float:
    """Return the seconds that a call waits in silence in a state."""
    node = walk.tree.nodes.get(place.session.node)
    if isinstance(node, ListeningNode) and place.waits.listens:
        return float(node.timeout)
    if isinstance(node, RecordNode):
        return float(node.silence)
    return 0.0


def _is_settled(walk: Walk, state: int) -> bool:
    """Say whether the caller can expect nothing more: a human is rung or was rung, or the call said goodbye after that."""
    place = walk.places[state]
    ended = place.waits is CallState.over and place.session.ending in {"transferred", "farewell"}
    return ended or _is_human(place)


def _is_human(place: ControlLocation) -> bool:
    """Say whether a human is rung, or, where one was sought in vain, the voicemail listens."""
    return place.waits is CallState.desk or (place.waits is CallState.recording and place.session.human_tried)


def _keys_at(walk: Walk, moment: int) -> list[float]:
    """Return the keys to a human from every state: the caller presses the best ones, the world answers the worst.

    It begins at the humans and goes backwards, nearest states first, as Dijkstra does. A state in which the world chooses
    is done when the last of its choices is done. An action that takes long is no worse than the ways in which it may end.
    """
    places, before = walk.places, walk.before
    best, choices = [ENDLESS] * len(walk), [0] * len(walk)
    for state, place in enumerate(places):
        if place.waits is CallState.action:
            choices[state] = sum(
                landing.move.by is Actor.world and places[target].waits is not CallState.slow_action
                for landing, target in walk.following(state, moment)
            )
    nearest: dict[float, list[int]] = {0.0: [state for state, place in enumerate(places) if _is_human(place)]}
    while nearest:
        distance = min(nearest)
        for state in nearest[distance]:  # it grows meanwhile
            if distance >= best[state]:
                continue
            best[state] = distance
            for source, landing in before[state]:
                if landing is not None and landing.moment not in (ANY, moment):
                    continue
                if places[source].waits is not CallState.action:
                    if distance >= best[source]:
                        continue
                    cost = 0 if landing is None else _cost(landing, places[state])
                    if distance + cost < best[source]:
                        nearest.setdefault(distance + cost, []).append(source)
                elif (
                    landing is not None
                    and landing.move.by is Actor.world
                    and places[state].waits is not CallState.slow_action
                ):
                    choices[source] -= 1
                    if not choices[source]:  # the last one is the farthest
                        nearest[distance].append(source)
        del nearest[distance]
    return best


def _cost(landing: Transition, place: ControlLocation) -> float:
    """Return the keys of a step; without end where no key makes it."""
    if landing.move.by is not Actor.key or place.waits is CallState.slow_action:
        return ENDLESS
    return _keystrokes(landing.move)


def _keystrokes(move: Move) -> int:
    event = move.event
    return len(event.digits) + len(event.finished_by) if isinstance(event, DigitsPressed) else 1
