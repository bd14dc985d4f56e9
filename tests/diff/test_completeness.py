"""Whatever is changed in a hotline is told: no wording and no key of a section is forgotten."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from ivr.diff import compare
from ivr.diff.changes import Side
from ivr.diff.sentences import SENTENCES
from ivr.menu.language.hotline import FirstLanguage, Hotline, Limits, MessageLimits
from ivr.menu.language.options import Option
from ivr.menu.language.phrases import Phrases
from ivr.menu.speech.options import OptionSpeech
from ivr.menu.tree import Tree
from tests.support.menus import FILES, MENU, bilingual
from tests.support.versions import sample, told


def wordings() -> list[tuple[str, str]]:
    """Return every run of words in the sample hotline that a caller may hear, with its file."""
    found = []
    for file, text in {"menu.yaml": MENU, **FILES}.items():
        for number, row in enumerate(text.splitlines()):
            runs = (
                re.findall(r"(?<=: )[A-Z][a-z']+ [^{]+?(?=[ .,])", row)
                if "prompts" in file
                else re.findall(r"[一-鿿]{2,}", row)
            )
            found += [(file, f"{number}\n{run}") for run in runs]
    return found


@pytest.mark.parametrize(("file", "place"), wordings())
def test_every_changed_wording_is_told(file: str, place: str) -> None:
    """Wherever a word is changed, the sentence has the new one."""
    number, run = place.split("\n")
    sources = {"menu.yaml": MENU, **FILES}
    rows = sources[file].splitlines()
    rows[int(number)] = rows[int(number)].replace(run, run + "改", 1)
    sources[file] = "\n".join(rows)
    loaded = bilingual(sources.pop("menu.yaml"), **sources)
    assert loaded.tree is not None, loaded.problems
    found = told(sample(), Side.of(loaded))
    assert any("改" in each for each in found), found


SPOKEN = {"say", "end", "noinput", "nomatch", "text", "note", "phrases"}
"""What is told by the words that it is compiled to."""
NO_WORD = {"nodes", "include", "secret"}
"""What is told node by node, or needs a menu of its own."""


_KEYED: dict[str, dict[str, Any]] = {
    "identity": {"verified": "who"},
    "voices": {"zh-CN": "x"},
    "pronounce": {"spare": {"zh-CN": "x"}},
}
"""The sections whose keys are given."""


def another(field: str, value: Any) -> Any:
    """Return another value that a section may have there, or None."""
    if field in SENTENCES.targets or field in {"start", "agent", "go"}:
        return "goodbye" if value != "goodbye" else "main"
    if field == "needs":
        return "known" if value != "known" else None
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "x"
        case dict() if field in _KEYED:
            return {**value, **_KEYED[field]}
        case dict():
            return {**value, "spare": next(iter(value.values()), "x")}
        case list():
            return value[:-1]
        case FirstLanguage():
            return FirstLanguage(elsewhere="en-US")
        case Limits():
            return Limits(turns=7)
        case MessageLimits():
            return MessageLimits(elsewhere=7)
        case Phrases():
            return Phrases(star="x")
    return "x"


def sections() -> list[tuple[str, str]]:
    """Return every key of every node of the sample hotline, and of the hotline itself, that can have another value."""
    tree = sample().tree
    found = [("", field) for field in Hotline.model_fields]
    found += [(name, field) for name, node in tree.nodes.items() for field in type(node).model_fields]
    elsewhere = SPOKEN | NO_WORD | {"menu", "keys", "transfer", "anywhere", "outcomes", "choose", "set"}
    return [
        (name, field)
        for name, field in found
        if field not in elsewhere
        and another(field, getattr(tree.nodes[name] if name else tree.declared, field))
        != getattr(tree.nodes[name] if name else tree.declared, field)
    ]


@pytest.mark.parametrize(("name", "field"), sections())
def test_every_changed_key_of_a_section_is_told(name: str, field: str) -> None:
    """Also one that has no sentence of its own, such as a key that was added to the language after this was written."""
    old = sample()
    assert compare(old, replace(old, tree=mutated(old.tree, name, field)))


def mutated(tree: Tree, name: str, field: str) -> Tree:
    """Return a tree with another value in one place."""
    if not name:
        hotline = tree.declared
        return replace(
            tree, declared=hotline.model_copy(update={field: another(field, getattr(hotline, field))})
        )
    node = tree.nodes[name]
    changed = node.model_copy(update={field: another(field, getattr(node, field))})
    return replace(tree, nodes={**tree.nodes, name: changed})


@pytest.mark.parametrize("field", Option.model_fields)
def test_every_changed_field_of_an_option_is_told(field: str) -> None:
    """Also one that was added to the language after this was written."""
    old = sample()
    menu = old.tree.nodes["main"]
    option = menu.options["1"]
    one_form = {"for_": None} if field in {"to", "say"} else {}
    other = option.model_copy(update={**one_form, field: another(field, getattr(option, field))})
    changed = menu.model_copy(update={"menu": {**menu.options, "1": other}})
    speech = old.tree.speech["zh-CN"]
    words = speech.nodes["main"]
    spoken = replace(words, options=(OptionSpeech.of("1", other.name, other, "zh-CN"), *words.options[1:]))
    speech = replace(speech, nodes={**speech.nodes, "main": spoken})
    tree = replace(
        old.tree,
        nodes={**old.tree.nodes, "main": changed},
        speech={**old.tree.speech, "zh-CN": speech},
    )
    assert compare(old, replace(old, tree=tree))
