"""What the pages say, in each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import TypeAdapter

from ivr.actions.accounts import PasswordKind
from ivr.actions.passwords import LONGEST, SHORTEST, Reason
from ivr.channels.reset_page.limits import WITHIN

PageProblem = Reason | Literal["too_short_here", "too_long_here", "differ", "stale"]
"""Why a password was not set: a rule that it breaks, a length that the service refuses, two entries that differ, or a
form that is no longer good."""


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one language."""

    language: str
    """As HTML and the customer's account name it."""
    own_name: str
    """What the language calls itself."""
    titles: Mapping[PasswordKind, str]
    case: str
    rules_before: str
    rules: Mapping[PasswordKind, Sequence[str]]
    """What is told before the field."""
    entry: str
    again: str
    button: str
    warning: str
    mistake: str
    """Goes before the title of the window while something is wrong."""
    problems: Mapping[PageProblem, str]
    done_title: str
    done: Mapping[PasswordKind, str]
    dead_title: str
    dead: str
    internal_error: str
    wait_title: str
    too_many: str
    under_way: str
    busy: str


def _read() -> dict[str, PageWords]:
    text = Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    text = text.replace("{shortest}", str(SHORTEST)).replace("{longest}", str(LONGEST))
    text = text.replace("{minutes}", f"{WITHIN.total_seconds() / 60:.0f}")
    return TypeAdapter(dict[str, PageWords]).validate_python(yaml.safe_load(text))


PAGE_WORDS: Mapping[str, PageWords] = _read()
"""By language."""
ENGLISH = "en-US"
"""For a hotline that has none of these languages."""


def words_of_hotline(languages: Iterable[str]) -> Mapping[str, PageWords]:
    """Return the words in those languages of a hotline that there are, in its order."""
    found = [near(tag, PAGE_WORDS) for tag in languages]
    return {words.language: words for words in found if words} or {ENGLISH: PAGE_WORDS[ENGLISH]}


def near(tag: str, offered: Mapping[str, PageWords]) -> PageWords | None:
    """Return the words in a language: for ``en-GB`` those of ``en-US`` are near enough."""
    return offered.get(tag) or next(
        (words for language, words in offered.items() if _primary(language) == _primary(tag)), None
    )


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
