"""The words: in every language, no more than needed; and a key is said exactly when it is taken."""

from __future__ import annotations

import pytest

from ivr.menu.checks.words import said_keys
from tests.support.menus import FILES, MENU, bilingual, changed, hotline, said, small

WORDS = "prompts.en-US.yaml"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("查询请按1，转账请按2。", ["1", "2"]),
        ("按 3 继续", ["3"]),
        ("请按“4”", ["4"]),
        ("请按星号键，或按井号键", ["*", "#"]),
        ("返回按星号。", ["*"]),
        ("按*键或#键", ["*", "#"]),
        ("按1或2", ["1", "2"]),
        ("push number 5", ["5"]),
        ("请按５", ["5"]),
        ("投诉请按七，其他", ["7"]),
        ("通话按5分钟计费", []),
        ("按3%的比例", []),
        ("press 5 Avenue", []),
        ("请按一键", ["1"]),
        ("请按二。", ["2"]),
        ("请按12", ["12"]),
        ("拨0找人工", ["0"]),
        ("按一下电话上的数字键", []),
        ("按一个键", []),
        ("请拨95188或110", []),
        ("按照规定", []),
        ("For news, press 1. Dial 2 for more.", ["1", "2"]),
        ("Press the star key, or press pound.", ["*", "#"]),
        ("press one, or hit two", ["1", "2"]),
        ("PRESS 3", ["3"]),
        ("Dial 911 in an emergency", []),
        ("express 2 delivery", []),
        ("press on", []),
        ("", []),
    ],
)
def test_the_keys_that_a_text_says(text: str, keys: list[str]) -> None:
    """Chinese and English, digits and names; telephone numbers and idioms are no keys."""
    assert said_keys(text, "zh-CN") == keys


@pytest.mark.parametrize(
    ("node", "problem"),
    [
        ('{say: "For news, press 1.", menu: {"1": {go: bye}}}', None),
        ('{say: "For news, press 2.", menu: {"1": {for: x, go: bye}}}',
         ':9:10: main: the words say `2`, and the menu does not take it; add `"2":` to the menu, or change the words [W12]'),
        ('{say: Hello., noinput: "Press 5.", menu: {"1": {for: x, go: bye}}}',
         ':9:23: main: the words say `5`, and the menu does not take it; add `"5":` to the menu, or change the words [W12]'),
        ('{say: Hello., menu: {"1": {go: bye}}}', ":9:30: main: nothing says the key `1`; add `for:` to it [W12]"),
        ('{menu: {"1": {go: bye}}}', ":9:17: main: nothing says the key `1`; add `for:` to it [W12]"),
        ('{say: "Press 0 for a person.", menu: {"1": {for: x, go: bye}}}', None),
    ],
)  # fmt: skip
def test_a_key_is_said_and_taken(node: str, problem: str | None) -> None:
    """Both or neither; the keys that work anywhere aside."""
    found = said(hotline(small(f"main: {node}", 'anywhere: {"0": agent}')))
    assert [each.removeprefix("menu.yaml") for each in found] == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("menu", "words", "problem"),
    [
        ("say: 查询请按1。", "say: For news, press 1.", None),
        ("say: 查询请按5。", "say: For news, press 1.",
         'menu.yaml:29:5: main: the words say `5`, and the menu does not take it; add `"5":` to the menu, or change the words [W12]'),
        ("say: 查询请按1。", "say: For news, press 5.",
         'prompts.en-US.yaml:5:5: main: the words say `5`, and the menu does not take it; add `"5":` to the menu, or change the words [W12]'),
    ],
)  # fmt: skip
def test_a_key_is_said_and_taken_in_each_language(menu: str, words: str, problem: str | None) -> None:
    """The problem stands in the file whose words are wrong."""
    loaded = bilingual(
        changed(MENU, ("  main:\n    menu:", f"  main:\n    {menu}\n    menu:")),
        **{WORDS: changed(FILES[WORDS], ("  main:\n    menu:", f"  main:\n    {words}\n    menu:"))},
    )
    assert said(loaded) == ([problem] if problem else [])


