"""A repository in which somebody embeds a hotline."""

from __future__ import annotations

from pathlib import Path

# Pytester forgets what its tests import first, and cryptography cannot be imported twice.
import cryptography.fernet
import cryptography.hazmat.primitives.kdf.hkdf  # noqa: F401
import pytest

from tests.support.starters import write_chinese_first


@pytest.fixture(autouse=True)
def hello(pytester: pytest.Pytester) -> Path:
    """A repository with one small hotline."""
    folder = pytester.path / "menus" / "hello"
    write_chinese_first(folder)
    return folder
