"""What written calls cover: each thing that a caller can live through, and none that he did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.engine.events import TransferEnded
from ivr.engine.session import Session
from ivr.engine.step import happen
from ivr.explore.reach import reach
from ivr.harness import DirectHarnesses
from ivr.logs import configure
from ivr.menu.tree import Tree
from ivr.written.coverage import (
    DIMENSIONS,
    Coverage,
    CoverageItem,
    coverage_rows,
    everything,
)
from ivr.written.coverage_report import coverage_data, demands, keys_on_one_line, shown_percent, too_low
from ivr.written.model import WrittenCall
from ivr.written.runner import play, read_calls
from tests.support import bakery
from tests.support.keys import keys_to

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"

HANGS_UP: Mapping[str, Any] = {"steps": ["hang_up"]}


@pytest.fixture(scope="module", name="bakery")
def _bakery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bakery.write(tmp_path_factory.mktemp("bakery"))


@pytest.fixture(scope="module")
def tree(bakery: Path) -> Tree:
    """Return its tree."""
    return load_tree(bakery)


def covered(folder: Path, tree: Tree, *calls: Mapping[str, Any]) -> set[CoverageItem]:
    """Play calls, which must pass, and return what they cover."""
    coverage = Coverage(tree)
    harnesses = DirectHarnesses(folder, tree, coverage.see)
    for written in calls:
        played = play("", WrittenCall.model_validate({"call": "a call", **written}), harnesses)
        assert not played.failures
        coverage.covered |= coverage.take()
    return coverage.covered


def presses(*steps: str, **written: Any) -> Mapping[str, Any]:
    """Return a call in which keys are pressed; ``-`` is silence."""
    return {"steps": ["silence" if each == "-" else {"press": each} for each in steps], **written}


BUSY = {"desks": {"shop": "busy"}}


@pytest.mark.parametrize(
    ("call", "item"),
    [
        (presses("3", outcomes={"bulletins": "some"}), CoverageItem("nodes", "news_told")),
        (presses("1"), CoverageItem("options", "main", "1")),
        (presses("1", "7#"), CoverageItem("options", "order", "7")),
        (presses("1", "123#", "1"), CoverageItem("entries", "order", "accepted")),
        (presses("1", "123#", "2"), CoverageItem("entries", "order", "typed again")),
        (presses("1", "123#", "1", "1"), CoverageItem("entries", "sure", "yes")),
        (presses("1", "123#", "1", "2"), CoverageItem("entries", "sure", "no")),
        (presses("-"), CoverageItem("noinput", "main", "1")),
        (presses("-", "-"), CoverageItem("noinput", "main", "2")),
        (presses("1", "-", "-", "-"), CoverageItem("noinput", "order", "3")),
        (presses("8"), CoverageItem("nomatch", "main", "1")),
        (presses("8", "8"), CoverageItem("nomatch", "main", "2")),
        (presses("1", "99999#"), CoverageItem("nomatch", "order", "1")),  # too many digits
        (presses("1", "12"), CoverageItem("nomatch", "order", "1")),  # not finished
        (presses("1", "123#", "8"), CoverageItem("nomatch", "order", "1")),  # where it is read back
        (presses("0"), CoverageItem("anywhere", "main", "0")),
        (presses("1", "*#"), CoverageItem("anywhere", "order", "*")),
        (presses("1", "123#", "0"), CoverageItem("anywhere", "order", "0")),
        (presses("3", outcomes={"bulletins": "none"}), CoverageItem("outcomes", "news", "none")),
        (presses("3", unavailable=["bulletins"]), CoverageItem("outcomes", "news", "unavailable")),
        (presses("4"), CoverageItem("outcomes", "text", "sent")),
        (presses("4", **{"from": "withheld"}), CoverageItem("outcomes", "text", "unable")),
        (presses("4", outcomes={"send_text": "rationed"}), CoverageItem("outcomes", "text", "rationed")),
        (presses("4", unavailable=["send_text"]), CoverageItem("outcomes", "text", "unavailable")),
        (presses("3", slow={"bulletins": 4}), CoverageItem("slow", "news")),
        (presses("4", slow={"send_text": 4}), CoverageItem("slow", "text")),
        (presses("2"), CoverageItem("languages", "main", "", "en-US")),
        (presses("2", "0"), CoverageItem("languages", "agent", "", "en-US")),
        (presses("2", "-"), CoverageItem("prompts", "main", "say 2", "en-US")),
        (presses("1"), CoverageItem("prompts", "order", "announced 1", "zh-CN")),
        (presses("8"), CoverageItem("prompts", "", "phrase nomatch 1", "zh-CN")),
        (presses("2", "-"), CoverageItem("prompts", "", "phrase noinput 1", "en-US")),
        (presses("5"), CoverageItem("prompts", "goodbye", "end 1", "zh-CN")),
        (presses("0"), CoverageItem("desks", "agent", "answered")),
        (presses("0", **BUSY), CoverageItem("desks", "agent", "busy")),
        (presses("0", desks={"shop": "no_answer"}), CoverageItem("desks", "agent", "no_answer")),
        (presses("0", desks={"shop": "failed"}), CoverageItem("desks", "agent", "failed")),
        (presses("0", at="2026-11-22 10:00"), CoverageItem("desks", "agent", "closed")),
        ({"steps": [{"press": "0"}, {"record": 5}], **BUSY}, CoverageItem("recordings", "voicemail", "left")),
        (presses("0", "-", **BUSY), CoverageItem("recordings", "voicemail", "nothing")),
        (presses("5"), CoverageItem("endings", "", "completed")),
        (presses("0"), CoverageItem("endings", "", "transferred")),
        (presses("0", "-", "8", "8", **BUSY), CoverageItem("endings", "", "farewell")),
    ],
    ids=lambda value: "-".join(filter(None, value)) if isinstance(value, CoverageItem) else None,
)
def test_a_call_covers_what_happens_in_it(
    bakery: Path, tree: Tree, call: Mapping[str, Any], item: CoverageItem
) -> None:
    """And a call in which it does not happen lacks it."""
    assert item in everything(tree)[item.dimension]
    assert item in covered(bakery, tree, call)
    assert item not in covered(bakery, tree, HANGS_UP)


@pytest.mark.parametrize(
    ("call", "item"),
    [
        (presses("-"), CoverageItem("noinput", "main", "2")),
        (presses("8"), CoverageItem("noinput", "main", "1")),
        (presses("-"), CoverageItem("nomatch", "main", "1")),
        (presses("1", "0#"), CoverageItem("nomatch", "order", "1")),
        (presses("1", "123#"), CoverageItem("entries", "order", "accepted")),  # read back, and not confirmed
        (presses("1", "7#"), CoverageItem("anywhere", "order", "7")),
        (presses("0"), CoverageItem("desks", "agent", "closed")),
        (presses("0", at="2026-11-22 10:00"), CoverageItem("desks", "agent", "answered")),
        (presses("2"), CoverageItem("languages", "greeting", "", "en-US")),
        (presses("2"), CoverageItem("prompts", "main", "say 2", "en-US")),
        (presses("3", outcomes={"bulletins": "none"}), CoverageItem("slow", "news")),
    ],
    ids=lambda value: "-".join(filter(None, value)) if isinstance(value, CoverageItem) else None,
)
def test_a_call_covers_no_more_than_that(
    bakery: Path, tree: Tree, call: Mapping[str, Any], item: CoverageItem
) -> None:
    """What is only near to it stays missing."""
    assert item not in covered(bakery, tree, call)


def test_all_that_is_covered_is_among_all_that_there_is(bakery: Path, tree: Tree) -> None:
    """Else something could be counted that nobody can miss. A hang-up ends every call, so it is not counted."""
    there = {item for items in everything(tree).values() for item in items}
    calls = [presses("2", "1", "12", "123#", "1", "1"), presses("0", "-", "*", "4", **BUSY)]
    assert covered(bakery, tree, *calls) <= there


def test_a_node_whose_identity_is_asked_for_is_passed_only_when_it_is_proved() -> None:
    """The questions come first, and who fails them has not been there."""
    tree = load_tree(YUEBAO)
    keys = keys_to(tree, "login", "login_status")
    asked = covered(YUEBAO, tree, presses(*keys))
    assert CoverageItem("nodes", "login_status") not in asked
    assert CoverageItem("nodes", "id_tail") in asked
    assert CoverageItem("nodes", "login_status") in covered(YUEBAO, tree, presses(*keys, "1237"))


def test_a_second_call_begins_anew(bakery: Path, tree: Tree) -> None:
    """What the caller did in the first one, and its language, are over."""
    silent = covered(bakery, tree, {"steps": ["silence", {"rings": "again"}, "silence"]})
    english = covered(bakery, tree, {"steps": [{"press": "2"}, {"rings": "again"}]})
    assert CoverageItem("noinput", "main", "2") not in silent
    assert CoverageItem("languages", "greeting", "", "en-US") not in english


def test_a_node_is_passed_in_the_language_that_was_spoken_there() -> None:
    """A `set` changes it on the way."""
    call = {"from": "+8613800138006", "language": "en-US", "steps": ["hang_up"]}
    passed = covered(YUEBAO, load_tree(YUEBAO), call)
    assert {
        CoverageItem("languages", "account_language", "", "en-US"),
        CoverageItem("languages", "elder_menu", "", "zh-CN"),
    } <= passed
    assert CoverageItem("languages", "elder_menu", "", "en-US") not in passed


def test_what_is_reported_after_the_end_covers_nothing(tree: Tree) -> None:
    """The call is over: nobody goes on from there."""
    at = datetime(2026, 11, 23, 10, tzinfo=tree.timezone)
    event = TransferEnded(at, "busy")
    waiting = Session("CA1", tree.version, at, node="agent", language="zh-CN")
    over = replace(waiting, ending="hung_up")
    item = CoverageItem("desks", "agent", "busy")
    assert item in set(Coverage(tree).items(waiting, event, happen(tree, waiting, event)))
    assert item not in set(Coverage(tree).items(over, event, happen(tree, over, event)))


def test_every_dimension_of_a_whole_hotline(tree: Tree) -> None:
    """Each has something in it, and each is explained."""
    assert list(everything(tree)) == list(DIMENSIONS)


def test_a_hotline_of_one_language_has_no_dimension_of_languages(tmp_path: Path) -> None:
    """It would repeat the nodes."""
    menu = "hotline: a\nlanguages: [zh-CN]\ntimezone: UTC\nstart: end\nagent: end\nnodes:\n  end: {end: 再见。}\n"
    (tmp_path / "menu.yaml").write_text(menu, encoding="utf-8")
    assert "languages" not in everything(load_tree(tmp_path))


# --- counting


THERE = {"nodes": [CoverageItem("nodes", name) for name in "abcd"]}
A, B, C, D = THERE["nodes"]


def test_what_nobody_reaches_is_not_counted() -> None:
    """Nor is it missing; what a call did reach counts all the same."""
    (row,) = coverage_rows(THERE, {A, B}, {B, D})
    assert (list(row.items), list(row.missing), list(row.unreachable)) == ([A, B, C], [C], [D])
    assert (row.covered, round(row.percent, 1)) == (2, 66.7)


@pytest.mark.parametrize(("known", "shown"), [({A, B, C, D}, "100 %"), ({A, B, C}, "75 %"), (set(), "0 %")])
def test_a_percentage(known: set[CoverageItem], shown: str) -> None:
    """Of what there is."""
    assert shown_percent(coverage_rows(THERE, known, set())[0]) == shown


def test_nearly_all_is_not_all() -> None:
    """999 of 1000 are not shown as 100 per cent."""
    many = [CoverageItem("nodes", str(number)) for number in range(1000)]
    assert shown_percent(coverage_rows({"nodes": many}, set(many[1:]), set())[0]) == "99 %"


@pytest.mark.parametrize(
    ("written", "means"),
    [
        (["100"], {"nodes": 100, "options": 100, "outcomes": 100}),
        (["100", "noinput=90"], {"nodes": 100, "options": 100, "outcomes": 100, "noinput": 90}),
        (["90", "nodes=99.5%"], {"nodes": 99.5, "options": 90, "outcomes": 90}),
        ([], {}),
    ],
)
def test_a_demand(written: list[str], means: dict[str, float]) -> None:
    """A bare figure is of nodes, options and outcomes."""
    assert demands(written) == means


@pytest.mark.parametrize("written", ["all", "101", "-1", "nodes=", "node=100", "=100", "nan"])
def test_a_demand_that_is_none(written: str) -> None:
    """It is refused with a sentence."""
    with pytest.raises(ValueError, match="--fail-under: "):
        demands([written])


def test_too_little() -> None:
    """The sentence says of what, how many, and what is demanded."""
    found = coverage_rows(THERE, {A, B, C}, set())
    assert too_low(found, {"nodes": 75}) == []
    assert too_low(found, {"options": 100}) == []
    assert too_low(found, {"nodes": 76}) == ["nodes: 3 of 4 covered (75.0 %), 76 % are demanded"]


def test_data_for_tools() -> None:
    """What is missing is there with its keys."""
    assert coverage_data(coverage_rows(THERE, {A, B}, {D}), {C: "1 2"}) == {
        "nodes": {
            "covered": 2,
            "all": 3,
            "percent": 66.67,
            "missing": [{"node": "c", "keys": "1 2"}],
            "unreachable": [{"node": "d"}],
        }
    }


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (presses("1", "-", "123#"), "1 (silence) 123#"),
        (
            {"steps": [{"code": "latest"}, {"record": 5}, {"wait": 9}]},
            "(latest code) (records 5 s) (waits 9 s)",
        ),
        ({"steps": [{"choose": "opening hours"}, {"press": "1"}]}, "(opening hours) 1"),
        ({"steps": [{"hears": "x"}]}, "(rings)"),
        (
            presses("1", at="2026-11-22 10:00", desks={"shop": "busy"}, outcomes={"a": "x", "b": ["y", "z"]}),
            "1  [at 2026-11-22 10:00; shop busy; a x; b y, then z]",
        ),
        (presses("1", **{"from": "withheld"}), "1  [from withheld]"),
        (presses("1", unavailable=["a"], slow={"b": 4}), "1  [a unavailable; b takes 4 s]"),
    ],
)
def test_the_keys_of_a_call(written: Mapping[str, Any], shown: str) -> None:
    """On one line, with what the world must do for it."""
    assert keys_on_one_line(WrittenCall.model_validate({"call": "a call", **written})) == shown


# --- the shipped calls


def test_each_of_the_shipped_files_has_its_share() -> None:
    """Together they cover every node, key and outcome that a caller can reach; one file less, and something is missing."""
    configure(level="critical")
    tree = load_tree(YUEBAO)
    coverage, by_file = Coverage(tree), dict[str, set[CoverageItem]]()
    harnesses = DirectHarnesses(YUEBAO, tree, coverage.see)
    for file, call in read_calls(YUEBAO)[0]:
        play(file, call, harnesses)
        by_file.setdefault(file, set()).update(coverage.take())
    there = everything(tree)
    all_calls = set().union(*by_file.values())
    missing = [item for row in coverage_rows(there, all_calls, set()) for item in row.missing]
    never = set(reach(tree, missing).unreachable)
    assert {item.node for item in never} == {"english_hint", "chinese_hint", "to_english", "to_chinese"}
    whole = {row.dimension: row for row in coverage_rows(there, all_calls, never)}
    assert [item for row in whole.values() for item in row.missing] == []
    without = set().union(*(covers for file, covers in by_file.items() if file != "calls/coverage.yaml"))
    less = {row.dimension: row for row in coverage_rows(there, without, never)}
    assert less["nodes"].percent < 100
    assert less["outcomes"].percent < whole["outcomes"].percent
