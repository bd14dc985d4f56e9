"""What single rules find and let pass, beyond their examples: in Chinese too, and with the figures that they say."""

from __future__ import annotations

import pytest

from ivr.lint.patterns import says_number, sentences
from tests.support.lint_hotlines import told

TWO = '"1": {for: orders, go: a}, "2": {for: the end, go: bye}'
A = "a: {say: None., then: bye}"
SPOKEN = f"""
nodes:
  main: {{say: Press 1 for orders., menu: {{"1": {{go: a}}, "2": {{for: the end, go: bye}}, MORE}}}}
  {A}
"""
TYPED = """
main: {ask: digits, length: 8, say: Please enter the 8 digits of your WHAT., as: it, then: told}
told: {say: "Your WHAT is {{ SAID }}.", then: bye}
"""
LEVELS = """
main: {menu: {"1": {for: opening hours, go: hours}, "2": {for: orders, go: orders}}}
hours: {say: Nine to five., then: bye}
orders: {SAYmenu: {"1": {for: new orders, go: told}, "2": {for: old orders, go: told}}}
told: {say: It is on its way., then: bye}
"""


def menu(options: str, more: str = "", top: str = "") -> str:
    """Return a hotline of one menu."""
    return f"{top}\nnodes:\n  main: {{{more}menu: {{{options}}}}}\n  {A}\n"


