"""What is said of the voices of a hotline."""

from __future__ import annotations

import pytest

from tests.support.menus import hotline, said, small


def told(top: str, option: str = "") -> list[str]:
    """Return what is said of a hotline with these settings."""
    nodes = 'main: {say: Hello., menu: {"1": {for: the end, ' + option + "go: bye}}}"
    return [each for each in said(hotline(small(nodes, top))) if "voice" in each or "slow" in each]


def test_a_language_with_voices_and_no_usual_one_must_name_one() -> None:
    """Twilio would take whichever the account is set to."""
    text = "hotline: x\nlanguages: [nl-NL]\nstart: agent\nnodes: {agent: {end: Dag.}}\n"
    assert [each for each in said(hotline(text)) if "voice" in each] == [
        "menu.yaml:2:1: `nl-NL` has no usual voice; name a voice for nl-NL, such as Google.nl-NL-Standard-A"
    ]


@pytest.mark.parametrize(
    ("voice", "says"),
    [
        ("Polly.Mia-Neural", "does not speak en-US; write one that does, such as Polly.Joanna-Neural"),
        ("Polly.Joana-Neural", "on 2026-04-29; did you mean `Polly.Joanna-Neural`?"),
        ("Polly.Ruth-Neural", ""),
    ],
)
def test_a_voice_is_looked_for_in_the_list(voice: str, says: str) -> None:
    """One of another language is an error, and one that is unknown a warning."""
    found = told(f"voices: {{en-US: {voice}}}\n")
    assert (says in found[0]) if says else not found


def test_a_slow_mode_that_a_voice_lacks_is_told() -> None:
    """Callers would press a key, and hear no difference."""
    assert told("voices: {en-US: Polly.Joanna-Neural}\n", "rate: slow, ") == []
    (found,) = told("voices: {en-US: Polly.Ruth-Generative}\n", "rate: slow, ")
    assert (
        "`Polly.Ruth-Generative` speaks no slower, so that only the waits for keys grow in `en-US`" in found
    )
