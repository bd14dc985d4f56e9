"""YAML as people type it: every key and value stays literal and has its place.

A value is a text, a section (a mapping) or a list. Nothing becomes a boolean, a number or a date here: ``no`` stays ``no``,
and ``+86`` keeps its plus. The declarations in :mod:`ivr.menu.language` decide what a text means.

We build the values from PyYAML's events and not with its constructors. This way we can report a key that is written twice,
a text that a comment cuts off, and anchors that explode.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from errno import EINVAL
from pathlib import Path
from typing import Any, NamedTuple, overload

import yaml

from ivr.menu.language.model import YamlLoader, read_table
from ivr.menu.reading.fullwidth import chinese_punctuation
from ivr.menu.reading.problems import MAX_PROBLEMS, Problem, TooManyProblems, more_problems

MAX_BYTES = 1024 * 1024
"""The size of a file. A hotline of ten thousand nodes has none of half of it."""
MAX_VALUES = 200_000
"""The most values that a file may hold with every alias written out, and all files of a menu together. Reading takes some 5 µs
for each. A hotline of ten thousand nodes in two languages has 130,000."""
MAX_CHARACTERS = 10_000
"""Characters of one value, or of one key. Nobody listens for longer than they take, which is ten minutes."""
MAX_DEPTH = 40
"""Sections and lists inside one another. Reading uses Python's stack for each."""


class Mark(NamedTuple):
    """A place in a file, counted from 1."""

    line: int
    column: int


class Scalar(str):
    """A scalar, exactly as typed."""

    __slots__ = ("cut", "mark", "plain")
    mark: Mark
    plain: bool
    """Whether it was typed without quotes."""
    cut: bool
    """Whether a comment follows on the same line. It may be the rest of the sentence."""


class Section(dict[str, Any]):
    """A mapping, with the place of each key."""

    __slots__ = ("keys_at", "mark")
    mark: Mark
    """The place of the key that it stands under, where an editor would look for it."""
    keys_at: dict[str, Mark]


class SequenceNode(list[Any]):
    """A sequence."""

    __slots__ = ("mark",)
    mark: Mark


def content_of(path: Path) -> bytes:
    """Return the bytes of a file, of one that is too large only so many as show it. Raises ``OSError``."""
    if path.is_fifo() or path.is_char_device() or path.is_socket():
        raise OSError(EINVAL, "it is no ordinary file", str(path))  # reading it could wait for ever
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def decode(data: bytes, file: str) -> tuple[str, list[Problem]]:
    """Return the text of a file and the problems of its bytes. With a problem, the text is empty."""
    if len(data) > MAX_BYTES:
        what = f"the file has more than {MAX_BYTES:,} bytes"
        return "", [Problem(file, 1, 1, "", what, "divide it; nodes may stand in files under `include:`")]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        lines = _LINE_END.split(error.object[: error.start].decode())
        mark = Mark(len(lines), len(lines[-1]) + 1)
        what = f"the file is not UTF-8 (byte 0x{error.object[error.start]:02x})"
        return "", [Problem(file, *mark, "", what, "save it as UTF-8 in your editor")]


@overload
def read(text: str, file: str) -> tuple[Section | None, list[Problem]]: ...
@overload
def read(text: str, file: str, top: type[Section | list[Any]]) -> tuple[Any, list[Problem]]: ...
def read(text: str, file: str, top: type = Section) -> tuple[Any, list[Problem]]:
    """Return what a YAML file says, and its problems. The value is None if the file cannot be read.

    The value is a section or, if ``top`` says so, a list. An empty file is then an empty list.
    """
    lines = _LINE_END.split(text)
    problems = _first(_forbidden_characters(lines, file)) or _first(chinese_punctuation(lines, file))
    if problems:
        return None, problems
    builder = _Builder(
        text, file, _first(_comments_meant_as_keys(lines, file)), yaml.parse(text, Loader=YamlLoader)
    )
    made = None
    try:
        made = builder.build()
        if made is None and top is list:
            made = SequenceNode()
        elif not isinstance(made, top):
            builder.problem(Mark(1, 1), *_wrong_top(made, file))
    except yaml.MarkedYAMLError as error:
        builder.problems.append(_explain(error, text, file))
    except _Refused as refused:
        builder.problems.append(Problem(file, *refused.mark, "", refused.what, refused.remedy))
    except TooManyProblems:
        builder.problems.append(more_problems(file))
    return made if isinstance(made, top) else None, _within(text, builder.problems)


