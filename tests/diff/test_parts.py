"""Nodes that were renamed, words laid over each other, recordings, services, and the pages made of a comparison."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from ivr.calls.hotline_files import read_folder
from ivr.diff.calls import PlayOnVersion, compare_calls, renamed
from ivr.diff.changes import Change, Comparison, Heading, Side, in_quotes, named
from ivr.diff.markdown import LONG, change_sentence, escaped, markdown
from ivr.diff.marks import differences
from ivr.diff.pairs import Pairs, pair
from ivr.diff.proved import compare_findings
from ivr.diff.report import print_comparison, summary
from ivr.engine.events import ActionFinished, CallStarted, DigitsPressed, NoInput
from ivr.explore.moves import Actor, Move
from ivr.explore.properties import Violation
from ivr.menu.loader import load
from ivr.written.model import WrittenCall
from ivr.written.runner import PlayedCall, PlayedStep
from tests.support.bank import CONTRACTS as ACTIONS
from tests.support.menus import CONTRACTS, FILES, MENU, PEOPLE, bilingual, changed, small
from tests.support.versions import sample, texts_told, told

ROOT = Path(__file__).parents[2]

# --- renames


def test_every_node_of_a_hotline_is_found_again_under_other_names() -> None:
    """Also where nearly all of them are renamed at once, so that no neighbour helps; `when` is a variable, too."""
    names = [name for name in sample().tree.nodes if name not in {"main", "agent", "when"}]
    texts = {"menu.yaml": MENU, **FILES}
    for name in names:
        texts = {file: _renamed_in(text, name, "new_" + name) for file, text in texts.items()}
    new = load(texts, CONTRACTS)
    assert new.tree is not None, [str(problem) for problem in new.problems]
    found = pair(sample(), Side.of(new))
    renames = {old: new for old, new in found.names.items() if old != new}
    assert renames == {name: "new_" + name for name in names}
    assert {change.split("`")[2] for change in told(sample(), Side.of(new))} == {" is called "}


def _renamed_in(text: str, name: str, new: str) -> str:
    """Rename a node where it is declared, and wherever something leads to it."""
    text = re.sub(rf"(?m)^  {name}:", f"  {new}:", text)
    text = re.sub(rf"(?m)^      {name}:", f"      {new}:", text)  # the words of an option that leads to it
    lead = r"(go|then|unable|rationed|nothing|start|ok|unavailable|found|not_found|mismatch|closed|busy|no_answer|failed|\"0\"|known|verified)"
    return re.sub(rf"{lead}: {name}\b", rf"\1: {new}", text)


def test_a_renamed_node_whose_words_changed_too_is_no_new_one() -> None:
    """Half the words may be new."""
    old = small(
        "main: {say: Welcome to the bakery., then: bread}\nbread: {say: We have fresh bread and rolls today., then: bye}"
    )
    new = (
        old.replace("bread}", "loaves}").replace("bread:", "loaves:").replace("and rolls today", "and cakes")
    )
    found = texts_told(old, new)
    assert "`bread` is called `loaves` now" in found
    assert "`loaves` says (en-US): We have fresh bread and [-rolls today-]{+cakes+}." in found


def test_another_node_in_its_place_is_new() -> None:
    """What neither says nor does the same is not told as a rename."""
    old = small("main: {say: Welcome., then: bread}\nbread: {say: We have fresh bread., then: bye}")
    new = small(
        "main: {say: Welcome., then: ask}\nask: {ask: digits, say: How many?, length: '2', then: bye}"
    )
    found = texts_told(old, new)
    assert "`ask` is new, an `ask`: “How many?”" in found
    assert "`bread` is gone, a `say`: “We have fresh bread.”" in found
    assert "`main`: afterwards the call goes to `ask`; before: to `bread`" in found


def test_another_node_of_the_same_kind_in_its_place_is_new() -> None:
    """Where it comes from and where it leads is not enough."""
    old = small("main: {say: Welcome., then: bread}\nbread: {say: We have fresh bread., then: bye}")
    new = small(
        "main: {say: Welcome., then: news}\nnews: {say: Closed on Tuesday for a funeral in town., then: bye}"
    )
    found = texts_told(old, new)
    assert "`news` is new, a `say`: “Closed on Tuesday for a funeral in town.”" in found
    assert not [each for each in found if "is called" in each]


def test_nodes_in_another_file_are_for_editors() -> None:
    """Callers do not notice."""
    who = PEOPLE[PEOPLE.index("  who:") : PEOPLE.index("  prove:")]
    new = bilingual(MENU + who, **{"people.yaml": changed(PEOPLE, (who, ""))})
    assert new.tree is not None, new.problems
    assert told(sample(), Side.of(new)) == ["`who` stands in menu.yaml now; before: people.yaml"]


# --- words


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("好", "好", "好"),
        ("", "好", "{好}"),
        ("好", "", "[好]"),
        ("请按一再按二", "请按三再按二", "请按[一]{三}再按二"),
        ("to the end", "to an end", "to [the]{an} end"),
        ("one two three", "one four five", "one [two three]{four five}"),
        ("it's {{ a | money }}.", "it's {{ b | money }}.", "it's [{{ a | money }}]{{{ b | money }}}."),
        ("nine to six", "nine-to-six", "nine[ ]{-}to[ ]{-}six"),
        ("查余额ABC", "查余额ABD", "查余额[ABC]{ABD}"),
    ],
)
def test_what_differs_between_two_texts(old: str, new: str, marked: str) -> None:
    """Words in English, runs of characters in Chinese; both texts can be read out of the pieces."""
    found = differences(old, new)
    signs = {"same": ("", ""), "gone": ("[", "]"), "new": ("{", "}")}
    assert "".join(signs[mark][0] + text + signs[mark][1] for mark, text in found) == marked
    assert "".join(text for mark, text in found if mark != "new") == old
    assert "".join(text for mark, text in found if mark != "gone") == new


def test_recordings() -> None:
    """One that comes, one that goes, and one whose file has another content."""
    menu = changed(
        MENU, ("say: 您好，这里是样例热线。", "say: {text: 您好，这里是样例热线。, audio: hi.wav}")
    )

    def recorded(published: str) -> Side:
        recordings = {"zh-CN/hi.wav": published} if published else {}
        loaded = load({"menu.yaml": menu, **FILES}, CONTRACTS, recordings)
        assert loaded.tree is not None, loaded.problems
        return Side.of(loaded)

    none, one, other = recorded(""), recorded("zh-CN/hi.1.wav"), recorded("zh-CN/hi.2.wav")
    assert told(none, one) == ["`greeting` says: a recording is played now; the voice spoke it (zh-CN)"]
    assert told(one, none) == ["`greeting` says: the voice speaks it now; it was a recording (zh-CN)"]
    assert told(one, other) == ["`greeting` says: another recording is played (zh-CN)"]


def test_a_language_that_is_gone_is_grave() -> None:
    """Its words are not told one by one."""
    menu = changed(
        MENU,
        ("[zh-CN, en-US]", "[zh-CN]"),
        (", en-US: Polly.Joanna-Neural", ""),
        ('\n      "3": {for: English, language: en-US, go: main}', ""),
    )
    alone = load({"menu.yaml": menu, "people.yaml": PEOPLE}, CONTRACTS)
    assert alone.tree is not None, alone.problems
    found = told(sample(), Side.of(alone))
    assert "! en-US is gone" in found
    assert "! `main`: key 3 (“English”) is gone" in found
    assert not [each for each in found if "(en-US)" in each]


def test_services_are_told_by_name_alone() -> None:
    """What stands in a header or a path is nobody's business; that a level of identity is lower is."""
    folder = ROOT / "menus" / "yuebao"
    actions = (ROOT / "examples" / "http" / "actions.yaml").read_text(encoding="utf-8")
    texts = read_folder(folder).sources
    old, new = (
        load({**texts, "actions.yaml": text}, ACTIONS)
        for text in (actions, actions.replace("${ACCOUNT_SERVICE_URL}", "https://secret.example.com"))
    )
    assert old.tree is not None, old.problems
    assert new.tree is not None, new.problems
    found = told(Side.of(old), Side.of(new))
    assert len(found) == 1
    assert "`url`" in found[0]
    assert "secret" not in found[0]


