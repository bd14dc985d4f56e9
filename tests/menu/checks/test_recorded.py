"""What is said of a hotline in a language that Twilio has no voice for, before it is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_hotline
from ivr.menu.loader import load
from tests.support.menus import CONTRACTS, changed
from tests.support.recorded import HAUSA, MENU, WAV, WORDS, cooperative


def errors(folder: Path) -> list[str]:
    """Return the errors of a hotline."""
    return [str(each) for each in load_hotline(folder).problems if each.severity == "error"]


def test_a_language_without_a_voice_is_served_when_it_is_recorded(tmp_path: Path) -> None:
    """Every text, key, value and sentence of it is there."""
    assert errors(cooperative(tmp_path)) == []


def test_a_recording_that_is_missing_keeps_the_hotline_from_being_served(tmp_path: Path) -> None:
    """Callers would hear nothing there. Its words and its file are named."""
    folder = cooperative(tmp_path, but=["nodes/balance/say.wav", "keys/4.wav"])
    assert errors(folder) == [
        "prompts.ha-NG.yaml:1:1: there is no recording `audio/ha-NG/keys/4.wav`; record “latsa 4.”",
        "prompts.ha-NG.yaml:29:3: balance: there is no recording `audio/ha-NG/nodes/balance/say.wav`; record “Kana da”",
    ]


def test_a_language_of_which_nothing_is_recorded_may_be_a_slip(tmp_path: Path) -> None:
    """One error says both what Twilio speaks and what there is to do, in place of sixty."""
    (tmp_path / "menu.yaml").write_text(MENU, encoding="utf-8")
    (tmp_path / "prompts.ha-NG.yaml").write_text(WORDS, encoding="utf-8")
    (found,) = errors(tmp_path)
    assert "Twilio has no voice for the language 'ha-NG'; write a tag such as zh-CN" in found
    assert found.endswith("recordings that `ivr record-script --language ha-NG` lists")


def test_a_key_that_moves_wants_another_recording(tmp_path: Path) -> None:
    """A recording of a whole announcement says its key, so that its name has it: the old one is never played for the new key."""
    menu = changed(MENU, ('"3": {say', '"5": {say'))
    folder = cooperative(tmp_path)
    (folder / "menu.yaml").write_text(menu, encoding="utf-8")
    assert [each.partition("; ")[0].partition("no recording ")[2] for each in errors(folder)] == [
        "`audio/ha-NG/nodes/main/menu/main-5.wav`"
    ]


def test_a_missing_recording_of_a_language_with_a_voice_is_a_note(tmp_path: Path) -> None:
    """The voice says the words."""
    menu = changed(
        MENU, ("say: Welcome to the cooperative.", "say: {text: Welcome to the cooperative., audio: hi.wav}")
    )
    folder = cooperative(tmp_path, menu)
    assert errors(folder) == []
    notes = [str(each) for each in load_hotline(folder).problems if each.severity == "information"]
    assert any(
        "there is no recording `audio/en-US/hi.wav`, and its words are spoken instead" in each
        for each in notes
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Kana da {{ balance }}.",
            "no recording can say this value; end it with one of the filters digits, tail,",
        ),
        ("Kana da {{ balance | ordinal }}.", "no recording can say this value"),
        ("{{ 'a' if balance else 'b' }}", "no recording can say this value"),
        (
            "Kana da {{ balance | number }}.",
            "`clips:` has no `point` for `number`; add `point:` under `clips:`",
        ),
        ("Kana da {{ balance | money('USD') }}.", "add `money: {USD: …}` under `clips:` in the words file"),
        ("{{ now | weekday }}", "add `weekdays:` under `clips:`"),
    ],
)
def test_a_value_that_no_recording_can_say_is_refused(tmp_path: Path, said: str, told: str) -> None:
    """When the menu is loaded, and not in a call."""
    words = changed(WORDS, ('"Kana da {{ balance | money }}."', f'"{said}"'))
    assert any(told in each for each in errors(cooperative(tmp_path, words=words)))


def test_branches_of_a_text_are_recorded_apart(tmp_path: Path) -> None:
    """`{% if %}` chooses among recordings as among words."""
    said = "{% if balance | int > 5 %}Kana da {{ balance | money }}{% else %}Babu{% endif %}."
    words = changed(WORDS, ('"Kana da {{ balance | money }}."', f'"{said}"'))
    tree = load_hotline(cooperative(tmp_path, words=words)).tree
    assert tree is not None
    (prompt,) = tree.speech[HAUSA].nodes["balance"].say
    assert prompt.utter({"balance": "3"}).text == "Babu."
    assert [name.split(".")[0] for name in prompt.utter({"balance": "3"}).audio] == [
        "ha-NG/nodes/balance/say-b"
    ]
    assert prompt.utter({"balance": "10"}).text == "Kana da naira goma."


def test_only_the_sentences_that_the_hotline_can_say_are_asked_for() -> None:
    """Nothing runs an action in it, so that nobody records what is said meanwhile."""
    words = changed(WORDS, ("  top: Babu wani menu a baya.\n", ""))
    loaded = load({"menu.yaml": MENU, "prompts.ha-NG.yaml": words}, CONTRACTS)
    (told,) = [str(each) for each in loaded.problems if each.severity == "error"]
    assert "the machine has no sentences in `ha-NG` for top;" in told


def test_a_kept_version_is_loaded_without_its_recordings() -> None:
    """A call that is under way goes on, with what is there."""
    sources = {"menu.yaml": MENU, "prompts.ha-NG.yaml": WORDS}
    assert load(sources, CONTRACTS, {}).tree is None
    assert load(sources, CONTRACTS, {}, all_recorded=False).tree is not None


def test_a_recording_of_a_whole_announcement_is_played_where_there_is_one(tmp_path: Path) -> None:
    """In place of what the key is for and the key. One with another key in its name is not."""
    folder = cooperative(tmp_path)
    menu = folder / "audio" / HAUSA / "nodes" / "main" / "menu"
    for name in ("balance-1.wav", "sorry-9.wav"):
        (menu / name).write_bytes(WAV)
    tree = load_hotline(folder).tree
    assert tree is not None
    whole, parts, *_ = tree.speech[HAUSA].nodes["main"].announced
    assert [name.partition(".")[0] for name in whole.fixed.audio] == ["ha-NG/nodes/main/menu/balance-1"]
    assert whole.fixed.text == "Don kuɗinka, latsa 1."
    assert [name.partition(".")[0] for name in parts.fixed.audio] == [
        "ha-NG/nodes/main/menu/sorry",
        "ha-NG/keys/2",
    ]


def test_a_text_may_name_another_file(tmp_path: Path) -> None:
    """As in any language; and other endings than `.wav` are found."""
    words = changed(
        WORDS, ("bye: Sai an jima.", "bye: {end: {text: Sai an jima., audio: farewell/last.mp3}}")
    )
    folder = cooperative(tmp_path, words=words, but=["farewell/last.mp3", "keys/0.wav"])
    (told, other) = sorted(errors(folder))
    assert "there is no recording `audio/ha-NG/farewell/last.mp3`; record “Sai an jima.”" in told
    assert "`audio/ha-NG/keys/0.wav`" in other
    (folder / "audio" / HAUSA / "farewell").mkdir()
    for name in ("farewell/last.mp3", "keys/0.mp3"):
        (folder / "audio" / HAUSA / name).write_bytes(b"ID3\x04rest")
    assert errors(folder) == []
