"""Where a new hotline is: its languages, its country, and what follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

import phonenumbers
from babel.core import get_global
from babel.numbers import get_territory_currencies

from ivr.cli.errors import CommandFailed
from ivr.cli.starter.words import words_in
from ivr.menu.language.model import read_table
from ivr.menu.language.suggestions import did_you_mean, one_of
from ivr.menu.speech.packs import pack_tag, pack_tags
from ivr.menu.speech.voices import language_problem

DEFAULT_LANGUAGES = ("en-US", "zh-CN")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hotline is."""

    languages: tuple[str, ...]
    country: str
    timezone: str

    @property
    def number(self) -> str:
        """A number of the country that rings nobody."""
        numbers = read_table(dict[str, str], Path(__file__).with_name("numbers.yaml"))
        code = phonenumbers.country_code_for_region(self.country)
        return numbers.get(self.country, f"+{code}000000000")

    @property
    def currency(self) -> str:
        """The currency of the country, or empty where a hotline need not name it: its first language names the country too."""
        is_at_home = self.languages[0].partition("-")[2] == self.country
        return "" if is_at_home else next(iter(get_territory_currencies(self.country)), "")


def place_of(languages: Sequence[str] = (), country: str = "", timezone: str = "") -> Place:
    """Return where a hotline in these languages is, by what is usual for the first one. Raises :class:`CommandFailed`."""
    chosen = languages or DEFAULT_LANGUAGES
    for language in chosen:
        if not pack_tag(language):
            raise CommandFailed(
                f"no language `{language}` comes ready; {did_you_mean(language, pack_tags())}"
            )
    first = words_in(chosen[0])
    at = country.upper() or chosen[0].partition("-")[2] or first.country
    if not phonenumbers.country_code_for_region(at):
        raise CommandFailed(
            f"`{country or at}` is no country; write its two letters, such as `{first.country}`"
        )
    tags = tuple(dict.fromkeys(_with_region(language, at) for language in chosen))
    return Place(tags, at, _known(timezone) if timezone else _timezone(at))


def _with_region(language: str, country: str) -> str:
    """Return the tag that a hotline writes: of `ar` and Egypt `ar-EG`, and of `es` that of its pack."""
    tag = language if "-" in language else pack_tag(language)
    tag = tag if "-" in tag else f"{tag}-{country}"
    if problem := language_problem(tag):
        ready = pack_tag(tag)
        where = f"write `--language {ready} --country {tag.partition('-')[2]}`" if "-" in ready else problem
        raise CommandFailed(f"Twilio has no voice for {tag}; {where}")
    return tag


def _known(timezone: str) -> str:
    if timezone not in available_timezones():
        raise CommandFailed(
            f"there is no time zone `{timezone}`; {did_you_mean(timezone, sorted(available_timezones()))}"
        )
    return timezone


def _timezone(country: str) -> str:
    """Return the time zone of a country, or the one in which most speakers of some language are there."""
    for tag in pack_tags():
        words = words_in(tag)
        if words.country == country:
            return words.timezone
    zones = [zone for zone, territory in get_global("zone_territories").items() if territory == country]
    continents = Counter(zone.partition("/")[0] for zone in zones)
    zones.sort(key=lambda zone: (-continents[zone.partition("/")[0]], zone))
    if len(zones) == 1:
        return zones[0]
    raise CommandFailed(
        f"{country} has several time zones; write `--timezone` and {one_of(zones).removeprefix('use ')}"
    )
