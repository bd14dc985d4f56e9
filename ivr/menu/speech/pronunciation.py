"""Finds the words of a hotline's ``pronounce:`` in what is said.

Words are whole, written as they are typed, and the longest first. They are looked for in values as well, since an editor cannot
know which words of a sentence are values; a value can thereby only be read in a way that the hotline prescribes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.menu.language.pronunciation import Pronunciation
from ivr.menu.speech.ssml import Break, Element, Prosody, Silence, Span, pronounced

MAX_PRONOUNCED = 50
"""Words of one text that are pronounced in a way of their own. A value that repeats such a word makes no endless document."""

_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""The scripts that put no space between words, or none behind a word."""
_MARKS = r"\u0300-\u036f\u064b-\u0655\u0900-\u0903\u093a-\u094f"
"""Signs that belong to the letter before them."""
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])"


@dataclass(frozen=True, slots=True, eq=False)
class Pronouncer:
    """The words of one language, and what its voice is given for each."""

    words: re.Pattern[str]
    elements: Mapping[str, Element]
    """By word, as :func:`_folded` returns it."""

    def spans(self, text: str, marked: Sequence[Span] = ()) -> tuple[Span, ...]:
        """Return the spans of a text, with those of the words in it that no mark covers or cuts."""
        found: list[Span] = []
        match = self.words.search(text)
        while match and len(found) < MAX_PRONOUNCED:
            span = Span(*match.span(), self.elements[_folded(match[0])])
            is_whole = all(_apart(span, each) for each in marked)
            if is_whole:
                found.append(span)
            match = self.words.search(text, span.end if is_whole else span.start + 1)
        return tuple(sorted((*marked, *found), key=lambda span: span.order)) if found else tuple(marked)


def _apart(word: Span, marked: Span) -> bool:
    """Return whether a word stands outside of a mark, or as a whole within slow words."""
    match marked.element:
        case Break() | Silence():
            return not word.start < marked.start < word.end
        case Prosody():
            inside = marked.start <= word.start and word.end <= marked.end
            return inside or word.end <= marked.start or marked.end <= word.start
        case _:
            return word.end <= marked.start or marked.end <= word.start


def pronouncer(
    words: Mapping[str, Mapping[str, str | Pronunciation]], language: str, voice: str
) -> Pronouncer | None:
    """Compile the words that have a pronunciation in a language, or return None if there are none."""
    elements = {
        _folded(word): element
        for word, languages in words.items()
        if language in languages and (element := pronounced(languages[language], language, voice).element)
    }
    if not elements:
        return None
    longest_first = sorted(elements, key=len, reverse=True)
    return Pronouncer(re.compile("|".join(map(_whole, longest_first))), elements)


def _folded(word: str) -> str:
    """Return a word with straight apostrophes and single spaces, since a text may have others."""
    return " ".join(word.replace("’", "'").split())


def _whole(word: str) -> str:
    """Return a regular expression for a whole word. In a script without spaces, it may stand anywhere.

    What stands before the word is looked at behind its first character, so that a search passes over all other characters at
    once.
    """
    spaced = re.compile(_LETTER)
    first, last = re.escape(word[0]), word[-1]
    before = f"(?<!{_LETTER}{first})" if spaced.fullmatch(word[0]) else ""
    after = f"(?!{_LETTER})" if spaced.fullmatch(last) else ""
    rest = re.escape(word[1:]).replace("'", "['’]").replace(r"\ ", r"\s")
    return f"{first}{before}{rest}{after}"