def _first(problems: Iterator[Problem]) -> list[Problem]:
    """Return as many problems as somebody may read at once."""
    return [*itertools.islice(problems, MAX_PROBLEMS)]


def _wrong_top(made: Any, file: str) -> tuple[str, str]:
    """Return what is wrong with a file of the wrong shape, and what to write instead."""
    if isinstance(made, Section):
        return "the file has keys and should be a list", "begin each entry with `- `"
    what = "the file is a list" if isinstance(made, SequenceNode) else "the file has no keys"
    return what, "begin with `calls:`" if file.startswith("calls/") else "begin with a key, such as `nodes:`"


def _within(text: str, problems: list[Problem]) -> list[Problem]:
    """Move problems to a place that an editor can show, since the parser may blame the line after the last one."""
    lines = _LINE_END.split(text)
    last = max((number for number, line in enumerate(lines, 1) if line.strip()), default=1)
    return [replace(each, line=last, column=1) if each.line > last else each for each in problems]


_LINE_END = re.compile(r"\r\n|\n|\r")
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML forbids, and the three line breaks that editors ignore: NEL, LS and PS."""


def _forbidden_characters(lines: Sequence[str], file: str) -> Iterator[Problem]:
    """Yield a problem for each line with an invisible character, which could end or move the text around it."""
    for number, line in enumerate(lines, 1):
        found = _FORBIDDEN.search(line)
        if found:
            what = f"an invisible character stands here (U+{ord(found[0]):04X})"
            yield Problem(file, number, found.start() + 1, "", what, "delete it")


_COMMENT_AS_KEY = re.compile(r"[ \t]*#[ \t]*:(\s|$)")


def _comments_meant_as_keys(lines: Sequence[str], file: str) -> Iterator[Problem]:
    for number, line in enumerate(lines, 1):
        if _COMMENT_AS_KEY.match(line):
            what = "a line that begins with `#` is a comment"
            yield Problem(file, number, line.index("#") + 1, "", what, 'write `"#":`')


def is_missing(value: Any) -> bool:
    """Return whether nothing was typed. The reader reports it."""
    return isinstance(value, Scalar) and value.plain and not value


def values_in(data: Any) -> int:
    """Return how many values a value holds, itself among them, with every alias written out."""
    count, todo = 0, [data]
    while todo:
        count += 1
        match todo.pop():
            case Section() as section:
                count += len(section)
                todo += section.values()
            case SequenceNode() as sequence:
                todo += sequence
    return count


def place(data: Any, *path: Any) -> Mark:
    """Return where the value at ``path`` is, or the nearest known place above it.

    A step that is not in the file is skipped, such as the branch of a union in a pydantic location.
    """
    mark = getattr(data, "mark", Mark(1, 1))
    for step in path:
        if isinstance(data, Section) and step in data:
            mark = data.keys_at[step]
            data = data[step]
        elif isinstance(data, SequenceNode) and isinstance(step, int) and step < len(data):
            data = data[step]
            mark = getattr(data, "mark", mark)
    return mark


class _Refused(Exception):
    """Raised with the place, the mistake and the remedy when a file cannot be read any further."""

    def __init__(self, mark: Mark, what: str, remedy: str) -> None:
        super().__init__(what)
        self.mark, self.what, self.remedy = mark, what, remedy


@dataclass(slots=True)
class _Anchor:
    """A value that aliases may refer to."""

    mark: Mark
    value: Any = None
    """None inside the value itself."""
    size: int = 0
    used: bool = False


_COMMENT_FOLLOWS = re.compile(r"[ \t]+#")
_KEYS_BELOW = re.compile(
    r"(?:[ \t]*(?:#(?=[\s#])[^\r\n]*)?(?:\r\n|\r(?!\n)|\n))+(?P<indent> *)[^\s#-][^\r\n]*?:(?:\s|$)"
)
"""The rest of a line that ends in a key, and the first line below that has a key. `#1` is a text, not a comment."""


@dataclass(slots=True)
class _Builder:
    """Builds a value from the events of one file. The values inside it are built the same way."""

    text: str
    file: str
    problems: list[Problem]
    events: Iterator[Any]
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    by_aliases: int = 0
    """How many values the aliases so far stand for."""

    def build(self) -> Any:
        top, documents = None, 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(_mark(event), "the file holds a second document", "delete the `---` line")
            elif isinstance(event, yaml.NodeEvent):
                top, _ = self.value(event)
        for name, anchor in self.anchors.items():
            if not anchor.used:
                what = f"`&{name}` marks a value for `*{name}`, which is nowhere"
                self.problem(anchor.mark, what, "delete it, or put quotes around the whole text")
        return top

    def problem(self, mark: Mark, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, *mark, "", what, remedy))
        if len(self.problems) > MAX_PROBLEMS:
            raise TooManyProblems

    def value(self, event: Any, key: Scalar | None = None, depth: int = 0) -> tuple[Any, int]:
        """Return the value that begins with an event, and how many values it holds with every alias written out."""
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if event.tag is not None:
            remedy = "delete it: texts are taken as they are typed; or put quotes around the whole text"
            self.problem(_mark(event), f"the tag `{event.tag}` means nothing here", remedy)
        if isinstance(event, yaml.ScalarEvent):
            made = self.scalar(event, key)
            size = 1 + len(made) // 100  # a long text that many aliases repeat is a bomb too
            if event.anchor:
                self.anchors[event.anchor] = _Anchor(made.mark, made, size)
            return made, size
        if depth >= MAX_DEPTH:
            raise _Refused(_mark(event), f"nested more than {MAX_DEPTH} deep", "write it flatter")
        anchor = _Anchor(_mark(event))
        if event.anchor:
            self.anchors[event.anchor] = anchor
        build = self.section if isinstance(event, yaml.MappingStartEvent) else self.sequence
        anchor.value, anchor.size = build(event, _mark(event) if key is None else key.mark, depth + 1)
        return anchor.value, anchor.size

    def scalar(self, event: Any, key: Scalar | None) -> Scalar:
        text = Scalar(event.value)
        text.mark = _mark(event)
        text.plain = not event.style
        text.cut = text.plain and bool(_COMMENT_FOLLOWS.match(self.text, event.end_mark.index))
        if len(text) > MAX_CHARACTERS:
            what = f"a text of {len(text):,} characters; {MAX_CHARACTERS:,} is the most"
            self.problem(text.mark, what, "write less, or divide it")
            text = _shortened(text)
        hidden = _FORBIDDEN.search(text) if event.style == '"' else None
        if hidden:  # typed as `"\\u0007"`, it would get into what is said, drawn and sent
            self.problem(
                text.mark, f"an invisible character is written here (U+{ord(hidden[0]):04X})", "delete it"
            )
        if text.plain and not text and event.tag is None:
            self.problem(text.mark, *self.no_value(event, key))
        return text

    def no_value(self, event: Any, key: Scalar | None) -> tuple[str, str]:
        """Return what is wrong with a key or a line without a value, and what to write instead."""
        what = f"`{key}` has no value" if key else "this line has no value"
        before = self.text[: event.start_mark.index].rstrip()
        if key and (no_space := NO_SPACE.fullmatch(key)):
            return what, f"write `{no_space[1]}: …`, with a space after the colon"
        if key and " " in key and before.endswith((f"{{{key}", f"{{ {key}")):
            return what, f"write `{key.split()[0]}: …`, with a colon after the key"
        if key and not before.endswith(":"):
            return what, 'put quotes around a text with a comma, as in `"one, two"`'
        below = _KEYS_BELOW.match(self.text, event.end_mark.index) if key else None
        if key and below and len(below["indent"]) == key.mark.column - 1:
            return what, "write one, delete the line, or indent the lines below that belong to it"
        if _COMMENT_FOLLOWS.match(self.text, event.end_mark.index):
            what += ", since ` #` begins a comment"
            return what, "put quotes around a text with `#`, or write a value"
        return what, "write one, or delete the line"

    def section(self, event: Any, mark: Mark, depth: int) -> tuple[Section, int]:
        self.refuse_braces(event)
        section, size = Section(), 1
        section.mark, section.keys_at = mark, {}
        while not isinstance(at := next(self.events), yaml.MappingEndEvent):
            if isinstance(at, yaml.CollectionStartEvent):
                self.refuse_braces(at)
                raise _Refused(_mark(at), *_NO_KEY)
            key, more = self.value(at, depth=depth)
            if not isinstance(key, Scalar):
                raise _Refused(key.mark, *_NO_KEY)
            size = self.grown(size, more, mark)
            value, more = self.value(next(self.events), key, depth)
            size = self.grown(size, more, mark)
            self.enter(section, key, value)
        return section, size

    def refuse_braces(self, event: Any) -> None:
        if self.text.startswith("{{", event.start_mark.index):
            line = _LINE_END.split(self.text)[event.start_mark.line]
            raise _Refused(_mark(event), *(_BRACES_INSIDE if _braces_inside(line) else _BRACES))

    def sequence(self, _event: Any, mark: Mark, depth: int) -> tuple[SequenceNode, int]:
        sequence, size = SequenceNode(), 1
        sequence.mark = mark
        while not isinstance(at := next(self.events), yaml.SequenceEndEvent):
            value, more = self.value(at, depth=depth)
            size = self.grown(size, more, mark)
            sequence.append(value)
        return sequence, size

    def alias(self, event: Any) -> tuple[Any, int]:
        name = event.anchor
        anchor = self.anchors.get(name)
        if anchor is None:
            remedy = f'write `"*{name}"` if the star is meant'
            raise _Refused(_mark(event), f"`*{name}` refers to nothing", remedy)
        if anchor.value is None:
            raise _Refused(
                _mark(event), f"`*{name}` is inside its own anchor `&{name}`", "write the values out"
            )
        anchor.used = True
        self.by_aliases += anchor.size
        return anchor.value, anchor.size

    def grown(self, size: int, more: int, mark: Mark) -> int:
        """Return the size of a value with one more value in it. Whatever makes most of a file too large is blamed for it."""
        if size + more <= MAX_VALUES:
            return size + more
        if self.by_aliases < MAX_VALUES // 2:
            raise _Refused(Mark(1, 1), f"the file has more than {MAX_VALUES:,} values", "divide it")
        what = f"with its aliases written out the file has more than {MAX_VALUES:,} values"
        raise _Refused(mark, what, "use fewer anchors and aliases")

    def enter(self, section: Section, key: Scalar, value: Any) -> None:
        if key in section:
            if is_missing(section[last := next(reversed(section))]) and last != key:
                return  # the lines below a key without a value probably belong to it
            what = f"`{key}` stands twice here (first on line {section.keys_at[key].line})"
            self.problem(key.mark, what, "keep one of the two")
        elif key == "<<" and key.plain:
            self.problem(key.mark, "`<<` means nothing here", "write the keys out")
        else:
            section[str(key)] = value
            section.keys_at[str(key)] = key.mark


def _shortened(text: Scalar) -> Scalar:
    """Return the beginning of a text that is too long, so that no check takes long over the rest."""
    begun = Scalar(text[:_SHORTENED])
    begun.mark, begun.plain, begun.cut = text.mark, text.plain, text.cut
    return begun


_SHORTENED = 100


NO_SPACE = re.compile(r"\s*(?:- )?([a-z_]+|[0-9*#]):[^\s/:].*")
"""A key and a value without the space between them. No message shows the value, which may be a secret."""


_NO_KEY = ("a key must be a text", "put quotes around the whole text")
_BRACES_INSIDE = ("a text with `{{` or `{%` inside `{ }` needs quotes", 'write `{say: "… {{ … }} …", …}`')
_BRACES = ("a text that begins with `{{` needs quotes", 'write `"{{ … }}"`')


def _braces_inside(line: str) -> bool:
    """Return whether an unquoted template stands inside the brackets of a section."""
    line = _without_quoted(line)
    bracket = re.search(r"(?<!\{)\{(?![{%])", line)
    return bracket is not None and re.search(r"[^:\[{\s]\s*\{[{%]", line[bracket.end() :]) is not None


def _without_quoted(line: str) -> str:
    """Blank out the quoted texts of a line. Columns stay as they are."""
    return re.sub(
        r"(?<![^\s:,{\[])(?:\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*')",
        lambda it: f'"{"_" * (len(it[0]) - 2)}"',
        line,
    )


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _explain(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """Return what PyYAML found, in an editor's words, with a remedy for known traps."""
    lines = _LINE_END.split(text)
    slip = _apostrophe(error, lines, file) or _bracketed_mark(error, lines, file)
    if slip := slip or _slip_in_brackets(error, lines, file):
        return slip
    mark = _blamed(error)
    line = lines[mark.line] if mark.line < len(lines) else ""
    what, remedy = _trap(error, line, line[mark.column : mark.column + 1])
    above = next((at for at in range(mark.line - 1, -1, -1) if lines[at].strip()), 0)
    no_space = NO_SPACE.fullmatch(lines[above])
    if no_space and "mapping values" in (error.problem or ""):
        what, remedy = "a space is missing after the colon", f"write `{no_space[1]}: …`"
        return Problem(file, above + 1, no_space.start(1) + 1, "", what, remedy)
    return Problem(file, mark.line + 1, mark.column + 1, "", what, remedy)


