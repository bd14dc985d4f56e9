"""`ivr card`, as it is typed."""

from __future__ import annotations

from pathlib import Path

from tests.support.command import ivr


def test_a_card_is_text_or_a_page(bakery: Path, tmp_path: Path) -> None:
    """Both say the same. The file's name chooses, if `--format` does not."""
    assert "营业时间：  1" in ivr("card", bakery).stdout
    path = tmp_path / "card.html"
    ivr("card", bakery, "--output", path)
    assert "<kbd>1</kbd>" in path.read_text(encoding="utf-8")
