"""The content of a node in a words file, with other words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from ivr.menu.translation.entries import Place, Shape, with_text


def with_values(old: Any, key: Place, values: Mapping[Place, tuple[Shape, str]]) -> Any:
    """Return a block's content with other words."""
    lone = isinstance(old, str)
    if old is None or lone:
        wanted = {place[2:] for place in values} if len(key) > 1 else set()
        if len(wanted) == 1 and next(iter(wanted)) in {("say",), ("end",)}:
            ((shape, text),) = values.values()
            made = with_text(None, shape, text)
            return made if isinstance(made, str) else {next(iter(wanted))[0]: made}
        raise_from = {"say": old} if lone else {}
        old = raise_from
    made = dict(old)
    for place, (shape, text) in values.items():
        at = made
        *above, last = place[len(key) :]
        if last == "hear":
            *above, option = above
            at = _inside(made, above)
            words = at.get(option)
            at[option] = {
                **(words if isinstance(words, dict) else {"for": words} if words else {}),
                "hear": text.split("\n"),
            }
        else:
            at = _inside(made, above)
            at[last] = with_text(at.get(last), shape, text)
    return made


def _inside(section: dict[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    for key in keys:
        section = section.setdefault(key, {})
    return section


def dumped(data: Any) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=False)


def plain(value: Any) -> Any:
    """Return what was typed as ordinary lists, dictionaries and texts."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return None if value is None else str(value)
