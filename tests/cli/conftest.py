"""What tests of several commands need."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.starters import write_chinese_first


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    """Return a small hotline."""
    write_chinese_first(tmp_path / "bakery")
    return tmp_path / "bakery"
