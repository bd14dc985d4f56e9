"""Swaps the keys of two options in the text of a menu, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ivr.menu.reading.draft import MENU_FILE
from ivr.menu.reading.yaml import Section, read


def swapped(sources: Mapping[str, str], include: list[str]) -> dict[str, str]:
    """Return the files of a hotline in which each menu has the keys of its first two options swapped.

    Options that change the language, and the words files, stay as they are.
    """
    return {
        name: _swapped(text, name) if name in {MENU_FILE, *include} else text
        for name, text in sources.items()
    }


def _swapped(text: str, name: str) -> str:
    section, _ = read(text, name)
    assert section is not None
    lines = text.split("\n")
    for menu, (one, other) in _pairs(section):
        for key, new in ((one, other), (other, one)):
            line, column = menu.keys_at[key]
            typed = lines[line - 1]
            assert typed[column - 1 :].startswith(f'"{key}"')
            lines[line - 1] = typed[: column - 1] + f'"{new}"' + typed[column + len(key) + 1 :]
    return "\n".join(lines)


def _pairs(section: Section) -> Iterator[tuple[Section, tuple[str, str]]]:
    """Yield each menu with the keys of two options, which are as long as each other, so that columns stay."""
    for node in section["nodes"].values():
        menu = node.get("menu", Section())
        keys = [key for key, option in menu.items() if "language" not in option and len(key) == 1]
        if len(keys) > 1:
            yield menu, (keys[0], keys[1])
