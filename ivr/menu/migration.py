"""Rewrites a hotline of version 0.3: its texts are edited in place, so that comments and layout stay.

Until 0.3 the words of an option stood under its key. Today they stand under its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.language.model import Model, read_table
from ivr.menu.reading.draft import MENU_FILE
from ivr.menu.reading.yaml import Mark, Scalar, Section, read


class _Old(Model):
    """What version 0.3 wrote otherwise."""

    phrases: dict[str, str]
    python: str
    actions: str
    texts: dict[str, dict[str, str]]


_OLD = read_table(_Old, Path(__file__).with_suffix(".yaml"))
_TELEPHONE_KEY = re.compile(r"[0-9*#]+")
_OPTIONS = ("menu", "keys")
"""Where the options of a node stand."""


@dataclass(slots=True)
class _Text:
    """A file, and the edits to make in it."""

    text: str
    section: Section
    edits: dict[int, tuple[str, str]] = field(default_factory=dict)
    """By offset: the text to replace there, which may be empty, and the new one."""
    _lines: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Note where each line begins."""
        self._lines = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", self.text))]

    def at(self, mark: Mark) -> int:
        return self._lines[mark.line - 1] + mark.column - 1

    def rename_key(self, section: Section, key: str, name: str) -> None:
        """Replace a key where it stands. A key that several aliases share is replaced once."""
        offset = self.at(section.keys_at[key])
        for typed in (f'"{key}"', f"'{key}'", key):
            if self.text.startswith(typed, offset):
                self.edits.setdefault(offset, (typed, name))
                return

    def insert(self, section: Section, before: str, entry: str) -> None:
        """Insert an entry before a key, on a line of its own unless the section stands in brackets."""
        offset = self.at(section.keys_at[before])
        line = self.text[self.text.rfind("\n", 0, offset) + 1 : offset]
        in_brackets = bool(line.strip()) or self.text[:offset].rstrip()[-1:] in {"{", ","}
        earlier = self.edits.get(offset, ("", ""))[1]
        newline = "\r\n" if "\r\n" in self.text else "\n"
        self.edits[offset] = "", earlier + entry + (", " if in_brackets else newline + line)

    def wrap(self, value: Scalar, name: str) -> None:
        """Give a lone target a name of its own."""
        self.edits[self.at(value.mark)] = str(value), f"{{go: {value}, name: {name}}}"

    @property
    def edited(self) -> str:
        made = self.text
        for offset, (old, new) in sorted(self.edits.items(), reverse=True):
            made = made[:offset] + new + made[offset + len(old) :]
        return made


