"""Positions of boxes and lines. Lines run from left to right, past the boxes between.

The result is the same on every machine and in every run.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ivr.diagrams.ranking import Ends, RankedPart, Vertex, ranked, untangled

GAP = 11.0
"""The space between two boxes of a rank."""
BEND = 38.0
"""The space between two ranks, where lines bend."""
ENTRY = 11.0
"""The distance from a box's top to the end of a line: the height of its title."""
_LANE = 8.0
"""The height of a line that passes a rank."""
_SWEEPS = 8
_MANY = 14
"""More rectangles than these are not tried in several orders, which would take too long."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a box, a line or a page, in whole units of the picture."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The upper left corners of boxes, and the points of lines by their ends."""

    size: Size
    places: Mapping[str, Point]
    lines: Mapping[Ends, Sequence[Point]]


def lay_out(sizes: Mapping[str, Size], ports: Mapping[Ends, float]) -> Layout:
    """Lay out boxes and the lines between them. The lines must not close a circle.

    ``ports`` gives each line, by its ends, the height on its box where it begins.
    """
    shares = {ends: height / sizes[ends[0]].height for ends, height in ports.items()}
    pieces = [_placed(untangled(piece, shares), sizes, ports) for piece in ranked(list(sizes), list(ports))]
    origins, size = pack([piece.size for piece in pieces], _form(pieces), GAP * 2)
    places, lines = dict[str, Point](), dict[Ends, Sequence[Point]]()
    for piece, (left, top) in zip(pieces, origins, strict=True):
        places |= {name: (x + left, y + top) for name, (x, y) in piece.places.items()}
        lines |= {ends: [(x + left, y + top) for x, y in points] for ends, points in piece.lines.items()}
    return Layout(size, places, lines)


def _form(pieces: Sequence[Layout]) -> float:
    """Return the ratio of width to height for all pieces together. A piece larger than all others decides."""
    areas = [piece.size.width * piece.size.height for piece in pieces]
    if not areas or max(areas) < sum(areas) / 2:
        return 1.6
    largest = pieces[areas.index(max(areas))].size
    return max(1.6, largest.width / largest.height)


def pack(sizes: Sequence[Size], wanted: float, gap: float) -> tuple[list[Point], Size]:
    """Place rectangles on a small page with about this ratio of width to height. The first one stays first."""
    if not sizes:
        return [], Size(0, 0)
    area = sum((size.width + gap) * (size.height + gap) for size in sizes)
    widest = max(size.width for size in sizes)
    if len(sizes) > _MANY:
        return _shelved(sizes, max(widest, (area * wanted) ** 0.5), gap)
    widths = {(area * wanted) ** 0.5 * percent / 100 for percent in range(70, 200, 3)}
    widths |= {widest, *(widest + size.width + gap for size in sizes)}
    tries = [(order, width) for order in _orders(sizes) for width in sorted(widths) if width >= widest]
    order, width = min(tries, key=lambda each: _waste(_packed(sizes, each[0], each[1], gap)[1], wanted))
    best = _packed(sizes, order, width, gap)
    for one, other in [*itertools.combinations(range(1, len(sizes)), 2)] * 2:
        order[one], order[other] = order[other], order[one]
        found = _packed(sizes, order, width, gap)
        if _waste(found[1], wanted) < _waste(best[1], wanted):
            best = found
        else:
            order[one], order[other] = order[other], order[one]
    return best


def _shelved(sizes: Sequence[Size], width: float, gap: float) -> tuple[list[Point], Size]:
    """Place rectangles in rows. This is quick, however many there are."""
    places: list[Point] = []
    left = top = deepest = right = 0.0
    for size in sizes:
        if left and left + size.width > width:
            left, top = 0.0, deepest + gap
        places.append((left, top))
        deepest, right = max(deepest, top + size.height), max(right, left + size.width)
        left += size.width + gap
    return places, Size(right, deepest)


def _orders(sizes: Sequence[Size]) -> list[list[int]]:
    """Return orders to try: as given, or the large rectangles first."""
    first, *others = range(len(sizes))
    measures: list[Callable[[int], float]] = [
        lambda _: 0,
        lambda at: -sizes[at].height,
        lambda at: -sizes[at].width,
        lambda at: -sizes[at].width * sizes[at].height,
    ]
    return [[first, *sorted(others, key=measure)] for measure in measures]


def _waste(page: Size, wanted: float) -> float:
    """Return how bad a page is: its area, increased by its distance from the wanted ratio."""
    form = page.width / page.height / wanted
    return page.width * page.height * math.sqrt(max(form, 1 / form))