# --- written calls


def played(*rows: PlayedStep) -> PlayOnVersion:
    """Return a way to play that always goes like this."""
    return lambda file, call: PlayedCall(file, call, list(rows))


CALL = WrittenCall.model_validate({"call": "A call", "steps": [{"press": "1"}, {"node": "main"}]})
SAME = Pairs({"main": "main"}, (), ())


def test_a_call_that_passed_and_fails_is_told() -> None:
    """With its first step that differs, once for all calls that fail there."""
    other = CALL.model_copy(update={"call": "Another call"})
    failing = played(
        PlayedStep("(rings)"), PlayedStep("press: 1"), PlayedStep("node: main", failure="the call is at `x`")
    )
    calls = [("calls/a.yaml", CALL), ("calls/a.yaml", other)]
    found = list(compare_calls(calls, calls, SAME, played(PlayedStep("(rings)")), failing))
    assert [(change.what, change.grave) for change in found] == [
        ("“A call” in calls/a.yaml and 1 more: `node: main`: the call is at `x`", True)
    ]


def test_calls_that_fail_on_both_sides_or_on_none_are_not_told() -> None:
    """They say nothing about the change."""
    failing, passing = played(PlayedStep("press: 1", failure="no")), played(PlayedStep("press: 1"))
    calls = [("calls/a.yaml", CALL)]
    assert not list(compare_calls(calls, [], SAME, failing, failing))
    assert not list(compare_calls(calls, [], SAME, passing, passing))
    assert not list(compare_calls(calls, [], SAME, failing, passing))
    assert list(compare_calls([], calls, SAME, passing, failing))