def test_an_option_without_a_purpose_must_be_said_in_each_language() -> None:
    """Where `say` names the key in one language, it names it in the other."""
    menu = changed(
        MENU,
        ('"2": {for: 预约回电, go: when}', '"2": {go: when}'),
        ("  main:\n    menu:", "  main:\n    say: 回电请按2。\n    menu:"),
    )
    words = changed(
        FILES[WORDS], ("      when: a call back\n", ""), ("  main:\n", "  main:\n    say: Hello.\n")
    )
    assert said(bilingual(menu, **{WORDS: words})) == [
        "prompts.en-US.yaml:6:5: main: nothing says the key `2`; add `for:` to it [W12]"
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  greeting: Hello, this is the sample hotline.\n", "", "2:1: greeting: the words for `say` are missing in `en-US`; add them under `greeting:` [W11]"),
        ("  goodbye: Goodbye.\n", "", "2:1: goodbye: the words for `end` are missing in `en-US`; add them under `goodbye:` [W11]"),
        ("      when: a call back\n", "", "4:3: main: the words for `menu when` are missing in `en-US`; add them under `main:` [W11]"),
        ('{text: "Booked for {{ when | day }}."}', "Booked.", "10:3: message: the words for `text` are missing in `en-US`; add them under `message:` [W11]"),
        ("  goodbye: Goodbye.\n", "  goodbye: Goodbye.\n  godbye: Bye.\n", "12:3: godbye: there is no such node; did you mean `goodbye`?"),
        ("      when: a call back\n", "      when: a call back\n      more: more\n", "8:7: main: no option of the menu is called `more`; delete it"),
        ("      when: a call back\n", '      "2": a call back\n', "7:7: `2` is no name of an option; write where the option leads, or its `name:`, in place of its key; `ivr migrate` does it for you"),
        ("      when: a call back\n", "      when: a call back\n      main: English\n", "8:7: main: the option `main` is always spoken in `en-US`; delete it here"),
        ("  goodbye: Goodbye.\n", "  goodbye: {end: Goodbye., noinput: Hm?}\n", "11:28: goodbye: the node has no `noinput`; delete it, or move it to its node"),
        ("  goodbye: Goodbye.\n", "  goodbye: {end: Goodbye., menu: {news: x}}\n", "11:35: goodbye: no option of the menu is called `news`; delete it"),
        ("  goodbye: Goodbye.\n", "  goodbye: Goodbye.\n  booked: Done.\n", "12:3: booked: the node has no `say`; delete it, or move it to its node"),
        ("language: en-US\n", "language: en-US\nanywhere: {news: {for: x}}\n", "2:12: no key of the hotline's `anywhere:` is called `news`; delete it"),
        ("language: en-US\n", "language: en-GB\n", "1:1: this file says `en-GB`; write `en-US`"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_words_of_another_language(old: str, new: str, problem: str) -> None:
    """Missing and superfluous words are said in the words file."""
    found = said(bilingual(**{WORDS: changed(FILES[WORDS], (old, new))}))
    assert found == [f"prompts.en-US.yaml:{problem}"]


def test_a_key_that_works_anywhere_is_translated() -> None:
    """Where it is announced."""
    menu = changed(MENU, ('{"0": agent,', '{"0": {go: agent, for: 人工服务},'))
    assert said(bilingual(menu)) == [
        "prompts.en-US.yaml:1:1: the words of the key `0`, which is called `agent`, are missing in `en-US`; add `agent: {for: …}` [W11]"
    ]
    words = changed(FILES[WORDS], ("language: en-US\n", "language: en-US\nanywhere: {agent: a person}\n"))
    assert said(bilingual(menu, **{WORDS: words})) == []


@pytest.mark.parametrize(
    ("phrases", "problem"),
    [
        ("{announce: 'For {for}: {key}.'}", None),
        ("{announce: Press a key.}", "4:11: `announce` has no place for `{for}` and `{key}`; write them where they belong"),
        ("{read_back: You typed it.}", "4:11: `read_back` has no place for `{value}`; write them where they belong"),
        ('{announce: "{{for}}: {{key}}"}', "4:11: `announce` is no template; write single braces, such as `{key}`"),
        ('{top: "You rang at {{ now | clock }}."}', None),
        ('{top: "Hello {{ name }}."}', "4:11: `name` may have no value here; set it on every way to this node, or write `name | default(…)`"),
        ('{top: "Hello {{ name"}', "4:11: `Hello {{ name` cannot be read; check that `{{` is closed by `}}`"),
    ],
)  # fmt: skip
def test_the_machines_own_sentences(phrases: str, problem: str | None) -> None:
    """A sentence that is replaced keeps its places, and may use what every call has."""
    text = f"hotline: x\nlanguages: [en-US]\nstart: agent\nphrases: {phrases}\nnodes: {{agent: {{end: Goodbye.}}}}\n"
    assert said(hotline(text)) == ([f"menu.yaml:{problem}"] if problem else [])


def test_several_options_that_only_the_words_of_the_menu_name() -> None:
    """If they were swapped, the words would name the wrong keys, and nothing else would be wrong."""
    menu = '{say: "Press 1 for news, press 2 for more.", menu: {"1": {go: bye}, "2": {go: agent}}}'
    assert said(hotline(small(f"main: {menu}"))) == [
        (
            "menu.yaml:9:10: main: the words say the keys `1` and `2` by themselves, and would say the same if the options were "
            "swapped; write `for:` or `to:` for each option, or `{key of …}` with its name in place of the key [W12]"
        )
    ]


def test_a_language_that_the_machine_does_not_speak() -> None:
    """Its sentences must all be there, and those that are not are named."""
    top = "hotline: x\nlanguages: [nl-NL]\nvoices: {nl-NL: Google.nl-NL-Standard-A}\nstart: agent\n"
    text = top + "phrases: {top: Ja.}\nnodes: {agent: {end: Tot ziens.}}\n"
    (found,) = said(hotline(text))
    assert found.startswith(
        "menu.yaml:5:1: the machine has no sentences in `nl-NL` for announce, announce_to, announce_entry,"
    )
    assert found.endswith(
        "; add them under `phrases:`; `ivr languages en-US --show` prints each with what it is for [W11]"
    )
    assert "top" not in found


def test_a_phrase_that_means_two_options() -> None:
    """Where the hotline listens to speech."""
    menu = '{menu: {"1": {for: news, hear: [more], go: bye}, "2": {for: More!, go: bye}}}'
    assert said(hotline(small(f"main: {menu}", "speech: true"))) == [
        "menu.yaml:9:58: main: `More!` means both `1` and `2`; choose other words for one of them"
    ]
    assert said(hotline(small(f"main: {menu}"))) == []
