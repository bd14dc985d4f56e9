"""Two versions of a hotline: each small edit is told in its sentence, and what is equal is not told."""

from __future__ import annotations

import pytest

from ivr.diff import compare
from ivr.diff.changes import Side
from tests.support.menus import MENU, bilingual, changed
from tests.support.versions import Edit, sample, texts_told, told

OPTIONS = """\
      "1": {for: 转出限额, hear: [限额, 额度], go: limits}
      "2": {for: 预约回电, go: when}
"""
SWAPPED = """\
      "1": {for: 预约回电, go: when}
      "2": {for: 转出限额, hear: [限额, 额度], go: limits}
"""

EDITS = {
    "nothing": Edit(),
    "two keys swapped": Edit(
        ((OPTIONS, SWAPPED),),
        told=(
            "! `main`: key 1 now means “预约回电”; it meant “转出限额”, which is key 2 now",
            "! `main`: key 2 now means “转出限额”; it meant “预约回电”, which is key 1 now",
            "`limits` (“转出限额”): 1 then the entry `prove` became 2 then the entry `prove`; N s later in zh-CN, N s later in en-US; likewise `agent`",
            "`when` (“预约回电”): 2 became 1; N s sooner in zh-CN, N s sooner in en-US",
        ),
    ),
    "a key moved": Edit(
        (('"2": {for: 预约', '"4": {for: 预约'),),
        told=(
            "`main`: “预约回电” moved from key 2 to key 4; nothing is on key 2 now",
            "`when` (“预约回电”): 2 became 4",
        ),
    ),
    "a new key": Edit(
        (("go: when}\n", 'go: when}\n      "5": {for: 再见, go: goodbye}\n'),),
        (("when: a call back", "when: a call back\n      goodbye: goodbye"),),
        told=(
            "`main`: key 5 is new: “再见”",
            "`goodbye` (“再见”): 2 then the entry `when` then 1 and now also 5; N s sooner in zh-CN, N s sooner in en-US",
        ),
    ),
    "a key with a new meaning": Edit(
        (("{for: 预约回电, go: when}", "{for: 直接再见, go: goodbye}"), ("go: main}", "go: when}")),
        (("when: a call back", "goodbye: a call back"),),
        told=(
            "! `main`: key 2 now means “直接再见”; it meant “预约回电”",
            (
                "! `main`: “For a call back, press 2.” is still said of key 2, which leads to `goodbye` now; "
                "it led to `when` (en-US)"
            ),
            "`when` (“预约回电”): 2 became 3; N s later in zh-CN, N s later in en-US",
            "`goodbye` (“直接再见”): 2 then the entry `when` then 1 became 2; N s sooner in zh-CN, N s sooner in en-US",
            "`main`: key 3 (“English”) leads to `when`; before: `main`",
        ),
    ),
    "a key moved, and called otherwise": Edit(
        (('"2": {for: 预约回电', '"4": {for: 约个时间'),),
        told=(
            "`main`: “预约回电” moved from key 2 to key 4; nothing is on key 2 now",
            "`when` (“约个时间”): 2 became 4",
            "`main` key 4 (zh-CN): [-预约回电-]{+约个时间+}",
        ),
    ),
    "keys said in another order": Edit(
        (
            (OPTIONS, ""),
            ("language: en-US, go: main}\n", "language: en-US, go: main}\n" + OPTIONS),
        ),
        told=(
            "`main`: the keys are said in another order: 3, 1, 2; before: 1, 2, 3",
            "`limits` (“转出限额”): N s later in zh-CN, N s later in en-US; likewise `when`, `agent`",
        ),
    ),
    "a key that changes the language no more": Edit(
        (("{for: English, language: en-US, go: main}", "{for: English, go: main}"),),
        (("when: a call back", "when: a call back\n      main: English"),),
        told=("`main`: key 3 (“English”) changes the language to none; before: to en-US",),
    ),
    "a key over one that works everywhere": Edit(
        (("go: when}\n", 'go: when}\n      "9": {for: 再来, go: main}\n'),),
        (("when: a call back", "when: a call back\n      main: once more"),),
        told=("! `main`: key 9 now means “再来”; it meant `repeat`",),
    ),
    "the human's key is gone": Edit(
        (('"0": agent, ', ""),),
        told=(
            "! From `when`, `prove` a human is reached by waiting alone, N s to N s; before: a human is reached by 0#, N s to N s",
            "! Everywhere: key 0 (`agent`) is gone",
        ),
    ),
    "a new key everywhere": Edit(
        (('"9": repeat', '"9": repeat, "#": main'),), told=("Everywhere: key # is new: `main`",)
    ),
    "a key everywhere with a new meaning": Edit(
        (('"*": back', '"*": main'),), told=("! Everywhere: key * now means `main`; it meant `back`",)
    ),
    "a key everywhere that slows the call down": Edit(
        (('"9": repeat', '"9": {go: repeat, rate: slow}'),),
        told=("Everywhere: key 9 (`repeat`): `rate` is `slow`; before: nothing",),
    ),
    "a key everywhere that is said": Edit(
        (('"0": agent', '"0": {go: agent, for: 人工}'),),
        (("nodes:", "anywhere: {agent: {for: a person}}\nnodes:"),),
        told=("Everywhere: key 0 (`agent`) is said after the options now",),
    ),
    "a key leads elsewhere": Edit(
        (("language: en-US, go: main", "language: en-US, go: greeting"),),
        told=("`main`: key 3 (“English”) leads to `greeting`; before: `main`",),
    ),
    "other words in Chinese": Edit(
        (("您好，这里是", "您好，您打到了"),),
        told=("`greeting` says (zh-CN): 您好，[-这里是-]{+您打到了+}样例热线。",),
    ),
    "other words in English": Edit(
        words=(("Hello, this is", "Good morning, this is"),),
        told=("`greeting` says (en-US): [-Hello-]{+Good morning+}, this is the sample hotline.",),
    ),
    "a key is for something else in one language": Edit(
        words=(("withdrawal limits", "your limits"),),
        told=("`main` key 1 (en-US): [-withdrawal-]{+your+} limits",),
    ),
    "other words that mean a key": Edit(
        (("额度]", "多少]"),),
        told=("`main` key 1, spoken: “多少” now means it; “额度” means it no more (zh-CN)",),
    ),
    "another text message": Edit(
        (("已为您预约", "预约好了"),),
        told=("`message` text message (zh-CN): [-已为您-]预约{+好了+}{{ when | day }}。",),
    ),
    "sentences of the machine": Edit(
        (("start: greeting", "start: greeting\nphrases: {star: 米字键, top: 到顶了。}"),),
        told=(
            "The sentence `top` (zh-CN): [-已经是主菜单-]{+到顶+}了。",
            "The sentence `star` (zh-CN): [-星号-]{+米字+}键",
        ),
    ),
    "an entry that is not read back": Edit(
        (("    read_back: true\n", ""),), told=("`when`: does not read the entry back any more",)
    ),
    "an outcome leads elsewhere": Edit(
        (("unavailable: agent", "unavailable: goodbye"),),
        told=("`limits`: when `limits` ends as `unavailable`, the call goes to `goodbye`; before: `agent`",),
    ),
    "a way leads elsewhere": Edit(
        (("unable: goodbye", "unable: agent"),),
        told=(
            "`message`: when there is no number to send to, the call goes to `agent`; before: to `goodbye`",
        ),
    ),
    "another value": Edit(
        (('"预约{{', '"约了{{'),),
        told=("`booked`: sets `topic` as `约了{{ when | day }}`; before: `预约{{ when | day }}`",),
    ),
    "a value from the beginning": Edit(
        (("topic: 其他", "topic: 别的"),), told=("`topic` begins as `别的`; before: `其他`",)
    ),
    "a desk's hours": Edit(
        (("mon-fri: 09:00-21:00", "mon-sat: 08:00-21:00"),),
        told=(
            "The desk `service`, mon-fri: open 08:00-21:00; before: open 09:00-21:00",
            "The desk `service`, sat: open 08:00-21:00; before: closed",
        ),
    ),
    "the same hours in another way": Edit(
        (("mon-fri: 09:00-21:00", "mon-tue: 09:00-21:00, wed-fri: 09:00-21:00"),), told=()
    ),
    "a desk's number": Edit(
        (("+8657100000001", "+8657100000002"),),
        told=("The desk `service` has another number, •••••••••0002; before: •••••••••0001",),
    ),
    "a desk's address": Edit(
        (("+8657100000001", "sip:secret@example.com"),),
        told=("The desk `service` has another number, a SIP address; before: •••••••••0001",),
    ),
    "what follows a closed desk": Edit(
        (("closed: voicemail", "closed: goodbye"),),
        told=("When the desk `service` is closed, `goodbye` follows; before: `voicemail`",),
    ),
    "a desk's days and patience": Edit(
        (
            (
                "closed: voicemail",
                "closed: voicemail\n    ring: 30\n    closed_on: [2027-01-01]\n    holidays: CN",
            ),
        ),
        told=(
            "The desk `service` is closed on 2027-01-01 too",
            "The desk `service` keeps the public holidays of CN; before: no holidays",
            "The desk `service` rings for 30 s; before: 20 s",
        ),
    ),
    "a voice": Edit(
        (("Polly.Joanna-Neural", "Polly.Matthew-Neural"),),
        told=("en-US is spoken by the voice `Polly.Matthew-Neural`; before: `Polly.Joanna-Neural`",),
    ),
    "limits, rations, speech, the time zone": Edit(
        (
            ("start: greeting", "start: greeting\nlimits: {turns: 50, seconds: 800}\nspeech: true"),
            ("variables:", "texts: {per_number: 5, countries: {CN: 3}}\nvariables:"),
            ("Asia/Shanghai", "Asia/Tokyo"),
        ),
        told=(
            "The time zone is Asia/Tokyo; before: Asia/Shanghai",
            "Callers may speak, beside keys",
            "A call may have 50 answers; before: 60",
            "A call may last 800 s; before: 900 s",
            "Text messages in 24 hours to one number, at most: 5; before: 10",
            "Text messages in 24 hours to CN, at most: 3; before: as elsewhere",
        ),
    ),
    "a node renamed": Edit(
        (("\n  booked:", "\n  noted:"), ("then: booked", "then: noted")),
        told=("`booked` is called `noted` now",),
    ),
    "an entry renamed, and with it its variable": Edit(
        (
            ("\n  when:", "\n  day:"),
            ("go: when}", "go: day}"),
            ('"预约{{ when', '"预约{{ day'),
            ("您预约{{ when", "您预约{{ day"),
        ),
        (("\n  when:", "\n  day:"), ("      when:", "      day:"), ("{{ when |", "{{ day |")),
        told=("`when` is called `day` now",),
    ),
    "what the desk hears, and how urgent it is": Edit(
        people=(('reason: "{{ topic }}"', "urgent: true"),),
        told=(
            "`agent`: the call is urgent now",
            "`agent`: the reason that the desk hears is nothing; before: `{{ topic }}`",
        ),
    ),
    "a recording": Edit(
        people=(("record: voicemail", "record: message\n    at_most: 60"),),
        told=(
            "`voicemail`: seconds of a recording, at most: 60; before: 120",
            "`voicemail`: the recording is called `message`; before: `voicemail`",
        ),
    ),
    "a mark, and how a word is pronounced": Edit(
        (
            ("这里是样例热线", "这里是<slow>样例</slow>热线"),
            ("variables:", "pronounce: {样例: {zh-CN: {pinyin: yang4 li4}}}\nvariables:"),
        ),
        told=(
            "`greeting` says (zh-CN): 您好，这里是{+<slow>+}样例{+</slow>+}热线。",
            "`样例` is pronounced as `{'pinyin': 'yang4 li4'}`; before: as nothing (zh-CN)",
        ),
    ),
    "another kind of node": Edit(
        (("    end: 再见。", "    say: 再见。\n    then: over\n  over: {end: 再见。}"),),
        (("goodbye: Goodbye.", "goodbye: Goodbye.\n  over: Bye."),),
        told=(
            "`goodbye` is another kind of node, `say`; before: `end`",
            "`over` is new, an `end`: “再见。”",
            "`goodbye` says (zh-CN): {+再见。+}",
            "`goodbye` last words (zh-CN): [-再见。-]",
            "`goodbye` says (en-US): {+Goodbye.+}",
            "`goodbye` last words (en-US): [-Goodbye.-]",
        ),
    ),
}


