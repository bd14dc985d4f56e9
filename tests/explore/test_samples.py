"""The values that a menu's variables are tried with are those that it can tell apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ivr.explore.sample_entries import SampleEntry, bad_entries, good_entries
from ivr.explore.samples import ACCOUNT, MOST_WORDS, SOMETHING, Samples
from ivr.menu.language.contract import Contract, Outcome
from ivr.menu.speech.filters import FILTERS
from ivr.menu.tree import Tree
from tests.support.engine_call import tree_of
from tests.support.mazes import CONTRACTS, mazes


def asking(condition: str, variables: str = "{x: '', y: ''}") -> Tree:
    """Return a menu with one condition."""
    nodes = f'main: {{choose: [{{if: "{condition}", go: agent}}], else: bye}}'
    return tree_of(nodes, f"variables: {variables}", contracts=CONTRACTS)


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("x == 'red'", ("red", SOMETHING)),
        ("x > 5", (5, 4, 6)),
        ("x", (False, True)),
        ("x in ['a', 'b']", ("a", SOMETHING, "b")),
        ("x < y", (1, 0, 2)),
        ("x.year > 2000", (2000, 1999, 2001)),
    ],
)
def test_a_variable_is_tried_with_what_it_is_compared_with(
    condition: str, values: tuple[object, ...]
) -> None:
    """And with what lies beside it; one that is compared with another variable, with more and less."""
    assert Samples(asking(condition)).values("x") == values


def test_a_variable_is_tried_with_the_words_of_a_text_that_it_is_looked_for_in() -> None:
    """A list of tickets is one text: a ticket of it must be tried, or what follows seems out of reach."""
    samples = Samples(asking("x in y", """{x: '', y: "1042, '1057'; red"}"""))
    assert {"1042", "1057", "red"} <= set(samples.values("x"))
    assert "1042" not in samples.values("y")
    many = ", ".join(map(str, range(1000, 2600)))
    assert len(Samples(asking("x in y", f"{{x: '', y: '{many}'}}")).values("x")) <= 3 + MOST_WORDS


TICKETS = """
main: {say: The ticket., ask: digits, length: 4, as: ticket, then: look}
look: {choose: [{if: ticket in ready, go: found}], else: bye}
found: {say: It is ready., then: bye}
"""


def test_an_entry_is_tried_with_the_numbers_of_a_text() -> None:
    """Each with the length of the entry; what is typed after `set` counts, too."""
    tree = tree_of(TICKETS, 'variables: {ready: "all 1042, 77"}', contracts=CONTRACTS)
    assert SampleEntry("1042", "#") in good_entries(tree, "main", Samples(tree))
    nodes = 'main: {set: {ready: "1057"}, then: enter}' + TICKETS.replace("main:", "enter:")
    tree = tree_of(nodes, 'variables: {ready: ""}', contracts=CONTRACTS)
    assert SampleEntry("1057", "#") in good_entries(tree, "enter", Samples(tree))


def test_a_wrong_entry_of_a_fixed_length_can_be_typed() -> None:
    """The entry is over at its last key, so that no more keys than that are tried."""
    tree = tree_of(TICKETS, 'variables: {ready: ""}', contracts=CONTRACTS)
    typed = [entry.keys for entry in bad_entries(tree, "main")]
    assert typed == ["5", "*3*3"]


def test_the_values_are_found_once() -> None:
    """Each state asks for them: to find them anew each time made a large menu take the square of its time."""
    samples = Samples(asking("x > 7 or x == 3"))
    assert samples.values("x") is samples.values("x")


def test_a_variable_that_nothing_compares_has_one_value() -> None:
    """One that its filter can say."""
    tree = tree_of(
        "main: {run: balance, outcomes: {ok: told, unavailable: agent}}\n"
        "told: {say: '{{ amount | money }}', then: bye}",
        contracts={"balance": Contract("balance", "", {"ok": Outcome("", {"amount": ""})})},
    )
    assert Samples(tree).values("amount") == (FILTERS["money"].example,)
    assert Samples(tree).values("elsewhere") == (SOMETHING,)


def test_a_date_is_compared_with_today_from_both_sides() -> None:
    """Of values that an action tells, one lies before the day of the proof, one after it."""
    tree = asking("x | int > 0 or x < today")
    assert len(Samples(tree).values("x")) >= 3
    filtered = tree_of(
        "main: {choose: [{if: x < today, go: told}], else: bye}\ntold: {say: '{{ x | day }}', then: bye}",
        "variables: {x: ''}",
        contracts=CONTRACTS,
    )
    day = date(2026, 11, 24)
    assert set(Samples(filtered).values("x")) == {day, day - timedelta(days=1), day + timedelta(days=1)}


@pytest.mark.parametrize(
    ("condition", "one", "other"),
    [
        ("x | int % 2 == 1", 3, 5),
        ("x < y", 3, 5),
        ("'a' in x", "ba", "bc"),
        ("x is defined", None, ""),
        ("x + 1 > 5", 4, 5),
        ("x == 'a' and (x | length) > 2", "bcd", "b"),
    ],
)
def test_values_of_which_more_matters_are_never_merged(condition: str, one: object, other: object) -> None:
    """Only plain comparisons with constants, and plain truth, let two values count as one."""
    samples = Samples(asking(condition))
    assert samples.kind("x", one) != samples.kind("x", other)


@pytest.mark.parametrize(
    ("condition", "one", "other"), [("x == 'a'", "b", "c"), ("x > 5", 7, 8), ("x and not y", "b", 7)]
)
def test_values_that_the_menu_cannot_tell_apart_are_one(condition: str, one: object, other: object) -> None:
    """So that there are few states."""
    samples = Samples(asking(condition))
    assert samples.kind("x", one) == samples.kind("x", other)


def test_a_text_that_survives_another_account_is_not_one_that_is_forgotten() -> None:
    """A `set` with a plain text is kept when the account changes; the same variable from an action is not."""
    samples = Samples(mazes()["accounts"])
    assert samples.kind("sky", "red") != samples.kind("sky", SOMETHING)


def test_the_number_of_a_message_is_one_and_none() -> None:
    """Where a message goes to a variable, the caller without a number is tried too."""
    tree = tree_of(
        "main: {text: Hello., to: '{{ number }}', then: bye, unable: bye, rationed: bye}",
        "variables: {number: ''}",
        contracts=CONTRACTS,
    )
    assert Samples(tree).values("number") == (ACCOUNT, SOMETHING)


def test_outcomes_are_tried_with_every_combination() -> None:
    """Unless there are too many: then each value with the first of the others."""
    samples = Samples(asking("x == 'red' and y"))
    results = samples.results(Outcome("", {"x": "", "y": ""}))
    assert len(results) == 4
    assert {(each["x"], each["y"]) for each in results} >= {("red", True), (SOMETHING, False)}


def test_entries_are_good_and_bad() -> None:
    """The ends of a range are taken; something else is not, nor a part."""
    tree = tree_of("main: {say: How much?, ask: amount, range: 5-50, then: bye}", contracts=CONTRACTS)
    good = {entry.keys for entry in good_entries(tree, "main", Samples(tree))}
    assert {"5", "50", "12"} <= good
    assert "1234*56" not in good
    assert bad_entries(tree, "main")


def test_less_than_a_constant_the_same_and_more_are_three_kinds_of_a_value() -> None:
    """`x > 5` and `x >= 5` part them in different places; a value that cannot be compared is a fourth kind."""
    samples = Samples(asking("x > 5"))
    kinds = [samples.kind("x", value) for value in (4, 5, 6, "red")]
    assert len(set(kinds)) == 4
    assert samples.kind("x", 60) == samples.kind("x", 6)