def _packed(
    sizes: Sequence[Size], order: Sequence[int], width: float, gap: float
) -> tuple[list[Point], Size]:
    """Place each rectangle as high as possible, and then as far left, on a page of this width."""
    used: list[tuple[Point, Size]] = []
    places: dict[int, Point] = {}
    for at in order:
        size = sizes[at]
        lefts = sorted({0.0, *(x + other.width + gap for (x, _), other in used)})
        fitting = [left for left in lefts if left == 0 or left + size.width <= width]
        top, left = min((_top(left, size, used, gap), left) for left in fitting)
        places[at] = (left, top)
        used.append((places[at], size))
    right = max(x + size.width for (x, _), size in used)
    bottom = max(y + size.height for (_, y), size in used)
    return [places[at] for at in range(len(sizes))], Size(right, bottom)


def _top(left: float, size: Size, used: Iterable[tuple[Point, Size]], gap: float) -> float:
    """Return how high a rectangle can stand here: below everything above its width."""
    return max(
        (
            y + other.height + gap
            for (x, y), other in used
            if x < left + size.width + gap and left < x + other.width + gap
        ),
        default=0.0,
    )


def _placed(piece: RankedPart, sizes: Mapping[str, Size], ports: Mapping[Ends, float]) -> Layout:
    """Place every vertex of a piece, and compute the points of every line."""
    heights = {
        vertex: sizes[vertex].height if isinstance(vertex, str) else _LANE
        for rank in piece.ranks
        for vertex in rank
    }
    tops = _tops(piece, heights, ports)
    lefts, left = dict[Vertex, float](), 0.0
    widths = dict[Vertex, float]()
    for rank in piece.ranks:
        width = max(sizes[vertex].width if isinstance(vertex, str) else 0.0 for vertex in rank)
        lefts |= dict.fromkeys(rank, left)
        widths |= dict.fromkeys(rank, width)
        left += width + BEND
    lines = {}
    for ends, chain in piece.chains.items():
        points = [(lefts[ends[0]] + sizes[ends[0]].width, tops[ends[0]] + ports[ends])]
        for lane in chain[1:-1]:
            middle = tops[lane] + _LANE / 2
            points += [(lefts[lane], middle), (lefts[lane] + widths[lane], middle)]
        lines[ends] = [*points, (lefts[ends[1]], tops[ends[1]] + ENTRY)]
    places = {vertex: (lefts[vertex], tops[vertex]) for vertex in tops if isinstance(vertex, str)}
    size = Size(left - BEND, max(tops[vertex] + heights[vertex] for vertex in tops))
    return Layout(size, places, lines)


def _tops(
    piece: RankedPart, heights: Mapping[Vertex, float], ports: Mapping[Ends, float]
) -> dict[Vertex, float]:
    """Return the height of every vertex: near its neighbours, in the order of its rank, without overlaps."""
    links: dict[Vertex, list[tuple[Vertex, float]]] = {vertex: [] for vertex in heights}
    for one, other, ends in piece.parts():
        begin = ports[ends] if one == ends[0] else heights[one] / 2
        end = ENTRY if other == ends[1] else heights[other] / 2
        links[one].append((other, end - begin))
        links[other].append((one, begin - end))
    tops = dict[Vertex, float]()
    for rank in piece.ranks:
        at = 0.0
        for vertex in rank:
            tops[vertex] = at
            at += heights[vertex] + GAP
    forth = [*piece.ranks]
    for sweep in range(_SWEEPS):
        for rank in forth if sweep % 2 == 0 else forth[::-1]:
            wanted = [
                median(tops[other] + shift for other, shift in links[vertex])
                if links[vertex]
                else tops[vertex]
                for vertex in rank
            ]
            tops |= dict(zip(rank, _apart(wanted, [heights[vertex] for vertex in rank]), strict=True))
    least = min(tops.values())
    return {vertex: round(top - least, 1) for vertex, top in tops.items()}


def _apart(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Return the places nearest to the wanted ones (least squares) that keep the order and do not overlap."""
    offsets = [0.0]
    for height in heights[:-1]:
        offsets.append(offsets[-1] + height + GAP)
    blocks: list[tuple[float, int]] = []  # the mean of what its members want, and their number
    for want, offset in zip(wanted, offsets, strict=True):
        mean, members = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            before, more = blocks.pop()
            mean, members = (mean * members + before * more) / (members + more), members + more
        blocks.append((mean, members))
    means = [mean for mean, members in blocks for _ in range(members)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
