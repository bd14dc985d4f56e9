"""The drawing for Mermaid: well formed, whatever a menu says."""

from __future__ import annotations

import re

import pytest

from ivr.diagrams.mermaid import mermaid, mermaid_string
from ivr.menu.loader import Loaded
from tests.support.drawings import EVIL, drawing_of, evil, plain, yuebao

TEXT = r'"[^"]*"'
BOX = rf"(n\d+|r\d+|legend)(\(\[{TEXT}\]\)|\[\[{TEXT}\]\]|\[\({TEXT}\)\]|\[/{TEXT}/\]|\{{\{{{TEXT}\}}\}}|\({TEXT}\)|\[{TEXT}\])"
LINE = re.compile(
    rf"flowchart LR|subgraph g\d+\[{TEXT}\]|end|{BOX}|n\d+ -->(\|{TEXT}\|)? [nr]\d+|"
    r"classDef \w+ [\w:#,\- ]+|class [nr\d,]+ \w+|style legend [\w:#,]+|linkStyle \d+ [\w:#,.\-]+"
)


@pytest.mark.parametrize("loaded", [plain(), evil(), yuebao()], ids=["plain", "evil", "yuebao"])
def test_every_line_is_one_of_the_few_forms_that_are_written(loaded: Loaded) -> None:
    """Every group ends, every arrow leads from a box that is there to a box that is there."""
    text = mermaid(drawing_of(loaded))
    lines = [line.strip() for line in text.splitlines()]
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert sum(line.startswith("subgraph") for line in lines) == lines.count("end")
    boxes = {found[1] for line in lines if (found := re.fullmatch(BOX, line))}
    arrows = [found.groups() for line in lines if (found := re.fullmatch(r"(n\d+) -->.* ([nr]\d+)", line))]
    assert len(arrows) == len(drawing_of(loaded).arrows)
    assert {end for arrow in arrows for end in arrow} <= boxes


def test_the_shipped_hotline_stays_below_what_mermaid_takes() -> None:
    """It refuses more than 500 arrows and more than 50,000 characters."""
    for full in (True, False):
        text = mermaid(drawing_of(yuebao(), full=full))
        assert len(text) < 50_000
        assert text.count(" -->") < 500


def test_nothing_of_a_text_means_something_to_mermaid() -> None:
    """No quote, bracket, backtick, directive or tag is left; the characters are still there as numbers."""
    escaped = mermaid_string(EVIL)
    assert not set(escaped) & set('"<>[](){}|`\\%&@')
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), escaped) == EVIL


def test_hubs_are_named_and_the_keys_of_anywhere_are_told_once() -> None:
    """Each file has one reference to the human."""
    text = mermaid(drawing_of(yuebao(), "en-US"))
    assert text.count("At every menu: 0 → agent, #42; → back, 9 → repeat") == 1
    assert 2 < text.count('(["→ agent"])') <= 8
