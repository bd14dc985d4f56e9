"""A key that moves in the menu moves everywhere: in every language, on the card, and in the calls that choose by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ivr.calls.hotline_files import read_folder
from ivr.calls.hotline_loader import load_files
from ivr.diagrams.card import make_card
from ivr.harness import DirectHarnesses
from ivr.menu.speech.options import OptionSpeech
from ivr.menu.tree import Tree
from ivr.written.model import Choose, WrittenCall
from ivr.written.runner import CallHarness, CallPlayer, play
from tests.support.command import YUEBAO
from tests.support.menus import changed, hotline, tree
from tests.support.swapping import swapped

THREE = """\
hotline: three
languages: [zh-CN, en-US, en-GB]
timezone: Asia/Shanghai
start: language
anywhere: {"0": {go: agent, for: 人工服务}}
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
nodes:
  language:
    menu:
      "1": {for: 普通话, language: zh-CN, go: main}
      "2": {for: American English, language: en-US, name: american, go: main}
      "3": {for: British English, language: en-GB, name: british, go: main}
  main:
    menu:
      "1": {for: 营业时间, go: hours}
      "2": {to: 冻结账户, go: freeze}
      "3": {say: "其他问题，请按{key}。", go: more}
  hours: {say: 九点到六点。, then: main}
  freeze: {say: 已经冻结。, then: main}
  more: {say: 没有别的。, then: bye}
  agent: {say: 请稍候。, transfer: service}
  bye: {end: 再见。}
