"""Places boxes in ranks from left to right so that few lines cross. A library does most of the work.

A line that passes a rank has a place of its own there, a lane, so that it runs past the boxes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.menu.graph.flow import closure

Vertex = str | int
"""A box by its name, or a lane by its number."""
Ends = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RankedPart:
    """A connected piece of a drawing."""

    ranks: tuple[tuple[Vertex, ...], ...]
    chains: Mapping[Ends, tuple[Vertex, ...]]
    """By the ends of a line: all its vertices, with its ends."""

    def parts(self) -> Iterator[tuple[Vertex, Vertex, Ends]]:
        """Yield the segments of all lines, each from one rank to the next."""
        for ends, chain in self.chains.items():
            for one, other in itertools.pairwise(chain):
                yield one, other, ends


def forward(lines: Sequence[Ends], order: Sequence[str]) -> set[Ends]:
    """Return the lines that close no circle. They are found by a search from the first boxes of ``order``."""
    following: dict[str, list[str]] = {}
    for source, target in lines:
        following.setdefault(source, []).append(target)
    kept: set[Ends] = set()
    state: dict[str, int] = {}
    for root in order:
        todo = [(root, iter(following.get(root, ())))] if root not in state else []
        state.setdefault(root, 1)
        while todo:
            name, targets = todo[-1]
            target = next(targets, "")
            if not target:
                state[name] = 2
                todo.pop()
            elif state.get(target) != 1:
                kept.add((name, target))
                if target not in state:
                    state[target] = 1
                    todo.append((target, iter(following.get(target, ()))))
    return kept


def ranked(boxes: Sequence[str], lines: Sequence[Ends]) -> list[RankedPart]:
    """Return the connected pieces, in the order of their first boxes. The lines must not close a circle."""
    return [
        _by_library(piece, [ends for ends in lines if ends[0] in piece]) for piece in _pieces(boxes, lines)
    ]


def _pieces(boxes: Sequence[str], lines: Sequence[Ends]) -> Iterator[list[str]]:
    """Yield the boxes of each connected piece."""
    beside: dict[str, set[str]] = {box: set() for box in boxes}
    for one, other in lines:
        beside[one].add(other)
        beside[other].add(one)
    seen: set[str] = set()
    for box in boxes:
        if box in seen:
            continue
        piece = closure([box], beside.__getitem__)
        seen |= piece
        yield [each for each in boxes if each in piece]


class NoLayout(Exception):
    """The library that ranks boxes is not installed. The text says what to do."""


def _by_library(boxes: Sequence[str], lines: Sequence[Ends]) -> RankedPart:
    """Return what the library makes of one piece.

    Boxes are numbered without gaps, so that every larger number in the result is a lane. With several pieces at once
    some lanes would get the numbers of boxes.
    """
    if not lines:
        return RankedPart((tuple(boxes),), {})
    try:
        from fast_sugiyama import from_edges  # compiled, and only needed for pictures
    except ImportError as error:
        raise NoLayout(
            "an SVG or a page needs fast-sugiyama: pip install 'ivrkit[pictures]'; --format mermaid and dot need nothing"
        ) from error

    numbers = {box: number for number, box in enumerate(boxes)}
    edges = list(dict.fromkeys((numbers[source], numbers[target]) for source, target in lines))
    ((positions, _, _, parts),) = from_edges(edges, dummy_vertices=True, check_layout=False)
    named: dict[object, Vertex] = {
        each: boxes[int(each)] if int(each) < len(boxes) else int(each) for each, _ in positions
    }
    ranks: dict[float, list[tuple[float, str, Vertex]]] = {}
    for each, (across, height) in positions:
        ranks.setdefault(-height, []).append((across, str(each), named[each]))
    ordered = tuple(tuple(vertex for *_, vertex in sorted(ranks[height])) for height in sorted(ranks))
    return RankedPart(
        ordered, dict(sorted(_chains([(named[one], named[other]) for one, other in parts or ()])))
    )


def _chains(links: Sequence[tuple[Vertex, Vertex]]) -> Iterator[tuple[Ends, tuple[Vertex, ...]]]:
    """Join the segments of each line."""
    onward = {one: other for one, other in links if isinstance(one, int)}
    for one, other in links:
        if isinstance(one, int):
            continue
        chain: list[Vertex] = [one, other]
        while isinstance(chain[-1], int):
            chain.append(onward[chain[-1]])
        yield (one, str(chain[-1])), tuple(chain)


def untangled(piece: RankedPart, ports: Mapping[Ends, float]) -> RankedPart:
    """Order each rank by the rows where its lines begin, if fewer of them cross then.

    ``ports`` gives each line the place on its box where it begins, from 0 at the top to 1.
    """
    best, fewest = piece, _crossings(piece, ports)
    present = piece
    for sweep in range(4):
        present = _swept(present, ports, backwards=sweep % 2 == 1)
        crossings = _crossings(present, ports)
        if crossings < fewest:
            best, fewest = present, crossings
    return best


def _swept(piece: RankedPart, ports: Mapping[Ends, float], *, backwards: bool) -> RankedPart:
    """Order each rank by the average place of its neighbours in the rank before."""
    ranks = [list(rank) for rank in piece.ranks]
    links: dict[Vertex, list[tuple[Vertex, float]]] = {}
    for one, other, ends in piece.parts():
        if backwards:
            links.setdefault(one, []).append((other, 0.0))
        else:
            links.setdefault(other, []).append((one, ports[ends] if one == ends[0] else 0.5))
    steps = range(len(ranks) - 2, -1, -1) if backwards else range(1, len(ranks))
    for number in steps:
        beside = {
            vertex: float(at) for at, vertex in enumerate(ranks[number + 1 if backwards else number - 1])
        }
        now = {vertex: float(at) for at, vertex in enumerate(ranks[number])}
        middles = {
            vertex: [beside[other] + port for other, port in links.get(vertex, ()) if other in beside]
            for vertex in ranks[number]
        }
        ranks[number].sort(key=lambda v: sum(middles[v]) / len(middles[v]) if middles[v] else now[v])
    return replace(piece, ranks=tuple(map(tuple, ranks)))


def _crossings(piece: RankedPart, ports: Mapping[Ends, float]) -> int:
    """Count the pairs of lines that cross between two ranks."""
    at = {vertex: float(place) for rank in piece.ranks for place, vertex in enumerate(rank)}
    rank_of = {vertex: number for number, rank in enumerate(piece.ranks) for vertex in rank}
    spans: dict[int, list[tuple[float, float]]] = {}
    for one, other, ends in piece.parts():
        begin = at[one] + (ports[ends] if one == ends[0] else 0.5)
        spans.setdefault(rank_of[one], []).append((begin, at[other]))
    return sum(
        (a - c) * (b - d) < 0
        for each in spans.values()
        for position, (a, b) in enumerate(each)
        for c, d in each[:position]
    )
