"""Plain data: what a session may hold and a store may keep, as JSON and back."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def is_plain(value: Any) -> bool:
    """Say whether a value is JSON's, a Decimal, a date or a datetime, or a list or table of these."""
    match value:
        case None | str() | bool() | int() | float() | Decimal() | date():
            return True
        case list() | tuple():
            return all(is_plain(each) for each in value)
        case dict():
            return all(isinstance(key, str) and is_plain(each) for key, each in value.items())
    return False


def _encode(value: Any) -> Any:
    match value:
        case Decimal():
            return {"$decimal": str(value)}
        case datetime():
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
    raise TypeError(f"a session holds plain data, not {type(value).__name__}")


to_json = json.JSONEncoder(default=_encode, ensure_ascii=False, separators=(",", ":")).encode
"""Plain data as one line of JSON. Raises TypeError for anything else."""


def from_json(text: str) -> Any:
    """Return what :func:`to_json` wrote."""
    return json.loads(text, object_hook=_decode if '"$' in text else None)


def _decode(data: dict[str, Any]) -> Any:
    if len(data) == 1:
        match data:
            case {"$decimal": str(text)}:
                return Decimal(text)
            case {"$datetime": str(text)}:
                return datetime.fromisoformat(text)
            case {"$date": str(text)}:
                return date.fromisoformat(text)
    return data
