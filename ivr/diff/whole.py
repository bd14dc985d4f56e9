"""Differences of a hotline as a whole: languages, voices, identity, limits, services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ivr.diff.changes import Change, Heading, Side, changed, named
from ivr.diff.pairs import Pairs
from ivr.diff.sentences import SENTENCES
from ivr.menu.language.contract import Times
from ivr.menu.language.hotline import Hotline, Limits, MessageLimits
from ivr.menu.language.nodes import RunNode
from ivr.menu.speech.values.speaker import territory_of

_ELSEWHERE = frozenset(
    {
        "languages",
        "begin_in",
        "voices",
        "start",
        "agent",
        "anywhere",
        "identity",
        "desks",
        "limits",
        "texts",
        "speech",
    }
    | {"phrases", "include", "nodes", "timezone", "variables", "pronounce", "currency"}
)
"""Fields that are reported by their own sentences."""


def compare_hotlines(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield all differences besides nodes, keys, words and desks."""
    before, after = old.tree.declared, new.tree.declared
    yield from _languages(before, after)
    yield from _roots(before, after, pairs)
    yield from _limits(before.limits, after.limits)
    yield from _rations(before.texts, after.texts)
    yield from _services(old, new)
    yield from _pronunciations(before, after)
    was_paid, paid = (territory_of(each).currency for each in (before, after))
    if was_paid != paid:
        yield Change(Heading.words, f"Money is said in {paid}; before: in {was_paid}", grave=True)
    for field in type(after).model_fields.keys() - _ELSEWHERE:
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            yield Change(Heading.editors, f"`{field.rstrip('_')}` is {_plain(now)}; before: {_plain(was)}")


def _plain(value: Any) -> str:
    """Return the value of a setting that has no sentence of its own."""
    if isinstance(value, BaseModel):
        value = value.model_dump(by_alias=True, exclude_unset=True)
    return "nothing" if value in (None, "", {}, []) else named(value)


def _pronunciations(old: Hotline, new: Hotline) -> Iterator[Change]:
    before, after = (
        {(word, language): how for word, each in side.pronounce.items() for language, how in each.items()}
        for side in (old, new)
    )
    for (word, language), was, now in changed(before, after):
        sentence = f"`{word}` is pronounced as {_plain(now)}; before: as {_plain(was)}"
        yield Change(Heading.words, sentence, language=language)


def _languages(old: Hotline, new: Hotline) -> Iterator[Change]:
    for language in dict.fromkeys([*old.languages, *new.languages]):
        if language not in new.languages:
            yield Change(Heading.languages, f"{language} is gone", language=language, grave=True)
        elif language not in old.languages:
            yield Change(Heading.languages, f"{language} is new", language=language)
        elif old.voices.get(language) != new.voices.get(language):
            was, now = (_plain(each.voices.get(language)) for each in (old, new))
            sentence = f"{language} is spoken by the voice {now}; before: {was}"
            yield Change(Heading.languages, sentence, language=language)
    if old.languages[0] != new.languages[0]:
        sentence = f"Calls begin in {new.languages[0]}; before: in {old.languages[0]}"
        yield Change(Heading.languages, sentence, grave=True)
    yield from _beginnings(old, new)
    if old.speech != new.speech:
        may, may_not = "Callers may speak, beside keys", "Callers cannot speak any more: keys alone are taken"
        yield Change(Heading.languages, may if new.speech else may_not, grave=not new.speech)


def _beginnings(old: Hotline, new: Hotline) -> Iterator[Change]:
    """Yield where a call begins in another language because of its number."""
    if old.begin_in == new.begin_in:
        return
    for country in dict.fromkeys([*old.begin_in.countries, *new.begin_in.countries, ""]):
        was, now = (_begins(each, country) for each in (old, new))
        if was != now:
            calls = f"Calls from {country}" if country else "Calls from elsewhere"
            yield Change(
                Heading.languages, f"{calls} begin in {now}; before: in {was}", language=now, grave=True
            )