@pytest.mark.parametrize(
    ("rule", "example", "found"),
    [
        ("M01", menu(", ".join(f'"{key}": {{for: x, go: a}}' for key in range(1, 10))), []),
        ("M01", menu(", ".join(f'"{key}": {{for: x, go: a}}' for key in range(1, 11)), "wait: true, "),
         ["main: 10 options, more than 9; put some of them into a menu of their own"]),
        ("M01", menu(", ".join(f'"{key}": {{for: x, go: back}}' for key in range(1, 11)), "wait: true, "), []),
        ("M04", menu('"2": {for: orders, go: a}, "1": {for: the end, go: bye}'),
         ["main: its keys are 2, 1, and callers expect 1, 2; number the options in the order in which they are spoken"]),
        ("M04", menu('"1": {for: orders, go: a}, "0": {for: a person, go: agent}'), []),
        ("M04", menu('"1": {for: orders, go: a}, "9": {for: again, go: repeat}', top='anywhere: {"9": repeat}'), []),
        ("M07", menu('"1": {for: orders, go: a, share: 45}, "2": {for: the end, go: bye, share: 55}'), []),
        ("M07", menu('"1": {for: orders, go: a, share: 44}, "2": {for: the end, go: bye, share: 56}'),
         ["main: 56 of a hundred callers want `2`, and 44 want `1`, which is spoken before it; put the options into the order of their shares"]),
        ("M08", menu('"1": {for: orders, go: a}, "2": {for: news, go: a}'),
         ["main: `2` leads to `a`, as `1` does; leave one of them out"]),
        ("M08", menu('"1": {for: orders, go: a}, "2": {for: English, language: en-US, go: a}'), []),
        ("M09", menu(TWO, top='anywhere: {"0": bye}'),
         ["`0` leads to `bye`, where no human is; lead it to the human, and choose another key for this"]),
        ("W08", menu('"1": {for: a person, go: agent}, "2": {for: orders, go: a}', top='anywhere: {"0": {go: agent, for: a person}}'), []),
        ("T01", menu(TWO, "timeout: 11, "),
         ["main: waits 11 s for a key; 3 to 10 s are usual; write `timeout: 5`"]),
        ("T01", menu(TWO, "timeout: 3, "), []),
        ("T01", menu(TWO, "timeout: 10, "), []),
        ("T02", menu(TWO, "timeout: 8, "), []),
        ("E02", menu(TWO, "tries: 1, "), ["main: 1 try; 2 to 4 are usual; write `tries: 3`"]),
        ("E02", menu(TWO, "tries: 5, "), ["main: 5 tries; 2 to 4 are usual; write `tries: 3`"]),
        ("E02", menu(TWO, "after_tries: a, "), ["main: after 3 tries `a` ends the call, without a human; lead it to a human, a voicemail or a menu"]),
        ("E02", menu(TWO, "after_tries: tape, ") + "  tape: {say: Leave a message., record: it, then: bye, nothing: bye}\n", []),
        ("D04", "main: {ask: yes_no, say: Are you sure?, yes: pay, no: bye}\npay: {run: pay_bill, with: {amount: '5'}, outcomes: {ok: bye, unavailable: agent}}",
         ["main: the question before `pay` does not say the amount; write `{{ amount | money }}` into it"]),
        ("E03", menu(TWO, "tries: 2, nomatch: Once more., "), []),
        ("E03", menu(TWO, "nomatch: [Please press one of the two., Once more.], "),
         ["main: the second wording is shorter than the first; write a list, the second wording longer"]),
        ("E03", menu(TWO, "nomatch: [Once more., Please press one of the two.], "), []),
        ("E03", menu(TWO, "tries: 4, nomatch: [Once more., Please press one of the two.], "),
         ["main: 2 wordings for 3 mistakes, so that the last is said again; write one more"]),
        ("E03", menu(TWO, "tries: 4, nomatch: [Once more., Once more., Please press one of the two.], "),
         ["main: the second wording is the first one again; write a list, the second wording longer"]),
        ("E03", menu(TWO, "tries: 4, nomatch: [Once more., Please press one of the two., Please.], "), []),
        ("W01", SPOKEN.replace("MORE", ""), []),
        ("W01", SPOKEN.replace("MORE", '"3": {for: a person, go: agent}'),
         ["main: “Press 1 for” names the key before what it is for; write “for X, press N”"]),
        ("D06", TYPED.replace("WHAT", "account").replace("SAID", "it"), ["told: `it` is said as a whole; write `{{ it | tail }}`"]),
        ("D06", TYPED.replace("WHAT", "account").replace("SAID", "it | digits"), ["told: `it` is said as a whole; write `{{ it | tail }}`"]),
        ("D06", TYPED.replace("WHAT", "account").replace("SAID", "it | digits(4)"), ["told: `it` is said as a whole; write `{{ it | tail }}`"]),
        ("D06", TYPED.replace("WHAT", "card").replace("SAID", "it | card"), ["told: `it` is said as a whole; write `{{ it | tail }}`"]),
        ("D06", TYPED.replace("WHAT", "account").replace("SAID", "it | tail"), []),
        ("D06", TYPED.replace("WHAT", "order").replace("SAID", "it | digits"), []),
        ("W10", TYPED.replace("WHAT", "account").replace("SAID", "it"), []),
        ("W10", TYPED.replace("WHAT", "order").replace("SAID", "it"),
         ["told: `it` is said as a number, and not digit by digit; write `{{ it | digits }}`"]),
        ("W10", TYPED.replace("WHAT", "order").replace("SAID", "it | digits"), []),
        ("W10", TYPED.replace("WHAT", "order").replace("as: it", "as: phone").replace("SAID", "phone"),
         ["told: `phone` is said as a number, and not digit by digit; write `{{ phone | phone }}`"]),
        ("W10", TYPED.replace("WHAT", "order").replace("as: it", "as: phone").replace("SAID", "phone | phone"), []),
        ("W10", TYPED.replace("WHAT", "order").replace("SAID", "it").replace("8", "5"), []),
        ("E03", menu(TWO, "nomatch: [Once more., Once more.], "),
         ["main: the same sentence is said after each of 2 mistakes; write a list, the second wording longer"]),
        ("H01", menu(TWO + ', "0": {for: a person, go: agent}'), []),
        ("H01", menu(TWO, top='anywhere: {"0": bye}'), ['`0` reaches no human at any menu; add `"0": agent` under `anywhere:`']),
        ("H02", menu(TWO), ["main: not every call can press its way to a human from here; offer the human on a key of the first menu"]),
        ("H05", "desks: {service: {number: '+8657100000001', ring: 31, busy: bye, no_answer: bye, failed: bye}}\nnodes:\n  main: {say: Hello., then: agent}",
         ["the desk `service` rings for 31 s without a word, more than 30 s; write `ring: 30`"]),
        ("X04", "main: {say: '" + "a" * 4096 + "', then: bye}", []),
        ("X04", "main: {say: '" + "a" * 4097 + "', then: bye}",
         ["main: a text of 4097 characters, more than 4096; divide it over several nodes"]),
    ],
)  # fmt: skip
def test_what_a_rule_finds(rule: str, example: str, found: list[str]) -> None:
    """At the limit nothing, past it one finding with its figures."""
    assert told(rule, example) == found


