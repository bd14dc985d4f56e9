"""The quickest ways through a menu: keys and seconds, from the answer of the call and to a human."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from ivr.menu.graph import routes as searches
from ivr.menu.graph.routes import Route, routes_to_human
from ivr.menu.graph.timed import TimedEdges
from ivr.menu.speech.estimates import seconds_of
from ivr.menu.tree import Tree
from tests.support.menus import bilingual, small, tree

KEYS = 'anywhere: {"0": {go: agent, for: a person}, "*": back, "9": repeat}'


def routes(made: Tree, language: str) -> Mapping[str, Route]:
    """Return the quickest routes in a language."""
    return searches.routes(TimedEdges.of(made, language))


def said(made: Tree, *parts: tuple[str, int | str]) -> float:
    """Return the seconds of parts of nodes: `("main", "say")`, or the n-th announcement of a menu."""
    own = made.speech[made.languages[0]].nodes
    return seconds_of(
        itertools.chain.from_iterable(
            getattr(own[node], part)[:1] if isinstance(part, str) else own[node].announced[part : part + 1]
            for node, part in parts
        )
    )


SHOP = small(
    """\
    main: {say: Welcome to the shop., then: choice}
    choice:
      say: What is it about?
      menu:
        "1": {for: orders, go: number}
        "2": {for: opening hours, go: hours}
    number: {ask: digits, length: 6, say: Please enter the six digits of your order., then: told}
    told: {say: It is on its way., then: bye}
    hours: {say: Nine to five., then: choice}
    """,
    KEYS,
)


def test_a_key_is_pressed_when_it_has_been_announced() -> None:
    """So the second option costs the first one's seconds too, and the greeting before."""
    made = tree(SHOP)
    found = routes(made, "en-US")
    before = said(made, ("main", "say"))
    assert (found["main"].keys, found["main"].seconds) == ((), 0)
    assert found["choice"].seconds == pytest.approx(before)
    first = said(made, ("main", "say"), ("choice", "say"), ("choice", 0))
    assert found["number"].keys == ("1",)
    assert found["number"].pressed_at == ("choice",)
    assert found["number"].seconds == pytest.approx(first)
    assert found["hours"].keys == ("2",)
    assert found["hours"].seconds == pytest.approx(first + said(made, ("choice", 1)))


def test_a_key_of_anywhere_is_known_when_it_is_announced_last() -> None:
    """Or, where no menu announces it, when everything has been said."""
    made = tree(small('main: {menu: {"1": {for: it, go: bye}, "2": {for: no, go: bye}}}', KEYS))
    found = routes(made, "en-US")["agent"]
    assert found.keys == ("0",)
    assert found.seconds == pytest.approx(said(made, ("main", 0), ("main", 1), ("main", 2)))
    silent = tree(
        small('main: {menu: {"1": {for: it, go: bye}, "2": {for: no, go: bye}}}', 'anywhere: {"0": agent}')
    )
    assert routes(silent, "en-US")["agent"].seconds == pytest.approx(said(silent, ("main", 0), ("main", 1)))


def test_an_entry_is_typed_after_its_question() -> None:
    """How long he types is not counted; it is shown by the name of its node."""
    made = tree(SHOP)
    found = routes(made, "en-US")
    assert found["told"].keys == ("1", "‹number›")
    assert found["told"].pressed_at == ("choice", "number")
    assert found["told"].seconds == pytest.approx(found["number"].seconds + said(made, ("number", "say")))


def test_an_entry_that_is_read_back_needs_one_more_key() -> None:
    """He hears it, and says that it is right."""
    plain, read = tree(SHOP), tree(SHOP.replace("length: 6,", "length: 6, read_back: true,"))
    found = routes(read, "en-US")["told"]
    assert found.keys == ("1", "‹number›", "1")
    assert found.seconds > routes(plain, "en-US")["told"].seconds + 1


def test_yes_and_no_are_keys() -> None:
    """After the sentence that names them."""
    made = tree(
        small(
            "main: {ask: yes_no, say: Shall I?, yes: a, no: b}\na: {say: A., then: bye}\nb: {say: B., then: bye}"
        )
    )
    found = routes(made, "en-US")
    assert (found["a"].keys, found["b"].keys) == (("1",), ("2",))
    assert found["a"].seconds == pytest.approx(
        said(made, ("main", "say")) + seconds_of(made.speech["en-US"].phrases["yes_no"][:1])
    )


def test_a_key_beside_an_entry_ends_with_pound() -> None:
    """And one of anywhere is known when everything has been said."""
    made = tree(
        small(
            """\
            main: {ask: digits, length: 6, say: Please enter six digits., keys: {"1": {for: none, go: a}}, then: bye}
            a: {say: A., then: bye}
            """,
            KEYS,
        )
    )
    found = routes(made, "en-US")
    assert found["a"].keys == ("1#",)
    assert found["agent"].keys == ("0#",)
    assert found["a"].seconds == pytest.approx(said(made, ("main", "say"), ("main", 0)))


def test_what_only_silence_reaches_takes_every_try() -> None:
    """Nothing is pressed; each silence lasts its timeout."""
    made = tree(
        small(
            """\
            main: {tries: 2, timeout: 7, after_tries: a, menu: {"1": {for: the end, go: bye}, "2": {for: me, go: agent}}}
            a: {say: A., then: bye}
            """
        )
    )
    found = routes(made, "en-US")["a"]
    sorry = seconds_of(made.speech["en-US"].phrases["noinput"][:1])
    assert found.keys == ()
    assert found.seconds == pytest.approx(14 + sorry + 2 * said(made, ("main", 0), ("main", 1)))


