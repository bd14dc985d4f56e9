"""The machine's own sentences in the languages that are built in.

A hotline may replace any of them under ``phrases:``. For any other language it must write them all there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr.menu.language.markers import Role
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.walk import fields_with

PATTERNS = frozenset(fields_with(Phrases, {Role.pattern}))
"""Sentences with a place for a value. They are filled in and not spoken as they are."""

USUAL: Mapping[str, Phrases] = {
    "zh": Phrases.model_validate(
        {
            "announce": "{for}请按{key}。",
            "announce_entry": "{for}请按{key}再按井号键。",
            "star": "星号键",
            "pound": "井号键",
            "noinput": ["没有听到您的按键。", "还是没有听到。听到需要的服务后，按一下电话上的数字键就可以。"],
            "nomatch": ["这个键这里没有对应的服务。", "没有对上。请按您听到的数字键，每次按一个就可以。"],
            "ask_noinput": ["没有听到您的输入。", "还是没有听到。您可以直接在电话键盘上输入，不着急。"],
            "ask_nomatch": ["这个号码对不上。", "还是对不上，请您看准了再输一次。"],
            "unfinished": "好像还没有输完。",
            "hint_digits": "请输入{length}位数字。",
            "hint_phone": "请输入完整的电话号码，按井号键结束。",
            "hint_id_card": "请输入十八位身份证号码，末位如果是字母X,请按星号键。",
            "hint_id_tail": "请输入身份证号码的最后四位，末位如果是字母X,请按星号键。",
            "hint_code": "请输入短信里的{length}位验证码。",
            "hint_pin": "请输入{length}位数字。",
            "hint_amount": "请输入金额，小数点请按星号键，按井号键结束。",
            "hint_date": "请输入八位日期，先年后月再日。",
            "yes_no": "是请按1,不是请按2。",
            "read_back": "您输入的是{value}，对的请按1,重新输入请按2。",
            "desk_unproved": "{reason}，身份未核对。",
            "desk_matched": "{reason}，账户尾号{account}，证件尾号已核对，验证码未核对。",
            "desk_verified": "{reason}，账户尾号{account}，证件尾号已核对。",
            "desk_confirmed": "{reason}，账户尾号{account}，证件尾号和验证码都已核对。",
            "desk_unsure": "{reason}。刚才的办理没有等到结果，可能已经执行，请先查看",
            "giving_up": "没关系，我这就为您转接人工客服。",
            "working": ["正在处理，请稍等。", "还在处理，马上就好。"],
            "too_long": "这通电话时间不短了，我请人工客服来帮您。",
            "top": "已经是最上面的菜单了。",
            "internal_error": "很抱歉，系统出了点问题，我马上为您转接人工客服。",
            "farewell": "很抱歉，现在没有人能接听。请您稍后再打来，再见。",
        }
    ),
    "en": Phrases.model_validate(
        {
            "announce": "For {for}, press {key}.",
            "announce_entry": "For {for}, press {key}, then pound.",
            "star": "star",
            "pound": "pound",
            "noinput": [
                "I didn't hear a key.",
                "I still didn't hear a key. When you hear what you need, press its number on your phone.",
            ],
            "nomatch": [
                "There is nothing on that key here.",
                "That key didn't match. Press just one of the numbers you hear.",
            ],
            "ask_noinput": [
                "I didn't hear anything.",
                "I still didn't hear anything. Type it on your phone's keypad. Take your time.",
            ],
            "ask_nomatch": [
                "That doesn't match.",
                "That still doesn't match. Please have a look and type it once more.",
            ],
            "unfinished": "That seems to be only a part.",
            "hint_digits": "Please enter {length} digits.",
            "hint_phone": "Please enter the whole phone number, then press pound.",
            "hint_id_card": "Please enter all eighteen characters of the ID number. If the last one is an X, press star.",
            "hint_id_tail": "Please enter the last four characters of the ID number. If the last one is an X, press star.",
            "hint_code": "Please enter the {length} digits from the text message.",
            "hint_pin": "Please enter {length} digits.",
            "hint_amount": "Please enter the amount, with star for the decimal point, then press pound.",
            "hint_date": "Please enter the date as eight digits: year, month, day.",
            "yes_no": "For yes, press 1. For no, press 2.",
            "read_back": "You entered {value}. If that's right, press 1. To enter it again, press 2.",
            "desk_unproved": "{reason}. Nothing is proved.",
            "desk_matched": "{reason}. The account ends in {account}. The ID tail is right, no code was checked.",
            "desk_verified": "{reason}. The account ends in {account}. The ID tail is right.",
            "desk_confirmed": "{reason}. The account ends in {account}. The ID tail and the code are right.",
            "desk_unsure": "{reason}. The last step took too long and may have been done, so look first",
            "giving_up": "No problem, I'll get someone to help you now.",
            "working": ["One moment, please.", "Still working on it."],
            "too_long": "This has taken a while. Let me get someone to help you.",
            "top": "This is already the first menu.",
            "internal_error": "I'm sorry, something went wrong on our side. I'll get someone to help you right away.",
            "farewell": "I'm sorry, nobody can take your call right now. Please call again later. Goodbye.",
        }
    ),
}
"""By language, without its region."""


def complete(language: str, own: Phrases) -> tuple[dict[str, Any], list[str]]:
    """Return every sentence for a language, and the names of the missing ones. A hotline's own come first."""
    usual = USUAL.get(language.split("-", maxsplit=1)[0])
    found: dict[str, Any] = {}
    missing = []
    for name in Phrases.model_fields:
        sentence = getattr(own, name) or (getattr(usual, name) if usual else None)
        if sentence is None:
            missing.append(name)
        else:
            found[name] = sentence
    return found, missing
