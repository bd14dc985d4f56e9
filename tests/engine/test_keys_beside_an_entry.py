"""Keys that lead elsewhere when they are the whole of a typed entry: a code that has not come, another number."""

from __future__ import annotations

from ivr.engine.events import DigitsPressed
from ivr.engine.redaction import public_keys
from tests.support.engine_call import Call, tree_of

TREE = tree_of(
    """
  main: {say: Menu., menu: {"1": {for: a code, go: code}, "2": {for: the end, go: bye}}}
  code:
    say: The code?
    ask: code
    keys: {"1": {for: a new one, go: again}}
    then: main
  again: {say: Sent again., then: code}
""",
    languages="en-US, zh-CN",
    words="""
nodes:
  main: {say: 菜单。, menu: {code: 验证码, bye: 结束}}
  code: {say: 验证码？, keys: {again: 重发}}
  again: 重发了。
  agent: 转接。
  sorry: {say: 没人。, menu: {main: 菜单, bye: 结束}}
  bye: {end: 再见。}
""",
)


def test_they_are_announced_after_the_question() -> None:
    """The announcement and the key are one declaration, in each language."""
    assert Call(TREE).press("1").heard == ["The code?", "For a new one, press 1, then pound."]
    assert Call(TREE, language="zh-CN").press("1").heard == ["验证码？", "重发请按1再按井号键。"]


def test_as_the_whole_entry_they_lead_away() -> None:
    """Ended by pound, or by silence."""
    for keys in ("1#", "1"):
        assert Call(TREE).press("1").press(keys).heard[0] == "Sent again."


def test_inside_an_entry_they_are_data() -> None:
    """A code may begin with any digit."""
    assert Call(TREE).press("1").press("111111").session.node == "main"


def test_they_may_be_kept_although_the_entry_is_secret() -> None:
    """A code is never kept; the key that asked for a new one is."""
    call = Call(TREE).press("1")
    before = call.session
    call.press("1#")
    assert public_keys(TREE, before, DigitsPressed(call.at, "1", "#")) == "1#"
    assert public_keys(TREE, before, DigitsPressed(call.at, "111111")) == ""
