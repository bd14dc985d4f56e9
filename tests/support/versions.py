"""Two versions of the sample hotline, and what differs between them, for tests."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.diff import compare
from ivr.diff.changes import Comparison, Side
from ivr.diff.report import line
from tests.support.menus import MENU, PEOPLE, WORDS, bilingual, changed, hotline

Edits = tuple[tuple[str, str], ...]
SECONDS = re.compile(r"\d+\.\d s")


@dataclass(frozen=True)
class Edit:
    """Changes of the sample hotline, and every sentence that they must give."""

    menu: Edits = ()
    words: Edits = ()
    people: Edits = ()
    told: tuple[str, ...] = ()

    def side(self) -> Side:
        """Return the edited hotline."""
        files = {
            "prompts.en-US.yaml": changed(WORDS, *self.words),
            "people.yaml": changed(PEOPLE, *self.people),
        }
        loaded = bilingual(changed(MENU, *self.menu), **files)
        assert loaded.tree is not None, "\n".join(map(str, loaded.problems))
        return Side.of(loaded)


def sample() -> Side:
    """Return the sample hotline."""
    return Side.of(bilingual())


def without_seconds(sentence: str) -> str:
    """Return a sentence whatever the seconds are, and whether they are the same in both languages."""
    plain = SECONDS.sub("N s", sentence)
    return re.sub(r"(N s \w+) in every language", r"\1 in zh-CN, \1 in en-US", plain)


def told(old: Side, new: Side) -> list[str]:
    """Return what differs, with ``!`` before what is grave, and without the seconds: how fast a voice is may change."""
    comparison = Comparison("old", "new", tuple(compare(old, new)))
    return [
        ("! " if change.grave else "") + without_seconds(line(change, colour=False).plain)
        for _, changes in comparison.under()
        for change in changes
    ]


def texts_told(before: str, after: str) -> list[str]:
    """Return what differs between the texts of two menu files."""
    loaded = [hotline(text) for text in (before, after)]
    assert [each.problems for each in loaded if each.tree is None] == []
    return told(Side.of(loaded[0]), Side.of(loaded[1]))
