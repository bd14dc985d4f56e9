"""What the record of a call says of it: turn by turn what its caller did, how its actions ended, who answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ivr.engine.entries import fixed_length
from ivr.explore.sample_entries import bad_entries, good_entries
from ivr.explore.samples import Samples
from ivr.menu.language.nodes import AskNode, MenuNode
from ivr.menu.tree import Tree
from ivr.storage.base import CallHistory, PathEntry

STAYS_SLOW = 3600.0
"""Seconds that an action takes whose end the call did not wait for."""


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """One turn of a recorded call: what began it, and what followed from that."""

    entries: tuple[PathEntry, ...]
    breaks: bool = False
    """Whether something happened after these that cannot be repeated."""

    @property
    def first(self) -> PathEntry:
        """What began it."""
        return self.entries[0]

    @property
    def ran(self) -> bool:
        """Whether an action was run in it."""
        return len(self.entries) > 1


@dataclass(slots=True)
class RecordedRun:
    """One run of an action."""

    turn: int
    action: str
    outcome: str
    """How it ended; empty: the call did not wait for that."""
    seconds: float = 0.0
    """What it took; 0: nobody noticed."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A recorded call, taken apart."""

    history: CallHistory
    turns: tuple[RecordedTurn, ...]
    runs: Mapping[str, Sequence[RecordedRun]]
    """By action, in their order."""
    broken_at: PathEntry | None
    """What cannot be repeated, and ended what is compared: trouble of our own, a call that began again, a hang-up
    while an action ran."""


def recorded_call(history: CallHistory, tree: Tree) -> RecordedCall:
    """Take a recorded call apart. ``tree`` says which action an unfinished run was of, which the record does not."""
    turns, broken_at = _turns(history.path)
    runs: dict[str, list[RecordedRun]] = defaultdict(list)
    for run in _runs(turns, tree):
        runs[run.action].append(run)
    return RecordedCall(history, tuple(turns), dict(runs), broken_at)


def _turns(path: Sequence[PathEntry]) -> tuple[list[RecordedTurn], PathEntry | None]:
    """Return the turns up to what cannot be repeated, and that."""
    turns = []
    for number, group in groupby(path, key=lambda entry: entry.turn):
        entries = list(group)
        for place, entry in enumerate(entries):
            begins_again = entry.event == "CallStarted" and number > 0
            if begins_again or entry.event in {"InternalError", "CallerHungUp"}:
                if entries[:place]:
                    turns.append(RecordedTurn(tuple(entries[:place]), breaks=True))
                return turns, entry
        turns.append(RecordedTurn(tuple(entries)))
    return turns, None


def _runs(turns: Sequence[RecordedTurn], tree: Tree) -> Iterator[RecordedRun]:
    """Yield every run of an action: what ends a turn's first event has begun in an earlier one."""
    waits: tuple[PathEntry, datetime] | None = None
    for turn in turns:
        if waits and turn.first.event not in {"ActionFinished", "ActionGoesOn"}:
            yield RecordedRun(waits[0].turn, _action_at(tree, waits[0].node), "", STAYS_SLOW)
            waits = None
        for place, entry in enumerate(turn.entries):
            if entry.event == "ActionGoesOn" and place > 0:
                waits = entry, entry.at
            elif entry.event == "ActionFinished":
                action, outcome = entry.ended
                began, seconds = (entry, 0.0)
                if place == 0 and waits:
                    began, seconds = waits[0], (entry.at - waits[1]).total_seconds()
                    waits = None
                yield RecordedRun(began.turn, action, outcome, seconds)
    if waits:
        yield RecordedRun(waits[0].turn, _action_at(tree, waits[0].node), "", STAYS_SLOW)


def _action_at(tree: Tree, node: str) -> str:
    return (tree.nodes[node].action if node in tree.nodes else "") or ""


# --- what the caller did, as far as it is known


def is_masked(keys: str) -> bool:
    """Say whether kept keys are a telephone number, of which the record has the last four digits."""
    return keys.startswith("*") and len(keys) > 4


@dataclass(frozen=True, slots=True)
class TypedKeys:
    """Keys, or words where the record does not know which keys they meant."""

    keys: str = ""
    finished_by: str = ""
    words: str = ""


NO_WORDS = "…"
"""Words that mean nothing: what was really said is not recorded."""


@dataclass(slots=True)
class CallerInput:
    """Types what a caller typed; where the record is blank, what has the same effect."""

    tree: Tree
    samples: Samples

    def choices(self, turn: RecordedTurn, after: RecordedTurn | None, node: str) -> list[TypedKeys]:
        """Return what may have been typed in a turn, the likeliest first, where the call is at ``node`` today."""
        entry = turn.first
        kept = self.public(entry)
        if entry.event == "SpeechHeard":
            return [TypedKeys(kept, "#")] if kept else [TypedKeys(words=NO_WORDS)]
        here = self.tree.nodes.get(node)
        if kept and not is_masked(kept):
            return [self._as_typed(kept, node)]
        if isinstance(here, AskNode):
            rejected = not turn.ran and after is not None and after.first.node == entry.node
            good = [
                TypedKeys(each.keys, each.finished_by) for each in good_entries(self.tree, node, self.samples)
            ]
            bad = [TypedKeys(each.keys, each.finished_by) for each in bad_entries(self.tree, node)]
            return [*bad, *good] if rejected else [*good, *bad]
        if isinstance(here, MenuNode):
            free = [key for key in "123456789*#0" if key not in here.menu and key not in self.tree.anywhere]
            return [TypedKeys((free or ["99"])[0])]
        away = [key for key, target in self.tree.anywhere.items() if target in self.tree.nodes]
        return [TypedKeys(key) for key in away] or [TypedKeys("0")]

    def public(self, entry: PathEntry) -> str:
        """Return the keys of an entry that may be shown: today's menu may call secret what was none.

        Where today's menu asks for nothing at that node, or has no such node, nobody can say what was asked for there:
        only a choice is shown then, one key alone or one of the menu's.
        """
        node = self.tree.nodes.get(entry.node)
        bare = entry.keys.removesuffix("#")
        usual = bare in self.tree.anywhere
        if isinstance(node, AskNode) and not node.is_secret:
            return entry.keys
        if isinstance(node, AskNode):
            usual = (usual or bare in node.keys) and fixed_length(node) != 1
        else:
            usual = usual or len(bare) <= 1 or (node is not None and entry.keys in node.options)
        return entry.keys if usual else ""

    def _as_typed(self, keys: str, node: str) -> TypedKeys:
        here = self.tree.nodes.get(node)
        is_option = isinstance(here, MenuNode) and keys in here.menu
        if keys.endswith("#") and not is_option:
            return TypedKeys(keys[:-1], "#")
        return TypedKeys(keys)
