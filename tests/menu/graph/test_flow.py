"""The graph under the checks: where a call can go, and what it knows there."""

from __future__ import annotations

from textwrap import dedent

import pytest

from ivr.menu.graph.flow import Flow
from ivr.menu.language.contract import Level
from ivr.menu.loader import draft_of
from tests.support.menus import CONTRACTS, FILES, MENU, small

TOP = 'anywhere: {"0": agent, "*": back}\nidentity: {known: who, verified: prove}\nvariables: {topic: none}\n'
IDENTITY = """
who: {run: find_account, outcomes: {found: return, not_found: agent, unavailable: agent}}
prove: {ask: id_tail, as: tail, needs: known, then: check}
check: {run: check_tail, with: {id_tail: "{{ tail }}"}, outcomes: {ok: return, mismatch: prove, unavailable: agent}}
"""


def flow(nodes: str, top: str = "") -> Flow:
    """Return the graph of a small hotline."""
    return of({"menu.yaml": small(nodes, top)})


def of(sources: dict[str, str]) -> Flow:
    """Return the graph of a hotline."""
    draft = draft_of(sources)
    assert draft.hotline is not None
    assert not draft.problems
    return Flow(draft.hotline, draft.nodes, CONTRACTS)


def test_the_sample_is_whole() -> None:
    """Everything is reachable, everything can end, and there is no loop without a listener."""
    graph = of({"menu.yaml": MENU, **FILES})
    assert graph.is_whole()
    assert graph.reachable() == graph.can_end() == graph.nodes.keys()
    assert graph.fast_loops() == []
    assert list(graph.unproved_returns()) == []


def test_neighbours_are_all_ways_on() -> None:
    """Options, the keys that work anywhere, what follows the last try, and the questions of identity."""
    graph = flow('main: {menu: {"1": {for: x, go: bye}}, needs: verified}' + IDENTITY, TOP)
    assert graph.neighbours("main") == {"bye", "agent", "prove"}
    assert graph.neighbours("main", chosen_only=True) == {"bye"}
    assert graph.neighbours("agent") == {"bye"}
    assert graph.neighbours("nowhere") == set()


@pytest.mark.parametrize(
    ("nodes", "dead"),
    [
        ('main: {menu: {"1": {for: x, go: bye}}}', set()),
        ('main: {menu: {"1": {for: x, go: main}}}', {"main"}),
        ('main: {menu: {"1": {for: x, go: b}}}\nb: {menu: {"1": {for: y, go: main}}}', {"main", "b"}),
        ('main: {menu: {"1": {for: x, go: b}, "2": {for: z, go: bye}}}\nb: {menu: {"1": {for: y, go: back}}}', set()),
        ('main: {menu: {"1": {for: x, go: b}}}\nb: {menu: {"1": {for: y, go: back}}}', {"main", "b"}),
        (('main: {menu: {"1": {for: x, go: b}, "2": {for: z, go: bye}}}\nb: {menu: {"1": {for: y, go: c}}}\n'
         'c: {menu: {"1": {for: y, go: back}}}'), set()),
    ],
)  # fmt: skip
def test_what_can_end(nodes: str, dead: set[str]) -> None:
    """A way back ends where its beginning does; the keys that work anywhere do not count."""
    graph = flow(nodes, TOP.replace("identity: {known: who, verified: prove}\n", ""))
    assert graph.nodes.keys() - graph.can_end() == dead


def test_loops_in_which_nobody_listens() -> None:
    """Each is told once, in the order of the file; a menu or an entry breaks a loop."""
    graph = flow(
        """\
        main: {choose: [{if: withheld, go: a}, {if: known, go: c}], else: m}
        a: {say: x, then: b}
        b: {set: {topic: x}, then: a}
        c: {run: find_account, outcomes: {found: c, not_found: bye, unavailable: bye}}
        m: {menu: {"1": {for: x, go: main}}}
        """
    )
    assert graph.fast_loops() == [["c"], ["a", "b"]]