def _apostrophe(error: yaml.MarkedYAMLError, lines: Sequence[str], file: str) -> Problem | None:
    """Return the problem of a text in single quotes that an apostrophe ends, as in `'Rosa's Bakery'`."""
    noticed = error.problem_mark
    assert noticed is not None  # the scanner and the parser always set it
    at, line = noticed.column, lines[noticed.line] if noticed.line < len(lines) else ""
    if at < 2 or not re.fullmatch(r"\w'\w", line[at - 2 : at + 1]):
        return None
    what = "an apostrophe ends a text in single quotes"
    return Problem(file, noticed.line + 1, at, "", what, "put double quotes around the text")


_MARK = re.compile(r"\[(/?(?:pause|slow|spell|say as)\b[^\[\]]{0,40})\]")


def _bracketed_mark(error: yaml.MarkedYAMLError, lines: Sequence[str], file: str) -> Problem | None:
    """Return the problem of a mark such as `[slow]` in brackets, which are a list in YAML."""
    assert error.problem_mark is not None
    line = error.problem_mark.line
    found = _MARK.search(_without_quoted(lines[line][:_SLIP_COLUMNS])) if line < len(lines) else None
    if found is None:
        return None
    return Problem(
        file, line + 1, found.start() + 1, "", f"`{found[0]}` is no mark of a text", f"write `<{found[1]}>`"
    )


