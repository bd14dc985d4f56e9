"""The forms of what editors type: texts, names, keys, numbers and hours.

Each form is declared once. The JSON Schema, the reference page and the problems all show its pattern and examples.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ivr.menu.language.markers import Role
from ivr.menu.language.suggestions import nearest, shown

SPECIAL_TARGETS = ("back", "repeat", "return")
"""Targets that are not nodes. They lead one menu back, to the same place again, and on to where the caller wanted to go."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def wrong(what: str, remedy: str) -> PydanticCustomError:
    """Return an error that says what is wrong and what to write instead."""
    return PydanticCustomError("value", "{what}", {"what": what, "remedy": remedy})


def wrong_key(what: str, remedy: str) -> PydanticCustomError:
    """Return an error about the value under a key. ``what`` continues the key, as in "must be …"."""
    return PydanticCustomError("of_key", "{what}", {"what": what, "remedy": remedy})


@dataclass(frozen=True, slots=True)
class Form:
    """The form that a text must have. The JSON Schema and the problems describe it in the same words."""

    noun: str
    pattern: str
    like: tuple[str, ...]
    """Good examples."""
    holds: Callable[[str], bool] = field(default=lambda _: True)
    """Checks what a pattern cannot."""
    mend: Callable[[str], str | None] = field(default=lambda _: None)
    """Returns the remedy for a usual mistake. Otherwise the remedy shows the examples."""

    def wrong(self, typed: str) -> tuple[str, str] | None:
        """Return what is wrong with a text and what to write instead, or None if it has this form."""
        if re.fullmatch(self.pattern, typed) and self.holds(typed):
            return None
        examples = " or ".join(f"`{each}`" for each in self.like)
        return f"{shown(typed)} is no {self.noun}", self.mend(typed) or f"write it like {examples}"

    def check(self, typed: str) -> str:
        """Return what was typed, or raise what is wrong with it."""
        if found := self.wrong(typed):
            raise wrong(*found)
        return typed

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^({self.pattern})$", "examples": list(self.like)}


def _flag(value: Any) -> bool:
    if value in ("true", True):
        return True
    if value in ("false", False):
        return False
    raise wrong_key("must be `true` or `false`", "write `true` or `false`")


def _whole(value: Any) -> Any:
    """Refuse a text that YAML may have cut off at ` #`."""
    if getattr(value, "cut", False):
        raise wrong_key(
            "is followed by a comment, or ` #` has cut it short",
            "put quotes around the text, and comments on a line of their own",
        )
    return value


def _spoken(value: Any) -> Any:
    """Refuse an empty text."""
    if isinstance(value, str) and not value.strip():
        raise wrong_key("is empty", "write what is said, or delete the line")
    return _whole(value)


def _is_language(tag: str) -> bool:
    try:
        Locale.parse(tag, sep="-")
    except UnknownLocaleError:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _ascends(span: str) -> bool:
    first, _, last = span.partition("-")
    return not last or Decimal(first) <= Decimal(last)


def _in_their_order(spans: str) -> bool:
    """Return whether each span begins before it ends, and after the previous one has ended."""
    times = re.findall(_CLOCK, spans)
    return all(earlier < later for earlier, later in itertools.pairwise(times))


def _with_zero(typed: str) -> str:
    """Add the 0 that is missing before `9:00`."""
    return re.sub(r"(?<![0-9:])[0-9]:", r"0\g<0>", typed)


def _over_midnight(typed: str) -> str | None:
    """Return how to write a span of hours that ends on the next day."""
    first, _, last = _with_zero(typed.strip()).partition("-")
    if not (re.fullmatch(_TIME, first) and re.fullmatch(_TIME, last) and last < first):
        return None
    return f"`{first}-24:00`" + (f", and `00:00-{last}` on the next day" if last != "00:00" else "")


def _mended_hours(typed: str) -> str | None:
    mended = _with_zero(typed)
    if night := _over_midnight(typed):
        return f"a span ends on its day: write {night}"
    if mended != typed and re.fullmatch(_SPANS, mended):
        return f"a 0 is missing in front: write `{mended}`"
    if re.fullmatch(_SPANS, typed):
        for one, other in itertools.pairwise(sorted(re.split(" *, *", typed))):
            if other[:5] <= one[6:]:
                return f"`{one}` and `{other}` overlap: write one span in their place"
    span = None if re.search(_CLOCK, typed) else _SHORT_SPAN.search(typed)
    return f"write hours and minutes, such as `{_whole_span(span)}`" if span else None


def _whole_span(span: re.Match[str]) -> str:
    """Return a span of hours such as `9-17` with its minutes."""
    first, last = (f"{int(span[hour]):02}:{span[minute] or '00'}" for hour, minute in ((1, 2), (3, 4)))
    return f"{first}-{last}"