def migrated(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a hotline that must change, with their new texts.

    A file that cannot be read stays as it is, and so does everything that has no obvious successor: `ivr check` names it.
    """
    return _Migration(dict(_readable(sources))).result()


def _readable(sources: Mapping[str, str]) -> Iterator[tuple[str, _Text]]:
    for name, text in sources.items():
        section, _ = read(text, name)
        if section is not None:
            yield name, _Text(text, section)


@dataclass(slots=True)
class _Migration:
    files: Mapping[str, _Text]
    nodes: dict[str, tuple[_Text, Section]] = field(default_factory=dict)
    """The nodes, each with its file."""

    def __post_init__(self) -> None:
        """Find the nodes of all files."""
        for name, file in self.files.items():
            if not _language_of(name):
                for node, section in _sections(file.section, "nodes"):
                    self.nodes.setdefault(node, (file, section))

    def result(self) -> dict[str, str]:
        added: dict[str, str] = {}
        if MENU_FILE in self.files:
            top = self.files[MENU_FILE]
            translated = len(_list(top.section.get("languages"))) > 1
            anywhere = self.names(top, top.section, "anywhere", named=translated)
            options = {
                (node, field): self.names(file, section, field, named=translated)
                for node, (file, section) in self.nodes.items()
                for field in _OPTIONS
            }
            self.words(anywhere, options)
            added = self.demonstration_bank()
        edited = {name: file.edited for name, file in self.files.items() if file.edits}
        return {**edited, **added}

    def names(self, file: _Text, section: Section, field: str, *, named: bool) -> dict[str, str]:
        """Return the name of each option, by key, and give names to those that would share one with another."""
        names: dict[str, str] = {}
        options = section.get(field)
        for key, option in options.items() if isinstance(options, Section) else ():
            inside = option if isinstance(option, Section) else Section()
            target = inside.get("go") if inside else option
            if not isinstance(target, Scalar) or "language" in inside:
                continue
            name = str(inside.get("name", target))
            if name in names.values() and named:
                name = _unused(str(target), names.values())
                if inside:
                    file.insert(inside, "go", f"name: {name}")
                else:
                    file.wrap(target, name)
            names[key] = name
        return names

    def words(
        self, anywhere: Mapping[str, str], options: Mapping[tuple[str, str], Mapping[str, str]]
    ) -> None:
        """Put the names of options in place of their keys, in every words file."""
        for name, file in self.files.items():
            if name == MENU_FILE or _language_of(name):
                self.phrases(file)
            if not _language_of(name):
                continue
            self.words_of(file, file.section, "anywhere", anywhere)
            for node, section in _sections(file.section, "nodes"):
                for each in _OPTIONS:
                    self.words_of(file, section, each, options.get((node, each), {}))

    def words_of(self, file: _Text, section: Section, field: str, names: Mapping[str, str]) -> None:
        words = section.get(field)
        for key in list(words) if isinstance(words, Section) else ():
            if isinstance(words, Section) and _TELEPHONE_KEY.fullmatch(key) and key in names:
                file.rename_key(words, key, names[key])

    def phrases(self, file: _Text) -> None:
        phrases = file.section.get("phrases")
        for old, new in _OLD.phrases.items():
            if isinstance(phrases, Section) and old in phrases:
                file.rename_key(phrases, old, new)

    def demonstration_bank(self) -> dict[str, str]:
        """Name the module of the demonstration bank where its actions run. Return the actions file if there was none."""
        actions = self.files.get(ACTIONS_FILE)
        has_accounts = actions is not None and bool(actions.section.keys() & {"python", "accounts"})
        if has_accounts:
            return {}
        own = {name for name, _ in _sections(actions.section, "actions")} if actions else set[str]()
        runs = {section.get("run") for _, section in self.nodes.values()} - own
        if not runs & set(_OLD.actions.split()):
            return {}
        self.messages()
        if actions is None:
            return {ACTIONS_FILE: f"python: {_OLD.python}\n"}
        actions.insert(actions.section, next(iter(actions.section)), f"python: {_OLD.python}")
        return {}

    def messages(self) -> None:
        """Add the words of the messages that actions of the demonstration bank send today."""
        languages = [str(each) for each in _list(self.files[MENU_FILE].section.get("languages"))]
        for node, (file, section) in self.nodes.items():
            texts = _OLD.texts.get(str(section.get("run")), {})
            if not texts or "text" in section:
                continue
            for number, language in enumerate(languages):
                text = texts.get(language.split("-", maxsplit=1)[0])
                entry = f"text: {json.dumps(text, ensure_ascii=False)}"
                if text is None:
                    continue
                if number == 0:
                    file.insert(section, "run", entry)
                else:
                    self.message_in(language, node, entry)

    def message_in(self, language: str, node: str, entry: str) -> None:
        """Add the words of a message to a words file, unless its node has others there."""
        file = self.files.get(f"prompts.{language}.yaml")
        nodes = file.section.get("nodes") if file else None
        if file is not None and isinstance(nodes, Section) and nodes and node not in nodes:
            file.insert(nodes, next(iter(nodes)), f"{node}: {{{entry}}}")


def _unused(target: str, names: Any) -> str:
    number = 2
    while f"{target}_{number}" in names:
        number += 1
    return f"{target}_{number}"


def _language_of(file: str) -> str:
    found = re.fullmatch(r"prompts\.(.+)\.yaml", file)
    return found[1] if found else ""


def _sections(section: Section, key: str) -> Iterator[tuple[str, Section]]:
    """Yield the sections under a key, by name."""
    inside = section.get(key)
    for name, each in inside.items() if isinstance(inside, Section) else ():
        if isinstance(each, Section):
            yield name, each


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
