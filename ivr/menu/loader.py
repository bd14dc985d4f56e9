"""From the sources of a hotline to its tree, or to the list of everything that is wrong with it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from ivr.menu import checks, compiler
from ivr.menu.contract import Contract
from ivr.menu.declared import declare, kind_problem
from ivr.menu.nodes import KINDS, NAME_PATTERN, SPECIAL_TARGETS, Hotline, Node, WordsFile
from ivr.menu.problems import Problem, nearest
from ivr.menu.reader import Section, place, read
from ivr.menu.tree import Tree

MENU_FILE = "menu.yaml"

VoiceProblem = Callable[[str, str], str | None]
"""Tells what is wrong with a voice for a language, or None."""


@dataclass(slots=True)
class Draft:
    """A hotline while it is read: what could be declared, where it stands, and what is wrong."""

    hotline: Hotline | None = None
    nodes: dict[str, Node] = field(default_factory=dict)
    names: dict[str, tuple[str, Section]] = field(default_factory=dict)
    """Every node that was typed, also one that is wrong: its file and its section."""
    words: dict[str, WordsFile] = field(default_factory=dict)
    word_sections: dict[str, tuple[str, Section]] = field(default_factory=dict)
    top: Section | None = None
    problems: list[Problem] = field(default_factory=list)

    def problem(self, node: str, path: tuple[object, ...], what: str, remedy: str) -> None:
        """Note a problem at a place in a node, or at a place of the menu file when ``node`` is empty."""
        file, section = self.names[node] if node else (MENU_FILE, self.top)
        self.problems.append(Problem(file, *place(section, *path), node, what, remedy))

    def word_problem(
        self, language: str, node: str, path: tuple[object, ...], what: str, remedy: str
    ) -> None:
        """Note a problem in a words file."""
        file, section = self.word_sections[language]
        self.problems.append(Problem(file, *place(section, *path), node, what, remedy))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of the sources: a tree when no problem is an error."""

    tree: Tree | None
    problems: tuple[Problem, ...]


def version_of(sources: Mapping[str, str]) -> str:
    """Return the hash that names a version of a menu."""
    return hashlib.sha256(json.dumps(sorted(sources.items())).encode()).hexdigest()[:16]


def load(
    sources: Mapping[str, str],
    contracts: Mapping[str, Contract],
    recordings: Mapping[str, str] | None = None,
    voice_problem: VoiceProblem | None = None,
) -> Loaded:
    """Compile a hotline from its files (name to text).

    ``contracts`` are the actions that it may run, ``recordings`` the published names of the audio files that exist
    (``zh-CN/greeting.wav`` to ``zh-CN/greeting.1f3a9c2e.wav``).
    """
    draft = _draft(sources)
    if draft.hotline is not None:
        checks.check(draft, contracts, voice_problem)
    problems = tuple(sorted(set(draft.problems)))
    if draft.hotline is None or any(problem.severity == "error" for problem in problems):
        return Loaded(None, problems)
    tree = compiler.compile_tree(
        draft.hotline, draft.nodes, draft.words, sources, version_of(sources), recordings or {}, contracts
    )
    return Loaded(tree, problems)


def _draft(sources: Mapping[str, str]) -> Draft:
    draft = Draft()
    if MENU_FILE not in sources:
        draft.problems.append(
            Problem(MENU_FILE, 1, 1, "", "there is no menu.yaml", "write one with `ivr new`")
        )
        return draft
    draft.top = _section(draft, MENU_FILE, sources[MENU_FILE])
    if draft.top is None:
        return draft
    _declare_nodes(draft, MENU_FILE, draft.top)
    rest = _without_nodes(draft.top)
    draft.hotline = declare(Hotline, rest, MENU_FILE, "", draft.problems)
    if draft.hotline is None:
        return draft
    for position, name in enumerate(draft.hotline.include):
        _include(draft, name, position, sources)
    draft.hotline = draft.hotline.model_copy(update={"nodes": draft.nodes})
    for language in draft.hotline.languages[1:]:
        _words(draft, language, sources)
    _stray_files(draft, sources)
    return draft


