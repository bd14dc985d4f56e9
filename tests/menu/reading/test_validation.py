"""Every mistake of a section, in its place and in an editor's words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import RootModel

from ivr.menu.language.hotline import Hotline
from ivr.menu.language.model import Model
from ivr.menu.language.nodes import AskNode, MenuNode, SayNode, SetNode, TransferNode
from ivr.menu.language.scalars import Flag
from ivr.menu.language.words_files import WordsFile
from ivr.menu.reading.problems import BadFile, Problem
from ivr.menu.reading.validation import declare, declare_most, keys_of, kind_problem, parse_file
from ivr.menu.reading.yaml import Section, read


def section(text: str) -> Section:
    """Return the section of a YAML text."""
    top, wrong = read(text, "menu.yaml")
    assert top is not None
    assert not wrong
    return top


def mistakes(model: type[Model], text: str) -> list[str]:
    """Return what is wrong with a section."""
    problems: list[Problem] = []
    declared = declare(model, section(text), "f", "n", problems)
    assert (declared is None) == bool(problems)
    return [str(problem).removeprefix("f:") for problem in problems]


OPTION = 'menu: {"1": {for: x, go: a}}'


@pytest.mark.parametrize(
    ("model", "text", "problem"),
    [
        (SayNode, "say: x", "1:1: n: `then` is missing; add `then:` (the node that follows, or `back`)"),
        (SayNode, "say: x\nthn: a\nthen: b", "2:1: n: `thn` is not known here; did you mean `then`?"),
        (SayNode, "say: x\nqqq: a\nthen: b", "2:1: n: `qqq` is not known here; use one of `barge_in`, `needs`, `allow`, `say`, `language`, `note`, `then`"),
        (SayNode, "say: x\nthen: Main", "2:1: n: `Main` is no name (small letters, digits and `_`, beginning with a letter); write `main`"),
        (SayNode, "say: x\nthen: a\nneeds: verifed", "3:1: n: `needs` cannot be `verifed`; did you mean `verified`?"),
        (SayNode, "say: x\nthen: a\nneeds: [verified]", "3:1: n: `needs` cannot be a list; use one of `known`, `verified`, `confirmed`"),
        (SayNode, "say: x\nthen: a\nbarge_in: no", "3:1: n: `barge_in` must be `true` or `false`; write `true` or `false`"),
        (SayNode, "say: press#1\nthen: a # why\nbarge_in: true", ""),
        (SayNode, "say: press # now\nthen: a", "1:1: n: `say` is followed by a comment, or ` #` has cut it short; put quotes around the text, and comments on a line of their own"),
        (SayNode, "say: [press # now\n  ]\nthen: a", "1:7: n: `say` is followed by a comment, or ` #` has cut it short; put quotes around the text, and comments on a line of their own"),
        (SayNode, 'say: " "\nthen: a', "1:1: n: `say` is empty; write what is said, or delete the line"),
        (SayNode, "say: []\nthen: a", "1:1: n: `say` has too few entries; write at least 1"),
        (SayNode, "say: [a, b, c, d]\nthen: a", "1:1: n: `say` has too many entries; write at most 3"),
        (SayNode, "say: [[a]]\nthen: a", "1:7: n: `say` cannot be a list; write a text or a section"),
        (SayNode, "say: {text: a}\nthen: a", "1:1: n: `audio` is missing; add `audio:` (a file under `audio/<language>/` in the hotline's folder; WAV at 8 kHz is best)"),
        (SayNode, "say: {txt: a, audio: a.wav, text: b}\nthen: a", "1:7: n: `txt` is not known here; did you mean `text`?"),
        (SayNode, "say: [a, {text: a, audio: a.ogg}]\nthen: a", "1:20: n: `a.ogg` is no file of a recording; write it like `greeting.wav`"),
        (MenuNode, "menu: x", "1:1: n: `menu` must be a section with keys of its own; write its keys below it, indented"),
        (MenuNode, "menu: {}", "1:1: n: `menu` has too few entries; write at least 1"),
        (MenuNode, 'menu: {"1": {for: x}}', "1:8: n: `go` is missing; add `go:` (the node that follows, or `back`, `repeat`, `return`)"),
        (MenuNode, 'menu: {"1": x}', '1:8: n: `1` must say where it leads by `go:`; write `"1": {go: x}`'),
        (MenuNode, 'menu: {"1x": {go: a}}', "1:8: n: `1x` is no key of a telephone; write it like `1` or `12` or `*`"),
        (MenuNode, 'menu: {"1": {fro: x, go: a}}', "1:14: n: `fro` is not known here; did you mean `for`?"),
        (MenuNode, 'menu: {"1": {for: x, go: a, hear: y}}', "1:29: n: `hear` must be a list; write `[one, two]`, or lines that begin with `- `"),
        (MenuNode, 'menu: {"1": {for: x, go: a, language: en}}', "1:29: n: `en` is no language; write it like `zh-CN` or `en-US`"),
        (MenuNode, 'menu: {"1": {hours go: a}}', "1:14: n: `hours go` is not known here; write `…: hours, go: …`, or put quotes around the whole text"),
        (MenuNode, OPTION + "\ntimeout: soon", "2:1: n: `timeout` cannot be `soon`; write a whole number"),
        (MenuNode, OPTION + "\ntimeout: 61", "2:1: n: `timeout` cannot be `61`; write at most 60"),
        (MenuNode, OPTION + "\ntries: 0", "2:1: n: `tries` cannot be `0`; write at least 1"),
        (AskNode, "ask: digit\nthen: a", "1:1: n: `ask` cannot be `digit`; did you mean `digits`?"),
        (AskNode, "ask: digits\nlength: 8-4\nthen: a", "2:1: n: `8-4` is no length; write it like `6` or `4-8`"),
        (SetNode, "set: {a: Room # 5\n  }\nthen: b", "1:7: n: `a` is followed by a comment, or ` #` has cut it short; put quotes around the text, and comments on a line of their own"),
        (SetNode, "set: {a: [b]}\nthen: b", "1:7: n: `a` cannot be a list; write a text or a section"),
        (TransferNode, "transfer: [a]", "1:1: n: `transfer` must be a text; put quotes around the text, or check the indentation"),
        (WordsFile, "language: en-US\nnodes:\n  menu:\n    sya: x", "4:5: n: `sya` is not known here; did you mean `say`?"),
        (WordsFile, "language: en-US\nphrases: {giving: x}", "2:11: n: `giving` is not known here; did you mean `giving_up`?"),
        (WordsFile, "language: en-US\nnodes: {a: {menu: {b: {fro: x}}}}", "2:24: n: `fro` is not known here; did you mean `for`?"),
        (WordsFile, "language: en-US\nnodes: {a: [x]}", "2:9: n: `a` cannot be a list; write a text or a section"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_in_its_place(model: type[Model], text: str, problem: str) -> None:
    """Line and column of the key, what is wrong, and the nearest name or the form of a good value."""
    assert mistakes(model, text) == ([problem] if problem else [])


HOTLINE = "hotline: x\nlanguages: [en-US]\nstart: main\nnodes: {}\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("langauges: [a]", "5:1: n: `langauges` is not known here; did you mean `languages`?"),
        ("anywhere: {a: agent}", "5:12: n: `a` is no single key of a telephone; write it like `0` or `*`"),
        ('anywhere: {"0": {fro: agent, go: a}}', "5:18: n: `fro` is not known here; did you mean `for`?"),
        ("identity: {verifed: a}", "5:12: n: `verifed` is no key of `identity`; did you mean `verified`?"),
        ("limits: {trns: 5}", "5:10: n: `trns` is not known here; did you mean `turns`?"),
        ("limits: {turns: 1}", "5:10: n: `turns` cannot be `1`; write at least 5"),
        ("include: [login.yml]", "5:11: n: `login.yml` is no file of nodes; only files that end in `.yaml` are read: rename it to `login.yaml`"),
        ("desks: {a: {number: '1', busy: b, no_answer: b, failed: b}}",
         "5:13: n: `1` is no international number; write it like `+12025550100` or `+8657100000000` or `sip:desk@example.com`"),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: {mon: 9-17}}}",
         "5:79: n: `9-17` is no span of hours within one day; write hours and minutes, such as `09:00-17:00`"),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: {mon: '20:00-02:00'}}}",
         ("5:79: n: `20:00-02:00` is no span of hours within one day; "
          "a span ends on its day: write `20:00-24:00`, and `00:00-02:00` on the next day")),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: {mon: '20:00-00:00'}}}",
         "5:79: n: `20:00-00:00` is no span of hours within one day; a span ends on its day: write `20:00-24:00`"),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: '20:00-02:00'}}",
         ("5:71: n: `hours` does not say on which days; "
          "write the days below it, such as `fri:`, with `20:00-24:00`, and `00:00-02:00` on the next day")),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: {mon: 9:00-12:00}}}",
         "5:79: n: `9:00-12:00` is no span of hours within one day; a 0 is missing in front: write `09:00-12:00`"),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: {mon: '09:00-12:00, 11:00-18:00'}}}",
         ("5:79: n: `09:00-12:00, 11:00-18:00` is no span of hours within one day; "
          "`09:00-12:00` and `11:00-18:00` overlap: write one span in their place")),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: {mon: '13:00-18:00, 09:00-12:00'}}}",
         ("5:79: n: `13:00-18:00, 09:00-12:00` is no span of hours within one day; "
          "write it like `08:30-21:00` or `09:00-12:00, 13:00-18:00` or `closed`")),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: {mon: '9:00-12:00, 13:00-18:00'}}}",
         ("5:79: n: `9:00-12:00, 13:00-18:00` is no span of hours within one day; "
          "a 0 is missing in front: write `09:00-12:00, 13:00-18:00`")),
        ("variables: {ready: [1042, 1057]}", '5:13: n: `ready` must be a text; write one text, such as `"1042, 1057"`'),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: 9:00-18:00}}",
         ("5:71: n: `hours` does not say on which days; "
          "write the days and the hours below it, such as `mon-fri: 09:00-18:00`")),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: {09:00-12:00: closed}}}",
         ("5:79: n: `09:00-12:00` is no span of days; "
          'put quotes around all hours of a day, such as `"09:00-12:00, 13:00-18:00"`')),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: {monday: closed}}}",
         "5:79: n: `monday` is no span of days; write `mon`"),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, hours: allways}}",
         "5:71: n: `hours` cannot be `allways`; did you mean `always`?"),
        ("desks: {a: {number: +8657100000000, busy: b, no_answer: b, failed: b, rign: 20}}",
         "5:71: n: `rign` is not known here; did you mean `ring`?"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_hotline_is_said_in_its_place(text: str, problem: str) -> None:
    """The nearest key is that of the section inside, whatever the nodes are called."""
    assert mistakes(Hotline, HOTLINE + text) == [problem]


def test_all_mistakes_are_said_at_once() -> None:
    """Every mistake of a section is a problem."""
    text = 'menu:\n  "1": {fro: x}\n  "a": {go: A}\ntimeout: 0\nneedss: known'
    assert sorted(each.split(":")[0] for each in mistakes(MenuNode, text)) == ["2", "2", "3", "3", "4", "5"]


def test_a_misspelt_key_is_one_mistake() -> None:
    """The key that it means is not missing, too."""
    assert mistakes(SayNode, "say: x\nthn: a") == ["2:1: n: `thn` is not known here; did you mean `then`?"]


def test_an_empty_value_is_said_by_the_reader_alone() -> None:
    """A key without a value is one problem, not two."""
    top, wrong = read("say:\nthen: a", "f")
    assert top is not None
    problems: list[Problem] = []
    assert declare(SayNode, top, "f", "n", problems) is None
    assert (len(wrong), problems) == (1, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("say: x", None),
        ("say: x\nmenu: {}", None),
        ("menu: {}\nask: digits", "2:1: n: a node is one step, and this one has `menu` and `ask`; make `ask` a node of its own"),
        ("menyu: {}", "1:1: n: `menyu` is no kind of node; did you mean `menu`?"),
        ("say: x\naks: date", "2:1: n: `aks` is no kind of node; did you mean `ask`?"),
        ("say: x\ntehn: a", None),
        ("say: x\nthn: a", None),
        ("then: x\nsya: hello", "2:1: n: `sya` is no kind of node; did you mean `say`?"),
        ("say:Hello there: x", "1:1: n: a space is missing after the colon; write `say: …`"),
        ("say: x\nhours: {say: y, then: n}", "2:1: n: `hours` is no key of a node; if it is a node, write it in the column of `n`"),
        ("say: x\nmneu: {say: y}", "2:1: n: `mneu` is no kind of node; did you mean `menu`?"),
        ("go: x", ("1:1: n: nothing says what kind of node this is; use one of `menu`, `ask`, `run`, `choose`, `set`, "
         "`transfer`, `record`, `text`, `end`, `say`")),
    ],
)  # fmt: skip
def test_the_kind_of_a_node(text: str, problem: str | None) -> None:
    """A node has exactly one kind; `say` may stand beside another."""
    found = kind_problem(section(text), "f", "n")
    assert (str(found).removeprefix("f:") if found else None) == problem


def test_what_is_right_is_kept() -> None:
    """One wrong desk, or one wrong key, does not hide the rest; a key that is needed has a stand-in."""
    text = """\
