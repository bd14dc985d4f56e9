"""Changes a line of the program for the time of a test, to see that somebody notices."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import Any

import pytest


def change(patch: pytest.MonkeyPatch, function: Callable[..., Any], old: str, new: str) -> None:
    """Let a function run as if its source said ``new`` in place of ``old``, which it must say exactly once.

    It stays the same object, so that whoever has imported it already gets the change too.
    """
    module = inspect.getmodule(function)
    assert isinstance(module, ModuleType)
    source, own = inspect.getsource(module), inspect.getsource(function)
    assert (own.count(old), source.count(own)) == (1, 1), (
        f"{function.__qualname__} no longer says {old!r} once"
    )
    changed = compile(
        source.replace(own, own.replace(old, new)), module.__file__ or "", "exec", dont_inherit=True
    )
    (code,) = (each for each in _codes(changed) if each.co_qualname == function.__qualname__)
    patch.setattr(function, "__code__", code)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Return the code of everything that is defined in a piece of code."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)
