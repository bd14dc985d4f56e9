"""The language in which a call begins, by its number; and a sentence that is said in one language in every call."""

from __future__ import annotations

import pytest

from tests.support.engine_call import Call, tree_of
from tests.support.menus import MENU, bilingual, changed, said

NODES = """
  main: {say: 您好。, then: english}
  english: {say: "For English, press 8.", language: en-US, note: 听过英文, then: services}
  services: {menu: {"1": {for: 收益, go: bye}, "8": {for: English, language: en-US, go: services}}}
  agent: {say: 转接人工。, transfer: service}
  sorry: {end: 没人接。}
  bye: {end: 再见。}
"""
ENGLISH = """
nodes:
  main: Hello.
  english: {note: Heard about English}
  services: {menu: {bye: earnings}}
  agent: Connecting you.
  sorry: {end: Nobody answers.}
  bye: {end: Goodbye.}
"""
TOP = """
begin_in: {countries: {CN: zh-CN, US: en-US}}
anywhere: {"0": agent}
"""
TREE = tree_of(NODES, TOP, languages="zh-CN, en-US", words=ENGLISH)
ELSEWHERE = tree_of(
    NODES,
    TOP.replace("US: en-US}", "HK: zh-CN}, elsewhere: en-US"),
    languages="zh-CN, en-US",
    words=ENGLISH,
)


@pytest.mark.parametrize(
    ("caller", "language"),
    [
        ("+8613800138000", "zh-CN"),
        ("+12025550142", "en-US"),
        ("+14165550142", "zh-CN"),  # Canada has the same country code
        ("+4930123456", "zh-CN"),
        ("", "zh-CN"),
        ("95188", "zh-CN"),
    ],
)
def test_a_call_begins_in_the_language_of_its_country(caller: str, language: str) -> None:
    """Where no country is named, and without a number, in the first language."""
    assert Call(TREE, caller).session.language == language


@pytest.mark.parametrize(
    ("caller", "language"),
    [("+8613800138000", "zh-CN"), ("+85221234567", "zh-CN"), ("+4930123456", "en-US"), ("", "zh-CN")],
)
def test_the_language_of_everybody_else(caller: str, language: str) -> None:
    """`elsewhere` is for the numbers of other countries; a withheld number tells no country."""
    assert Call(ELSEWHERE, caller).session.language == language


def test_a_call_that_is_begun_in_a_language_stays_in_it() -> None:
    """A written call and the simulator may ask for one."""
    assert Call(TREE, "+12025550142", language="zh-CN").session.language == "zh-CN"


def test_a_sentence_is_said_in_its_own_language() -> None:
    """In every call, and the call goes on in its own language."""
    for caller, greeting, option in (
        ("+8613800138000", "您好。", "收益请按1。"),
        ("+12025550142", "Hello.", "For earnings, press 1."),
    ):
        call = Call(TREE, caller)
        call.hears(greeting, "For English, press 8.", option, "For English, press 8.")
        assert call.listens.utterances[1].language == "en-US"
        assert call.session.notes == ["听过英文" if caller.startswith("+86") else "Heard about English"]


@pytest.mark.parametrize(
    ("old", "new", "file", "problem"),
    [
        ("start:", "begin_in: {countries: {CN: fr-FR}}\nstart:", "menu.yaml", "`fr-FR` is not among the hotline's"),
        ("start:", "begin_in: {elsewhere: fr-FR}\nstart:", "menu.yaml", "`fr-FR` is not among the hotline's"),
        ("    then: main\n\n  main:", "    language: fr-FR\n    then: main\n\n  main:", "menu.yaml",
         "greeting: `fr-FR` is not among the hotline's `languages:`; use one of `zh-CN`, `en-US`"),
        ("    then: main\n\n  main:", "    language: zh-CN\n    then: main\n\n  main:", "prompts.en-US.yaml",
         "greeting: the node always speaks `zh-CN`; delete it here"),
    ],
)  # fmt: skip
def test_a_mistake_is_told(old: str, new: str, file: str, problem: str) -> None:
    """A language that the hotline lacks, and words that would never be heard."""
    problems = said(bilingual(changed(MENU, (old, new))))
    assert any(each.startswith(file) and problem in each for each in problems), problems
