"""How options are called, and how each language announces them."""

from __future__ import annotations

import pytest

from ivr.menu.loader import Loaded
from tests.support.menus import hotline, said

MENU = """\
hotline: bank
languages: [zh-CN, en-US]
start: main
anywhere: {"0": {go: agent, for: 人工服务}}
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
nodes:
  main:
    say: 您好。
    menu:
      "1": {for: 营业时间, go: hours}
      "2": {for: 冻结账户, go: freeze}
      "3": {for: 别的, go: more}
  hours: {say: 九点到六点。, then: main}
  freeze: {say: 已经冻结。, then: hours}
  more: {say: 没有别的。, then: code}
  code: {say: 请输入验证码。, ask: code, keys: {"*7": {for: 重新发送, go: main}}, then: bye}
  agent: {say: 请稍候。, transfer: service}
  bye: {end: 再见。}
"""
WORDS = """\
language: en-US
anywhere: {agent: {to: talk to a person}}
nodes:
  main:
    say: Hello.
    menu:
      hours: opening hours
      freeze: {to: freeze your account}
      more: {say: "Press {key} for anything else."}
  hours: We're open from nine to six.
  freeze: It's frozen.
  more: There is nothing else.
  code: {say: Please enter the code., keys: {main: {to: get a new one}}}
  agent: One moment.
  bye: Goodbye.
"""


def loaded(menu: str = MENU, words: str = WORDS) -> Loaded:
    """Load the bank's hotline."""
    return hotline(menu, **{"prompts.en-US.yaml": words})


def announced(made: Loaded, node: str, language: str) -> list[str]:
    """Return the announcements at a node."""
    assert made.tree is not None, "\n".join(map(str, made.problems))
    return [prompt.utter({}).text for prompt in made.tree.speech[language].nodes[node].announced]


def test_each_language_says_an_option_its_own_way() -> None:
    """A noun, a verb, or a whole sentence, while the first language has nouns; keys have names, with spaces between."""
    made = loaded()
    assert announced(made, "main", "zh-CN") == [
        "营业时间请按1。",
        "冻结账户请按2。",
        "别的请按3。",
        "人工服务请按0。",
    ]
    assert announced(made, "main", "en-US") == [
        "For opening hours, press 1.",
        "To freeze your account, press 2.",
        "Press 3 for anything else.",
        "To talk to a person, press 0.",
    ]
    assert announced(made, "code", "en-US") == ["To get a new one, press star 7, then pound."]


def test_a_key_that_moves_moves_in_every_language() -> None:
    """Nothing but the key is changed, in the menu alone."""
    moved = MENU.replace('"1": {for: 营', '"8": {for: 营').replace('"2": {for: 冻', '"1": {for: 冻')
    assert announced(loaded(moved), "main", "zh-CN")[:2] == ["营业时间请按8。", "冻结账户请按1。"]
    assert announced(loaded(moved), "main", "en-US")[:2] == [
        "For opening hours, press 8.",
        "To freeze your account, press 1.",
    ]


def test_a_key_that_works_anywhere_moves_in_every_language() -> None:
    """It is found again by where it leads."""
    moved = MENU.replace('"0": {go: agent', '"7": {go: agent')
    assert announced(loaded(moved), "main", "zh-CN")[-1] == "人工服务请按7。"
    assert announced(loaded(moved), "main", "en-US")[-1] == "To talk to a person, press 7."


def test_two_options_that_lead_to_the_same_place_need_a_name() -> None:
    """Their words would stand under the same one; the name parts them."""
    menu = MENU.replace("营业时间, go: hours", "帮助, go: more")
    words = WORDS.replace("      hours: opening hours\n", "")
    problem = (
        "menu.yaml:12:7: main: `3` and `1` are both called `more`, under which their words stand in another language; "
        "write `name: more_2`, or a better one, for it"
    )
    assert problem in said(loaded(menu, words))
    named = menu.replace("{for: 别的, go", "{for: 别的, name: others, go")
    words = words.replace("      more:", "      more: help\n      others:")
    assert "Press 3 for anything else." in announced(loaded(named, words), "main", "en-US")


