"""Exports a replayed call as a written one, without the caller's number and secrets."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from ivr.engine import events
from ivr.engine.entries import fixed_length
from ivr.explore.samples import Samples
from ivr.menu.language.nodes import AskNode, MenuNode, WaitsFor
from ivr.menu.tree import Tree
from ivr.replay.call_log import CallerInput, RecordedTurn, is_masked
from ivr.replay.replay import ReplayResult
from ivr.storage.base import CallHistory, PathEntry
from ivr.written.model import (
    At,
    CallStep,
    GivenOutcome,
    Leaves,
    Press,
    Speak,
    Waits,
    WrittenCall,
    caller_step,
)
from ivr.written.recorder import ENDINGS, LONGEST_WAIT, recorded_title
from ivr.written.runner import CallHarness, MakeHarness, mask, play

WAIT_FROM = 10.0
"""A recorded caller who was slower than the written one by so many seconds gets a `wait`."""


@dataclass(slots=True)
class ExportedCall:
    """A call that is being exported."""

    call: WrittenCall
    turns: list[RecordedTurn | None]
    """The turn of each step; None for a step that only checks something."""
    notes: list[str] = field(default_factory=list)
    """What the written call lacks."""


def recalled(done: ReplayResult, tree: Tree, phones: Collection[str]) -> ExportedCall:
    """Export a replayed call. Only numbers in ``phones``, those of demonstration customers, are written."""
    record, notes = done.recorded.history.record, list[str]()
    steps, actions = [*_steps(done, tree)], CallerInput(tree, Samples(tree))
    shown = [_shown(actions, turn, event) for turn, event in done.typed if _step(tree, turn, event)]
    if record.caller and record.caller not in phones:
        notes.append(
            "the caller's number is not written; the first demonstration customer rings in their place"
        )
    ends = record.ending if record.ending in ENDINGS and not done.recorded.broken_at else None
    if ends == "hung_up" and _rings(done, tree):
        notes.append("the caller hung up while a desk rang; in the written call the desk answers")
        ends = None
    known = record.caller if record.caller in phones else None
    desks = _desks(done, tree, notes)
    outcomes, slow = _runs(done, tree, notes)
    if any("•" in each for each in shown):
        notes.append("what the record leaves blank is written with example values")
    call = WrittenCall.model_validate(
        {
            "call": recorded_title("Recorded", shown),
            "from": known if record.caller else "withheld",
            "at": f"{record.started.astimezone(tree.timezone):%Y-%m-%d %H:%M}",
            "desks": desks,
            "slow": slow,
            "outcomes": outcomes,
            "steps": [step for step, _ in steps]
            or [At(node=done.node) if done.node and ends != "hung_up" else "hang_up"],
            "ends": ends,
        }
    )
    return ExportedCall(call, [turn for _, turn in steps], notes)


def _rings(done: ReplayResult, tree: Tree) -> bool:
    """Return whether the call ends where a desk rings. There, nobody can hang up in a written call."""
    node = tree.nodes.get(done.node)
    return node is not None and node.waits_for is WaitsFor.desk and not node.heeds_caller


def _steps(done: ReplayResult, tree: Tree) -> Iterator[tuple[CallStep, RecordedTurn | None]]:
    """Yield the steps: where the recorded call was, and what the caller did there."""
    for turn, event in done.typed:
        step = _step(tree, turn, event)
        if step is not None:
            if turn.first.node:
                yield At(node=turn.first.node), None
            yield step, turn


def _step(tree: Tree, turn: RecordedTurn, event: events.Event) -> CallStep | None:
    match event:
        case events.DigitsPressed(digits=digits, finished_by=finish) if digits or finish:
            over = bool(digits) and _is_over(tree, turn.first.node, digits)
            return Press(press=digits if over else digits + finish)
        case events.NoInput() | events.DigitsPressed():
            return "silence"
        case events.SpeechHeard(text=text):
            return Speak(say=text)
        case events.RecordingEnded(seconds=seconds):
            return Leaves(record=min(seconds, 600))
        case events.TransferEnded(result=result):
            node = tree.nodes.get(turn.first.node)
            return caller_step(node, result) if node is not None else None
        case (
            events.CallStarted()
            | events.ActionFinished()
            | events.ActionGoesOn()
            | events.CallerHungUp()
            | events.LimitReached()
            | events.InternalError()
        ):
            return None  # the caller did nothing
        case other:
            assert_never(other)


def _is_over(tree: Tree, name: str, digits: str) -> bool:
    """Return whether an entry ends without the `#` that may have been typed."""
    node = tree.nodes.get(name)
    return isinstance(node, MenuNode) or (isinstance(node, AskNode) and fixed_length(node) == len(digits))


def _shown(actions: CallerInput, turn: RecordedTurn, event: events.Event) -> str:
    """Return a caller's action as a title may show it. Private keys are masked."""
    match event:
        case events.DigitsPressed(digits=digits):
            keys = actions.public(turn.first)
            return mask(digits) if not keys or is_masked(keys) else keys
        case events.SpeechHeard():
            return "speech"
        case events.RecordingEnded():
            return "a recording"
    return "silence"


