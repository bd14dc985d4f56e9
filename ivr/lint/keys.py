"""The keys of menus: in which order they come, what they mean, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.lint.asking import yes_and_no_of
from ivr.lint.menu_shape import MOST_OPTIONS
from ivr.lint.registry import Finding, rule
from ivr.lint.subject import Subject
from ivr.menu.language.hotline import target_of
from ivr.menu.language.scalars import SPECIAL_TARGETS


@rule(
    "M04",
    "Keys ascend from 1, without a gap",
    why="Callers count along, and many press the number of the option instead of the one that they heard.",
    source="ISO/IEC 13714; Avaya",
    before='main: {menu: {"1": {for: orders, go: a}, "3": {for: the end, go: bye}}}\na: {say: None., then: bye}',
    after='main: {menu: {"1": {for: orders, go: a}, "2": {for: the end, go: bye}}}\na: {say: None., then: bye}',
)
def ascending(subject: Subject, _limit: float) -> Iterator[Finding]:
    for name, node in subject.menus():
        keys = [
            key for key in node.menu if key.isdigit() and key != "0" and key not in subject.hotline.anywhere
        ]
        wanted = [str(number) for number in range(1, len(keys) + 1)]
        if keys != wanted:
            what = f"its keys are {', '.join(keys)}, and callers expect {', '.join(wanted)}"
            yield Finding(name, ("menu",), what, "number the options in the order in which they are spoken")


RESERVED_KEYS = ("0", "*", "#", "9")
"""Keys that callers expect to mean the same everywhere."""


@rule(
    "M05",
    "A key means the same in the whole hotline",
    why="Who has learned that the star goes back presses it without listening. Keys under `anywhere:` are compared by the "
    "other checks; here the reserved ones (0, *, # and 9) are, where they are written menu by menu.",
    source="ISO/IEC 13714 (0 operator, * back, # ends, 9 hang up)",
    severity="error",
    before="""
        main: {menu: {"1": {for: orders, go: orders}, "*": {for: the end, go: bye}}}
        orders: {menu: {"1": {for: the end, go: bye}, "*": {for: going back, go: back}}}
        """,
    after="""
        main: {menu: {"1": {for: orders, go: orders}, "2": {for: the end, go: bye}}}
        orders: {menu: {"1": {for: the end, go: bye}, "*": {for: going back, go: back}}}
        """,
)
def same_meaning(subject: Subject, _limit: float) -> Iterator[Finding]:
    for key in RESERVED_KEYS:
        if key in subject.hotline.anywhere:
            continue
        meaning: dict[str, str] = {}
        for name, node in subject.menus():
            counted_up_to = key == "9" and len(node.menu) >= MOST_OPTIONS
            if key in node.menu and not counted_up_to:
                meaning.setdefault(node.menu[key].go, name)
        if len(meaning) > 1:
            (one, first), (other, second) = list(meaning.items())[:2]
            what = f"`{key}` leads to `{other}` here and to `{one}` in `{first}`"
            yield Finding(second, ("menu", key), what, "let it mean one thing, best under `anywhere:`")


@rule(
    "M06",
    "Yes is 1, and no is 2",
    why="Every other machine has it so. Who answers without listening must not say the opposite.",
    source="ISO/IEC 13714",
    before='main: {say: Shall I?, menu: {"1": {for: "no", go: bye}, "2": {for: "yes", go: a}}}\na: {say: Done., then: bye}',
    after='main: {say: Shall I?, menu: {"1": {for: "yes", go: a}, "2": {for: "no", go: bye}}}\na: {say: Done., then: bye}',
)
def yes_and_no(subject: Subject, _limit: float) -> Iterator[Finding]:
    for name, node in subject.menus():
        yes, no = yes_and_no_of(node)
        if yes and no and (yes, no) != ("1", "2"):
            what = f"yes is {yes} and no is {no}, and callers expect 1 and 2"
            yield Finding(name, ("menu",), what, "change the keys, or write `ask: yes_no`")


@rule(
    "M07",
    "What most callers want comes first",
    why="Every option that stands before theirs costs all of them its seconds. It is judged by the `share:` of the options.",
    source="ISO/IEC 13714; Avaya",
    severity="information",
    limit=10,
    unit="callers of a hundred that a later option may have more",
    before='main: {menu: {"1": {for: parking, go: a, share: 10}, "2": {for: orders, go: bye, share: 90}}}\na: {say: None., then: bye}',
    after='main: {menu: {"1": {for: orders, go: bye, share: 90}, "2": {for: parking, go: a, share: 10}}}\na: {say: None., then: bye}',
)
def most_wanted(subject: Subject, limit: float) -> Iterator[Finding]:
    for name, node in subject.menus():
        declared = [(key, option.share) for key, option in node.menu.items() if option.share is not None]
        for at, (key, share) in enumerate(declared):
            least = min((before, other) for other, before in declared[: at + 1])
            if share - least[0] > limit:
                what = f"{share} of a hundred callers want `{key}`, and {least[0]} want `{least[1]}`, which is spoken before it"
                yield Finding(name, ("menu", key), what, "put the options into the order of their shares")
                break


@rule(
    "M08",
    "Every option leads somewhere of its own",
    why="An option that leads back to its own menu does nothing, and two with one target make the caller choose between "
    "the same. Where two ways are meant, allow it with the reason.",
    source="acixd.org (duplicates are fine where they are meant)",
    severity="information",
    before='main: {menu: {"1": {for: news, go: main}, "2": {for: the end, go: bye}}}',
    after='main: {menu: {"1": {for: news, go: news}, "2": {for: the end, go: bye}}}\nnews: {say: None., then: bye}',
)
def own_target(subject: Subject, _limit: float) -> Iterator[Finding]:
    for name, node in subject.menus():
        seen: dict[str, str] = {}
        for key, option in node.menu.items():
            if option.language is not None or option.go in SPECIAL_TARGETS:
                continue
            if option.go == name:
                remedy = "lead it elsewhere, or write `repeat`"
                yield Finding(name, ("menu", key), f"`{key}` leads to its own menu", remedy, severity="error")
            elif option.go in seen:
                what = f"`{key}` leads to `{option.go}`, as `{seen[option.go]}` does"
                yield Finding(name, ("menu", key), what, "leave one of them out")
            seen.setdefault(option.go, key)


@rule(
    "M09",
    "0 is the human's, and no service's",
    why="Callers press 0 when nothing else helps. What they hear then must be a human.",
    source="GetHuman standard 1.0; the Chinese carriers (10086, 10000)",
    severity="error",
    before='main: {menu: {"1": {for: the end, go: bye}, "0": {for: the weather, go: a}}}\na: {say: It rains., then: bye}',
    after='main: {menu: {"1": {for: the end, go: bye}, "2": {for: the weather, go: a}, "0": {for: a person, go: agent}}}\na: {say: It rains., then: bye}',
)
def zero(subject: Subject, _limit: float) -> Iterator[Finding]:
    remedy = "lead it to the human, and choose another key for this"
    if "0" in subject.hotline.anywhere:
        target = target_of(subject.hotline.anywhere["0"])
        if not subject.is_human(target):
            yield Finding("", ("anywhere", "0"), f"`0` leads to `{target}`, where no human is", remedy)
        return
    for name, node in subject.menus():
        if "0" in node.menu and not subject.is_human(node.menu["0"].go):
            what = f"`0` leads to `{node.menu['0'].go}`, where no human is"
            yield Finding(name, ("menu", "0"), what, remedy)


@rule(
    "M10",
    "A menu offers a choice",
    why="One option is no choice: the caller waits to be told the only key, and presses it.",
    source="engineering",
    before='main: {menu: {"1": {for: the news, go: a}}}\na: {say: None., then: bye}',
    after="main: {say: Here is the news., then: a}\na: {say: None., then: bye}",
)
def one_option(subject: Subject, _limit: float) -> Iterator[Finding]:
    for name, node in subject.menus():
        if len(node.menu) == 1:
            remedy = "go on without asking, or add a second one"
            yield Finding(name, ("menu",), "a menu of one option", remedy)