def _slip_in_brackets(error: yaml.MarkedYAMLError, lines: Sequence[str], file: str) -> Problem | None:
    begun, noticed = error.context_mark, error.problem_mark
    if not begun or not noticed or "flow" not in (error.context or ""):
        return None
    last = min(noticed.line + 1, begun.line + _SLIP_LINES)
    for number, line in enumerate(lines[begun.line : last], begun.line + 1):
        for pattern, what, remedy in _SLIPS_IN_BRACKETS:
            if found := re.search(pattern, _without_quoted(line[:_SLIP_COLUMNS])):
                return Problem(file, number, found.start("here") + 1, "", what, remedy)
    return None


_SLIP_LINES, _SLIP_COLUMNS = 100, 500
"""How far a slip is searched for. Its patterns, a file of their own, may be slow in a longer line."""


def _blamed(error: yaml.MarkedYAMLError) -> yaml.Mark:
    """Return the place that an editor should look at. For an unclosed bracket, that is where it opens."""
    begun, noticed = error.context_mark, error.problem_mark
    assert noticed is not None  # the scanner and the parser always set it
    context = error.context or ""
    if begun and any(opened in context for opened in ("quoted scalar", "alias", "simple key", "anchor")):
        return begun
    return begun if begun and "flow" in context and begun.line < noticed.line else noticed