def _begins(hotline: Hotline, country: str) -> str:
    begin = hotline.begin_in
    return begin.countries.get(country) or begin.elsewhere or hotline.languages[0]


def _roots(old: Hotline, new: Hotline, pairs: Pairs) -> Iterator[Change]:
    for what, was, now in (
        ("Every call begins at", old.start, new.start),
        ("Callers who cannot be helped otherwise go to", old.agent, new.agent),
    ):
        if pairs.now(was) != now:
            yield Change(Heading.ways, f"{what} `{now}`; before: `{pairs.now(was)}`", now)
    identity = {level: pairs.now(first) for level, first in old.identity.items()}
    for level, before, after in changed(identity, new.identity):
        sentence = (
            f"The questions that make a caller `{level}` begin at {_plain(after)}; before: {_plain(before)}"
        )
        yield Change(Heading.identity, sentence, after or "")
    if old.timezone != new.timezone:
        sentence = f"The time zone is {new.timezone}; before: {old.timezone}"
        yield Change(Heading.desks, sentence)
    for name, was_set, is_set in changed(old.variables, new.variables):
        yield Change(Heading.ways, f"`{name}` begins as {_plain(is_set)}; before: {_plain(was_set)}")


def _limits(old: Limits, new: Limits) -> Iterator[Change]:
    if old.turns != new.turns:
        yield Change(Heading.waiting, f"A call may have {new.turns} answers; before: {old.turns}")
    if old.seconds != new.seconds:
        yield Change(Heading.waiting, f"A call may last {new.seconds} s; before: {old.seconds} s")


def _rations(old: MessageLimits, new: MessageLimits) -> Iterator[Change]:
    for field, whom in SENTENCES.message_limits.items():
        yield from _ration(whom, getattr(old, field), getattr(new, field))
    for country in dict.fromkeys([*old.countries, *new.countries]):
        was, now = (each.countries.get(country, "as elsewhere") for each in (old, new))
        yield from _ration(f"to {country}", was, now)


def _ration(whom: str, old: int | str, new: int | str) -> Iterator[Change]:
    if old != new:
        yield Change(Heading.waiting, f"Text messages in 24 hours {whom}, at most: {new}; before: {old}")


def _services(old: Side, new: Side) -> Iterator[Change]:
    """Yield the changes of actions and services.

    A changed request is reported by its name only: its values may hold secrets.
    """
    used = {node.run for node in new.tree.nodes.values() if isinstance(node, RunNode)}
    for name in sorted(used & old.tree.contracts.keys() & new.tree.contracts.keys()):
        was, now = old.tree.contracts[name].needs, new.tree.contracts[name].needs
        if was != now:
            sentence = f"The action `{name}` is for callers who are `{now.name}`; before: `{was.name}`"
            yield Change(Heading.identity, sentence, grave=now < was)
        before, after = (side.tree.times.get(name, Times()) for side in (old, new))
        if before != after:
            sentence = (
                f"The action `{name}` may take {after.wait:g} s in silence and {after.give_up:g} s in all"
            )
            yield Change(Heading.waiting, f"{sentence}; before: {before.wait:g} s and {before.give_up:g} s")
    one, other = (side.actions.model_dump() if side.actions else {} for side in (old, new))
    for field, what in (("actions", "action"), ("services", "service")):
        yield from _requests(what, one.get(field) or {}, other.get(field) or {})


def _requests(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, _, _ in changed(old, new):
        if name in old and name in new:
            parts = [part for part in new[name] if old[name].get(part) != new[name][part]]
            sentence = "has another " + ", ".join(f"`{part.rstrip('_')}`" for part in parts)
        else:
            sentence = "is gone from actions.yaml" if name in old else "is new in actions.yaml"
        yield Change(Heading.editors, f"The {what} `{name}` {sentence}")
