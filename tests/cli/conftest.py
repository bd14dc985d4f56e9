"""What tests of several commands need."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.cli import starter


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    """Return a small hotline."""
    starter.write(tmp_path / "bakery")
    return tmp_path / "bakery"
