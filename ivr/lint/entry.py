"""What a caller types: they know how much and how to finish, and nothing happens that they did not mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr.lint.asking import listened_last, unconfirmed
from ivr.lint.patterns import demanded, pattern, says_number
from ivr.lint.registry import Finding, in_words, rule
from ivr.lint.subject import Subject
from ivr.menu.language.nodes import FIXED_LENGTHS, USUAL_LENGTHS, AskNode
from ivr.menu.speech.estimates import words
from ivr.menu.speech.packs import pack


@rule("D01")
def how_much(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Look for the number of digits if it is fixed, and for the pound key if it is not."""
    for language in subject.languages:
        pound = pattern("hash", language)
        for name, node in subject.entries():
            question = subject.question(name, language)
            if node.ask == "yes_no" or not question or pound is None:
                continue
            text, length = words(question), _fixed_length(node)
            if length is None and not pound.search(text):
                remedy = f"add “{pack(language).lint.advice.pound}”"
                yield Finding(name, ("say",), "the question does not say how to finish", remedy, language)
            elif length is not None and not says_number(text, length, language):
                what = f"the question does not say that {length} digits are typed"
                yield Finding(name, ("say",), what, "say how many", language)


def _fixed_length(node: AskNode) -> int | None:
    if node.ask in FIXED_LENGTHS:
        return FIXED_LENGTHS[node.ask]
    written = node.length or USUAL_LENGTHS.get(node.ask)
    least, _, most = (written or "").partition("-")
    return int(least) if written and (not most or most == least) else None


@rule("D03")
def confirmed(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Look back from an action that changes something to what the caller did last."""
    remedy = "ask with `ask: yes_no`, or in a menu that ends in a question"
    for name, contract in subject.runs():
        for way in sorted(set(unconfirmed(subject, name))) if contract.changes else ():
            yield Finding(name, ("run",), f"`{contract.name}` changes something, and {way}", remedy)


_AMOUNTS = re.compile(r"(^|_)(amount|sum|money|yuan)($|_)")


@rule("D04")
def amount_said(subject: Subject, _limit: float) -> Iterator[Finding]:
    for name, contract in subject.runs():
        amounts = [given for given in contract.inputs if _AMOUNTS.search(given)]
        for before in sorted(listened_last(subject, name)) if amounts else ():
            asked = subject.tree.nodes[before]
            if not isinstance(asked, AskNode) or asked.ask != "yes_no":
                continue
            for language in subject.languages:
                question = subject.question(before, language)
                if question and not re.search(rf"\|\s*money|\b{'|'.join(amounts)}\b", question.source):
                    what = f"the question before `{name}` does not say the amount"
                    remedy = f"write `{{{{ {amounts[0]} | money }}}}` into it"
                    yield Finding(before, ("say",), what, remedy, language)


_ACCOUNTS = "account|account_number|card|card_number|bank_card|id_card"
_SAID = r"\|\s*(?:digits|card|spell)\s*(?:\([^()]*\)\s*)?"
"""A filter that says all of a number."""


@rule("D06")
def last_four(subject: Subject, _limit: float) -> Iterator[Finding]:
    typed = "|".join(map(re.escape, sorted(subject.account_numbers)))
    whole = re.compile(
        rf"\{{\{{\s*(?:({_ACCOUNTS})\s*{_SAID}" + (rf"|({typed})\s*(?:{_SAID})?" if typed else "") + r")\}\}"
    )
    for said in subject.said:
        for found in whole.finditer(said.prompt.source):
            name = next(filter(None, found.groups()))
            yield in_words(said, f"`{name}` is said as a whole", f"write `{{{{ {name} | tail }}}}`")


@rule("D07")
def check_digit(subject: Subject, _limit: float) -> Iterator[Finding]:
    id_number = pattern("id_number", subject.first)
    for name, node in subject.entries():
        question = subject.question(name, subject.first)
        if not id_number or not question or node.ask != "digits" or node.length != "18":
            continue
        if id_number.search(words(question)):
            what = "an ID number that is asked for as digits, so that its check character is not checked"
            yield Finding(name, ("ask",), what, "write `ask: id_card`")


@rule("D08")
def no_password(subject: Subject, _limit: float) -> Iterator[Finding]:
    before_entries = subject.hearing_first({name for name, _ in subject.entries()})
    for said in subject.said:
        language, is_typed = said.language, said.node in before_entries
        password = pattern("password_asked" if is_typed else "password_said", language)
        other_code = pattern("other_code", language) if is_typed else None
        what = ""
        if password and demanded(password, said.text, language):
            what = "it asks for a password"
        elif other_code and demanded(other_code, said.text, language):
            what = "it asks for a code that was sent for another purpose"
        if what:
            yield in_words(said, what, "ask for a one-time code, `ask: code`, after an action that sends one")
