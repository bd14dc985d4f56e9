"""The limits of what a template may cost, so that no text of a menu can hold up the calls.

The check of a menu counts what is written, and :mod:`ivr.menu.speech.sandbox` counts what is made of it in a call. Nothing
here reads a clock: a template has no loops, so these counts bound its time too. The most expensive template that they allow
takes about 30 ms, and an ordinary one 10 µs.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

MAX_SOURCE = 10_000
"""Characters of a text with a template in it. That is ten minutes of speech."""
MAX_TAGS = 100
"""``{{ }}``, ``{% %}`` and ``{# #}`` of one text. A long menu of our own has six."""
MAX_PARTS = 400
"""Names, values, filters and operators of one text. Each is evaluated at most once; the slowest filter takes 0.1 ms."""
MAX_TOKENS = 3 * MAX_PARTS
"""What the lexer finds in one text: the same parts, with their brackets, commas and braces. It is counted before the text is
parsed, which takes 5 µs for each."""
MAX_DEPTH = 40
"""Brackets, branches and operators inside one another; a chain such as ``1 + 1 + 1`` is two deep. Python's stack, which a turn
shares, ends at some hundreds."""

MAX_TEMPLATES = 4_000
"""Different texts with values, and conditions, of one hotline in all its languages. Each takes 0.2 ms to compile. A hotline of
ours with 142 nodes has 73."""
MAX_ALL_PARTS = 40_000
"""Names, values, filters and operators of them all. Each takes 20 µs to compile."""

MAX_TEXT = 64 * 1024
"""Characters that a template may become. It is more than anybody listens to, and little enough to send and to keep."""
MAX_WORK = 4 * MAX_TEXT
"""Characters that the filters and operators of one template may take and make, all together."""
MAX_SPOKEN = 1_000
"""Characters or items that one of our own filters says. Babel's list of n items takes n² steps."""
MAX_BITS = 1_100
"""Binary digits of a whole number. A float has at most 1,024, so that each of them can become a whole number."""
MAX_EXPONENT = 308
"""The largest power of ten in a decimal number, likewise."""


class TemplateTooLarge(Exception):
    """A template in a call became too long, or computed with something too large."""


def size_of(value: Any) -> int:
    """Return how many characters a value has, about. Raises :class:`TemplateTooLarge` early if it is far too large."""
    match value:
        case str():
            return len(value)
        case bool() | float() | date() | None:
            return 1
        case int():
            if value.bit_length() > MAX_BITS:
                raise TemplateTooLarge("a whole number is too large")
        case Decimal():
            if value.is_finite() and abs(value.adjusted()) > MAX_EXPONENT:
                raise TemplateTooLarge("a decimal number is too large")
        case list() | tuple():
            return _sum_of(value)
        case dict():
            return _sum_of(value) + _sum_of(value.values())
    return 1


def _sum_of(values: Any) -> int:
    size = 2
    for each in values:
        size += 2 + size_of(each)
        if size > MAX_WORK:
            raise TemplateTooLarge("a list is too large")
    return size
