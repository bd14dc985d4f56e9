"""From the sources of a hotline to its tree, or to everything that is wrong with it: all at once, and never an exception."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu import loader
from ivr.menu.checks import templates
from ivr.menu.loader import Loaded, load
from tests.support.menus import (
    CONTRACTS,
    FILES,
    MENU,
    PEOPLE,
    WORDS,
    bilingual,
    changed,
    hotline,
    said,
    small,
)

TEN_MISTAKES = """\
hotline: sample
languages: [en-US]
start: main
desks:
  service: {number: +8657100000001, busy: bye, no_answer: bye, failed: bye}
nodes:
  main:
    menu:
      "1": {fro: a misspelt option key, go: kind}
      "2": {for: a misspelt node, go: klnd}
      "3": {for: a misspelt language, go: key}
  node:
    menu:
      "1": {for: nodes, go: kidn}
      "2": {for: languages, language: en-GB, go: key}
  key:
    say: A misspelt key.
    tehn: kind
  kind:
    sya: A misspelt kind.
    then: bye
  filter:
    say: "A misspelt filter: {{ now | clokc }}."
    then: bye
  variable:
    run: find_account
    outcomes: {found: holder, not_fuond: bye, unavailable: agent}
  holder:
    say: "A misspelt variable, {{ hodler }}."
    then: bye
  action:
    run: find_acount
    outcomes: {found: bye}
  agent:
    transfer: servcie
  bye:
    end: Goodbye.
