"""Templates and conditions wherever they may stand: what does not compile or mean what it says, and secrets that would be said."""

from __future__ import annotations

import pytest

from tests.support.menus import FILES, MENU, bilingual, changed, hotline, said, small

SECRET = "main: {{ask: code, then: next}}\nnext: {{{}}}\n"


@pytest.mark.parametrize(
    ("node", "where"),
    [
        ('say: "{{ now | clok }}", then: bye', ":9:10: main"),
        ('say: [x, "{{ now | clok }}"], then: bye', ":9:10: main"),
        ('noinput: "{{ now | clok }}", menu: {"1": {for: x, go: bye}}', ":9:10: main"),
        ('menu: {"1": {for: "{{ now | clok }}", go: bye}}', ":9:23: main"),
        ('end: "{{ now | clok }}"', ":9:10: main"),
        ('text: "{{ now | clok }}", then: bye, unable: bye, rationed: bye', ":9:10: main"),
        ('text: x, to: "{{ now | clok }}", then: bye, unable: bye, rationed: bye', ":9:19: main"),
        ('set: {a: "{{ now | clok }}"}, then: bye', ":9:16: main"),
        ("choose: [{if: now | clok, go: bye}], else: bye", ":9:20: main"),
        ('transfer: service, reason: "{{ now | clok }}"', ":9:29: main"),
        ('run: find_account, with: {a: "{{ now | clok }}"}, outcomes: {found: bye}', ":9:36: main"),
    ],
)
def test_a_template_that_does_not_compile(node: str, where: str) -> None:
    """It is found in every place where a template may stand."""
    found = said(hotline(small(f"main: {{{node}}}")))
    assert f"menu.yaml{where}: there is no filter `clok`; did you mean `clock`?" in found


def test_templates_of_keys_that_work_anywhere() -> None:
    """Their announcements are texts of the hotline."""
    text = small(
        'main: {menu: {"1": {for: x, go: bye}}}', 'anywhere: {"0": {go: agent, for: "{{ now | clok }}"}}'
    )
    assert said(hotline(text)) == ["menu.yaml:5:29: there is no filter `clok`; did you mean `clock`?"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{{ remaining | money }} today", "{{ remaining | mony }} today", "8:3: limits_told: there is no filter `mony`; did you mean `money`?"),
        ("{{ remaining | money }} today", "{{ remaning | money }} today", "8:3: limits_told: `remaning` may have no value here; did you mean `remaining`?"),
        ("{{ when | day }}", "{{ wen | day }}", "10:13: message: `wen` may have no value here; did you mean `when`?"),
        ("when: a call back", "when: a call {{ bak }}", "7:7: main: `bak` may have no value here; set it on every way to this node, or write `bak | default(…)`"),
        ("{for: withdrawal limits, hear", '{for: "{{ limts }}", hear', "6:16: main: `limts` may have no value here; set it on every way to this node, or write `limts | default(…)`"),
    ],
)  # fmt: skip
def test_a_template_in_another_language(old: str, new: str, problem: str) -> None:
    """The problem stands in the words file."""
    words = changed(FILES["prompts.en-US.yaml"], (old, new))
    assert said(bilingual(**{"prompts.en-US.yaml": words})) == [f"prompts.en-US.yaml:{problem}"]


@pytest.mark.parametrize(
    "node",
    [
        'say: "{{ main }}", then: bye',
        'set: {a: "{{ main }}"}, then: bye',
        'text: "{{ main }}", then: bye, unable: bye, rationed: bye',
        'text: x, to: "{{ main }}", then: bye, unable: bye, rationed: bye',
        'transfer: service, reason: "{{ main }}"',
        "choose: [{if: main == 1, go: bye}], else: bye",
        'end: "{{ main | tail }}"',
    ],
)
def test_a_secret_is_never_said_sent_or_kept(node: str) -> None:
    """It may be given to an action only."""
    found = said(hotline(small(SECRET.format(node))))
    assert [each.split("next: ")[1] for each in found] == [
        "`main` is a secret; give it to an action only; it is never said, sent or kept [D05]"
    ]


def test_a_secret_is_given_to_an_action() -> None:
    """By its own name, or by another."""
    node = 'run: check_tail, with: {{id_tail: "{{{{ {} }}}}"}}, needs: known, outcomes: {{ok: bye, mismatch: bye, unavailable: bye}}'
    identity = "who: {run: find_account, outcomes: {found: return, not_found: bye, unavailable: bye}}\n"
    text = small(SECRET.format(node.format("main")).replace("needs: known, ", "") + identity)
    assert [each for each in said(hotline(text)) if "secret" in each] == []


def test_a_recording_says_the_same_in_every_call() -> None:
    """A text with a value has no recording."""
    text = small('main: {say: {text: "It is {{ now | clock }}.", audio: time.wav}, then: bye}')
    assert said(hotline(text)) == [
        (
            "menu.yaml:9:10: main: a recording says the same in every call, and this text does not; "
            "delete `audio:`, or the `{{ }}`"
        )
    ]


