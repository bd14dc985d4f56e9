"""The words of a ``<Say>`` with the elements of SSML that belong to parts of them.

Which elements a voice takes was decided when the menu was loaded (:mod:`ivr.menu.speech.ssml`). Here they are only written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from ivr.channels.twilio.speech_text import clean, cut, fits, printable
from ivr.menu.speech.ssml import (
    Break,
    Instead,
    Phoneme,
    Prosody,
    SayAs,
    Silence,
    Span,
    Spelled,
    Sub,
    spelled,
)


def said(text: str, spans: Sequence[Span]) -> Iterator[str | int]:
    """Yield what is said one after the other: the content of a ``<Say>``, or the seconds of a ``<Pause>``."""
    at = 0
    for span in spans:
        if isinstance(span.element, Silence):
            yield from _contents(text, spans, at, span.start)
            yield span.element.seconds
            at = span.start
    yield from _contents(text, spans, at, len(text))


def _contents(text: str, spans: Sequence[Span], begin: int, end: int) -> Iterator[str]:
    """Yield the content of as many ``<Say>`` as a part of a text needs."""
    whole = _written(text, spans, begin, end, to_last=end == len(text)).strip()
    if fits(whole):
        if clean(text[begin:end]):
            yield whole
        return
    for start, stop in cut(text[begin:end], _added(text, spans, begin, end)):
        part = begin + start, begin + stop
        if clean(text[slice(*part)]):
            yield _written(text, spans, *part, to_last=part[1] == len(text)).strip()


def _added(text: str, spans: Sequence[Span], begin: int, end: int) -> dict[int, int]:
    """Return how much the elements of a part add to its words, URL-encoded, by their places in it."""
    added: dict[int, int] = {}
    for start, stop, element in spans:
        if not (begin <= start < end) or isinstance(element, Silence):
            continue
        written = _element(text, (), Span(start, stop, element), start, stop)
        first = start - begin
        if isinstance(element, Spelled):  # each character again, with a space
            more = 15 if element.as_sub else 3
            added |= {place: added.get(place, 0) + more for place in range(first, stop - begin)}
        else:
            words = len(quote(printable(text[start:stop]), safe=""))
            added[first] = added.get(first, 0) + max(len(quote(written, safe="")) - words, 0)
    return added


def _written(text: str, spans: Sequence[Span], begin: int, end: int, *, to_last: bool) -> str:
    """Return a part of a text with its elements; one that goes on beyond the part is written up to its end.

    A break at the end of the part belongs to what follows, unless nothing does (``to_last``).
    """
    parts: list[str] = []
    at = begin
    for number, span in enumerate(spans):
        start, stop = max(span.start, begin), min(span.end, end)
        if start < at or stop < start or isinstance(span.element, Silence):
            continue
        is_break = isinstance(span.element, Break)
        if (start == stop) != is_break or (is_break and start == end and not to_last):
            continue
        parts += escape(printable(text[at:start])), _element(text, spans[number + 1 :], span, start, stop)
        at = stop
    return "".join((*parts, escape(printable(text[at:end]))))


def _element(text: str, inner: Sequence[Span], span: Span, start: int, stop: int) -> str:
    words = printable(text[start:stop])
    whole = (start, stop) == (span.start, span.end)
    match span.element:
        case Break(milliseconds=milliseconds):
            return f'<break time="{milliseconds}ms" />'
        case Prosody(rate=rate):
            slowed = _written(text, inner, start, stop, to_last=False)
            return f'<prosody rate="{rate}%">{slowed}</prosody>'
        case Spelled(as_sub=as_sub):
            said = spelled(words)
            return f"<sub alias={quoteattr(said)}>{escape(words)}</sub>" if as_sub else escape(said)
        case SayAs(interpret_as=value, format=order) if whole or value in {"characters", "digits"}:
            ordered = f' format="{order}"' if order else ""
            return f'<say-as interpret-as="{value}"{ordered}>{escape(words)}</say-as>'
        case Sub(alias=alias) if whole:
            return f"<sub alias={quoteattr(printable(alias))}>{escape(words)}</sub>"
        case Instead(words=instead) if whole:
            return escape(printable(instead))
        case Phoneme(alphabet=alphabet, phonemes=phonemes) if whole:
            return f'<phoneme alphabet="{alphabet}" ph={quoteattr(printable(phonemes))}>{escape(words)}</phoneme>'
        case SayAs() | Sub() | Instead() | Phoneme():  # half of it would be said wrongly
            return escape(words)
        case Silence():
            return ""
        case _:
            assert_never(span.element)
