"""Silence and wrong keys: how often, with which words, and what follows the last time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ivr.lint.registry import Finding, rule
from ivr.lint.subject import Subject
from ivr.menu.language.nodes import ListeningNode, WaitsFor
from ivr.menu.speech.estimates import seconds_of, words
from ivr.menu.speech.prompts import Prompt

LEAST_TRIES, MOST_TRIES = 2, 4
MOST_WORDINGS = 3
"""No more are asked for, because a caller who fails so often needs a human."""

rule(
    "E01",
    "Silence and wrong keys are counted apart",
    why="A caller who was silent once and wrong once has not failed twice; and the two need other words.",
    source="VoiceXML 2.0",
    by="program",
    kept="Each menu and entry has two counters, and its own words for each.",
)


@rule(
    "E02",
    "After a few tries a human comes",
    why="One try forgives nothing, five are torture; and whoever fails must never be thrown out of the call.",
    source="Huawei, FreeSWITCH (3); alpines.com (3, at most 4); GetHuman (never disconnect for errors)",
    severity="error",
    limit=MOST_TRIES,
    unit="tries at most (at least 2)",
    before='main: {after_tries: bye, menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
    after='main: {menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
)
def tries(subject: Subject, limit: float) -> Iterator[Finding]:
    """Count the tries, and check that the last one does not end the call."""
    for name, node in subject.listening():
        if not LEAST_TRIES <= node.tries <= limit:
            counted = "1 try" if node.tries == 1 else f"{node.tries} tries"
            what = f"{counted}; {LEAST_TRIES} to {limit:g} are usual"
            yield Finding(name, ("tries",), what, "write `tries: 3`")
        if node.after_tries is None:
            continue
        reached = subject.heard_first(node.after_tries)
        if reached and all(subject.tree.nodes[each].waits_for is WaitsFor.over for each in reached):
            what = f"after {node.tries} tries `{node.after_tries}` ends the call, without a human"
            yield Finding(name, ("after_tries",), what, "lead it to a human, a voicemail or a menu")


@rule(
    "E03",
    "Every try has its own words",
    why="Who did not understand a sentence does not understand it louder. The second wording says more than the first. Measured "
    "is only that it differs and takes no fewer seconds, and that there is one for each mistake, up to three; whether it helps, "
    "nobody can tell but a reader.",
    source="VoiceXML 2.0 (tapered prompts)",
    before='main: {noinput: I did not hear you., menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
    after='main: {noinput: [I did not hear you., "Take your time. For a person, press 2."], menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
)
def tapered(subject: Subject, _limit: float) -> Iterator[Finding]:
    for language in subject.languages:
        for name, node in subject.listening():
            for part in ("noinput", "nomatch"):
                own = getattr(subject.tree.speech[language].nodes[name], part)[: node.tries - 1]
                if own and node.tries > 2:
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


@rule(
    "E04",
    "A retry does not say everything again",
    why="The greeting of a menu is said once by the program. The question of an entry is said at every try, so a long one needs a shorter second wording.",
    source="FreeSWITCH (greet-short); a repair in Resgrid",
    limit=8,
    unit="seconds",
    before="main: {say: 'Please enter the six digits of the customer number that stands in the upper right corner of every letter, every card and every bill that you have ever received from us.', ask: digits, length: 6, then: bye}",
    after="main: {say: ['Please enter the six digits of the customer number that stands in the upper right corner of every letter, every card and every bill that you have ever received from us.', 'The six digits, please.'], ask: digits, length: 6, then: bye}",
)
def short_again(subject: Subject, limit: float) -> Iterator[Finding]:
    for language in subject.languages:
        for name, node in subject.entries():
            say = subject.tree.speech[language].nodes[name].say
            seconds = subject.ways[language].said(name)
            if len(say) == 1 and node.tries > 1 and seconds > limit:
                what = f"the question of {seconds:.1f} s is said again at each try, more than {limit:g} s"
                yield Finding(name, ("say",), what, "write a list, the second wording shorter", language)


@rule(
    "E05",
    "After the last try the caller hears what happens",
    why="Ringing without a word sounds like a new mistake. Before the usual human the program says a sentence; where "
    "`after_tries:` leads elsewhere, that node must.",
    source="acixd.org",
    before="""
        main: {after_tries: silent, menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}
        silent: {transfer: service}
        """,
    after="""
        main: {after_tries: silent, menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}
        silent: {say: I'll get someone to help you., transfer: service}
        """,
)
def told_what_happens(subject: Subject, _limit: float) -> Iterator[Finding]:
    for name, node in subject.listening():
        if node.after_tries is None or node.after_tries not in subject.tree.nodes:
            continue
        if _is_silent(subject, node.after_tries):
            what = f"after the last try `{node.after_tries}` follows without a word"
            yield Finding(name, ("after_tries",), what, f"let `{node.after_tries}` say what happens")


def _is_silent(subject: Subject, name: str) -> bool:
    seen: set[str] = set()
    while name in subject.tree.nodes and name not in seen:
        seen.add(name)
        own = subject.tree.speech[subject.first].nodes[name]
        if own.say or own.end or isinstance(subject.tree.nodes[name], ListeningNode):
            return False
        following = subject.only_way(name)
        if following is None or getattr(subject.tree.nodes[name], "then", None) is None:
            return True
        name = following
    return True


rule(
    "E06",
    "To hear it again is no mistake",
    why="Who asks for a repeat listens. But who asks for it again and again needs a human.",
    source="engineering; a repair in a payment hotline",
    by="program",
    kept="`repeat` counts apart from mistakes; after three times at one place a human asks what is needed.",
)
rule(
    "E07",
    "Every outcome of an action leads somewhere",
    why="A service that fails, or finds nothing, is the ordinary case of some caller every day.",
    source="complaints of jambonz users; engineering",
    by="check",
    kept="An outcome of the action, `unavailable` too, that has no node is an error.",
    before="main: {run: find_account, outcomes: {found: bye, not_found: bye}}",
    after="main: {run: find_account, outcomes: {found: bye, not_found: bye, unavailable: agent}}",
)


@rule(
    "E08",
    "No call goes on for ever",
    why="A loop that nobody leaves costs the caller time and the hotline money. A loop without a listener is an "
    "error of the other checks; a call of many turns ends at a human, and that bound must not be too far.",
    source="Twilio Studio (1,000 steps); goflow (100); glific (a loop emptied an account)",
    severity="error",
    limit=200,
    unit="answers of one call",
    before="limits: {turns: 400}\nnodes:\n  main: {say: Hello., then: bye}",
    after="limits: {turns: 60}\nnodes:\n  main: {say: Hello., then: bye}",
)
def bounded(subject: Subject, limit: float) -> Iterator[Finding]:
    if subject.hotline.limits.turns > limit:
        what = f"a call may have {subject.hotline.limits.turns} turns, more than {limit:g}"
        yield Finding("", ("limits", "turns"), what, f"write `turns: {limit:g}`")
