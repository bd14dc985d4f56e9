"""What `ivr new` writes: a hotline that is right at once, whatever its folder is called."""

from __future__ import annotations

from pathlib import Path

import phonenumbers
import pytest

from ivr.calls.hotline_loader import load_hotline
from ivr.cli import starter
from ivr.cli.errors import CommandFailed
from ivr.cli.starter.places import Place, place_of
from ivr.explore.prover import prove
from ivr.harness import DirectHarnesses
from ivr.menu.speech.packs import pack_tags
from ivr.written.runner import play, read_calls


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("bakery", "bakery"),
        ("My Bakery", "my-bakery"),
        ("24h", "hotline-24h"),
        ("面包房", "hotline"),
        ("a_b", "a-b"),
    ],
)
def test_the_new_hotline_has_no_problems(tmp_path: Path, folder: str, name: str) -> None:
    """Not even a warning; and it is named after its folder."""
    written = starter.write(tmp_path / folder)
    assert [path.is_file() for path in written] == [True, True, True]
    loaded = load_hotline(tmp_path / folder)
    assert loaded.problems == ()
    assert loaded.tree is not None
    assert loaded.tree.name == name


def test_its_written_calls_pass(tmp_path: Path) -> None:
    """There is at least one, for an editor to learn from."""
    starter.write(tmp_path / "bakery")
    calls, problems = read_calls(tmp_path / "bakery")
    assert problems == []
    assert calls
    for file, call in calls:
        assert play(file, call, DirectHarnesses(tmp_path / "bakery")).failures == []


def test_every_file_names_its_schema(tmp_path: Path) -> None:
    """Relative to itself, so that an editor with the YAML language server explains its keys."""
    for path in starter.write(tmp_path / "bakery"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        schema = (path.parent / first.partition("=")[2]).resolve()
        assert schema.parent == (tmp_path / "bakery" / ".schema").resolve()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A folder with something in it, or a file, stays as it is; an empty folder may be used."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "notes.txt").touch()
    (tmp_path / "file").touch()
    for name in ("taken", "file"):
        with pytest.raises(CommandFailed, match="is not empty; name a new folder"):
            starter.write(tmp_path / name)
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    assert starter.write(tmp_path / "empty")


# --- in other languages and countries


@pytest.mark.parametrize("tag", pack_tags())
def test_the_starter_of_each_language(tag: str, tmp_path: Path) -> None:
    """It has no problem in any language that comes ready, its written call passes, and every path of it is proved."""
    folder = tmp_path / "bakery"
    starter.write(folder, place_of([tag]))
    loaded = load_hotline(folder)
    assert loaded.problems == ()
    assert loaded.tree is not None
    assert len(loaded.tree.languages) == 1
    ((file, call),) = read_calls(folder)[0]
    assert play(file, call, DirectHarnesses(folder)).failures == []
    assert prove(loaded.tree).findings == []


def test_a_starter_in_three_languages(tmp_path: Path) -> None:
    """The first is the menu's own, and each other one is offered by a key."""
    starter.write(tmp_path / "shop", place_of(["en-US", "es-MX", "vi-VN"]))
    loaded = load_hotline(tmp_path / "shop")
    assert loaded.problems == ()
    assert loaded.tree is not None
    main = loaded.tree.speech["en-US"].nodes["main"]
    assert [prompt.fixed.text for prompt in main.announced[1:3]] == [
        "Para atención en español, marque 2.",
        "Tiếng Việt, nhấn phím 3.",
    ]


@pytest.mark.parametrize(
    ("languages", "country", "timezone", "place"),
    [
        ((), "", "", Place(("en-US", "zh-CN"), "US", "America/New_York")),
        (("es-MX",), "MX", "America/Mexico_City", Place(("es-MX",), "MX", "America/Mexico_City")),
        (("es-MX",), "us", "America/Chicago", Place(("es-MX",), "US", "America/Chicago")),
        (("fr-FR",), "BE", "", Place(("fr-FR",), "BE", "Europe/Brussels")),
        (("ar",), "SA", "", Place(("ar-SA",), "SA", "Asia/Riyadh")),
        (("ar",), "", "", Place(("ar-EG",), "EG", "Africa/Cairo")),
        (("es",), "", "", Place(("es-MX",), "MX", "America/Mexico_City")),
        (("en-AU",), "", "Australia/Sydney", Place(("en-AU",), "AU", "Australia/Sydney")),
    ],
)
def test_where_a_hotline_is(languages: tuple[str, ...], country: str, timezone: str, place: Place) -> None:
    """The first language says the country, and the country the time zone, unless they are named."""
    assert place_of(languages, country, timezone) == place


def test_a_hotline_abroad_has_the_currency_of_its_country(tmp_path: Path) -> None:
    """Spanish of Mexico in Argentina speaks of Argentine pesos."""
    starter.write(tmp_path / "shop", place_of(["es-MX"], "AR", "America/Buenos_Aires"))
    loaded = load_hotline(tmp_path / "shop")
    assert loaded.problems == ()
    assert loaded.tree is not None
    assert loaded.tree.declared.currency == "ARS"
    assert loaded.tree.desks["service"].number == "+54000000000"


@pytest.mark.parametrize(
    ("languages", "country", "timezone", "says"),
    [
        (["es_mx"], "", "", "no language `es_mx` comes ready; did you mean `es-MX`?"),
        (["es-AR"], "", "", "Twilio has no voice for es-AR; write `--language es-MX --country AR`"),
        (["en-US"], "Mexico", "", "`Mexico` is no country; write its two letters, such as `US`"),
        (["en-AU"], "", "", "AU has several time zones; write `--timezone` and one of `Australia/"),
        (
            ["en-US"],
            "",
            "America/New_Yrok",
            "there is no time zone `America/New_Yrok`; did you mean `America/New_York`?",
        ),
    ],
)
def test_a_place_that_cannot_be(languages: list[str], country: str, timezone: str, says: str) -> None:
    """Each is refused with what to write instead, before a file is written."""
    with pytest.raises(CommandFailed) as refused:
        place_of(languages, country, timezone)
    assert str(refused.value.message).startswith(says)


@pytest.mark.parametrize(
    "country", ["AU", "CA", "CN", "DE", "FR", "GB", "IE", "MX", "SE", "US", "JP", "IT", "BR"]
)
def test_the_number_of_the_desk_rings_nobody(country: str) -> None:
    """It is one that is kept for films, or cannot be given to anybody, and belongs to the country."""
    number = Place(("en-US",), country, "UTC").number
    assert number.startswith(f"+{phonenumbers.country_code_for_region(country)}")
    if number.endswith("000000000"):
        assert not phonenumbers.is_valid_number(phonenumbers.parse(number))
