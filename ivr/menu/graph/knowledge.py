"""What a call knows at a node, whichever way it came, and how that spreads over a graph.

A hotline of ten thousand entries has ten thousand variables, and most of its nodes know most of them. So a set of variables is
a number with a bit for each. Paths are followed in such an order that most nodes are looked at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ivr.menu.language.contract import Level


class _Bits(dict[str, int]):
    """The bit of each variable."""

    def __missing__(self, variable: str) -> int:
        bit = self[variable] = 1 << len(self)
        return bit

    def mask(self, variables: Iterable[str]) -> int:
        mask = 0
        for variable in variables:
            mask |= self[variable]
        return mask


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What holds at a node: the variables that have a value, and the level of identity."""

    level: Level
    _mask: int
    _bits: _Bits = field(compare=False, repr=False)

    @classmethod
    def of(cls, variables: Iterable[str]) -> Knowledge:
        """Return what a call knows that has these variables, and an unknown caller."""
        bits = _Bits()
        return cls(Level.unknown, bits.mask(variables), bits)

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(name for name, bit in self._bits.items() if self._mask & bit)

    def has(self, variable: str) -> bool:
        """Return whether a variable has a value. This is quicker than to make the set of all."""
        return variable in self._bits and bool(self._mask & self._bits[variable])

    def __and__(self, other: Knowledge) -> Knowledge:
        return replace(self, _mask=self._mask & other._mask, level=min(self.level, other.level))

    def and_also(self, variables: Iterable[str]) -> Knowledge:
        return replace(self, _mask=self._mask | self._bits.mask(variables))

    def only(self, variables: Iterable[str]) -> Knowledge:
        return replace(self, _mask=self._bits.mask(variables))

    def without(self, variables: Iterable[str]) -> Knowledge:
        return replace(self, _mask=self._mask & ~self._bits.mask(variables))

    def at_level(self, level: Level) -> Knowledge:
        return replace(self, level=level)


def spread(
    begin: Mapping[str, Knowledge],
    targets: Callable[[str], Iterable[str]],
    after: Callable[[str, Knowledge], Iterable[tuple[str, Knowledge]]],
) -> dict[str, Knowledge]:
    """Return what every call knows that arrives at each node, from what is known where calls begin.

    ``targets`` are the nodes that can follow a node, and ``after`` is what is known there.
    """
    place = {name: number for number, name in enumerate(_in_order(begin, targets))}
    found = dict(begin)
    heap = [(place[name], name) for name in begin]
    heapq.heapify(heap)
    waiting = set(begin)
    while heap:
        _, name = heapq.heappop(heap)
        waiting.remove(name)
        for target, arriving in after(name, found[name]):
            old = found.get(target)
            new = arriving if old is None else old & arriving
            if new != old:
                found[target] = new
                if target not in waiting:
                    waiting.add(target)
                    heapq.heappush(heap, (place[target], target))
    return found


def _in_order(begin: Iterable[str], targets: Callable[[str], Iterable[str]]) -> list[str]:
    """Return the nodes that can be reached, each after those that lead to it, apart from loops."""
    seen, left = set[str](), list[str]()
    for first in begin:
        if first in seen:
            continue
        seen.add(first)
        path: list[tuple[str, Iterator[str]]] = [(first, iter(targets(first)))]
        while path:
            name, rest = path[-1]
            following = next((each for each in rest if each not in seen), None)
            if following is None:
                path.pop()
                left.append(name)
            else:
                seen.add(following)
                path.append((following, iter(targets(following))))
    return left[::-1]
