"""What may stand in a written call, and what an editor is told where something else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.written.model import At, Choose, Hears, HearsNot, Leaves, Press, Speak, Texted
from ivr.written.runner import read_calls


def read(folder: Path, *lines: str) -> tuple[list[object], list[str]]:
    """Return the steps of a written call with these lines, and the problems."""
    (folder / "calls").mkdir(exist_ok=True)
    text = "\n".join(["calls:", "  - call: a call", *(f"    {line}" for line in lines)])
    (folder / "calls" / "some.yaml").write_text(text + "\n", encoding="utf-8")
    calls, problems = read_calls(folder)
    steps = [step for _, call in calls for step in call.steps]
    return list(steps), [str(problem) for problem in problems]


def test_every_step(tmp_path: Path) -> None:
    """Keys stay as they are typed, however they look to YAML."""
    steps, problems = read(
        tmp_path,
        "from: +8613800138000",
        "at: 2026-11-23 09:05",
        "steps:",
        '  - press: "0123#"',
        "  - press: 007",
        "  - choose: opening hours",
        "  - say: 转人工",
        "  - silence",
        "  - hears: [一, 二]",
        "  - hears: yes",
        "  - hears_not: 三",
        "  - node: main",
        "  - texted: 您好",
        "  - texted: [您好, 再见]",
        "  - nothing_texted",
        "  - record: 12",
        "  - hang_up",
    )
    assert problems == []
    assert steps == [
        Press(press="0123#"),
        Press(press="007"),
        Choose(choose="opening hours"),
        Speak(say="转人工"),
        "silence",
        Hears(hears=["一", "二"]),
        Hears(hears="yes"),
        HearsNot(hears_not="三"),
        At(node="main"),
        Texted(texted="您好"),
        Texted(texted=["您好", "再见"]),
        "nothing_texted",
        Leaves(record=12),
        "hang_up",
    ]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (["steps: []"], "calls/some.yaml:3:5: "),
        (["steps: [silense]"], "calls/some.yaml:3:"),
        (["steps: [{prss: 1}]"], "calls/some.yaml:3:"),
        (["steps: [{press: 1a}]"], "calls/some.yaml:3:"),
        (["steps: [{press: 1, hears: x}]"], "calls/some.yaml:3:"),
        (["steps: [{record: -1}]"], "calls/some.yaml:3:"),
        (["from: 13800138000", "steps: [silence]"], "calls/some.yaml:3:"),
        (["at: tomorrow", "steps: [silence]"], "calls/some.yaml:3:"),
        (["at: 2026-02-30T10:00", "steps: [silence]"], "calls/some.yaml:3:"),
        (["desks: {service: engaged}", "steps: [silence]"], "calls/some.yaml:3:"),
        (["ends: somehow", "steps: [silence]"], "calls/some.yaml:3:"),
        (["stepz: [silence]"], "calls/some.yaml:3:5: "),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, lines: list[str], place: str) -> None:
    """As a problem that says what to write, and never as an exception."""
    steps, problems = read(tmp_path, *lines)
    assert steps == []
    assert any(problem.startswith(place) and "; " in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("hear: abc", "`hear` is no step of a call; did you mean `hears`?"),
        ("silence: 2", "`silence` is a word alone, without `:`; write `- silence`"),
        ("hang_up: true", "`hang_up` is a word alone, without `:`; write `- hang_up`"),
        ("nothing_texted: true", "`nothing_texted` is a word alone, without `:`; write `- nothing_texted`"),
        ("silense", "`silense` is no step of a call; did you mean `silence`?"),
        ("press 1", "the step `press` has no `: ` after it; write `- press: …`"),
        (
            "laugh",
            (
                "`laugh` is no step of a call; use one of `silence`, `hang_up`, `nothing_texted`, `press`, `choose`, `say`, "
                "`hears`, `hears_not`, `node`, `texted`, `code`, `wait`, `rings`, `record`"
            ),
        ),
        (
            "{press: 1, hears: x}",
            "a step is one thing, and this one has `press` and `hears`; write `- hears: …` as a step of its own",
        ),
        ("{press: 1, extra: x}", "`extra` is not known here; use one of `press`"),
    ],
)
def test_a_wrong_step_is_one_problem(tmp_path: Path, step: str, problem: str) -> None:
    """In its place, with what was probably meant."""
    problems = read(tmp_path, "steps:", "  - node: main", f"  - {step}")[1]
    assert len(problems) == 1
    assert problems[0].startswith("calls/some.yaml:5:")
    assert problems[0].endswith(f": {problem}")


def test_one_broken_file_leaves_the_others(tmp_path: Path) -> None:
    """Files are read in the order of their names, also those in folders below."""
    (tmp_path / "calls" / "deep").mkdir(parents=True)
    (tmp_path / "calls" / "a.yaml").write_bytes(b"\xff\xfe")
    for name in ("deep/c", "b"):
        text = f"calls:\n  - call: {name}\n    steps: [silence]\n"
        (tmp_path / "calls" / f"{name}.yaml").write_text(text, encoding="utf-8")
    calls, problems = read_calls(tmp_path)
    assert [(file, call.call) for file, call in calls] == [
        ("calls/b.yaml", "b"),
        ("calls/deep/c.yaml", "deep/c"),
    ]
    assert [problem.file for problem in problems] == ["calls/a.yaml"]


def test_no_calls_are_no_problem(tmp_path: Path) -> None:
    """A hotline may have none yet."""
    assert read_calls(tmp_path) == ([], [])