languages: [en-US]
start: Main
desks:
  good: {number: +8657100000000, busy: a, no_answer: a, failed: a}
  bad: {number: "1"}
include: [a.yaml, b.yml]
nodes: {}
colour: red
"""
    problems: list[Problem] = []
    most = declare_most(Hotline, section(text), "f", problems, {"hotline": "x", "start": "main"})
    assert most is not None
    assert (most.hotline, most.start, list(most.desks), most.include) == ("x", "main", ["good"], ["a.yaml"])
    assert sorted({problem.line for problem in problems}) == [1, 2, 5, 6, 8]


def test_nothing_is_kept_where_nothing_is_right() -> None:
    """Without what everything else needs there is no model."""
    problems: list[Problem] = []
    assert declare_most(Hotline, section("hotline: x"), "f", problems, {}) is None
    assert [problem.what for problem in problems] == [
        f"`{key}` is missing" for key in ("languages", "start", "nodes")
    ]


def test_keys_are_those_that_an_editor_types() -> None:
    """`as`, not `as_`."""
    assert list(keys_of(AskNode))[-9:] == [
        "as",
        "length",
        "range",
        "secret",
        "read_back",
        "then",
        "yes",
        "no",
        "keys",
    ]


# --- a whole file


class Shelf(Model):
    """What stands on one shelf of the test's file."""

    name: str
    price: Decimal = Decimal(0)
    sold: Flag = False


