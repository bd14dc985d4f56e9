"""Two versions of a hotline: entries, conditions, actions, and who must prove who they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.diff.changes import Side
from ivr.menu.compiler import compile_tree
from ivr.menu.language.contract import Level, Times
from ivr.menu.loader import draft_of
from tests.support.menus import CONTRACTS, changed, small
from tests.support.versions import sample, texts_told, told

TYPED = """
main: {say: Your number., ask: digits, length: 4-6, timeout: 5, then: chosen, keys: {"1": {for: the end, go: bye}}}
chosen: {choose: [{if: main == '1111', go: agent}, {if: main == '2222', go: bye}], else: texted}
texted: {text: Hello., then: left, unable: left, rationed: left}
left: {record: voicemail, then: bye, nothing: bye}
"""


@pytest.mark.parametrize(
    ("edit", "sentences"),
    [
        (("length: 4-6", "length: 4-8"), ["`main`: the length of the entry is `4-8`; before: `4-6`"]),
        (("timeout: 5", "timeout: 9"), ["`main`: seconds of silence until it is told: 9; before: 5"]),
        (("timeout: 5", "tries: 2"), ["`main`: tries until a human takes over: 2; before: 3"]),
        (
            ("timeout: 5", "after_tries: bye"),
            [
                "! From `main` no way leads to a human; before: a human is reached by waiting alone, N s",
                "`main`: after the last try the call goes to `bye`; before: to a human",
            ],
        ),
        (("timeout: 5", "barge_in: false"), ["`main`: no key interrupts it any more"]),
        (
            ("{if: main == '1111', go: agent}, ", "{if: main == '3333', go: agent}, "),
            ["`chosen`: `agent` follows when `main == '3333'`; before: when `main == '1111'`"],
        ),
        (
            ("[{if: main == '1111', go: agent}, ", "["),
            ["`chosen`: the condition `main == '1111'`, which led to `agent`, is gone"],
        ),
        (
            ("'2222', go: bye}", "'2222', go: agent}"),
            ["`chosen`: when `main == '2222'`, the call goes to `agent`; before: to `bye`"],
        ),
        (
            ("'2222', go: bye}", "'2222', go: bye}, {if: main == '3333', go: agent}"),
            ["`chosen`: the condition `main == '3333'` is new, and leads to `agent`"],
        ),
        (
            (
                "{if: main == '1111', go: agent}, {if: main == '2222', go: bye}",
                "{if: main == '2222', go: bye}, {if: main == '1111', go: agent}",
            ),
            ["`chosen`: the conditions are tried in another order: `main == '2222'`, `main == '1111'`"],
        ),
        (
            ("nothing: bye", "nothing: bye, silence: 9"),
            ["`left`: seconds of silence that end the recording: 9; before: 5"],
        ),
        (("text: Hello.", "text: Hello you."), ["`texted` text message (en-US): Hello{+ you+}."]),
        (
            ('keys: {"1": {for: the end, go: bye}}', "read_back: true"),
            ["! `main`: key 1 (“the end”) is gone", "`main`: reads the entry back now"],
        ),
    ],
)
def test_what_an_entry_a_condition_or_a_recording_does_otherwise(
    edit: tuple[str, str], sentences: list[str]
) -> None:
    """Every sentence beside those about seconds."""
    found = texts_told(small(TYPED), changed(small(TYPED), edit))
    assert [each for each in found if " N s " not in each] == sentences


def test_the_words_of_a_key_that_works_everywhere() -> None:
    """They are said at every menu, and told once."""
    nodes = 'main: {menu: {"1": {for: a chat, go: agent}}}'
    old, new = (
        small(nodes, f'anywhere: {{"0": {{go: agent, for: {words}}}}}') for words in ("a person", "a human")
    )
    assert "Everywhere: key 0 (en-US): a [-person-]{+human+}" in texts_told(old, new)


def test_an_action_that_is_new_and_one_that_is_run_nowhere() -> None:
    """Beside the nodes that run them."""
    run = "main: {{run: {}, outcomes: {{found: bye, not_found: agent, unavailable: agent}}}}"
    old = edited(run.format("find_account"), "")
    new = edited(run.format("look_up"), "")
    found = told(old, new)
    assert "The action `look_up` is new here" in found
    assert "The action `find_account` is run nowhere any more" in found
    assert "`main`: runs the action `look_up`; before: `find_account`" in found


@pytest.mark.parametrize(
    ("needs", "sentence"),
    [
        (Level.unknown, "! The action `limits` is for callers who are `unknown`; before: `verified`"),
        (Level.confirmed, "The action `limits` is for callers who are `confirmed`; before: `verified`"),
    ],
)
def test_the_level_of_an_action(needs: Level, sentence: str) -> None:
    """It may be declared in actions.yaml, without a change of the menu."""
    old = sample()
    contracts = {**CONTRACTS, "limits": replace(CONTRACTS["limits"], needs=needs)}
    assert told(old, replace(old, tree=replace(old.tree, contracts=contracts))) == [sentence]


def test_how_long_an_action_may_take() -> None:
    """Callers hear the silence."""
    old = sample()
    new = replace(old, tree=replace(old.tree, times={"limits": Times(2, 6)}))
    assert told(old, new) == [
        "The action `limits` may take 2 s in silence and 6 s in all; before: N s and 8 s"
    ]


PROVING = """
main: {needs: known, menu: {"1": {for: a chat, go: agent}, "2": {for: secrets, go: told}}}
told: {say: A secret., needs: verified, then: main}
who: {run: find_account, outcomes: {found: return, not_found: agent, unavailable: agent}}
prove: {say: Your tail., ask: id_tail, needs: known, then: check}
check: {run: check_tail, with: {id_tail: "{{ prove }}"}, outcomes: {ok: return, mismatch: agent, unavailable: agent}}
pin: {say: A number., ask: digits, length: "6", secret: true, then: bye}
"""
IDENTITY = "identity: {known: who, verified: prove}"


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (
            ("A secret., needs: verified", "A secret."),
            "! `told` asks nobody any more who they are; before: `verified`",
        ),
        (
            ("A secret., needs: verified", "A secret., needs: known"),
            "! `told` asks only for `known` now; before: `verified`",
        ),
        (
            ("main: {needs: known", "main: {needs: verified"),
            "`main` asks for `verified` now; before: `known`",
        ),
        ((", secret: true", ""), "! what is typed at `pin` is not secret any more"),
        (
            ("verified: prove}", "verified: check}"),
            "The questions that make a caller `verified` begin at `check`; before: `prove`",
        ),
    ],
)
def test_who_must_prove_who_he_is_is_told_first(edit: tuple[str, str], sentence: str) -> None:
    """Whatever else an edit changes: a lower identity is what a reviewer must see."""
    old = edited(PROVING, IDENTITY)
    new = edited(*(text.replace(*edit) for text in (PROVING, IDENTITY)))
    assert told(old, new)[0] == sentence


def edited(nodes: str, top: str) -> Side:
    """Return a small hotline, whether or not every node of it can be reached."""
    draft = draft_of({"menu.yaml": small(nodes, top)})
    assert draft.hotline is not None
    assert not draft.problems
    contracts = {**CONTRACTS, "look_up": CONTRACTS["find_account"]}
    tree = compile_tree(draft.hotline, draft.nodes, {}, {}, "", {}, contracts)
    return Side(replace(tree, contracts=contracts), {}, None)
