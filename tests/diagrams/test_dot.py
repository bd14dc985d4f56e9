"""The drawing for Graphviz: well formed, whatever a menu says."""

from __future__ import annotations

import re

import pytest

from ivr.diagrams.dot import dot, dot_string
from ivr.menu.loader import Loaded
from tests.support.drawings import EVIL, drawing_of, evil, plain, yuebao

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|->|[{}\[\],=]|[\w.]+|\s+')


def tokens(text: str) -> list[str]:
    """Return the tokens of DOT; fails where something is none."""
    found, at = [], 0
    while at < len(text):
        token = TOKEN.match(text, at)
        assert token, f"no token: {text[at : at + 40]!r}"
        at = token.end()
        found += [token[0]] if token[0].strip() else []
    return found


@pytest.mark.parametrize("loaded", [plain(), evil(), yuebao()], ids=["plain", "evil", "yuebao"])
def test_it_is_made_of_tokens_and_its_brackets_match(loaded: Loaded) -> None:
    """Every arrow leads from a box that is declared to one that is declared."""
    drawing = drawing_of(loaded)
    found = tokens(dot(drawing))
    open_brackets = list[str]()
    for token in found:
        if token in "{[":
            open_brackets.append(token)
        elif token in "}]":
            assert open_brackets.pop() + token in {"{}", "[]"}
    assert open_brackets == []
    arrows = [(found[at - 1], found[at + 1]) for at, token in enumerate(found) if token == "->"]
    ends = {end for arrow in arrows for end in arrow}
    declared = {
        token for at, token in enumerate(found) if token[0] == '"' and found[at + 1 : at + 2] == ["["]
    }
    assert len(arrows) == len(drawing.arrows)
    assert ends <= declared
    assert found.count("subgraph") == len(drawing.groups())


def test_a_text_comes_out_as_it_went_in() -> None:
    """Quotes and backslashes are written so that they are read as themselves; lines end with a line break."""
    assert tokens(dot_string(EVIL)) == [dot_string(EVIL)]
    inside = dot_string(EVIL)[1:-1]
    assert re.sub(r"\\(.)", r"\1", inside) == EVIL
    assert dot_string("one", 'tw"o') == '"one\\ntw\\"o"'