def test_a_long_way_is_followed_without_recursion() -> None:
    """Thousands of nodes in a row are no trouble."""
    chain = "".join(f"n{number}: {{say: x, then: n{number + 1}}}\n" for number in range(3000))
    graph = flow(f"main: {{say: x, then: n0}}\n{chain}n3000: {{say: x, then: n0}}\n")
    assert [len(loop) for loop in graph.fast_loops()] == [3001]
    assert "n3000" in graph.knowledge()


def test_what_is_known_where_ways_meet() -> None:
    """A variable counts only when it was set on every way, identity only as far as every way has proved it."""
    graph = flow(
        """\
        main: {menu: {"1": {for: x, go: look}, "2": {for: y, go: meet}}}
        look: {run: find_account, outcomes: {found: told, not_found: bye, unavailable: bye}}
        told: {say: x, then: meet}
        meet: {say: x, then: bye}
        """,
        "variables: {topic: none}",
    )
    known = graph.knowledge()
    assert (set(known["told"].variables), known["told"].level) == ({"topic", "holder"}, Level.known)
    assert (set(known["meet"].variables), known["meet"].level) == ({"topic"}, Level.unknown)
    assert [known["meet"].has(name) for name in ("topic", "holder", "nothing")] == [True, False, False]


def test_the_human_knows_nothing() -> None:
    """A call comes to the human from anywhere, also when its bound is reached."""
    graph = flow("main: {run: find_account, outcomes: {found: agent, not_found: bye, unavailable: bye}}")
    assert graph.knowledge()["agent"].variables == frozenset()


def test_a_node_with_needs_is_entered_at_its_level() -> None:
    """The questions of identity come first."""
    graph = flow("main: {say: x, needs: verified, then: next}\nnext: {say: y, then: bye}\n" + IDENTITY, TOP)
    known = graph.knowledge()
    assert (known["main"].level, known["next"].level) == (Level.verified, Level.verified)
    assert (known["who"].level, known["prove"].level, known["check"].level) == (
        Level.unknown,
        Level.known,
        Level.known,
    )


@pytest.mark.parametrize(
    ("between", "lives"),
    [
        ("say: x, then: use", True),
        ("set: {topic: x}, then: use", True),
        ('menu: {"1": {for: x, go: use}}', False),
        ("run: find_account, outcomes: {found: use, not_found: use, unavailable: use}", False),
        ("record: x, then: use, nothing: use", False),
        ("say: x, needs: known, then: use", False),
    ],
)
def test_how_long_a_secret_lives(between: str, lives: bool) -> None:  # noqa: FBT001
    """Until an action has run, or the caller is listened to, or his identity is asked for."""
    graph = flow(
        f"main: {{ask: code, then: between}}\nbetween: {{{between}}}\nuse: {{say: x, then: bye}}\n"
        + IDENTITY,
        TOP,
    )
    assert ("main" in graph.knowledge()["use"].variables) is lives


def test_a_way_with_a_wrong_name_is_left_out() -> None:
    """What follows it is not judged."""
    nodes = dedent(
        """\
        main: {run: find_acount, outcomes: {found: told, not_found: bye, unavailable: bye}}
        told: {say: "{{ holder }}", then: bye}
        """
    )
    graph = flow(nodes)
    assert not graph.is_whole()
    assert "told" not in graph.knowledge()
    assert flow(nodes.replace("acount", "account")).is_whole()


def test_a_return_before_the_level_is_reached() -> None:
    """The questions would begin again, for ever."""
    graph = flow(
        """\
        main: {say: x, needs: verified, then: bye}
        who: {run: find_account, outcomes: {found: return, not_found: return, unavailable: agent}}
        prove: {ask: id_tail, as: tail, needs: known, then: check}
        check: {run: check_tail, with: {id_tail: "{{ tail }}"}, outcomes: {ok: return, mismatch: return, unavailable: agent}}
        """,
        TOP,
    )
    found = {(name, edge.path[-1], level.name) for name, edge, level in graph.unproved_returns()}
    assert found == {("who", "not_found", "known"), ("check", "mismatch", "verified")}
