"""Every mutant of a source file: one small fault each, by the operators of mutmut.

The operators are mutmut's: a comparison turned, an argument or a case left out, a number one higher, ``None`` for a value.
Its own runner is not used: it keeps all mutants of a file in one module behind trampolines, passes over decorated functions,
and forks the tests inside one process, where ours start servers and read the sources.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import libcst as cst
import libcst.matchers as m
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

LOGGING: Final = {"debug", "info", "warning", "error", "exception", "critical"}

# What only the type checker and readers see: no run of a test can tell it from the original.
_UNSEEN: Final = (
    m.Annotation()
    | m.Decorator()
    | m.Import()
    | m.ImportFrom()
    | m.If(test=m.Name("TYPE_CHECKING"))
    | m.Call(func=m.Name("assert_never") | m.Name("cast") | m.Name("NewType") | m.Name("TypeVar"))
    | m.Assign(targets=[m.AssignTarget(m.Name("__all__"))])
)


@dataclass(frozen=True)
class Fault:
    """A place in a module, and what stands there instead."""

    original: cst.CSTNode
    changed: cst.CSTNode
    function: str  # the dotted name of what holds it, empty at the module's level
    lines: range
    function_lines: range


@dataclass(frozen=True)
class Mutant:
    """A source file with one fault in it."""

    path: str  # from the project's folder
    module: cst.Module
    fault: Fault
    words: str  # the original and the changed text
    key: str  # stays the same while the text around it changes

    @property
    def place(self) -> str:
        return f"{self.path}:{self.fault.lines.start}"

    def source(self) -> str:
        return cst.ensure_type(
            self.module.deep_replace(self.fault.original, self.fault.changed), cst.Module
        ).code


def mutants_of(root: Path, path: Path) -> list[Mutant]:
    """Return all mutants of a file, in the order of its lines."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
    faults = _Faults()
    wrapper.visit(faults)
    name, seen, found = path.relative_to(root).as_posix(), dict[str, int](), list[Mutant]()
    for fault in faults.found:
        words = f"{_text(fault.original)} → {_text(fault.changed)}"
        same = f"{name} {fault.function} {words}"
        seen[same] = seen.get(same, 0) + 1
        found.append(Mutant(name, wrapper.module, fault, words, f"{same} {seen[same]}"))
    return found


def sample(mutants: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """Draw some of them. A mutant is drawn or not whatever stands elsewhere, so that samples can be compared over time."""
    ranked = sorted(mutants, key=lambda one: hashlib.sha256(f"{seed} {one.key}".encode()).digest())
    return sorted(ranked[:size], key=lambda one: (one.path, one.fault.lines.start, one.key))


class _Faults(cst.CSTVisitor):
    """Walks over a module and asks the operators what could be wrong at each node."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Fault] = []
        self._names: list[str] = []
        self._functions: list[range] = []
        self._log_texts: set[int] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if m.matches(node, _UNSEEN):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._names.append(node.name.value)
        if isinstance(node, cst.FunctionDef):
            self._functions.append(self._lines(node))
        if _is_log_call(node):
            self._log_texts.update(id(argument.value) for argument in cst.ensure_type(node, cst.Call).args)
        elif id(node) not in self._log_texts or not isinstance(node, cst.BaseString):
            self.found += [
                Fault(node, changed, ".".join(self._names), self._lines(node), self._function())
                for changed in _changes(node)
            ]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._names.pop()
        if isinstance(original_node, cst.FunctionDef):
            self._functions.pop()

    def _function(self) -> range:
        return self._functions[-1] if self._functions else range(0)

    def _lines(self, node: cst.CSTNode) -> range:
        place = self.get_metadata(PositionProvider, node, None)
        if not isinstance(place, CodeRange):
            return range(0)
        return range(place.start.line, place.end.line + 1)


def _changes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            for changed in operator(node):
                if not _is_pointless(node, changed):
                    yield changed


def _is_pointless(node: cst.CSTNode, changed: cst.CSTNode) -> bool:
    """Say whether a change makes no difference, or one of letters that no test should pin."""
    if isinstance(node, cst.SimpleString) and isinstance(changed, cst.SimpleString):
        # SQL and names of encodings are the same in capitals; a text for people is no behaviour.
        return " " in node.value or changed.value.lower() == node.value.lower()
    if isinstance(node, cst.Match) and isinstance(changed, cst.Match):
        # The last case of a closed match is there for the type checker.
        gone = [case for case in node.cases if case not in changed.cases]
        return any(m.findall(case, m.Call(func=m.Name("assert_never"))) for case in gone)
    return False


def _is_log_call(node: cst.CSTNode) -> bool:
    return m.matches(
        node,
        m.Call(func=m.Attribute(attr=m.Name(value=m.MatchIfTrue(LOGGING.__contains__)))),
    )


def _text(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node).strip()
