"""A way through a menu as a written call, so that what a proof has found can be heard, kept and played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from ivr.engine import events
from ivr.engine.commands import Gather
from ivr.engine.session import Session
from ivr.engine.step import happen
from ivr.engine.turn import Turn
from ivr.explore.moves import Move
from ivr.explore.samples import ACCOUNT, Samples, as_text
from ivr.explore.time_samples import moments
from ivr.menu.language.contract import Times
from ivr.menu.tree import Tree
from ivr.written.heard import said
from ivr.written.model import (
    At,
    CallStep,
    GivenOutcome,
    Hears,
    Leaves,
    Press,
    Speak,
    Waits,
    WrittenCall,
    caller_step,
)

SLOW = 3
"""Seconds of an action that takes long: the caller hears once that it goes on, and is silent once. One of which they hear
again that it goes on takes a second less than it may."""
GRACE = 300
"""Seconds that a call may go on after its bound."""


def as_call(tree: Tree, moves: Sequence[Move], title: str) -> WrittenCall:
    """Return a call that goes this way.

    What no written call can bring about (a failure of our own machinery, a desk that answers otherwise the second
    time) is left out: play the call to see whether it comes there.
    """
    return _Writer(tree).written(moves, title)


@dataclass(slots=True)
class _Writer:
    """A call that is being written. Every move is made with the engine, so that it is known where the caller is."""

    tree: Tree
    samples: Samples = field(init=False)
    steps: list[CallStep] = field(default_factory=list)
    caller: str = ""
    language: str = ""
    at: str = ""
    desks: dict[str, str] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, list[GivenOutcome]] = field(default_factory=dict)
    limited: bool = False

    def __post_init__(self) -> None:
        """Know the values that actions tell."""
        self.samples = Samples(self.tree)

    def written(self, moves: Sequence[Move], title: str) -> WrittenCall:
        usual = moments(self.tree)[0]
        turn = Turn(self.tree, Session("CA-proof", self.tree.version, usual), usual)
        heard, breaks = "", False
        for move in moves:
            if move.event.at != usual:
                self.at = f"{move.event.at.astimezone(self.tree.timezone):%Y-%m-%dT%H:%M}"
            self.write(turn, move)
            try:
                turn = happen(self.tree, turn.session, move.event)
            except Exception:  # noqa: BLE001 - the menu breaks here: what follows is an apology, and a human
                breaks = True
                break
            if turn.session.running and turn.session.repeats > 1:
                action = self.tree.nodes[turn.session.node].action or ""
                self.slow[action] = max(SLOW, self.tree.times.get(action, Times()).give_up - 1)
            heard = next((each.text for each in list(said(turn.commands))[::-1]), heard)
        self.steps += [] if breaks and self.steps else self.last(turn, heard)
        data: dict[str, Any] = {
            "call": title,
            "from": self.caller or None,
            "language": self.language or None,
            "at": self.at or f"{usual:%Y-%m-%dT%H:%M}",
            "desks": self.desks,
            "slow": self.slow,
            "outcomes": {
                name: given[0] if len(given) == 1 else given for name, given in self.outcomes.items()
            },
            "steps": self.steps,
            "ends": None if breaks else turn.session.ending or None,
        }
        return WrittenCall.model_validate(data)

    def last(self, turn: Turn, heard: str) -> list[CallStep]:
        """Return what shows where the call has come to."""
        session = turn.session
        node = self.tree.nodes.get(session.node)
        if node is not None and node.heeds_caller and not session.ending:
            return [At(node=session.node)]
        if self.steps:
            return []
        return [Hears(hears=heard)] if heard else ["hang_up"]

    def write(self, turn: Turn, move: Move) -> None:
        """Write what makes a move happen."""
        node = self.tree.nodes.get(turn.session.node)
        match move.event:
            case events.CallStarted(caller=caller, language=language):
                self.caller = "" if caller == ACCOUNT else caller or "withheld"
                self.language = "" if language == self.tree.languages[0] else language
            case events.DigitsPressed(digits=digits, finished_by=finish):
                self.steps.append(Press(press=digits + (finish if _needs_end(turn, digits) else "")))
            case events.SpeechHeard(text=text):
                self.steps.append(Speak(say=text))
            case events.NoInput():
                self.steps.append("silence")
            case events.RecordingEnded(url=url, seconds=seconds):
                self.steps.append(Leaves(record=seconds) if url else "silence")
            case events.ActionFinished() as event:
                self.outcomes.setdefault(event.action, []).append(self.given(turn.session, event))
                if turn.session.running:
                    self.steps.append("silence")
            case events.ActionGoesOn():
                if node is not None and node.action:
                    self.slow[node.action] = SLOW
            case events.TransferEnded(result=result):
                if node is not None and node.callee:
                    done = caller_step(node, result)
                    self.desks.setdefault(node.callee, "no_answer" if done else result)
                    self.steps += [done] if done else []
            case events.CallerHungUp():
                self.steps.append("hang_up")
            case events.LimitReached(hard=hard):
                bound = GRACE if self.limited else self.tree.limits.seconds + GRACE * hard
                self.steps += [Waits(wait=bound), "silence"]
                self.limited = True
            case events.InternalError():
                pass
            case _:
                assert_never(move.event)

    def given(self, session: Session, event: events.ActionFinished) -> GivenOutcome:
        """Return an outcome, with the values that differ from those which it would have anyway."""
        contract = self.tree.contracts[event.action]
        usual = self.samples.results(contract.all_outcomes()[event.outcome])[0]
        values = {name: as_text(value) for name, value in event.results.items() if value != usual[name]}
        if event.account is not None and event.account != (session.account or session.caller or ACCOUNT):
            values["account"] = event.account
        return {event.outcome: values} if values else event.outcome


def _needs_end(turn: Turn, digits: str) -> bool:
    """Say whether an entry must be ended where the call listens."""
    last = turn.commands[-1] if turn.commands else None
    return not (isinstance(last, Gather) and last.length == len(digits))
