"""JMESPath as ``actions.yaml`` has it: where a value stands in the JSON answer of a service.

An editor writes the expression, and a stranger's service the answer. So an expression is short, calls only functions that are
allowed by name, and is searched in counted steps. `[@,@] | [@,@] | …` doubles what it is given each time, though it is short:
every intermediate value counts with its whole size, and the search ends before the next doubling.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter

MAX_LENGTH = 500
"""Characters of an expression. A usual one has twenty."""
MAX_DEPTH = 30
"""Parts of an expression inside one another. Searching uses Python's stack for each."""
MAX_SIZE = 1024 * 1024
"""What all intermediate values of one search may have together: characters, and :data:`_EACH` for each value. The largest
answer of a service has 256 KiB. A search that ends here has taken some 10 ms."""
_EACH = 16

FUNCTIONS = frozenset({
    "abs", "avg", "ceil", "contains", "ends_with", "floor", "join", "keys", "length", "map", "max", "max_by", "merge",
    "min", "min_by", "not_null", "reverse", "sort", "sort_by", "starts_with", "sum", "to_array", "to_number", "to_string",
    "type", "values",
})  # fmt: skip
"""What an expression may call."""


class ResultTooLarge(Exception):
    """A search has made far more of an answer than there was."""


def mistake_in(expression: str) -> str:
    """Return what is wrong with an expression, or an empty text."""
    if len(expression) > MAX_LENGTH:
        return f"has more than {MAX_LENGTH} characters"
    if _brackets(expression) > MAX_DEPTH:
        return f"is more than {MAX_DEPTH} deep"  # the parser would use up the stack
    try:
        parsed = jmespath.compile(expression).parsed
    except RecursionError:  # of the parser, which goes into each `!` and each `*`
        return f"is more than {MAX_DEPTH} deep"
    except (JMESPathError, ValueError):
        return "cannot be read"
    if _depth(parsed) > MAX_DEPTH:
        return f"is more than {MAX_DEPTH} deep"
    unknown = sorted(set(_functions(parsed)) - FUNCTIONS)
    return f"calls `{unknown[0]}`, which is not there" if unknown else ""


def _brackets(expression: str) -> int:
    """Return how deep the brackets of an expression are."""
    depths = itertools.accumulate((each in "([{") - (each in ")]}") for each in expression)
    return max(depths, default=0)


def _nodes(parsed: Any) -> Iterator[Any]:
    """Yield a node and its children. The bounds of a slice are numbers, not nodes."""
    return (child for child in parsed["children"] if isinstance(child, Mapping))


def _depth(parsed: Any) -> int:
    level, depth = [parsed], 0
    while level and depth <= MAX_DEPTH:
        level, depth = [child for node in level for child in _nodes(node)], depth + 1
    return depth


def _functions(parsed: Any) -> Iterator[str]:
    """Yield the functions that a parsed expression calls."""
    todo = [parsed]
    while todo:
        node = todo.pop()
        if node["type"] == "function_expression":
            yield node["value"]
        todo += _nodes(node)


# --- searching


def search(expression: str, data: Any) -> Any:
    """Return what an expression finds in JSON data, or None. Raises :class:`ResultTooLarge` before it makes something huge.

    A ``JMESPathError`` says that the data do not suit the expression.
    """
    return _Interpreter().visit(_parsed(expression), data)


@functools.lru_cache(maxsize=1024)
def _parsed(expression: str) -> Any:
    return jmespath.compile(expression).parsed


class _Functions(Functions):
    """The functions, of which one needs to be told how much it may make."""

    @signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, texts: list[str]) -> str:
        if len(separator) * len(texts) > MAX_SIZE:
            raise ResultTooLarge("join")
        return separator.join(texts)


class _Interpreter(TreeInterpreter):
    """JMESPath's interpreter, which adds up what it makes."""

    def __init__(self) -> None:
        super().__init__(Options(custom_functions=_Functions()))
        self._left = MAX_SIZE

    def visit(self, node: Any, *given: Any, **named: Any) -> Any:
        found = super().visit(node, *given, **named)
        if node["type"] not in _ONLY_READ:
            self._spend(found)
        return found

    def _spend(self, found: Any) -> None:
        """Count a value with everything in it, as often as it stands there."""
        todo = [found]
        while todo:
            value = todo.pop()
            self._left -= _EACH + (len(value) if isinstance(value, str) else 0)
            if self._left < 0:
                raise ResultTooLarge(f"more than {MAX_SIZE:,} characters")
            if isinstance(value, Mapping):
                todo += value.values()
            elif isinstance(value, list):
                todo += value


_ONLY_READ = frozenset({"field", "current", "identity", "index", "literal", "subexpression", "expref"})
"""What makes nothing new, however large a part of the answer it is."""
