"""How findings become problems: places, languages, settings, profiles, permissions."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_hotline
from ivr.cli.starter import write
from ivr.lint import RULES, judged, lint
from ivr.lint.registry import CHECKS
from ivr.menu.reading.problems import Problem
from tests.support.lint_hotlines import hotline, problems_of, told
from tests.support.menus import FILES, MENU, WORDS, bilingual, changed

FILLER = "Your call is important to us."


def severities(example: str, rule: str) -> list[str]:
    """Return how bad each finding of a rule is."""
    return [problem.severity for problem in problems_of(example) if problem.rule == rule]


def test_a_finding_stands_where_its_words_are_written() -> None:
    """Words of another language in their own file, and the language is said; an option that changes it in the tree."""
    option = changed(WORDS, ("when: a call back", f"when: {{say: '{FILLER} Press {{key}}.'}}"))
    (found,) = (each for each in judged(bilingual(**{"prompts.en-US.yaml": option})) if each.rule == "W06")
    assert (found.file, found.line, found.node) == ("prompts.en-US.yaml", 7, "main")
    words = changed(WORDS, ("Hello, this is the sample hotline.", FILLER))
    (found,) = (each for each in judged(bilingual(**{"prompts.en-US.yaml": words})) if each.rule == "W06")
    assert str(found) == (
        "prompts.en-US.yaml:3:3: greeting: “Your call is important” is filler (en-US); leave it out [W06]"
    )
    menu = changed(MENU, ("{for: English, language", "{for: your call is important, language"))
    (found,) = (each for each in judged(bilingual(menu)) if each.rule == "W06")
    assert (found.file, found.line) == ("menu.yaml", MENU[: MENU.index('"3"')].count("\n") + 1)


def test_a_finding_at_a_node_without_words_stands_in_the_tree() -> None:
    """A menu whose options have words of their own language has none in the other files."""
    menu = changed(
        MENU,
        ("start: greeting", "start: choice\nlint: {rules: {W03: {limit: 2}}}"),
        ("  greeting:\n", '  choice: {menu: {"1": {for: 中文, language: zh-CN, go: greeting}, "2": {for: English, language: en-US, go: greeting}}}\n\n  greeting:\n'),
    )  # fmt: skip
    files = {each.file for each in judged(bilingual(menu)) if each.rule == "W03" and each.node == "choice"}
    assert files == {"menu.yaml"}


def test_a_hotline_with_one_language_is_not_told_which() -> None:
    """It knows."""
    assert told("W06", f"main: {{say: {FILLER}, then: bye}}") == [
        "main: “Your call is important” is filler; leave it out"
    ]


def test_a_rule_can_be_switched_off_or_have_another_severity() -> None:
    """For the whole hotline."""
    text = f"lint: {{rules: {{W06: SETTING}}}}\nnodes:\n  main: {{say: {FILLER}, then: bye}}"
    assert severities(text.replace("SETTING", "off"), "W06") == []
    assert severities(text.replace("SETTING", "error"), "W06") == ["error"]
    assert severities(text.replace("SETTING", "{severity: information}"), "W06") == ["information"]


def test_a_limit_can_be_set() -> None:
    """Just above what there is, nothing is found; just below it is."""
    example = RULES["W03"].before
    seconds = float(told("W03", example)[0].split(" s, more")[0].rsplit(" ", 1)[1])
    for limit, findings in ((seconds + 0.1, 0), (seconds - 0.1, 1)):
        text = f"lint: {{rules: {{W03: {{limit: {limit:.1f}}}}}}}\nnodes:\n" + "".join(
            f"  {line}\n" for line in example.splitlines()
        )
        assert len(told("W03", text)) == findings


def test_twice_the_limit_of_a_menu_is_an_error() -> None:
    """Half a minute is too long for anybody."""
    text = "lint: {rules: {W03: {limit: 7}}}\nnodes:\n" + "".join(
        f"  {line}\n" for line in RULES["W03"].before.splitlines()
    )
    assert severities(text, "W03") == ["error"]


def test_a_node_may_break_a_rule_that_it_allows() -> None:
    """That node, that rule, and no other one."""
    text = f"""
        main: {{say: {FILLER}, allow: {{W06: the board wants it}}, then: a}}
        a: {{say: {FILLER}, then: bye}}
        """
    assert told("W06", text) == ["a: “Your call is important” is filler; leave it out"]


def test_a_permission_needs_a_reason() -> None:
    """An empty one is none."""
    loaded = hotline(f"main: {{say: {FILLER}, allow: {{W06: ''}}, then: bye}}")
    assert loaded.tree is None
    assert "is empty" in str(loaded.problems[0])


def test_a_permission_that_nothing_needs_is_told() -> None:
    """So that none outlives its reason."""
    problems = problems_of("main: {say: Hello., allow: {W06: it was needed once}, then: bye}")
    (found,) = (each for each in problems if "allowed" in each.what)
    assert (found.severity, found.node) == ("information", "main")
    assert str(found).endswith("main: `W06` is allowed here, and nothing breaks it; delete it")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("main: {say: Hello., allow: {W66: why not}, then: bye}", "main: there is no rule `W66`; did you mean `W06`?"),
        ("lint: {rules: {Q77: off}}\nnodes:\n  main: {say: Hello., then: bye}", "there is no rule `Q77`; see `ivr explain`"),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_exist_is_an_error(text: str, problem: str) -> None:
    """With the one that was probably meant."""
    errors = [each for each in problems_of(text) if each.severity == "error"]
    assert [str(each).split(": ", 1)[1] for each in errors] == [problem]


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("E07: off", "`E07` is not judged by these rules, and cannot be set; delete it; `ivr explain E07` says who keeps it"),
        ("W14: {limit: 3}", "`W14` has no limit; delete it"),
        ("W03: {limit: 30}", None),
        ("W14: {severity: error}", None),
    ],
)  # fmt: skip
def test_a_setting_in_vain_is_told(setting: str, problem: str | None) -> None:
    """Whoever writes it believes that it does something."""
    text = f"lint: {{rules: {{{setting}}}}}\nnodes:\n  main: {{say: Hello., then: bye}}"
    found = [str(each).split(": ", 1)[1] for each in problems_of(text) if not each.rule]
    assert found == ([problem] if problem else [])


def test_what_is_no_id_is_refused_when_it_is_read() -> None:
    """The schema knows it too."""
    loaded = hotline("main: {say: Hello., allow: {length: why not}, then: bye}")
    assert "`length` is no rule of the voice; write it like `W03` or `H01`" in str(loaded.problems[0])


def test_the_profile_for_hotlines_in_china_is_stricter() -> None:
    """No 0 at a menu, a human too far, no way for older callers."""
    nodes = "".join(f"  {line}\n" for line in RULES["H02"].before.splitlines())
    lax, strict = f"nodes:\n{nodes}", f"lint: {{profile: cn-hotline}}\nnodes:\n{nodes}"
    assert [severities(lax, rule) for rule in ("H01", "H02", "H04")] == [["warning"], ["warning"], []]
    assert [severities(strict, rule) for rule in ("H01", "H02", "H04")] == [["error"], ["error"], ["warning"]]


def test_a_setting_of_the_hotline_goes_before_its_profile() -> None:
    """Whoever has a reason may be laxer."""
    text = f"lint: {{profile: cn-hotline, rules: {{W06: warning}}}}\nnodes:\n  main: {{say: {FILLER}, then: bye}}"
    assert severities(text, "W06") == ["warning"]


def test_a_warning_of_the_other_checks_is_allowed_in_the_same_way() -> None:
    """It has a rule's id, so the same permission holds for it."""
    text = """
        anywhere: {"9": repeat}
        nodes:
          main: {menu: {"1": {for: orders, go: bye}, "9": {for: news, go: a}}}
          a: {say: None., then: bye}
        """
    allowed = text.replace("main: {menu", "main: {allow: {M05: nine is our year}, menu")
    assert len(told("M05", text)) == 1
    assert told("M05", allowed) == []
    assert "`M05` is allowed here" not in "".join(map(str, problems_of(allowed)))
    assert (
        told("M05", "lint: {rules: {M05: off}}\n" + "\n".join(line[8:] for line in text.splitlines())) == []
    )


