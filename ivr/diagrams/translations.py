"""The words of drawings and cards that are no part of a menu, in the languages that the program speaks by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawingWords:
    """The words of a drawing in one language. ``{…}`` are places for values."""

    own_name: str
    closed: str
    busy: str
    no_answer: str
    failed: str
    otherwise: str
    after_tries: str
    entered: str
    recorded: str
    sent: str
    back: str
    repeat: str
    returns: str
    desk: str
    starts: str
    comes_from: str
    comes_from_many: str
    anywhere: str
    identity: str
    reference: str
    leads_to: str
    search: str
    language: str
    bigger: str
    smaller: str
    whole: str
    close: str
    hint: str
    calls: str
    nobody: str
    other_versions: str
    most_calls: str
    hung_up: str
    nomatch: str
    noinput: str
    how_to_read: str


DRAWING: Mapping[str, DrawingWords] = {
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
    "en": DrawingWords(
        own_name="English",
        closed="closed",
        busy="busy",
        no_answer="no answer",
        failed="failed",
        otherwise="otherwise",
        after_tries="after the last try",
        entered="when it is typed",
        recorded="when it is recorded",
        sent="when it is sent",
        back="back",
        repeat="repeat",
        returns="on to where the caller wanted to go",
        desk="desk",
        starts="calls begin here",
        comes_from="from {names}",
        comes_from_many="from {count} places",
        anywhere="At every menu: {keys}",
        identity="Boxes that need an identity: {levels}",
        reference="→ name: no line is drawn; go on at that box.",
        leads_to="leads to",
        search="find a node or words",
        language="Language",
        bigger="bigger",
        smaller="smaller",
        whole="whole picture",
        close="close",
        hint="Choose a box to read all its words.",
        calls="{count} calls, from {first} to {last}.",
        nobody="The store has no calls yet.",
        other_versions="{count} of them were on another version of the menu; of these, only nodes that are still there are counted.",
        most_calls="Only the latest {count} calls are counted.",
        hung_up="hung up",
        nomatch="wrong key",
        noinput="silence",
        how_to_read="Figures are calls that went this way; per cent are of the calls that were at the box. The wider and stronger a line, the more calls; an orange bar is the part that hung up there.",
    ),
}
"""By language without its region."""


def drawing_words(language: str) -> DrawingWords:
    """Return the words of a drawing in a language; English where the program does not speak it."""
    return DRAWING.get(language.split("-", maxsplit=1)[0], DRAWING["en"])


@dataclass(frozen=True, slots=True)
class CardWords:
    """The words of a card in one language."""

    title: str
    """With ``{hotline}``."""
    goal: str
    """What comes before and after what a key is for: ``{what}``."""
    heading: str
    """The same of what stands alone."""
    then: str
    typed: str
    seconds: str
    """With ``{seconds}``."""
    anywhere: str
    back: str
    repeat: str
    human: str
    hours: str
    """With ``{hours}``."""
    always: str
    every_day: str
    closed: str
    language: str
    """With ``{language}`` and ``{keys}``."""
    proof: str
    proof_explained: str
    seconds_explained: str
    between: str
    """Between the parts of a line."""
    to: str
    """Between the first and the last of some days."""


CARD: Mapping[str, CardWords] = {
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
        proof="*",
        proof_explained="* 会先核对您的身份。",
        seconds_explained="秒数：从接通到听到最后一个键。知道按键就不用等，可以马上按。",
        between=" · ",
        to="至",
    ),
    "en": CardWords(
        title="Keys of {hotline}",
        goal="For {what}:",
        heading="{what}: ",
        then=" then ",
        typed="what you are asked for",
        seconds="{seconds} s",
        anywhere="At every menu",
        back="back",
        repeat="once more",
        human="A person",
        hours="a person, {hours}",
        always="at any hour",
        every_day="every day",
        closed="closed",
        language="{language}: {keys}",
        proof="*",
        proof_explained="* You are asked to prove who you are first.",
        seconds_explained="Seconds: from the answer until the last key is announced. Who knows the keys need not wait for them.",
        between=" · ",
        to="–",
    ),
}
"""By language without its region."""


def card_words(language: str) -> CardWords:
    """Return the words of a card in a language; English where the program does not speak it."""
    return CARD.get(language.split("-", maxsplit=1)[0], CARD["en"])
