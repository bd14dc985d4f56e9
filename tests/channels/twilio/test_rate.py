"""Slow speech in TwiML: one key, and the whole call is slower and waits longer."""

from __future__ import annotations

from pathlib import Path

from tests.support.phone import Phone, program, small_hotline

NODES = """\
  main:
    say: Hello. <pause 1s> Your <spell>ID</spell>.
    menu: {"1": {for: the end, go: bye}, "7": {to: hear it slowly, rate: slow, go: repeat}}
"""


def test_a_slow_call_is_spoken_within_prosody(tmp_path: Path) -> None:
    """Each sentence is one slow element, in which the other marks stay; the strict checker takes it. Keys have longer."""
    phone = Phone(program(folder=small_hotline(tmp_path, NODES)))
    usual = phone.rings().document
    assert usual.find(".//prosody") is None
    slow = phone.presses("7").document
    assert [len(each) for each in slow.iter("Say")] == [1, 1, 1]
    assert [each.attrib["rate"] for each in slow.iter("prosody")] == ["80%"] * 3
    assert slow.find(".//prosody/break") is not None
    waits = [each.attrib["timeout"] for document in (usual, slow) for each in document.iter("Gather")]
    assert waits == ["5", "8"]
    assert phone.is_silent().document.find(".//prosody") is not None
