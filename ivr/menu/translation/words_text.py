"""A words file as a text: it is edited in lines, so that comments and layout stay.

Above each translated text stands the first language's, as it was when the file was written last. If that has changed since,
a second comment keeps the old one, with four characters that stand for the words of that time::

    # CHANGED from: Hello. [3f2a]
    # en-US: Hello, and welcome.
    greeting: Hola.

The mark goes as soon as the words are others, or when somebody deletes its line. What has no words yet stands behind ``#-``,
where it belongs.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ivr.menu.reading.yaml import Section, read
from ivr.menu.translation.content import dumped, plain, with_values
from ivr.menu.translation.entries import Entry, Place, Shape, block_of, part_of

_SOURCE = re.compile(r"# (?P<tag>[a-z]{2,3}-[A-Z]{2})(?: (?P<part>[a-z][a-z0-9_ ]*))?: (?P<text>.*)")
_CHANGED = re.compile(r"# CHANGED(?: (?P<part>[a-z][a-z0-9_ ]*))? from: (?P<text>.*)")
_TO_FILL = re.compile(r"#- (?:[a-z][a-z0-9_]*:|# [a-z]{2,3}-[A-Z]{2}: .*)")
_COMMENT = re.compile(r"(?:^|\s)(#.*)")
_HEAD = "# yaml-language-server: $schema=.schema/prompts.json\nlanguage: {language}\n"
_LINE_BREAK = " ⏎ "


@dataclass(frozen=True, slots=True)
class Memory:
    """What a words file says of a text when it was translated."""

    source: str
    """The first language's text, in one line."""
    before: str | None = None
    """The text that the words were made for, if they have not been changed since the first language's was."""
    words: str = ""
    """The hash of the words at that time."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Some lines of a file that belong together: a node, or another section, with the comments above it."""

    key: Place
    start: int
    at: int
    """The line of its key."""
    end: int


