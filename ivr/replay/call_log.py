"""The record of a call, turn by turn: what the caller did, how actions ended, who answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ivr.engine.entries import fixed_length
from ivr.engine.events import DigitsPressed, SpeechHeard
from ivr.explore.sample_entries import bad_entries, good_entries
from ivr.explore.samples import Samples
from ivr.menu.language.nodes import AskNode, MenuNode
from ivr.menu.tree import Tree
from ivr.storage.base import CallHistory, PathEntry

STAYS_SLOW = 3600.0
"""The seconds of an action whose end the call did not wait for."""


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """One turn of a recorded call: its first event, and the events that followed from it."""

    entries: tuple[PathEntry, ...]
    breaks: bool = False
    """Whether the turn went on with something that cannot be repeated."""

    @property
    def first(self) -> PathEntry:
        return self.entries[0]

    @property
    def ran(self) -> bool:
        """Whether an action ran in this turn."""
        return len(self.entries) > 1


@dataclass(slots=True)
class RecordedRun:
    """One run of an action."""

    turn: int
    action: str
    outcome: str
    """Empty if the call did not wait for the end."""
    seconds: float = 0.0
    """How long it took; 0 if nobody noticed."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A recorded call, split into turns and runs."""

    history: CallHistory
    turns: tuple[RecordedTurn, ...]
    runs: Mapping[str, Sequence[RecordedRun]]
    """The runs of each action, in order."""
    broken_at: PathEntry | None
    """The event that cannot be repeated and ends the comparison: an internal error, a restarted call, or a hang-up
    during an action."""


def recorded_call(history: CallHistory, tree: Tree) -> RecordedCall:
    """Split a recorded call. ``tree`` supplies the action of an unfinished run, which the record lacks."""
    turns, broken_at = _turns(history.path)
    runs: dict[str, list[RecordedRun]] = defaultdict(list)
    for run in _runs(turns, tree):
        runs[run.action].append(run)
    return RecordedCall(history, tuple(turns), dict(runs), broken_at)


def _turns(path: Sequence[PathEntry]) -> tuple[list[RecordedTurn], PathEntry | None]:
    """Return the turns up to an event that cannot be repeated, and that event."""
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
    """Yield every run of an action. If a run ends as a turn's first event, it began in an earlier turn."""
    unfinished: PathEntry | None = None
    for turn in turns:
        if unfinished and turn.first.event not in {"ActionFinished", "ActionGoesOn"}:
            yield _unfinished_run(unfinished, tree)
            unfinished = None
        for place, entry in enumerate(turn.entries):
            if entry.event == "ActionGoesOn" and place > 0:
                unfinished = entry
            elif entry.event == "ActionFinished":
                action, outcome = entry.ended
                began = entry
                if place == 0 and unfinished:
                    began, unfinished = unfinished, None
                yield RecordedRun(began.turn, action, outcome, (entry.at - began.at).total_seconds())
    if unfinished:
        yield _unfinished_run(unfinished, tree)


def _unfinished_run(entry: PathEntry, tree: Tree) -> RecordedRun:
    node = tree.nodes.get(entry.node)
    return RecordedRun(entry.turn, (node.action if node else "") or "", "", STAYS_SLOW)


# --- what the caller did, as far as it is known


def is_masked(keys: str) -> bool:
    """Return whether recorded keys are a telephone number, of which only the last four digits are kept."""
    return keys.startswith("*") and len(keys) > 4


NO_WORDS = "…"
"""Meaningless words. The record does not keep what was really said."""


@dataclass(slots=True)
class CallerInput:
    """Repeats a caller's input. If the record lacks it, an example with the same effect is used."""

    tree: Tree
    samples: Samples

    def choices(
        self, turn: RecordedTurn, after: RecordedTurn | None, node: str
    ) -> Sequence[DigitsPressed | SpeechHeard]:
        """Return candidates for the input in a turn, most likely first, if the call is at ``node`` today."""
        entry, at = turn.first, turn.first.at
        kept = self.public(entry)
        if entry.event == "SpeechHeard":
            return [DigitsPressed(at, kept, "#") if kept else SpeechHeard(at, NO_WORDS)]
        here = self.tree.nodes.get(node)
        if kept and not is_masked(kept):
            is_option = isinstance(here, MenuNode) and kept in here.menu
            if kept.endswith("#") and not is_option:
                return [DigitsPressed(at, kept[:-1], "#")]
            return [DigitsPressed(at, kept)]
        if isinstance(here, AskNode):
            rejected = not turn.ran and after is not None and after.first.node == entry.node
            good, bad = good_entries(self.tree, node, self.samples), bad_entries(self.tree, node)
            entries = [*bad, *good] if rejected else [*good, *bad]
            return [DigitsPressed(at, each.keys, each.finished_by) for each in entries]
        if isinstance(here, MenuNode):
            free = [key for key in "123456789*#0" if key not in here.menu and key not in self.tree.anywhere]
            return [DigitsPressed(at, (free or ["99"])[0])]
        away = [key for key, target in self.tree.anywhere.items() if target in self.tree.nodes]
        return [DigitsPressed(at, key) for key in away or ["0"]]

    def public(self, entry: PathEntry) -> str:
        """Return the keys of an entry as they may be shown. Today's menu may treat as secret what was not.

        If today's menu asks for nothing at that node, or lacks it, nobody knows what was asked for there. Then only a
        choice is shown: a single key, or one of the menu's.
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
