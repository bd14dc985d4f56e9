"""How knowledge spreads over a graph: what holds on every path, found without following every path."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.graph.knowledge import Knowledge, spread
from ivr.menu.language.contract import Level

NODES = 7
Graph = Mapping[str, Sequence[tuple[str, str, bool, Level]]]
"""By node: each edge with its target, a variable, whether it is set or forgotten, and the level that is reached."""


def after(graph: Graph, name: str, at: Knowledge) -> list[tuple[str, Knowledge]]:
    """Return what is known after each edge of a node."""
    return [
        (
            target,
            (at.and_also([variable]) if is_set else at.without([variable])).at_level(max(at.level, level)),
        )
        for target, variable, is_set, level in graph[name]
    ]


def slowly(graph: Graph, begin: Mapping[str, Knowledge]) -> dict[str, Knowledge]:
    """Return the same, found by following every edge again whenever something has changed before it."""
    found: dict[str, Knowledge] = {}
    todo = deque(begin.items())
    while todo:
        name, arriving = todo.popleft()
        old = found.get(name)
        new = arriving if old is None else old & arriving
        if new != old:
            found[name] = new
            todo += after(graph, name, new)
    return found


names = st.integers(0, NODES - 1).map(str)
edges = st.lists(
    st.tuples(names, st.sampled_from("abc"), st.booleans(), st.sampled_from(list(Level))), max_size=4
)


@given(st.fixed_dictionaries({str(number): edges for number in range(NODES)}))
def test_it_is_what_holds_on_every_path(graph: Graph) -> None:
    """Whatever the graph, and in whichever order it is followed."""
    begin = dict.fromkeys(["0", "1"], Knowledge.of(["a"]))
    found = spread(begin, lambda name: [edge[0] for edge in graph[name]], lambda *at: after(graph, *at))
    assert found == slowly(graph, begin)


def test_each_node_of_a_tree_is_looked_at_once() -> None:
    """Though many paths of different lengths lead to it, and though the short ones were found first."""
    steps = [f"n{number}" for number in range(50)]
    follow = {name: [*steps[number + 1 :][::-1]] for number, name in enumerate(steps)}
    looked: list[str] = []

    def known_after(name: str, at: Knowledge) -> list[tuple[str, Knowledge]]:
        looked.append(name)
        return [(target, at.and_also([name])) for target in follow[name]]

    found = spread({"n0": Knowledge.of(())}, follow.__getitem__, known_after)
    assert looked == steps
    assert found["n49"].variables == {"n0"}


def test_what_is_known() -> None:
    """Variables can be added, forgotten and asked for, of which none disturbs another."""
    at = Knowledge.of(["a", "b"]).and_also(["c"]).without(["b", "unheard_of"]).at_level(Level.known)
    assert (set(at.variables), at.level) == ({"a", "c"}, Level.known)
    assert [at.has(name) for name in ("a", "b", "c", "d")] == [True, False, True, False]
    assert set(at.only(["d"]).variables) == {"d"}
