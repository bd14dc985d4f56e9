"""Silence and wrong keys: how often, with which words, and what follows the last time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ivr.lint.registry import Finding, rule
from ivr.lint.subject import Subject
from ivr.menu.language.nodes import ListeningNode, WaitsFor
from ivr.menu.speech.estimates import seconds_of, words
from ivr.menu.speech.prompts import Prompt

LEAST_TRIES = 2
MOST_WORDINGS = 3
"""No more are asked for, because a caller who fails so often needs a human."""


@rule("E02")
def tries(subject: Subject, limit: float) -> Iterator[Finding]:
    """Count the tries, and check that the last one does not end the call."""
    over = {name for name, node in subject.tree.nodes.items() if node.waits_for is WaitsFor.over}
    ending = subject.hearing_first(over) - subject.hearing_first(subject.tree.nodes.keys() - over)
    for name, node in subject.listening():
        if not LEAST_TRIES <= node.tries <= limit:
            counted = "1 try" if node.tries == 1 else f"{node.tries} tries"
            what = f"{counted}; {LEAST_TRIES} to {limit:g} are usual"
            yield Finding(name, ("tries",), what, "write `tries: 3`")
        if node.after_tries is None:
            continue
        if node.after_tries in ending:
            what = f"after {node.tries} tries `{node.after_tries}` ends the call, without a human"
            yield Finding(name, ("after_tries",), what, "lead it to a human, a voicemail or a menu")


@rule("E03")
def tapered(subject: Subject, _limit: float) -> Iterator[Finding]:
    for language in subject.languages:
        for name, node in subject.listening():
            for part in ("noinput", "nomatch"):
                own = subject.tree.speech[language].nodes[name].spoken[part][: node.tries - 1]
                if own and node.tries > 2 and language in subject.heard[name]:
                    yield from _too_little(Finding(name, (part,), "", "", language), own, node.tries - 1)


def _too_little(found: Finding, own: tuple[Prompt, ...], heard: int) -> Iterator[Finding]:
    """Yield what is wrong with the wordings for so many mistakes."""
    longer = "write a list, the second wording longer"
    if len({words(prompt) for prompt in own}) == 1:
        what = f"the same sentence is said after each of {heard} mistakes"
        yield replace(found, what=what, remedy=longer)
    elif words(own[0]) == words(own[1]):
        yield replace(found, what="the second wording is the first one again", remedy=longer)
    elif seconds_of(own[1:2]) < seconds_of(own[:1]):
        yield replace(found, what="the second wording is shorter than the first", remedy=longer)
    elif len(own) < min(heard, MOST_WORDINGS):
        what = f"{len(own)} wordings for {heard} mistakes, so that the last is said again"
        yield replace(found, what=what, remedy="write one more", severity="information")


@rule("E04")
def short_again(subject: Subject, limit: float) -> Iterator[Finding]:
    for language in subject.languages:
        for name, node in subject.entries():
            say = subject.tree.speech[language].nodes[name].say
            seconds = subject.ways[language].said(name)
            if len(say) == 1 and node.tries > 1 and seconds > limit and language in subject.heard[name]:
                what = f"the question of {seconds:.1f} s is said again at each try, more than {limit:g} s"
                yield Finding(name, ("say",), what, "write a list, the second wording shorter", language)


@rule("E05")
def told_what_happens(subject: Subject, _limit: float) -> Iterator[Finding]:
    known: dict[str, bool] = {}
    for name, node in subject.listening():
        if node.after_tries is None or node.after_tries not in subject.tree.nodes:
            continue
        if _is_silent(subject, node.after_tries, known):
            what = f"after the last try `{node.after_tries}` follows without a word"
            yield Finding(name, ("after_tries",), what, f"let `{node.after_tries}` say what happens")


def _is_silent(subject: Subject, name: str, known: dict[str, bool]) -> bool:
    """Return whether nothing is said from a node on, as long as a call goes on by itself. The result is kept in ``known``."""
    passed: dict[str, bool] = {}
    while name in subject.tree.nodes and name not in passed and name not in known:
        own = subject.tree.speech[subject.first].nodes[name]
        if own.say or own.end or isinstance(subject.tree.nodes[name], ListeningNode):
            known[name] = False
            break
        passed[name] = True
        following = subject.only_way(name)
        if following is None or getattr(subject.tree.nodes[name], "then", None) is None:
            break
        name = following
    known.update(dict.fromkeys(passed, known.get(name, True)))
    return known.get(name, True)


@rule("E08")
def bounded(subject: Subject, limit: float) -> Iterator[Finding]:
    if subject.hotline.limits.turns > limit:
        what = f"a call may have {subject.hotline.limits.turns} turns, more than {limit:g}"
        yield Finding("", ("limits", "turns"), what, f"write `turns: {limit:g}`")
