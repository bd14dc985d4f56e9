"""Hotlines that are drawn in tests."""

from __future__ import annotations

import functools
from pathlib import Path

from ivr.calls.hotline_loader import load_hotline
from ivr.diagrams.boxes import Drawing, draw
from ivr.menu.loader import Loaded, load
from tests.support.menus import small

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
EVIL = """</script {}><script {}>alert(1)</script {}> --> "]) %%{init: {}}%% `x` \\ " ' <!-- && #quot; ;{|} ]]>"""
"""What would end a text or begin a program in one of the formats."""

PLAIN = """
main:
  say: Hello.
  menu:
    "1": {for: the hours, go: hours}
    "2": {for: a code, go: code}
    "3": {for: the menu again, go: repeat}
  after_tries: bye
hours: {say: We are open., then: main}
code: {ask: digits, length: 4, say: The code?, keys: {"9": {for: none, go: bye}}, then: thanks}
thanks: {set: {topic: thanks}, then: thanked}
thanked: {say: Thank you., then: pick}
pick: {choose: [{if: "code == '1234'", go: bye}], else: agent}
"""


@functools.cache
def yuebao() -> Loaded:
    """Load the demonstration hotline once."""
    return load_hotline(YUEBAO)


def drawing_of(loaded: Loaded, language: str = "", *, full: bool = False) -> Drawing:
    """Draw a hotline that has no problem."""
    assert loaded.tree is not None, "\n".join(map(str, loaded.problems))
    assert loaded.draft is not None
    return draw(loaded.tree, language or loaded.tree.languages[0], full=full)


def plain(nodes: str = PLAIN, top: str = 'anywhere: {"0": agent, "*": back}\n') -> Loaded:
    """Load a small hotline."""
    return load({"menu.yaml": small(nodes, top)}, {})


def evil() -> Loaded:
    """Load a hotline whose every word is an attack."""
    text = "'" + EVIL.replace("'", "''") + "'"
    nodes = f"""
main:
  say: {text}
  noinput: {text}
  menu:
    "1": {{for: {text}, go: agent}}
    "2": {{for: other, go: pick}}
pick: {{choose: [{{if: "'</script>\\"]' != '<!--'", go: bye}}], else: main}}
"""
    return plain(nodes, "")