@dataclass(slots=True)
class WordsText:
    """A words file, cut into blocks."""

    language: str
    first: str
    """The hotline's first language."""
    lines: list[str]
    section: Section
    newline: str = "\n"
    sections: list[_Block] = field(default_factory=list)
    nodes: list[_Block] = field(default_factory=list)
    places: dict[Place, tuple[int, int]] = field(default_factory=dict)
    """The line and the column of each key."""
    memory: dict[Place, Memory] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    """The lines that were written by us."""

    @classmethod
    def of(cls, text: str, language: str, first: str) -> WordsText:
        """Read a file, which may be empty. Its YAML must be right."""
        text = without_empty_nodes(text)
        if not text.strip():
            text = _HEAD.format(language=language)
        section, problems = read(text, "words")
        if section is not None and not _in_lines(section):
            comments = [line for line in text.splitlines() if line.startswith("#")]
            text = "\n".join([*comments, dumped(plain(section))])
            section, problems = read(text, "words")
        assert section is not None, problems
        made = cls(language, first, _split(text), section, "\r\n" if "\r\n" in text else "\n")
        made._cut()
        made._remember()
        return made

    # --- reading

    def _cut(self) -> None:
        self._find_places(self.section, ())
        nodes = self.section.get("nodes")
        self.sections = self._blocks(self.section, (), len(self.lines))
        within = next((each for each in self.sections if each.key == ("nodes",)), None)
        if isinstance(nodes, Section) and within is not None:
            self.nodes = self._blocks(nodes, ("nodes",), within.end)

    def _blocks(self, section: Section, path: Place, end: int) -> list[_Block]:
        keys = sorted(section.keys_at.items(), key=lambda each: each[1])
        if not keys:
            return []
        starts = [self._above(mark.line - 1, mark.column - 1) for _, mark in keys]
        ends = [*starts[1:], end]
        return [
            _Block((*path, key), start, mark.line - 1, stop)
            for (key, mark), start, stop in zip(keys, starts, ends, strict=True)
        ]

    def _above(self, line: int, indent: int) -> int:
        """Return the first line of the comments above a key. Deeper lines may be part of a text."""
        while line and (not (above := self.lines[line - 1]).strip() or _is_comment(above, indent)):
            line -= 1
        return line

    def _find_places(self, section: Section, path: Place) -> None:
        for key, mark in section.keys_at.items():
            self.places[*path, key] = (mark.line - 1, mark.column - 1)
            if isinstance(inner := section[key], Section):
                self._find_places(inner, (*path, key))

    def _remember(self) -> None:
        texts = repr(plain(self.section))
        to_fill = [number for number, line in enumerate(self.lines) if _TO_FILL.fullmatch(_words_after(line))]
        # A line of a text may look like one.
        self.dropped |= {number for number in to_fill if self.lines[number].strip() not in texts}
        for block in (*self.sections, *self.nodes):
            if block.key != ("nodes",):
                self._remember_at(block.at, block.key)
        for place, (line, column) in self.places.items():
            is_block = len(place) <= len(block_of(place))
            if not is_block and not self.lines[line][:column].strip():
                self._remember_at(line, place)

    def _remember_at(self, line: int, at: Place) -> None:
        """Read our comments above a key."""
        indent, before = self.places[at][1], dict[Place, tuple[str, str]]()
        first = line
        while first and _is_comment(self.lines[first - 1], indent):
            first -= 1
        for number in range(first, line):
            text = self.lines[number].strip()
            changed, source = _CHANGED.fullmatch(text), _SOURCE.fullmatch(text)
            was, _, words = changed["text"].rpartition(" [") if changed else ("", "", "")
            if changed:
                before[self._named(at, changed["part"])] = was, words.removesuffix("]")
            elif source and source["tag"] == self.first:
                place = self._named(at, source["part"])
                self.memory[place] = Memory(source["text"], *before.pop(place, (None, "")))
            if changed or (source and source["tag"] == self.first):
                self.dropped.add(number)

    def _named(self, at: Place, part: str | None) -> Place:
        return (*at, *part.split()) if part else at

    # --- writing

    def replaced(self, values: Mapping[Place, tuple[Shape, str]]) -> str:
        """Return the file with other words at some places. Only the nodes that have them are written anew."""
        changed: dict[Place, dict[Place, tuple[Shape, str]]] = {}
        for place, value in values.items():
            changed.setdefault(block_of(place), {})[place] = value
        known = {each.key: each for each in (*self.sections, *self.nodes)}
        made, added = dict[int, list[str]](), list[tuple[Place, list[str]]]()
        skipped = set[int]()
        for key, inside in changed.items():
            block = known.get(key)
            old = self.section.get("nodes", {}).get(key[1]) if len(key) > 1 else self.section.get(key[0])
            lines = self._block_lines(key, with_values(plain(old), key, inside))
            if block is None:
                added.append((key, lines))
                continue
            texts = repr(plain(old))
            body = range(block.at, block.end)
            comments = (_COMMENT.search(self.lines[n]) for n in body if n not in self.dropped)
            kept = [each[1].strip() for each in comments if each and each[1].strip() not in texts]
            # Comments within it go above it; ours are kept where they can be found again.
            above = [f"{self._indent(key)}{comment}" for comment in kept]
            made[block.at] = [*above, *self._labelled(key), *lines]
            skipped |= {*body, *(n for n in range(block.start, block.at) if n in self.dropped)}
        text: list[str] = []
        has_nodes = isinstance(self.section.get("nodes"), Section)
        for number, line in enumerate(self.lines):
            text += made.get(number, [])
            if number not in skipped and not (line.strip() == "nodes:" and not has_nodes):
                text.append(line)
        while text and not text[-1].strip():
            text.pop()
        top = [lines for key, lines in added if len(key) == 1]
        nodes = [lines for key, lines in added if len(key) > 1]
        at = next((n for n, line in enumerate(text) if re.match("nodes:", line)), len(text))
        text[at:at] = [line for lines in top for line in lines]
        if nodes and not has_nodes:
            text.append("nodes:")
        text += [line for lines in nodes for line in lines]
        return self.newline.join([*text, ""])

    def _block_lines(self, key: Place, content: Any) -> list[str]:
        text = dumped({key[-1]: content})
        return [self._indent(key) + line if line.strip() else "" for line in text.rstrip("\n").split("\n")]

    def _indent(self, key: Place) -> str:
        """Return the spaces before a section of this file, or before a node."""
        if len(key) == 1:
            return ""
        return " " * (self.places[self.nodes[0].key][1] if self.nodes else 2)

    def _labelled(self, key: Place) -> Iterator[str]:
        for place, memory in self.memory.items():
            if place[: len(key)] == key and block_of(place) == key:
                yield from _comments(memory, self.first, part_of(place), self._indent(key))

    def updated(self, entries: Sequence[Entry], done: Mapping[Place, str]) -> str:
        """Return the file with the first language's texts beside its own, in the order of the menu.

        ``done`` are places whose words have just been given, with the source that they were made for.
        """
        order = {key: number for number, key in enumerate(dict.fromkeys(each.block for each in entries))}
        before, missing = dict[int, list[str]](), dict[Place, list[Entry]]()
        for entry in entries:
            if entry.translation:
                self._note(entry, done.get(entry.place), before)
            elif entry.missing:
                missing.setdefault(self._nearest(entry.place), []).append(entry)
        after, lacking = dict[int, list[str]](), dict[Place, list[Entry]]()
        for parent, inside in missing.items():
            if parent in {(), ("nodes",)}:
                for each in inside:
                    lacking.setdefault(each.block, []).append(each)
            else:
                line, column = self._end_of(parent)
                after.setdefault(line, []).extend(_to_fill(parent, inside, self.first, " " * column))
        return self._assembled(order, before, after, lacking)

    def _assembled(
        self,
        order: Mapping[Place, int],
        before: Mapping[int, list[str]],
        after: Mapping[int, list[str]],
        lacking: Mapping[Place, list[Entry]],
    ) -> str:
        """Return the file with these lines before and after others. ``lacking`` are the blocks that it does not have."""
        fills = {
            key: [*_to_fill(key[:-1], entries, self.first, self._indent(key))]
            for key, entries in lacking.items()
        }
        out: list[str] = []
        for block in self.sections:
            if block.key != ("nodes",):
                out += self._emitted(block, before, after)
        out += [line for key, lines in fills.items() if len(key) == 1 for line in lines]
        head = next((each for each in self.sections if each.key == ("nodes",)), None)
        if head is not None:
            out += self._emitted_head(head)
        elif any(len(key) > 1 for key in fills):
            out.append("nodes:")
        blocks = list[tuple[int, int, list[str]]]()
        last = 0
        for number, block in enumerate(self.nodes):
            last = order.get(block.key, last)  # one that the menu lacks stays behind the one before it
            blocks.append((last, number, [*self._emitted(block, before, after)]))
        blocks += [(order[key], -1, lines) for key, lines in fills.items() if len(key) > 1]
        for _, _, lines in sorted(blocks):
            out += lines
        return self.newline.join([*_without_blanks_at_end(out), ""])

    def _nearest(self, place: Place) -> Place:
        """Return the nearest section of the file in which words for a place can be written in lines of their own."""
        for length in range(len(place) - 1, 0, -1):
            section: Any = self.section
            for key in place[:length]:
                section = section.get(key) if isinstance(section, Section) else None
            if isinstance(section, Section) and section and self._begins_lines(place[:length], section):
                return place[:length]
        return () if place[0] != "nodes" else ("nodes",)

    def _begins_lines(self, place: Place, section: Section) -> bool:
        marks = [self.places[(*place, key)] for key in section.keys_at]
        return all(not self.lines[line][:column].strip() for line, column in marks)

    def _end_of(self, place: Place) -> tuple[int, int]:
        """Return the last line of a section, and the column of what is in it."""
        section: Any = self.section
        for key in place:
            section = section[key]
        column = min(mark.column - 1 for mark in section.keys_at.values())
        last = max(mark.line - 1 for mark in section.keys_at.values())
        block = next(each for each in (*self.nodes, *self.sections) if each.key == block_of(place))
        after = [
            line for line, at in self.places.values() if line > last and at <= column and line < block.end
        ]
        end = self._above(min(after), column) if after else block.end
        while end > last + 1 and not self.lines[end - 1].strip():
            end -= 1
        return end - 1, column

    def _emitted(
        self, block: _Block, before: Mapping[int, list[str]], after: Mapping[int, list[str]]
    ) -> Iterator[str]:
        for number in range(block.start, block.end):
            yield from before.get(number, ())
            if number not in self.dropped:
                yield self.lines[number]
            yield from after.get(number, ())

    def _emitted_head(self, block: _Block) -> Iterator[str]:
        """Yield `nodes:` and what stands above it."""
        end = self.nodes[0].start if self.nodes else block.end
        for number in range(block.start, end):
            if number not in self.dropped:
                yield self.lines[number]

    def remembered(self, entry: Entry, done: str | None = None) -> Memory:
        """Return what is to be kept of a translated text: what it was made for, and whether that has changed."""
        now, words = _as_line(entry.source), _hash(entry.translation)
        memory = Memory(_as_line(done)) if done is not None else self._memory(entry.place)
        if memory is None:
            return Memory(now)
        was = memory.before
        if was is not None and words == memory.words and was != now:
            return Memory(now, was, words)
        was = memory.source if memory.source != now else None
        return Memory(now, was, words if was is not None else "")

    def _memory(self, place: Place) -> Memory | None:
        """Return the memory of a text. A lone text has it under its node."""
        return self.memory.get(place) or (self.memory.get(place[:2]) if place[0] == "nodes" else None)

    def _note(self, entry: Entry, done: str | None, before: dict[int, list[str]]) -> None:
        memory, block = self.remembered(entry, done), entry.block
        line, column = self.places.get(entry.place, (-1, 0))
        if line >= 0 and not self.lines[line][:column].strip():
            before.setdefault(line, []).extend(_comments(memory, self.first, "", " " * column))
            return
        line, column = self.places[block]
        part = "" if entry.place not in self.places and len(entry.place) == len(block) + 1 else entry.part
        before.setdefault(line, []).extend(_comments(memory, self.first, part, " " * column))


