"""A replayed call as a written one: nothing is done once more, and nothing of the caller's own is in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.app import build_application
from ivr.calls.hotline_loader import load_tree
from ivr.calls.line import DirectLine, VirtualClock
from ivr.cli import main
from ivr.config import Settings
from ivr.explore.samples import Samples
from ivr.harness import DirectHarnesses, Faults, open_environment
from ivr.menu.tree import Tree
from ivr.replay.call_log import CallerInput, recorded_call
from ivr.replay.export import recalled, without_effects
from ivr.replay.replay import ReplayResult, replay
from ivr.replay.report import untold
from ivr.storage.base import CallHistory, PathEntry
from ivr.written.model import At, WrittenCall
from ivr.written.runner import play, read_calls
from ivr.written.yaml_writer import written
from tests.support import shop

CALL = "CA" + "0" * 31 + "1"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MENU = """
hotline: cards
languages: [en-US]
timezone: Asia/Shanghai
start: main
agent: agent
anywhere: {"0": agent, "*": back, "9": repeat}
desks:
  service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}
nodes:
  main: {ASKS, say: Please enter it., then: told}
  told: {say: Thank you., then: bye}
  bye: {end: Goodbye.}
  agent: {say: One moment., transfer: service}
"""
CARD = "ask: digits, length: 8, as: card, secret: false"


def cards(folder: Path, asks: str, *changes: tuple[str, str]) -> Path:
    """Write a hotline that asks for something."""
    menu = MENU.replace("ASKS", asks)
    for old, new in changes:
        assert old in menu
        menu = menu.replace(old, new)
    folder.mkdir(exist_ok=True)
    (folder / "menu.yaml").write_text(menu, encoding="utf-8")
    return folder


def kept(folder: Path, *keys: str, faults: Faults | None = None) -> str:
    """Keep a call of a hotline in a store beside it; return the store's address."""
    url = f"sqlite:///{folder.parent / 'calls.sqlite3'}"
    perform = (faults or Faults()).perform
    application = build_application(folder, Settings(database_url=url), perform=perform)
    line = DirectLine(application.switchboard, VirtualClock(AT), "+8613912345678", call=CALL)
    line.start()
    for each in keys:
        line.press(each)
    line.hang_up()
    application.close()
    return url


def history(folder: Path, *keys: str) -> CallHistory:
    """Return the record of a call."""
    application = build_application(folder, Settings(database_url="memory://"))
    line = DirectLine(application.switchboard, VirtualClock(AT), "+8613912345678", call=CALL)
    line.start()
    for each in keys:
        line.press(each)
    line.hang_up()
    found = application.store.call(CALL)
    application.close()
    assert found
    return found


def replayed(was: CallHistory, folder: Path, tree: Tree) -> ReplayResult:
    """Replay a recorded call on a hotline as it is now."""
    return replay(recorded_call(was, tree), tree, open_environment(folder, tree))


def saved(was: CallHistory, folder: Path) -> str:
    """Return what is written of a recorded call."""
    tree = load_tree(folder)
    return written([recalled(replayed(was, folder, tree), tree, ()).call])


def command(url: str, folder: Path, *arguments: str) -> Result:
    """Run `ivr replay` beside a store."""
    return CliRunner().invoke(main, ["replay", CALL, str(folder), *arguments], env={"IVR_DATABASE_URL": url})


# --- what actions did


def paid(folder: Path) -> str:
    """Keep a call in which something was paid, for which the service told a 8; return the store's address."""
    tree = load_tree(folder)
    faults = Faults(outcomes={"pay": [{"ok": {"x": "8"}}]}, samples=Samples(tree))
    return kept(folder, "918273", "1", "2", faults=faults)


