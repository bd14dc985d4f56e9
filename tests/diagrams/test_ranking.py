"""Boxes in ranks: the library's work, seen as ours."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.diagrams.ranking import Ends, RankedPart, forward, ranked, untangled

NAMES = [f"n{number}" for number in range(12)]
LINES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=25, unique=True)


def ranks(piece: RankedPart) -> dict[str | int, int]:
    """Return the rank of everything in a piece."""
    return {vertex: number for number, rank in enumerate(piece.ranks) for vertex in rank}


@given(LINES)
def test_lines_that_close_a_circle_are_left_out(lines: list[Ends]) -> None:
    """What is kept can be followed to an end, and all that is reached is still reached."""
    kept = forward(lines, NAMES)
    assert kept <= set(lines)
    left = set(kept)
    while left:
        ends = {source for source, _ in left}
        last = {line for line in left if line[1] not in ends}
        assert last, f"a circle in {left}"
        left -= last
    without = {line for line in lines if line[0] != line[1]} - kept
    assert all(_reaches(kept, target, source) for source, target in without)


def _reaches(lines: set[Ends], begin: str, end: str) -> bool:
    todo, seen = [begin], {begin}
    while todo:
        at = todo.pop()
        if at == end:
            return True
        more = {target for source, target in lines if source == at} - seen
        seen |= more
        todo += more
    return False


@given(LINES)
def test_every_box_has_a_rank_and_every_line_runs_ahead(lines: list[Ends]) -> None:
    """Each line has its chain, one rank at a time, past lanes of its own; also after the ranks were put in order."""
    kept = [line for line in lines if line in forward(lines, NAMES)]
    pieces = ranked(NAMES, kept)
    assert sorted(
        box for piece in pieces for rank in piece.ranks for box in rank if isinstance(box, str)
    ) == sorted(NAMES)
    assert sorted(ends for piece in pieces for ends in piece.chains) == sorted(kept)
    for before in pieces:
        piece = untangled(before, dict.fromkeys(before.chains, 0.5))
        assert [set(rank) for rank in piece.ranks] == [set(rank) for rank in before.ranks]
        at = ranks(piece)
        for (source, target), chain in piece.chains.items():
            assert (chain[0], chain[-1]) == (source, target)
            assert all(isinstance(lane, int) for lane in chain[1:-1])
            assert [at[vertex] for vertex in chain] == list(range(at[source], at[target] + 1))


def test_lines_cross_no_more_than_they_must() -> None:
    """Two boxes stand in the order of the rows that lead to them."""
    piece = RankedPart((("a",), ("c", "b")), {("a", "b"): ("a", "b"), ("a", "c"): ("a", "c")})
    assert untangled(piece, {("a", "b"): 0.2, ("a", "c"): 0.8}).ranks[1] == ("b", "c")
    assert untangled(piece, {("a", "b"): 0.8, ("a", "c"): 0.2}).ranks[1] == ("c", "b")
