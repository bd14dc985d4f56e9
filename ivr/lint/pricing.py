"""What a menu costs its callers in seconds: to hear their key, to press it, and to hear the answer begin.

Broad menus make a caller listen longer, and deep ones make them press more often. Which is better depends on the length of
the announcements and on how many callers want what. So no number of options is wrong by itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from ivr.menu.language.nodes import MenuNode

PRESS = 2.0
"""Seconds from the end of an announcement to the first word of the next menu: the finger, the line and the server."""


class Priced(NamedTuple):
    """One option: the share of callers who want it, and the seconds of its announcement."""

    share: float
    seconds: float


def shares(menu: MenuNode) -> dict[str, float]:
    """Return the share of callers for each key. Keys without a declared share divide the rest equally."""
    declared = {key: option.share / 100 for key, option in menu.menu.items() if option.share is not None}
    others = [key for key in menu.menu if key not in declared]
    rest = max(0.0, 1 - sum(declared.values()))
    found = {**declared, **dict.fromkeys(others, rest / len(others) if others else 0.0)}
    whole = sum(found.values()) or 1.0
    return {key: found[key] / whole for key in menu.menu}


def expected(options: Sequence[Priced]) -> float:
    """Return the mean seconds until a caller has heard the key that they want."""
    ends = itertools.accumulate(option.seconds for option in options)
    return sum(option.share * end for option, end in zip(options, ends, strict=True)) / _whole(options)


def best_split(options: Sequence[Priced], most: int) -> tuple[int, float]:
    """Return the number of groups that are heard soonest, with at most ``most`` options each, and their mean seconds.

    The announcement of a group takes as long as that of an average option. The options keep their order.
    """
    usual = sum(option.seconds for option in options) / len(options)
    found = []
    for size in range(2, most + 1):
        groups = [options[at : at + size] for at in range(0, len(options), size)]
        above = expected([Priced(sum(option.share for option in group), usual) for group in groups])
        below = sum(sum(option.share for option in group) * expected(group) for group in groups)
        found.append((above + PRESS + below / _whole(options), len(groups)))
    seconds, number = min(found)
    return number, seconds


def nested(upper: Sequence[Priced], at: int, lower: Sequence[Priced], said: float = 0.0) -> float:
    """Return the mean seconds of a menu's callers if option ``at`` opens a second menu.

    ``said`` are the seconds of what the second menu says before its options.
    """
    return expected(upper) + upper[at].share / _whole(upper) * (PRESS + said + expected(lower))


def merged(upper: Sequence[Priced], at: int, lower: Sequence[Priced]) -> float:
    """Return the mean seconds if the second menu's options stand in the first: in its place, or at the end."""
    below = _whole(lower)
    moved = [Priced(upper[at].share * option.share / below, option.seconds) for option in lower]
    rest = [*upper[:at], *upper[at + 1 :]]
    return min(expected([*rest[:at], *moved, *rest[at:]]), expected([*rest, *moved]))


def _whole(options: Sequence[Priced]) -> float:
    return sum(option.share for option in options) or 1.0
