"""Turns the files of a hotline into its tree, or into a list of everything that is wrong with them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NoReturn

from ivr.menu.checks import structure
from ivr.menu.checks.http_actions import check_actions
from ivr.menu.checks.recorded import missing_recordings
from ivr.menu.compiler import compile_tree
from ivr.menu.http_actions import accounts_over_http, contract_as_typed, contracts_with, http_actions
from ivr.menu.language.contract import Contract, Times
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.http_services import ACTIONS_FILE, ActionsFile
from ivr.menu.language.nodes import KINDS
from ivr.menu.language.scalars import NODE_NAME, YAML_FILE
from ivr.menu.language.suggestions import did_you_mean, nearest
from ivr.menu.language.words_files import WordsFile, spoken_words
from ivr.menu.reading.draft import DATA_FILES, MENU_FILE, Draft, TypedSection, entries
from ivr.menu.reading.problems import HotlineTooLarge, Problem, SearchEnded, more_problems
from ivr.menu.reading.validation import NODE_KEYS, declare, declare_most, declare_parts, kind_problem
from ivr.menu.reading.yaml import MAX_VALUES, Section, is_missing, place, read, values_in
from ivr.menu.tree import LoadedNodes, Tree

MAX_HOTLINE = 4 * 1024 * 1024
"""Characters of all files of a menu. One of ten thousand nodes in two languages has 1.3 million."""


MAX_NODES = 10_000
"""Nodes of a hotline. The largest that we know have some hundreds, and ours has 142. One that is as large as this takes five
seconds to check, most of them for the rules of the voice."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of loading. There is a tree only if no problem is an error."""

    tree: Tree | None
    problems: tuple[Problem, ...]
    draft: Draft | None = None
    """What was read. Tools use it to find the place of something."""


def version_of(sources: Mapping[str, str]) -> str:
    """Return the hash that names a version of a menu."""
    return hashlib.sha256(json.dumps(sorted(sources.items())).encode()).hexdigest()[:16]


def load(
    sources: Mapping[str, str],
    contracts: Mapping[str, Contract],
    recordings: Mapping[str, str] | None = None,
    unread: Mapping[str, str] | None = None,
    *,
    withheld: Mapping[str, Contract] | None = None,
    complete: bool = True,
    all_recorded: bool = True,
) -> Loaded:
    """Compile a hotline from its files, which map a name to a text.

    ``contracts`` are the built-in actions; ``actions.yaml`` may add others. ``recordings`` maps each audio file to its
    published name, such as ``zh-CN/greeting.wav`` to ``zh-CN/greeting.1f3a9c2e.wav``. ``unread`` are files in the folder that
    no menu names. ``withheld`` are built-in actions that need an account service which the hotline lacks, though an HTTP service
    may replace them. Pass ``complete=False`` if the hotline's own module is broken, so that some actions are unknown.
    With ``all_recorded=False`` a recording that is missing is no error: a call goes on with a menu from before it was deleted.
    """
    draft = draft_of(sources, unread)
    draft.withheld, draft.all_actions_known = withheld or {}, complete
    if draft.hotline is not None:
        try:
            structure.check(draft, draft.hotline, _known_contracts(draft, contracts))
            check_actions(draft, {**contracts, **draft.withheld})
        except SearchEnded:
            pass
    if draft.problems.are_too_many:
        draft.problems.insert(0, more_problems(MENU_FILE))
    problems = tuple(sorted(set(draft.problems)))
    if draft.hotline is None or not complete or any(problem.severity == "error" for problem in problems):
        return Loaded(None, problems, draft)
    tree = _compiled(draft, draft.hotline, sources, contracts, recordings)
    if recordings is None or not all_recorded:
        return Loaded(tree, problems, draft)
    missing = missing_recordings(draft, tree)
    lacks = any(problem.severity == "error" for problem in missing)
    return Loaded(None if lacks else tree, tuple(sorted({*problems, *missing})), draft)


def tree_despite(
    draft: Draft,
    sources: Mapping[str, str],
    contracts: Mapping[str, Contract],
    recordings: Mapping[str, str] | None = None,
) -> Tree | None:
    """Return the tree of a hotline that has errors, or None if there can be none.

    `ivr explore` uses it to show how a caller comes to an error. It must never answer a call.
    """
    if draft.hotline is None:
        return None
    try:
        tree = _compiled(draft, draft.hotline, sources, _known_contracts(draft, contracts), recordings)
        return replace(tree, nodes=LoadedNodes(tree.nodes))
    except Exception:  # noqa: BLE001 - a hotline with errors may raise anything here
        return None


