"""The same call in every language that comes ready: its transcript stands in the pages, for speakers to read.

``IVR_UPDATE_DOCS=1 pytest tests/docs`` writes the present transcripts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.cli import starter
from ivr.cli.starter.places import place_of
from ivr.menu.language.model import read_table
from ivr.menu.speech.packs import date_order, pack, pack_tags
from tests.support.command import ivr
from tests.support.pages import ROOT

WORDS = read_table(dict[str, dict[str, Any]], Path(__file__).with_name("language_calls.yaml"))
DAYS = {"dmy": "24122026", "mdy": "12242026", "ymd": "20261224"}
WITHOUT_DECIMALS = {"ja-JP", "ko-KR", "vi-VN", "zh-TW"}


def write_hotline(folder: Path, tag: str) -> None:
    """Write the starter with a payment: an amount and a day that are typed, read back and told."""
    starter.write(folder, place_of([tag]))
    menu = yaml.safe_load((folder / "menu.yaml").read_text(encoding="utf-8"))
    words, sentences, nodes = WORDS[tag], pack(tag).sentences, menu["nodes"]
    nodes["main"]["menu"]["3"] = nodes["main"]["menu"].pop("2")
    nodes["main"]["menu"] = {
        "1": nodes["main"]["menu"]["1"],
        "2": {**words["pay"], "go": "pay"},
        "3": nodes["main"]["menu"]["3"],
    }
    space = " " if pack(tag).spaces else ""
    nodes["pay"] = {
        "say": f"{words['amount']}{space}{sentences.hint_amount}",
        "ask": "amount",
        "as": "amount",
        "read_back": True,
        "then": "pay_day",
    }
    nodes["pay_day"] = {
        "say": f"{words['day']}{space}{sentences.hint_date}",
        "ask": "date",
        "as": "day",
        "read_back": True,
        "then": "told",
    }
    nodes["told"] = {"say": words["told"], "then": "main"}
    (folder / "menu.yaml").write_text(
        yaml.safe_dump(menu, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )


@pytest.mark.parametrize("tag", pack_tags())
def test_the_set_call(tag: str, tmp_path: Path) -> None:
    """Two wrong keys, silence, an amount and a day that are read back, and the human: as the page shows them."""
    write_hotline(tmp_path / "shop", tag)
    amount = "1250#" if tag in WITHOUT_DECIMALS else "1250*50#"
    keys = ["7", "8", "", "2", "", "55#", "2", amount, "1", DAYS[date_order(tag)], "1", "0"]
    heard = ivr("simulate", tmp_path / "shop", "--at", "2026-11-24T10:00", typed="\n".join(keys) + "\n")
    assert heard.exit_code == 0
    page = ROOT / "docs" / "languages" / f"{tag}.txt"
    if os.environ.get("IVR_UPDATE_DOCS") == "1":
        page.parent.mkdir(exist_ok=True)
        page.write_text(heard.stdout, encoding="utf-8")
    assert heard.stdout == page.read_text(encoding="utf-8")
