"""Languages that fall back on another: what is spoken, who speaks it, and what the check says of it."""

from __future__ import annotations

import pytest

from ivr.menu.loader import Loaded, load
from tests.support.engine_call import CONTRACTS

MENU = """\
hotline: clinic
languages: [en-US, es-MX]
fall_back: {es-MX: es-US}
voices: {es-MX: Polly.Mia-Neural}
timezone: UTC
start: greeting
anywhere: {"0": {go: agent, for: a person}}
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
phrases: {giving_up: Let us try another way.}
nodes:
  greeting: {say: Hello., menu: {"1": {for: Español, language: es-MX, go: main}, "2": {for: the end, go: bye}}}
  main: {menu: {"1": {for: the hours, go: hours}, "2": {for: the end, go: bye}}}
  hours: {say: Nine to five., then: main}
  agent: {say: One moment., transfer: service}
  bye: {end: Goodbye.}
"""
MEXICO = """\
language: es-MX
anywhere: {agent: una persona}
nodes:
  main: {menu: {hours: {hear: [horario]}}}
  hours: De nueve a cinco, horario de México.
"""
UNITED_STATES = """\
language: es-US
phrases: {giving_up: Probemos otra cosa.}
nodes:
  main: {menu: {hours: el horario, bye: {to: terminar la llamada}}}
  hours: De nueve a cinco.
  agent: Un momento.
  bye: Hasta luego.
"""
FILES = {"menu.yaml": MENU, "prompts.es-MX.yaml": MEXICO, "prompts.es-US.yaml": UNITED_STATES}


def loaded(**changed: str) -> Loaded:
    """Return the clinic, of which some files are others."""
    files = {f"prompts.{name.replace('_', '-')}.yaml": text for name, text in changed.items() if "_" in name}
    return load(
        {**FILES, **({"menu.yaml": changed["menu"]} if "menu" in changed else {}), **files}, CONTRACTS
    )


def said(made: Loaded) -> list[str]:
    """Return the problems as they are printed."""
    return [f"{each.file}:{each.line}: {each.node}: {each.what}; {each.remedy}" for each in made.problems]


def test_missing_words_come_from_the_other_language_in_the_voice_of_the_call() -> None:
    """A language speaks its own words, and those of the other where it has none, all in its own voice."""
    made = loaded()
    assert made.tree is not None, said(made)
    speech = made.tree.speech["es-MX"]
    nodes = speech.nodes
    assert nodes["hours"].say[0].fixed.text == "De nueve a cinco, horario de México."
    assert nodes["agent"].say[0].fixed.text == "Un momento."
    assert speech.phrases["giving_up"][0].fixed.text == "Probemos otra cosa."
    announced = [each.fixed for each in nodes["main"].announced]
    assert [each.text for each in announced][1].startswith("Para terminar la llamada")
    spoken = [nodes["agent"].say[0].fixed, speech.phrases["giving_up"][0].fixed, *announced]
    assert {(each.language, each.voice) for each in spoken} == {("es-MX", "Polly.Mia-Neural")}
    assert nodes["main"].options[0].heard == ("horario",)
    assert made.tree.languages == ["en-US", "es-MX"]


def test_the_check_says_once_what_falls_back() -> None:
    """There is one note, with a number; the list has each text and where it comes from."""
    made = loaded()
    (note,) = said(made)
    assert note == (
        "menu.yaml:3: : 5 texts of `es-MX` come from `es-US`: phrases giving_up, main, agent, bye; "
        "`ivr check --verbose` lists each"
    )
    assert {each.severity for each in made.problems} == {"information"}
    assert made.draft is not None
    assert [(each.node, each.part) for each in made.draft.fallen_back["es-MX"]] == [
        ("", "phrases giving_up"),
        ("main", "menu hours"),
        ("main", "menu bye"),
        ("agent", "say"),
        ("bye", "end"),
    ]


