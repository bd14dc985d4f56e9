"""What the pages say, in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ivr.actions.accounts import PasswordKind
from ivr.actions.passwords import LONGEST, SHORTEST, Reason

PageProblem = Reason | Literal["differ", "stale"]
"""Why a password was not set: a rule that it breaks, two entries that differ, or a form that is no longer good."""


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one language."""

    language: str
    """As HTML and the customer's account name it."""
    own_name: str
    """What the language calls itself."""
    titles: Mapping[PasswordKind, str]
    case: str
    rules_before: str
    rules: Mapping[PasswordKind, Sequence[str]]
    """What is told before the field."""
    entry: str
    again: str
    button: str
    warning: str
    mistake: str
    """Goes before the title of the window while something is wrong."""
    problems: Mapping[PageProblem, str]
    done_title: str
    done: Mapping[PasswordKind, str]
    dead_title: str
    dead: str
    internal_error: str


_CHINESE = PageWords(
    language="zh-CN",
    own_name="中文",
    titles={"login": "设置新的登录密码", "payment": "设置新的支付密码"},
    case="个案号",
    rules_before="新密码要满足：",
    rules={
        "login": (
            f"{SHORTEST} 到 {LONGEST} 个字符",
            "不能全是数字",
            "不容易被猜到：不要用姓名、手机号、常见的词，也不要用键盘上挨着的键",
        ),
        "payment": (
            "正好 6 位数字",
            "不能是您的生日",
            "不能是连号，比如 123456",
            "不能有规律地重复，比如 111111、121212、112233",
            "不能是手机号的最后 6 位",
        ),
    },
    entry="新密码",
    again="再输入一遍",
    button="设置密码",
    warning="密码请只在这里输入。工作人员不会向您索要密码或验证码。",
    mistake="请修改",
    problems={
        Reason.too_short: f"太短了，至少要 {SHORTEST} 个字符。",
        Reason.too_long: f"太长了，最多 {LONGEST} 个字符。",
        Reason.only_digits: "不能全是数字，请加上字母或别的字符。",
        Reason.easily_guessed: "太容易被猜到了，请换一个。几个不相干的词连在一起，好记也难猜。",
        Reason.not_six_digits: "要正好 6 位数字。",
        Reason.birthday: "这是您的生日，知道您的人很容易猜到。",
        Reason.run: "这是连号，太容易被猜到了。",
        Reason.repeat: "这些数字有规律地重复，太容易被猜到了。",
        Reason.phone_tail: "这是您手机号的最后 6 位。",
        Reason.refused: "这个密码不能用，请换一个。",
        "differ": "两遍输入的不一样，请重新输入。",
        "stale": "页面放得太久了，密码还没有设置，请再输入一遍。",
    },
    done_title="密码设置好了",
    done={
        "login": "之前登录的设备都已经退出，请用新的登录密码重新登录。这个页面可以关掉了。",
        "payment": "之前登录的设备都已经退出，请重新登录，以后付款就用新的支付密码。这个页面可以关掉了。",
    },
    dead_title="链接不能用了",
    dead="链接可能已经用过、过期，或者没有复制完整。如果还要设置密码，请再拨打一次热线，我们给您发新的链接。",
    internal_error="出了点问题，密码没有设置。请过一会儿再试。",
)

_ENGLISH = PageWords(
    language="en-US",
    own_name="English",
    titles={"login": "Set a new login password", "payment": "Set a new payment password"},
    case="Case number",
    rules_before="Your new password:",
    rules={
        "login": (
            f"has {SHORTEST} to {LONGEST} characters",
            "is not made of digits alone",
            "is hard to guess: no names, phone numbers, common words or neighboring keys",
        ),
        "payment": (
            "has exactly 6 digits",
            "is not your birthday",
            "is not a run, such as 123456",
            "does not repeat, such as 111111, 121212 or 112233",
            "is not the end of your phone number",
        ),
    },
    entry="New password",
    again="Type it again",
    button="Set password",
    warning="Type your password on this page only. Our staff will never ask you for a password or a code.",
    mistake="Please correct",
    problems={
        Reason.too_short: f"It is too short. Use at least {SHORTEST} characters.",
        Reason.too_long: f"It is too long. Use at most {LONGEST} characters.",
        Reason.only_digits: "It is digits only. Add letters or other characters.",
        Reason.easily_guessed: "It is too easy to guess. A few unrelated words together are hard to guess and easy "
        "to remember.",
        Reason.not_six_digits: "It must have exactly 6 digits.",
        Reason.birthday: "That is your birthday, which others may know.",
        Reason.run: "That is a run of digits, which is easy to guess.",
        Reason.repeat: "The digits repeat, which is easy to guess.",
        Reason.phone_tail: "That is the end of your phone number.",
        Reason.refused: "This password cannot be used. Please choose another one.",
        "differ": "The two entries are different. Please type both again.",
        "stale": "This page was open for too long, and the password has not been set. Please type it again.",
    },
    done_title="Your password is set",
    done={
        "login": "All your devices have been signed out. Sign in with your new login password. "
        "You can close this page.",
        "payment": "All your devices have been signed out. Sign in again, and use your new payment password from "
        "now on. You can close this page.",
    },
    dead_title="This link does not work",
    dead="It may have been used, it may be too old, or part of it may be missing. If you still need a new password, "
    "please call the hotline again and we will send you a new link.",
    internal_error="Something went wrong, and the password has not been set. Please try again in a while.",
)

PAGE_WORDS: Mapping[str, PageWords] = {words.language: words for words in (_CHINESE, _ENGLISH)}
"""By language; the first one is for those of whom nothing is known."""
