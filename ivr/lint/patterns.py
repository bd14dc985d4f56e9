"""Phrases that the rules look for, by language without its region. Other languages are not judged by them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ivr.menu.speech.durations import number_words


def family(language: str) -> str:
    """Return a language without its region."""
    return language.partition("-")[0]


def _patterns(**typed: str) -> Mapping[str, re.Pattern[str]]:
    return {language: re.compile(pattern, re.IGNORECASE) for language, pattern in typed.items()}


_HOUR = "|".join(word for number in range(1, 13) for word in number_words(number))

FILLER = _patterns(
    zh=r"您的来电对我们(很|非常|十分)?重要|您的(来电|电话)(非常|很)重要|菜单(内容)?(已经?|有所?)(更新|变更|改变|调整)"
    r"|请(您)?(仔细|认真|注意)(收|聆)?听(以下|下列)|请(您)?听完(全部|所有)|为了(给您)?提供更(好|优质)的服务(?![^。！？]*录音)"
    r"|(感谢|谢谢)您的耐心|(来电|话务)量?(较|比较|过|非常)(大|多|高|繁忙)|话务(繁忙|高峰)|来电量?(高于|多于|比)平时"
    r"|按(照)?(来电)?(的)?(先后)?(顺序|次序)(为您|依次)?(接听|接通)|欢迎关注我们的(公众号|微信)",
    en=r"your call is (very )?important|(menu|options) (has|have) (recently )?(been )?(changed|updated)|listen carefully"
    r"|listen to all (of )?(the |our |these )?(menu )?(options|choices)|answered in the order"
    r"|thank you for your (patience|continued)|appreciate your (patience|continued)"
    r"|(higher|longer) than (usual|normal) (call|wait|hold|volume)|\b(calls?|wait|waiting|volumes?|demand)\b[^.,;!?]{0,24} (higher|longer) than (usual|normal)"
    r"|due to (unusually |exceptionally )?high call volume|visit (us at |our )?(www\.|web ?site)",
)
"""What callers are tired of. The sentence that a call is recorded is not among it, because many laws demand it."""

_WRONG = (
    r"(?:entry|input|key|selection|choice|option|number|response|answer|pin|code|password|passcode|digits?)"
)
BLAME = _patterns(
    zh=r"(您的?|你的?)?(输入|按键|选择|操作|密码|口令|号码|验证码)(有误|错误|无效|不正确)|无效的?(输入|按键|选择|操作|号码)|(输入|按)错了"
    r"|(?:^|(?<=[，。！？,.!?\s]))(无效|错误|有误)(?=[，。！？,.!?]|$)",
    en=rf"\b(invalid|incorrect|wrong)\s+{_WRONG}\b|\bnot\s+(an?\s+|the\s+)?(valid|correct|right)\s+{_WRONG}\b"
    r"|\byou('ve| have)?\s+(entered|pressed|made|typed|chosen|chose)\s+(an?\s+)?(invalid|wrong|incorrect)"
    r"|(?:^|(?<=[.,!?]\s))(error|invalid|incorrect|wrong)(?=[.,!?]|$)",
)
"""Words that blame the caller."""

EXPECTED = _patterns(
    zh=r"请|应(该|当)|需要|可以|要听|位数字",
    en=r"\b(please|press|enter|type|choose|try|should|needs?|say)\b",
)
"""Words that say what to do."""

KEY_FIRST = _patterns(
    zh=r"(?:^|[，。；！？,;!?:：\s])(?:请)?按(?:下|一下)?(?:数字)?\s*(?:[0-9]|[一二三四五六七八九零]|[*#]|[星井]号)(?:号?键)?"
    r"(?!\s*(?:[，。；！？,.;!?、）)\s]|$|键|再|或|和|结束|确认|号|[0-9]))",
    en=r"\bpress\s+(?:[0-9*#]|star|pound|one|two|three|four|five|six|seven|eight|nine|zero)\s+(?:for|to)\b",
)
"""A key that is named before what it is for."""

ENTERS = _patterns(
    zh=r"输入|键入|录入", en=r"\b(enter|type|key in|keying|typing|entering|give|use your keypad)\b"
)
"""Words that ask a caller to type data."""
ENTERS_A_KEY = _patterns(zh=r"输入\s*[0-9*#](?![0-9位个])", en=r"\b(enter|type)\s+[0-9*#](?![\d-])\b")
"""A menu key that a caller is told to type like data."""

GOODBYE = _patterns(zh=r"再见|再会|拜拜", en=r"\b(good ?bye|bye)\b")

HASH = _patterns(zh=r"井号|#|井字", en=r"\b(pound|hash)\b|#")

_KEYWORD = r"\b(?<!one-time )(?<!one time )(?:password|passcode)s?\b"
_SAY = (
    rf"\b(?:(?:say|speak)\b|(?:give|tell|read)\s+(?:(?:us|me)\s+)?(?:your|the)\b)[^.,;!?]{{0,40}}{_KEYWORD}"
)
_KEYWORD_AFTER = r"[^，。；！？,]{0,14}(?<!一次性)(?<!动态)密码"
PASSWORD_SAID = _patterns(zh=rf"(?:说出?|报(?:出|一下)|念(?:出|一下)|提供){_KEYWORD_AFTER}", en=_SAY)
"""Words that ask a caller to say a password."""
PASSWORD_ASKED = _patterns(
    zh=rf"(?:输入|键入|说出?|报(?:出|一下)|念(?:出|一下)|提供){_KEYWORD_AFTER}",
    en=rf"\b(?:enter|key in|type|provide|dial)\b[^.,;!?]{{0,60}}{_KEYWORD}|{_SAY}",
)
"""Words that ask a caller to type or say one."""
_FORBIDDEN = re.compile(r"不|勿|无需|无须|别$|\b(?:never|not|nobody|no one)\b|n['’]t\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[，。；！？,.;!?]")
OTHER_CODE = _patterns(
    zh=r"(银行|平台|运营商|别的|其他|其它|另一[个家])[^，。；！？,]{0,12}(发|寄|给)[^，。；！？,]{0,8}(验证码|校验码|动态码)",
    en=r"\bcode\b[^.;!?]{0,24}\b(?:your|the|an?|another)\s+(?:other\s+)?(?:\w+\s+)?(?:bank|carrier|operator|provider|website)\b"
    r"[^.;!?]{0,16}\b(?:sent|sends|texted|gave)\b|\bcode\b[^.,;!?]{0,12}\b(?:from|by)\s+(?:your|another)\s+(?:bank|carrier|operator)\b",
)
"""Words that ask for a code that somebody else sent, for another purpose."""

HOURS = _patterns(
    zh=r"([二三四五六七八九十两]|十一|[0-9]|[午晨上]一)\s*点(?!击)|([0-9二三四五六七八九十]|十一)\s*时(?!间|候)|[0-9][:：][0-5][0-9]"
    r"|(周|星期|礼拜)[一二三四五六日天末]|全天|工作日",
    en=r"\bo['’]clock\b|[0-9][:：][0-5][0-9]|[0-9]\s*[ap]\.?m\b|\b(noon|midnight|weekdays?|weekends?)\b|(?<!good )\bmorning\b"
    r"|\b(mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bfrom [0-9]{1,2} (to|until|till) [0-9]{1,2}\b"
    rf"|\b(at|from|until|till) (?:{_HOUR})\b(?! of)|\b(?:{_HOUR}) (in the|to|and|until|till)\b(?! of)",
)
"""An hour or a day. A lone digit is neither, since it may be a key or a number to dial."""

ACCOUNT_NUMBER = _patterns(zh=r"账号|帐号|账户|卡号|银行卡|身份证", en=r"\b(account|card|ID)\b")
"""Words that show that an account's number is typed."""

