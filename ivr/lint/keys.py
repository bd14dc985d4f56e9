"""The keys of menus: in which order they come, what they mean, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.lint.asking import yes_and_no_of
from ivr.lint.menu_shape import MOST_OPTIONS
from ivr.lint.registry import Finding, rule
from ivr.lint.subject import Subject
from ivr.menu.language.options import target_of
from ivr.menu.language.scalars import SPECIAL_TARGETS


@rule("M04")
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


@rule("M05")
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


@rule("M06")
def yes_and_no(subject: Subject, _limit: float) -> Iterator[Finding]:
    for name, node in subject.menus():
        yes, no = yes_and_no_of(node, subject.first)
        if yes and no and (yes, no) != ("1", "2"):
            what = f"yes is {yes} and no is {no}, and callers expect 1 and 2"
            yield Finding(name, ("menu",), what, "change the keys, or write `ask: yes_no`")


@rule("M07")
def most_wanted(subject: Subject, limit: float) -> Iterator[Finding]:
    for name, node in subject.menus():
        declared = [(key, option.share) for key, option in node.menu.items() if option.share is not None]
        for at, (key, share) in enumerate(declared):
            least = min((before, other) for other, before in declared[: at + 1])
            if share - least[0] > limit:
                what = f"{share} of a hundred callers want `{key}`, and {least[0]} want `{least[1]}`, which is spoken before it"
                yield Finding(name, ("menu", key), what, "put the options into the order of their shares")
                break


@rule("M08")
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


@rule("M09")
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


@rule("M10")
def one_option(subject: Subject, _limit: float) -> Iterator[Finding]:
    for name, node in subject.menus():
        if len(node.menu) == 1:
            remedy = "go on without asking, or add a second one"
            yield Finding(name, ("menu",), "a menu of one option", remedy)
