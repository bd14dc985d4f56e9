"""`ivr languages`, as it is typed."""

from __future__ import annotations

import json

import pytest
import yaml

from ivr.menu.language.phrases import Phrases
from ivr.menu.speech.packs import pack, pack_tags
from tests.support.command import ivr


def test_every_language_that_comes_ready_is_listed() -> None:
    """With its tag, its names, its voice and what is ready; the same for tools."""
    lines = ivr("languages").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(pack_tags())
    assert all(line.endswith("all") for line in lines[1:])
    listed = json.loads(ivr("languages", "--format", "json").stdout)
    assert [each["tag"] for each in listed] == list(pack_tags())
    assert listed[0].keys() == {"tag", "name", "english", "voice", "date", "ready"}


def test_the_sentences_of_one_are_printed_as_a_hotline_writes_them() -> None:
    """Each below what it is for, and in YAML that may be copied."""
    shown = ivr("languages", "es-MX", "--show").stdout
    assert Phrases.model_validate(yaml.safe_load(shown)["phrases"]) == pack("es-MX").sentences
    assert '  # There is no menu to go back to.\n  top: "Ya se encuentra en el menú principal."\n' in shown
    as_json = json.loads(ivr("languages", "es-MX", "--show", "--format", "json").stdout)
    assert as_json["sentences"]["pound"] == {"means": "How the `#` key is called.", "words": "gato"}


def test_a_language_that_takes_anothers_says_so() -> None:
    """Argentina hears the sentences of Mexico."""
    assert "# es-AR has none of its own, and takes these.\n" in ivr("languages", "es-AR", "--show").stdout


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("es_mx", "--show"), "no language `es_mx` comes ready; did you mean `es-MX`?"),
        (("es-MZ",), "no language `es-MZ` comes ready; did you mean `es-MX`?"),
        (("klingon",), "no language `klingon` comes ready; use one of `ar`, `de-DE`,"),
        (("--show",), "--show wants a language, such as `ivr languages es-MX --show`"),
    ],
)
def test_what_is_no_language_has_the_nearest_named(typed: tuple[str, ...], says: str) -> None:
    """A slip of the keyboard, a country that does not speak it, and nonsense."""
    result = ivr("languages", *typed)
    assert result.exit_code == 2
    assert says in result.stderr
