"""Templates and conditions of a menu: what they read, what cannot work in them, and how they are compiled.

What a caller types, says or owns is only ever a *value* in a template, never a part of one.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template, TemplateSyntaxError, nodes
from jinja2.environment import TemplateExpression

from ivr.menu.language.model import read_table
from ivr.menu.language.suggestions import did_you_mean, one_of, shown
from ivr.menu.speech.filters import FILTERS
from ivr.menu.speech.limits import MAX_DEPTH, MAX_PARTS, MAX_SOURCE, MAX_TAGS, MAX_TOKENS, TemplateTooLarge
from ivr.menu.speech.sandbox import METHODS, MenuEnvironment, environment
from ivr.menu.speech.values.speaker import Speaker, Territory

_TABLES = read_table(dict[str, dict[str, str]], Path(__file__).with_name("templates.yaml"))
FACTS: Mapping[str, str] = _TABLES["facts"]
"""What every template may use beside the variables of the call, each with its meaning."""
EXPRESSIONS: Mapping[str, str] = _TABLES["expressions"]
"""What a condition may look like, each with its meaning."""

RESERVED = frozenset({*FACTS, "self", "loop", *keyword.kwlist, "true", "false", "none"})
"""Names that no variable may have: facts, and words with a meaning in Jinja2 or Python."""

_PARTS: frozenset[type[nodes.Node]] = frozenset({
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If,
    nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Keyword,
    nodes.Filter, nodes.Test, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Call,
    nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand,
    nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos, nodes.Concat,
})  # fmt: skip
"""What a template of a menu consists of. It has no loops and keeps nothing, so each part is evaluated at most once."""
_NOT_HERE: Mapping[type[nodes.Node], tuple[str, str]] = {
    nodes.For: ("for", "say a list with `| listing` or `| join(', ')`"),
    nodes.Assign: ("set", "set the variable in a `set` node"),
    nodes.AssignBlock: ("set", "set the variable in a `set` node"),
    nodes.FromImport: ("import", "write it without"),
    nodes.CallBlock: ("call", "write it without"),
    nodes.FilterBlock: ("filter", "write the filter into the `{{ }}`"),
    nodes.Pow: ("**", "write it without"),
    nodes.Dict: ("{ }", "write it without"),
}
"""What Jinja2 can do and a menu cannot, where its name in Jinja2 is not that of its class, or something else does it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something in a template that cannot work."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Uses:
    """What a template reads, and what is wrong with it."""

    variables: frozenset[str] = frozenset()
    mistakes: tuple[Mistake, ...] = ()
    parts: int = 0
    """How many names, values, filters and operators it has, if it could be read."""


@functools.lru_cache(maxsize=8192)
def is_template(text: str) -> bool:
    """Return whether a text has a part that must be evaluated."""
    return any(opening in text for opening in ("{{", "{%", "{#"))


