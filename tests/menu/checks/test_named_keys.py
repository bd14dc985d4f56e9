"""Keys that the words of a node say by the names of their options."""

from __future__ import annotations

import pytest

from ivr.menu.loader import Loaded
from tests.support.menus import hotline, said

MENU = """\
hotline: bank
languages: [zh-CN, en-US]
start: notice
anywhere: {"0": {go: agent, for: 人工服务}, "*": back, "9": repeat}
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
nodes:
  notice: {say: "重听按{key of repeat}，返回按{key of back}。", then: english}
  english: {say: "For English, press {key of english}.", language: en-US, then: main}
  main:
    say: "没有听清就按{key of repeat}。"
    menu:
      "1": {for: 营业时间, go: hours}
      "8": {for: English, language: en-US, name: english, go: main}
      "2": {go: bye}
    noinput: "要挂断就按{key of bye}。"
  hours: {say: 九点到六点。, then: main}
  agent: {say: 请稍候。, transfer: service}
  bye: {end: 再见。}
"""
WORDS = """\
language: en-US
anywhere: {agent: a person}
nodes:
  notice: "{key of repeat} repeats, {key of back} goes back."
  main:
    say: "Press {key of bye} to hang up."
    menu: {hours: opening hours}
    noinput: "Press {key of hours} for our hours."
  hours: From nine to six.
  agent: One moment.
  bye: Goodbye.
"""


def loaded(menu: str = MENU, words: str = WORDS) -> Loaded:
    """Load the bank's hotline."""
    return hotline(menu, **{"prompts.en-US.yaml": words})


def spoken(made: Loaded, node: str, language: str, part: str = "say") -> str:
    """Return what a node says."""
    assert made.tree is not None, "\n".join(said(made))
    return made.tree.speech[language].nodes[node].spoken[part][0].utter({}).text


MAIN = MENU.replace('say: "没有听清就按{key of repeat}。"', 'say: "挂断按{key of bye}。"')


def test_a_key_is_said_as_the_language_calls_it() -> None:
    """Of the node itself, of the menu that follows, and of those that work anywhere."""
    made = loaded(MAIN)
    assert spoken(made, "notice", "zh-CN") == "重听按9，返回按星号键。"
    assert spoken(made, "notice", "en-US") == "9 repeats, star goes back."
    assert spoken(made, "english", "zh-CN") == "For English, press 8."
    assert spoken(made, "main", "zh-CN", "noinput") == "要挂断就按2。"
    assert spoken(made, "main", "en-US", "noinput") == "Press 1 for our hours."


def test_it_moves_with_the_option() -> None:
    """Nothing but the keys of the menu are changed."""
    moved = MAIN.replace('"8": {for: E', '"1": {for: E').replace('"1": {for: 营', '"8": {for: 营')
    moved = moved.replace('"*": back, "9": repeat', '"9": back, "*": repeat')
    made = loaded(moved)
    assert spoken(made, "notice", "zh-CN") == "重听按星号键，返回按9。"
    assert spoken(made, "english", "en-US") == "For English, press 1."
    assert spoken(made, "main", "en-US", "noinput") == "Press 8 for our hours."


def test_a_silent_option_is_said_by_it() -> None:
    """Where the words do not name it, nothing says its key."""
    assert not [each for each in said(loaded(MAIN)) if "nothing says" in each]
    assert "menu.yaml:14:7: main: nothing says the key `2`; add `for:` to it [W12]" in said(loaded())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{key of repeat} repeats", "{key of repaet} repeats",
         ("prompts.en-US.yaml:4:3: notice: `{key of repaet}` names no option of this node, of the menu that follows, or of "
         "`anywhere:`; did you mean `repeat`? [W12]")),
        ("Goodbye.", '{end: {text: "Press {key of repeat}.", audio: bye.wav}}',
         "prompts.en-US.yaml:11:9: bye: `{key of repeat}` may change, and the recording does not; delete `audio:` [W12]"),
        ("hours: opening hours", 'hours: "opening hours {key of hours}"',
         "prompts.en-US.yaml:7:12: main: `{key of hours}` is for what a node says; leave the key out [W12]"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_said_so(old: str, new: str, problem: str) -> None:
    """Before a call hears it."""
    assert WORDS.count(old) == 1
    assert problem in said(loaded(MAIN, WORDS.replace(old, new)))
