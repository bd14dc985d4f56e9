"""A hotline of version 0.3 becomes one of today."""

from __future__ import annotations

from ivr.menu.migration import migrated
from tests.support.old_hotline import MENU, MORE, SOURCES, WORDS


def test_words_get_the_names_of_their_options() -> None:
    """Comments, quotes and layout stay; options that would share a name get one; nothing else changes."""
    assert migrated(SOURCES) == {
        "menu.yaml": MENU.replace(
            '"2": {for: 再听一遍时间, go: hours}', '"2": {for: 再听一遍时间, name: hours_2, go: hours}'
        ).replace("trouble: 出错了。", "internal_error: 出错了。"),
        "prompts.en-US.yaml": WORDS.replace('"0": {for: a person}', "agent: {for: a person}")
        .replace("'1': 'opening hours'", "hours: 'opening hours'")
        .replace('"2": {for: the hours', "hours_2: {for: the hours")
        .replace('"4":   # how much', "limits:   # how much")
        .replace('"5": freezing', "sure: freezing")
        .replace('{"*7": a new code}', "{resend: a new code}")
        .replace('"1": yes', "freeze: yes")
        .replace('"2": no', "main: no")
        .replace("  greeting:", '  freeze: {text: "' + FROZEN + '"}\n  greeting:', 1)
        .replace("trouble: Something", "internal_error: Something"),
        "more.yaml": MORE.replace(
            "    run: freeze_account", f'    text: "{FROZEN_ZH}"\n    run: freeze_account'
        ),
        "actions.yaml": "python: ivr.demo.actions\n",
    }


FROZEN = (
    "Your account was frozen because a caller asked for it, and no money can leave it. To undo this, call us and ask for a "
    "person, who will check that it's you."
)
FROZEN_ZH = (
    "您的账户已按来电的要求冻结，转出和付款都停了。要解冻，请致电本热线找人工客服，核对您本人后就能恢复。"
)


def test_what_was_migrated_stays() -> None:
    """A second run finds nothing to change."""
    assert migrated({**SOURCES, **migrated(SOURCES)}) == {}


def test_a_hotline_in_one_language_needs_no_names() -> None:
    """Nor does one whose words have names already."""
    alone = {"menu.yaml": MENU.replace("[zh-CN, en-US]", "[zh-CN]").replace("trouble", "internal_error")}
    assert migrated(alone) == {}


def test_lines_keep_their_endings() -> None:
    """Also where a line is added."""
    old = {name: text.replace("\n", "\r\n") for name, text in SOURCES.items()}
    for name, text in migrated(old).items():
        if name in old:
            assert text.count("\n") == text.count("\r\n"), name


def test_what_cannot_be_read_stays() -> None:
    """`ivr check` says what is wrong with it."""
    assert migrated({"menu.yaml": "{", "prompts.en-US.yaml": "nodes: ["}) == {}
    assert migrated({}) == {}
