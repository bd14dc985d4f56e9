"""Prints a comparison for people: coloured on a terminal, plain in a pipe."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ivr.console import counted
from ivr.diff.changes import Change, Comparison, Heading
from ivr.diff.marks import Difference, differences

_COLOURS: dict[Difference, str] = {"same": "", "gone": "red strike", "new": "green"}
_SIGNS: dict[Difference, tuple[str, str]] = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}
"""The marks around words if there is no colour."""


MOST_CALLS_SHOWN = 10
"""The most written calls that are listed. If there are more, their number says enough."""


def summary(comparison: Comparison) -> str:
    """Return the number of differences, in a few words."""
    if comparison.problems:
        return "cannot be compared"
    noticed = [change for change in comparison.noticed if change.heading is not Heading.calls]
    others = len(comparison.changes) - len(comparison.noticed)
    calls = sum(
        len(change.figures["calls"]) for change in comparison.changes if change.heading is Heading.calls
    )
    grave = sum(change.grave for change in noticed)
    parts = [counted(len(noticed), "change") + (f" ({grave} marked !)" if grave else "")] if noticed else []
    if calls:
        parts.append(
            f"{counted(calls, 'written call')} that now {'goes' if calls == 1 else 'go'} another way"
        )
    parts = parts or ["nothing that a caller would notice"]
    return "; ".join([*parts, *([f"{counted(others, 'change')} for editors"] if others else [])])


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print all differences under their headings."""
    colour = console.is_terminal and not console.no_color
    title = f"{comparison.old} → {comparison.new}: {summary(comparison)}"
    _print(console, Text(title, style="bold" if colour else ""))
    for name, problems in comparison.problems:
        _print(console, Text(f"\n{name} has problems", style="bold red"))
        for problem in problems:
            _print(console, Text(f"  {problem}"))
    for heading, changes in comparison.under():
        style = "dim bold" if heading is Heading.editors else "bold"
        _print(console, Text(f"\n{heading.value}", style=style))
        for change in changes[: MOST_CALLS_SHOWN if heading is Heading.calls else None]:
            sign = Text("! " if change.grave else "  ", style="bold red")
            _print(console, sign + line(change, colour=colour))
        if heading is Heading.calls and len(changes) > MOST_CALLS_SHOWN:
            more = len(changes) - MOST_CALLS_SHOWN
            _print(console, Text(f"  … and {more} more; --format json has all of them"))


def _print(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True)


def line(change: Change, *, colour: bool) -> Text:
    """Return a change as one line. Changed words are marked."""
    if change.old is None or change.new is None:
        return Text(change.what + change.where)
    shown = Text(f"{change.what} ({change.language}): ")
    for mark, text in differences(*(words.replace("\n", " ⏎ ") for words in (change.old, change.new))):
        before, after = ("", "") if colour else _SIGNS[mark]
        shown.append(f"{before}{text}{after}", style=_COLOURS[mark] if colour else "")
    return shown