ID_NUMBER = _patterns(zh=r"身份证", en=r"\bID (card|number)\b")

YES = frozenset(
    ("是", "是的", "对", "对的", "确认", "确定", "同意", "要", "需要", "yes", "confirming", "agreeing")
)
NO = frozenset(
    ("否", "不", "不是", "不对", "不同意", "不要", "不需要", "取消", "no", "cancelling", "disagreeing")
)
"""What an option is for if it only says yes or no."""

OPEN_QUESTION = _patterns(
    zh=r"什么|哪|怎么|几|多少|谁|为何",
    en=r"^\W*(\w+\W+)?(what|which|how|who|when|where|why)\b",
)
"""A question that cannot be answered with yes."""

_SENTENCE_END = re.compile(r"(?<=[。！？；!?;])|(?<=[.])\s+")


def demanded(pattern: re.Pattern[str], text: str) -> bool:
    """Return whether a text asks for something. “Never say your password” does not."""
    return any(
        not _FORBIDDEN.search(_CLAUSE_END.split(text[: found.start()])[-1])
        for found in pattern.finditer(text)
    )


def sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


_CHINESE_NUMERALS = "零一二三四五六七八九十"
_COUNTED = r"(?:[\s-]+[^\W\d]+){0,3}?[\s-]+(?:digits?|characters?|numbers?|numerals?|figures?|letters?)\b"
_COUNTED_IN_CHINESE = r"\s*(?:位|个(?:数|字))"


def says_number(text: str, number: int) -> bool:
    """Return whether a text gives a number of keys, in digits or words, shortly before what is counted."""
    chinese = [rf"(?<!\d){number}"]
    english = [rf"(?<!\d){number}", rf"\b{'[ -]'.join(number_words(number))}"]
    if number <= 10:
        chinese.append(f"(?<![十百]){_CHINESE_NUMERALS[number]}")
    elif number < 20:
        chinese.append(f"(?<![二三四五六七八九])十{_CHINESE_NUMERALS[number - 10]}")
    pattern = f"(?:{'|'.join(chinese)}){_COUNTED_IN_CHINESE}|(?:{'|'.join(english)}){_COUNTED}"
    return re.search(pattern, text, re.IGNORECASE) is not None