def _compiled(
    draft: Draft,
    hotline: Hotline,
    sources: Mapping[str, str],
    contracts: Mapping[str, Contract],
    recordings: Mapping[str, str] | None,
) -> Tree:
    file = draft.actions or ActionsFile()
    actions = contracts_with(file.actions, _with_replaced(draft, contracts))
    version = version_of(sources)
    tree = compile_tree(hotline, draft.nodes, draft.spoken, sources, version, recordings, actions)
    return replace(
        tree,
        files={name: typed.file for name, typed in draft.names.items()},
        lines={name: place(typed.section).line for name, typed in draft.names.items()},
        contracts=actions,
        times={name: Times(entry.wait, entry.give_up) for name, entry in file.actions.items()},
        services=http_actions(file, actions, tree.territory),
        python=file.python or "",
        accounts=accounts_over_http(file),
    )


def draft_of(sources: Mapping[str, str], unread: Mapping[str, str] | None = None) -> Draft:
    """Read and declare the files of a hotline as far as possible."""
    draft = Draft()
    try:
        _fill(draft, sources, unread or {})
    except SearchEnded:
        draft.hotline = None
    return draft


def _fill(draft: Draft, sources: Mapping[str, str], unread: Mapping[str, str]) -> None:
    if MENU_FILE not in sources:
        what = "there is no menu.yaml"
        draft.problems.append(Problem(MENU_FILE, 1, 1, "", what, "write one with `ivr new`"))
        return
    size = sum(map(len, sources.values()))
    if size > MAX_HOTLINE:
        what = f"the files of the hotline have {size:,} characters; {MAX_HOTLINE:,} is the most"
        draft.problems.append(Problem(MENU_FILE, 1, 1, "", what, _DIVIDE))
        return
    draft.top = _read(draft, MENU_FILE, sources)
    if draft.top is None:
        for file in sources.keys() - {MENU_FILE}:
            _read(draft, file, sources)
        return
    _declare_nodes(draft, draft.top)
    draft.hotline = _declare_hotline(draft, draft.top)
    _include(draft, sources)
    _actions(draft, sources)
    draft.whole = not draft.problems
    if draft.hotline is not None:
        draft.hotline = draft.hotline.model_copy(update={"nodes": draft.nodes})
        for language in draft.hotline.words_languages:
            _words(draft, language, sources)
        draft.spoken = spoken_words(draft.hotline, draft.nodes, draft.words)
        _stray_files(draft, draft.hotline, {**sources, **unread})


def _actions(draft: Draft, sources: Mapping[str, str]) -> None:
    draft.actions_file = _read(draft, ACTIONS_FILE, sources) if ACTIONS_FILE in sources else None
    if draft.actions_file is not None:
        section = draft.actions_file.section
        draft.actions = declare_most(ActionsFile, section, ACTIONS_FILE, draft.problems, {})
        draft.action_parts, draft.left_out = declare_parts(ActionsFile, section)


def _known_contracts(draft: Draft, built_in: Mapping[str, Contract]) -> dict[str, Contract]:
    """Return the contracts to check the menu with.

    An action whose declaration is wrong has a partial contract, so that the mistake is not reported again at every node.
    """
    declared = draft.actions.actions if draft.actions else {}
    as_typed = {
        name: contract_as_typed(name, typed)
        for name, typed in entries(draft.actions_file, "actions").items()
        if name not in declared
    }
    return as_typed | contracts_with(declared, _with_replaced(draft, built_in))


def _with_replaced(draft: Draft, contracts: Mapping[str, Contract]) -> dict[str, Contract]:
    """Return the contracts with the withheld actions that a service replaces."""
    entries = draft.actions.actions if draft.actions else {}
    return {
        **contracts,
        **{name: each for name, each in draft.withheld.items() if name in entries and entries[name].service},
    }


