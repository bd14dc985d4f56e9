"""Differences between desks: numbers, hours, and what follows if nobody answers."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.diff.changes import Change, Heading, Side
from ivr.diff.pairs import Pairs
from ivr.diff.sentences import SENTENCES
from ivr.menu.language.desks import Desk
from ivr.menu.language.scalars import WEEKDAYS
from ivr.menu.opening_hours import ALL_DAY, days_of, hours_on

_SHOWN_DIGITS = 4
_OTHERS = frozenset({"number", "hours", "closed_on", "holidays", "ring", *SENTENCES.follow_ups})


def compare_desks(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield the differences of every desk. Only the last digits of a number are shown."""
    before, after = old.tree.desks, new.tree.desks
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield Change(Heading.desks, f"The desk `{name}` is gone", grave=True)
        elif name not in before:
            yield Change(Heading.desks, f"The desk `{name}` is new: {_masked(after[name].number)}")
        else:
            for sentence, heading in _desk(name, before[name], after[name], pairs):
                yield Change(heading, sentence)


def _desk(name: str, old: Desk, new: Desk, pairs: Pairs) -> Iterator[tuple[str, Heading]]:
    desk, heading = f"The desk `{name}`", Heading.desks
    if old.number != new.number:
        yield f"{desk} has another number, {_masked(new.number)}; before: {_masked(old.number)}", heading
    for days, now, was in _hours(old, new):
        yield f"{desk}, {days}: {now}; before: {was}", heading
    come, gone = (
        [day for day in one.closed_on if day not in two.closed_on] for one, two in ((new, old), (old, new))
    )
    if come:
        yield f"{desk} is closed on {', '.join(come)} too", heading
    if gone:
        yield f"{desk} is not closed any more on {', '.join(gone)}", heading
    if old.holidays != new.holidays:
        now, was = (
            f"the public holidays of {each.holidays}" if each.holidays else "no holidays"
            for each in (new, old)
        )
        yield f"{desk} keeps {now}; before: {was}", heading
    if old.ring != new.ring:
        yield f"{desk} rings for {new.ring} s; before: {old.ring} s", Heading.waiting
    for follow_up, when in SENTENCES.follow_ups.items():
        followed, follows = old.follow_ups.get(follow_up), new.follow_ups.get(follow_up)
        followed = pairs.now(followed) if followed else None
        if followed != follows:
            sentence, before = (f"`{target}`" if target else "nothing" for target in (follows, followed))
            yield f"When the desk `{name}` {when}, {sentence} follows; before: {before}", heading
    for field in type(new).model_fields.keys() - _OTHERS:
        if getattr(old, field) != getattr(new, field):
            yield f"{desk}: `{field.rstrip('_')}` is another one", Heading.editors


def _masked(number: str) -> str:
    if not number.startswith("+"):
        return "a SIP address"
    digits = number[1:]
    return "•" * (len(digits) - _SHOWN_DIGITS) + digits[-_SHOWN_DIGITS:]


def _hours(old: Desk, new: Desk) -> Iterator[tuple[str, str, str]]:
    """Yield the days whose hours differ. Days with the same difference are one item."""
    days: dict[tuple[str, str], list[int]] = {}
    for number, (was, now) in enumerate(zip(_week(old), _week(new), strict=True)):
        if was != now:
            days.setdefault((now, was), []).append(number)
    for (now, was), numbers in days.items():
        yield _named(numbers), now, was


def _week(desk: Desk) -> list[str]:
    """Return the hours of each day, from Monday on."""
    words = {"": "closed", "closed": "closed", ALL_DAY: "open all day"}
    hours = (hours_on(desk, weekday) for weekday in range(len(WEEKDAYS)))
    return [words.get(each, f"open {each}") for each in hours]


def _named(numbers: list[int]) -> str:
    """Return days as a menu writes them: ``mon-fri``, or ``mon, wed``."""
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return days_of(numbers)
    return ", ".join(WEEKDAYS[number] for number in numbers)
