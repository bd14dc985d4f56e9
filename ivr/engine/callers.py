"""What a calling number tells: its country, and the language in which the call begins."""

from __future__ import annotations

import phonenumbers

from ivr.menu.tree import Tree


def country_of(number: str) -> str:
    """Return the country of a number, such as ``CN``, or ``ZZ`` if it has none."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "ZZ"
    country = phonenumbers.region_code_for_number(parsed)
    return str(country or phonenumbers.region_code_for_country_code(parsed.country_code or 0))


def first_language(tree: Tree, caller: str) -> str:
    """Return the language in which a call from this number begins, which is empty if it is withheld."""
    begin, usual = tree.declared.begin_in, tree.languages[0]
    if not caller:
        return usual
    by_country = begin.countries.get(country_of(caller)) if begin.countries else None
    return by_country or begin.elsewhere or usual