@pytest.mark.parametrize(
    ("rule", "nodes", "found"),
    [
        ("M06", 'main: {menu: {"1": {for: 不要, go: bye}, "2": {for: 要, go: agent}}}',
         ["main: yes is 2 and no is 1, and callers expect 1 and 2; change the keys, or write `ask: yes_no`"]),
        ("M06", 'main: {menu: {"1": {for: 要, go: agent}, "2": {for: 不要, go: bye}}}', []),
        ("W01", "main: {say: 您好，请按1查询余额。, menu: {'1': {go: bye}, '2': {for: 收益, go: bye}, '3': {for: 人工, go: agent}}}",
         ["main: “请按1” names the key before what it is for; write “for X, press N”"]),
        ("W01", "main: {say: 您好，请按1查询余额。, menu: {'1': {go: bye}, '2': {for: 人工, go: agent}}}", []),
        ("W01", "main: {say: '查询余额请按1,其他请按2。', menu: {'1': {go: bye}, '2': {go: agent}}}", []),
        ("W01", "main: {ask: phone, say: 请输入号码，要人工请按0再按井号键。, then: bye}", []),
        ("W02", "main: {ask: digits, length: 6, say: 您的六位单号？, then: bye}",
         ["main: the question does not say to enter it; write “请输入……”"]),
        ("W06", "main: {say: 菜单已更新，请仔细听以下内容。, then: bye}",
         ["main: “菜单已更新” is filler; leave it out"]),
        ("W07", "main: {nomatch: 您输入有误。, menu: {'1': {for: 余额, go: bye}, '2': {for: 人工, go: agent}}}",
         ["main: “您输入有误” blames the caller; say what is expected instead"]),
        ("W07", "main: {nomatch: 您输入有误，请按1或2。, menu: {'1': {for: 余额, go: bye}, '2': {for: 人工, go: agent}}}", []),
        ("W07", "main: {say: 您的密码输错了三次，现在锁着。, then: bye}", []),
        ("W14", "main: {end: 感谢您的来电。}", ["main: the last words say no goodbye; add “再见”"]),
        ("D01", "main: {ask: digits, length: 6, say: 请输入单号。, then: bye}",
         ["main: the question does not say that 6 digits are typed; say how many"]),
        ("D01", "main: {ask: digits, length: 6, say: 请输入六位单号。, then: bye}", []),
        ("D01", "main: {ask: digits, length: 12, say: 请输入十二位单号。, then: bye}", []),
        ("D01", "main: {ask: phone, say: 请输入手机号码。, then: bye}",
         ["main: the question does not say how to finish; add “按井号键结束”"]),
        ("D07", "main: {ask: digits, length: 18, say: 请输入18位身份证号码。, then: bye}",
         ["main: an ID number that is asked for as digits, so that its check character is not checked; write `ask: id_card`"]),
        ("D08", "main: {ask: pin, say: 请输入您的六位登录密码。, then: bye}",
         ["main: it asks for a password; ask for a one-time code, `ask: code`, after an action that sends one"]),
        ("D08", "main: {ask: code, say: 请输入六位验证码，绝不要说出密码。, then: bye}", []),
        ("D08", "main: {ask: code, say: 请输入六位验证码，人工客服绝不索要密码。, then: bye}", []),
    ],
)  # fmt: skip
def test_a_rule_in_chinese(rule: str, nodes: str, found: list[str]) -> None:
    """The words of both languages are known."""
    assert told(rule, nodes, language="zh-CN") == found


URGENT = """
desks:
  day: {number: "+8657100000001", hours: {mon-fri: "09:00-17:00"}, closed: shut, busy: bye, no_answer: bye, failed: bye}
  night: {number: "+8657100000002", busy: more, no_answer: bye, failed: bye}
nodes:
  main: {menu: {"1": {for: a lost card, go: lost}, "2": {for: the end, go: bye}}}
  lost: {say: One moment., transfer: DESK, urgent: true}
  more: {say: Somebody else helps you., transfer: day, urgent: true}
  agent: {say: One moment., transfer: night}
  shut: {say: We open at 9 on Monday., then: CLOSED}
"""


