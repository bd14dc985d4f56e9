"""The declaration: described to its last key, and what follows from it."""

from __future__ import annotations

import inspect

import pytest
from pydantic import BaseModel

from ivr.menu.language import desks, hotline, lint_settings, nodes, phrases, words_files
from ivr.menu.language import model as model_base
from ivr.menu.language import words as spoken_words
from ivr.menu.language.nodes import KINDS, AskNode, EndNode, SayNode
from ivr.menu.language.words import RecordedWords, wordings
from ivr.menu.language.words_files import NodeWords, words_of
from ivr.menu.reading.validation import keys_of

MODELS = [
    model
    for module in (desks, hotline, lint_settings, model_base, nodes, phrases, spoken_words, words_files)
    for model in vars(module).values()
    if inspect.isclass(model) and issubclass(model, BaseModel) and model.__module__ == module.__name__
]


@pytest.mark.parametrize("model", MODELS)
def test_everything_is_described(model: type[BaseModel]) -> None:
    """Every section has a docstring and every key a description that ends as a sentence: an editor reads it."""
    assert model.__doc__
    for name, field in keys_of(model).items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_every_kind_is_named_by_a_key_that_it_needs() -> None:
    """A kind's key is required in it, so that kinds can be told apart."""
    for kind, model in KINDS.items():
        assert model.model_fields[kind].is_required()


def test_say_is_last() -> None:
    """Beside another key, `say` is what that node says first."""
    assert list(KINDS)[-1] == "say"


@pytest.mark.parametrize(
    ("kind", "secret", "is_secret"),
    [
        ("id_card", "false", True),
        ("id_tail", "false", True),
        ("code", "false", True),
        ("pin", "false", True),
        ("digits", "false", False),
        ("digits", "true", True),
        ("phone", "false", False),
    ],
)
def test_what_is_secret(kind: str, secret: str, is_secret: bool) -> None:  # noqa: FBT001
    """Some kinds of entry are secret whatever the menu says."""
    node = AskNode.model_validate({"ask": kind, "secret": secret, "then": "a"})
    assert node.is_secret is is_secret


def test_wordings() -> None:
    """None, one, or one for each try."""
    recorded = RecordedWords(text="Hello.", audio="hello.wav")
    assert wordings(None) == []
    assert wordings("Hello.") == ["Hello."]
    assert wordings(recorded) == [recorded]
    assert wordings(["One.", recorded]) == ["One.", recorded]


def test_words_in_another_language() -> None:
    """A text alone is what the node says; of an `end` its last words."""
    say, end = SayNode(say="您好。", then="a"), EndNode(end="再见。")
    whole = NodeWords.model_validate({"say": "Hello."})
    assert words_of(say, "Hello.") == whole
    assert words_of(say, whole) is whole
    assert words_of(end, "Goodbye.") == NodeWords.model_validate({"end": "Goodbye."})
    assert words_of(say, None) == NodeWords()
