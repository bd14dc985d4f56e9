"""The words around a menu's own words in drawings and cards, in the languages that the program speaks itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawingWords:
    """The words of a drawing. The defaults are English; ``{…}`` marks the place of a value."""

    own_name: str = "English"
    closed: str = "closed"
    busy: str = "busy"
    no_answer: str = "no answer"
    failed: str = "failed"
    otherwise: str = "otherwise"
    after_tries: str = "after the last try"
    entered: str = "when it is typed"
    recorded: str = "when it is recorded"
    sent: str = "when it is sent"
    back: str = "back"
    repeat: str = "repeat"
    returns: str = "on to where the caller wanted to go"
    desk: str = "desk"
    starts: str = "calls begin here"
    comes_from: str = "from {names}"
    comes_from_many: str = "from {count} places"
    anywhere: str = "At every menu: {keys}"
    identity: str = "Boxes that need an identity: {levels}"
    reference: str = "→ name: no line is drawn; go on at that box."
    leads_to: str = "leads to"
    search: str = "find a node or words"
    language: str = "Language"
    bigger: str = "bigger"
    smaller: str = "smaller"
    whole: str = "whole picture"
    close: str = "close"
    hint: str = "Choose a box to read all its words."
    calls: str = "{count} calls, from {first} to {last}."
    nobody: str = "The store has no calls yet."
    other_versions: str = "{count} of them were on another version of the menu; of these, only nodes that are still there are counted."
    most_calls: str = "Only the latest {count} calls are counted."
    hung_up: str = "hung up"
    nomatch: str = "wrong key"
    noinput: str = "silence"
    how_to_read: str = "Figures are calls that went this way; per cent are of the calls that were at the box. The wider and stronger a line, the more calls; an orange bar is the part that hung up there."


DRAWING: Mapping[str, DrawingWords] = {
    "en": DrawingWords(),
    "zh": DrawingWords(
        own_name="中文",
        closed="非服务时间",
        busy="占线",
        no_answer="无人接听",
        failed="接不通",
        otherwise="其他情况",
        after_tries="最后一次之后",
        entered="输入后",
        recorded="录好后",
        sent="发出后",
        back="返回上一级",
        repeat="重听",
        returns="回到原来要去的地方",
        desk="坐席",
        starts="电话从这里开始",
        comes_from="来自 {names}",
        comes_from_many="来自 {count} 处",
        anywhere="任何菜单里：{keys}",
        identity="要求核对身份的框：{levels}",
        reference="→ 名字：线不画出来，接着看那个框。",
        leads_to="通向",
        search="查找节点或文字",
        language="语言",
        bigger="放大",
        smaller="缩小",
        whole="看全图",
        close="关闭",
        hint="点一个框，看它的全部文字。",
        calls="{count} 通电话，{first} 到 {last}。",
        nobody="还没有电话记录。",
        other_versions="其中 {count} 通走的是别的菜单版本，只计算现在还有的节点。",
        most_calls="只计算最近的 {count} 通。",
        hung_up="挂断",
        nomatch="按错",
        noinput="没按键",
        how_to_read="数字是走过这条线的电话数，百分比是占到过这个框的电话；线越粗越醒目，走的电话越多；橙色的条是在这里挂断的部分。",
    ),
}
"""By language, without its region."""


def drawing_words(language: str) -> DrawingWords:
    """Return the words in a language such as ``zh-CN``, or in English if the program does not speak it."""
    return DRAWING.get(language.split("-", maxsplit=1)[0], DRAWING["en"])


@dataclass(frozen=True, slots=True)
class CardWords:
    """The words of a card. The defaults are English; ``{…}`` marks the place of a value."""

    title: str = "Keys of {hotline}"
    goal: str = "For {what}:"
    heading: str = "{what}: "  # of a line that has no keys
    then: str = " then "
    typed: str = "what you are asked for"
    seconds: str = "{seconds} s"
    anywhere: str = "At every menu"
    back: str = "back"
    repeat: str = "once more"
    human: str = "A person"
    hours: str = "a person, {hours}"
    always: str = "at any hour"
    every_day: str = "every day"
    closed: str = "closed"
    language: str = "{language}: {keys}"
    proof: str = "*"
    proof_explained: str = "* You are asked to prove who you are first."
    seconds_explained: str = (
        "Seconds: from the answer until the last key is announced. Who knows the keys need not wait for them."
    )
    between: str = " · "  # between the parts of a line
    to: str = "–"  # between the first and the last of several days


CARD: Mapping[str, CardWords] = {
    "en": CardWords(),
    "zh": CardWords(
        title="{hotline} 按键卡",
        goal="{what}：",
        heading="{what}：",
        then=" 再 ",
        typed="按提示输入",
        seconds="{seconds} 秒",
        anywhere="在任何菜单里",
        back="返回上一级",
        repeat="重听",
        human="人工服务",
        hours="人工，{hours}",
        always="全天",
        every_day="每天",
        closed="休息",
        language="{language}：{keys}",
        proof_explained="* 会先核对您的身份。",
        seconds_explained="秒数：从接通到听到最后一个键。知道按键就不用等，可以马上按。",
        to="至",
    ),
}
"""By language, without its region."""


def card_words(language: str) -> CardWords:
    """Return the words in a language such as ``zh-CN``, or in English if the program does not speak it."""
    return CARD.get(language.split("-", maxsplit=1)[0], CARD["en"])
