"""The phrases that the rules look for: what they find, and ordinary sentences that they let pass."""

from __future__ import annotations

import pytest

from ivr.lint.patterns import says_number
from tests.support.lint_hotlines import told

RECORDED = "This call may be recorded for quality and training purposes."


def language_of(text: str) -> str:
    """Return the language of a small hotline with such a sentence."""
    return "en-US" if text.isascii() else "zh-CN"


def found(rule: str, text: str) -> bool:
    """Say whether a sentence that is just said breaks a rule."""
    return bool(told(rule, f"main: {{say: {text!r}, then: bye}}", language=language_of(text)))


@pytest.mark.parametrize(
    ("text", "is_filler"),
    [
        (RECORDED, False),
        ("为了给您提供更好的服务，本次通话将会录音。", False),
        ("为了给您提供更好的服务，我们换了新系统。", True),
        ("Calls are answered in the order they came.", True),
        ("We appreciate your patience.", True),
        ("Call volumes are higher than usual.", True),
        ("We are experiencing longer than usual wait times.", True),
        ("Please listen to all options.", True),
        ("Please listen carefully as our options have changed.", True),
        ("Our options have been updated.", True),
        ("Your balance is higher than usual.", False),
        ("You have these options.", False),
        ("感谢您的耐心等候。", True),
        ("当前来电较多。", True),
        ("现在是话务高峰。", True),
        ("我们按来电顺序为您接听。", True),
        ("请听完全部选项再按键。", True),
        ("上班前和晚饭后来电最多。", False),
    ],
)
def test_filler(text: str, *, is_filler: bool) -> None:
    """What everybody has heard too often; a notice that laws demand is none."""
    assert found("W06", text) is is_filler


@pytest.mark.parametrize(
    ("text", "blames"),
    [
        ("That is not a valid option.", True),
        ("Error.", True),
        ("Sorry, error.", True),
        ("Invalid.", True),
        ("Incorrect PIN.", True),
        ("密码错误！", True),
        ("无效。", True),
        ("输入无效。", True),
        ("密码错误，请重新输入。", False),
        ("That is not a valid option, please press 1 or 2.", False),
        ("An error of the service keeps me from it.", False),
        ("验证码已经无效了。", False),
    ],
)
def test_blame(text: str, *, blames: bool) -> None:
    """That something was wrong, without what is right."""
    assert found("W07", text) is blames


CLOSED = """
desks: {service: {number: "+8657100000001", hours: {mon-fri: "09:00-17:00"}, closed: shut, busy: bye, no_answer: bye, failed: bye}}
nodes:
  main: {say: Hello., then: agent}
  shut: {say: SAY, record: message, then: bye, nothing: bye}
"""


@pytest.mark.parametrize(
    ("text", "says_hours"),
    [
        ("We open again on Tuesday.", True),
        ("We open again on Sunday.", True),
        ("We open at nine.", True),
        ("We open at 9 a.m.", True),
        ("We are here from 9 to 5.", True),
        ("We open at 09:00.", True),
        ("We open at 9 o'clock.", True),
        ("Good morning. We are closed, for what is urgent press 1.", False),
        ("We are closed, dial 12345.", False),
        ("Please wait at one of our shops.", False),
        ("上午9点开门。", True),
        ("星期天开门。", True),
        ("礼拜二再来电。", True),
        ("八时开门。", True),
        ("早晨一点开门。", True),
        ("紧急情况请按1。", False),
        ("订单请打12345。", False),
        ("请晚一点再打。", False),
        ("一时无法接通。", False),
    ],
)
def test_hours(text: str, *, says_hours: bool) -> None:
    """An hour or a day; a digit alone is a key, or a number to dial."""
    assert (told("H07", CLOSED.replace("SAY", repr(text)), language=language_of(text)) == []) is says_hours


@pytest.mark.parametrize(
    ("node", "asks"),
    [
        ("{ask: digits, length: 6, say: Key in the 6 digits of your online banking password., then: bye}", True),
        ("{ask: digits, length: 6, say: 'Enter the code that your bank sent you, six digits.', then: bye}", True),
        ("{ask: code, say: Enter the six digits of the code from your bank., then: bye}", True),
        ("{ask: code, say: Enter the six digits that I have just sent you for this call., then: bye}", False),
        ("{ask: code, say: Enter the six digits of your one-time password., then: bye}", False),
        ("{ask: code, say: Enter the six digits of the code. Our agents never ask you to say your password., then: bye}", False),
        ("{say: Now say your password., then: bye}", True),
        ("{say: Please tell us your password., then: bye}", True),
        ("{say: Never tell us your password., then: bye}", False),
        ("{say: Our people do not ask you to say your password., then: bye}", False),
        ("{say: I'll tell you how to set a new password., then: bye}", False),
        ("{say: 'On the page, enter your new password.', then: bye}", False),
        ("{say: Enter your password., then: entry}", True),
        ("{ask: digits, length: 6, say: 请输入银行发给您的六位验证码。, then: bye}", True),
        ("{ask: code, say: 请输入刚发到登记手机上的六位验证码。, then: bye}", False),
        ("{ask: code, say: 请输入六位动态密码。, then: bye}", False),
        ("{say: 请说出您的密码。, then: bye}", True),
        ("{say: 不要在电话里说出密码。, then: bye}", False),
        ("{say: 工作人员不会请您提供密码。, then: bye}", False),
    ],
)  # fmt: skip
def test_a_password_is_asked_for(node: str, *, asks: bool) -> None:
    """Typed or said, or as a code that somebody else sent; the advice to keep it asks for nothing."""
    entry = "entry: {ask: digits, length: 6, say: Six digits., then: bye}"
    given = {"language": language_of(node)}
    assert bool(told("D08", f"main: {node}\n{entry if 'entry' in node else ''}", **given)) is asks


@pytest.mark.parametrize(
    ("text", "number", "says"),
    [
        ("Enter your number from page six", 6, False),
        ("Wait six seconds, then give the number", 6, False),
        ("At six, enter digits", 6, False),
        ("Enter the last four characters of your ID", 4, True),
        ("Enter your 6-digit code", 6, True),
        ("Enter all twenty-one digits", 21, True),
        ("请看第六页，输入单号", 6, False),
        ("请输入6个数字", 6, True),
        ("请输入二十六位数字", 16, False),
    ],
)
def test_a_number_counts_beside_what_it_counts(text: str, number: int, *, says: bool) -> None:
    """A few words before the digits or characters, and not anywhere."""
    assert says_number(text, number, language_of(text)) is says