def test_a_call_that_was_rewritten_is_no_grave_matter() -> None:
    """The editor knows that it goes another way now."""
    rewritten = CALL.model_copy(update={"ends": "completed"})
    failing, passing = played(PlayedStep("press: 1", failure="no")), played(PlayedStep("press: 1"))
    found = list(compare_calls([("a", CALL)], [("a", rewritten)], SAME, passing, failing))
    assert ("rewritten" in found[0].what, found[0].grave) == (True, False)


def test_a_renamed_node_is_followed_in_a_call() -> None:
    """So that a rename makes no call fail."""
    assert renamed(CALL, {"main": "top"}).steps[1].node == "top"  # type: ignore[union-attr]


# --- pages


def comparison(*changes: Change) -> Comparison:
    """Return a comparison of two versions called old and new."""
    return Comparison("old", "new", changes)


WORDS = Change(Heading.words, "`a` says", "a", "zh-CN", "旧|<b>*话*", "新|<b>*话*")
GRAVE = Change(Heading.identity, "`a` asks nobody", "a", grave=True)
CALLS = Change(Heading.calls, "“A call” in a.yaml and 2 more", figures={"calls": [{}, {}, {}]})
EDITORS = Change(Heading.editors, "`a` is called `b` now", "b")


def test_markdown_is_escaped() -> None:
    """No word of a menu can be read as Markdown or HTML, and none ends a cell of a table."""
    page = markdown(comparison(WORDS))
    assert (
        "| `a` says | zh-CN | <del>旧</del>\\|&lt;b&gt;\\*话\\* | <ins>新</ins>\\|&lt;b&gt;\\*话\\* |" in page
    )
    assert escaped("[a](b) `c` $d$ <e> _f_") == "\\[a\\](b) \\`c\\` \\$d\\$ &lt;e&gt; \\_f\\_"
    assert change_sentence("`a_b|c` is <d>") == "`a_b\\|c` is &lt;d&gt;"


def test_what_is_quoted_ends_neither_its_quotation_nor_its_line() -> None:
    """A backtick in a menu would turn the rest of a sentence inside out."""
    assert named("a`b\nc") == "`a'b c`"
    assert in_quotes("a`b\nc") == "“a'b c”"


