"""Tests of where a call can be in which language: what needs words, and what does not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from ivr.engine.commands import Say
from ivr.engine.events import CallStarted
from ivr.engine.session import Session
from ivr.engine.step import EndlessMenu, happen
from ivr.engine.turn import Turn
from ivr.explore.moves import Moves
from ivr.explore.prover import prove
from ivr.menu.graph.flow import Flow
from ivr.menu.graph.languages import languages_heard
from ivr.menu.loader import draft_of, load, tree_despite
from ivr.menu.tree import Tree
from tests.support.brute import brute
from tests.support.engine_call import CONTRACTS

FRAME = """\
hotline: spoken
languages: [en-US, zh-CN]
timezone: Asia/Shanghai
start: greeting
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
nodes:
  agent: {say: One moment., transfer: service}
  bye: {end: Goodbye.}
"""
CHINESE = "language: zh-CN\nnodes:\n  agent: 请稍候。\n  bye: 再见。\n"


def heard(nodes: str, top: str = "") -> dict[str, str]:
    """Return the languages in which each node is heard, in a word for each."""
    draft = draft_of({"menu.yaml": top + FRAME + nodes, "prompts.zh-CN.yaml": CHINESE})
    assert draft.hotline is not None
    found = languages_heard(Flow(draft.hotline, draft.nodes, CONTRACTS))
    return {name: " ".join(sorted(each)) for name, each in found.items()}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        pytest.param(
            """\
  greeting: {say: Hello., then: main}
  main: {menu: {"1": {for: 中文, language: zh-CN, go: main}, "2": {for: the end, go: bye}}}
""",
            {"greeting": "en-US", "main": "en-US zh-CN", "agent": "en-US zh-CN", "bye": "en-US zh-CN"},
            id="an option changes it",
        ),
        pytest.param(
            """\
  greeting: {say: Hello., then: main}
  main: {menu: {"1": {for: 中文, language: zh-CN, go: chinese}, "2": {for: the end, go: bye}}}
  chinese: {menu: {"2": {for: 结束, go: bye}}}
""",
            {"greeting": "en-US", "main": "en-US", "chinese": "zh-CN"},
            id="nobody comes back",
        ),
        pytest.param(
            """\
  greeting: {say: Hello., then: main}
  main: {menu: {"1": {for: 中文, language: zh-CN, go: chinese}, "2": {for: the end, go: bye}}}
  chinese: {menu: {"2": {for: 结束, go: bye}, "3": {for: 返回, go: back}}}
""",
            {"greeting": "en-US", "main": "en-US zh-CN", "chinese": "zh-CN"},
            id="back is spoken in the language of now",
        ),
        pytest.param(
            """\
  greeting: {say: Hello., then: chinese}
  chinese: {set: {language: zh-CN}, then: main}
  main: {menu: {"1": {for: 结束, go: bye}}}
""",
            {"greeting": "en-US", "chinese": "en-US", "main": "zh-CN"},
            id="a set changes it",
        ),
        pytest.param(
            """\
  greeting: {say: Hello., then: chinese}
  chinese: {set: {language: zh-CN}, then: main}
  main: {menu: {"1": {for: 结束, go: bye}, "2": {for: 重听, go: repeat}}}
""",
            {"greeting": "en-US zh-CN", "main": "zh-CN"},
            id="what was told is told again in the language of now",
        ),
        pytest.param(
            """\
  greeting: {say: Hello., then: main}
  main: {menu: {"1": {for: 中文, language: zh-CN, go: hours}, "2": {for: hours, go: hours}}}
  hours: {choose: [{if: "language == 'zh-CN'", go: hours_zh}], else: hours_en}
  hours_zh: {say: 九点到五点。, then: bye}
  hours_en: {say: Nine to five., then: bye}
""",
            {"hours": "en-US zh-CN", "hours_zh": "zh-CN", "hours_en": "en-US"},
            id="a condition asks for it",
        ),
        pytest.param(
            """\
  greeting: {say: Hello., then: main}
  main: {menu: {"1": {for: hours, go: hours}}}
  hours: {say: Nine to five., then: bye}
""",
            {"greeting": "en-US zh-CN", "hours": "en-US zh-CN"},
            id="a language that nothing leads to can only be begun in",
        ),
        pytest.param(
            """\
  greeting: {say: Hello., then: main}
  main: {menu: {"1": {for: yours, go: own}}}
  own: {set: {language: "{{ caller }}"}, then: told}
  told: {say: "So it is.", then: bye}