def _section(draft: Draft, file: str, text: str) -> Section | None:
    section, problems = read(text, file)
    draft.problems += problems
    return section


def _without_nodes(top: Section) -> Section:
    rest = Section({**top, **({"nodes": {}} if isinstance(top.get("nodes"), Section) else {})})
    rest.mark, rest.keys_at = top.mark, top.keys_at
    return rest


def _declare_nodes(draft: Draft, file: str, top: Section) -> None:
    raw = top.get("nodes")
    if not isinstance(raw, Section):
        return
    for name, section in raw.items():
        if not isinstance(section, Section):
            draft.problems.append(
                Problem(
                    file,
                    *raw.keys_at[name],
                    name,
                    "a node is a section",
                    "write `say:` or another kind below it",
                )
            )
            continue
        if name in draft.names:
            other, first = draft.names[name]
            what = f"there is another node of this name in {other}, line {place(first).line - 1}"
            draft.problems.append(Problem(file, *raw.keys_at[name], name, what, "rename one of the two"))
            continue
        draft.names[name] = (file, section)
        _declare_node(draft, file, name, section, raw)


def _declare_node(draft: Draft, file: str, name: str, section: Section, raw: Section) -> None:
    problem = kind_problem(section, file, name)
    if problem:
        draft.problems.append(problem)
        return
    if name in SPECIAL_TARGETS or not re.fullmatch(NAME_PATTERN, name):
        what = f"`{name}` cannot be the name of a node"
        remedy = (
            "use small letters, digits and `_`, such as `main_menu`, and not `back`, `repeat` or `return`"
        )
        draft.problems.append(Problem(file, *raw.keys_at[name], name, what, remedy))
    kind = next(kind for kind in KINDS if kind in section)
    node = declare(KINDS[kind], section, file, name, draft.problems)
    if node is not None:
        draft.nodes[name] = node


def _include(draft: Draft, name: str, position: int, sources: Mapping[str, str]) -> None:
    if name not in sources:
        yaml_files = [source for source in sources if source.endswith(".yaml")]
        guess = nearest(name, yaml_files)
        remedy = f"did you mean `{guess}`?" if guess else "write the file, or delete the line"
        draft.problem("", ("include", position), f"there is no file `{name}`", remedy)
        return
    section = _section(draft, name, sources[name])
    if section is None:
        return
    for key in section:
        if key != "nodes":
            draft.problems.append(
                Problem(
                    name,
                    *section.keys_at[key],
                    "",
                    f"`{key}` is not known here",
                    "an included file has only `nodes:`",
                )
            )
    _declare_nodes(draft, name, section)


def _words(draft: Draft, language: str, sources: Mapping[str, str]) -> None:
    file = words_file(language)
    if file not in sources:
        draft.problem("", ("languages",), f"the words of `{language}` are missing", f"write {file}")
        return
    section = _section(draft, file, sources[file])
    if section is None:
        return
    words = declare(WordsFile, section, file, "", draft.problems)
    if words is None:
        return
    draft.word_sections[language] = (file, section)
    if words.language != language:
        draft.word_problem(
            language, "", ("language",), f"this file says `{words.language}`", f"write `{language}`"
        )
    draft.words[language] = words


def words_file(language: str) -> str:
    """Return the name of the file with the words of a language."""
    return f"prompts.{language}.yaml"


def _stray_files(draft: Draft, sources: Mapping[str, str]) -> None:
    """Point at words files of languages that the hotline does not name: forgotten lines, or misspelt names."""
    assert draft.hotline is not None
    for name in sources:
        parts = PurePosixPath(name).name.split(".")
        if len(parts) == 3 and parts[0] == "prompts" and parts[1] not in draft.hotline.languages:
            what = f"the language `{parts[1]}` is not among the hotline's `languages:`"
            guess = nearest(parts[1], draft.hotline.languages[1:])
            remedy = f"did you mean `{guess}`?" if guess else "add it there, or delete the file"
            draft.problems.append(Problem(name, 1, 1, "", what, remedy))


def zone(name: str) -> ZoneInfo | None:
    """Return a time zone, or None when there is none of this name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
