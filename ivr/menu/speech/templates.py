"""Templates and conditions of a menu: sandboxed Jinja2, compiled once when the menu is loaded.

What a caller types, says or owns is only ever a *value* in a template, never a part of one.
"""

from __future__ import annotations

import functools
import inspect
import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ivr.menu.language.model import read_table
from ivr.menu.language.suggestions import did_you_mean, shown
from ivr.menu.speech.filters import FILTERS

_TABLES = read_table(dict[str, dict[str, str]], Path(__file__).with_name("templates.yaml"))
FACTS: Mapping[str, str] = _TABLES["facts"]
"""What every template may use beside the variables of the call, each with its meaning."""
EXPRESSIONS: Mapping[str, str] = _TABLES["expressions"]
"""What a condition may look like, each with its meaning."""

RESERVED = frozenset({*FACTS, "self", "loop", *keyword.kwlist, "true", "false", "none"})
"""Names that no variable may have: facts, and words with a meaning in Jinja2 or Python."""

_NOT_HERE: Mapping[type[nodes.Node], str] = {
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.Pow: "**",
}
"""What Jinja2 can do and a menu cannot. There are no other templates, and a huge number would block every call."""


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


@functools.cache
def environment(language: str) -> ImmutableSandboxedEnvironment:
    """Return the template environment whose filters speak ``language``."""
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    locale = Locale.parse(language, sep="-")
    filters = {
        name: _speaking(each.say, locale) if each.say else made.filters[name]
        for name, each in FILTERS.items()
    }
    made.filters.clear()
    made.filters.update(filters)
    made.globals.clear()
    return made


def _speaking(say: Callable[..., str], locale: Locale) -> Callable[..., str]:
    return lambda value, *options, **named: say(value, locale, *options, **named)


@functools.lru_cache(maxsize=8192)
def is_template(text: str) -> bool:
    """Return whether a text has a part that must be evaluated."""
    return any(opening in text for opening in ("{{", "{%", "{#"))


def examine(source: str, language: str, *, expression: bool = False) -> Uses:
    """Return what a template, or a bare expression, reads, and its mistakes."""
    if expression and is_template(source):
        bare = re.sub(r"\{\{|\}\}|\{%|%\}", "", source).strip()
        return Uses(mistakes=(Mistake("a condition has no `{{ }}`", f"write {shown(bare)}"),))
    if not expression and not is_template(source):
        return Uses()
    env = environment(language)
    try:
        parsed = env.parse("{{ (" + source + ") }}" if expression else source)
        mistakes = tuple(_mistakes(env, parsed))
        if not mistakes:
            env.compile_expression(source) if expression else env.from_string(source)
    except (TemplateSyntaxError, SyntaxError, ValueError, RecursionError, OverflowError, MemoryError):
        return Uses(mistakes=(Mistake(f"{shown(source)} cannot be read", _to_check(source)),))
    return Uses(_read(parsed), mistakes)


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


def _mistakes(env: Environment, parsed: nodes.Template) -> Iterator[Mistake]:
    """Yield what compiles but cannot work."""
    for filtered in parsed.find_all(nodes.Filter):
        if filtered.name not in env.filters:
            yield Mistake(f"there is no filter `{filtered.name}`", did_you_mean(filtered.name, env.filters))
        elif wrong := _wrong_options(env, filtered):
            yield Mistake(f"`{filtered.name}` cannot be used in this way", wrong)
    for tested in parsed.find_all(nodes.Test):
        if tested.name not in env.tests:
            yield Mistake(f"there is no test `{tested.name}`", did_you_mean(tested.name, env.tests))
    for found in parsed.find_all(tuple(_NOT_HERE)):
        yield Mistake(f"`{_NOT_HERE[type(found)]}` cannot be used here", "write it without")
    for product in parsed.find_all((nodes.Mul, nodes.Mod)):
        if _is_text(product.left) or _is_text(product.right):
            what = f"`{product.operator}` is for numbers, and cannot be used on a text or a list"
            yield Mistake(what, "write the words themselves")


def _wrong_options(env: Environment, filtered: nodes.Filter) -> str:
    """Return what to write in place of the options of a filter of ours, or an empty text if its example takes them."""
    ours = FILTERS[filtered.name]
    if not ours.say or ours.example is None:
        return ""
    try:
        options = [each.as_const() for each in filtered.args]
        named = {str(each.key): each.value.as_const() for each in filtered.kwargs}
        env.filters[filtered.name](ours.example, *options, **named)
    except nodes.Impossible:  # the variables decide
        return ""
    except ValueError as error:
        return str(error)
    except TypeError:
        _, _, *takes = inspect.signature(ours.say).parameters
        return f"in brackets it takes {', '.join(takes) or 'nothing'}"
    return ""


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


def _read(parsed: nodes.Template) -> frozenset[str]:
    """Return the names that must have a value. Those under `is defined` or `default` need none."""
    excused = {
        name.name
        for guard in (*parsed.find_all(nodes.Test), *parsed.find_all(nodes.Filter))
        if guard.name in {"defined", "undefined", "default"} and isinstance(guard.node, nodes.Name)
        for name in (guard.node,)
    }
    stored = {name.name for name in parsed.find_all(nodes.Name) if name.ctx == "store"}
    loaded = {name.name for name in parsed.find_all(nodes.Name) if name.ctx == "load"}
    return frozenset(loaded - stored - excused)


@functools.lru_cache(maxsize=8192)
def template(source: str, language: str) -> Template:
    """Compile a text with ``{{ … }}``."""
    return environment(language).from_string(source)


@functools.lru_cache(maxsize=8192)
def condition(source: str, language: str) -> TemplateExpression:
    """Compile a condition. Call the result with the variables."""
    return environment(language).compile_expression(source, undefined_to_none=False)


def value(source: str, language: str) -> Template | TemplateExpression | str:
    """Compile a value. A lone ``{{ expression }}`` keeps its type, and any other template becomes a text."""
    if not is_template(source):
        return source
    inner = source.strip()
    if inner.startswith("{{") and inner.endswith("}}") and inner.count("{{") == 1:
        return condition(inner[2:-2].strip(), language)
    return template(source, language)


def evaluate(compiled: Template | TemplateExpression | str, variables: Mapping[str, Any]) -> Any:
    match compiled:
        case str():
            return compiled
        case TemplateExpression():
            context = compiled._template.new_context(variables, shared=True)  # type: ignore[arg-type]  # noqa: SLF001 - calling it would copy
            for _ in compiled._template.root_render_func(context):  # noqa: SLF001
                pass
            return context.vars["result"]
    return render(compiled, variables)


def render(compiled: Template, variables: Mapping[str, Any]) -> str:
    """Return the text that a template becomes.

    Jinja2's own ``render`` would copy the variables. This looks each one up in place, so that a mapping can record which of them
    a template reads.
    """
    context = compiled.new_context(variables, shared=True)  # type: ignore[arg-type]
    return compiled.environment.concat(compiled.root_render_func(context))