def test_a_hotline_that_cannot_be_loaded_is_not_judged() -> None:
    """There is nothing that a caller would hear; its mistakes are told as ever."""
    loaded = bilingual(changed(MENU, ("then: main\n\n  main:", "then: mian\n\n  main:")))
    assert loaded.tree is None
    assert lint(loaded) == []
    assert judged(loaded) == list(loaded.problems)


def test_the_shipped_hotline_and_the_starter_break_no_rule(tmp_path: Path) -> None:
    """Nothing is left to mend, and nothing is allowed in vain."""
    root = Path(__file__).parents[2]
    write(tmp_path / "new")
    for folder in (root / "menus/yuebao", tmp_path / "new"):
        assert [str(problem) for problem in judged(load_hotline(folder))] == []


def test_a_rule_that_is_taken_away_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registered functions are what judges: without one nothing is found."""
    example = RULES["W14"].before
    assert told("W14", example)
    monkeypatch.delitem(CHECKS, "W14")
    assert told("W14", example) == []


def test_findings_are_in_the_order_of_the_files() -> None:
    """As other problems are."""
    words = changed(WORDS, ("Hello, this is the sample hotline.", FILLER), ("Goodbye.", "That was it."))
    found: list[Problem] = lint(bilingual(**{**FILES, "prompts.en-US.yaml": words}))
    assert found == sorted(found)


def test_a_rule_that_is_broken_everywhere_is_told_300_times() -> None:
    """A note says that there is more, and nothing that is allowed elsewhere is called needless."""
    menu = 'm{}: {{say: Hello, menu: {{"1": {{for: it, go: {}}}}}{}}}\n'
    nodes = "main: {say: Hello, then: m0}\n" + "".join(
        menu.format(number, f"m{number + 1}", "") for number in range(301)
    )
    allowed = menu.format(301, "bye", ", allow: {M10: it is the law}")
    found = [each for each in judged(hotline(nodes + allowed)) if "M10" in (each.rule + each.what)]
    assert sum(each.rule == "M10" for each in found) == 300
    (more,) = (each for each in found if not each.rule)
    assert more.what == "`M10` is broken in more than 300 places, and the rest is not shown"