def _trap(error: yaml.MarkedYAMLError, line: str, character: str) -> tuple[str, str]:
    context = f"{error.context or ''} {error.problem or ''}"
    if "\t" in line[: len(line) - len(line.lstrip())] or character == "\t":
        return "a tab stands where spaces belong", "indent with spaces, two for each level"
    if _braces_inside(line):
        return _BRACES_INSIDE
    if re.search(r"(^|[:\-,{\[])\s*\{[{%]", line):
        return "a text that begins with `{{` or `{%` needs quotes", 'write `"{{ … }}"`'
    if "alias" in context or re.match(r"\s*(- )?\*", line):
        return "an unquoted `*` means something else in YAML", 'write `"*"` with quotes'
    if character and character in "@`%&!|>,]}":
        return f"a text cannot begin with `{character}`", "put quotes around the text"
    for part, what, remedy in _TRAPS:
        if part in context:
            return what, remedy
    return f"YAML cannot be read here ({(error.problem or 'unknown').strip()})", "put quotes around the text"


class _Trap(NamedTuple):
    part: str
    """A part of PyYAML's message."""
    what: str
    remedy: str


_TRAPS = read_table(list[_Trap], Path(__file__).with_name("traps.yaml"))
_SLIPS_IN_BRACKETS = read_table(list[_Trap], Path(__file__).with_name("slips_in_brackets.yaml"))
