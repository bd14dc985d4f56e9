"""A repository in which somebody embeds a hotline."""

from __future__ import annotations

from pathlib import Path

import pytest

import ivr.app  # noqa: F401 - pytester forgets what its tests import first, and cryptography cannot be imported twice
from ivr.cli.starter import write


@pytest.fixture(autouse=True)
def hello(pytester: pytest.Pytester) -> Path:
    """A repository with one small hotline."""
    folder = pytester.path / "menus" / "hello"
    write(folder)
    return folder
