"""Prints the coverage of written calls: as a table, as JSON, and as a sentence if a demand is not met."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from ivr.console import plain_table, print_rich
from ivr.written.coverage import DIMENSIONS, CoverageItem, CoverageRow
from ivr.written.model import Choose, GivenOutcome, Leaves, Press, TypesCode, Waits, WrittenCall

SHOWN = 10
"""The most missing items that are listed without ``--missing``."""
USUAL_DEMAND = ("nodes", "options", "outcomes")
"""The dimensions of a ``--fail-under`` without a name."""


def shown_percent(row: CoverageRow) -> str:
    """Return a rounded percentage. It is 100 only if nothing is missing."""
    return f"{math.floor(row.percent)} %"


def print_rows(rows: Sequence[CoverageRow]) -> None:
    """Print a table with a line for each dimension."""
    table = plain_table("coverage", "covered", "of", "", "")
    table.columns[1].justify = table.columns[2].justify = "right"
    for row in rows:
        style = "green" if not row.missing else "yellow"
        never = f"; {len(row.unreachable)} more that no caller reaches" if row.unreachable else ""
        table.add_row(
            Text(row.dimension),
            Text(str(row.covered)),
            Text(str(len(row.items))),
            Text(shown_percent(row).rjust(5), style=style),
            Text(DIMENSIONS[row.dimension].means + never, style="dim"),
        )
    print_rich(table)


def print_missing(rows: Sequence[CoverageRow], keys: Mapping[CoverageItem, str], *, most: int | None) -> None:
    """Print the missing items with the keys to them, and then the items that no caller can reach.

    ``most`` limits both lists. None lists everything, also unreachable sentences of the machine itself.
    """
    missing = [item for row in rows for item in row.missing]
    never = [item for row in rows for item in row.unreachable if item.node or most is None]
    _print_items("missing", missing, keys, most)
    _print_items("no caller reaches", never, {}, most)


def _print_items(
    title: str, items: Sequence[CoverageItem], keys: Mapping[CoverageItem, str], most: int | None
) -> None:
    if not items:
        return
    table = plain_table()
    for _ in range(3):
        table.add_column(overflow="fold")
    for item in items[:most]:
        table.add_row(Text(f"  {item.dimension}"), Text(str(item)), Text(keys.get(item, ""), style="dim"))
    print_rich(Text(f"{title}:", style="bold"), table)
    if most is not None and len(items) > most:
        print_rich(Text(f"  and {len(items) - most} more; `--missing` lists all", style="dim"))


# --- the keys


def keys_on_one_line(call: WrittenCall) -> str:
    """Return the caller's part of a call, and what the world must do: ``1 3 (silence)  [service busy]``."""
    done = " ".join(_done(call)) or "(rings)"
    world = "; ".join(_world(call))
    return f"{done}  [{world}]" if world else done


def _done(call: WrittenCall) -> Iterator[str]:
    for step in call.steps:
        match step:
            case Press(press=keys):
                yield keys
            case Choose(choose=option):
                yield f"({option})"
            case TypesCode(code=which):
                yield f"({which} code)"
            case Leaves(record=seconds):
                yield f"(records {seconds} s)"
            case Waits(wait=seconds):
                yield f"(waits {seconds} s)"
            case "silence" | "hang_up":
                yield f"({step.replace('_', 's ')})"


def _world(call: WrittenCall) -> Iterator[str]:
    if call.from_:
        yield f"from {call.from_}"
    if call.at != WrittenCall.model_fields["at"].default:
        yield f"at {call.at}"
    yield from (f"{desk} {answer}" for desk, answer in call.desks.items())
    yield from (f"{action} unavailable" for action in call.unavailable)
    yield from (f"{action} takes {seconds:g} s" for action, seconds in call.slow.items())
    for action, given in call.outcomes.items():
        ends = given if isinstance(given, list) else [given]
        yield f"{action} {', then '.join(map(_given, ends))}"


def _given(given: GivenOutcome) -> str:
    if isinstance(given, str):
        return given
    ((outcome, values),) = given.items()
    return f"{outcome} ({', '.join(f'{name} {value}' for name, value in values.items())})"


# --- data, and demands


def coverage_data(rows: Sequence[CoverageRow], keys: Mapping[CoverageItem, str]) -> dict[str, Any]:
    """Return the coverage for JSON."""
    return {
        row.dimension: {
            "covered": row.covered,
            "all": len(row.items),
            "percent": round(row.percent, 2),
            "missing": [_item(item, keys) for item in row.missing],
            "unreachable": [_item(item, {}) for item in row.unreachable],
        }
        for row in rows
    }


def _item(item: CoverageItem, keys: Mapping[CoverageItem, str]) -> dict[str, str]:
    fields = {"node": item.node, "what": item.what, "language": item.language, "keys": keys.get(item, "")}
    return {name: text for name, text in fields.items() if text}


def demands(written: Sequence[str]) -> dict[str, float]:
    """Return the least percentage of each dimension from ``--fail-under``. Raises ``ValueError``."""
    found: dict[str, float] = {}
    for each in written:
        name, equals, number = each.rpartition("=")
        if equals and name not in DIMENSIONS:
            raise ValueError(f"--fail-under: there is no `{name}`; there are {', '.join(DIMENSIONS)}")
        try:
            percent = float(number.removesuffix("%"))
        except ValueError:
            percent = -1
        if not 0 <= percent <= 100:
            raise ValueError(f"--fail-under: `{each}` is no percentage; write it like 100 or noinput=90")
        found |= dict.fromkeys((name,) if equals else USUAL_DEMAND, percent)
    return found


def too_low(rows: Sequence[CoverageRow], demanded: Mapping[str, float]) -> list[str]:
    """Return a sentence for each dimension below its demand."""
    return [
        f"{row.dimension}: {row.covered} of {len(row.items)} covered ({row.percent:.1f} %), "
        f"{demanded[row.dimension]:g} % are demanded"
        for row in rows
        if row.percent < demanded.get(row.dimension, 0)
    ]