def _read(draft: Draft, file: str, sources: Mapping[str, str]) -> TypedSection | None:
    section, problems = read(sources[file], file)
    draft.problems += problems
    draft.values += values_in(section)
    if draft.values > MAX_VALUES:
        _refuse(
            draft,
            Problem(
                file, 1, 1, "", f"the files of the hotline have more than {MAX_VALUES:,} values", _DIVIDE
            ),
        )
    return TypedSection(file, section) if section is not None else None


_DIVIDE = "make two hotlines of it"


def _refuse(draft: Draft, problem: Problem) -> NoReturn:
    draft.problems.append(problem)
    raise HotlineTooLarge


def _declare_hotline(draft: Draft, top: TypedSection) -> Hotline | None:
    """Declare the menu file without its nodes. Without a first language there is nothing to declare."""
    stand_ins = {"hotline": "hotline", "start": next(iter(draft.names), "start")}
    rest = Section(top.section)
    rest.mark, rest.keys_at = top.section.mark, top.section.keys_at
    if isinstance(rest.get("nodes"), Section):
        rest["nodes"] = {}
    hotline = declare_most(Hotline, rest, top.file, draft.problems, stand_ins)
    typed = rest.get("languages")
    if hotline is None or not isinstance(typed, list) or hotline.languages[0] != typed[0]:
        return None
    return hotline


def _declare_nodes(draft: Draft, typed: TypedSection) -> None:
    nodes = typed.section.get("nodes")
    if not isinstance(nodes, Section):
        return
    if len(draft.names) + len(nodes) > MAX_NODES:
        what = f"the hotline has more than {MAX_NODES:,} nodes"
        _refuse(draft, Problem(typed.file, *place(typed.section, "nodes"), "", what, _DIVIDE))
    for name, section in nodes.items():
        at = nodes.keys_at[name]

        def note(what: str, remedy: str, at: tuple[int, int] = at, name: str = name) -> None:
            draft.problems.append(Problem(typed.file, *at, name, what, remedy))

        if name in draft.names:
            other, first = draft.names[name]
            note(f"there is another node of this name ({other}, line {place(first).line})", "rename one")
        elif isinstance(section, Section):
            draft.names[name] = TypedSection(typed.file, section)
            _declare_node(draft, typed.file, name, section, note)
        else:
            draft.names[name] = TypedSection(typed.file, nodes)
            if name in NODE_KEYS:
                note(f"`{name}` is a key of a node", "indent it more than the name of its node")
            elif not is_missing(section):
                note("a node is a section", "write `say:` or another kind below it, indented")


def _declare_node(
    draft: Draft, file: str, name: str, section: Section, note: Callable[[str, str], None]
) -> None:
    wrong = NODE_NAME.wrong(name)
    if wrong:
        note(*wrong)
    problem = kind_problem(section, file, name)
    if problem:
        draft.problems.append(problem)
        return
    kind = next(kind for kind in KINDS if kind in section)
    node = declare(KINDS[kind], section, file, name, draft.problems)
    if node is not None:
        draft.nodes[name] = node


def _include(draft: Draft, sources: Mapping[str, str]) -> None:
    """Declare the nodes of the included files, or of all files if the menu file cannot say which."""
    files = _node_files(sources) if draft.hotline is None else draft.hotline.include
    for position, file in enumerate(files):
        if file not in sources:
            remedy = did_you_mean(file, _node_files(sources), "write the file, or delete the line")
            draft.note("", ("include", position), f"there is no file `{file}`", remedy)
        elif file in (MENU_FILE, ACTIONS_FILE) or file in files[:position]:
            draft.note("", ("include", position), f"`{file}` is read already", "delete it here")
        else:
            _include_file(draft, file, sources)


@lru_cache(maxsize=64)
def included_files(menu: str) -> tuple[str, ...]:
    """Return the files that the text of a menu file includes.

    The result is cached, since a server asks at each look at the folder and a test run for each call.
    """
    section = read(menu, MENU_FILE)[0] if "include" in menu else None  # a large file takes a second to read
    typed = section.get("include") if section else None
    names = typed if isinstance(typed, list) else ()
    return tuple(name for name in names if YAML_FILE.wrong(str(name)) is None)


def _node_files(sources: Mapping[str, str]) -> list[str]:
    return [file for file in sources if file not in (MENU_FILE, ACTIONS_FILE) and not _language_of(file)]


