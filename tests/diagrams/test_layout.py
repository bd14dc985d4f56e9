"""Where boxes stand: nothing covers anything."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.diagrams.layout import ENTRY, Layout, Point, Size, lay_out, pack
from ivr.diagrams.ranking import Ends, forward

NAMES = [f"n{number}" for number in range(10)]
SIZES = st.builds(Size, st.integers(20, 200).map(float), st.integers(20, 300).map(float))
LINES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20, unique=True)


def cover(one: Point, a: Size, other: Point, b: Size) -> bool:
    """Say whether two rectangles have a part in common."""
    across = one[0] < other[0] + b.width and other[0] < one[0] + a.width
    return across and one[1] < other[1] + b.height and other[1] < one[1] + a.height


def check(laid: Layout, sizes: dict[str, Size]) -> None:
    """Check that no box covers another, that none leaves the page, and that no lane runs through a box."""
    for one, other in combinations(sizes, 2):
        assert not cover(laid.places[one], sizes[one], laid.places[other], sizes[other])
    for name, (x, y) in laid.places.items():
        assert x >= 0
        assert y >= 0
        assert x + sizes[name].width <= laid.size.width + 0.2
        assert y + sizes[name].height <= laid.size.height + 0.2
    for points in laid.lines.values():
        lanes = zip(points[1:-1:2], points[2::2], strict=False)
        for (left, y), (right, _) in lanes:
            lane = Size(right - left, 0.1)
            assert not any(cover((left, y), lane, laid.places[name], sizes[name]) for name in sizes)


@settings(max_examples=40)
@given(st.lists(SIZES, min_size=10, max_size=10), LINES)
def test_nothing_covers_anything(sizes: list[Size], lines: list[Ends]) -> None:
    """Whatever the sizes and the lines; each line runs from a row of its box to the title of the next."""
    named = dict(zip(NAMES, sizes, strict=True))
    ports = {ends: 10.0 for ends in lines if ends in forward(lines, NAMES)}
    laid = lay_out(named, ports)
    check(laid, named)
    for (source, target), points in laid.lines.items():
        x, y = laid.places[source]
        assert points[0] == (x + named[source].width, y + 10.0)
        to_x, to_y = laid.places[target]
        assert points[-1] == (to_x, to_y + ENTRY)
        assert [across for across, _ in points] == sorted(across for across, _ in points)


@settings(max_examples=40)
@given(st.lists(SIZES, max_size=9) | st.lists(SIZES, min_size=15, max_size=30))
def test_a_page_is_packed_without_covering(sizes: list[Size]) -> None:
    """The first rectangle stands first, and a page is never smaller than what is on it."""
    places, page = pack(sizes, 1.5, 10)
    assert len(places) == len(sizes)
    for (one, a), (other, b) in combinations(zip(places, sizes, strict=True), 2):
        assert not cover(one, a, other, b)
    if sizes:
        assert places[0] == (0.0, 0.0)
        assert page.width >= max(size.width for size in sizes)


def test_nothing_is_laid_out_of_nothing() -> None:
    """An empty group has no size."""
    assert lay_out({}, {}).size == Size(0, 0)
