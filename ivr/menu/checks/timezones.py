"""Finds the time zone that an editor probably meant, and warns of zones with a misleading name."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from ivr.menu.language.model import read_table
from ivr.menu.language.suggestions import did_you_mean

_NAMES = read_table(dict[str, dict[str, str]], Path(__file__).with_name("timezones.yaml"))
_MEANT = {name: zone for zone, names in _NAMES["cities"].items() for name in names.split()}
_BY_OFFSET = _NAMES["offsets"]
_EXAMPLE = "write it like `Asia/Shanghai`"
_WITHOUT_SUMMER = ("EST", "MST", "HST")


def zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def zone_meant(typed: str) -> str:
    """Return the remedy for a time zone that does not exist."""
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])0?(\d{1,2})(?::?(00|30))?", typed.strip(), re.IGNORECASE)
    if offset:
        hours = f"{offset[1]}{offset[2]}" + (":30" if offset[3] == "30" else "")
        city = _BY_OFFSET.get(hours, "Asia/Shanghai")
        return f"a zone is named after a city in it, such as `{city}`"
    place = re.sub(r"[ -]", "_", typed.strip().rpartition("/")[2].casefold()).removesuffix("_time")
    found = _MEANT.get(place) or _by_last_part().get(place)
    if found:
        other = ", or `Asia/Shanghai` for China" if place == "cst" else ""
        return f"write `{found}`{other}"
    return did_you_mean(typed, sorted(_by_last_part().values()), _EXAMPLE)


def zone_misleads(name: str) -> tuple[str, str] | None:
    """Return why an existing zone is probably a mistake, and what to write instead."""
    if name in _WITHOUT_SUMMER:
        remedy = "write `Pacific/Honolulu`" if name == "HST" else f"write `{_MEANT[name.casefold()]}`"
        return f"`{name}` has no summer time, all year round", remedy
    offset = re.fullmatch(r"Etc/GMT([+-])(\d{1,2})", name)
    if offset is None or offset[2] == "0":
        return None
    behind = offset[1] == "+"
    there, here = (f"-{offset[2]}", f"+{offset[2]}") if behind else (f"+{offset[2]}", f"-{offset[2]}")
    what = f"`{name}` is {offset[2]} hours {'behind' if behind else 'ahead of'} UTC, and has no summer time"
    cities = [f"`{_BY_OFFSET[each]}` (UTC{each})" for each in (there, here) if each in _BY_OFFSET]
    return what, f"write a city's zone, such as {' or '.join(cities) or '`Asia/Shanghai`'}"


@functools.cache
def _by_last_part() -> dict[str, str]:
    """Return the zones that are named after a place, by the place in lower case."""
    zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return {name.rpartition("/")[2].casefold(): name for name in reversed(zones)}
