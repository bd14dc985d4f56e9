"""YAML as people type it: everything literal, and every trap said with its remedy."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.reading.problems import MAX_PROBLEMS
from ivr.menu.reading.yaml import (
    MAX_BYTES,
    MAX_CHARACTERS,
    Mark,
    Scalar,
    Section,
    SequenceNode,
    content_of,
    decode,
    place,
    read,
    values_in,
)


def problems(text: str) -> list[str]:
    """Return what is wrong with a text, one line a problem."""
    return [str(problem) for problem in read(text, "menu.yaml")[1]]


@pytest.mark.parametrize(
    "typed",
    [
        "on",
        "yes",
        "no",
        "off",
        "true",
        "9:00",
        "+86",
        "0123",
        "1.10",
        "null",
        "~",
        "0x1f",
        "1e3",
        "2026-10-01",
        "=",
        ".inf",
    ],
)
def test_every_value_stays_what_was_typed(typed: str) -> None:
    """No boolean, no base-60 number, no lost plus or zero, no date, no null."""
    top, wrong = read(f"key: {typed}\n{typed}: value\nlist: [{typed}]", "menu.yaml")
    assert (top, wrong) == ({"key": typed, typed: "value", "list": [typed]}, [])


def test_quoted_and_folded_texts_are_what_yaml_says() -> None:
    """Quotes, escapes, blocks and folded lines follow YAML 1.2."""
    text = "a: \"x\\ty\"\nb: 'it''s'\nc: |\n  one\n  two\nd: >-\n  one\n  two\n"
    assert read(text, "menu.yaml") == ({"a": "x\ty", "b": "it's", "c": "one\ntwo\n", "d": "one two"}, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "3:1: `a` stands twice here (first on line 1); keep one of the two"),
        ("{say: Today, a tea is half price., then: main}", '1:34: `a tea is half price.` has no value; put quotes around a text with a comma, as in `"one, two"`'),
        ("{for:opening hours, go: hours}", "1:19: `for:opening hours` has no value; write `for: …`, with a space after the colon"),
        ("{for: , go: hours}", "1:7: `for` has no value; write one, or delete the line"),
        ("a:\n  say:Hello\n\n  then: main", "2:3: a space is missing after the colon; write `say: …`"),
        ("a:\n\tb: 1", "2:1: a tab stands where spaces belong; indent with spaces, two for each level"),
        ("a:\n  b:\n  \tc: 1", "3:3: a tab stands where spaces belong; indent with spaces, two for each level"),
        ("*: back", '1:1: an unquoted `*` means something else in YAML; write `"*"` with quotes'),
        ("{0: agent, *: back}", '1:12: an unquoted `*` means something else in YAML; write `"*"` with quotes'),
        ("key: *", '1:6: an unquoted `*` means something else in YAML; write `"*"` with quotes'),
        ("key: *back", '1:6: `*back` refers to nothing; write `"*back"` if the star is meant'),
        ("say: {{ name }} hello", '1:6: a text that begins with `{{` needs quotes; write `"{{ … }}"`'),
        ("- {{ name }}", '1:3: a text that begins with `{{` needs quotes; write `"{{ … }}"`'),
        ("a: {b: {{ c }}}", '1:8: a text that begins with `{{` needs quotes; write `"{{ … }}"`'),
        ("a: [{{ c }}]", '1:5: a text that begins with `{{` needs quotes; write `"{{ … }}"`'),
        ("a: {% if x %}", '1:5: a text that begins with `{{` or `{%` needs quotes; write `"{{ … }}"`'),
        ("menu:\n  a: b\n  #: {go: x}", '3:3: a line that begins with `#` is a comment; write `"#":`'),
        ("a: &a [*a]", "1:8: `*a` is inside its own anchor `&a`; write the values out"),
        ("a: &a {b: *a}", "1:11: `*a` is inside its own anchor `&a`; write the values out"),
        ("say: &more options", ("1:6: `&more` marks a value for `*more`, which is nowhere; "
         "delete it, or put quotes around the whole text")),
        ("<<: x", "1:1: `<<` means nothing here; write the keys out"),
        ("a: !!str 5", ("1:4: the tag `tag:yaml.org,2002:str` means nothing here; delete it: texts are taken as they "
         "are typed; or put quotes around the whole text")),
        ("a: 1\n---\nb: 2", "2:1: the file holds a second document; delete the `---` line"),
        ("[" * 100_000, "1:41: nested more than 40 deep; write it flatter"),
        ("- " * 100_000, "1:81: nested more than 40 deep; write it flatter"),
        ("{a: " * 100, "1:161: nested more than 40 deep; write it flatter"),
        ("你好: \x07", "1:5: an invisible character stands here (U+0007); delete it"),
        ("a: b\nc: d\u2028e", "2:5: an invisible character stands here (U+2028); delete it"),
        ("", "1:1: the file has no keys; begin with a key, such as `nodes:`"),
        ("# nothing", "1:1: the file has no keys; begin with a key, such as `nodes:`"),
        ("text", "1:1: the file has no keys; begin with a key, such as `nodes:`"),
        ("- a\n- b", "1:1: the file is a list; begin with a key, such as `nodes:`"),
        ("a:\nb: c", "1:3: `a` has no value; write one, delete the line, or indent the lines below that belong to it"),
        ("a:\n  b:  # why\n\n  # c: d\n  c: d", "2:5: `b` has no value; write one, delete the line, or indent the lines below that belong to it"),
        ("k:\n- a:\n  b: c", "2:5: `a` has no value; write one, delete the line, or indent the lines below that belong to it"),
        ("c:\n  a:\nb: c", "2:5: `a` has no value; write one, or delete the line"),
        ("b: c\na:", "2:3: `a` has no value; write one, or delete the line"),
        ("a: 1\nb:\na: 2", "2:3: `b` has no value; write one, delete the line, or indent the lines below that belong to it"),
        ("say: #1 shop\nb: c", "1:5: `say` has no value, since ` #` begins a comment; put quotes around a text with `#`, or write a value"),
        ("say: # none", "1:5: `say` has no value, since ` #` begins a comment; put quotes around a text with `#`, or write a value"),
        ("{for opening hours, go: hours}", "1:19: `for opening hours` has no value; write `for: …`, with a colon after the key"),
        ("{for: hours: opening, go: hours}", ("1:12: a second `: ` stands here, or a comma is missing before it; "
         'put quotes around a text with `: `, as in `"a: b"`, or write the comma')),
        ("{for: opening go: hours}", ("1:17: a second `: ` stands here, or a comma is missing before it; "
         'put quotes around a text with `: `, as in `"a: b"`, or write the comma')),
        ("a: {for: the #1 shop, go: hours}\nb: c", "1:14: ` #` begins a comment, which hides the rest of this line; put quotes around the text"),
        ("a: [b, c #1]\nb: c", "1:10: ` #` begins a comment, which hides the rest of this line; put quotes around the text"),
        ('{for: "open" hours, go: hours}', ("1:14: something is missing after the quote; "
         "write `,` or `: `, or put quotes around the whole text")),
        ("a: {hear: [b, c, go: d}", "1:23: `[` is still open where this `}` stands; close it with `]`"),
        ("a: [{b: c, d: e]", "1:16: `{` is still open where this `]` stands; close it with `}`"),
        ("say: {{ price }} and {{ tax }} now", '1:6: a text that begins with `{{` needs quotes; write `"{{ … }}"`'),
        ("[a, b]: c", "1:1: a key must be a text; put quotes around the whole text"),
        ("say: It's 5: late", ("1:12: this line has a second `: `, or does not stand under the line above; "
         "put quotes around the text, or line the keys up")),
        ('say: "hello', "1:6: a quote is opened here and never closed; close it"),
        ("say: 'It's'\nb: c", "1:9: an apostrophe ends a text in single quotes; put double quotes around the text"),
        ("a: {say: 'Rosa's Bakery.', then: b}", "1:15: an apostrophe ends a text in single quotes; put double quotes around the text"),
        ("say: 'Rosa' and more\nb: c", ("1:13: the indentation does not fit the lines above, or a quote is missing; "
         "line the keys up; put quotes around whole texts")),
        ("a: [b, c\nd: e\n", ("1:4: a bracket is opened here and never closed, or a comma is missing; "
         "check `{ }` and `[ ]`, and put quotes around texts with `,` in them")),
        ("a: @b", "1:4: a text cannot begin with `@`; put quotes around the text"),
        ("a: %b", "1:4: a text cannot begin with `%`; put quotes around the text"),
        ("a: > b", "1:6: a text cannot begin with `|` or `>`; put quotes around the text"),
        ("a: - b", "1:4: a text cannot begin with `- `; put quotes around it, or write the list on lines of its own"),
        ('a: "\\d"', "1:4: `\\` begins a code in double quotes; use single quotes, or write it twice"),
    ],
)  # fmt: skip
def test_a_trap_is_said_with_its_remedy(text: str, problem: str) -> None:
    """The one problem names the place, what is wrong and what to write instead."""
    assert problems(text) == [f"menu.yaml:{problem}"]


def test_a_text_cut_short_is_marked() -> None:
    """A comment behind an unquoted text may be the rest of the sentence; behind a quoted one it is a comment."""
    top, _ = read("a: press # to end\nb: 'x' # y\nc: press#\nd: |  # why\n  x\n", "menu.yaml")
    assert top is not None
    assert {key: value.cut for key, value in top.items()} == {"a": True, "b": False, "c": False, "d": False}
    assert top["a"] == "press"


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}' if n else '*a'] * 10)}]\n" for n in range(60)),
        f"a: &a {'x' * 500_000}\nb: [{', '.join(['*a'] * 100_000)}]",
    ],
    ids=["a billion laughs", "a long text said by many aliases"],
)
def test_a_bomb_is_refused_before_it_is_expanded(text: str) -> None:
    """Anchors that explode are counted, not written out."""
    begun = time.process_time()
    assert (
        "with its aliases written out the file has more than 200,000 values; use fewer" in problems(text)[-1]
    )
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("aliases", ["", "y: &y [x, x]\nz: [*y, *y]\n"])
def test_a_file_that_is_too_large_by_itself_is_not_blamed_on_aliases(aliases: str) -> None:
    """It has none, or a few, so that fewer would not help."""
    text = aliases + "x: [" + "a, " * 200_000 + "]"
    assert problems(text)[-1].endswith("menu.yaml:1:1: the file has more than 200,000 values; divide it")


def test_values_are_counted() -> None:
    """A section counts with its keys, and a value as often as it stands there."""
    assert values_in(read("a: [x, y]\nb: &b {c: d}\ne: *b", "f")[0]) == 13


def test_a_few_aliases_are_fine() -> None:
    """An anchor that is used stands for its value."""
    assert read("a: &x {b: c}\nd: *x\ne: [*x, *x]", "f")[0] == {
        "a": {"b": "c"},
        "d": {"b": "c"},
        "e": [{"b": "c"}] * 2,
    }


def test_a_file_of_many_lines_is_read() -> None:
    """Looking behind each text for a comment does not copy the rest of the file: that would take minutes."""
    top, _ = read("".join(f"k{number}: 值 # c\n" for number in range(40_000)), "f")
    assert top is not None
    assert len(top) == 40_000


def test_places_are_those_that_an_editor_shows() -> None:
    """Lines and columns count from 1, in characters, also after Chinese, emoji and Windows line ends."""
    top, wrong = read("甲: 😀\r\n乙:\r\n  - {丙: 丁}\r\n", "menu.yaml")
    assert not wrong
    assert top == {"甲": "😀", "乙": [{"丙": "丁"}]}
    assert isinstance(top["乙"], SequenceNode)
    assert place(top, "甲") == Mark(1, 1)
    assert place(top, "乙", 0, "丙") == Mark(3, 6)
    assert place(top, "乙", 7) == Mark(2, 1)
    assert place(top, "nowhere") == place(top) == Mark(1, 1)


def test_a_section_is_placed_where_its_key_is() -> None:
    """What is wrong with a section as a whole points at its name."""
    top, _ = read("nodes:\n  # a comment\n  main:\n    say: x\n", "f")
    assert top is not None
    assert place(top["nodes"]["main"]) == Mark(3, 3)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a: b\n", "a: b\n"),
        (b"\xef\xbb\xbfa: b\n", "a: b\n"),
        ("甲: 乙\r\n".encode(), "甲: 乙\r\n"),
        (b"a" * MAX_BYTES, "a" * MAX_BYTES),
    ],
    ids=["plain", "with a BOM", "Windows", "as large as may be"],
)
def test_bytes_that_are_fine(data: bytes, text: str) -> None:
    """UTF-8 with or without a byte order mark is read."""
    assert decode(data, "f") == (text, [])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (
            b"a" * (MAX_BYTES + 1),
            "f:1:1: the file has more than 1,048,576 bytes; divide it; nodes may stand in files under `include:`",
        ),
        (
            "a: b\n甲: ".encode() + b"\xff",
            "f:2:4: the file is not UTF-8 (byte 0xff); save it as UTF-8 in your editor",
        ),
        (b"\xef\xbb\xbfa\xb0", "f:1:2: the file is not UTF-8 (byte 0xb0); save it as UTF-8 in your editor"),
        (
            "a: b".encode("utf-16"),
            "f:1:1: the file is not UTF-8 (byte 0xff); save it as UTF-8 in your editor",
        ),
    ],
)
def test_bytes_that_cannot_be_read(data: bytes, problem: str) -> None:
    """Too large, or not UTF-8: with the line, and the column in characters."""
    text, wrong = decode(data, "f")
    assert (text, [str(each) for each in wrong]) == ("", [problem])


FRAGMENTS = st.sampled_from(
    [
        "a",
        "key",
        ": ",
        ":",
        "\n",
        "\n  ",
        "- ",
        "#",
        " #",
        "*",
        "&x ",
        "*x",
        "{",
        "}",
        "[",
        "]",
        "{{",
        "}}",
        ",",
        "'",
        '"',
        ">",
        "!",
        "%",
        "@",
        "`",
        "\t",
        "?",
        "? ",
        "---",
        "\r\n",
        "\r",
        "\ufeff",
        "\x85",
        "\u2028",
        "\x00",
        "甲",
        "😀",
        "~",
        "<<: ",
        "|",
    ]
)


@given(st.text() | st.lists(FRAGMENTS, max_size=40).map("".join))
def test_reading_never_raises(text: str) -> None:
    """Whatever a file holds, it is a section or a list of problems, and each problem is within the file."""
    top, wrong = read(text, "f")
    assert isinstance(top, Section) or wrong
    lines = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    for problem in wrong:
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert "\n" not in str(problem)


@given(st.binary())
def test_decoding_never_raises(data: bytes) -> None:
    """Bytes are a text or a problem."""
    text, wrong = decode(data, "f")
    assert not (text and wrong)


def test_texts_know_whether_they_were_quoted() -> None:
    """A quoted text is never plain."""
    top, _ = read("a: x\nb: 'x'", "f")
    assert top is not None
    assert isinstance(top["a"], Scalar)
    assert (top["a"].plain, top["b"].plain) == (True, False)


@pytest.mark.parametrize("escape", ["\\u0007", "\\x1b", "\\0", "\\u2028", "\\uFFFE"])
def test_an_escaped_control_character_is_told(escape: str) -> None:
    """Nobody sees it in the file, and it would be in a drawing, a message and a terminal."""
    _, problems = read(f'say: "Hello{escape} there"\n', "menu.yaml")
    assert [(problem.line, problem.column) for problem in problems] == [(1, 6)]
    assert "an invisible character is written here" in problems[0].what


@pytest.mark.parametrize("below", ["", "  # main: {say: hello}"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_many_empty_lines_below_a_key_without_a_value_are_read_at_once(below: str, newline: str) -> None:
    """Somebody has commented out everything. Each line once more may not double the time."""
    assert (
        "`nodes` has no value"
        in problems(f"hotline: x{newline}nodes:{newline}" + f"{below}{newline}" * 5000)[0]
    )


@pytest.mark.parametrize(
    "typed",
    [
        "main: {say: 'It''s open', menu: {\"1\": {for: x, go: y}",
        'main: {say: "Say \\"hi\\" now", menu: [a}',
        'main: {say: Press "1" now, hear: [a, b}',
    ],
)
def test_a_right_quote_is_not_blamed_for_a_bracket(typed: str) -> None:
    """Quotes inside a text, of either kind, are a part of it."""
    assert "after the quote" not in "".join(problems(typed))


def test_a_text_is_no_longer_than_allowed() -> None:
    """One character more is a problem, whether it is a value or a key; what is left of it is short."""
    assert problems(f"a: {'b' * MAX_CHARACTERS}") == []
    long = "b" * (MAX_CHARACTERS + 1)
    wrong = "a text of 10,001 characters; 10,000 is the most; write less, or divide it"
    assert problems(f"a: {long}") == [f"menu.yaml:1:4: {wrong}"]
    assert problems(f'? "{long}"\n: a') == [f"menu.yaml:1:3: {wrong}"]
    read_anyway = read(f"a: {long}", "menu.yaml")[0]
    assert read_anyway is not None
    assert len(read_anyway["a"]) == 100


@pytest.mark.parametrize("typed", ["a: \x07\n", "#: x\n", "a：b\n", "a:\n", "a: !x y\n", "a: 1\n", "- !x\n"])
def test_a_file_full_of_mistakes_is_told_so(typed: str) -> None:
    """The first few hundred problems are shown, however many there are."""
    assert MAX_PROBLEMS <= len(problems(typed * 20_000)) <= MAX_PROBLEMS + 2


def test_no_more_is_read_of_a_file_than_shows_that_it_is_too_large(tmp_path: Path) -> None:
    """A file of gigabytes takes no memory."""
    path = tmp_path / "menu.yaml"
    with path.open("wb") as file:
        file.truncate(64 * 1024**3)
    assert len(content_of(path)) == MAX_BYTES + 1


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    """Reading it would wait for somebody who writes."""
    os.mkfifo(tmp_path / "menu.yaml")
    with pytest.raises(OSError, match="no ordinary file"):
        content_of(tmp_path / "menu.yaml")
