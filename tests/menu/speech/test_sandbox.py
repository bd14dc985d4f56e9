"""What a template may take and make in a call: every way to something huge ends early, with an exception."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from ivr.menu.speech.filters import FILTERS
from ivr.menu.speech.limits import MAX_SPOKEN, MAX_TEXT, MAX_WORK, TemplateTooLarge
from ivr.menu.speech.sandbox import METHODS, environment, evaluate, render
from ivr.menu.speech.templates import examine, template, value

LONG = "a" * (MAX_TEXT - 10)
LEAST = 10**340
"""A whole number with too many digits."""


def rendered(source: str, **variables: Any) -> str:
    """Return what a template becomes in a call."""
    return render(template(source, "en-US"), variables)


@pytest.mark.parametrize(
    ("source", "variables", "error"),
    [
        ("{{ v * 1000000000 }}", {"v": "a"}, TypeError),
        ("{{ 1000000000 * v }}", {"v": ["a"]}, TypeError),
        ("{{ v % 1 }}", {"v": "%9999999999d"}, TypeError),
        ("{{ 2 ** n }}", {"n": 10**9}, SecurityError),
        ("{{ n * n * n * n }}", {"n": 10**99}, TemplateTooLarge),
        ("{{ n * n }}", {"n": Decimal("1e200")}, TemplateTooLarge),
        ("{{ n + 1 }}", {"n": LEAST}, TemplateTooLarge),
        ("{{ n | int }}", {"n": Decimal("1e999999999")}, TemplateTooLarge),
        ("{{ n | number }}", {"n": "1e999999999"}, ValueError),
        ("{{ n | money }}", {"n": "1e999999999"}, ValueError),
        ("{{ n | minutes }}", {"n": "9" * 1001}, TemplateTooLarge),
        ("{{ n | round(p, 'ceil') }}", {"n": 1.5, "p": 10**9}, ValueError),
        ("{{ 1 << n }}", {"n": 10**9}, None),
        ("{{ v.ljust(3000000000) }}", {"v": "a"}, SecurityError),
        ("{{ v.center(3000000000) }}", {"v": "a"}, SecurityError),
        ("{{ v.join(v) }}", {"v": "a"}, SecurityError),
        ("{{ v.format(1) }}", {"v": "{:9999999999d}"}, SecurityError),
        ("{{ v.strftime('%999999999d') }}", {"v": date(2026, 1, 1)}, SecurityError),
        ("{{ v[::1] ~ v }}", {"v": LONG}, TemplateTooLarge),
        ("{{ v | join(v) }}", {"v": LONG}, TemplateTooLarge),
        ("{{ v | replace('a', v) }}", {"v": LONG}, TemplateTooLarge),
        ("{{ v | replace('', v) }}", {"v": LONG}, TemplateTooLarge),
        ("{{ 'a'" + "|replace('a', 'aaaaaaaaaaaaaaaa')" * 9 + " }}", {}, TemplateTooLarge),
        ("{{ v" + " ~ v" * 90 + " }}", {"v": LONG[:5000]}, TemplateTooLarge),
        ("{{ v" + " + v" * 30 + " }}", {"v": LONG}, TemplateTooLarge),
        ("{{ v }}{{ v }}", {"v": LONG}, TemplateTooLarge),
        ("{{ [v, v, v, v, v] | join }}", {"v": LONG}, TemplateTooLarge),
        ("{{ v | listing }}", {"v": "a" * (MAX_SPOKEN + 1)}, TemplateTooLarge),
        ("{{ v | digits }}", {"v": LONG}, TemplateTooLarge),
        ("{{ v" + " | upper" * 9 + " }}", {"v": LONG}, TemplateTooLarge),
    ],
)  # fmt: skip
def test_nothing_huge_is_made_in_a_call(
    source: str, variables: dict[str, Any], error: type[Exception] | None
) -> None:
    """The exception comes before the text or the number is made."""
    if error is None:
        assert examine(source, "en-US").mistakes
        return
    with pytest.raises(error):
        rendered(source, **variables)


@pytest.mark.parametrize("name", FILTERS)
def test_no_filter_runs_when_a_template_is_compiled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Constants are not folded: an editor's text may hold up one call, but never the check of a menu."""

    def never(*_given: object, **_named: object) -> str:
        raise AssertionError

    env = environment("en-US").overlay()
    monkeypatch.setitem(env.filters, name, env.filters[name])
    assert env.filters[name].jinja_pass_arg.name == "context"
    monkeypatch.setattr("ivr.menu.speech.limits.size_of", never)
    monkeypatch.setattr("ivr.menu.speech.sandbox.size_of", never)
    env.from_string("{{ 'a' | " + name + " }}{{ ('a' ~ 'b') | " + name + "('c') }}")


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "//", "%", "**"])
def test_no_operator_runs_when_a_template_is_compiled(operator: str) -> None:
    """Not even one that Jinja2 could evaluate, such as the product of two numbers."""
    environment("en-US").from_string("{{ 9999999 " + operator + " 0 }}")  # a division by it would raise


