"""Where a call can go, and what it knows there: each check on a good case and on a bad one."""

from __future__ import annotations

import pytest

from tests.support.menus import FILES, MENU, bilingual, changed, hotline, said, small

TOP = """\
identity: {known: who, verified: prove}
variables: {topic: none}
"""
IDENTITY = """
who: {run: find_account, outcomes: {found: return, not_found: agent, unavailable: agent}}
prove: {ask: id_tail, as: id_tail, needs: known, then: check}
check: {run: check_tail, outcomes: {ok: return, mismatch: prove, unavailable: agent}}
"""
MENU_TO = 'main: {{menu: {{"1": {{for: x, go: {}}}, "2": {{for: y, go: bye}}}}}}\n'


def problems(nodes: str, top: str = "") -> list[str]:
    """Return what is wrong with a small hotline, from the node on."""
    return [each.split(": ", 1)[1] for each in said(hotline(small(nodes, top)))]


@pytest.mark.parametrize(
    ("nodes", "problem"),
    [
        (MENU_TO.format("byee"), "main: there is no node `byee`; did you mean `bye`?"),
        ("main: {say: x, then: zzz}", "main: there is no node `zzz`; use one of `agent`, `bye`, `main`"),
        ('main: {menu: {"1": {for: x, go: bye}}, after_tries: byee}', "main: there is no node `byee`; did you mean `bye`?"),
        ("main: {ask: yes_no, yes: bye, no: byee}", "main: there is no node `byee`; did you mean `bye`?"),
        ("main: {choose: [{if: known, go: byee}], else: bye}", "main: there is no node `byee`; did you mean `bye`?"),
        ("main: {choose: [{if: known, go: bye}], else: byee}", "main: there is no node `byee`; did you mean `bye`?"),
        ("main: {record: x, then: bye, nothing: byee}", "main: there is no node `byee`; did you mean `bye`?"),
        ("main: {text: x, then: bye, unable: byee, rationed: bye}", "main: there is no node `byee`; did you mean `bye`?"),
        ("main: {run: find_account, outcomes: {found: byee, not_found: bye, unavailable: bye}}", "main: there is no node `byee`; did you mean `bye`?"),
        ("main: {say: x, then: repeat}", "main: `repeat` is for menus and entries; name a node, or write `back`"),
        ("main: {say: x, then: return}", "main: `return` leads back from the questions of identity, and the hotline has none; name a node, or add `identity:`"),
        (MENU_TO.format("back"), None),
        (MENU_TO.format("repeat"), None),
    ],
)  # fmt: skip
def test_targets(nodes: str, problem: str | None) -> None:
    """Every target is a node, or means something where it stands."""
    assert problems(nodes) == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("anywhere", "problem"),
    [
        ('{"0": agent, "*": back, "9": repeat}', None),
        ('{"0": agnt}', "menu.yaml:5:12: there is no node `agnt`; did you mean `agent`?"),
        ('{"0": {go: agnt}}', "menu.yaml:5:12: there is no node `agnt`; did you mean `agent`?"),
        (
            '{"0": return}',
            "menu.yaml:5:12: there is no node `return`; use one of `agent`, `bye`, `main`, `back`, `repeat`",
        ),
    ],
)
def test_targets_of_keys_that_work_anywhere(anywhere: str, problem: str | None) -> None:
    """A node, `back` or `repeat`; a mistake is said once and not at every menu."""
    found = said(hotline(small(MENU_TO.format("bye"), f"anywhere: {anywhere}")))
    assert found == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("nodes", "problem"),
    [
        (
            "lost: {say: x, then: bye}",
            "lost: no call can come here; lead an option or a `then:` here, or delete it [X01]",
        ),
        ("here: {say: x, then: here_too}\nhere_too: {say: y, then: bye}", None),
    ],
)
def test_a_node_that_cannot_be_reached(nodes: str, problem: str | None) -> None:
    """From the first node, by any way."""
    start = MENU_TO.format("here" if problem is None else "bye")
    assert problems(start + nodes) == ([problem] if problem else [])