""",
            {"greeting": "en-US", "told": "en-US zh-CN"},
            id="a template may change to any",
        ),
    ],
)  # fmt: skip
def test_the_languages_of_a_node(nodes: str, expected: Mapping[str, str]) -> None:
    """A node needs words in the languages in which a call can come to it, and in no other."""
    found = heard(nodes)
    assert {name: found[name] for name in expected} == expected


def test_begin_in_says_where_calls_begin() -> None:
    """A call begins in the first language, and in those that `begin_in` names."""
    nodes = "  greeting: {say: Hello., then: bye}\n"
    assert heard(nodes, "begin_in: {countries: {CN: zh-CN}}\n")["greeting"] == "en-US zh-CN"
    switch = '  greeting: {say: Hello., menu: {"1": {for: 中文, language: zh-CN, go: bye}}}\n'
    assert heard(switch)["greeting"] == "en-US"
    assert heard(switch, "begin_in: {elsewhere: zh-CN}\n")["greeting"] == "en-US zh-CN"


SWITCHED = """\
  greeting: {say: Hello., then: main}
  main: {menu: {"1": {for: 中文, language: zh-CN, go: chinese}, "2": {for: the end, go: bye}}}
  chinese: {menu: {"2": {for: the end, go: bye}, "3": {for: the hours, go: hours}}}
  hours: {say: Nine to five., then: chinese}
"""
SWITCHED_ZH = CHINESE + "  chinese: {menu: {bye: 结束, hours: 时间}}\n  hours: 九点到五点。\n"


def loaded(words: str = SWITCHED_ZH) -> Tree:
    """Return a hotline whose greeting and main menu are never heard in Chinese."""
    made = load({"menu.yaml": FRAME + SWITCHED, "prompts.zh-CN.yaml": words}, CONTRACTS)
    assert made.tree is not None, "\n".join(map(str, made.problems))
    return made.tree


def test_words_are_missing_only_where_they_are_heard() -> None:
    """The check asks for no words that nobody hears, and for those that somebody does."""
    assert loaded().languages == ["en-US", "zh-CN"]
    lacking = SWITCHED_ZH.replace("  hours: 九点到五点。\n", "")
    problems = load({"menu.yaml": FRAME + SWITCHED, "prompts.zh-CN.yaml": lacking}, CONTRACTS).problems
    assert [(each.node, each.rule) for each in problems] == [("hours", "W11")]


def test_a_walk_of_every_path_agrees() -> None:
    """The walk of the explorer, and one without cleverness, pass no node in a language that the check left out."""
    tree = loaded()
    flow = Flow(tree.declared, tree.nodes, tree.contracts)
    expected = {(name, each) for name, languages in languages_heard(flow).items() for each in languages}
    assert brute(tree).passed <= expected
    assert set(prove(tree).ways) <= expected
    assert ("greeting", "zh-CN") not in expected


def test_a_call_that_begins_elsewhere_all_the_same_does_not_break() -> None:
    """A program may begin a call in any language. Where there are no words in it, the first language is spoken in its voice."""
    tree = loaded()
    start = datetime(2026, 11, 24, 10, tzinfo=UTC)
    turn = happen(
        tree, Session("CA1", tree.version, start), CallStarted(start, "+8613800138000", language="zh-CN")
    )
    (said,) = (each for each in turn.commands if isinstance(each, Say))
    assert [(each.text, each.language) for each in said.utterances] == [("Hello.", "en-US")]
    announced = tree.speech["zh-CN"].nodes["main"].announced
    assert [each.fixed.language for each in announced] == ["zh-CN", "en-US"]
    assert announced[1].fixed.text == "For the end, press 2."


# --- menus that nobody would write


class Listener(Turn):
    """Notes each prompt with the language of the call at that moment."""

    said: list[tuple[str, str, str]]

    def utter(self, prompts: Any) -> Any:
        prompts = list(prompts)
        self.said = [*getattr(self, "said", []), *(_said(self, each) for each in prompts)]
        return super().utter(prompts)


def _said(turn: Turn, prompt: Any) -> tuple[str, str, str]:
    return prompt.typed, prompt.fixed.language, turn.session.language


LANGUAGES = ["en-US", "zh-CN", "fr-FR"]


def random_menu(seed: int) -> dict[str, str]:
    """Return the files of a menu in three languages, with words for everything."""
    pick = random.Random(seed)
    names = [f"n{number}" for number in range(pick.randint(4, 9))]

    def target(*more: str) -> str:
        return pick.choice([*names, *names, "bye", *more])

    def option(key: str) -> dict[str, str]:
        changes = {"language": pick.choice(LANGUAGES)} if pick.random() < 0.3 else {}
        go = target("back", "repeat", "return")
        return {"say": "switch {key}" if changes else "word {key}", "name": f"o{key}", "go": go, **changes}

    def node(name: str) -> dict[str, Any]:
        needs = {"needs": "known"} if pick.random() < 0.15 else {}
        match pick.choice(["say", "menu", "menu", "ask", "run", "set", "choose", "transfer", "secret"]):
            case "say":
                return {"say": f"word {name}", "then": target("back", "return"), **needs}
            case "menu":
                return {
                    "say": f"word {name}",
                    "menu": {key: option(key) for key in "12"[: pick.randint(1, 2)]},
                    **needs,
                }
            case "ask":
                return {"say": f"word {name}", "ask": "yes_no", "then": target("back"), "tries": 2, **needs}
            case "secret":
                return {
                    "say": f"word {name}",
                    "ask": "pin",
                    "as": f"pin_{name}",
                    "then": target(),
                    "tries": 2,
                    **needs,
                }
            case "run":
                return {
                    "run": "look_up",
                    "outcomes": {
                        each: target("back", "return") for each in ("found", "not_found", "unavailable")
                    },
                    **needs,
                }
            case "set":
                return {
                    "set": {"language": pick.choice([*LANGUAGES, "{{ holder | default('') }}"])},
                    "then": target("back", "return"),
                    **needs,
                }
            case "choose":
                case = {"if": f"language == '{pick.choice(LANGUAGES)}'", "go": target("back")}
                return {"choose": [case], "else": target("return"), **needs}
        return {"say": f"word {name}", "transfer": "service", **needs}

    nodes: dict[str, dict[str, Any]] = {name: node(name) for name in names}
    nodes["bye"] = {"end": "word bye"}
    nodes["agent"] = {"say": "word agent", "transfer": "service"}
    nodes["find"] = {
        "run": "look_up",
        "outcomes": {"found": "return", "not_found": target(), "unavailable": target()},
    }
    desk = {"number": "+8657100000001", **{each: target() for each in ("busy", "no_answer", "failed")}}
    anywhere = {"*": "back", "9": "repeat", "0": "agent"} if pick.random() < 0.5 else {}
    menu = {
        "hotline": "wild", "languages": LANGUAGES, "start": "n0", "identity": {"known": "find"}, "timezone": "UTC",
        "desks": {"service": desk}, "anywhere": anywhere, "nodes": nodes,
    }  # fmt: skip
    if pick.random() < 0.3:
        menu["begin_in"] = {"elsewhere": "zh-CN"}
    files = {"menu.yaml": yaml.safe_dump(menu, sort_keys=False)}
    for language in LANGUAGES[1:]:
        words = {"language": language, "nodes": {}}
        files[f"prompts.{language}.yaml"] = yaml.safe_dump(words)
    return files


def with_words(files: Mapping[str, str], spoken: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Return the files with words in the languages that a node is heard in, and in no other."""
    made, nodes = dict(files), yaml.safe_load(files["menu.yaml"])["nodes"]
    for language in LANGUAGES[1:]:
        own: dict[str, Any] = {}
        for name, node in nodes.items():
            if language not in spoken[name]:
                continue
            words = {key: node[key] for key in ("say", "end") if key in node}
            options = {
                each["name"]: {"say": each["say"]}
                for each in node.get("menu", {}).values()
                if "language" not in each
            }
            own[name] = {**words, **({"menu": options} if options else {})}
        made[f"prompts.{language}.yaml"] = yaml.safe_dump({"language": language, "nodes": own})
    return made