def _again_and_again(source: str, now: Any) -> None:
    compiled = value(source, "en-US")
    for _ in range(100):
        now = evaluate(compiled, {"v": now})


def test_doubling_from_call_to_call_ends() -> None:
    """A `set` node that doubles its own variable: a text, a list of itself, a number."""
    for source, first in (("{{ v ~ v }}", "a"), ("{{ [v, v] }}", "a"), ("{{ v * v }}", 7)):
        with pytest.raises(TemplateTooLarge):
            _again_and_again(source, first)


def test_a_long_text_is_said_as_long_as_it_is_no_longer_than_allowed() -> None:
    """The limit is the length of what is said, values and all."""
    assert len(rendered("{{ v }}" + "b" * 10, v=LONG)) == MAX_TEXT
    with pytest.raises(TemplateTooLarge):
        rendered("{{ v }}" + "b" * 11, v=LONG)


def test_what_filters_take_and_make_is_counted_over_the_whole_text() -> None:
    """Each text that passes a filter counts twice: where it goes in, and where it comes out."""
    once = "{{ v | upper | length }}"
    assert rendered(once, v="a" * (MAX_WORK // 3 - 2))
    with pytest.raises(TemplateTooLarge):
        rendered(once * 2, v="a" * (MAX_WORK // 3 - 2))


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("{{ '+86138'.startswith('+86') }}", True),
        ("{{ caller.endswith('01') }}", True),
        ("{{ today.weekday() }}", 0),
        ("{{ (today - born).days }}", 7),
        ("{{ today.year }}", 2026),
        ("{{ card.tail }}", "6688"),
        ("{{ card['tail'] }}", "6688"),
        ("{{ caller[-2:] }}", "01"),
        ("{{ 'a' in ['a', 'b'] }}", True),
        ("{{ price * 3 }}", Decimal("4.50")),
        ("{{ 7 // 2 + 7 % 2 }}", 4),
        ("{{ '' | first | default('none') }}", "none"),
        ("{{ [] | last | default('none') }}", "none"),
        ("{{ 'abc' | last }}", "c"),
        ("{{ 'aXbX' | replace('X', '', 1) }}", "abX"),
        ("{{ ['a', 'b'] | join(', ') }}", "a, b"),
        ("{{ nothing | default(true, true) }}", True),
        ("{{ price | round(1) }}", Decimal("1.5")),
        ("{{ '12' | int + 1 }}", 13),
    ],
)
def test_what_a_menu_may_do(source: str, result: object) -> None:
    """What is allowed by name works as in Jinja2."""
    variables = {
        "caller": "+8613800138001",
        "today": date(2026, 11, 23),
        "born": date(2026, 11, 16),
        "card": {"tail": "6688"},
        "price": Decimal("1.50"),
        "nothing": "",
    }
    assert examine(source, "en-US").mistakes == ()
    assert evaluate(value(source, "en-US"), variables) == result


@pytest.mark.parametrize("name", ["upper", "real", "resolution", "count", "max", "fold", "tzinfo", "_x"])
def test_an_attribute_that_is_not_allowed_by_name_has_no_value(name: str) -> None:
    """Whatever the value is."""
    for thing in ("a", 1, date(2026, 1, 1), Decimal(1), [1]):
        with pytest.raises((SecurityError, UndefinedError)):
            rendered("{{ v." + name + " }}", v=thing)
        with pytest.raises((SecurityError, UndefinedError)):
            rendered("{{ v['" + name + "'] }}", v=thing)


def test_methods_are_those_of_texts_and_dates() -> None:
    """A table that an action tells cannot bring a method of its own."""

    class Stranger:
        def startswith(self) -> str:
            return "called"

    assert set(METHODS.values()) == {str, date}
    with pytest.raises(SecurityError):
        rendered("{{ v.startswith() }}", v=Stranger())


def test_the_most_expensive_template_that_is_allowed_takes_milliseconds() -> None:
    """A hundred of the slowest filter, with values as long as they may be. The bound is ten times what it takes."""
    day = template("{{ day | day }}" * 100, "ko-KR")
    long = template("{{ v | upper | lower | length }}" * 100, "en-US")
    render(template("{{ day | day }}", "ko-KR"), {"day": date(2026, 11, 24)})  # Babel reads the locale once
    begun = time.process_time()
    render(day, {"day": date(2026, 11, 24)})
    with pytest.raises(TemplateTooLarge):
        render(long, {"v": "ŉ" * MAX_TEXT})
    assert time.process_time() - begun < 0.5
