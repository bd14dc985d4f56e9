"""Values with words for each language: said in the language of the call at that moment, whenever they were set."""

from __future__ import annotations

import json

import pytest

from ivr.diff import compare
from ivr.diff.changes import Side
from ivr.engine.session import Session
from ivr.explore.prover import prove
from ivr.menu.loader import Loaded, load
from ivr.menu.tree import Tree
from tests.support.brute import brute
from tests.support.engine_call import CONTRACTS, Call

MENU = """\
hotline: doctor
languages: [en-US, zh-CN]
timezone: Asia/Shanghai
start: begin
identity: {known: find}
anywhere: {"9": repeat}
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
variables: {part: day}
nodes:
  begin: {set: {part: {en-US: morning, zh-CN: 上午}, whose: plain}, then: main}
  main:
    say: "Your visit is in the {{ part }}."
    menu:
      "1": {for: 中文, language: zh-CN, go: main}
      "2": {for: a person, go: agent}
      "3": {for: your name, go: find}
      "4": {for: later, go: later}
      "5": {for: a message, go: message}
  later: {set: {part: {en-US: "{{ 3 | ordinal }} part", zh-CN: "{{ 3 | ordinal }}部分"}}, then: main}
  find: {run: look_up, outcomes: {found: main, not_found: main, unavailable: main}}
  message: {run: send_summary, with: {summary: "{{ part }}"}, text: "{{ part }}", outcomes: {sent: main, unavailable: main}}
  agent: {say: One moment., transfer: service, reason: "a visit in the {{ part }}"}
  bye: {end: Goodbye.}
"""
CHINESE = """\
language: zh-CN
nodes:
  main: {say: "您预约在{{ part }}。", menu: {agent: 人工, find: 姓名, later: 改期, message: 短信}}
  message: {text: "{{ part }}。"}
  agent: 请稍候。
  bye: 再见。
"""


def loaded(menu: str = MENU) -> Loaded:
    """Return the menu as it is loaded."""
    return load({"menu.yaml": menu, "prompts.zh-CN.yaml": CHINESE}, CONTRACTS)


def tree(menu: str = MENU) -> Tree:
    """Return the menu, which has no problem."""
    made = loaded(menu)
    assert made.tree is not None, "\n".join(map(str, made.problems))
    return made.tree


def test_a_value_is_said_in_the_language_of_the_call_at_that_moment() -> None:
    """A caller who changes the language later hears it in the new one."""
    call = Call(tree())
    assert "Your visit is in the morning." in call.heard
    call.press("1")
    assert "您预约在上午。" in call.heard


def test_a_template_in_it_is_said_as_its_language_says_it() -> None:
    """Each language's words have its own filters, though they are all made at once."""
    call = Call(tree())
    call.press("4")
    assert "Your visit is in the 3rd part." in call.heard
    call.press("1")
    assert "您预约在第3部分。" in call.heard


def test_a_desk_hears_it_in_the_first_language() -> None:
    """The reason is for the humans of the hotline, whatever the caller speaks."""
    call = Call(tree())
    call.press("1")
    call.press("2")
    assert call.transfer.reason.startswith("a visit in the morning")


def test_an_action_is_given_it_in_the_language_of_the_call() -> None:
    """A service gets a text, never a table."""
    call = Call(tree())
    call.press("1")
    call.press("5")
    assert call.action.inputs["summary"] == "上午"


def test_it_lives_in_a_session() -> None:
    """It goes through JSON as everything does, and stays when another account is found: it stands in the menu."""
    call = Call(tree())
    kept = json.loads(call.session.to_json())["variables"]
    assert kept["part"] == {"$language": {"en-US": "morning", "zh-CN": "上午"}}
    assert Session.from_json(call.session.to_json()).variables == call.session.variables


def test_it_survives_a_change_of_the_account() -> None:
    """What a menu sets by itself reveals nothing about an account."""
    call = Call(tree())
    call.session.account = "+8613800138000"
    call.press("3")
    call.finish("found", account="+8613800138001", holder="Li")
    assert "Your visit is in the morning." in call.heard


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("{en-US: morning, zh-CN: 上午}", "{en-US: morning}", "`part` has no words in `zh-CN`; add `zh-CN: …` [W11]"),
        ("{en-US: morning, zh-CN: 上午}", "{en-US: morning, zh-CN: 上午, fr-FR: matin}", "`fr-FR` is not among the hotline's `languages:`"),
        ("{en-US: morning, zh-CN: 上午}", "{en-US: morning, chinese: 上午}", "`chinese` is no language"),
        ("{en-US: morning, zh-CN: 上午}", "{}", "`part`"),
        ("whose: plain", "language: {en-US: en-US, zh-CN: zh-CN}", "the language cannot have words for each language"),
        ('zh-CN: "{{ 3 | ordinal }}部分"', 'zh-CN: "{{ 3 | ordinl }}部分"', "there is no filter `ordinl`"),
        ("  find: {run", "  asks: {choose: [{if: part == 'morning', go: bye}], else: bye}\n  find: {run", "`part` has other words in each language, so that nothing can be decided by it"),
    ],
)  # fmt: skip
def test_mistakes(was: str, becomes: str, problem: str) -> None:
    """What lacks words, or could not be decided by, is a problem."""
    made = loaded(MENU.replace(was, becomes, 1))
    assert made.tree is None
    assert any(problem in str(each) for each in made.problems), made.problems


def test_a_value_may_fall_back() -> None:
    """A language without words of its own takes those of the language that it falls back on."""
    menu = MENU.replace("timezone:", "fall_back: {zh-CN: en-US}\ntimezone:").replace(", zh-CN: 上午", "")
    call = Call(tree(menu))
    call.press("1")
    assert "您预约在morning。" in call.heard


def test_a_walk_of_every_path_tries_it() -> None:
    """Both walks pass the same places, and nothing breaks."""
    menu = MENU.replace('      "4": {for: later, go: later}\n', "").replace(
        '      "5": {for: a message, go: message}\n', ""
    )
    menu = menu.replace('      "3": {for: your name, go: find}\n', "").replace(
        "  main:\n", "  main:\n    tries: 1\n"
    )
    lines = (
        line
        for line in menu.splitlines(keepends=True)
        if not line.startswith(("  later:", "  find:", "  message:", "identity:"))
    )
    words = CHINESE.replace(", find: 姓名, later: 改期, message: 短信", "").replace(
        '  message: {text: "{{ part }}。"}\n', ""
    )
    made = load({"menu.yaml": "".join(lines), "prompts.zh-CN.yaml": words}, CONTRACTS).tree
    assert made is not None
    walked = brute(made)
    assert walked.broken == set()
    assert set(prove(made).ways) == walked.passed


def test_a_comparison_tells_of_a_change() -> None:
    """The words of both languages are shown."""
    old, new = loaded(), loaded(MENU.replace("zh-CN: 上午", "zh-CN: 早上"))
    changes = compare(Side.of(old), Side.of(new))
    assert any("morning / 早上" in str(each) for each in changes), changes
