"""Finds the time zone that an editor probably meant, and warns of zones with a misleading name."""

from __future__ import annotations

import functools
import re
from zoneinfo import ZoneInfo, available_timezones

from ivr.menu.language.suggestions import did_you_mean

_CITIES = {
    "Asia/Shanghai": "beijing peking guangzhou shenzhen chengdu hangzhou nanjing wuhan tianjin xian china",
    "Asia/Kolkata": "delhi new_delhi mumbai bombay bangalore bengaluru chennai hyderabad india ist",
    "Asia/Tokyo": "osaka kyoto yokohama jst",
    "Asia/Seoul": "busan kst",
    "Asia/Hong_Kong": "hongkong hkt",
    "Asia/Singapore": "sgt",
    "Asia/Ho_Chi_Minh": "hanoi",
    "America/Los_Angeles": "san_francisco seattle san_diego portland las_vegas pst pdt pacific",
    "America/Denver": "salt_lake_city mst mdt mountain",
    "America/Chicago": "dallas houston austin cst cdt central",
    "America/New_York": "washington boston miami atlanta philadelphia newyork est edt eastern",
    "Europe/London": "manchester edinburgh bst",
    "Europe/Berlin": "munich frankfurt hamburg cologne cest",
    "Europe/Madrid": "barcelona",
    "Europe/Rome": "milan",
    "Europe/Zurich": "geneva basel",
    "Australia/Sydney": "canberra aest aedt",
}
"""Names that people type for a zone, although no zone has that name."""
_MEANT = {name: zone for zone, names in _CITIES.items() for name in names.split()}
_BY_OFFSET = {
    "-8": "America/Los_Angeles", "-7": "America/Denver", "-6": "America/Chicago", "-5": "America/New_York",
    "-3": "America/Sao_Paulo", "0": "Europe/London", "+0": "Europe/London", "+1": "Europe/Paris",
    "+2": "Europe/Athens", "+3": "Europe/Istanbul", "+4": "Asia/Dubai", "+5": "Asia/Karachi",
    "+5:30": "Asia/Kolkata", "+7": "Asia/Bangkok", "+8": "Asia/Shanghai", "+9": "Asia/Tokyo",
    "+10": "Australia/Sydney",
}  # fmt: skip
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