def calls(tree: Tree, seed: int) -> Iterator[Listener]:
    """Yield the turns of some calls that do anything."""
    pick, moves = random.Random(seed), Moves(tree)
    for _ in range(12):
        session = Session("CA1", tree.version, moves.usual)
        for number in range(20):
            move = pick.choice(list(moves.at(session) if number else moves.beginnings()))
            try:
                turn = happen(tree, session, move.event, Listener)
            except (EndlessMenu, AssertionError):  # such menus do not pass the check
                break
            assert isinstance(turn, Listener)
            yield turn
            session = turn.session
            if session.ending:
                break


def test_every_word_that_is_heard_is_in_the_language_of_the_call() -> None:
    """Where the check asks for no words, no call comes: in any menu, whatever callers do."""
    most = 0
    for seed in range(25):
        files = random_menu(seed)
        draft = draft_of(files)
        assert draft.hotline is not None, draft.problems
        assert len(draft.nodes) == len(draft.names), draft.problems
        spoken = languages_heard(Flow(draft.hotline, draft.nodes, CONTRACTS))
        most += sum(len(LANGUAGES) - len(each) for each in spoken.values())
        files = with_words(files, spoken)
        tree = tree_despite(draft_of(files), files, CONTRACTS)
        assert tree is not None
        for turn in calls(tree, seed):
            for text, language, call in getattr(turn, "said", []):
                assert language == call or text.startswith("switch"), (seed, text, turn.visited, files)
    assert most > 80, "hardly anything was left out"
