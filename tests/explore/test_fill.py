"""The calls that are missing, written: few, readable, and each of them passes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.explore.fill import FillResult, fill_coverage, filled_title
from ivr.explore.reach import Reach, Witness, reach
from ivr.harness import DirectHarnesses
from ivr.menu.tree import Tree
from ivr.written.coverage import Coverage, CoverageItem, everything
from ivr.written.model import Hears, Press, WrittenCall
from ivr.written.runner import PlayedCall, PlayedStep, play
from tests.support import bakery


@dataclass
class Bench:
    """A hotline whose missing calls are written."""

    folder: Path
    tree: Tree
    items: list[CoverageItem]
    reached: Reach

    def play(self, call: WrittenCall) -> tuple[PlayedCall, set[CoverageItem]]:
        """Play a call."""
        coverage = Coverage(self.tree)
        played = play("", call, DirectHarnesses(self.folder, self.tree, coverage.see))
        return played, coverage.take()

    def fill(self, *missing: CoverageItem) -> FillResult:
        """Write the calls for these things."""
        return fill_coverage(self.tree, missing, self.reached.ways, self.play)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Return the bakery with the ways to everything in it."""
    folder = bakery.write(tmp_path_factory.mktemp("bakery"))
    tree = load_tree(folder)
    items = [item for each in everything(tree).values() for item in each]
    return Bench(folder, tree, items, reach(tree, items))


@pytest.fixture(scope="module")
def whole(bench: Bench) -> FillResult:
    """Return the calls for everything."""
    return bench.fill(*bench.items)


def test_everything_that_a_caller_reaches_is_covered(bench: Bench, whole: FillResult) -> None:
    """What is left is what nobody reaches, and it is named with that reason."""
    assert set(bench.items) - whole.covered == bench.reached.unreachable
    assert whole.left.keys() == bench.reached.unreachable
    nowhere = CoverageItem("nodes", "nowhere")
    assert bench.fill(nowhere).left == {nowhere: "no call reaches it"}


def test_each_call_passes_and_says_what_is_heard(bench: Bench, whole: FillResult) -> None:
    """It would be no test otherwise."""
    for call in whole.calls:
        assert not bench.play(call)[0].failures
    assert sum(any(isinstance(step, Hears) for step in call.steps) for call in whole.calls) > 0.9 * len(
        whole.calls
    )


def test_the_calls_are_few(bench: Bench, whole: FillResult) -> None:
    """One call covers what it passes on its way: there is none without which as much is covered."""
    assert len(whole.calls) < 0.4 * len(bench.items)
    covers = [bench.play(call)[1] & set(bench.items) for call in whole.calls]
    for number, own in enumerate(covers):
        assert own - set().union(*covers[:number], *covers[number + 1 :])


def test_titles_are_told_apart(whole: FillResult) -> None:
    """So that `ivr test -k` can play one of them."""
    titles = [call.call for call in whole.calls]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (CoverageItem("noinput", "main", "2"), "Silence twice at `main` (zh-CN)"),
        (CoverageItem("noinput", "order", "3"), "Silence three times at `order` (zh-CN)"),
        (CoverageItem("nomatch", "main", "1"), "A wrong key once at `main` (zh-CN)"),
        (CoverageItem("options", "main", "5"), "Key 5 at `main` (zh-CN)"),
        (CoverageItem("anywhere", "main", "*"), "Star at `main` (zh-CN)"),
        (CoverageItem("entries", "order", "accepted"), "A good entry at `order` (zh-CN)"),
        (CoverageItem("entries", "sure", "yes"), "Yes at `sure` (zh-CN)"),
        (CoverageItem("outcomes", "news", "none"), "`news` ends as `none` (zh-CN)"),
        (CoverageItem("slow", "text"), "`text` takes long (zh-CN)"),
        (CoverageItem("desks", "agent", "busy"), "The desk is busy at `agent` (zh-CN)"),
        (CoverageItem("desks", "agent", "closed"), "The desk is closed at `agent` (zh-CN)"),
        (CoverageItem("recordings", "voicemail", "left"), "A recording at `voicemail` (zh-CN)"),
        (CoverageItem("nodes", "agent"), "The way to `agent` (zh-CN)"),
        (CoverageItem("languages", "goodbye", "", "en-US"), "Key 5 at `main` (en-US)"),
        (CoverageItem("prompts", "main", "say 2", "en-US"), "A wrong key once at `main` (en-US)"),
        (
            CoverageItem("prompts", "", "phrase too_long 1", "zh-CN"),
            "The machine's sentence `too_long` (zh-CN)",
        ),
    ],
    ids=lambda value: "-".join(filter(None, value)) if isinstance(value, CoverageItem) else None,
)
def test_a_title(bench: Bench, item: CoverageItem, said: str) -> None:
    """It says what somebody does or what happens, and in which language."""
    assert filled_title(bench.tree, item, bench.reached.ways[item]) == said