"""
AMERICAN = """\
language: en-US
anywhere: {agent: {to: talk to a person}}
nodes:
  main:
    menu:
      hours: {to: hear when we're open}
      freeze: {say: "Press {key} to freeze your account."}
      more: anything else
  hours: We're open from nine to six.
  freeze: It's frozen.
  more: There is nothing else.
  agent: One moment.
  bye: Goodbye.
"""
WORDS = {
    "prompts.en-US.yaml": AMERICAN,
    "prompts.en-GB.yaml": AMERICAN.replace("en-US", "en-GB").replace(
        "hear when we're open", "hear our hours"
    ),
}


@dataclass(frozen=True)
class Moved:
    """A hotline as it is, and with the keys of two options of each menu swapped in the menu alone."""

    before: Tree
    after: Tree
    folder: Path

    @property
    def trees(self) -> tuple[Tree, Tree]:
        return self.before, self.after


@pytest.fixture(scope="module", params=["yuebao", "three languages"])
def moved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    """Return the shipped hotline, and a small one that announces each option in other forms in each language."""
    if request.param == "yuebao":
        files = read_folder(YUEBAO)
        before = load_files(YUEBAO, files, None).tree
        assert before is not None
        other = replace(files, sources=swapped(files.sources, before.declared.include))
        after = load_files(YUEBAO, other, None).tree
        assert after is not None
        return Moved(before, after, YUEBAO)
    folder = tmp_path_factory.mktemp("three")
    return Moved(tree(THREE, **WORDS), tree(swapped({"menu.yaml": THREE}, [])["menu.yaml"], **WORDS), folder)


def announced(tree: Tree, language: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the key and the announcement of each option that is spoken in a language, by its menu and its name."""
    found = {}
    for name, own in tree.speech[language].nodes.items():
        said = dict(zip(own.announces, own.announced, strict=True))
        for option in own.options:
            if tree.nodes[name].kind == "menu" and option.language == language and option.key in said:
                prompt = said[option.key]
                found[name, option.name] = option.key, prompt.source or prompt.fixed.text
    return found


def test_the_announced_key_moves_in_every_language(moved: Moved) -> None:
    """The words of each option stay, and the key in them is the one under which it stands now."""
    for language in moved.before.languages:
        was, now = (announced(tree, language) for tree in moved.trees)
        others = [option for option in was if was[option][0] != now[option][0]]
        assert len(others) >= 2
        for option, (key, text) in was.items():
            assert now[option][1] == text.replace(key, now[option][0]), (language, option)


def test_the_card_prints_the_key_of_today(moved: Moved) -> None:
    """The last key to each goal is the one under which its option stands."""
    for language in moved.before.languages:
        cards = [make_card(tree, language) for tree in moved.trees]
        goals = [{goal.what: goal.keys for group in card.groups for goal in group.goals} for card in cards]
        assert goals[0] != goals[1]
        keys: dict[str, set[str]] = {}
        for own in moved.after.speech[language].nodes.values():
            for option in own.options:
                keys.setdefault(option.words, set()).add(option.key)
        assert all(way[-1] in keys[what] for what, way in goals[1].items())


def reached(tree: Tree, folder: Path, language: str, chosen: int) -> tuple[str, str, str]:
    """Return where a caller is who chooses a language where it is asked for, and then an option by its name.

    The option is the first or second of those whose keys are swapped. Its name and the last words that are heard come too.
    """
    harness = DirectHarnesses(folder, tree)(WrittenCall(call="a call", steps=["silence"], language=language))
    player = CallPlayer(harness)
    player.ring()
    while spoken := [
        each
        for each in options_at(tree, harness, language)
        if each.language == language and is_switch(tree, harness, each)
    ]:
        player.step(Choose(choose=spoken[0].words))
    names = sorted(each.name for each in options_at(tree, harness, language) if each.key in {"1", "2"})
    player.step(Choose(choose=names[chosen]))
    assert not [row.failure for row in player.rows if row.failure]
    found = names[chosen], harness.node(), harness.ending
    harness.close()
    return found


def options_at(tree: Tree, harness: CallHarness, language: str) -> Sequence[OptionSpeech]:
    """Return the options where a call waits."""
    return tree.speech[language].nodes[harness.node()].options


def is_switch(tree: Tree, harness: CallHarness, option: OptionSpeech) -> bool:
    """Return whether an option changes the language."""
    return tree.nodes[harness.node()].options[option.key].language is not None


@pytest.mark.parametrize("chosen", [0, 1])
def test_a_call_that_chooses_by_name_comes_to_the_same_place(moved: Moved, chosen: int) -> None:
    """In each language, while a call that presses the key comes to another."""
    for language in moved.before.languages:
        before, after = (reached(tree, moved.folder, language, chosen) for tree in moved.trees)
        assert before == after


def test_words_that_are_swapped_are_noticed_by_a_written_call() -> None:
    """One that hears what it presses: no check can know what the words of another language mean."""
    words = AMERICAN.replace("hours: {to: hear when we're open}", "hours: anything else").replace(
        "more: anything else", "more: {to: hear when we're open}"
    )
    wrong = tree(THREE, **{**WORDS, "prompts.en-US.yaml": words})
    steps = [{"choose": "american"}, {"hears": "To hear when we're open, press 1"}]
    call = WrittenCall.model_validate({"call": "the hours", "steps": steps})
    assert played(tree(THREE, **WORDS), call) == []
    assert played(wrong, call) == ["`To hear when we're open, press 1` was not heard"]
    steps = [{"choose": "american"}, {"choose": "hear when we're open"}, {"hears": "from nine to six"}]
    call = WrittenCall.model_validate({"call": "the hours", "steps": steps})
    assert played(tree(THREE, **WORDS), call) == []
    assert played(wrong, call) == ["`from nine to six` was not heard"]


def played(tree: Tree, call: WrittenCall) -> list[str]:
    """Play a call on a small hotline, and return its failures."""
    return play("some.yaml", call, DirectHarnesses(Path("/nowhere"), tree)).failures


@pytest.mark.parametrize("language", ["en-US", "en-GB"])
@pytest.mark.parametrize(
    "sentence",
    ["Press 2 to freeze your account.", "Press {key}, not 1, to freeze it.", "Freeze it with {key} or 3."],
)
def test_a_sentence_with_a_key_of_its_own_is_an_error_in_every_language(language: str, sentence: str) -> None:
    """It could say another key than the one that is taken, and nothing of it would be served."""
    name = f"prompts.{language}.yaml"
    words = changed(WORDS[name], ('"Press {key} to freeze your account."', f'"{sentence}"'))
    loaded = hotline(THREE, **{**WORDS, name: words})
    assert loaded.tree is None
    assert any(problem.file == name and problem.line == 7 for problem in loaded.problems)