def test_an_unquoted_condition_may_compare_texts() -> None:
    """A condition is an expression, and its quotes are its own."""
    text = small(
        "main: {say: x, then: pick}\npick:\n  choose:\n    - if: topic == 'a' and not verified\n      go: bye\n  else: bye\n",
        "variables: {topic: a}",
    )
    assert said(hotline(text)) == []


def test_the_good_templates_of_the_sample() -> None:
    """No false alarm."""
    assert said(bilingual(MENU)) == []


@pytest.mark.parametrize(
    "typed", ["{when}", "{ when }", "{when | day}", "{ when }}", "｛｛ when ｝｝", "｛｛when | day｝｝"]
)
def test_a_value_in_wrong_braces(typed: str) -> None:
    """It would be said as it stands."""
    value, braces = typed.strip("{}｛｝ "), "Chinese" if "｛" in typed else "single"
    found = said(
        bilingual(changed(MENU, ("text: 已为您预约{{ when | day }}。", f'text: "已为您预约{typed}。"')))
    )
    shown = typed.replace("}}", "}")
    problem = (
        f"`{shown}` in {braces} braces is no value, and would be said as it stands; write `{{{{ {value} }}}}`"
    )
    assert found == [f"menu.yaml:54:5: message: {problem}"]


@pytest.mark.parametrize("typed", ["{{ when | day }}", "｛when｝", "{1}", "{}", "{年}"])
def test_braces_that_are_no_slip(typed: str) -> None:
    """Double ones, and those around what is no name."""
    assert (
        said(bilingual(changed(MENU, ("text: 已为您预约{{ when | day }}。", f'text: "已为您预约{typed}。"'))))
        == []
    )


def test_the_machines_sentences_keep_their_places() -> None:
    """`{for}` and the like belong there."""
    phrases = 'phrases: {announce: "{for}，请按{key}。", read_back: "是{value}吗？", hint_code: "请输{length}位。"}\n'
    assert said(bilingual(changed(MENU, ("include:", phrases + "include:")))) == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("withdraw {{ remaining | money }} today", "withdraw more today", "8:3: limits_told"),
        ("Booked for {{ when | day }}.", "Booked.", "10:13: message"),
    ],
)
def test_a_translation_that_lost_its_values_is_a_warning(old: str, new: str, where: str) -> None:
    """The hotline is loaded, and the editor is asked to look."""
    loaded = bilingual(**{"prompts.en-US.yaml": changed(FILES["prompts.en-US.yaml"], (old, new))})
    value = "remaining" if "told" in where else "when"
    assert said(loaded) == [
        (
            f"prompts.en-US.yaml:{where}: these words use none of the first language's values: {value}; "
            f"write `{{{{ {value} }}}}` where it belongs"
        )
    ]
    assert loaded.problems[0].severity == "warning"
    assert loaded.tree is not None


# --- conditions


TICKETS = """
main: {{say: The ticket., ask: digits, length: 4, as: ticket, then: look}}
look: {{choose: [{{if: '{condition}', go: bye}}], else: main}}
"""


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("ticket > 1042", "`ticket` holds digits as a text, and is no number; write `ticket | int > 1042`"),
        ("1042 <= ticket", "`ticket` holds digits as a text, and is no number; write `1042 <= ticket | int`"),
        ("ticket == 1042", '`ticket` holds digits as a text, and is no number; write `ticket == "1042"`'),
        ("ticket in [1, 2]", '`ticket` holds digits as a text, and is no number; write `ticket in ["1", "2"]`'),
        ('ticket == "1" or "2"', '`"2"` by itself is no condition; compare it too, as in `ticket == "2"`'),
        ('known and not (ticket != "1" and "2")', '`"2"` by itself is no condition; compare it too, as in `ticket != "2"`'),
        ('"1"', '`"1"` by itself is no condition; compare it too, as in `topic == "1"`'),
    ],
)  # fmt: skip
def test_a_condition_that_does_not_mean_what_it_says(condition: str, problem: str) -> None:
    """Digits are no number, and a text that is compared with nothing always holds: the message says what to write."""
    assert said(hotline(small(TICKETS.format(condition=condition)))) == [f"menu.yaml:11:20: look: {problem}"]


@pytest.mark.parametrize(
    "condition",
    [
        "ticket | int > 1042",
        'ticket == "1042"',
        'ticket in ["1", "2"] or ticket == "3"',
        '(ticket or "1") == "1"',
        "ticket | length == 4",
        "known or not withheld",
    ],
)
def test_a_condition_that_is_right(condition: str) -> None:
    """A text may stand for a missing one within a comparison, and `int` makes a number."""
    assert said(hotline(small(TICKETS.format(condition=condition)))) == []


def test_a_variable_that_something_else_sets_may_be_a_number() -> None:
    """Nothing is said against it: the check cannot know."""
    nodes = TICKETS.format(condition="ticket == 1042") + "count: {set: {ticket: '{{ 1 + 1 }}'}, then: look}"
    assert not any("no number" in each for each in said(hotline(small(nodes))))
