"""What a turn is recognised by, when a call that was tried is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.calls.line import AwaitedInput, Heard, Item
from ivr.written.model import Hears, Press, Speak
from ivr.written.recorder import (
    MOST_PARTS,
    RecordingLine,
    announcements,
    recorded_title,
    said_to_everybody,
    telling,
)
from tests.support import bakery


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        # the answer, and what is asked at last; not the announced options
        (["谢谢，核对好了。", "收益不受影响。", "还需要别的帮助吗？", "回主菜单请按1。"], ["谢谢，核对好了", "收益不受影响", "还需要别的帮助吗"]),
        (["I didn't hear a key.", "For limits, press 1."], ["I didn't hear a key"]),
        (["这是演示热线。重听按9，返回按星号。"], ["这是演示热线"]),
        (["Thank you. That's right.", "One moment. I'm connecting you."], ["Thank you", "One moment", "I'm connecting you"]),
        # the first option, with its key, where there is nothing else
        (["重设登录密码请按1。", "网络连不上请按3。"], ["重设登录密码请按1"]),
        (["For a new password, press star."], ["For a new password, press star"]),
        (["Hello there.", "To get a new one, press star 7, then pound."], ["Hello there"]),
        # no amounts, days and numbers
        (["您今天还可以快速转出7000元。普通转出没有限额。"], ["普通转出没有限额"]),
        (["您今天还可以快速转出7,000.50元。"], ["您今天还可以快速转出"]),
        (["钱已经转到尾号六六八八的卡。"], ["钱已经转到尾号"]),
        (["Your withdrawal of 5,000 yuan failed."], ["Your withdrawal of"]),
        (["再过2小时会自动解开。"], ["小时会自动解开"]),
        # the same twice is said once; nothing is nothing
        (["请稍等一下。", "请稍等一下。"], ["请稍等一下"]),
        (["", "  "], []),
        ([], []),
    ],
)  # fmt: skip
def test_what_a_turn_is_recognised_by(said: list[str], parts: list[str]) -> None:
    """Words that will be said again as long as the call goes the same way."""
    assert telling(said) == parts


def test_digits_serve_where_there_is_nothing_else() -> None:
    """A turn without words is still another one than silence."""
    assert telling(["12 34."]) == ["12 34"]


def test_announced_options_of_a_known_hotline_are_known_in_every_language(tmp_path: Path) -> None:
    """Whatever their form is; only where there is nothing else do they stand for a turn."""
    options = announcements(load_tree(bakery.write(tmp_path)))
    assert {"订蛋糕请按1。", "For a cake, press 1.", "For a person, press 0."} <= options
    assert telling(["Hola.", "Marque 1 para pedir un pastel."], ["Marque 1 para pedir un pastel."]) == [
        "Hola"
    ]
    assert telling(["Marque uno."], ["Marque uno."]) == ["Marque uno"]


def test_a_long_turn_is_not_written_out() -> None:
    """Its beginning and its end are kept."""
    parts = telling([f"this is sentence {name}." for name in "abcdefg"])
    assert len(parts) == MOST_PARTS
    assert (parts[0], parts[-1]) == ("this is sentence a", "this is sentence g")


def test_a_title_is_not_long() -> None:
    """Of what the caller did, as far as a line goes."""
    assert recorded_title("Tried", ["1", "••••"]) == "Tried: 1, ••••"
    assert recorded_title("Tried", []) == "Tried: nothing but listening"
    assert len(recorded_title("Tried", ["1"] * 100)) <= 60


# --- of a call to a server


@dataclass
class Server:
    """A line to a server that listens for one key, or for more, and says what it is told to say."""

    secret: bool = False
    items: list[Item] = field(default_factory=list)
    call: str = "CA1"
    waiting: str = "keys"
    ending: str = ""

    @property
    def awaited(self) -> AwaitedInput:
        """One key, and words."""
        return AwaitedInput((), 1, "", speech=True, secret=self.secret)

    def take(self) -> list[Item]:
        """Return what is said."""
        return self.items

    def press(self, _keys: str) -> None:
        """Take keys."""

    def speak(self, _text: str) -> None:
        """Take words."""


def to_server(*said: str, secret: bool = False, common: Collection[str] | None = None) -> RecordingLine:
    """Return a line to a server of which nothing else is known."""
    line: Any = Server(secret, [Heard(text, "zh-CN") for text in said])
    return RecordingLine(line, {}, {}, None, common)


@pytest.mark.parametrize(
    ("keys", "written"), [("1", "1"), ("0#", "0#"), ("918273", "000000"), ("12#", "00#"), ("#", "#")]
)
def test_only_a_single_key_is_kept_of_a_call_to_a_server(keys: str, written: str) -> None:
    """More may be a secret, also where the server listens for one key."""
    line = to_server()
    line.press(keys)
    assert line.steps == [Press(press=written)]
    assert ("stand for them" in " ".join(line.notes())) == (keys != written)
    assert line.kept().call == f"Tried: {keys if keys == written else written.replace('0', '•')}"


@pytest.mark.parametrize(
    ("words", "secret", "written"),
    [
        ("opening hours", False, "opening hours"),
        ("opening hours", True, "(not written)"),
        ("my code is 918273", False, "(not written)"),
        ("nine one eight", False, "(not written)"),
        ("九一八二", False, "(not written)"),
    ],
)
def test_what_is_said_to_a_server_is_kept_without_numbers(words: str, *, secret: bool, written: str) -> None:
    """And not at all where a secret is asked for; what is left out is told."""
    line = to_server(secret=secret)
    line.speak(words)
    assert line.steps == [Speak(say=written)]
    assert line.hidden == (words != written)
    assert line.kept().call == f"Tried: {'speech' if line.hidden else words}"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("尊敬的张伟先生，您的余额是三万五千元。还需要别的帮助吗？", "还需要别的帮助吗"),
        ("Your balance is thirty-five thousand yuan. Anything else?", "Anything else"),
        ("Seventeen of them are yours. Anything else?", "Anything else"),
        ("Your balance is 35,000.50 yuan", None),
        ("您的余额是３５元", None),
    ],
)
def test_no_sentence_with_a_number_is_kept_of_a_server(said: str, kept: str | None) -> None:
    """In digits or in words; not a part of it either."""
    line = to_server(said)
    line.take()
    assert line.steps == ([Hears(hears=kept)] if kept else [])


def test_of_a_hotline_that_is_known_only_what_all_hear_is_kept(tmp_path: Path) -> None:
    """A sentence with a value in it, such as a name, is none of them."""
    folder = bakery.write(tmp_path / "bakery")
    menu = folder / "menu.yaml"
    menu.write_text(
        menu.read_text(encoding="utf-8").replace("有新闻。", '"{{ cake }}先生，有新闻。"'), encoding="utf-8"
    )
    common = said_to_everybody(load_tree(folder))
    line = to_server("张伟先生，有新闻。", "您要什么？", "请稍等一下。", common={*common, "请稍等一下。"})
    line.take()
    assert line.steps == [Hears(hears="您要什么")]
    assert not any("cake }}" in text for text in common)