def _desks(done: ReplayResult, tree: Tree, notes: list[str]) -> dict[str, str]:
    """Return what happened at each desk. A written call has only one answer for each."""
    answers: dict[str, list[str]] = {}
    for turn, event in done.typed:
        node = tree.nodes.get(turn.first.node)
        if isinstance(event, events.TransferEnded) and node is not None and node.callee:
            left = event.result in node.caller_inputs
            answers.setdefault(node.callee, []).append("no_answer" if left else event.result)
    notes += [
        f"the desk `{desk}` did not answer every time alike; it is written as it was the last time"
        for desk, all_of_it in answers.items()
        if len(set(all_of_it)) > 1
    ]
    return {desk: each[-1] for desk, each in answers.items() if each[-1] != "answered"}


def _runs(
    done: ReplayResult, tree: Tree, notes: list[str]
) -> tuple[dict[str, GivenOutcome | list[GivenOutcome]], dict[str, float]]:
    """Return the outcomes of actions with the replay's example values, and the seconds of slow ones.

    Outcomes that today's menu lacks are written as the replay had them, with a note.
    """
    outcomes: dict[str, GivenOutcome | list[GivenOutcome]] = {}
    slow: dict[str, float] = {}
    for action in dict.fromkeys([*done.recorded.runs, *done.ends]):
        runs, ended = done.recorded.runs.get(action, ()), list(done.ends.get(action, ()))
        known = tree.contracts[action].all_outcomes() if action in tree.contracts else {}
        if any(run.outcome and run.outcome not in known for run in runs):
            notes.append(f"`{action}` does not end today as it was recorded; that is not written")
        # The replay did not reach these runs, but a repaired menu will.
        ended += [run.outcome for run in runs[len(ended) :] if run.outcome in known]
        if ended:
            outcomes[action] = ended[0] if all(each == ended[0] for each in ended) else ended
        seconds = [round(run.seconds, 1) for run in runs]
        if any(seconds) and known:
            slow[action] = max(seconds)
            if len(set(seconds)) > 1:
                notes.append(f"`{action}` was not slow every time alike; it is written with its longest time")
    return outcomes, slow


def without_effects(tree: Tree, make_harness: MakeHarness) -> MakeHarness:
    """Return a maker of harnesses that run no action. An action without a given outcome is unavailable."""

    def made(call: WrittenCall) -> CallHarness:
        others = [name for name in tree.contracts if name not in call.outcomes]
        return make_harness(call.model_copy(update={"unavailable": others}))

    return made


# --- the time that went by


def with_waits(written: ExportedCall, make_harness: MakeHarness, history: CallHistory) -> WrittenCall:
    """Return a call with a `wait` wherever the recorded caller was slow, so that it meets the same hours and limits.

    The call is played once, to measure its own time.
    """
    times = _times(written.call, make_harness)
    if not times or not history.path:
        return written.call
    began, own = history.path[0].at, times[0]
    steps: list[CallStep] = []
    waited = 0.0
    for step, turn in zip(written.call.steps, written.turns, strict=False):
        number = turn.first.turn if turn else -1
        if turn and number in times:
            behind = (turn.first.at - began).total_seconds() - (times[number] - own).total_seconds() - waited
            limit = turn.first.event == "LimitReached"
            if behind >= WAIT_FROM or (limit and behind > 0):
                seconds = min(math.ceil(behind) if limit else int(behind), LONGEST_WAIT)
                steps.append(Waits(wait=seconds))
                waited += seconds
        steps.append(step)
    return written.call.model_copy(update={"steps": steps or written.call.steps})


def _times(call: WrittenCall, make_harness: MakeHarness) -> dict[int, datetime]:
    """Return the start of each turn of a written call."""
    seen: list[CallHistory | None] = []

    def watched(call: WrittenCall) -> CallHarness:
        harness = make_harness(call)
        close = harness.close

        def looked() -> None:
            seen.append(harness.history(harness.line.call))
            close()

        harness.close = looked
        return harness

    play("", call, watched)
    path: Sequence[PathEntry] = seen[0].path if seen and seen[0] else ()
    times: dict[int, datetime] = {}
    for entry in path:
        times.setdefault(entry.turn, entry.at)
    return times