def _include_file(draft: Draft, file: str, sources: Mapping[str, str]) -> None:
    typed = _read(draft, file, sources)
    if typed is None:
        return
    section = typed.section
    for key in section.keys() - {"nodes"}:
        what, remedy = f"`{key}` is not known here", "an included file has only `nodes:`"
        draft.problems.append(Problem(file, *section.keys_at[key], "", what, remedy))
    if not isinstance(section.get("nodes"), Section):
        at, what = place(section, "nodes"), "the file has no nodes"
        draft.problems.append(Problem(file, *at, "", what, "write them under `nodes:`"))
    _declare_nodes(draft, typed)


def _words(draft: Draft, language: str, sources: Mapping[str, str]) -> None:
    file = words_file(language)
    if file not in sources:
        assert draft.hotline is not None
        if language in draft.hotline.languages:
            draft.note("", ("languages",), f"the words of `{language}` are missing", f"write {file}")
        for falls, other in draft.hotline.fall_back.items():
            if other == language and language not in draft.hotline.languages:
                what = f"`{language}` is not among the hotline's `languages:`, and there is no {file}"
                known = [*draft.hotline.languages, *filter(None, map(_language_of, sources))]
                draft.note("", ("fall_back", falls), what, did_you_mean(language, known, f"write {file}"))
        return
    typed = _read(draft, file, sources)
    if typed is None:
        return
    words = declare_most(WordsFile, typed.section, file, draft.problems, {"language": language})
    if words is None:
        return
    draft.word_files[language] = typed
    draft.words[language] = words
    if words.language != language:
        what = f"this file says `{words.language}`"
        draft.note("", ("language",), what, f"write `{language}`", language)


def words_file(language: str) -> str:
    return f"prompts.{language}.yaml"


def _language_meant(typed: str, languages: Collection[str]) -> str:
    """Return the language that the name of a words file means: `zh-CN` for `zh`."""
    return next((each for each in languages if each.startswith(f"{typed}-")), nearest(typed, languages) or "")


def _language_of(file: str) -> str:
    """Return the language in the name of a words file, or an empty string."""
    parts = PurePosixPath(file).name.split(".")
    return parts[1] if len(parts) == 3 and parts[0] == "prompts" else ""


_COPY = re.compile(r"[ ._-]*(\(\d+\)|copy|副本|拷贝).*(?=\.ya?ml$)", re.IGNORECASE)


def original_of(file: str) -> str:
    """Return the name of the file that this one was copied from in a file manager, or an empty string."""
    return _COPY.sub("", file) if _COPY.search(file) else ""


def _stray_files(draft: Draft, hotline: Hotline, files: Mapping[str, str]) -> None:
    """Report files that nothing names: a line was forgotten, or a name is misspelt."""
    used = {MENU_FILE, ACTIONS_FILE, *hotline.include, *map(words_file, hotline.words_languages)}
    for file in files.keys() - used:
        language, severity = _language_of(file), "error"
        meant = _language_meant(language, hotline.languages[1:])
        if original_of(file) in files:
            what, remedy, severity = f"this is a copy of `{original_of(file)}`", "delete it", "warning"
        elif language == hotline.languages[0]:
            what = f"`{language}` is the hotline's first language, whose words stand in the menu itself"
            remedy = "delete the file"
        elif language:
            what = f"the language `{language}` is not among the hotline's `languages:`"
            remedy = did_you_mean(language, hotline.languages[1:], "add it there, or delete the file")
            if meant and words_file(meant) not in files:
                remedy = f"rename it to `{words_file(meant)}`"
        elif re.search("^calls:", files[file], re.MULTILINE):
            what, remedy = "written calls are in the folder `calls/`", f"move it to `calls/{file}`"
            severity = "warning"
        else:
            what, remedy = "nothing includes this file", "add it under `include:`, or delete it"
            others = {ACTIONS_FILE, *DATA_FILES, *map(words_file, hotline.languages[1:])} - files.keys()
            if (name := nearest(file, others)) and not re.search("^nodes:", files[file], re.MULTILINE):
                what, remedy = "no file of a hotline has this name", f"did you mean `{name}`? rename it"
            severity = "warning"
        draft.problems.append(Problem(file, 1, 1, "", what, remedy, severity))