def test_a_call_shows_what_is_heard_and_how_it_ends(bench: Bench) -> None:
    """As an editor would have written it."""
    (call,) = bench.fill(CoverageItem("options", "main", "5")).calls
    assert call.steps[-1] == Hears(hears="再见。")
    assert call.ends == "completed"


def test_of_several_sentences_a_call_shows_the_first_two(bench: Bench) -> None:
    """After a silence: that nothing was heard, and what can be done."""
    (call,) = bench.fill(CoverageItem("noinput", "main", "1")).calls
    last = call.steps[-1]
    assert isinstance(last, Hears)
    assert last.hears == ["没有收到您的按键。", "请您选一个。"]


def test_what_is_nearer_needs_no_call_of_its_own(bench: Bench) -> None:
    """Three silences have the first two in them."""
    silences = [CoverageItem("noinput", "order", str(time)) for time in (1, 2, 3)]
    filled = bench.fill(*silences)
    assert [call.call for call in filled.calls] == ["Silence three times at `order` (zh-CN)"]
    assert filled.covered == set(silences)


def test_a_call_that_does_not_pass_is_not_kept(bench: Bench) -> None:
    """What it was for is named, with what went wrong."""

    def fails(call: WrittenCall) -> tuple[PlayedCall, set[CoverageItem]]:
        return PlayedCall("", call, [PlayedStep("", failure="`x` was not heard")]), {item}

    item = CoverageItem("nodes", "agent")
    filled = fill_coverage(bench.tree, [item], bench.reached.ways, fails)
    assert (filled.calls, filled.covered, filled.left) == ([], set(), {item: "`x` was not heard"})


def test_a_call_that_goes_another_way_is_not_kept(bench: Bench) -> None:
    """A real service may answer otherwise than the proof took for possible."""
    item, other = CoverageItem("nodes", "agent"), CoverageItem("nodes", "goodbye")
    ways = {item: bench.reached.ways[other]}
    filled = fill_coverage(bench.tree, [item], ways, bench.play)
    assert filled.left == {item: "the call that would reach it goes another way"}


def test_words_that_are_never_the_same_are_left_out(bench: Bench) -> None:
    """A case number is another one in every call: the call is kept without what was heard."""

    def play_once(call: WrittenCall) -> tuple[PlayedCall, set[CoverageItem]]:
        played, covers = bench.play(call)
        if any(isinstance(step, Hears) for step in call.steps):
            played.rows.append(PlayedStep("", failure="`再见。` was not heard"))
        return played, covers

    (call,) = fill_coverage(
        bench.tree, [item := CoverageItem("options", "main", "5")], bench.reached.ways, play_once
    ).calls
    assert not any(isinstance(step, Hears) for step in call.steps)
    assert (item.what, call.ends) == ("5", "completed")


def test_a_hotline_of_one_language_does_not_name_it(bench: Bench) -> None:
    """There is nothing to tell apart."""

    class One:
        languages = ("zh-CN",)

    one: Any = One()
    assert filled_title(one, CoverageItem("slow", "news"), Witness((), "zh-CN")) == "`news` takes long"


SLOW = """
hotline: shop
languages: [zh-CN]
timezone: Asia/Shanghai
start: greeting
desks:
  shop: {number: "+8657100000000", hours: always, busy: goodbye, no_answer: goodbye, failed: goodbye}
nodes:
  greeting: {say: 您好，欢迎致电轮毂自行车店，很高兴为您服务。, then: news}
  news: {run: bulletins, outcomes: {some: main, none: main, unavailable: main}}
  main: {menu: {"1": {for: 短信, go: text}, "2": {for: 取车, go: ticket}}}
  text: {text: 在车站后面。, then: main, unable: main, rationed: main}
  ticket: {say: 请输入四位编号。, ask: digits, length: 4, then: goodbye}
  agent: {say: 请稍等。, transfer: shop}
  goodbye: {end: 再见。}
"""


@pytest.mark.parametrize(
    ("what", "keys"),
    [("phrase working 2", ["1", "5"]), ("phrase ask_nomatch 1", ["2", "*3*3"])],
)
def test_the_way_to_a_sentence_is_one_that_a_caller_can_go(
    tmp_path: Path, what: str, keys: list[str]
) -> None:
    """An action after a long greeting is given up before it is said twice that it goes on, and an entry of four digits is over at the fourth."""
    (tmp_path / "menu.yaml").write_text(SLOW, encoding="utf-8")
    tree, item = load_tree(tmp_path), CoverageItem("prompts", "", what, "zh-CN")
    slow = Bench(tmp_path, tree, [item], reach(tree, [item]))
    filled = slow.fill(item)
    assert filled.left == {}
    (call,) = filled.calls
    assert [step.press for step in call.steps if isinstance(step, Press)] == keys
