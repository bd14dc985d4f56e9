"""The words of messages that actions send, and the keys beside an entry: what an editor can get wrong in them."""

from __future__ import annotations

import pytest

from ivr.menu.language.contract import Contract, Outcome
from ivr.menu.loader import load

CONTRACTS = {
    "send_code": Contract(
        "send_code",
        "Sends a code.",
        {
            "sent": Outcome("It is sent.", {"minutes": "How long it lives."}, texts={"code": "Six digits."}),
            "rationed": Outcome("Not now."),
        },
    ),
    "look": Contract("look", "Looks.", {"ok": Outcome("It did.")}),
}
MENU = """
hotline: test
languages: [en-US, zh-CN]
start: main
agent: agent
anywhere: {"0": agent, "9": repeat}
desks: {service: {number: "+8657100000001", busy: main, no_answer: main, failed: main}}
nodes:
  main: {say: Menu., menu: {"1": {for: a code, go: send}, "2": {for: an end, go: bye}}}
  send:
    run: send_code
    text: "Code {{ code }}, {{ minutes }} minutes."
    outcomes: {sent: ask, rationed: main, unavailable: agent}
  ask: {say: The code?, ask: code, keys: {"1": {for: a new one, go: send}}, then: look}
  look: {run: look, outcomes: {ok: main, unavailable: agent}}
  agent: {say: Connecting., transfer: service}
  bye: {end: Goodbye.}
"""
WORDS = """
language: zh-CN
nodes:
  main: {say: 菜单。, menu: {send: 验证码, bye: 结束}}
  send: {text: "验证码{{ code }}，{{ minutes }}分钟。"}
  ask: {say: 验证码？, keys: {send: 重发}}
  agent: 转接。
  bye: {end: 再见。}
"""


def problems(menu: str = MENU, words: str = WORDS) -> list[str]:
    """Return what is wrong with this hotline."""
    loaded = load({"menu.yaml": menu, "prompts.zh-CN.yaml": words}, CONTRACTS)
    return [f"{problem.file} {problem.node}: {problem.what}; {problem.remedy}" for problem in loaded.problems]


def test_this_one_is_right() -> None:
    """What the cases below change."""
    assert problems() == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "Code {{ code }}, {{ minutes }} minutes.",
            "{{ minutes }} minutes.",
            "menu.yaml send: the message lacks `code`, which it is sent for; write `{{ code }}` where it belongs",
        ),
        (
            '    text: "Code {{ code }}, {{ minutes }} minutes."\n',
            "",
            "menu.yaml send: `send_code` sends a message when it ends as `sent`, and there are no words for it",
        ),
        (
            "run: look,",
            "run: look, text: Hello.,",
            "menu.yaml look: `look` sends no message; delete it, or write a `text` node",
        ),
        (
            "say: The code?",
            'say: "The code {{ code }}?"',
            "menu.yaml ask: `code` may have no value here",
        ),
        (
            'keys: {"1": {for: a new one, go: send}}',
            'keys: {"#": {for: a new one, go: send}}',
            "menu.yaml ask: `#` ends an entry and is no key beside it; choose a digit",
        ),
        (
            'keys: {"1": {for: a new one, go: send}}',
            'keys: {"123456": {for: a new one, go: send}}',
            "menu.yaml ask: `123456` is as long as the entry, and would be taken for it; choose a shorter key",
        ),
        (
            'keys: {"1": {for: a new one, go: send}}',
            'keys: {"0": {for: a new one, go: send}}',
            "menu.yaml ask: `0` means the human everywhere, and something else here; choose another key",
        ),
    ],
)
def test_a_mistake_is_said(old: str, new: str, problem: str) -> None:
    """In its place, with what to write instead."""
    assert old in MENU
    assert any(problem in said for said in problems(MENU.replace(old, new))), problems(MENU.replace(old, new))


def test_an_action_that_is_not_known_is_the_only_mistake() -> None:
    """Nobody knows what it tells, so nothing is said of the words of its message."""
    (said,) = [
        each for each in problems(MENU.replace("send_code", "send_kode")) if "no call can come" not in each
    ]
    assert said.startswith("menu.yaml send: there is no action `send_kode`")
    missing = {"look": CONTRACTS["look"]}
    loaded = load({"menu.yaml": MENU, "prompts.zh-CN.yaml": WORDS}, missing, complete=False)
    assert [problem for problem in loaded.problems if "no call can come" not in problem.what] == []


def test_each_language_s_message_needs_it() -> None:
    """A caller who reads Chinese is not sent a message without his code."""
    said = problems(words=WORDS.replace("验证码{{ code }}，", ""))
    assert (
        "prompts.zh-CN.yaml send: the message lacks `code`, which it is sent for; write `{{ code }}` where it belongs"
        in said
    )
