"""What a desk hears: why the call comes, of which account, what is proved of it, and what may have been done."""

from __future__ import annotations

from ivr.engine.commands import Transfer
from ivr.engine.events import ActionFinished
from tests.support.engine_call import Call, tree_of

NODES = """
  main:
    say: Menu.
    menu:
      "1": {for: the balance, go: balance}
      "2": {for: news, go: news}
      "3": {for: a code, go: code}
  tail: {say: The tail?, ask: id_tail, then: check}
  check:
    run: prove
    with: {tail: "{{ tail }}"}
    outcomes: {ok: back_again, mismatch: tail, unavailable: agent}
  back_again: {say: Thanks., then: return}
  balance: {run: balance, needs: verified, outcomes: {ok: main, unavailable: agent}}
  code: {run: send_code, text: "{{ code }}", outcomes: {sent: main, rationed: agent, unavailable: agent}}
  news: {run: news, outcomes: {some: main, none: main, unavailable: agent}}
  agent: {say: Connecting., transfer: service, reason: The balance}
"""
TREE = tree_of(
    NODES,
    "identity: {verified: tail}",
    languages="en-US, zh-CN",
    words="""
nodes:
  main: {say: 菜单。, menu: {balance: 余额, news: 新闻, code: 验证码}}
  tail: 尾号？
  back_again: 谢谢。
  code: {text: "{{ code }}"}
  agent: 转接。
  sorry: {say: 没人。, menu: {main: 菜单, bye: 结束}}
  bye: {end: 再见。}
""",
)


def told(call: Call) -> str:
    """Return what the desk hears."""
    last = call.commands[-1]
    assert isinstance(last, Transfer)
    assert call.session.reason == last.reason
    return last.reason


def test_of_a_caller_who_has_proved_nothing() -> None:
    """It is said, so that nobody takes the calling number for a proof."""
    assert told(Call(TREE).press("0")) == "The balance. The caller hasn't been verified."


def test_of_a_proved_caller_the_account_is_named() -> None:
    """It need not be the calling number's: one's proof must not be taken for another's."""
    call = Call(TREE, caller="+8613800138000").press("1").press("1237").finish("ok", account="+8613800138004")
    call.finish("ok", amount=1).press("0")
    assert told(call) == "The balance. The account ends in 8 0 0 4. The last four of the ID matched."


def test_the_desk_hears_its_own_language() -> None:
    """The hotline's first one, whatever the caller speaks."""
    assert told(Call(TREE, language="zh-CN").press("0")) == "The balance. The caller hasn't been verified."


def test_an_action_that_was_given_up_may_have_been_done() -> None:
    """By the caller, who pressed the human's key while it went on, or by us, after its time."""
    unsure = "The balance. The last step took too long and may have gone through, so please check first. The caller hasn't been verified."
    assert told(Call(TREE).press("2").goes_on().press("0")) == unsure
    assert told(Call(TREE).press("2").goes_on().finish_late("unavailable", "news")) == unsure


def test_an_action_that_came_to_no_answer_may_have_been_done() -> None:
    """Also if it was given up before the caller was asked to wait."""
    call = Call(TREE).press("2")
    call.happens(ActionFinished(call.at, "news", "unavailable", uncertain=True))
    assert "may have gone through, so please check first" in told(call)


def test_an_action_that_failed_at_once_was_not_done() -> None:
    """Nor is one that came to its end later."""
    assert (
        told(Call(TREE).press("2").finish("unavailable")) == "The balance. The caller hasn't been verified."
    )
    call = Call(TREE).press("2").goes_on().finish_late("none", "news").press("0")
    assert told(call) == "The balance. The caller hasn't been verified."


def test_a_transfer_without_a_reason_still_says_what_is_proved() -> None:
    """No editor can forget it."""
    silent = tree_of(NODES.replace(", reason: The balance", ""), "identity: {verified: tail}")
    assert told(Call(silent).press("0")) == "The caller hasn't been verified."
    call = Call(silent).press("1").press("1237").finish("ok", account="+8613800138004")
    assert told(call.finish("unavailable")) == "The account ends in 8 0 0 4. The last four of the ID matched."
