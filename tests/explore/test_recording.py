"""What a step looks at is recorded where the engine looks at it, so that no list of it has to be kept by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.engine.events import ActionFinished, CallerHungUp, DigitsPressed, Event, NoInput
from ivr.engine.session import Session
from ivr.explore.explorer import explore
from ivr.explore.moves import RUN_KEY, Moves
from ivr.explore.recording import OWN_ACCOUNT, StepRecord, _turn, asked, recorded
from ivr.explore.samples import ACCOUNT
from ivr.explore.state_key import UnforeseenRead, _NodeReads
from ivr.menu.language.contract import Level
from tests.support.engine_call import tree_of
from tests.support.mazes import mazes


def record_of(maze: str, node: str, event: Event | str, **given: Any) -> StepRecord:
    """Return what is recorded of a step; keys stand for the event that they cause."""
    tree = mazes()[maze]
    moves, record = Moves(tree), StepRecord()
    if isinstance(event, str):
        event = DigitsPressed(moves.usual, event)
    values = {"language": "en-US", "caller": ACCOUNT, "variables": dict(tree.variables), **given}
    recorded(tree, Session("CA1", tree.version, moves.usual, node=node, **values), event, record)
    return record


def finished(maze: str, action: str, outcome: str, **given: Any) -> ActionFinished:
    """Return the end of an action."""
    return ActionFinished(Moves(mazes()[maze]).usual, action, outcome, key=RUN_KEY, **given)


@pytest.mark.parametrize(
    ("record", "read"),
    [
        (record_of("values", "main", "4"), {"degrees", "sky", "matched"}),
        (record_of("values", "main", "4", caller=""), {"wish", "degrees", "sky", "matched"}),
        (record_of("identity", "main", "1"), {Level.known, Level.verified}),
        (record_of("slow", "main", "1"), set()),
        (record_of("numbers", "main", "2"), {"number"}),
        (record_of("notes", "main", "2"), {"summary"}),
        (record_of("accounts", "find", finished("accounts", "find", "found", account=ACCOUNT)), {OWN_ACCOUNT, "sky"}),
        (record_of("slow", "main", CallerHungUp(Moves(mazes()["slow"]).usual)), set()),
    ],
)  # fmt: skip
def test_what_decides_is_recorded(record: StepRecord, read: set[str]) -> None:
    """Conditions, levels of identity, where a message goes, and whether the call has an account already."""
    assert record.read - {"withheld"} == read


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("caller", {"caller", "withheld"}),
        ("account", {OWN_ACCOUNT}),
        ("level", {*Level} - {Level.unknown}),
        ("notes", {"summary"}),
    ],
)
def test_whatever_the_engine_reads_of_a_session_is_recorded(name: str, read: set[str | Level]) -> None:
    """Also where it does so in a way in which no step does today: else the walk would be no proof, and nobody would know."""
    tree, record = mazes()["values"], StepRecord()
    moves = Moves(tree)
    turn = _turn(record, tree, Session("CA1", tree.version, moves.usual, node="main"), moves.usual)
    getattr(turn.session, name)
    assert record.read == read


def test_what_a_step_has_set_itself_tells_nothing_of_what_was_before() -> None:
    """The weather that an action has just told is compared at once."""
    told = finished("values", "weather", "told", results={"degrees": 31, "sky": "blue"})
    record = record_of("values", "weather", told)
    assert record.read == {"matched", "withheld"}
    assert record.sources.keys() == {"degrees", "sky"}


def test_a_variable_that_is_set_stands_for_what_it_was_made_of() -> None:
    """So the language hangs on the holder that an action told, and a copy on its original."""
    assert (
        "holder"
        in record_of("languages", "main", "2").read
        | record_of("languages", "own", finished("languages", "look_up", "found")).read
    )
    tree = tree_of(
        "main: {menu: {'1': {for: a copy, go: copy}}}\ncopy: {set: {b: '{{ a }}'}, then: way}\n"
        "way: {choose: [{if: b == 'x', go: bye}], else: main}",
        "variables: {a: x, b: y}",
    )
    moves, record = Moves(tree), StepRecord()
    session = Session(
        "CA1", tree.version, moves.usual, node="main", language="en-US", variables={"a": "x", "b": "y"}
    )
    recorded(tree, session, DigitsPressed(moves.usual, "1"), record)
    assert record.sources == {"b": {"a"}}
    assert record.read == {"a"}


def test_what_is_only_said_decides_nothing() -> None:
    """It is noted apart."""
    record = record_of(
        "slow", "news", finished("slow", "news", "some", results={}), variables={"news": "Rain."}
    )
    assert (record.read, record.said) == (set(), {"news"})


@pytest.mark.parametrize(
    ("maze", "node", "keys", "clock"),
    [("clock", "main", "1", True), ("clock", "main", "2", True), ("values", "main", "1", False), ("slow", "main", "0", True)],
)  # fmt: skip
def test_a_look_at_the_clock_is_recorded(maze: str, node: str, keys: str, *, clock: bool) -> None:
    """In templates, in conditions, and for a desk that is closed sometimes."""
    assert record_of(maze, node, keys).clock is clock


def test_a_look_at_the_counters_is_recorded() -> None:
    """Silence and a wrong key count; a choice does not, and leaves none of them as it was."""
    silence = NoInput(Moves(mazes()["values"]).usual)
    assert record_of("values", "main", silence).counters
    assert record_of("values", "main", "7").counters
    chosen = record_of("values", "main", "2")
    assert (chosen.counters, chosen.counters_set) == (False, True)


def test_a_condition_asks_callers_who_show_their_number_for_less() -> None:
    """Whether the number is withheld never changes in a call."""
    condition = "withheld and wish == 'more' or not withheld and sky"
    assert asked(condition, withheld=True) == {"withheld", "wish"}
    assert asked(condition, withheld=False) == {"withheld", "sky"}


def test_a_step_that_looks_at_more_than_its_key_has_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else two states would be one although they go on differently, and the walk would prove nothing."""
    monkeypatch.setattr("ivr.explore.state_key._read_at", lambda *_, **__: _NodeReads())
    with pytest.raises(UnforeseenRead, match="which the key of its state leaves out"):
        explore(mazes()["values"])