def test_markdown_folds_up_what_is_long() -> None:
    """And what only editors need; what is grave stands open, and first."""
    many = [Change(Heading.ways, f"`{number}` is new") for number in range(LONG + 1)]
    page = markdown(comparison(*many, EDITORS, GRAVE))
    assert page.index("### Who must prove who they are") < page.index("### Where calls go")
    assert f"<details><summary>{LONG + 1} changes</summary>\n\n- `0` is new" in page
    assert "<details><summary>1 change</summary>\n\n- `a` is called `b` now" in page
    assert "- ⚠️ `a` asks nobody" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((), "nothing that a caller would notice"),
        ((EDITORS,), "nothing that a caller would notice; 1 change for editors"),
        ((WORDS,), "1 change"),
        ((CALLS,), "3 written calls that now go another way"),
        ((WORDS, GRAVE, EDITORS), "2 changes (1 marked !); 1 change for editors"),
    ],
)
def test_the_summary(changes: tuple[Change, ...], said: str) -> None:
    """Only what callers notice is counted."""
    assert summary(comparison(*changes)) == said


@pytest.mark.parametrize(("terminal", "marks"), [(True, "\x1b["), (False, "[-旧-]{+新+}|<b>*话*")])
def test_colour_is_for_terminals(terminal: bool, marks: str) -> None:  # noqa: FBT001
    """A pipe gets marks that can be read without it, and no escape sequence."""
    out = io.StringIO()
    console = Console(
        file=out, force_terminal=terminal, color_system="standard" if terminal else None, width=40
    )
    print_comparison(comparison(WORDS, GRAVE), console)
    assert marks in out.getvalue()
    assert ("\x1b" in out.getvalue()) is terminal


def test_json_has_everything() -> None:
    """The words before and after, and whether it is grave."""
    data = json.loads(json.dumps(comparison(WORDS, GRAVE).as_data(), ensure_ascii=False))
    assert [each["about"] for each in data["changes"]] == ["identity", "words"]
    assert data["changes"][1]["old"] == "旧|<b>*话*"
    assert data["changes"][0]["grave"]
    assert data["differs"]
    assert data["noticed"]


# --- what the exploration finds


def test_only_what_the_old_version_kept_is_told_as_broken() -> None:
    """With the shortest way there; a finding at a node that was renamed is no new one."""
    at = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    way = (
        Move(Actor.world, CallStarted(at)),
        Move(Actor.key, DigitsPressed(at, "1")),
        Move(Actor.silence, NoInput(at)),
        Move(Actor.world, ActionFinished(at, "limits", "unavailable")),
    )
    known = Violation("P03", "main", "zh-CN", "nobody comes", "lead it to a human")
    fresh = Violation("P07", "top", "zh-CN", "`limits` runs too early", "add `needs:`", way)
    pairs = Pairs({"main": "top"}, (), ())
    found = list(compare_findings([known], [replace(known, node="top"), fresh], pairs))
    assert [(change.heading, change.what, change.grave) for change in found] == [
        (
            Heading.identity,
            "`top`: `limits` runs too early (press 1, then silence, then `limits` ends as `unavailable`) [P07]",
            True,
        )
    ]
    assert not list(compare_findings([known, fresh], [replace(known, node="top")], pairs))


def test_the_language_in_which_calls_begin_is_told() -> None:
    """By country, and for everybody else; a country that is not named follows the others."""
    old = MENU.replace("start:", "begin_in: {countries: {CN: zh-CN}}\nstart:", 1)
    new = MENU.replace("start:", "begin_in: {countries: {US: en-US}, elsewhere: en-US}\nstart:", 1)
    found = [each for each in told(*(Side.of(bilingual(menu)) for menu in (old, new))) if "begin in" in each]
    assert found == [
        "! Calls from CN begin in en-US; before: in zh-CN",
        "! Calls from US begin in en-US; before: in zh-CN",
        "! Calls from elsewhere begin in en-US; before: in zh-CN",
    ]
