"""The declaration: described to its last key, and what follows from it."""

from __future__ import annotations

import inspect

import pytest
from pydantic import BaseModel

from ivr.menu.language import nodes

MODELS = [
    model
    for model in vars(nodes).values()
    if inspect.isclass(model) and issubclass(model, BaseModel) and model.__module__ == nodes.__name__
]


@pytest.mark.parametrize("model", MODELS)
def test_everything_is_described(model: type[BaseModel]) -> None:
    """Every section has a docstring and every key a description that ends as a sentence: an editor reads it."""
    assert model.__doc__
    for name, field in model.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_every_kind_is_named_by_a_key_that_it_needs() -> None:
    """A kind's key is required in it, so that kinds can be told apart."""
    for kind, model in nodes.KINDS.items():
        assert model.model_fields[kind].is_required()


def test_say_is_last() -> None:
    """Beside another key, `say` is what that node says first."""
    assert list(nodes.KINDS)[-1] == "say"


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
    node = nodes.AskNode.model_validate({"ask": kind, "secret": secret, "then": "a"})
    assert node.is_secret is is_secret


def test_wordings() -> None:
    """None, one, or one for each try."""
    recorded = nodes.RecordedWords(text="Hello.", audio="hello.wav")
    assert nodes.wordings(None) == []
    assert nodes.wordings("Hello.") == ["Hello."]
    assert nodes.wordings(recorded) == [recorded]
    assert nodes.wordings(["One.", recorded]) == ["One.", recorded]


def test_words_in_another_language() -> None:
    """A text alone is what the node says; of an `end` its last words."""
    say, end = nodes.SayNode(say="您好。", then="a"), nodes.EndNode(end="再见。")
    whole = nodes.NodeWords(say="Hello.")
    assert nodes.words_of(say, "Hello.") == whole
    assert nodes.words_of(say, whole) is whole
    assert nodes.words_of(end, "Goodbye.") == nodes.NodeWords(end="Goodbye.")
    assert nodes.words_of(say, None) == nodes.NodeWords()