"""


def test_ten_mistakes_are_ten_problems() -> None:
    """Misspelt keys, kinds, nodes, filters, variables, languages, actions, outcomes, desks: each in its place."""
    start = changed(TEN_MISTAKES, ("start: main\n", "start: variable\n"))
    assert said(hotline(start)) == [
        "menu.yaml:9:13: main: `fro` is not known here; did you mean `for`?",
        "menu.yaml:14:25: node: there is no node `kidn`; did you mean `kind`?",
        "menu.yaml:15:29: node: `en-GB` is not among the hotline's `languages:`; did you mean `en-US`?",
        "menu.yaml:18:5: key: `tehn` is not known here; did you mean `then`?",
        "menu.yaml:20:5: kind: `sya` is no kind of node; did you mean `say`?",
        "menu.yaml:23:5: filter: there is no filter `clokc`; did you mean `clock`?",
        "menu.yaml:27:31: variable: `find_account` has no outcome `not_fuond`; did you mean `not_found`?",
        "menu.yaml:29:5: holder: `hodler` may have no value here; did you mean `holder`?",
        "menu.yaml:32:5: action: there is no action `find_acount`; did you mean `find_account`?",
        "menu.yaml:35:5: agent: there is no desk `servcie`; did you mean `service`?",
    ]


def test_mistakes_in_all_files_are_told_at_once() -> None:
    """In the menu file, in an included one, and in the words, whatever each of them hides."""
    menu = changed(
        MENU, ("timezone:", "timezon:"), ("busy: voicemail", "busy: voicemial"), ("run: limits", "run: limts")
    )
    people = changed(PEOPLE, ("record: voicemail", "recrd: voicemail"), ("ask: id_tail", "ask: id_tial"))
    words = changed(
        WORDS, ("hear: [limit]", "here: [limit]"), ("{{ remaining | money }}", "{{ remaining | mony }}")
    )
    assert [
        each.split("; ")[1]
        for each in said(bilingual(menu, **{"people.yaml": people, "prompts.en-US.yaml": words}))
    ] == [
        "did you mean `timezone`?",
        "did you mean `voicemail`?",
        "did you mean `limits`?",
        "did you mean `record`?",
        "did you mean `id_tail`?",
        "did you mean `hear`?",
        "did you mean `money`?",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("start: greeting", "strat: greeting", "menu.yaml:5:1: `strat` is not known here; did you mean `start`?"),
        ("hotline: sample\n", "", "menu.yaml:1:1: `hotline` is missing; add `hotline:` (the hotline's name)"),
        ("languages: [zh-CN, en-US]", "languages: [chinese, en-US]", "menu.yaml:2:13: `chinese` is no language; write it like `zh-CN` or `en-US`"),
        ("include: [people.yaml]", "include: [people.yaml, people.yaml]", "menu.yaml:21:24: `people.yaml` is read already; delete it here"),
        ("include: [people.yaml]", "include: [people.yaml, menu.yaml]", "menu.yaml:21:24: `menu.yaml` is read already; delete it here"),
        ("include: [people.yaml]", "include: [people.yaml, poeple.yaml]", "menu.yaml:21:24: there is no file `poeple.yaml`; did you mean `people.yaml`?"),
        ("  goodbye:\n    end: 再见。", "  goodbye: 再见。", "menu.yaml:59:3: goodbye: a node is a section; write `say:` or another kind below it, indented"),
        ("  message:\n", "  agent:\n", "people.yaml:2:3: agent: there is another node of this name (menu.yaml, line 53); rename one"),
        ("  message:\n", "  Message:\n", "menu.yaml:53:3: Message: `Message` is no name of a node (small letters, digits and `_`; not `back`, `repeat`, `return`); write `message`"),
        ("  message:\n", "  back:\n", "menu.yaml:53:3: back: `back` is no name of a node (small letters, digits and `_`; not `back`, `repeat`, `return`); write it like `main_menu`"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_menu_file(old: str, new: str, problem: str) -> None:
    """It is said in its place (others may follow from it)."""
    assert problem in said(bilingual(changed(MENU, (old, new))))


def test_a_misspelt_start_is_one_problem() -> None:
    """The rest is still judged, and by no wrong beginning."""
    assert said(bilingual(changed(MENU, ("start: greeting", "strat: greeting")))) == [
        "menu.yaml:5:1: `strat` is not known here; did you mean `start`?"
    ]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "menu.yaml:1:1: there is no menu.yaml; write one with `ivr new`"),
        ({"menu.yaml": ""}, "menu.yaml:1:1: the file has no keys; begin with a key, such as `nodes:`"),
        ({"menu.yaml": MENU, "people.yaml": PEOPLE}, "menu.yaml:2:1: the words of `en-US` are missing; write prompts.en-US.yaml"),
        ({"menu.yaml": MENU, **FILES, "prompts.en-UK.yaml": WORDS}, "prompts.en-UK.yaml:1:1: the language `en-UK` is not among the hotline's `languages:`; did you mean `en-US`?"),
        ({"menu.yaml": MENU, **FILES, "people.yaml": PEOPLE + "start: agent\n"}, "people.yaml:27:1: `start` is not known here; an included file has only `nodes:`"),
        ({"menu.yaml": changed(MENU, ("[people.yaml]", "[people.yaml, more.yaml]")), **FILES, "more.yaml": "nodes: none"}, "more.yaml:1:1: the file has no nodes; write them under `nodes:`"),
    ],
)  # fmt: skip
def test_files_that_are_missing_or_empty(files: Mapping[str, str], problem: str) -> None:
    """What is missing is said where an editor would write it."""
    loaded = load(files, CONTRACTS)
    assert loaded.tree is None
    assert said(loaded) == [problem]


def test_words_under_a_shortened_language_are_to_be_renamed() -> None:
    """The file is there, so nothing need be written."""
    words = {"prompts.en.yaml": WORDS, "people.yaml": PEOPLE}
    assert (
        "prompts.en.yaml:1:1: the language `en` is not among the hotline's `languages:`; rename it to `prompts.en-US.yaml`"
        in said(load({"menu.yaml": MENU, **words}, CONTRACTS))
    )


def test_a_file_that_nothing_includes_is_a_warning() -> None:
    """A forgotten line under `include:`; the hotline is loaded."""
    loaded = load({"menu.yaml": MENU, **FILES, "login.yaml": "nodes: {}"}, CONTRACTS)
    assert said(loaded) == [
        "login.yaml:1:1: nothing includes this file; add it under `include:`, or delete it"
    ]
    assert loaded.problems[0].severity == "warning"
    assert loaded.tree is not None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bulletin.yaml", "bulletins.yaml"),
        ("acounts.yaml", "accounts.yaml"),
        ("action.yaml", "actions.yaml"),
        ("promts.en-US.yaml", "prompts.en-US.yaml"),
    ],
)
def test_a_misspelt_file_is_to_be_renamed(typed: str, meant: str) -> None:
    """Nobody is told to include what is no file of nodes; one with nodes may have any name."""
    words = {name: text for name, text in FILES.items() if name != meant}
    found = said(load({"menu.yaml": MENU, **words}, CONTRACTS, unread={typed: "- first: 2026-11-22"}))
    assert f"{typed}:1:1: no file of a hotline has this name; did you mean `{meant}`? rename it" in found
    found = said(load({"menu.yaml": MENU, **words}, CONTRACTS, unread={typed: "nodes: {}"}))
    assert f"{typed}:1:1: nothing includes this file; add it under `include:`, or delete it" in found


def test_a_broken_menu_file_does_not_hide_the_others() -> None:
    """What cannot be read is told in every file."""
    loaded = bilingual("hotline: [x", **{"people.yaml": "nodes:\n\tx: y"})
    assert [each.split(":")[0] for each in said(loaded)] == ["menu.yaml", "people.yaml"]


@pytest.mark.parametrize(
    ("nodes", "top", "problem"),
    [
        (
            'main: {menu: {"1": {for: x, go: nxet}, "2": {for: y, go: bye}}}\nnext: {say: x, then: bye}',
            "",
            "menu.yaml:9:31: main: there is no node `nxet`; did you mean `next`?",
        ),
        (
            "main: {run: find_acount, outcomes: {found: next, not_found: bye, unavailable: bye}}\nnext: {say: x, then: bye}",
            "",
            "menu.yaml:9:10: main: there is no action `find_acount`; did you mean `find_account`?",
        ),
        (
            'main: {menu: {"1": {for: x, go: bye}}}\nnext: {say: x, then: bye}',
            "anywhere: {80: next}",
            "menu.yaml:5:12: `80` is no single key of a telephone; write it like `0` or `*`",
        ),
    ],
    ids=["a target", "an action", "a key"],
)
def test_unreachable_nodes_are_told_only_when_every_way_is_known(nodes: str, top: str, problem: str) -> None:
    """What is misspelt is one problem, and not a second one for the node that it led to."""
    assert said(hotline(small(nodes, top))) == [problem]


def test_without_its_first_language_a_hotline_is_not_judged() -> None:
    """The words of the tree would be taken for those of another language."""
    assert said(bilingual(changed(MENU, ("[zh-CN, en-US]", "[chinese, en-US]")))) == [
        "menu.yaml:2:13: `chinese` is no language; write it like `zh-CN` or `en-US`"
    ]


def test_a_tree_is_made_only_without_errors() -> None:
    """All or nothing: a menu is loaded whole, or the last good one goes on."""
    assert bilingual().tree is not None
    assert bilingual(changed(MENU, ("start: greeting", "start: greting"))).tree is None


# --- whatever is in the files


SAMPLE: Mapping[str, str] = {"menu.yaml": MENU, **FILES}
LINES = sorted({line for text in SAMPLE.values() for line in text.splitlines()})
PIECES = st.sampled_from(
    [
        "nodes:",
        "  main:",
        "    say: x",
        "    menu:",
        '      "1": {for: x, go: main}',
        "    then: main",
        "languages: [en-US]",
        "hotline: x",
        "start: main",
        "&a",
        "*a",
        "{{ x }}",
        '"{{ x | y }}"',
        "- ",
        "    needs: verified",
        "desks: {a: {}}",
        "[",
        "phrases: {top: '{{'}",
    ]
)


def assert_is_told(loaded: Loaded, sources: Mapping[str, str]) -> None:
    """A tree or errors; every problem within its file, and on one line."""
    assert (loaded.tree is None) == any(problem.severity == "error" for problem in loaded.problems)
    for problem in loaded.problems:
        text = sources.get(problem.file, "")
        assert 1 <= problem.line <= max(1, len(text.splitlines()))
        assert problem.column >= 1
        assert problem.what
        assert problem.remedy
        assert "\n" not in str(problem)


@settings(deadline=None)
@given(st.text() | st.lists(PIECES | st.sampled_from(LINES), max_size=30).map("\n".join))
def test_loading_never_raises(text: str) -> None:
    """Any text as the menu file, beside good ones."""
    sources = {**SAMPLE, "menu.yaml": text}
    assert_is_told(load(sources, CONTRACTS), sources)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_hotline_with_lines_gone_or_doubled_never_raises(data: st.DataObject) -> None:
    """Lines of a good hotline are deleted, doubled, moved, mixed up or broken."""
    sources = dict(SAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        file = data.draw(st.sampled_from(sorted(sources)))
        lines = sources[file].splitlines()
        at = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["delete", "double", "replace", "indent", "letter"]))
        match change:
            case "delete":
                del lines[at]
            case "double":
                lines.insert(data.draw(st.integers(0, len(lines))), lines[at])
            case "replace":
                lines[at] = data.draw(st.sampled_from(LINES))
            case "indent":
                lines[at] = "  " + lines[at]
            case "letter":
                column = data.draw(st.integers(0, len(lines[at])))
                lines[at] = (
                    lines[at][:column] + data.draw(st.characters(codec="utf-8")) + lines[at][column + 1 :]
                )
        sources[file] = "\n".join(lines or [""]) + "\n"
    assert_is_told(load(sources, CONTRACTS), sources)


# --- many nodes


def large(count: int) -> str:
    """Return a hotline of so many nodes, of every shape: menus, entries, actions, templates, ways back."""
    chance = random.Random(count)
    shapes = (
        'menu: {{"1": {{for: "{0}", go: n{1}}}, "2": {{for: two, go: n{2}}}, "3": {{for: back, go: back}}}}',
        'say: "It is {{{{ now | clock }}}}.", then: n{1}',
        "run: find_account, outcomes: {{found: n{1}, not_found: n{2}, unavailable: agent}}",
        "ask: digits, length: 4, as: v{0}, then: n{1}",
        "choose: [{{if: known, go: n{1}}}], else: n{2}",
        'set: {{v{0}: "{{{{ caller }}}}"}}, then: n{1}',
    )
    nodes = ["main: {menu: {'1': {for: the first, go: n0}, '2': {for: an end, go: bye}}}"]
    for number in range(count - 1):
        ahead = chance.randint(number + 1, count)
        nodes.append(f"n{number}: {{{chance.choice(shapes).format(number, number + 1, ahead)}}}")
    nodes.append(f"n{count - 1}: {{say: x, then: bye}}\nn{count}: {{say: x, then: bye}}")
    return small("\n".join(nodes), 'anywhere: {"0": agent, "*": back}')


def test_a_large_hotline_is_loaded() -> None:
    """Two thousand nodes in a row: nothing recurses along the ways of a call."""
    loaded = hotline(large(2000))
    assert said(loaded) == []
    assert loaded.tree is not None
    assert len(loaded.tree.nodes) == 2004


TWO_FILES = {
    "menu.yaml": small("main: {say: x, then: one}", "include: [more.yaml]"),
    "more.yaml": "nodes:\n  one: {say: x, then: two}\n  two: {say: x, then: three}\n  three: {say: x, then: bye}\n",
}


def test_a_hotline_has_no_more_nodes_than_any_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """One problem says so where the last nodes stand, and nothing else is checked."""
    count = len(load(TWO_FILES, CONTRACTS).draft.nodes)  # type: ignore[union-attr]
    monkeypatch.setattr(loader, "MAX_NODES", count)
    assert said(load(TWO_FILES, CONTRACTS)) == []
    monkeypatch.setattr(loader, "MAX_NODES", count - 1)
    problem = f"more.yaml:1:1: the hotline has more than {count - 1} nodes; make two hotlines of it"
    assert said(load(TWO_FILES, CONTRACTS)) == [problem]


def test_the_files_of_a_hotline_hold_no_more_values_than_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading ten files of the largest size would take as long as ten checks."""
    values = loader.draft_of(TWO_FILES).values
    monkeypatch.setattr(loader, "MAX_VALUES", values)
    assert said(load(TWO_FILES, CONTRACTS)) == []
    monkeypatch.setattr(loader, "MAX_VALUES", values - 1)
    problem = f"the files of the hotline have more than {values - 1} values; make two hotlines of it"
    assert said(load(TWO_FILES, CONTRACTS)) == [f"more.yaml:1:1: {problem}"]