class Shelves(RootModel[list[Shelf]]):
    """The file: a list of shelves."""


class Shop(Model):
    """The file: a section with shelves."""

    shelves: list[Shelf]


FILE = Path("shop/shelves.yaml")


def file_problems(text: str | bytes, *, private: bool = False) -> list[str]:
    """Return what is said about a wrong file."""
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BadFile) as caught:
        parse_file(Shelves, FILE, content, private=private)
    assert str(caught.value).splitlines() == [f"shop/{problem}" for problem in caught.value.problems]
    return [str(problem) for problem in caught.value.problems]


def test_a_file_is_a_list_or_a_section_as_it_is_declared() -> None:
    """Its scalars are texts until the declaration says otherwise: a plus, a nought and cents survive."""
    text = "- {name: +8613, price: 0.10}\n- {name: 0123, sold: true}\n- {name: no}\n"
    shelves = [
        Shelf(name="+8613", price=Decimal("0.10")),
        Shelf(name="0123", sold=True),
        Shelf(name="no"),
    ]
    assert parse_file(Shelves, FILE, text.encode()).root == shelves
    assert parse_file(Shop, FILE, b"shelves:\n- {name: no}\n").shelves == shelves[2:]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {name: a}\n- {price: 2}\n", "2:3: `name` is missing; add `name:`"),
        ("- name: a\n  nmae: red\n", "2:3: `nmae` is not known here; did you mean `name`?"),
        ("- name: a\n  price: cheap\n", "2:3: `price` cannot be `cheap`; write a number, such as `1.50`"),
        ("- name: a\n  sold: yes\n", "2:3: `sold` must be `true` or `false`; write `true` or `false`"),
        ("- name: a\n  name: b\n", "2:3: `name` stands twice here (first on line 1); keep one of the two"),
        ("name: a\n", "1:1: the file has keys and should be a list; begin each entry with `- `"),
        (
            "- a\n",
            "1:3: this entry must be a section with keys of its own; write its keys below it, indented",
        ),
        ("- name: \x07\n", "1:9: an invisible character stands here (U+0007); delete it"),
        ("名字".encode("gbk"), "1:1: the file is not UTF-8 (byte 0xc3); save it as UTF-8 in your editor"),
    ],
)
def test_a_problem_of_a_file_says_where_and_what_to_write(text: str | bytes, said: str) -> None:
    """Whichever file it is, an editor reads the same sentences."""
    assert file_problems(text) == [f"shelves.yaml:{said}"]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    """An editor corrects a file in one go, not one mistake a try."""
    assert len(file_problems("- {price: x}\n- {name: a, sold: maybe}\n")) == 3


def test_a_private_value_is_not_repeated() -> None:
    """A problem of a private file names the place and the key only."""
    (said,) = file_problems("- name: a\n  price: 990101x\n", private=True)
    assert said == "shelves.yaml:2:3: `price` cannot be what stands here; write a number, such as `1.50`"