@pytest.mark.parametrize("edit", [pytest.param(edit, id=name) for name, edit in EDITS.items()])
def test_what_an_edit_gives(edit: Edit) -> None:
    """Every sentence, and no other; the grave ones first under their heading."""
    assert told(sample(), edit.side()) == list(edit.told)


def test_what_is_equal_gives_nothing() -> None:
    """Also with other comments, and with its nodes in another order."""
    reordered = MENU.replace("  goodbye:\n    end: 再见。\n", "").replace(
        "nodes:\n", "# a comment\nnodes:\n  goodbye:\n    end: 再见。\n"
    )
    new = bilingual(reordered)
    assert new.tree is not None
    assert compare(sample(), Side.of(new)) == []
    assert compare(sample(), sample()) == []


@pytest.mark.parametrize("edit", [pytest.param(edit, id=name) for name, edit in EDITS.items()])
def test_what_differs_one_way_differs_the_other_way(edit: Edit) -> None:
    """Under the same headings."""
    one, other = compare(sample(), edit.side()), compare(edit.side(), sample())
    assert {change.heading for change in one} == {change.heading for change in other}


CAFE = """\
hotline: cafe
languages: [en-US]
timezone: America/New_York
start: main
anywhere: {"0": {go: agent, for: a person}, "*": back, "9": repeat}
desks:
  counter: {number: "+12025550100", hours: always, busy: sorry, no_answer: sorry, failed: sorry}
nodes:
  main: {say: "Hello, this is the cafe.", menu: {"1": {for: opening hours, go: hours}, "2": {for: ending the call, go: bye}}}
  hours: {say: "We're open Tuesday to Sunday, from seven to six.", then: main}
  agent: {say: One moment., transfer: counter}
  sorry: {say: "Please leave a message after the tone.", record: voicemail, then: bye, nothing: bye}
  bye: {end: Goodbye.}
"""
KITCHEN = '  kitchen: {number: "+12025550101", hours: always, busy: agent, no_answer: agent, failed: agent}\n'