@pytest.mark.parametrize(
    ("desk", "closed", "found"),
    [
        ("night", "agent", []),
        ("day", "agent", []),
        ("night", "bye", ["when the desk `day` is closed, `shut` only ends the call; lead it to a voicemail, another desk or a menu"]),
        ("day", "bye", [
            "when the desk `day` is closed, `shut` only ends the call; lead it to a voicemail, another desk or a menu",
            "lost: urgent, and the desk `day` closes; choose a desk that is always open, or lead `closed:` to one",
        ]),
    ],
)  # fmt: skip
def test_what_is_urgent_is_never_closed(desk: str, closed: str, found: list[str]) -> None:
    """A desk that closes may take over where an open one did not answer."""
    assert told("H07", URGENT.replace("DESK", desk).replace("CLOSED", closed)) == found


def test_a_human_is_counted_in_the_worst_case() -> None:
    """Where the hotline itself chooses the longer way, that one counts."""
    text = """
        variables: {known_caller: "yes"}
        nodes:
          main: {choose: [{if: known_caller == 'yes', go: agent}], else: b}
          b: {menu: {"1": {for: orders, go: c}, "2": {for: the end, go: bye}}}
          c: {menu: {"1": {for: old orders, go: d}, "2": {for: the end, go: bye}}}
          d: {menu: {"1": {for: a person, go: agent}, "2": {for: the end, go: bye}}}
        """
    assert told("H02", text) == [
        "main: a human is 3 keys away (1 1 1), more than 2; offer the human on a key of the first menu"
    ]


def test_the_pattern_of_all_options_is_judged_where_a_menu_is_long() -> None:
    """Of two options, either order is right."""
    text = menu("OPTIONS", top="phrases: {announce: 'Press {key} for {for}.'}")
    assert told("W01", text.replace("OPTIONS", TWO)) == []
    found = told("W01", text.replace("OPTIONS", TWO + ', "3": {for: a person, go: agent}'))
    assert "`announce` says the key before what it is for; put `{for}` before `{key}`" in found


def test_words_before_the_options_do_not_hide_a_level() -> None:
    """They cost seconds as well; only a menu that asks for a yes cannot stand in the one above."""

    def price(say: str) -> float:
        (found,) = told("M02", LEVELS.replace("SAY", say))
        return float(found.partition("hears theirs after ")[2].partition(" s")[0])

    assert price("say: Well., ") > price("")
    assert price("say: 'Which orders do you mean?', ") > price("say: Well., ")
    assert told("M02", LEVELS.replace("SAY", "say: Are there any?, ")) == []


def test_a_fault_that_leads_back_is_no_dead_end() -> None:
    """The caller is where he was."""
    text = """
        main: {menu: {"1": {for: orders, go: find}, "2": {for: a person, go: agent}}}
        find: {run: find_account, outcomes: {found: bye, not_found: bye, unavailable: sorry}}
        sorry: {say: It is broken., then: TARGET}
        """
    assert told("X02", text.replace("TARGET", "back")) == []
    assert told("X02", text.replace("TARGET", "bye")) == [
        "find: when it fails `sorry` follows, and from there no human can be reached; lead it to the human, or to a menu"
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("一句。两句！三句", ["一句。", "两句！", "三句"]),
        ("It is 3.50 yuan. Really? Yes.", ["It is 3.50 yuan.", "Really?", "Yes."]),
        ("", []),
    ],
)
def test_a_text_falls_into_sentences(text: str, parts: list[str]) -> None:
    """A decimal point ends none."""
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("text", "number", "says"),
    [
        ("请输入六位数字", 6, True),
        ("请输入6位数字", 6, True),
        ("请输入十六位数字", 16, True),
        ("请输入十六位数字", 6, False),
        ("请输入16位数字", 6, False),
        ("Enter the six digits", 6, True),
        ("Enter sixteen digits", 6, False),
        ("Enter 16 digits", 6, False),
        ("Enter your number", 6, False),
    ],
)
def test_a_text_names_a_number(text: str, number: int, says: bool) -> None:  # noqa: FBT001
    """In digits or in words."""
    language = "en-US" if text.isascii() else "zh-CN"
    assert says_number(text, number, language) is says
