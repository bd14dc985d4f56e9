"""Compares two versions of a hotline: what callers will notice, and what only editors need to know."""

from __future__ import annotations

from ivr.diff.changes import Change, Side
from ivr.diff.desks import compare_desks
from ivr.diff.goals import compare_goals
from ivr.diff.human import compare_distances
from ivr.diff.keys import compare_keys
from ivr.diff.nodes import compare_nodes
from ivr.diff.pairs import Pairs, pair
from ivr.diff.whole import compare_hotlines
from ivr.diff.wording import compare_words


def compare(old: Side, new: Side, pairs: Pairs | None = None) -> list[Change]:
    """Return every difference between two versions of a hotline. Equal versions have none."""
    pairs = pairs or pair(old, new)
    return [
        *compare_distances(old, new, pairs),
        *compare_keys(old, new, pairs),
        *compare_goals(old, new, pairs),
        *compare_nodes(old, new, pairs),
        *compare_desks(old, new, pairs),
        *compare_words(old, new, pairs),
        *compare_hotlines(old, new, pairs),
    ]