def test_a_language_may_fall_back_on_the_first() -> None:
    """The words that stand in the menu itself are spoken in the other voice."""
    menu = MENU.replace("es-MX, go", "en-GB, go").replace("[en-US, es-MX]", "[en-US, en-GB]")
    menu = menu.replace("fall_back: {es-MX: es-US}", "fall_back: {en-GB: en-US}").replace(
        "es-MX: Polly.Mia-Neural", "en-GB: Polly.Amy-Neural"
    )
    made = load(
        {"menu.yaml": menu, "prompts.en-GB.yaml": "language: en-GB\nnodes: {hours: Nine until five.}\n"},
        CONTRACTS,
    )
    assert made.tree is not None, said(made)
    nodes = made.tree.speech["en-GB"].nodes
    assert nodes["hours"].say[0].fixed.text == "Nine until five."
    assert (nodes["bye"].end[0].fixed.text, nodes["bye"].end[0].fixed.voice) == (
        "Goodbye.",
        "Polly.Amy-Neural",
    )
    assert made.tree.speech["en-GB"].anywhere[0].language == "en-GB"


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("{es-MX: es-US}", "{es-MX: es-ES}", "`es-ES` is not among the hotline's `languages:`, and there is no prompts.es-ES.yaml; did you mean `es-US`?"),
        ("{es-MX: es-US}", "{es-MX: es-US, es-US: es-MX}", "the languages fall back in a circle: `es-MX` → `es-US` → `es-MX`; delete one"),
        ("{es-MX: es-US}", "{es-MX: es-MX}", "the languages fall back in a circle: `es-MX` → `es-MX`; delete one"),
        ("{es-MX: es-US}", "{es-MX: es-US, en-US: es-US}", "`en-US` is the hotline's first language, which has all words; delete it"),
        ("{es-MX: es-US}", "{es-MX: es-US, fr-FR: es-US}", "`fr-FR` is not among the hotline's `languages:`"),
    ],
)  # fmt: skip
def test_where_nothing_falls_back(was: str, becomes: str, problem: str) -> None:
    """Circles, and languages that have no words, are problems."""
    made = loaded(menu=MENU.replace(was, becomes))
    assert made.tree is None
    assert any(problem in each for each in said(made)), said(made)


def test_words_that_neither_language_has_are_missing() -> None:
    """What is missing in both is a problem of the language that callers hear."""
    made = loaded(es_US=UNITED_STATES.replace("  agent: Un momento.\n", ""))
    assert [each for each in said(made) if "missing" in each] == [
        "prompts.es-MX.yaml:3: agent: the words for `say` are missing in `es-MX`; add them under `agent:`"
    ]


def test_words_of_a_language_that_only_others_speak_are_checked() -> None:
    """A name that no node has is a problem there, too; missing words are none."""
    made = loaded(es_US=UNITED_STATES + "  buy: Adiós.\n")
    assert any(each.startswith("prompts.es-US.yaml:8: buy: there is no such node") for each in said(made)), (
        said(made)
    )
    assert loaded(es_US=UNITED_STATES.replace("  hours: De nueve a cinco.\n", "")).tree is not None


def test_a_text_that_falls_back_is_tried_in_the_language_of_the_call() -> None:
    """A count whose forms suit one language may lack some of the other."""
    menu = (
        "hotline: post\nlanguages: [en-US, ru-RU]\nfall_back: {ru-RU: en-US}\ntimezone: UTC\nstart: main\n"
        'variables: {n: "3"}\nbegin_in: {elsewhere: ru-RU}\nphrases: {}\n'
        'desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}\n'
        "nodes:\n  main: {say: \"{{ n | int | count('letter', 'letters') }}\", then: agent}\n"
        "  agent: {say: One moment., transfer: service}\n  bye: {end: Goodbye.}\n"
    )  # fmt: skip
    made = load({"menu.yaml": menu, "prompts.ru-RU.yaml": "language: ru-RU\n"}, CONTRACTS)
    assert said(made)[1] == (
        "menu.yaml:11: main: `ru-RU` falls back on these words, and there `count` cannot be used in this way; "
        "write the forms that Russian has, as in `count(one='…', few='…', many='…')`"
    )