def without_empty_nodes(text: str) -> str:
    """Return a words file without a `nodes:` that has nothing below it, as one that is just begun has."""
    return _EMPTY_NODES.sub("", text)


_EMPTY_NODES = re.compile(
    r"^nodes:[ \t]*(?:\{[ \t]*\}[ \t]*$|$(?=(?:\r?\n[ \t]*(?:#.*)?)*\Z))\r?\n?", re.MULTILINE
)


def _comments(memory: Memory, first: str, part: str, indent: str) -> Iterator[str]:
    label = f" {part}" if part else ""
    if memory.before is not None:
        yield f"{indent}# CHANGED{label} from: {memory.before} [{memory.words}]"
    yield f"{indent}# {first}{label}: {memory.source}"


def _to_fill(parent: Place, entries: Sequence[Entry], first: str, indent: str) -> Iterator[str]:
    """Yield the lines of what has no words yet, for somebody who takes `#- ` away and writes them."""
    written = set[Place]()
    count = Counter(each.block for each in entries)
    for entry in entries:
        path = entry.place[len(parent) :]
        if count[entry.block] == 1 and len(path) == 2 and entry.part in _LONE:
            path = path[:1]
        source = f"# {first}: {_as_line(entry.source)}"
        for depth in range(len(path)):
            if path[: depth + 1] not in written:
                written.add(path[: depth + 1])
                if depth == len(path) - 1:
                    yield f"{indent}#- {'  ' * depth}{source}"
                yield f"{indent}#- {'  ' * depth}{path[depth]}:"


_LONE = frozenset({"say", "end"})
"""What a lone text of a node stands for."""


def _in_lines(section: Section) -> bool:
    """Return whether each node begins a line."""
    nodes = section.get("nodes")
    sections = [section, *([nodes] if isinstance(nodes, Section) else [])]
    starts = [mark.line for each in sections for mark in each.keys_at.values()]
    return len(set(starts)) == len(starts)


def _words_after(line: str) -> str:
    """Return a line without the spaces before it, and behind `#-`."""
    mark, _, rest = line.strip().partition(" ")
    return f"{mark} {rest.lstrip()}"


def _split(text: str) -> list[str]:
    return re.split(r"\r\n|\n|\r", text.removesuffix("\n").removesuffix("\r"))


def _is_comment(line: str, indent: int) -> bool:
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip()) <= indent


def _as_line(text: str) -> str:
    return _LINE_BREAK.join(each.strip() for each in text.split("\n"))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:4]


def _without_blanks_at_end(lines: Collection[str]) -> list[str]:
    made = list(lines)
    while made and not made[-1].strip():
        made.pop()
    return made