def test_whatever_an_action_answers_is_possible_and_free() -> None:
    """So is whatever a condition chooses."""
    made = tree(
        small(
            """\
            main: {run: find_account, outcomes: {found: a, not_found: b, unavailable: agent}}
            a: {say: A., then: bye}
            b: {choose: [{if: caller == 'x', go: c}], else: bye}
            c: {say: C., then: bye}
            """
        )
    )
    found = routes(made, "en-US")
    assert {name: found[name].seconds for name in "abc"} == {"a": 0, "b": 0, "c": 0}


def test_the_questions_of_identity_are_on_the_way() -> None:
    """A node that asks who is calling is reached when that is proved, once in the call."""
    made = bilingual().tree
    assert made is not None
    found = routes(made, "zh-CN")
    assert found["prove"].keys == ("1",)
    assert found["limits"].keys == ("1", "‹prove›")
    assert found["limits"].pressed_at == ("main", "prove")
    assert found["limits_told"].seconds == found["limits"].seconds
    asked = said(made, ("greeting", "say"), ("main", 0), ("prove", "say"))
    assert found["limits"].seconds == pytest.approx(asked)


def test_a_condition_on_identity_holds_only_for_who_has_proved_it() -> None:
    """`if: verified` is no way round the question."""
    made = tree(
        small(
            """\
            main: {menu: {"1": {for: it, go: gate}, "2": {for: proving it, go: prove}}}
            gate: {choose: [{if: verified, go: inside}], else: bye}
            prove: {needs: verified, say: Thank you., then: gate}
            inside: {say: You are in., then: bye}
            ask: {ask: id_tail, say: The tail?, as: id_tail, then: check, needs: known}
            check: {run: check_tail, outcomes: {ok: return, mismatch: agent, unavailable: agent}}
            who: {run: find_account, outcomes: {found: return, not_found: agent, unavailable: agent}}
            """,
            "identity: {known: who, verified: ask}",
        )
    )
    assert routes(made, "en-US")["inside"].keys == ("2", "‹ask›")


def test_each_language_has_its_own_seconds() -> None:
    """An option that changes the language is heard in that one, in both."""
    made = bilingual().tree
    assert made is not None
    chinese, english = (routes(made, language) for language in made.languages)
    assert chinese.keys() == english.keys()
    assert chinese["when"].seconds != english["when"].seconds


def test_a_way_to_a_human_can_be_counted_on() -> None:
    """An action that might fail into the human's arms is none; a key is, and so is a way on which nobody is asked."""
    made = tree(
        small(
            """\
            main: {menu: {"1": {for: it, go: find}, "2": {for: the end, go: bye}}}
            find: {run: find_account, outcomes: {found: main, not_found: sorry, unavailable: agent}}
            sorry: {say: There is none., then: agent}
            """,
            KEYS,
        )
    )
    found = routes_to_human(TimedEdges.of(made, "en-US"))
    assert found["main"].keys == ("0",)
    assert found["find"].keys == ("0",)
    assert found["find"].seconds == pytest.approx(found["main"].seconds)
    assert (found["sorry"].keys, found["sorry"].node) == ((), "agent")
    assert found["sorry"].seconds == pytest.approx(said(made, ("sorry", "say"), ("agent", "say")))
    assert "bye" not in found


def test_a_node_from_which_some_answer_leads_to_no_human_has_no_way() -> None:
    """Unless the caller can press a key before."""
    text = """\
        main: {run: find_account, outcomes: {found: bye, not_found: agent, unavailable: agent}}
        """
    assert "main" not in routes_to_human(TimedEdges.of(tree(small(text)), "en-US"))


def test_fewest_keys_may_take_longer_and_nobody_waits_in_silence() -> None:
    """Two short keys are quicker than one at the end of a long menu; it is still one key."""
    made = tree(
        small(
            """\
            main:
              menu:
                "1": {for: a, go: second}
                "2": {for: everything about the history of our house and of its many owners, go: bye}
                "3": {for: a person, go: agent}
            second: {menu: {"1": {for: a person, go: agent}, "2": {for: the end, go: bye}}}
            """
        )
    )
    assert routes_to_human(TimedEdges.of(made, "en-US"))["main"].keys == ("1", "1")
    assert routes_to_human(TimedEdges.of(made, "en-US"), fewest_keys=True)["main"].keys == ("3",)
    made = tree(small("main: {menu: {'1': {for: it, go: bye}, '2': {for: no, go: main}}}"))
    assert routes_to_human(TimedEdges.of(made, "en-US"), fewest_keys=True).keys() == {"agent"}


def test_a_way_to_a_human_leads_through_the_questions_of_identity() -> None:
    """Whoever must prove himself first counts with the slower of the two."""
    made = bilingual().tree
    assert made is not None
    found = routes_to_human(TimedEdges.of(made, "zh-CN"))
    assert found["prove"].keys == ("0#",)
    assert found["limits"].node == "agent"


def test_a_deep_tree_shares_its_routes() -> None:
    """A thousand menus one below the other: the last is a thousand keys away, and each route is a link of a chain."""
    depth = 1000
    nodes = "\n".join(
        f'm{at}: {{menu: {{"1": {{for: more, go: m{at + 1}}}, "2": {{for: the end, go: bye}}}}}}'
        for at in range(depth)
    )
    made = tree(small(f"main: {{say: Hello., then: m0}}\n{nodes}\nm{depth}: {{say: Here., then: bye}}"))
    found = routes(made, "en-US")
    assert len(found[f"m{depth}"].keys) == depth
    last = found[f"m{depth}"].presses
    assert last is not None
    assert last.other is found[f"m{depth - 1}"].presses