def test_saving_a_call_runs_no_action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its outcome is written with the values that the replay chose: as usual the call would not pass."""
    folder = shop.write(tmp_path / "shop")
    url = paid(folder)
    ran = shop.answering(monkeypatch)
    result = command(url, folder, "--save", "reported")
    assert (result.exit_code, ran) == (0, [])
    assert "it fails" not in result.output
    ((_, call),) = read_calls(folder)[0]
    assert call.outcomes == {"pay": {"ok": {"x": "6"}}}
    assert play("", call, DirectHarnesses(folder)).failures == []
    assert ran == []


def test_an_action_of_which_no_end_is_written_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is unavailable, as long as the call is played only to be kept."""
    folder = shop.write(tmp_path / "shop")
    ran = shop.answering(monkeypatch)
    harnesses = DirectHarnesses(folder)
    call = WrittenCall.model_validate({"call": "a call", "steps": [{"press": "918273"}, {"press": "1"}]})
    play("", call, without_effects(load_tree(folder), harnesses))
    assert ran == []
    play("", call, harnesses)
    assert ran == ["pay"]


def test_the_command_runs_none_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is not written of how actions ended: it says that none is run."""
    folder = shop.write(tmp_path / "shop")
    url = paid(folder)
    ran = shop.answering(monkeypatch)
    monkeypatch.setattr("ivr.replay.export._runs", lambda *_: ({}, {}))
    assert "it fails" in command(url, folder, "--save", "reported").output
    assert ran == []


def test_the_outcomes_of_what_the_replay_did_not_come_to_are_written(tmp_path: Path) -> None:
    """A menu that is mended comes to them again."""
    folder = shop.write(tmp_path / "shop")
    url = paid(folder)
    shop.write(folder, ("yes: go, no: bye", "yes: bye, no: go"))
    assert command(url, folder, "--save", "reported").exit_code == 1
    ((_, call),) = read_calls(folder)[0]
    assert call.outcomes == {"pay": "ok"}


TWICE = ("x == 7", "x * 2 == 16"), ("go: bye}], else: more", "go: more}], else: bye")
"""A condition on a calculated value, for which there is no example."""


def test_what_the_record_does_not_keep_is_no_difference(tmp_path: Path) -> None:
    """On the very same menu: no example fits the condition, and that is said, with status 0."""
    folder = shop.write(tmp_path / "shop", *TWICE)
    url = paid(folder)
    result = command(url, folder)
    assert result.exit_code == 0
    assert (
        "the same path as far as the record tells: it does not keep what `pay` told, "
        "so that the call cannot be followed further than turn 3\n"
    ) in result.output
    assert ("<- lost" in result.output, "differs" in result.output) == (True, False)
    as_json = command(url, folder, "--format", "json").output
    assert '"untold": "it does not keep what `pay` told' in as_json
    shop.write(folder, *TWICE, ("So long", "Farewell"))
    assert command(url, folder).exit_code == 1  # on another menu it may as well be the menu


def test_a_difference_that_nothing_untold_explains_is_one(tmp_path: Path) -> None:
    """Also on the very same menu, and where an entry was kept."""
    folder = cards(tmp_path / "cards", CARD)
    was = history(folder, "87654321")
    away = replace(was, path=[*was.path, _later(was)])
    tree = load_tree(folder)
    done = replayed(away, folder, tree)
    assert not done.same
    assert untold(done, tree) == ""
    cards(folder, CARD.replace("false", "true"))
    tree = load_tree(folder)
    hidden = [replace(entry, keys="") for entry in away.path]
    record = replace(away.record, version=tree.version)
    done = replayed(replace(away, path=hidden, record=record), folder, tree)
    assert "what was entered at `main`" in untold(done, tree)


def _later(was: CallHistory) -> PathEntry:
    """Return something that cannot have happened."""
    return replace(was.path[-1], turn=was.path[-1].turn + 1, node="told", event="NoInput", keys="")


# --- what was typed


def test_keys_that_are_secret_today_are_not_in_the_title(tmp_path: Path) -> None:
    """They were recorded while they were none."""
    folder = cards(tmp_path / "cards", CARD)
    was = history(folder, "87654321")
    assert "Recorded: 87654321" in saved(was, folder)
    cards(folder, CARD.replace("false", "true"))
    text = saved(was, folder)
    assert "Recorded: ••••••••" in text
    assert "87654321" not in text


@pytest.mark.parametrize(
    "change",
    [
        (("main: {", "card: {"), ("start: main", "start: card")),
        (("main: {", "card: {"), ("start: main", "start: main"), ("nodes:", "nodes:\n  main: {say: Hello., then: card}")),
        (
            ("main: {", "card: {"),
            ("nodes:", 'nodes:\n  main: {say: Hello., menu: {"1": {for: a card, go: card}, "2": {for: b, go: bye}}}'),
        ),
    ],
    ids=["gone", "says", "menu"],
)  # fmt: skip
def test_keys_of_a_node_that_asks_for_nothing_today_are_secret(
    tmp_path: Path, change: tuple[tuple[str, str], ...]
) -> None:
    """Nobody can say what was asked for there: neither title nor step has them."""
    folder = cards(tmp_path / "cards", CARD)
    was = history(folder, "87654321")
    cards(folder, CARD.replace("false", "true"), *change)
    text = saved(was, folder)
    assert "87654321" not in text
    assert "Recorded: •" in text


def test_a_choice_may_be_shown_also_of_a_node_that_is_gone(tmp_path: Path) -> None:
    """One key alone, and a key that works anywhere; at a menu its longer keys, too."""
    folder = cards(
        tmp_path / "cards",
        CARD,
        ("told: {say: Thank you., then: bye}", 'told: {say: Hi., menu: {"12": {for: a, go: bye}, "3": {for: b, go: bye}}}'),
    )  # fmt: skip
    tree = load_tree(folder)
    public = CallerInput(tree, Samples(tree)).public
    told = {
        (node, keys): public(PathEntry(1, AT, node, "DigitsPressed", keys))
        for node, keys in [("gone", "1"), ("gone", "0#"), ("gone", "12"), ("told", "12"), ("told", "34")]
    }
    assert [*told.values()] == ["1", "0#", "", "12", ""]


def test_nothing_of_a_typed_telephone_number_is_in_the_title(tmp_path: Path) -> None:
    """The record has its last four digits; neither they nor the stars of the others are typed or shown."""
    folder = cards(tmp_path / "cards", "ask: phone, as: phone")
    was = history(folder, "13812347799")
    assert was.path[1].keys.endswith("7799")
    assert "7799" not in saved(was, folder)
    cards(folder, CARD)
    text = saved(was, folder)
    assert ("7799" in text, "***" in text) == (False, False)


# --- calls in which nobody did anything, and desks at which somebody hung up


def test_a_call_that_nobody_touched_passes(tmp_path: Path) -> None:
    """It ended by itself, so that nobody can hang up; the step says where it ended."""
    folder = cards(tmp_path / "cards", CARD, ("start: main", "start: told"), ("busy: bye", "busy: main"))
    tree = load_tree(folder)
    call = recalled(replayed(history(folder), folder, tree), tree, ()).call
    assert (call.steps, call.ends) == ([At(node="bye")], "completed")
    assert not play("", call, DirectHarnesses(folder, tree)).failures


def test_a_caller_who_hung_up_while_a_desk_rang(tmp_path: Path) -> None:
    """A written call cannot do that: its ending is left out, with a note, and it passes."""
    folder = cards(tmp_path / "cards", CARD)
    tree, was = load_tree(folder), history(folder, "0")
    assert was.path[-1].event == "TransferEnded"
    rang = replace(was, record=replace(was.record, ending="hung_up"), path=was.path[:-1])
    exported = recalled(replayed(rang, folder, tree), tree, ())
    assert exported.call.ends is None
    assert "the caller hung up while a desk rang; in the written call the desk answers" in exported.notes
    assert not play("", exported.call, DirectHarnesses(folder, tree)).failures
