"""Wording: how long it takes, in which order it comes, and what nobody wants to hear."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr.lint.patterns import PatternName, pattern, sentences
from ivr.lint.registry import Finding, in_words, rule
from ivr.lint.subject import SpokenText, Subject
from ivr.menu.graph.routes import routes
from ivr.menu.speech.estimates import seconds_of, words
from ivr.menu.speech.filters import FILTERS
from ivr.menu.speech.packs import pack
from ivr.menu.speech.prompts import Prompt, Utterance


def _found(subject: Subject, name: PatternName) -> Iterator[tuple[SpokenText, str]]:
    """Yield the texts that match a pattern of their language, with the match."""
    for said in subject.said:
        phrases = pattern(name, said.language)
        match = phrases.search(said.text) if phrases else None
        if match:
            yield said, match[0].strip("，。；！？،؛؟।,.;!? ")


@rule("W01")
def function_first(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find menus of more than two options that name a key before what it is for."""
    long = {name for name, node in subject.menus() if len(node.menu) > 2}
    before_long = subject.hearing_first(long)
    for said, found in _found(subject, "key_first"):
        if said.node not in before_long:
            continue
        what = f"“{found}” names the key before what it is for"
        yield in_words(said, what, "write “for X, press N”")
    for language in subject.languages:
        for name, place in (("announce", "{for}"), ("announce_to", "{to}")):
            pattern = getattr(subject.phrases(language), name) or ""
            if long and place in pattern and pattern.find("{key}") < pattern.find(place):
                what = f"`{name}` says the key before what it is for"
                yield Finding("", ("phrases", name), what, f"put `{place}` before `{{key}}`", language)


@rule("W02")
def press_and_enter(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find questions for data that do not say “enter”, and keys that are to be entered."""
    for language in subject.languages:
        enters = pattern("enters", language)
        for name, node in subject.entries():
            question = subject.question(name, language)
            if enters and node.ask != "yes_no" and question and not enters.search(words(question)):
                remedy = f"write “{pack(language).lint.advice.enter}”"
                yield Finding(name, ("say",), "the question does not say to enter it", remedy, language)
    menus = dict(subject.menus())
    for said, found in _found(subject, "enters_a_key"):
        if said.node in menus:
            yield in_words(said, f"“{found}” enters a menu key", "write “press”")


@rule("W03")
def menu_length(subject: Subject, limit: float) -> Iterator[Finding]:
    for language in subject.languages:
        for name, _ in subject.menus():
            seconds = subject.ways[language].whole(name)
            if seconds > limit and language in subject.heard[name]:
                severity = "error" if seconds > 2 * limit else None
                what = f"spoken in {seconds:.1f} s, more than {limit:g} s"
                remedy = "shorten the words, or make groups"
                yield Finding(name, ("menu",), what, remedy, language, severity)  # type: ignore[arg-type]


@rule("W04")
def sentence_length(subject: Subject, limit: float) -> Iterator[Finding]:
    for said in subject.said:
        if said.seconds <= limit:
            continue
        for sentence in sentences(said.text):
            spoken = Prompt(Utterance(sentence, said.language, said.prompt.fixed.voice))
            seconds = seconds_of((spoken,))
            if seconds > limit:
                shortened = sentence if len(sentence) <= 24 else sentence[:24].rstrip() + "…"
                what = f"“{shortened}” is one sentence of {seconds:.1f} s, more than {limit:g} s"
                yield in_words(said, what, "make two sentences of it")


@rule("W05")
def opening(subject: Subject, limit: float) -> Iterator[Finding]:
    """Measure what is said before the first option of the first menus."""
    menus = dict(subject.menus())
    for language in subject.languages:
        quickest = routes(subject.ways[language])
        for name in sorted(subject.heard_first(subject.hotline.start) & menus.keys() & quickest.keys()):
            seconds = quickest[name].seconds + subject.ways[language].said(name)
            if seconds > limit and language in subject.heard[name]:
                what = f"the first option comes {seconds:.1f} s after the answer, more than {limit:g} s"
                yield Finding(name, ("menu",), what, "shorten the greeting", language)


@rule("W06")
def filler(subject: Subject, _limit: float) -> Iterator[Finding]:
    for said, found in _found(subject, "filler"):
        yield in_words(said, f"“{found}” is filler", "leave it out")


@rule("W07")
def blame(subject: Subject, _limit: float) -> Iterator[Finding]:
    for said, found in _found(subject, "blame"):
        expected = pattern("expected", said.language)
        if not (expected and expected.search(said.text.replace(found, ""))):
            yield in_words(said, f"“{found}” blames the caller", "say what is expected instead")


@rule("W08")
def human_last(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find menus that name the human and go on afterwards."""
    for name, node in subject.menus():
        keys = subject.tree.speech[subject.first].nodes[name].announces
        targets = [node.menu[key].go if key in node.menu else subject.tree.anywhere[key] for key in keys]
        humans = [subject.is_human(target) for target in targets]
        if any(humans) and not humans[-1]:
            what = f"the human on `{keys[humans.index(True)]}` is followed by {len(humans) - 1 - humans.index(True)} more"
            yield Finding(name, ("menu", keys[humans.index(True)]), what, "announce the human last")


_VALUE = re.compile(r"\{\{\s*(?P<name>\w+)\s*(?P<filters>(?:\|[^{}]*)?)\}\}")
_COPIED = re.compile(r"(?:\w+_)?(?:phone|number|tail|code|hotline)")


@rule("W10")
def copied_numbers(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find spoken numbers without a filter of ours, such as digits, by their names and by the entries that asked for them."""
    for said in subject.said:
        for found in _VALUE.finditer(said.prompt.source):
            name = found["name"]
            copied = _COPIED.fullmatch(name) or name in subject.long_numbers
            if not copied or name in subject.account_numbers:  # D06 judges those
                continue
            filters = re.findall(r"\w+", found["filters"])
            if not any(FILTERS[each].say for each in filters if each in FILTERS):  # ours say how
                what = f"`{name}` is said as a number, and not digit by digit"
                ours = "phone" if name.endswith("phone") else "digits"
                yield in_words(said, what, f"write `{{{{ {name} | {ours} }}}}`")


@rule("W14")
def last_words(subject: Subject, _limit: float) -> Iterator[Finding]:
    for said in subject.said:
        goodbye = pattern("goodbye", said.language)
        if said.path == ("end",) and goodbye and not goodbye.search(said.text):
            remedy = f"add “{pack(said.language).lint.advice.goodbye}”"
            yield in_words(said, "the last words say no goodbye", remedy)