def _mended_days(typed: str) -> str | None:
    """Return the remedy for days, also where YAML made a second span of hours a key of its own."""
    if re.fullmatch(_SPAN, _with_zero(typed)):
        return 'put quotes around all hours of a day, such as `"09:00-12:00, 13:00-18:00"`'
    if len(typed) > _LONGEST_DAYS:
        return None
    days = [
        _SPANS_OF_DAYS.get(each, each[:3]) for each in re.split(r"\s*(?:-|to)\s*", typed.strip().casefold())
    ]
    mended = "-".join(days)
    return f"write `{mended}`" if re.fullmatch(rf"({_DAY})(-({_DAY}))?", mended) else None


def _mended_name(typed: str) -> str | None:
    name = re.sub(r"[- ]", "_", typed.lower())
    return f"write `{name}`" if re.fullmatch(_NODE_NAME, name) else None


def _mended_option_name(typed: str) -> str | None:
    """Return the remedy for a key of the telephone, under which words stood until version 0.3."""
    if re.fullmatch(r"[0-9*#]+", typed):
        return (
            "write where the option leads, or its `name:`, in place of its key; `ivr migrate` does it for you"
        )
    return _mended_name(typed)


def _mended_desk(typed: str) -> str | None:
    if re.match(r"\+?[0-9]|sips?:", typed):
        return f'write the number under `desks:`, as in `desks: {{staff: {{number: "{typed}", …}}}}`, and its desk here'
    return _mended_name(typed)


def _mended_file(typed: str) -> str | None:
    name = typed.removesuffix(".yml")
    return f"only files that end in `.yaml` are read: rename it to `{name}.yaml`" if name != typed else None


def _mended_number(typed: str) -> str | None:
    """Return the remedy for a number with spaces or brackets, or without its country."""
    digits = re.sub(r"\(0\)|[\s().\-/]", "", typed)
    if re.fullmatch(r"(\+|00)[1-9][0-9]{4,14}", digits):
        return f"write `+{digits.lstrip('+0')}`"
    if re.fullmatch(r"[0-9]{5,15}", digits):
        return "begin with `+` and the country's code, as in `+12025550100` or `+8657100000000`"
    return None


def _mended_country(typed: str) -> str | None:
    """Return the remedy for a country that is written by its name or in three letters."""
    codes = {each.upper(): code for code, name in Locale("en").territories.items() for each in (code, name)}
    code = next(iter(get_global("territory_aliases").get(typed.upper(), ())), codes.get(typed.upper(), ""))
    return f"write `{code}`" if re.fullmatch("[A-Z]{2}", code) else None


def _mended_currency(typed: str) -> str | None:
    """Return the remedy for a currency that is written by its name, its sign or in small letters."""
    locale = Locale("en")
    names = {each.casefold(): code for code, name in locale.currencies.items() for each in (code, name)}
    signs = {sign: code for code, sign in locale.currency_symbols.items()}
    code = signs.get(typed) or names.get(typed.casefold())
    return f"write `{code}`" if code else None


def _always(typed: Any) -> Any:
    """Refuse hours without days, and other ways of writing `always`."""
    if not isinstance(typed, str) or nearest(typed, ["always"]):
        return typed
    if re.fullmatch(r"24\s*[/x]\s*7|24h?|00:00-24:00", typed):
        raise wrong_key("is written by a word", "write `always`")
    span = _SHORT_SPAN.search(typed)
    hours = _whole_span(span) if span else "09:00-17:00"
    if re.match(_CLOCK, _with_zero(typed)):
        hours = _with_zero(typed)
    only_hours = span and not re.search("[a-z]", typed)
    what = "does not say on which days" if only_hours else f"cannot be {shown(typed)}"
    if night := _over_midnight(typed):
        raise wrong_key(what, f"write the days below it, such as `fri:`, with {night}")
    raise wrong_key(what, f"write the days and the hours below it, such as `mon-fri: {hours}`")


_LONGEST_DAYS = 40
"""Characters of a span of days, such as `wednesday to saturday`. A longer one is no slip, and slow to split."""
_SPANS_OF_DAYS = {
    **dict.fromkeys(["weekdays", "weekday", "workdays", "working days"], "mon-fri"),
    **dict.fromkeys(["weekend", "weekends"], "sat-sun"),
    **dict.fromkeys(["daily", "every day", "everyday"], "mon-sun"),
}
_SHORT_SPAN = re.compile(
    r"\b([01]?[0-9]|2[0-4])(?::([0-5][0-9]))?\s*-\s*([01]?[0-9]|2[0-4])(?::([0-5][0-9]))?\b"
)
_CLOCK = r"[0-9]{2}:[0-9]{2}"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_SPAN = rf"{_TIME}-({_TIME}|24:00)"
_SPANS = rf"{_SPAN}( *, *{_SPAN})*"
_NODE_NAME = rf"(?!({'|'.join(SPECIAL_TARGETS)})$)[a-z][a-z0-9_]*"
_DAY = "|".join(WEEKDAYS)
_KEY_PLACE = r"(?<!\{)\{key\}(?!\})"
KEY_PLACE = re.compile(_KEY_PLACE)
"""Where a sentence says the key. `{{key}}` is the value of a variable."""
KEY_OF = re.compile(r"\{key of ([^{}]*)\}")
"""Where the words of a node say the key of an option, by its name."""

