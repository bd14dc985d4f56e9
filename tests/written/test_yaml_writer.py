"""Writing calls: what an editor would have written, read back to the same calls; and a file that loses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.reading.problems import BadFile, Problem
from ivr.menu.reading.validation import declare
from ivr.menu.reading.yaml import _FORBIDDEN, read
from ivr.written import yaml_writer as writing
from ivr.written.model import STEP_WORDS, CallsFile, WrittenCall
from ivr.written.runner import read_calls
from ivr.written.yaml_writer import append, calls_file, written

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"


def call(*steps: Any, **others: Any) -> WrittenCall:
    """Return a call with these steps."""
    return WrittenCall.model_validate({"call": "a call", "steps": list(steps) or ["silence"], **others})


def read_back(text: str) -> list[WrittenCall]:
    """Return the calls that our reader finds in a file, which must be without a problem."""
    section, problems = read(text, "some.yaml")
    assert not problems
    assert section is not None
    found: list[Problem] = []
    file = declare(CallsFile, section, "some.yaml", "", found)
    assert not found
    assert file is not None
    return file.calls


# --- what comes back


LINES = st.text(min_size=1)
TRICKY = st.sampled_from(
    [
        "#",
        "a # b",
        "a: b",
        "- a",
        "'",
        '"',
        "\\",
        "[a]",
        "{{ b }}",
        "*",
        "&a",
        "a，b",
        "键：1",
        "“您好”",
        "no",
        "~",
        "a, b",
        "【重要】",
        "\u3000",
        "\u2028",
        "\ufeff",
        "\x85",
        "\x00",
        "it's",
        'say "1"',
        "a\nb",
        "\ta",
        "😀",
        "0123",
    ]
)
TEXTS = st.one_of(LINES, TRICKY, st.tuples(TRICKY, LINES, TRICKY).map("".join)).filter(
    lambda text: bool(text.strip()) and not _FORBIDDEN.search(text)
)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
CALLERS = st.from_regex(r"\+[1-9][0-9]{4,14}", fullmatch=True)
PARTS = TEXTS | st.lists(TEXTS, min_size=1, max_size=6)
STEPS = st.one_of(
    st.sampled_from([*STEP_WORDS]),
    st.builds(lambda keys: {"press": keys}, st.from_regex(r"[0-9*#]+", fullmatch=True)),
    st.builds(lambda text: {"say": text}, TEXTS),
    st.builds(lambda parts: {"hears": parts}, PARTS),
    st.builds(lambda text: {"hears_not": text}, TEXTS),
    st.builds(lambda name: {"node": name}, NAMES),
    st.builds(lambda parts: {"texted": parts}, PARTS),
    st.builds(lambda which: {"code": which}, st.sampled_from(["latest", "earlier", "wrong"])),
    st.builds(lambda seconds: {"wait": seconds}, st.integers(1, 86_400)),
    st.builds(lambda number: {"rings": number}, CALLERS | st.sampled_from(["again", "withheld"])),
    st.builds(lambda seconds: {"record": seconds}, st.integers(0, 600)),
)
CALLS = st.fixed_dictionaries(
    {"call": TEXTS, "steps": st.lists(STEPS, min_size=1, max_size=5)},
    optional={
        "from": CALLERS | st.just("withheld"),
        "at": st.datetimes().map(lambda at: at.isoformat(timespec="minutes")[:16].zfill(16)),
        "language": st.sampled_from(["zh-CN", "en-US"]),
        "desks": st.dictionaries(NAMES, st.sampled_from(["answered", "busy", "no_answer", "failed"])),
        "unavailable": st.lists(NAMES, max_size=12),
        "slow": st.dictionaries(NAMES, st.floats(0, 3600)),
        "outcomes": st.dictionaries(NAMES, NAMES | st.lists(NAMES, min_size=1, max_size=12)),
        "ends": st.sampled_from(["completed", "transferred", "hung_up", "farewell"]),
    },
).map(WrittenCall.model_validate)


@settings(max_examples=40)
@given(st.lists(CALLS, min_size=1, max_size=3))
def test_what_is_written_is_read_back(calls: list[WrittenCall]) -> None:
    """Whatever the texts hold: quotes, brackets, Chinese punctuation; the reader takes no invisible characters."""
    assert read_back(written(calls)) == calls


@pytest.mark.parametrize("file", sorted((YUEBAO / "calls").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_calls_are_read_back(file: Path) -> None:
    """Every call that people have written."""
    calls = read_back(file.read_text(encoding="utf-8"))
    assert read_back(written(calls)) == calls


def test_a_call_looks_as_an_editor_writes_it() -> None:
    """Keys have quotes, texts that need none have none, what is as usual is left out."""
    made = call(
        {"press": "1"},
        "silence",
        {"hears": ["重设登录密码请按1", "先核对一下身份"]},
        {"hears": "locked, for 2 hours"},
        {"hears": ["for 2 hours, press 1", "bye"]},
        {"wait": 60},
        {"say": "键：1"},
        call="A locked login, in English",
        at="2026-11-24 20:30",
        desks={"service": "busy"},
        unavailable=["earnings"],
        slow={"earnings": 4, "login_status": 2.5},
        outcomes={"login_status": "locked", "check_code": ["wrong", "right"]},
        ends="transferred",
        **{"from": "+12025550142"},
    )
    assert (
        written([made, call("hang_up", **{"from": "withheld"})])
        == """\
