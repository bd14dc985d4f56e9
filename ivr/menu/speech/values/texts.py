"""What is said character by character, such as phone numbers and codes, and lists."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any

import phonenumbers
from babel.lists import format_list

from ivr.menu.speech.values.speaker import Speaker


def digits(value: Any, speaker: Speaker, *groups: int) -> str:
    """Digits one by one, as a number that is copied down: `9 5 5 8 8`, `九五五八八`.

    `digits(4)` pauses after each four, and
    `digits(3, 4)` after three and then after each four.
    """
    if not all(type(size) is int and size > 0 for size in groups):
        raise ValueError("write how many digits the groups have, as in `digits(4)` or `digits(3, 4)`")
    text = str(value)
    keys = [*_characters(text)]
    return _minus(text, speaker, _in_groups(_cut(keys, groups) if groups else [keys], speaker))


def tail(value: Any, speaker: Speaker) -> str:
    """The last four digits of a number, one by one."""
    return digits(str(value)[-4:], speaker)


def card(value: Any, speaker: Speaker) -> str:
    """The number of a card, in groups of four digits. A text message has it in digits."""
    if speaker.written:
        return " ".join("".join(group) for group in _cut([*_characters(str(value))], (4,)))
    return digits(value, speaker, 4)


def phone(value: Any, speaker: Speaker) -> str:
    """A phone number in the groups of its country: `2 0 2, 5 5 5, 0 1 0 0`.

    A number of another country than the hotline's begins with
    the country's code. A text message has it in digits: `(202) 555-0100`.
    """
    written = _written_phone(str(value), speaker.territory.country)
    if speaker.written:
        return written
    return _in_groups([*_phone_groups(written)], speaker, pairs=speaker.values.phone == "numbers")


def spell(value: Any, speaker: Speaker) -> str:
    """A name or a code letter by letter: `A, B, 1, 2`. A text message has it as it is."""
    if speaker.written:
        return str(value)
    return _in_groups(
        [[each.upper() if len(each.upper()) == 1 else each] for each in _characters(str(value), "")], speaker
    )


def listing(value: Iterable[Any], speaker: Speaker) -> str:
    """Several things as one list: `one, two, and three`, `招商银行和中国银行`."""
    return format_list([str(each) for each in value], locale=speaker.locale)


_BETWEEN_DIGITS = " -()/"
"""What only separates the digits of a number."""
_LONGEST_GROUP = 6
"""The most digits of a phone number that are said without a pause. A longer group becomes groups of three and four."""


def _characters(text: str, left_out: str = _BETWEEN_DIGITS) -> Iterator[str]:
    """Yield what is said one by one: the characters of a text, with the marks that belong to each, and digits of any script as 0 to 9."""
    held = ""
    for each in unicodedata.normalize("NFC", text):
        if unicodedata.category(each).startswith("M") and held:
            held += each
            continue
        if held:
            yield held
        held = "" if each in left_out or each.isspace() else str(unicodedata.digit(each, each))
    if held:
        yield held


def _cut(keys: Sequence[str], sizes: Sequence[int]) -> list[Sequence[str]]:
    """Cut characters into groups of these sizes. The last size serves from there on."""
    groups, start = list[Sequence[str]](), 0
    further = chain(sizes, repeat(sizes[-1]))
    while start < len(keys):
        size = next(further)
        groups.append(keys[start : start + size])
        start += size
    return groups


def _in_groups(groups: Iterable[Sequence[str]], speaker: Speaker, *, pairs: bool = False) -> str:
    """Return groups of characters as they are said, with a pause between them."""
    values = speaker.values
    said = [
        "".join(group)
        if pairs and len(group) <= 2 and "".join(group).isdecimal()
        else values.between_digits.join(
            values.digits.get(each) or values.symbols.get(each, each) for each in group
        )
        for group in groups
    ]
    return values.pause.join(said)


def _minus(text: str, speaker: Speaker, said: str) -> str:
    """Return what is said with the language's minus if the text is a number below zero."""
    return speaker.values.minus.replace("{n}", said) if re.match(r"\s*[-−]\s*\d", text) else said


def _written_phone(typed: str, country: str) -> str:
    """Return a phone number in its national form, or with the code of its country if that is another. Any other text stays as it is."""
    with contextlib.suppress(phonenumbers.NumberParseException):
        number = phonenumbers.parse(typed, country or None)
        if not phonenumbers.is_possible_number(number):
            return typed  # its national form might leave out digits
        at_home = number.country_code == phonenumbers.country_code_for_region(country)
        form = phonenumbers.PhoneNumberFormat
        number.extension = None
        return str(phonenumbers.format_number(number, form.NATIONAL if at_home else form.INTERNATIONAL))
    return typed


def phone_digits(typed: str, country: str) -> str:
    """Return the digits of a phone number as they are dialled in a country: `00` stands for the `+` of another one."""
    written = _written_phone(typed, country).replace("+", "00")
    return "".join(each for each in written if each.isdecimal())


def _phone_groups(written: str) -> Iterator[Sequence[str]]:
    for group in re.split(r"[\s\-().]+", written):
        keys = [*_characters(group)]
        parts = -(-len(keys) // 4) if len(keys) > _LONGEST_GROUP else 1
        if keys:
            yield from (keys[len(keys) * n // parts : len(keys) * (n + 1) // parts] for n in range(parts))
