"""What an editor is told: the JSON Schemas accept what the reader accepts, and the page leaves nothing out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
import yaml
from jsonschema import Draft202012Validator

from ivr.actions.builtin import CONTRACTS
from ivr.calls.line import DeskAnswer
from ivr.cli.reference import reference_page
from ivr.engine.step import MAX_REPEATS
from ivr.menu.language.hotline import Included
from ivr.menu.language.model import Model
from ivr.menu.language.nodes import KINDS as NODE_KINDS
from ivr.menu.reading.validation import keys_of
from ivr.menu.reference import DIALECT, json_schemas, node_reference, schema
from ivr.menu.speech.filters import FILTERS
from ivr.menu.speech.templates import EXPRESSIONS, FACTS
from ivr.written.model import STEP_KINDS, CallsFile, WrittenCall
from ivr.written.model import STEP_WORDS as LONE_WORDS
from tests.menu.language.test_nodes import MODELS
from tests.support.menus import MENU, PEOPLE, WORDS, changed, small

SCHEMAS = {**json_schemas(), "calls": schema(CallsFile, "Written calls")}


def faults(kind: str, text: str) -> list[str]:
    """Return what an editor's language server would mark in a file."""
    return [error.message for error in Draft202012Validator(SCHEMAS[kind]).iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_one(kind: str) -> None:
    """It names its dialect, and is valid in it."""
    assert SCHEMAS[kind]["$schema"] == DIALECT
    assert SCHEMAS[kind]["title"]
    Draft202012Validator.check_schema(SCHEMAS[kind])


@pytest.mark.parametrize(("kind", "text"), [("menu", MENU), ("nodes", PEOPLE), ("prompts", WORDS)])
def test_a_good_file_is_accepted(kind: str, text: str) -> None:
    """An editor sees no mark in a hotline without problems."""
    assert faults(kind, text) == []


@pytest.mark.parametrize(
    "node",
    [
        "{ask: digits, length: 4, then: bye}",
        "{ask: amount, range: 1-500, then: bye}",
        "{ask: phone, secret: true, timeout: 8, then: bye}",
        "{say: 95588, then: bye}",
        "{say: [First., {text: Second., audio: second.wav}], then: bye}",
        '{menu: {"1": {for: 2026, hear: [1], go: bye}, "*": {for: x, go: back}}}',
        "{set: {count: 0, rate: 1.5, told: true, name: x}, then: bye}",
        "{run: find_account, with: {a: 1}, outcomes: {found: bye}}",
        "{choose: [{if: known, go: bye}], else: bye}",
        "{record: voicemail, at_most: 60, then: bye, nothing: bye}",
        "{text: Hello., to: +8613800138000, then: bye, unable: bye, rationed: bye}",
        "{transfer: service, urgent: true, reason: 1}",
        "{end: Goodbye., barge_in: false}",
    ],
)
def test_what_the_reader_takes_is_accepted(node: str) -> None:
    """A number or a flag that is typed without quotes is no fault where the reader takes a text."""
    assert faults("menu", small(f"main: {node}")) == []


@pytest.mark.parametrize(
    "node",
    [
        "{say: x, thn: bye}",
        "{say: x}",
        "{then: bye}",
        "{menyu: {}}",
        '{menu: {"1": {for: x, go: bye}}, ask: digits, then: bye}',
        "{menu: {}}",
        '{menu: {"a": {for: x, go: bye}}}',
        '{menu: {"1": {fro: x, go: bye}}}',
        "{ask: digit, then: bye}",
        "{say: [a, b, c, d], then: bye}",
        "{say: {text: x}, then: bye}",
        "{say: x, then: Main}",
        "{say: x, then: bye, timeout: 5}",
        "{say: x, then: bye, barge_in: perhaps}",
        '{ask: digits, length: "x", then: bye}',
        "{end: x, needs: verifed}",
    ],
)
def test_what_the_reader_refuses_is_marked(node: str) -> None:
    """Misspelt keys, two kinds in one node, wrong values."""
    assert faults("menu", small(f"main: {node}"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("menu", changed(MENU, ("timezone:", "timezon:"))),
        ("menu", changed(MENU, ("greeting:\n    say", "Greeting:\n    say"))),
        ("menu", changed(MENU, ("mon-fri", "workdays"))),
        ("menu", changed(MENU, ("+8657100000001", "110x"))),
        ("nodes", PEOPLE + "\nstart: agent\n"),
        ("prompts", changed(WORDS, ("language:", "langauge:"))),
        ("prompts", changed(WORDS, ("hear:", "here:"))),
        ("calls", "calls: [{call: x, steps: [{pres: 1}]}]"),
    ],
)
def test_a_mistake_in_any_kind_of_file_is_marked(kind: str, text: str) -> None:
    """Keys and forms are checked everywhere."""
    assert faults(kind, text)


def test_written_calls_are_covered() -> None:
    """Numbers may be typed as they are."""
    text = (
        "calls: [{call: x, from: +8613800138000, steps: [{press: 1}, {hears: 3000}, silence, {record: 3}]}]"
    )
    assert faults("calls", text) == []


def inside(made: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and all schemas in it."""
    if isinstance(made, dict):
        yield made
        for value in made.values():
            yield from inside(value)
    elif isinstance(made, list):
        for value in made:
            yield from inside(value)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_section_is_closed_and_every_key_described(kind: str) -> None:
    """An editor explains each key, and marks each other one."""
    for made in inside(SCHEMAS[kind]):
        if made.get("type") == "object":
            assert "additionalProperties" in made
            for name, key in made.get("properties", {}).items():
                assert key.get("description"), name
        assert made.get("type") != "null"
        assert not isinstance(made.get("title"), str) or made is SCHEMAS[kind]


def test_the_page_names_everything() -> None:
    """Every kind, key, filter, fact and sentence of the declaration, with its meaning."""
    page = node_reference()
    for kind, model in NODE_KINDS.items():
        assert f"\n### `{kind}`\n\n{model.__doc__}\n" in page
    for section in MODELS:
        if section not in (Model, Included):
            for key, field in keys_of(section).items():
                assert f"`{key}`" in page
                assert " ".join((field.description or "").split()).replace("|", "\\|") in page
    for name in (*FILTERS, *FACTS, *(each.replace("|", "\\|") for each in EXPRESSIONS)):
        assert f"| `{name}` |" in page


def test_the_page_has_written_calls() -> None:
    """Every key of a call, every step, and every word that may stand alone."""
    calls = reference_page(CONTRACTS).partition("## Written calls")[2].partition("## Actions")[0]
    for model in (WrittenCall, CallsFile):
        for key in keys_of(model):
            assert f"| `{key}` |" in calls
    for step in (*STEP_KINDS, *LONE_WORDS):
        assert f"| `{step}` |" in calls
    for answer in get_args(DeskAnswer):
        assert f"`{answer}`" in calls


def test_the_page_says_how_often_a_place_is_repeated() -> None:
    """As often as the engine allows."""
    assert MAX_REPEATS == 3
    assert "`repeat` may be asked for three times" in node_reference()


def test_the_page_says_what_is_needed_and_what_is_usual() -> None:
    """Needed keys, and the values of those that are left out."""
    lines = node_reference().splitlines()
    assert "| `then` | The node that follows, or `back`. | needed |" in lines
    assert any(line.startswith("| `timeout` |") and line.endswith("| `5` |") for line in lines)
    assert any(line.startswith("| `barge_in` |") and line.endswith("| `true` |") for line in lines)
    assert any(line.startswith("| `after_tries` |") and line.endswith("|  |") for line in lines)


def test_the_table_of_an_action_names_what_only_its_message_may_tell() -> None:
    """As a text writes it, so that nobody has to guess: for each outcome of our actions that sends a message."""
    rows = reference_page(CONTRACTS).splitlines()
    sent = [each for contract in CONTRACTS.values() for each in contract.outcomes.values() if each.texts]
    assert {name for each in sent for name in each.texts or ()} == {"code", "link"}
    for outcome in sent:
        (row, *_) = (row for row in rows if outcome.means in row)
        for name, meaning in (outcome.texts or {}).items():
            assert f"`{{{{ {name} }}}}`, {meaning}" in row