def test_very_many_options_without_words_are_one_short_problem() -> None:
    """The first are named, and the others counted."""
    options = "".join(
        f'      "{number}": {{for: 别的, name: other_{number}, go: more}}\n' for number in range(10, 40)
    )
    menu = MENU.replace("    menu:\n", "    wait: true\n    menu:\n" + options)
    (found,) = (each for each in said(loaded(menu)) if "are missing" in each)
    assert "`menu other_29` and 10 more are missing in `en-US`" in found


def test_in_one_language_two_options_may_lead_to_the_same_place() -> None:
    """No words file has to tell them apart."""
    menu = 'hotline: x\nlanguages: [en-US]\nstart: main\nagent: none\nnodes:\n  main: {menu: {"1": {for: a, go: bye}, "2": {for: b, go: bye}}}\n  bye: {end: Goodbye.}\n'
    assert not [each for each in said(hotline(menu)) if "are both called" in each]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{to: freeze your account}", '{say: "Press 2 to freeze your account."}',
         "prompts.en-US.yaml:8:16: `Press 2 to freeze your account.` is no sentence that says its key by `{key}`; write it like `Press {key} to freeze your account.` or `要冻结账户，请按{key}。`"),
        ("{to: freeze your account}", '{say: "To freeze it press {key}, and not 1."}',
         "prompts.en-US.yaml:8:7: main: `To freeze it press {key}, and not 1.` says the key `1` by itself, which is not sure to be the key of this option; write `{key}` where it is said [W12]"),
        ("{to: freeze your account}", '{say: "To freeze it press {key}, or press star."}',
         "prompts.en-US.yaml:8:7: main: `To freeze it press {key}, or press star.` says the key `*` by itself, which is not sure to be the key of this option; write `{key}` where it is said [W12]"),
        ("hours: opening hours", "hours: opening hours (or press 3)",
         "prompts.en-US.yaml:7:7: main: `opening hours (or press 3)` says the key `3` by itself, which is not sure to be the key of this option; leave the key out [W12]"),
        ("{to: freeze your account}", "{to: freeze your account, for: freezing it}",
         "prompts.en-US.yaml:8:7: an option is announced once, and this one has `for` and `to`; keep one of the two"),
        ("freeze: {to", "frieze: {to",
         "prompts.en-US.yaml:8:7: main: no option of the menu is called `frieze`; did you mean `freeze`?"),
        ("{agent: {to: talk to a person}}", '{"0": {for: a person}}',
         "prompts.en-US.yaml:2:12: `0` is no name of an option; write where the option leads, or its `name:`, in place of its key; `ivr migrate` does it for you"),
    ],
)  # fmt: skip
def test_what_the_words_of_an_option_may_not_be(old: str, new: str, problem: str) -> None:
    """A key of its own in them would not move with the option, in whichever language it stands."""
    assert WORDS.count(old) == 1
    assert problem in said(loaded(words=WORDS.replace(old, new)))


@pytest.mark.parametrize(
    "sentence",
    [
        "Press {key} within 3 minutes.",
        "{key} is for people over 65.",
        "Press {key}: we answer from 9:00 to 2:30, at 1.5 cents.",
        "Press {key} for the {{ topic }}.",
    ],
)
def test_numbers_that_are_no_keys(sentence: str) -> None:
    """Durations are read as keys only where they could be one; times and amounts never."""
    menu = MENU.replace("start: main", "start: main\nvariables: {topic: '1'}")
    words = WORDS.replace("{to: freeze your account}", f'{{say: "{sentence}"}}')
    found = [each for each in said(loaded(menu, words)) if "by itself" in each]
    assert found == [] or "3 minutes" in sentence


def test_a_whole_sentence_may_hold_a_value() -> None:
    """Beside the place of its key."""
    menu = MENU.replace("start: main", "start: main\nvariables: {topic: account}")
    words = WORDS.replace("{to: freeze your account}", '{say: "Press {key} to freeze the {{ topic }}."}')
    tree = loaded(menu, words).tree
    assert tree is not None
    prompt = tree.speech["en-US"].nodes["main"].announced[1]
    assert prompt.utter({"topic": "card"}).text == "Press 2 to freeze the card."