TEMPLATES = small(
    """\
    main: {say: "{{ today | day }}", then: two}
    two: {say: "{{ today | day }}", then: three}
    three: {choose: [{if: known, go: four}, {if: known, go: bye}], else: bye}
    four: {say: "{{ now | clock }}", then: bye}
    """
)


def test_a_hotline_has_no_more_templates_than_can_be_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the same text count once, and with one too many none is compiled."""
    monkeypatch.setattr(templates, "MAX_TEMPLATES", 3)
    assert said(hotline(TEMPLATES)) == []
    monkeypatch.setattr(templates, "MAX_TEMPLATES", 2)
    monkeypatch.setattr(templates, "examine", lambda *_given, **_named: pytest.fail("it is examined"))
    (problem,) = said(hotline(TEMPLATES))
    assert (
        "four: the hotline has more than 2 different texts with values, and conditions; write fewer, or make two"
        in problem
    )


def test_all_templates_together_have_no_more_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred of the largest take as long as thousands of usual ones."""
    monkeypatch.setattr(templates, "MAX_ALL_PARTS", 8)
    assert said(hotline(TEMPLATES)) == []
    monkeypatch.setattr(templates, "MAX_ALL_PARTS", 7)
    (problem,) = said(hotline(TEMPLATES))
    assert (
        "four: the templates of the hotline have more than 7 names, values, filters and operators" in problem
    )
