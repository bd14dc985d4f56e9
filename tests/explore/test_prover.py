"""Each promise: a small menu that breaks it is found by the way that shows it, and the same menu mended keeps it."""

from __future__ import annotations

import pytest

from ivr.explore.counterexample import as_call
from ivr.explore.properties import PROOFS
from tests.support.lint_hotlines import proved_of, tree_of


def steps_of(proof: str) -> tuple[str, list[str]]:
    """Return where the first example breaks its promise, and the steps of the call that shows it."""
    example = PROOFS[proof].before
    found = next(each for each in proved_of(example).findings if each.proof == proof)
    if not found.way:
        return found.node, []
    call = as_call(tree_of(example), found.way, "shown")
    return found.node, [step if isinstance(step, str) else str(step) for step in call.steps]


@pytest.mark.parametrize(
    ("proof", "node", "steps"),
    [
        ("P01", "main", ["node='main'"]),
        ("P02", "main", ["node='main'"]),
        ("P03", "main", ["silence", "silence", "silence"]),
        ("P04", "second", ["hears='Another moment.'"]),
        ("P05", "main", ["node='main'"]),
        ("P06", "main", ["press='739158'", "node='main'"]),
        ("P07", "limits", ["hang_up"]),
        ("P08", "stolen", ["press='1'"]),
        ("P09", "main", ["hears='One moment.'"]),
        ("P10", "main", ["node='main'"]),
        ("P11", "agent", ["hears='One moment.'"]),
        ("P12", "main", ["hang_up"]),
        ("P13", "lost", []),
    ],
)
def test_the_broken_example_breaks_it_by_this_way(proof: str, node: str, steps: list[str]) -> None:
    """At this node, and after no more steps than it takes."""
    assert steps_of(proof) == (node, steps)


def test_a_node_behind_a_condition_may_be_reached_with_another_value() -> None:
    """Then it is a warning, which says what a reader does who knows such a value."""
    (found,) = (each for each in proved_of(PROOFS["P13"].before).findings if each.proof == "P13")
    assert found.severity == "warning"
    assert found.remedy == (
        "lead an option or an outcome here, or delete it; "
        "if a value that was not tried leads here, keep it, and show that value in a written call"
    )


def test_what_breaks_may_be_a_condition() -> None:
    """Digits that are compared with a number break it: the remedy names the filter that makes a number of them."""
    (found, *_) = (each for each in proved_of(PROOFS["P12"].before).findings if each.proof == "P12")
    assert found.remedy.startswith("mend the template or condition (`| int` makes a number of a text)")


def message_left(then: str) -> str:
    """Return a hotline with a key for a person, and one that leaves a message."""
    return (
        'anywhere: {"0": {go: agent, for: a person}}\nnodes:\n'
        '  main: {menu: {"1": {for: a message, go: message}, "2": {for: the end, go: bye}}}\n'
        f"  message: {{say: Tell us after the tone., record: message, then: {then}, nothing: main}}"
    )


def test_a_recording_far_from_a_human_is_mended_in_each_way_that_is_named() -> None:
    """A key `anywhere` is no remedy there, because a recording takes none."""
    (found,) = (each for each in proved_of(message_left("bye")).findings if each.proof == "P02")
    assert found.node == "message"
    assert "`anywhere`" not in found.remedy
    for remedy in (
        "ring a desk before it",
        "lead `then:` to a menu",
        "write `allow: {P02: the reason}` here",
    ):
        assert remedy in found.remedy
    desk_first = message_left("bye").replace("for: a message, go: message", "for: a message, go: agent")
    desk_first = desk_first.replace("anywhere:", _DESK_WITH_VOICEMAIL + "anywhere:")
    for mended in (message_left("main"), desk_first):
        assert [each.what for each in proved_of(mended).findings if each.proof == "P02"] == []


_DESK_WITH_VOICEMAIL = (
    'desks: {service: {number: "+8657100000001", hours: {mon-fri: "09:00-17:00"}, closed: message, busy: message, '
    "no_answer: message, failed: bye}}\n"
)


@pytest.mark.parametrize("proof", PROOFS)
def test_the_mended_example_keeps_every_promise(proof: str) -> None:
    """Not only the one that it is about."""
    assert [each.what for each in proved_of(PROOFS[proof].after).findings if each.proof == proof] == []
