"""Templates and conditions: what they read, what cannot work in them, and that values are never parts of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from ivr.menu.speech.prompts import Voice
from ivr.menu.speech.sandbox import environment, evaluate
from ivr.menu.speech.templates import (
    EXPRESSIONS,
    condition,
    examine,
    is_template,
    template,
    value,
)


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("no template", set()),
        ("{{ a }} and {{ b | money }}", {"a", "b"}),
        ("{{ a | default('x') }}", set()),
        ("{{ a | default(b) }}", {"b"}),
        ("{% if a is defined %}{{ a }}{% endif %}", set()),
        ("{# {{ a }} #}", set()),
    ],
)
def test_what_a_template_reads(source: str, variables: set[str]) -> None:
    """The variables that must have a value."""
    uses = examine(source, "en-US")
    assert (set(uses.variables), uses.mistakes) == (variables, ())


BOMBS = [
    "{{ 'a' * 3000000000 }}",
    "{{ 3000000000 * ('a' ~ 'b') }}",
    "{{ ('a' if true else 'b') | upper * 3000000000 }}",
    "{{ (name ~ 'a') * 3000000000 }}",
    "{% if ['a'] * 3000000000 %}x{% endif %}",
]
"""They would fill the memory when they are compiled, or when they are said."""


def test_a_product_of_numbers_is_none_of_a_text() -> None:
    """Also where a text stands somewhere inside."""
    for source in ("{{ price * 3 }}", "{{ (count % 2) * 3 }}", "{{ price * (2 if kind == 'two' else 1) }}"):
        assert examine(source, "en-US").mistakes == ()


@pytest.mark.parametrize("error", [MemoryError, OverflowError])
def test_what_the_machine_cannot_hold_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """And no traceback, where it was not foreseen."""

    def too_large(*_given: object) -> None:
        raise error

    monkeypatch.setattr(type(environment("en-US")), "from_string", too_large)
    assert examine("{{ unseen }}", "en-US").mistakes[0].what == "`{{ unseen }}` cannot be read"


TOO_MANY = "a text has at most 400 names, values, filters and operators"
TOO_DEEP = "brackets, branches and operators are more than 40 deep"
FLATTER = "write it flatter, or in several nodes"
METHODS_LISTED = "use one of `.startswith()`, `.endswith()`, `.weekday()`, `.isoweekday()`"
IF_OR_BRACKETS = "check its brackets and quotes, and that each `{% if … %}` has its `{% endif %}`"


@pytest.mark.parametrize(
    ("source", "what", "remedy"),
    [
        ("{{ a | mony }}", "there is no filter `mony`", "did you mean `money`?"),
        ("{% if a is evn %}x{% endif %}", "there is no test `evn`", "did you mean `even`?"),
        ("{{ a", "`{{ a` cannot be read", "check that `{{` is closed by `}}`"),
        ("{{ visit | full_day 。", "`{{ visit | full_day 。` cannot be read", "check that `{{` is closed by `}}`"),
        ("时间：{{ visit ｜ full_day }}。", None, "type English punctuation in place of `｜`"),
        ("{{ 'a }}", "`{{ 'a }}` cannot be read", "check its brackets and quotes"),
        ("{% if a %}", None, IF_OR_BRACKETS),
        ("{{ " + "(" * 2_000 + "a" + ")" * 2_000 + " }}", TOO_MANY, "write less, or several nodes"),
        ("{{ " + "(" * 590 + "a" + ")" * 590 + " }}", TOO_DEEP, FLATTER),
        ("{{ " + "-" * 1_150 + "a }}", TOO_DEEP, FLATTER),
        ("{{ " + "not " * 1_150 + "a }}", TOO_DEEP, FLATTER),
        ("{{ " + "9" * 5000 + " }}", None, "check its brackets and quotes"),
        ("{% if a %}{% for b in a %}{{ b }}{% endfor %}{% endif %}", "`for` cannot be used here", "say a list with `| listing` or `| join(', ')`"),
        ("{% set x = a ~ a %}{{ x }}", "`set` cannot be used here", "set the variable in a `set` node"),
        ("{% set x %}{{ a }}{% endset %}", "`set` cannot be used here", "set the variable in a `set` node"),
        ("{% filter upper %}a{% endfilter %}", "`filter` cannot be used here", "write the filter into the `{{ }}`"),
        ("{% with x = a %}{{ x }}{% endwith %}", "`with` cannot be used here", "write it without"),
        ("{{ {'a': 1} }}", "`{ }` cannot be used here", "write it without"),
        ("{{ range(3) }}", "`range(…)` cannot be used here", METHODS_LISTED),
        ("{{ a.format(b) }}", "`format(…)` cannot be used here", METHODS_LISTED),
        ("{{ a.ljust(3000000000) }}", "`ljust(…)` cannot be used here", METHODS_LISTED),
        ("{{ a.b()() }}", "`(…)` cannot be used here", METHODS_LISTED),
        ("{{ a is callable }}", "there is no test `callable`", None),
        ("{{ a | center(80) }}", "there is no filter `center`", None),
        ("{{ a | round(1000000000, 'ceil') }}", "`round` cannot be used in this way", "at most 18 decimals"),
        ("{{ a }}" * 101, "a text has at most 100 `{{ }}` and `{% %}`, and this has 101", "write less, or several nodes"),
        ("{{ a }}" + "b" * 9_994, "a text with values, or a condition, has at most 10,000 characters, and this has 10,001", "write less, or several nodes"),
        ("{{ x in [" + "a, " * 400 + "] }}", TOO_MANY, "write less, or several nodes"),
        ("{{ a" + " | upper" * 41 + " }}", TOO_DEEP, FLATTER),
        ("{% include 'secrets' %}", "`include` cannot be used here", "write it without"),
        ("{% import 'x' as y %}", "`import` cannot be used here", "write it without"),
        ("{% extends 'x' %}", "`extends` cannot be used here", "write it without"),
        ("{% macro a() %}{% endmacro %}", "`macro` cannot be used here", "write it without"),
        ("{{ 9 ** 9 ** 9 }}", "`**` cannot be used here", "write it without"),
        *((text, "`*` is for numbers, and cannot be used on a text or a list", "write the words themselves") for text in BOMBS),
        ("{{ price | money('usd') }}", "`money` cannot be used in this way", "`usd` is no currency; write it like `USD`"),
        ("{{ price | money('USD', 2) }}", None, "in brackets it takes currency"),
        ("{{ code | digits('a') }}", None, "write how many digits the groups have, as in `digits(4)` or `digits(3, 4)`"),
        ("{{ code | tail(4) }}", None, "in brackets it takes nothing"),
        ("{{ n | count }}", "`count` cannot be used in this way", "write the forms that English has, as in `count(one='…', other='…')`"),
        ("{{ n | count('message', 'messages', 'more') }}", None, "write the forms that English has, as in `count(one='…', other='…')`"),
        ("{{ n | count('message') }}", None, "write the forms that English has, as in `count(one='…', other='…')`"),
        ("{{ n | count(one='message', others='messages') }}", None, "write the forms that English has, as in `count(one='…', other='…')`"),
        ("{{ n | ordinal('female') }}", None, "write `ordinal`, `ordinal('masculine')` or `ordinal('feminine')`"),
        ("{{ '%03000000000d' % 1 }}", "`%` is for numbers, and cannot be used on a text or a list", "write the words themselves"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_work(source: str, what: str | None, remedy: str | None) -> None:
    """It is a mistake with a remedy, and never an exception."""
    mistakes = examine(source, "en-US").mistakes
    assert remedy is None or mistakes[0].remedy == remedy
    assert what is None or mistakes[0].what == what


CHAINS = (
    "+1", "-1", "*1", "/1", "//1", "%1", "~1", "<1", ".a", "[0]", "()", "(1)", "|abs", "|abs(1)", " and 1", " or 1", " in a",
    " if 1", " if 1 else 1", " is even", " is none",
)  # fmt: skip
"""What can be written behind an expression again and again."""


@pytest.mark.parametrize("link", CHAINS)
@pytest.mark.parametrize("number", [420, 590, 900, 1_100, 2_000])
@pytest.mark.parametrize("expression", [False, True])
def test_a_long_chain_is_a_mistake(link: str, number: int, expression: bool) -> None:  # noqa: FBT001
    """However Jinja2 holds it: as a list, or as a tree that is too deep for Python's stack."""
    chain = "a" + link * min(number, 9_900 // len(link))
    (mistake,) = examine(
        chain if expression else "{{ " + chain + " }}", "en-US", expression=expression
    ).mistakes
    if not link.startswith(" is "):  # of which Jinja2 takes only one
        assert mistake.what in {TOO_MANY, TOO_DEEP}


def test_a_text_of_many_tokens_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing takes five times as long as counting them, and a hotline may have hundreds of such texts."""
    parsed: list[str] = []
    monkeypatch.setattr(type(environment("en-US")), "parse", lambda _env, source: parsed.append(source))
    assert examine("{{ a" + ",a" * 4_000 + " }}", "en-US").mistakes[0].what == TOO_MANY
    assert parsed == []


@pytest.mark.parametrize(
    ("source", "what", "remedy"),
    [
        ("{{ age }} >= 65", "a condition has no `{{ }}`", "write `age  >= 65`"),
        ("age >=", "`age >=` cannot be read", "check its brackets and quotes"),
        ("age = 65", "`age = 65` cannot be read", "write `==` to compare"),
        ("age >= 65 and topic == ‘a’", None, "type English punctuation in place of `‘`"),
        ("age) and (x", None, "check its brackets and quotes"),
        ("", None, "check its brackets and quotes"),
    ],
)
def test_a_condition_that_cannot_work(source: str, what: str | None, remedy: str) -> None:
    """A condition is a bare expression."""
    mistakes = examine(source, "en-US", expression=True).mistakes
    assert mistakes[0].remedy == remedy
    assert what is None or mistakes[0].what == what


@pytest.mark.parametrize("source", EXPRESSIONS)
def test_every_condition_of_the_reference_works(source: str) -> None:
    """What an editor is shown is what he may write."""
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    variables = {"topic": "login", "age": 70, "visit": date(2026, 11, 20), "pieces": "4"}
    facts = {"now": now, "today": now.date(), "known": True, "verified": True, "withheld": False}
    assert examine(source, "en-US", expression=True).mistakes == ()
    assert condition(source, "en-US")(**variables, **facts) is True


def test_a_condition_reads_its_variables() -> None:
    """Facts and variables alike."""
    assert examine("verified and age >= 65", "en-US", expression=True).variables == {"verified", "age"}
    assert condition("age >= 65", "en-US")(age=70) is True


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                "{{",
                "}}",
                "{%",
                "%}",
                "{#",
                "#}",
                "a",
                "|",
                "money",
                "(",
                ")",
                "'",
                "if",
                "is",
                "not",
                "1",
                ".",
                "[",
                "]",
                "**",
                "~",
                "\\",
                "\n",
            ]
        )
    ).map(" ".join)
)
def test_examining_never_raises(source: str) -> None:
    """Whatever an editor writes is examined, and what is without mistakes compiles."""
    for expression in (False, True):
        uses = examine(source, "en-US", expression=expression)
        if not uses.mistakes:
            condition(source, "en-US") if expression else template(source, "en-US")


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("text", "text"),
        ("{{ amount }}", Decimal("1.50")),
        (" {{ count | int + 1 }} ", 4),
        ("{{ count }} of {{ count }}", "3 of 3"),
        ("{{ amount | money }}", "1 dollar and 50 cents"),
        ("{{ amount | money('USD') }}", "1 dollar and 50 cents"),
        ("{{ amount | money(currency='EUR') }}", "1 euro and 50 cents"),
    ],
)
def test_a_value(source: str, result: object) -> None:
    """One expression keeps its type; anything else is a text."""
    assert evaluate(value(source, "en-US"), {"amount": Decimal("1.50"), "count": "3"}) == result


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("{{- n }}", 3),
        ("{{ n + 1-}}", 4),
        ("{{ n -}} ", 3),
        ("{{ n }}{# how often #}", 3),
        ("{{ '}}' }}", "}}"),
        ("{{ n }} and }}", "3 and }}"),
        ("{{ n, 1 }}", "(3, 1)"),
    ],
)
def test_a_value_is_what_its_template_says(source: str, result: object) -> None:
    """Signs that trim spaces are no minus, and braces in a text end no expression: what is examined is what is compiled."""
    assert not examine(source, "en-US").mistakes
    assert evaluate(value(source, "en-US"), {"n": 3}) == result


def test_a_callers_words_are_never_a_template() -> None:
    """What a caller typed is said as it is, also where it looks like a template."""
    prompt = Voice("en-US").prompt("You said {{ words }}.")
    assert prompt.utter({"words": "{{ 7 * 7 }}"}).text == "You said {{ 7 * 7 }}."


@pytest.mark.parametrize(
    "attack", ["{{ ''.__class__.__mro__ }}", "{{ a.append(1) }}", "{{ '{0.__class__}'.format(a) }}"]
)
def test_templates_are_in_a_sandbox(attack: str) -> None:
    """No way into Python, and no change of a value."""
    with pytest.raises((SecurityError, UndefinedError)):
        template(attack, "en-US").render(a=[])


def test_a_missing_value_is_never_said_as_nothing() -> None:
    """A variable without a value raises, also in a condition."""
    with pytest.raises(UndefinedError):
        template("{{ a }}", "en-US").render()
    with pytest.raises(UndefinedError):
        bool(condition("a", "en-US")())


def test_a_template_has_no_functions() -> None:
    """Jinja2's `range`, `dict` and the like are not there."""
    assert environment("en-US").globals == {}
    assert examine("{{ range(3) }}", "en-US").variables == {"range"}


def test_filters_speak_the_language() -> None:
    """The same template says its value in the language of its words."""
    assert template("{{ 3000 | money }}", "zh-CN").render() == "3000元"
    assert template("{{ 3000 | money }}", "en-US").render() == "3,000 dollars"


@pytest.mark.parametrize(
    ("text", "yes"), [("{{ a }}", True), ("{% if a %}", True), ("{# a #}", True), ("{a}", False)]
)
def test_what_is_a_template(text: str, yes: bool) -> None:  # noqa: FBT001
    """Anything that Jinja2 would not say as it stands."""
    assert is_template(text) is yes
