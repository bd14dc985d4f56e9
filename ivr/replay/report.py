"""Describes how a recorded call goes today: in one sentence, side by side, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ivr.menu.language.nodes import AskNode
from ivr.menu.tree import Tree
from ivr.replay.call_log import is_masked
from ivr.replay.replay import EventPair, ReplayResult
from ivr.storage.base import PathEntry

_WORDS: Mapping[str, str] = {
    "CallStarted": "rings",
    "NoInput": "silence",
    "ActionGoesOn": "the action goes on",
    "RecordingEnded": "the recording is over",
    "LimitReached": "the call has reached its limit",
    "InternalError": "our own machinery failed",
    "CallerHungUp": "hangs up",
}

KeysShown = Callable[[PathEntry], str]
"""Returns the keys of an entry that may be shown."""


def what_happened(entry: PathEntry, keys: KeysShown) -> str:
    """Return an event in a few words."""
    match entry.event:
        case "DigitsPressed":
            return f"pressed {keys(entry) or '(not kept)'}"
        case "SpeechHeard":
            return f"said something that means {keys(entry)}" if keys(entry) else "said something"
    return entry.outcome or _WORDS.get(entry.event, entry.event)


def cell(entry: PathEntry | None, keys: KeysShown) -> str:
    """Return an event with its node."""
    if entry is None:
        return "nothing"
    words = what_happened(entry, keys)
    return f"{entry.node} · {words}" if entry.node else words


def difference(done: ReplayResult, tree: Tree, keys: KeysShown) -> str:
    """Return a sentence about the first difference, or an empty text."""
    place = done.first
    if place is None:
        return "" if done.ends_alike else _other_ending(done)
    pair = done.pairs[place]
    before = done.pairs[place - 1].recorded if place else None
    after = ""
    if before:
        after = f"after “{what_happened(before, keys)}” " + (f"at `{before.node}` " if before.node else "")
    return f"turn {pair.turn}: {after}{_other_way(pair, done, tree, keys)}"


def _other_way(pair: EventPair, done: ReplayResult, tree: Tree, keys: KeysShown) -> str:
    then, now = pair.recorded, pair.today
    if then is None:
        assert now is not None
        return f"nothing more happened; today it goes on: {cell(now, keys)}"
    if now is None:
        ending = done.ending.replace("_", " ")
        today = f"today it is over ({ending})" if ending else "today that cannot happen"
        return f"the call was at `{then.node}`, where {what_happened(then, keys)}; {today}"
    if then.node != now.node:
        gone = "" if then.node in tree.nodes or not then.node else ", which is no node of today's menu"
        return f"the call was at `{then.node}`{gone}; today it is at `{now.node}`"
    return f"at `{then.node}`: {what_happened(then, keys)}; today: {what_happened(now, keys)}"


def _other_ending(done: ReplayResult) -> str:
    then = done.recorded.history.record.ending.replace("_", " ")
    if done.ending:
        return f"the call ended ({then}); today it ends otherwise ({done.ending.replace('_', ' ')})"
    return f"the call ended ({then}); today it still waits"


def untold(done: ReplayResult, tree: Tree) -> str:
    """Return why a call cannot be followed although its menu is unchanged; else an empty text.

    An earlier event had results, or input, that the record does not keep and that no example can replace.
    """
    if done.first is None or done.recorded.history.record.version != tree.version:
        return ""
    turn = done.pairs[done.first].turn
    for pair in reversed(done.pairs[: done.first]):
        blank = _blank(pair.recorded, tree) if pair.recorded else ""
        if blank:
            return f"it does not keep {blank}, so that the call cannot be followed further than turn {turn}"
    return ""


def _blank(entry: PathEntry, tree: Tree) -> str:
    """Return what the record lacks of an event and a menu may depend on; empty if nothing."""
    action, outcome = entry.ended
    if entry.event == "ActionFinished" and action in tree.contracts:
        ended = tree.contracts[action].all_outcomes().get(outcome)
        return f"what `{action}` told" if ended and ended.tells else ""
    typed = entry.event in {"DigitsPressed", "SpeechHeard"} and isinstance(
        tree.nodes.get(entry.node), AskNode
    )
    blank = typed and (not entry.keys or is_masked(entry.keys))
    return f"what was entered at `{entry.node}`" if blank else ""


def notes(done: ReplayResult, tree: Tree) -> list[str]:
    """Return what readers must know about the comparison."""
    record, broken = done.recorded.history.record, done.recorded.broken_at
    notes_so_far = []
    if record.hotline != tree.name:
        notes_so_far.append(f"the call was one of the hotline `{record.hotline}`, and this is `{tree.name}`")
    if broken:
        notes_so_far.append(
            f"in turn {broken.turn} something happened that cannot be repeated ({what_happened(broken, lambda _: '')}); "
            "the call is compared up to there"
        )
    elif not record.ending:
        notes_so_far.append("the end of the call is not recorded; the call is compared up to its last turn")
    notes_so_far += [
        f"`{name}` has no recorded end to repeat here; it ends in this replay as it does first in its declaration"
        for name in done.strange
    ]
    return notes_so_far


def changed_since(version: str, sources: Mapping[str, str] | None, tree: Tree) -> str:
    """Return whether the menu has changed since the call, and in which files."""
    if version == tree.version:
        return f"the menu is still the same ({version})"
    if sources is None:
        return f"the menu has changed since ({version}, now {tree.version})"
    files = sorted(name for name in {*sources, *tree.sources} if sources.get(name) != tree.sources.get(name))
    return f"the menu has changed since, in {', '.join(files) or 'its recordings'} ({version}, now {tree.version})"


def replay_data(done: ReplayResult, tree: Tree, keys: KeysShown, caller: str, menu: str) -> dict[str, Any]:
    """Return a replay for JSON."""
    record = done.recorded.history.record
    return {
        "call": record.call,
        "hotline": record.hotline,
        "caller": caller,
        "started": record.started.isoformat(),
        "version": {"recorded": record.version, "today": tree.version, "told": menu},
        "same": done.same,
        "untold": untold(done, tree),
        "difference": difference(done, tree, keys),
        "first": done.first,
        "ending": {"recorded": record.ending, "today": done.ending},
        "steps": [
            {"recorded": _entry(pair.recorded, keys), "today": _entry(pair.today, keys), "same": pair.same}
            for pair in done.pairs
        ],
        "notes": notes(done, tree),
    }


def _entry(entry: PathEntry | None, keys: KeysShown) -> dict[str, Any] | None:
    if entry is None:
        return None
    names = ("turn", "node", "event", "keys", "outcome")
    return {name: getattr(entry, name) for name in names} | {"keys": keys(entry)}
