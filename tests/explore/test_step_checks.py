"""What a single step keeps or breaks, where no menu of today can show it."""

from __future__ import annotations

from ivr.engine.commands import Gather
from ivr.engine.events import CallStarted
from ivr.engine.session import Session
from ivr.engine.step import happen
from ivr.explore.moves import Actor, Move
from ivr.explore.step_checks import StepChecks
from tests.support.engine_call import CALLER, MONDAY_MORNING, tree_of


def test_the_same_words_are_checked_against_other_keys() -> None:
    """A place that takes fewer keys than it did before may name one that it does not take."""
    tree = tree_of('main: {menu: {"1": {for: a person, go: agent}, "2": {for: the end, go: bye}}}')
    event = CallStarted(MONDAY_MORNING, CALLER, "+8657100000000")
    turn = happen(tree, Session("CA1", tree.version, MONDAY_MORNING), event)
    gather = turn.commands[-1]
    assert isinstance(gather, Gather)
    checks, move = StepChecks(tree), Move(Actor.world, event)
    checks.said_keys(0, move, turn, gather)
    assert not checks._found
    fewer = tuple(key for key in gather.keys if key != "2")
    checks.said_keys(0, move, turn, Gather(gather.utterances, gather.language, keys=fewer))
    assert {proof for proof, _, _ in checks._found} == {"P10"}


def test_an_announced_key_that_is_not_taken_is_found_in_any_language() -> None:
    """Also where no pattern reads the words: the announcement knows its key."""
    tree = tree_of('main: {menu: {"1": {say: "{key} ∙ ∙ ∙", go: agent}, "2": {for: the end, go: bye}}}')
    event = CallStarted(MONDAY_MORNING, CALLER, "+8657100000000")
    turn = happen(tree, Session("CA1", tree.version, MONDAY_MORNING), event)
    gather = turn.commands[-1]
    assert isinstance(gather, Gather)
    checks = StepChecks(tree)
    others = Gather(gather.utterances, gather.language, keys=tuple(key for key in gather.keys if key != "1"))
    checks.said_keys(0, Move(Actor.world, event), turn, others)
    assert {proof for proof, _, _ in checks._found} == {"P10"}