_TEMPLATE = re.compile(r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)|\{#.*?(?:#\}|\Z)", re.DOTALL)
"""One that is not closed takes the rest of the text. Otherwise the rest would be searched again from each ``{{`` in it."""


def outside_templates(text: str) -> str:
    """Return a text without its parts that must be evaluated."""
    return _TEMPLATE.sub("", text)


def examine(
    source: str,
    language: str,
    territory: Territory | None = None,
    *,
    expression: bool = False,
    written: bool = False,
) -> Uses:
    """Return what a template, or a bare expression, reads, and its mistakes. ``written`` is for a text message."""
    if expression and is_template(source):
        bare = re.sub(r"\{\{|\}\}|\{%|%\}", "", source).strip()
        return Uses(mistakes=(Mistake("a condition has no `{{ }}`", f"write {shown(bare)}"),))
    if not expression and not is_template(source):
        return Uses()
    if too_long := _too_long(source):
        return Uses(mistakes=(too_long,))
    env = environment(language, territory, written=written)
    text = "{{ (" + source + ") }}" if expression else source
    try:
        if _has_too_many_tokens(env, text):
            return Uses(mistakes=(_TOO_MANY_PARTS,))
        parts = _parts(env.parse(text))
        mistakes = tuple(_mistakes(env, parts))
        if not mistakes and expression:
            condition(source, language, territory)  # kept for the call
        elif not mistakes:
            template(source, language, territory, written=written)  # likewise
    except _TooLarge as error:
        return Uses(mistakes=(error.mistake,))
    except RecursionError:  # of the parser, which goes into each bracket and each sign
        return Uses(mistakes=(_TOO_DEEP,))
    except (TemplateSyntaxError, SyntaxError, ValueError, OverflowError, MemoryError):
        return Uses(mistakes=(Mistake(f"{shown(source)} cannot be read", _to_check(source)),))
    return Uses(_read(parts), mistakes, len(parts))


def _too_long(source: str) -> Mistake | None:
    """Return what is wrong with a text that is too long to be read as a template."""
    if len(source) > MAX_SOURCE:
        what = f"a text with values, or a condition, has at most {MAX_SOURCE:,} characters, and this has {len(source):,}"
        return Mistake(what, "write less, or several nodes")
    tags = sum(map(source.count, ("{{", "{%", "{#")))
    if tags > MAX_TAGS:
        what = f"a text has at most {MAX_TAGS} `{{{{ }}}}` and `{{% %}}`, and this has {tags:,}"
        return Mistake(what, "write less, or several nodes")
    return None


class _TooLarge(Exception):
    """A template would take long to compile or to evaluate, or would use up Python's stack."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.what)
        self.mistake = mistake


_TOO_MANY_PARTS = Mistake(
    f"a text has at most {MAX_PARTS} names, values, filters and operators", "write less, or several nodes"
)
_TOO_DEEP = Mistake(
    f"brackets, branches and operators are more than {MAX_DEPTH} deep",
    "write it flatter, or in several nodes",
)


def _has_too_many_tokens(env: Environment, source: str) -> bool:
    """Return whether a text has more than :data:`MAX_TOKENS`. They are counted before the parser, which is slower, sees them."""
    if len(source) <= MAX_TOKENS:
        return False
    tokens = (kind for _, kind, _ in env.lex(source) if kind not in {"data", "whitespace"})
    return next(itertools.islice(tokens, MAX_TOKENS, None), None) is not None


def _parts(parsed: nodes.Template) -> list[nodes.Node]:
    """Return every part of a template, each before those in it. Raises :class:`_TooLarge`.

    Jinja2 makes a chain such as ``1 + 1 + …`` without recursion, and its ``find_all`` then goes into it with one call a link. So
    nothing but this looks at a template whose size is unknown.
    """
    found: list[nodes.Node] = []
    todo: list[tuple[nodes.Node, int]] = [(each, 1) for each in reversed(parsed.body)]
    while todo:
        part, depth = todo.pop()
        found.append(part)
        if len(found) > MAX_PARTS:
            raise _TooLarge(_TOO_MANY_PARTS)
        if depth > MAX_DEPTH:
            raise _TooLarge(_TOO_DEEP)
        todo += [(child, depth + 1) for child in part.iter_child_nodes()][::-1]
    return found


_PAIRS = (("{{", "}}"), ("{%", "%}"), ("{#", "#}"))
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_OUTSIDE = re.compile(r"(^|\}\}|%\}|#\}).*?(?=\{\{|\{%|\{#|$)", re.DOTALL)
_CHINESE = re.compile("[，。：；（）“”‘’｜＝＜＞]")


def _to_check(source: str) -> str:
    """Return the likeliest remedy for a template or condition that cannot be parsed."""
    for opening, closing in _PAIRS:
        if source.count(opening) != source.count(closing):
            return f"check that `{opening}` is closed by `{closing}`"
    code = _QUOTED.sub("", _OUTSIDE.sub("", source) if is_template(source) else source)
    chinese = _CHINESE.search(code)
    if chinese:
        return f"type English punctuation in place of `{chinese[0]}`"
    if "{%" in source:
        return "check its brackets and quotes, and that each `{% if … %}` has its `{% endif %}`"
    if not is_template(source) and re.search(r"(?<![=<>!])=(?!=)", code):
        return "write `==` to compare"
    return "check its brackets and quotes"


def _mistakes(env: MenuEnvironment, parts: Iterable[nodes.Node]) -> Iterator[Mistake]:
    """Yield what compiles but cannot work."""
    for part in parts:
        match part:
            case nodes.Filter() if part.name not in env.filters:
                yield Mistake(f"there is no filter `{part.name}`", did_you_mean(part.name, env.filters))
            case nodes.Filter() if wrong := _wrong_options(part, env.speaker):
                yield Mistake(f"`{part.name}` cannot be used in this way", wrong)
            case nodes.Test() if part.name not in env.tests:
                yield Mistake(f"there is no test `{part.name}`", did_you_mean(part.name, env.tests))
            case nodes.Call() if not (isinstance(part.node, nodes.Getattr) and part.node.attr in METHODS):
                called = (
                    part.node.attr if isinstance(part.node, nodes.Getattr) else getattr(part.node, "name", "")
                )
                yield Mistake(f"`{called}(…)` cannot be used here", one_of(f".{each}()" for each in METHODS))
            case nodes.Mul() | nodes.Mod() if _is_text(part.left) or _is_text(part.right):
                what = f"`{part.operator}` is for numbers, and cannot be used on a text or a list"
                yield Mistake(what, "write the words themselves")
            case _ if type(part) not in _PARTS:
                name, remedy = _NOT_HERE.get(type(part), (type(part).__name__.lower(), "write it without"))
                yield Mistake(f"`{name}` cannot be used here", remedy)


def _wrong_options(filtered: nodes.Filter, speaker: Speaker) -> str:
    """Return what to write in place of the options of a filter, or an empty text if its example takes them."""
    ours = FILTERS[filtered.name]
    if ours.example is None:
        return ""
    try:
        options, named = options_of(filtered)
        if ours.say:
            ours.say(ours.example, speaker, *options, **named)
        else:
            ours.apply(ours.example, *options, **named)
    except nodes.Impossible:  # the variables decide
        return ""
    except TemplateTooLarge as error:
        return str(error)
    except ValueError as error:
        return str(error)
    except TypeError:
        _, *takes = inspect.signature(ours.say or ours.apply).parameters
        return f"in brackets it takes {', '.join(each for each in takes if each != 'speaker') or 'nothing'}"
    return ""


def options_of(filtered: nodes.Filter) -> tuple[list[Any], dict[str, Any]]:
    """Return what a filter has in brackets. Raises :class:`jinja2.nodes.Impossible` where a variable decides."""
    options = [each.as_const() for each in filtered.args]
    return options, {str(each.key): each.value.as_const() for each in filtered.kwargs}


def _is_text(node: nodes.Expr) -> bool:
    """Return whether an expression is a text or a list whatever the variables are.

    Jinja2 evaluates constants while it compiles. So a product such as ``'x' * 1000000000`` would fill the memory of a server
    before it takes a call.
    """
    parts = [node, *node.find_all(nodes.Node)]
    varies = any(isinstance(part, nodes.Name) for part in parts)
    holds_text = any(
        isinstance(part, nodes.List | nodes.Tuple | nodes.Concat)
        or (isinstance(part, nodes.Const) and isinstance(part.value, str))
        for part in parts
    )
    return isinstance(node, nodes.Concat) or (holds_text and not varies)


def _read(parts: Iterable[nodes.Node]) -> frozenset[str]:
    """Return the names that must have a value. Those under `is defined` or `default` need none."""
    names, excused = set[str](), set[str]()
    for part in parts:
        match part:
            case nodes.Name():
                names.add(part.name)
            case nodes.Test(name="defined" | "undefined") | nodes.Filter(name="default" | "undefined"):
                if isinstance(part.node, nodes.Name):
                    excused.add(part.node.name)
    return frozenset(names - excused)


@functools.lru_cache(maxsize=8192)
def template(
    source: str,
    language: str,
    territory: Territory | None = None,
    *,
    written: bool = False,
    marked: bool = False,
) -> Template:
    """Compile a text with ``{{ … }}``. ``written`` is for a text message; in a ``marked`` one, characters stand for marks."""
    return environment(language, territory, written=written, marked=marked).from_string(source)


@functools.lru_cache(maxsize=8192)
def condition(source: str, language: str, territory: Territory | None = None) -> TemplateExpression:
    """Compile a condition. Call the result with the variables."""
    return environment(language, territory).compile_expression(source, undefined_to_none=False)


@functools.lru_cache(maxsize=8192)
def value(
    source: str, language: str, territory: Territory | None = None, *, written: bool = False
) -> Template | TemplateExpression | str:
    """Compile a value. A lone ``{{ expression }}`` keeps its type, and any other template becomes a text."""
    if not is_template(source):
        return source
    env = environment(language, territory, written=written)
    match env.parse(source.strip()).body:
        case [nodes.Output(nodes=[nodes.Expr() as alone])] if not isinstance(
            alone, nodes.TemplateData | nodes.Tuple
        ):
            # As Environment.compile_expression does. It takes a source, and `{{- n -}}` has more than an expression.
            result = nodes.Assign(nodes.Name("result", "store"), alone, lineno=1)
            compiled = env.from_string(nodes.Template([result], lineno=1))
            return TemplateExpression(compiled, undefined_to_none=False)
        case _:
            return template(source, language, territory, written=written)