@pytest.mark.parametrize(
    ("desk", "node", "agent"),
    [
        (KITCHEN, "{say: One moment., transfer: kitchen}", "`agent` (“a person”): N s later in en-US"),
        (
            "",
            "{say: The cooks., then: agent}",
            "`agent` (“a person”): 0 and now also 2; N s sooner in en-US",
        ),
    ],
    ids=["a busy desk", "another way"],
)
def test_a_key_that_still_leads_to_a_goal_is_not_told_as_another(desk: str, node: str, agent: str) -> None:
    """A way through a busy desk is no way to a human; one through another key comes beside the old one."""
    new = changed(
        CAFE,
        ('"2": {for', '"2": {for: the kitchen, go: kitchen}, "3": {for'),
        ("nodes:\n", f"{desk}nodes:\n  kitchen: {node}\n"),
    )
    goals = [each for each in texts_told(CAFE, new) if "`agent` (" in each]
    assert goals == [agent]


def test_another_currency_is_told() -> None:
    """Every amount is another one, also where only the first language's country has changed."""
    yuan = changed(CAFE, ("hotline: cafe\n", "hotline: cafe\ncurrency: CNY\n"))
    british = changed(CAFE, ("[en-US]", "[en-GB]"))
    assert "! Money is said in CNY; before: in USD" in texts_told(CAFE, yuan)
    assert "! Money is said in GBP; before: in USD" in texts_told(CAFE, british)
