"""Wording: how long it takes, in which order it comes, and what nobody wants to hear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ivr.lint.patterns import (
    BLAME,
    ENTERS,
    ENTERS_A_KEY,
    EXPECTED,
    FILLER,
    GOODBYE,
    KEY_FIRST,
    family,
    sentences,
)
from ivr.lint.registry import Finding, in_words, rule
from ivr.lint.subject import SpokenText, Subject
from ivr.menu.graph.routes import routes
from ivr.menu.speech.estimates import seconds_of, words
from ivr.menu.speech.prompts import Prompt, Utterance


def _found(subject: Subject, patterns: Mapping[str, re.Pattern[str]]) -> Iterator[tuple[SpokenText, str]]:
    """Yield the texts that match a pattern of their language, with the match."""
    for said in subject.said:
        pattern = patterns.get(family(said.language))
        match = pattern.search(said.text) if pattern else None
        if match:
            yield said, match[0].strip("，。；！？,.;!? ")


@rule(
    "W01",
    "What it is for comes before the key",
    why="Callers listen for what they want, and remember the key that follows. The other way round they have forgotten the "
    "key by the time they want it. With only two options both orders are fine. The program itself puts the key last; "
    "this rule is for sentences of your own.",
    source="ISO/IEC 13714; O'Reilly, Designing Effective Speech Interfaces",
    before="""
        main: {say: "Press 1 for the news. Or wait.", menu: {"1": {go: a}, "2": {for: the weather, go: b}, "3": {for: the end, go: bye}}}
        a: {say: There are none., then: bye}
        b: {say: It rains., then: bye}
        """,
    after="""
        main: {menu: {"1": {for: the news, go: a}, "2": {for: the weather, go: b}, "3": {for: the end, go: bye}}}
        a: {say: There are none., then: bye}
        b: {say: It rains., then: bye}
        """,
)
def function_first(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find menus of more than two options that name a key before what it is for."""
    long = {name for name, node in subject.menus() if len(node.menu) > 2}
    for said, found in _found(subject, KEY_FIRST):
        if long.isdisjoint(subject.heard_first(said.node)):
            continue
        what = f"“{found}” names the key before what it is for"
        yield in_words(said, what, "write “for X, press N”")
    for language in subject.languages:
        pattern = subject.phrases(language).announce or ""
        if long and "{for}" in pattern and pattern.find("{key}") < pattern.find("{for}"):
            what = "`announce` says the key before what it is for"
            yield Finding("", ("phrases", "announce"), what, "put `{for}` before `{key}`", language)