calls:
  - call: A locked login, in English
    from: "+12025550142"
    at: 2026-11-24 20:30
    desks: {service: busy}
    unavailable: [earnings]
    slow: {earnings: 4, login_status: 2.5}
    outcomes: {login_status: locked, check_code: [wrong, right]}
    steps:
      - press: "1"
      - silence
      - hears: [重设登录密码请按1, 先核对一下身份]
      - hears: locked, for 2 hours
      - hears: ["for 2 hours, press 1", bye]
      - wait: 60
      - say: "键：1"
    ends: transferred

  - call: a call
    from: withheld
    steps:
      - hang_up
"""
    )


def test_a_list_that_does_not_fit_a_line_gets_lines() -> None:
    """An entry each."""
    parts = [f"sentence {number} of what is heard, and more" for number in range(4)]
    text = written([call({"hears": parts})])
    assert f"      - hears:\n          - {parts[0]}\n" in text
    assert max(map(len, text.splitlines())) <= writing.YAML_WIDTH
    assert read_back(text) == [call({"hears": parts})]


# --- adding to a file


A, B = call("silence", call="first"), call({"press": "1"}, call="second")


def test_a_file_is_made(tmp_path: Path) -> None:
    """With its folder; where the hotline has a schema for editors, it is named."""
    path = tmp_path / "calls" / "new.yaml"
    append(path, [A])
    assert path.read_text(encoding="utf-8") == written([A])
    (tmp_path / ".schema").mkdir()
    (tmp_path / ".schema" / "calls.json").write_text("{}", encoding="utf-8")
    append(tmp_path / "calls" / "other.yaml", [A])
    assert (tmp_path / "calls" / "other.yaml").read_text(encoding="utf-8") == writing.SCHEMA + written([A])
    assert [found for _, found in read_calls(tmp_path)[0]] == [A, A]


def test_nothing_to_add_leaves_everything_as_it_is(tmp_path: Path) -> None:
    """A file of calls without a call would be a broken one."""
    append(tmp_path / "some.yaml", [])
    assert not (tmp_path / "some.yaml").exists()
    (tmp_path / "mine.yaml").write_text("# mine\n", encoding="utf-8")
    append(tmp_path / "mine.yaml", [])
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == "# mine\n"


def test_what_a_name_means_does_not_depend_on_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of the same name somewhere else is no hindrance; one at the very place is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tried").mkdir()
    assert calls_file(YUEBAO, "tried") == YUEBAO / "calls" / "tried.yaml"
    (tmp_path / "shop" / "calls" / "tried.yaml").mkdir(parents=True)
    (tmp_path / "shop" / "menu.yaml").touch()
    for name in ("tried", "..", "shop/..", "./tried", "shop/calls/tried.yaml"):
        with pytest.raises(ValueError, match="names no file for calls"):
            calls_file(tmp_path / "shop", name)


@pytest.mark.parametrize(
    "there",
    [
        "# of mine\ncalls:\n  - call: mine\n    # so\n    steps: [silence]\n# the end\n",
        "calls:\n- call: mine\n  steps:\n  - silence",
        "calls:\n      - call: mine\n        steps:\n          - silence\n\n\n",
        "calls:\r\n  - call: mine\r\n    steps: [silence]\r\n",
        "\ufeffcalls:\n  - call: mine\n    steps: [silence]\n",
        "calls:\n  -  call: mine\n     steps: [silence]\n",
        "calls:\n  - {call: mine, steps: [silence]}\n",
    ],
)
def test_what_is_in_a_file_stays(tmp_path: Path, there: str) -> None:
    """Byte by byte, comments included, however it is indented."""
    path = tmp_path / "some.yaml"
    path.write_bytes(there.encode())
    append(path, [A])
    append(path, [B])
    data = path.read_bytes()
    assert data.startswith(there.encode())
    assert read_back(data.decode("utf-8-sig")) == [call("silence", call="mine"), A, B]
    assert (b"\r\n" in data) == ("\r\n" in there)
    assert [each.name for each in tmp_path.iterdir()] == ["some.yaml"]


@pytest.mark.parametrize("there", ["", "\n", "# calls of mine\n", "# calls of mine"])
def test_a_file_without_calls_gets_its_first(tmp_path: Path, there: str) -> None:
    """Its comments stay."""
    path = tmp_path / "some.yaml"
    path.write_text(there, encoding="utf-8")
    append(path, [A])
    assert path.read_text(encoding="utf-8").startswith(there)
    assert read_back(path.read_text(encoding="utf-8")) == [A]


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ("nodes:\n  a: {say: b}\n", "cannot be read as written calls: line 1, "),
        ("calls:\n  - call: mine\n", "cannot be read as written calls: line 2, "),
        ("calls:\n  - call: a\n    steps: [jump]\n", "cannot be read as written calls: line 3, "),
        ('calls:\n  - call: "a\n', "a quote is opened here and never closed"),
        (
            "calls: [{call: a, steps: [silence]}]\n",
            "no call can be added at its end; write `calls:` as a list",
        ),
    ],
)
def test_a_file_that_cannot_be_added_to_is_refused(tmp_path: Path, there: str, told: str) -> None:
    """With a sentence, and stays as it is."""
    path = tmp_path / "some.yaml"
    path.write_text(there, encoding="utf-8")
    with pytest.raises(BadFile, match=told.replace("[", r"\[")) as refused:
        append(path, [A])
    assert str(path) in str(refused.value)
    assert path.read_text(encoding="utf-8") == there


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """They stay as they are."""
    path = tmp_path / "some.yaml"
    path.write_bytes(b"calls: \xff\n")
    with pytest.raises(BadFile, match="not UTF-8"):
        append(path, [A])
    assert path.read_bytes() == b"calls: \xff\n"


def test_what_somebody_else_writes_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading of a file and its replacement."""
    path = tmp_path / "some.yaml"
    append(path, [A])
    compose = writing._added_to
    others = [B]

    def slowly(path: Path, before: bytes | None, calls: Sequence[WrittenCall]) -> bytes:
        made = compose(path, before, calls)
        if others:
            path.write_text(written([A, others.pop()]), encoding="utf-8")
        return made

    monkeypatch.setattr(writing, "_added_to", slowly)
    append(path, [call("hang_up", call="third")])
    assert [each.call for each in read_back(path.read_text(encoding="utf-8"))] == ["first", "second", "third"]


def test_a_disk_that_is_full_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that is there is not touched before the new one is whole."""
    path = tmp_path / "some.yaml"
    append(path, [A])

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copymode", full)
    with pytest.raises(OSError, match="No space"):
        append(path, [B])
    assert path.read_text(encoding="utf-8") == written([A])
    assert [each.name for each in tmp_path.iterdir()] == ["some.yaml"]