def test_the_human_is_always_reached() -> None:
    """Callers who give up come to him, without a key for it; and so to what his desk leads to."""
    assert problems("main: {ask: digits, length: 4, then: main_end}\nmain_end: {end: Goodbye.}") == []


DEAD = "no ending can be reached from here by its own keys and ways; lead it to an `end`, a `transfer`, or `back` [X01]"


def test_a_node_without_an_ending() -> None:
    """A circle of menus is no hotline, although the last try and `0` lead out of it."""
    nodes = 'main: {menu: {"1": {for: x, go: b}}}\nb: {menu: {"1": {for: y, go: main}}}\n'
    assert problems(nodes, 'anywhere: {"0": agent}') == [f"main: {DEAD}", f"b: {DEAD}"]
    assert problems(nodes.replace("go: main", "go: bye"), 'anywhere: {"0": agent}') == []


@pytest.mark.parametrize(
    ("nodes", "problem"),
    [
        ("main: {choose: [{if: known, go: bye}], else: a}\na: {say: x, then: main}",
         "main: a loop in which nobody listens to the caller: main → a → main; put a menu or an entry into it, or lead it out [E08]"),
        ("main: {run: find_account, outcomes: {found: main, not_found: bye, unavailable: bye}}",
         "main: a loop in which nobody listens to the caller: main → main; put a menu or an entry into it, or lead it out [E08]"),
        ('main: {choose: [{if: known, go: bye}], else: a}\na: {menu: {"1": {for: x, go: main}}}', None),
    ],
)  # fmt: skip
def test_a_loop_without_a_listener(nodes: str, problem: str | None) -> None:
    """The caller must be heard in every circle."""
    assert problems(nodes) == ([problem] if problem else [])


def test_a_long_loop_is_told_short() -> None:
    """The first nodes are enough to find it."""
    nodes = "".join(f"n{number}: {{say: x, then: n{(number + 1) % 50}}}\n" for number in range(50))
    (found,) = [each for each in problems("main: {say: x, then: n0}\n" + nodes) if "loop" in each]
    assert "n0 → n1 → n2 → n3 → n4 → n5 → … → n0;" in found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{ topic }} {{ now | clock }}", None),
        ("{{ holder }}", "told: `holder` may have no value here; set it on every way to this node, or write `holder | default(…)`"),
        ("{{ holder | default('you') }}", None),
        ("{% if holder is defined %}{{ holder }}{% endif %}", None),
        ("{{ tpoic }}", "told: `tpoic` may have no value here; did you mean `topic`?"),
    ],
)  # fmt: skip
def test_a_variable_that_has_a_value_on_some_ways_only(text: str, problem: str | None) -> None:
    """It is used only where every way has set it."""
    nodes = (
        "main: {run: find_account, outcomes: {found: told, not_found: told, unavailable: bye}}\n"
        f'told: {{say: "{text}", then: bye}}\n'
    )
    assert problems(nodes, "variables: {topic: none}") == ([problem] if problem else [])


def test_a_variable_that_is_set_on_every_way() -> None:
    """By an action's outcome, an entry or a `set`."""
    nodes = """
main: {run: find_account, outcomes: {found: told, not_found: other, unavailable: ask}}
other: {set: {holder: nobody}, then: told}
ask: {ask: digits, length: 4, as: holder, then: told}
told: {say: "{{ holder }}", then: bye}
"""
    assert problems(nodes) == []


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("run: limits, needs: verified, outcomes: {ok: bye, unavailable: bye}", []),
        ("run: limits, outcomes: {ok: bye, unavailable: bye}",
         ["main: `limits` is only for callers who are `verified`; add `needs: verified` to this node"]),
        ("run: limits, needs: known, outcomes: {ok: bye, unavailable: bye}",
         ["main: `limits` is only for callers who are `verified`; add `needs: verified` to this node"]),
    ],
)  # fmt: skip
def test_an_action_is_run_at_its_level(node: str, expected: list[str]) -> None:
    """The proof follows every way: without `needs`, an earlier node must have proved who calls."""
    found = problems(f"main: {{{node}}}\nasked: {{say: x, needs: verified, then: bye}}" + IDENTITY, TOP)
    assert [
        each
        for each in found
        if not each.startswith(("asked: no call", "prove: no call", "check: no call", "who: no call"))
    ] == expected


