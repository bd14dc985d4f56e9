"""`ivr record-script`, as it is typed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from tests.support.command import ivr
from tests.support.recorded import MENU, cooperative, script


def test_what_must_be_recorded_is_printed_with_its_words(tmp_path: Path) -> None:
    """By speaker and file, with what is there, what is missing, and how long it takes."""
    folder = cooperative(tmp_path, but=["nodes/balance/say.wav"])
    lines = ivr("record-script", folder).stdout.splitlines()
    assert lines[0] == f"ha-NG, recordings alone: {len(script(folder))} recordings, 1 missing, about 40 s"
    assert any(
        line.split() == ["missing", "0.5", "s", "audio/ha-NG/nodes/balance/say.wav", "Kana", "da"]
        for line in lines
    )
    assert ivr("record-script", folder, "--missing").stdout.splitlines()[1:] == [
        "  missing    0.5 s  audio/ha-NG/nodes/balance/say.wav  Kana da"
    ]


def test_tools_get_the_same(tmp_path: Path) -> None:
    """As JSON, and as a table for those who speak it."""
    folder = cooperative(tmp_path, but=["keys/1.wav"])
    rows = json.loads(ivr("record-script", folder, "--format", "json").stdout)
    assert rows[0] == {
        "language": "ha-NG",
        "speaker": "recordings alone",
        "file": "audio/ha-NG/nodes/main/menu/main-3.wav",
        "words": "Don Hausa, latsa 3.",
        "seconds": 1.4,
        "there": True,
    }
    table = [*csv.DictReader(io.StringIO(ivr("record-script", folder, "--format", "csv").stdout))]
    assert [row["file"] for row in table] == [row["file"] for row in rows]
    assert [row["words"] for row in table if row["there"] == "no"] == ["latsa 1."]


def test_a_language_with_a_voice_has_what_its_texts_name(tmp_path: Path) -> None:
    """And a hotline that names nothing has nothing; a language that it does not speak has the nearest named."""
    menu = MENU.replace("say: One moment.", "say: {text: One moment., audio: moment.wav}")
    folder = cooperative(tmp_path, menu)
    assert ivr("record-script", folder, "--language", "en-US").stdout.splitlines() == [
        "en-US, the usual voice: 1 recording, 1 missing, about 1 s",
        "  missing    0.6 s  audio/en-US/moment.wav  One moment.",
    ]
    assert (
        ivr("record-script", cooperative(tmp_path), "--language", "en-US").stdout == "nothing is recorded\n"
    )
    assert "did you mean `ha-NG`?" in ivr("record-script", folder, "--language", "ha-NR").stderr
