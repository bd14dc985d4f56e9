"""The starter in Chinese first and English second, which many tests change."""

from __future__ import annotations

from pathlib import Path

from ivr.cli import starter
from ivr.cli.starter.places import place_of


def write_chinese_first(folder: Path) -> list[Path]:
    """Write what ``ivr new --language zh-CN --language en-US`` writes."""
    return starter.write(folder, place_of(("zh-CN", "en-US")))
