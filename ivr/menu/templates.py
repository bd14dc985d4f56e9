"""Templates and conditions of a menu: Jinja2 in its sandbox, compiled once when the menu is loaded.

A value that a caller typed, said or owns is only ever a *value* in a template, never a part of one.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale
from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ivr.menu.filters import FILTERS
from ivr.menu.problems import did_you_mean

FACTS: Mapping[str, str] = {
    "caller": "The calling number in E.164, or an empty text when it is withheld.",
    "language": "The language of the call, such as `zh-CN`.",
    "now": "The date and time of the call in the hotline's time zone.",
    "today": "The date in the hotline's time zone.",
    "known": "Whether the calling or typed number belongs to an account.",
    "verified": "Whether the caller has proved who he is.",
    "withheld": "Whether the calling number is withheld.",
}
"""What every template may use beside the variables of the call."""

_BUILT_IN_FILTERS = (
    "default",
    "join",
    "length",
    "lower",
    "upper",
    "round",
    "int",
    "first",
    "last",
    "replace",
    "abs",
)


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
    built_in = {name: made.filters[name] for name in _BUILT_IN_FILTERS}
    made.filters.clear()
    made.filters.update(built_in)
    locale = Locale.parse(language, sep="-")
    for name, spoken in FILTERS.items():
        made.filters[name] = functools.partial(spoken, locale=locale)
    made.globals.clear()
    return made


@functools.lru_cache(maxsize=8192)
def examine(source: str, language: str, *, expression: bool = False) -> Uses:
    """Return what a template, or a bare expression, reads; with its mistakes if it does not compile."""
    if not expression and "{" not in source:
        return Uses()
    env = environment(language)
    text = "{{ " + source + " }}" if expression else source
    if expression and "{{" in source:
        return Uses(
            mistakes=(
                Mistake(
                    "a condition has no `{{ }}`",
                    f"write `{source.replace('{{', '').replace('}}', '').strip()}`",
                ),
            )
        )
    try:
        parsed = env.parse(text)
    except TemplateSyntaxError as error:
        return Uses(
            mistakes=(
                Mistake(f"`{source}` cannot be read: {error.message}", "check its brackets and quotes"),
            )
        )
    mistakes = [
        Mistake(f"there is no filter `{found.name}`", did_you_mean(found.name, env.filters))
        for found in parsed.find_all(nodes.Filter)
        if found.name not in env.filters
    ]
    mistakes += [
        Mistake(f"there is no test `{found.name}`", did_you_mean(found.name, env.tests))
        for found in parsed.find_all(nodes.Test)
        if found.name not in env.tests
    ]
    if not mistakes:
        mistakes = _compile_mistakes(env, source, text, expression=expression)
    return Uses(_read(parsed), tuple(mistakes))


def _compile_mistakes(
    env: ImmutableSandboxedEnvironment, source: str, text: str, *, expression: bool
) -> list[Mistake]:
    try:
        if expression:
            env.compile_expression(source, undefined_to_none=False)
        else:
            env.from_string(text)
    except TemplateSyntaxError as error:
        return [Mistake(f"`{source}` cannot be compiled: {error.message}", "check its brackets and quotes")]
    return []


def _read(parsed: nodes.Template) -> frozenset[str]:
    """Return the names that must have a value; those under `is defined` or `default` need not."""
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
    """Compile a condition; call it with the variables."""
    return environment(language).compile_expression(source, undefined_to_none=False)


def value(source: str, language: str) -> Template | TemplateExpression | str:
    """Compile a value: a plain text as it is, one ``{{ expression }}`` to what it yields, anything else to a text."""
    if "{{" not in source and "{%" not in source:
        return source
    inner = source.strip()
    if inner.startswith("{{") and inner.endswith("}}") and inner.count("{{") == 1:
        return condition(inner[2:-2].strip(), language)
    return template(source, language)


def evaluate(compiled: Template | TemplateExpression | str, variables: Mapping[str, Any]) -> Any:
    """Return what a compiled value yields with these variables."""
    match compiled:
        case str():
            return compiled
        case TemplateExpression():
            return compiled(**variables)
    return compiled.render(**variables)
