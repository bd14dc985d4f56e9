"""PO and CSV: the words of a hotline go there and come back without loss, whatever is in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.language.words_files import WordsFile
from ivr.menu.loader import draft_of
from ivr.menu.reading.draft import Draft
from ivr.menu.reading.yaml import read
from ivr.menu.translation.entries import Entry, Shape, entries_of, texts_of
from ivr.menu.translation.exchange import ExchangedText, as_csv, as_po, from_csv, from_po, returned
from ivr.menu.translation.placeholders import placeholder_problems
from ivr.menu.translation.words_text import WordsText
from tests.support.command import YUEBAO

Trip = Callable[[Sequence[Entry]], list[ExchangedText]]


def by_po(entries: Sequence[Entry]) -> list[ExchangedText]:
    """Write a catalog, and read it."""
    lines, problems = from_po(as_po(entries, {}, "en-US", "bank"), "texts.po")
    assert problems == []
    return lines


def by_csv(entries: Sequence[Entry]) -> list[ExchangedText]:
    """Write a table, and read it."""
    lines, problems = from_csv(as_csv(entries, {}), "texts.csv")
    assert problems == []
    return lines


@pytest.fixture(scope="module")
def bank() -> Draft:
    """Return the demonstration."""
    return draft_of({each.name: each.read_text(encoding="utf-8") for each in YUEBAO.glob("*.yaml")})


@pytest.mark.parametrize("trip", [by_po, by_csv])
def test_all_words_come_back_into_an_empty_file(bank: Draft, trip: Trip) -> None:
    """Forms, wordings, values, marks and the lines of messages are what they were, in a file that is read without a mistake."""
    assert bank.hotline is not None
    entries = entries_of(bank, bank.hotline, "en-US", bank.words["en-US"])
    empty = [replace(each, translation="") for each in entries]
    back, problems = returned(trip(entries), empty, "texts", "en-US")
    others = (" lacks ", "which the source lacks")  # each language of the demonstration says what it needs to
    assert [each for each in problems if not any(other in each.what for other in others)] == []
    text = WordsText.of("", "en-US", "zh-CN").replaced(back.values)
    section, wrong = read(text, "prompts.en-US.yaml")
    assert wrong == []
    made = texts_of(WordsFile.model_validate(section), bank.nodes)
    expected = {each.place: each.translation for each in entries if each.translation}
    assert {place: each.text for place, each in made.items()} == expected
    assert len(expected) > 150


@pytest.mark.parametrize("trip", [by_po, by_csv])
@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_any_text_comes_back(trip: Trip, text: str) -> None:
    """Quotes, separators, backslashes and letters of any script are kept."""
    entry = Entry(("nodes", "a", "text"), Shape.text, text, text + "\n" + text, True, "", "menu.yaml", 1)
    (line,) = trip([entry])
    assert (line.source, line.translation) == (text, text + "\n" + text)


def test_recordings_and_words_that_are_heard_stay() -> None:
    """Another text is put beside the same recording, and an option keeps what callers may say."""
    old = (
        "language: es-MX\nnodes:\n  hello: {say: {text: Hola., audio: hola.wav}}\n"
        "  main: {menu: {hours: {for: el horario, hear: [horario]}}}\n"
    )  # fmt: skip
    changes = {
        ("nodes", "hello", "say"): (Shape.words, "Buenos días."),
        ("nodes", "main", "menu", "hours"): (Shape.option, "to: conocer el horario"),
    }
    section, _ = read(WordsText.of(old, "es-MX", "en-US").replaced(changes), "words")
    assert section is not None
    assert section["nodes"] == {
        "hello": {"say": {"text": "Buenos días.", "audio": "hola.wav"}},
        "main": {"menu": {"hours": {"to": "conocer el horario", "hear": ["horario"]}}},
    }


@pytest.mark.parametrize(
    "text",
    [
        "nodes: {hello: Hola., bye: Adiós.}\nlanguage: es-MX\n",
        "language: es-MX\r\nnodes:\r\n  hello: Hola.\r\n  bye: Adiós.\r\n",
        "language: es-MX\nnodes:\n  bye:\n    text: |-\n      # en-US: no comment of ours\n      #- hello:\n  hello: Hola.\n",
    ],
)  # fmt: skip
def test_other_layouts(text: str) -> None:
    """Files in brackets, of Windows, and texts with lines that look like ours are kept as they are."""
    before, _ = read(text, "words")
    place = ("nodes", "hello", "say")
    entry = Entry(place, Shape.words, "Hello.", "Hola.", True, "", "menu.yaml", 1)
    new = WordsText.of(text, "es-MX", "en-US").updated([entry], {})
    after, problems = read(new, "words")
    assert problems == []
    assert after == before
    assert "  # en-US: Hello." in new.split("\r\n" if "\r" in text else "\n")
    assert WordsText.of(new, "es-MX", "en-US").updated([entry], {}) == new


def _dumped(words: Any, *, flow: bool | None, indent: int) -> str:
    return yaml.dump(
        words, allow_unicode=True, sort_keys=False, default_flow_style=flow, indent=indent, width=90
    )


@pytest.mark.parametrize("lack", [0.0, 0.4])
@pytest.mark.parametrize(("flow", "indent"), [(False, 2), (False, 4), (None, 2), (True, 2)])
def test_a_whole_file_in_any_layout(bank: Draft, *, flow: bool | None, indent: int, lack: float) -> None:
    """Nothing is lost, twice is as good as once, and other words come in at their place only."""
    assert bank.hotline is not None
    chance = random.Random(indent)
    words = yaml.load((YUEBAO / "prompts.en-US.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    words["nodes"] = {name: each for name, each in words["nodes"].items() if chance.random() >= lack}
    text = _dumped(words, flow=flow, indent=indent)
    before, _ = read(text, "words")
    bank.heard = {name: frozenset(bank.hotline.languages) for name in bank.nodes}
    entries = entries_of(bank, bank.hotline, "en-US", WordsFile.model_validate(before))
    new = WordsText.of(text, "en-US", "zh-CN").updated(entries, {})
    after, problems = read(new, "words")
    assert problems == []
    assert after == before
    assert WordsText.of(new, "en-US", "zh-CN").updated(entries, {}) == new
    others = {each.place: (each.shape, "other words") for each in entries if chance.random() < 0.3}
    replaced, problems = read(WordsText.of(new, "en-US", "zh-CN").replaced(others), "words")
    assert problems == []
    made = texts_of(WordsFile.model_validate(replaced), bank.nodes)
    expected = {each.place: each.translation for each in entries if each.translation}
    expected |= {place: text for place, (_, text) in others.items()}
    assert {place: each.text for place, each in made.items()} == expected


@pytest.mark.parametrize(
    "text", ["", "language: es-MX\n", "language: es-MX\nnodes:\n", "nodes: {}\nlanguage: es-MX\n"]
)
def test_a_file_that_is_just_begun(text: str) -> None:
    """What is to be filled in stands there once, however often the file is brought up to date."""
    entry = Entry(("nodes", "hello", "say"), Shape.words, "Hello.", "", True, "", "menu.yaml", 1)
    new = WordsText.of(text, "es-MX", "en-US").updated([entry], {})
    assert new.endswith("language: es-MX\nnodes:\n  #- # en-US: Hello.\n  #- hello:\n")
    assert WordsText.of(new, "es-MX", "en-US").updated([entry], {}) == new


@pytest.mark.parametrize(
    ("source", "translation", "problems"),
    [
        ("{{ x | money }}", "{{ x | money('EUR') }} y {{ x | ordinal }}", []),
        ("{% if n == 1 %}one{% endif %}", "{{ 'uno' if n == 1 else n | count('carta', 'cartas') }}", []),
        ("{{ x }}", "{{ y }}", ["lacks the value `{{ x }}`", "has the value `y`, which the source lacks"]),
        ("Press {key}.", "Marque.", ["lacks `{key}`"]),
        ("<slow>{{ x }}</slow>", "{{ x }}", ["lacks the mark `<slow>`"]),
        ("a", "<pause>a", ["has the mark `<pause>`, which the source lacks"]),
    ],
)
def test_placeholders(source: str, translation: str, problems: list[str]) -> None:
    """The values are the same, whatever is done with them; so are keys and marks."""
    assert [*placeholder_problems(source, translation)] == problems