def test_a_level_that_was_reached_before() -> None:
    """Every way to the action goes through a node that needs it."""
    nodes = "main: {say: x, needs: verified, then: run}\nrun: {run: limits, outcomes: {ok: bye, unavailable: bye}}\n"
    assert problems(nodes + IDENTITY, TOP) == []
    around = 'main: {menu: {"1": {for: x, go: first}, "2": {for: y, go: run}}}\n' + nodes.replace(
        "main:", "first:"
    )
    assert problems(around + IDENTITY, TOP) == [
        "run: `limits` is only for callers who are `verified`; add `needs: verified` to this node"
    ]


def test_an_input_that_may_have_no_value() -> None:
    """An action is given everything that it needs, on every way."""
    people = changed(FILES["people.yaml"], ("    as: id_tail\n", ""))
    assert said(bilingual(MENU, **{"people.yaml": people})) == [
        (
            "people.yaml:24:5: check: `check_tail` needs `id_tail` (The last four characters), which may have no value here; "
            "ask for it right before, or give it with `with: {id_tail: …}`"
        )
    ]


def test_a_secret_that_the_questions_of_identity_would_forget() -> None:
    """A secret lives until the caller is asked something else."""
    people = changed(
        FILES["people.yaml"],
        ("    needs: known\n", ""),
        ("run: check_tail\n", "run: check_tail\n    needs: known\n"),
    )
    (found,) = said(bilingual(MENU, **{"people.yaml": people}))
    assert found.startswith("people.yaml:24:5: check: `check_tail` needs `id_tail`")


def test_a_return_before_the_level_is_reached() -> None:
    """The questions would begin again for ever."""
    people = changed(FILES["people.yaml"], ("mismatch: prove", "mismatch: return"))
    assert said(bilingual(MENU, **{"people.yaml": people})) == [
        (
            "people.yaml:26:28: check: `return` before the caller is `verified`: the questions would begin again; "
            "lead it to a human, or to an ending"
        )
    ]


def test_a_desk_that_is_closed_into_its_own_transfer_is_a_loop() -> None:
    """At night nobody rings and nobody listens: the call would go round without end."""
    text = (
        "hotline: night\nlanguages: [en-US]\nstart: main\nagent: agent\nanywhere: {'0': agent}\n"
        "desks:\n  d: {number: '+12025550100', hours: {mon-fri: 09:00-18:00}, closed: again, busy: bye, no_answer: bye, failed: bye}\n"
        "nodes:\n  main: {menu: {'1': {for: x, go: bye}}}\n  agent: {transfer: d}\n"
        "  again: {say: Closed., then: agent}\n  bye: {end: Bye.}\n"
    )
    assert any("a loop in which nobody listens" in problem for problem in said(hotline(text)))


def test_the_questions_of_identity_do_not_ask_for_what_they_prove() -> None:
    """They would never begin."""
    top = "identity: {verified: prove}\n"
    nodes = (
        'main: {needs: verified, menu: {"1": {for: x, go: bye}}}\n'
        "prove: {needs: verified, ask: id_tail, as: id_tail, then: check}\n"
        "check: {run: check_tail, outcomes: {ok: return, mismatch: prove, unavailable: agent}}\n"
    )
    assert any("they never begin" in problem for problem in problems(nodes, top))