@rule(
    "W02",
    "Keys are pressed, data is entered",
    why="One word for each of the two tells a caller whether one key is enough, or whether there is more to type and to finish.",
    source="ISO/IEC 13714",
    severity="information",
    before="main: {say: Your customer number of six digits?, ask: digits, length: 6, then: bye}",
    after="main: {say: Please enter the six digits of your customer number., ask: digits, length: 6, then: bye}",
)
def press_and_enter(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find questions for data that do not say “enter”, and keys that are to be entered."""
    for language in subject.languages:
        pattern = ENTERS.get(family(language))
        for name, node in subject.entries():
            question = subject.question(name, language)
            if pattern and node.ask != "yes_no" and question and not pattern.search(words(question)):
                remedy = "write “please enter …”" if family(language) == "en" else "写“请输入……”"
                yield Finding(name, ("say",), "the question does not say to enter it", remedy, language)
    menus = dict(subject.menus())
    for said, found in _found(subject, ENTERS_A_KEY):
        if said.node in menus:
            yield in_words(said, f"“{found}” enters a menu key", "write “press”")


@rule(
    "W03",
    "A menu is heard in a quarter of a minute",
    why="Callers keep in mind what they have heard for about as long; after half a minute they press 0, or hang up. "
    "Counted is everything that is said before the machine listens in silence. Twice the limit is an error.",
    source="onholdtogo.com, a vendor (15 s); vendor guides in Chinese (patience of about 30 s)",
    limit=15,
    unit="seconds",
    before="""
        main:
          say: You have reached the service line of our bank, where we shall do everything that you want for you.
          menu:
            "1": {for: the balance of your current account as of today, go: told}
            "2": {for: the balance of your savings account as of today, go: told}
            "3": {for: the balance of every other account that you have, go: told}
        told: {say: It is with us., then: bye}
        """,
    after="""
        main:
          menu:
            "1": {for: your current account, go: told}
            "2": {for: your savings account, go: told}
            "3": {for: other accounts, go: told}
        told: {say: It is with us., then: bye}
        """,
)
def menu_length(subject: Subject, limit: float) -> Iterator[Finding]:
    for language in subject.languages:
        for name, _ in subject.menus():
            seconds = subject.ways[language].whole(name)
            if seconds > limit:
                severity = "error" if seconds > 2 * limit else None
                what = f"spoken in {seconds:.1f} s, more than {limit:g} s"
                remedy = "shorten the words, or make groups"
                yield Finding(name, ("menu",), what, remedy, language, severity)  # type: ignore[arg-type]


@rule(
    "W04",
    "A sentence is short",
    why="On a telephone nobody can look back. A long sentence is forgotten at its beginning when its end comes.",
    source="callhippo.com, a vendor (8 s at most)",
    limit=8,
    unit="seconds",
    before="main: {say: 'Your order, which you gave us on the telephone last week and which we have packed with great care since then, will arrive at your door tomorrow morning or afternoon.', then: bye}",
    after="main: {say: Your order has been packed. It will arrive tomorrow., then: bye}",
)
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


@rule(
    "W05",
    "The first option comes soon",
    why="What is said before the first option is heard by every caller, also by the one who calls for the tenth time.",
    source="Lewis (AT&T saved about a million dollars a year for each second)",
    limit=8,
    unit="seconds from the answer to the first option",
    before="""
        main: {say: "Welcome to the hotline of our company, which has served this town and its people with pleasure, day and night, since the year of the great flood in the harbour.", then: choice}
        choice: {menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}
        """,
    after="""
        main: {say: Welcome to our hotline., then: choice}
        choice: {menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}
        """,
)
def opening(subject: Subject, limit: float) -> Iterator[Finding]:
    """Measure what is said before the first option of the first menus."""
    menus = dict(subject.menus())
    for language in subject.languages:
        quickest = routes(subject.tree, language)
        for name in sorted(subject.heard_first(subject.hotline.start) & menus.keys() & quickest.keys()):
            seconds = quickest[name].seconds + subject.ways[language].said(name)
            if seconds > limit:
                what = f"the first option comes {seconds:.1f} s after the answer, more than {limit:g} s"
                yield Finding(name, ("menu",), what, "shorten the greeting", language)


@rule(
    "W06",
    "No filler",
    why="“Your call is important to us” says the opposite to whoever waits, and takes seconds from everybody.",
    source="GetHuman standard 1.0",
    before="main: {say: Your call is important to us., then: bye}",
    after="main: {say: Hello., then: bye}",
)
def filler(subject: Subject, _limit: float) -> Iterator[Finding]:
    for said, found in _found(subject, FILLER):
        yield in_words(said, f"“{found}” is filler", "leave it out")


@rule(
    "W07",
    "Nobody is blamed",
    why="“Invalid entry” calls the caller stupid, and does not say what to do. Say what is expected.",
    source="ivrsworld.com; Microsoft Speech guidelines",
    before='main: {nomatch: Invalid entry., menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
    after='main: {nomatch: Please press one of these keys., menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
)
def blame(subject: Subject, _limit: float) -> Iterator[Finding]:
    for said, found in _found(subject, BLAME):
        if not EXPECTED[family(said.language)].search(said.text.replace(found, "")):
            yield in_words(said, f"“{found}” blames the caller", "say what is expected instead")


@rule(
    "W08",
    "The human is named last",
    why="A caller who has heard the human knows that the list is over, and that nothing better comes.",
    source="O'Reilly, Designing Effective Speech Interfaces",
    severity="information",
    before='main: {menu: {"1": {for: a person, go: agent}, "2": {for: orders, go: bye}}}',
    after='main: {menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
)
def human_last(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find menus that name the human and go on afterwards."""
    for name, node in subject.menus():
        keys = subject.tree.speech[subject.first].nodes[name].announces
        targets = [node.menu[key].go if key in node.menu else subject.tree.anywhere[key] for key in keys]
        humans = [subject.is_human(target) for target in targets]
        if any(humans) and not humans[-1]:
            what = f"the human on `{keys[humans.index(True)]}` is followed by {len(humans) - 1 - humans.index(True)} more"
            yield Finding(name, ("menu", keys[humans.index(True)]), what, "announce the human last")


rule(
    "W09",
    "The voice speaks at a usual rate",
    why="Too slow a voice makes every limit of seconds meaningless.",
    source="sioo.com.cn (120 to 150 characters a minute, very slow); 220 to 260 are common",
    by="nobody",
    kept="How fast a voice speaks is the carrier's; `VOICE_RATES` in ivr/menu/speech/durations.py has the figure that is counted with.",
    severity="information",
)


_VALUE = re.compile(r"\{\{\s*(?P<name>\w+)\s*(?P<filters>(?:\|[^}]*)?)\}\}")
_COPIED = re.compile(r"(?:\w+_)?(?:phone|number|tail|code|hotline)")


@rule(
    "W10",
    "Numbers to be copied are said digit by digit",
    why="4410 is heard as four thousand four hundred and ten. The filter `digits` says the digits one by one, in Chinese "
    "with 幺 for 1. A number is one to be copied by its name, or where six or more digits of it were typed.",
    source="Chinese telephone convention",
    severity="information",
    before="""
        main: {ask: digits, length: 4, say: Please enter four digits., as: order_number, then: told}
        told: {say: "Your order is {{ order_number }}.", then: bye}
        """,
    after="""
        main: {ask: digits, length: 4, say: Please enter four digits., as: order_number, then: told}
        told: {say: "Your order is {{ order_number | digits }}.", then: bye}
        """,
)
def copied_numbers(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find spoken numbers without a filter for digits, by their names and by the entries that asked for them."""
    for said in subject.said:
        for found in _VALUE.finditer(said.prompt.source):
            name = found["name"]
            copied = _COPIED.fullmatch(name) or name in subject.long_numbers
            if not copied or name in subject.account_numbers:  # D06 judges those
                continue
            if not re.search(r"\b(digits|tail|money|number)\b", found["filters"]):
                what = f"`{name}` is said as a number, and not digit by digit"
                yield in_words(said, what, f"write `{{{{ {name} | digits }}}}`")


rule(
    "W11",
    "Every language has every word",
    why="A caller who speaks English must not hear silence, or Chinese, when a line is busy or a service fails.",
    source="rapidpro/mailroom, which apologises to everybody in English",
    by="check",
    kept="A node, a key or a sentence of the machine without words in one of the languages is an error; Chinese and English have all sentences of the machine.",
)
rule(
    "W12",
    "What is announced works, and what works is announced",
    why="A key that is named and not taken makes callers believe that they did something wrong; one that is taken and not named is hit by accident.",
    source="ivr-phone-tree-python, which announces a star that nothing handles",
    by="check",
    kept="The words “for X, press N” are made from the option; where a text of your own names a key, it is compared with the menu.",
)
rule(
    "W13",
    "A short pause between options",
    why="Half a second lets a caller decide before the next option begins.",
    source="acixd.org",
    by="nobody",
    kept="Every option is a sentence of its own, after which a voice pauses; how long, is the voice's.",
    severity="information",
)


@rule(
    "W14",
    "A call ends with goodbye",
    why="Without it the caller thinks that the line broke, and rings again.",
    source="ISO/IEC 13714; acixd.org",
    before="main: {end: That was it.}",
    after="main: {end: That was it. Goodbye.}",
)
def last_words(subject: Subject, _limit: float) -> Iterator[Finding]:
    for said in subject.said:
        pattern = GOODBYE.get(family(said.language))
        if said.path == ("end",) and pattern and not pattern.search(said.text):
            word = "再见" if family(said.language) == "zh" else "goodbye"
            yield in_words(said, "the last words say no goodbye", f"add “{word}”")