Flag = Annotated[bool, BeforeValidator(_flag)]
Value = Annotated[str, BeforeValidator(_whole)]
SingleLine = Annotated[str, BeforeValidator(_spoken)]
"""A text that is spoken or sent. It may hold ``{{ … }}``."""
Name = Annotated[
    str,
    Form(
        "name (small letters, digits and `_`, beginning with a letter)",
        r"[a-z][a-z0-9_]*",
        ("main_menu",),
        mend=_mended_name,
    ),
]
DeskName = Annotated[
    str,
    Form(
        "name of a desk (small letters, digits and `_`, beginning with a letter)",
        r"[a-z][a-z0-9_]*",
        ("service",),
        mend=_mended_desk,
    ),
]
NODE_NAME = Form(
    "name of a node (small letters, digits and `_`; not `back`, `repeat`, `return`)",
    _NODE_NAME,
    ("main_menu",),
    mend=_mended_name,
)
NodeName = Annotated[str, NODE_NAME]
OptionName = Annotated[
    str, Form("name of an option", r"[a-z][a-z0-9_]*", ("opening_hours", "back"), mend=_mended_option_name)
]
"""The name of an option of a menu, which is its target unless it has one of its own."""
Target = Annotated[Name, Role.target]
"""A node, or one of :data:`SPECIAL_TARGETS`."""
TargetOrAgent = Annotated[Name, Role.target_or_agent]
Condition = Annotated[Value, Role.condition]
Expression = Annotated[Value, Role.value]
MessageText = Annotated[SingleLine, Role.message]
Note = Annotated[SingleLine, Role.note]
Purpose = Annotated[SingleLine, Role.purpose]
KeySentence = Annotated[
    SingleLine,
    Form(
        "sentence that says its key by `{key}`",
        rf"[\s\S]*{_KEY_PLACE}[\s\S]*",
        ("Press {key} to freeze your account.", "要冻结账户，请按{key}。"),
    ),
    Role.announcement,
]
Phrase = Annotated[SingleLine, Role.phrase]
LANGUAGE = Form("language", r"[a-z]{2,3}-[A-Z]{2}", ("zh-CN", "en-US"), _is_language)
Language = Annotated[str, LANGUAGE]
MenuKey = Annotated[str, Form("key of a telephone", r"[0-9*#]{1,20}", ("1", "12", "*"))]
AnywhereKey = Annotated[str, Form("single key of a telephone", r"[0-9*#]", ("0", "*"))]
Number = Annotated[
    str,
    Form(
        "international number",
        r"\+[1-9][0-9]{4,14}|sips?:[^@\s]+@[^@\s]+",
        ("+12025550100", "+8657100000000", "sip:desk@example.com"),
        mend=_mended_number,
    ),
]
Days = Annotated[str, Form("span of days", rf"({_DAY})(-({_DAY}))?", ("mon-fri", "sat"), mend=_mended_days)]
Hours = Annotated[
    str,
    Form(
        "span of hours within one day",
        rf"closed|{_SPANS}",
        ("08:30-21:00", "09:00-12:00, 13:00-18:00", "closed"),
        _in_their_order,
        _mended_hours,
    ),
]
Always = Annotated[Literal["always"], BeforeValidator(_always)]
Date = Annotated[str, Form("date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", ("2026-10-01",), _is_date)]
Length = Annotated[str, Form("length", r"[1-9][0-9]?(-[1-9][0-9]?)?", ("6", "4-8"), _ascends)]
Range = Annotated[str, Form("range", r"[0-9]+(\.[0-9]+)?-[0-9]+(\.[0-9]+)?", ("1-50000",), _ascends)]
Recording = Annotated[
    str, Form("file of a recording", r"\w[\w/-]*\.(wav|mp3|ulaw|gsm|aiff)", ("greeting.wav",))
]
YAML_FILE = Form("file of nodes", r"[\w-]+(/[\w-]+)*\.yaml", ("earnings.yaml",), mend=_mended_file)
YamlFile = Annotated[str, YAML_FILE]
Country = Annotated[str, Form("country", r"[A-Z]{2}", ("CN", "US"), mend=_mended_country)]
CURRENCY = Form(
    "currency (an ISO 4217 code)",
    r"[A-Z]{3}",
    ("USD", "CNY"),
    lambda code: code in Locale("en").currencies,
    _mended_currency,
)
Currency = Annotated[str, CURRENCY]
RuleId = Annotated[str, Form("rule of the voice", r"[A-Z][0-9]{2}", ("W03", "H01"))]
HotlineName = Annotated[str, Form("name of a hotline", r"[a-z][a-z0-9_-]*", ("yuebao",))]
Seconds = Annotated[int, Field(ge=1, le=60)]
Tries = Annotated[int, Field(ge=1, le=5)]
