"""The sandbox in which the templates and conditions of a menu run: what they may call, and how much they may make.

Everything is allowed by name: filters, tests, methods and attributes. A filter or operator tells the context of its run what
it takes and makes (:meth:`LimitedContext.spend`). So an editor's slip, or an attack by an editor, costs one caller an apology and
no other caller anything.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from jinja2 import StrictUndefined, Template, nodes, pass_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateExpression
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ivr.menu.speech.filters import FILTERS, Filter
from ivr.menu.speech.limits import MAX_SPOKEN, MAX_TEXT, MAX_WORK, TemplateTooLarge, size_of
from ivr.menu.speech.markup import without_marks
from ivr.menu.speech.values.speaker import Speaker, Territory, speaker

TESTS = frozenset({
    "boolean", "defined", "divisibleby", "even", "false", "float", "in", "integer", "lower", "none", "number", "odd",
    "string", "true", "undefined", "upper",
})  # fmt: skip
"""What may stand behind ``is``."""
METHODS: Mapping[str, type] = {
    "startswith": str,
    "endswith": str,
    "weekday": date,
    "isoweekday": date,
}
"""What may be called with brackets, and of what."""
ATTRIBUTES: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("year", "month", "day", "hour", "minute", "second"), date),
    **dict.fromkeys(("days", "seconds"), timedelta),
    **METHODS,
}
"""What may stand behind a point, beside the keys of a table that an action tells."""
_NUMBERS_ONLY = frozenset({"*", "/", "//", "%"})
"""These repeat or format a text, which fills the memory, or they have no meaning for it."""
_OPERATORS = frozenset({*_NUMBERS_ONLY, "+", "-", "**"})


class LimitedContext(Context):
    """The variables of one run of a template, and how much it may still take and make."""

    left: int = MAX_WORK

    def spend(self, *values: Any) -> None:
        """Count what a filter or an operator takes or has made. Raises :class:`TemplateTooLarge`."""
        left = self.left
        for value in values:
            left -= len(value) if type(value) is str else size_of(value)
        self.left = left
        if left < 0:
            raise TemplateTooLarge(f"it computes with more than {MAX_WORK:,} characters")

    def concat(self, values: Iterable[Any]) -> str:
        """Return the texts of some values in a row: the operator ``~``."""
        texts = []
        for value in values:
            texts.append(str(value))
            self.spend(texts[-1])
        return "".join(texts)


class _CodeGenerator(CodeGenerator):
    """Lets the context do the one operator that a sandbox of Jinja2 does not intercept."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja2's name
        self.write("context.concat((")
        for each in node.nodes:
            self.visit(each, frame)
            self.write(", ")
        self.write("))")


class MenuEnvironment(ImmutableSandboxedEnvironment):
    """Jinja2 as a menu has it."""

    context_class = LimitedContext
    code_generator_class = _CodeGenerator
    intercepted_binops = _OPERATORS
    speaker: Speaker
    """Who says the values."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - Jinja2's signature
        return isinstance(obj, ATTRIBUTES.get(attr, ()))

    def is_safe_callable(self, obj: Any) -> bool:
        return isinstance(getattr(obj, "__self__", None), METHODS.get(getattr(obj, "__name__", ""), ()))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute with two values. Jinja2 calls this in a call only, never when it compiles."""
        assert isinstance(context, LimitedContext)
        if operator == "**":
            raise SecurityError("`**` cannot be used here")
        if operator in _NUMBERS_ONLY and (isinstance(left, _NO_NUMBERS) or isinstance(right, _NO_NUMBERS)):
            raise TypeError(f"`{operator}` is for numbers")
        context.spend(left, right)
        made = self.binop_table[operator](left, right)
        context.spend(made)
        return made


_NO_NUMBERS = (str, list, tuple, dict)


@functools.cache
def environment(
    language: str, territory: Territory | None = None, *, written: bool = False, marked: bool = False
) -> MenuEnvironment:
    """Return the template environment whose filters speak ``language``, or write it in text messages.

    In a ``marked`` text some characters stand for marks, so that its values may have none of them.
    """
    return _made(speaker(language, territory, written=written), marked=marked)


def _made(by: Speaker, *, marked: bool) -> MenuEnvironment:
    made = MenuEnvironment(
        undefined=StrictUndefined, autoescape=False, finalize=without_marks if marked else None
    )
    made.speaker = by
    made.filters.clear()
    made.filters.update({name: _limited(each, by) for name, each in FILTERS.items()})
    made.tests = {name: test for name, test in made.tests.items() if name in TESTS}
    made.globals.clear()
    return made


def recorded_environment(say: Mapping[str, Callable[..., str]]) -> MenuEnvironment:
    """Return an environment in which these filters say values from recordings."""
    made = _made(speaker("en-US"), marked=False)
    for name, each in say.items():
        made.filters[name] = _limited(Filter("", _without_speaker(each)), made.speaker)
    return made


def _without_speaker(say: Callable[..., str]) -> Callable[..., str]:
    def said(value: Any, _by: Speaker, *options: Any, **named: Any) -> str:
        return say(value, *options, **named)

    return said


def _limited(ours: Filter, by: Speaker) -> Callable[..., Any]:
    """Return a filter that counts. Since it needs a context, Jinja2 never runs it when it compiles."""
    say, apply = ours.say, ours.apply

    @pass_context
    def filtered(context: LimitedContext, value: Any, *options: Any, **named: Any) -> Any:
        context.spend(value, *options, *named.values()) if options or named else context.spend(value)
        if say is None:
            made = apply(value, *options, **named)
        elif isinstance(value, str | list | tuple) and len(value) > MAX_SPOKEN:
            raise TemplateTooLarge(f"more than {MAX_SPOKEN:,} characters or items are said by one filter")
        else:
            made = say(value, by, *options, **named)
        context.spend(made)
        return made

    return filtered


def render(compiled: Template, variables: Mapping[str, Any]) -> str:
    """Return the text that a template becomes. Raises :class:`TemplateTooLarge` if it is too long.

    Jinja2's own ``render`` would copy the variables. This looks each one up in place, so that a mapping can record which of them
    a template reads.
    """
    context = compiled.new_context(variables, shared=True)  # type: ignore[arg-type]
    texts = [
        *compiled.root_render_func(context)
    ]  # of which the long ones are values that exist, and are not copied
    if sum(map(len, texts)) > MAX_TEXT:
        raise TemplateTooLarge(f"it becomes longer than {MAX_TEXT:,} characters")
    return "".join(texts)


def evaluate(compiled: Template | TemplateExpression | str, variables: Mapping[str, Any]) -> Any:
    """Return what a value or a condition yields. Raises :class:`TemplateTooLarge` if it is too large to keep."""
    match compiled:
        case str():
            return compiled
        case TemplateExpression():
            context = compiled._template.new_context(variables, shared=True)  # type: ignore[arg-type]  # noqa: SLF001 - calling it would copy
            for _ in compiled._template.root_render_func(context):  # noqa: SLF001
                pass
            result = context.vars["result"]
            if type(result) is not bool and size_of(result) > MAX_TEXT:
                raise TemplateTooLarge(f"its value is larger than {MAX_TEXT:,} characters")
            return result
    return render(compiled, variables)