def test_a_repeat_in_another_language_loses_no_keys() -> None:
    """The call then comes to a place with a count before it comes to the same place without one."""
    tree = tree_of(
        "main: {menu: {'1': {for: 中文, language: zh-CN, go: repeat}, '2': {for: news, go: news}}}\n"
        "news: {say: News., then: bye}",
        languages="en-US, zh-CN",
        words="nodes: {main: {menu: {news: 新闻}}, news: 新闻。, agent: 请稍候。, bye: {end: 再见。}, "
        "sorry: {say: 没有人接听。, menu: {main: 主菜单, bye: 结束}}}",
    )
    passed = set[tuple[str, str]]()
    explore(
        tree,
        lambda _state, _move, _before, turn: passed.update(
            (name, turn.session.language) for name in turn.visited
        ),
    )
    assert ("news", "zh-CN") in passed


def test_only_what_is_known_to_be_said_decides_nothing() -> None:
    """A template that the engine comes to use in another way counts as a decision."""
    tree = tree_of('main: {say: "About {{ topic }}.", then: bye}', "variables: {topic: news}")
    session, record = (
        Session("CA1", tree.version, Moves(tree).usual, node="main", language="en-US"),
        StepRecord(),
    )
    session.variables = dict(tree.variables)
    turn = _turn(record, tree, session, Moves(tree).usual)
    turn.say(turn.words.say)
    assert (record.said, record.read) == ({"topic"}, set())
    turn.words.say[0].utter(turn.variables())
    assert record.read == {"topic"}
