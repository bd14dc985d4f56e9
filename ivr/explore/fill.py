"""Writes the calls that are missing: few of them, each played before it is kept, for an editor to look through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ivr.calls.line import Heard
from ivr.explore.counterexample import as_call
from ivr.explore.reach import Witness
from ivr.menu.tree import Tree
from ivr.written.coverage import DIMENSIONS, CoverageItem
from ivr.written.model import Hears, WrittenCall
from ivr.written.runner import PlayedCall

PlayCall = Callable[[WrittenCall], tuple[PlayedCall, set[CoverageItem]]]
"""Plays a call and says what it covers."""


@dataclass(slots=True)
class FillResult:
    """The calls that were made."""

    calls: list[WrittenCall] = field(default_factory=list)
    covered: set[CoverageItem] = field(default_factory=set)
    """What they cover of what was missing."""
    left: dict[CoverageItem, str] = field(default_factory=dict)
    """What they do not cover, each with the reason."""


def fill_coverage(
    tree: Tree, missing: Sequence[CoverageItem], ways: Mapping[CoverageItem, Witness], play: PlayCall
) -> FillResult:
    """Make calls that cover what is missing.

    The farthest comes first: on its way a call covers what is nearer. A call that does not pass is not kept.
    """
    filled = FillResult()
    made: dict[CoverageItem, tuple[WrittenCall, set[CoverageItem]]] = {}
    wanted = set(missing)
    for item in sorted((item for item in missing if item in ways), key=lambda item: -len(ways[item].moves)):
        if item in filled.covered:
            continue
        name = filled_title(tree, item, ways[item])
        if any(call.call == name for call, _ in made.values()):
            name = f"{name}: {' '.join(filter(None, (item.node, item.what)))}"
        call, covers, why = _made(as_call(tree, ways[item].moves, name), item, play)
        if why:
            filled.left[item] = why
            continue
        made[item] = call, covers & wanted
        filled.covered |= covers & wanted
    needed = _needed(made)
    filled.calls = [made[item][0] for item in missing if item in needed]
    filled.left |= {item: "no call reaches it" for item in missing if item not in ways}
    filled.left = {item: filled.left[item] for item in missing if item in filled.left.keys() - filled.covered}
    return filled


def _needed(made: Mapping[CoverageItem, tuple[WrittenCall, set[CoverageItem]]]) -> set[CoverageItem]:
    """Return the calls without which something would be missing. Calls for the nearest things are left out first."""
    needed = dict(made)
    for item in sorted(made, key=lambda item: len(made[item][1])):
        others = {each for other, (_, covers) in needed.items() if other != item for each in covers}
        if made[item][1] <= others:
            del needed[item]
    return set(needed)


def _made(
    call: WrittenCall, item: CoverageItem, play: PlayCall
) -> tuple[WrittenCall, set[CoverageItem], str]:
    """Return a call for one thing, what it covers, and, where it cannot be kept, why."""
    played, covers = play(call)
    if played.failures:
        return call, covers, played.failures[0]
    if item not in covers:
        return call, covers, "the call that would reach it goes another way"
    for told in _told(call, played, covers):
        if not play(told)[0].failures:
            return told, covers, ""
    return call, covers, ""


def _told(call: WrittenCall, played: PlayedCall, covers: set[CoverageItem]) -> Iterator[WrittenCall]:
    """Yield the call with what was heard at its end and how it ended, the most telling first."""
    ends = next((item.what for item in covers if item.dimension == "endings"), None)
    heard = next((heard for row in reversed(played.rows) if (heard := _heard(row.happened))), [])
    asked = any(isinstance(step, Hears) for step in call.steps[-1:])
    parts = [] if asked else heard[:2]
    hears = [Hears(hears=parts if len(parts) > 1 else parts[0])] if parts else []
    for steps in ([*call.steps, *hears], call.steps) if hears else (call.steps,):
        if ends:
            yield call.model_copy(update={"steps": steps, "ends": ends})
        yield call.model_copy(update={"steps": steps})


def _heard(happened: Sequence[object]) -> list[str]:
    return [each.text for each in happened if isinstance(each, Heard)]


# --- titles


_TELLING = ("noinput", "nomatch", "outcomes", "slow", "desks", "recordings", "entries", "options", "anywhere")
"""The dimensions that say what somebody does. A call for another one is named by what its last step does."""


def filled_title(tree: Tree, item: CoverageItem, way: Witness) -> str:
    """Return what a call shows, in plain English: ``Silence three times at `main` (zh-CN)``."""
    if item.dimension in {"languages", "prompts", "endings"}:
        item = next((each for name in _TELLING for each in way.last if each.dimension == name), item)
    dimension = DIMENSIONS[item.dimension]
    what = dimension.words.get(item.what, dimension.others.format(what=item.what))
    said = dimension.title.format(place=f"`{item.node}`", what=what)
    if item.dimension == "prompts" and not item.node:
        said = f"The machine's sentence `{item.what[7:-2]}`"
    return f"{said} ({way.language})" if len(tree.languages) > 1 else said
