"""What a translation must keep of its text: values, the keys that it says, and marks for the voice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ivr.menu.speech.markup import marked_text

_TEMPLATE = re.compile(r"\{\{(.*?)(?:\}\}|\Z)|\{%(.*?)(?:%\}|\Z)", re.DOTALL)
"""One that is not closed takes the rest of the text. Otherwise the rest would be searched again from each ``{{`` in it."""
_NAME = re.compile(r"(?<![\w.|'\"])[a-z_]\w*")
_FILTER = re.compile(r"\|\s*\w+(\([^()]*\))?")
_PLACE = re.compile(r"(?<!\{)\{[a-z][a-z0-9_ ]*\}(?!\})")
_WORDS = frozenset(
    {"if", "else", "elif", "endif", "and", "or", "not", "in", "is", "defined", "true", "false", "none"}
)


def placeholder_problems(source: str, translation: str) -> Iterator[str]:
    """Yield what is wrong with the values, places and marks of a translation."""
    values = sorted(_variables(source) ^ _variables(translation))
    for name in values:
        lost = name in _variables(source)
        yield (
            f"lacks the value `{_shown(source, name)}`"
            if lost
            else f"has the value `{name}`, which the source lacks"
        )
    places, own = Counter(_PLACE.findall(source)), Counter(_PLACE.findall(translation))
    if set(places) != set(own):
        for place in sorted(set(places) - set(own)):
            yield f"lacks `{place}`"
        for place in sorted(set(own) - set(places)):
            yield f"has `{place}`, which the source lacks"
    if _unclosed(translation):
        yield "has `{{` without `}}`, or the reverse"
    marked, marks = marked_text(translation), marked_text(source).marks
    for mistake in marked.mistakes:
        yield f"{mistake.what}; {mistake.remedy}"
    if not marked.mistakes:
        kinds, have = ({mark.kind.value for mark in each} for each in (marks, marked.marks))
        yield from (f"lacks the mark `<{kind}>`" for kind in sorted(kinds - have))
        yield from (f"has the mark `<{kind}>`, which the source lacks" for kind in sorted(have - kinds))


def _variables(text: str) -> set[str]:
    """Return the variables in a text. What filters do with them is the language's own."""
    inside = (found[1] or found[2] for found in _TEMPLATE.finditer(text))
    bare = (re.sub(r"'[^']*'|\"[^\"]*\"", "''", _FILTER.sub(" ", each)) for each in inside)
    return {name for each in bare for name in _NAME.findall(each)} - _WORDS


def _shown(text: str, name: str) -> str:
    found = next((each[0] for each in _TEMPLATE.finditer(text) if name in each[0]), name)
    return " ".join(found.split())


def _unclosed(text: str) -> bool:
    rest = _TEMPLATE.sub("", text)
    cut = any(not each[0].endswith(("}}", "%}")) for each in _TEMPLATE.finditer(text))
    return cut or any(each in rest for each in ("}}", "%}"))
