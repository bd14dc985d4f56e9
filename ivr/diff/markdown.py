"""A comparison as Markdown, for a pull request."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ivr.console import counted
from ivr.diff.changes import Change, Comparison, Heading
from ivr.diff.marks import Difference, differences
from ivr.diff.report import summary

LONG = 10
"""A heading with more lines than this is folded."""
_TAGS: dict[Difference, tuple[str, str]] = {
    "same": ("", ""),
    "gone": ("<del>", "</del>"),
    "new": ("<ins>", "</ins>"),
}
_WARNING = "⚠️ "
_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_CALLING = re.compile(r"[@#](?=\w)|https?:(?=//)|www\.(?=\w)")
"""Text that becomes a link, or notifies somebody, without any markup. A word joiner after it prevents that."""
_CODE = re.compile(r"(`[^`\n]+`)")


def markdown(comparison: Comparison) -> str:
    """Return the page: headings, tables of words and of seconds, long lists folded."""
    parts = [f"## {escaped(comparison.old)} → {escaped(comparison.new)}", f"**{summary(comparison)}**"]
    for name, problems in comparison.problems:
        parts.append(f"### {escaped(name)} has problems")
        parts.append("\n".join(f"- {change_sentence(str(each))}" for each in problems))
    for heading, changes in comparison.under():
        body = list(_body(heading, changes))
        folded = len(body) > LONG or heading is Heading.editors
        text = "\n".join(body)
        if folded:
            title = counted(len(changes), "change")
            text = f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"
        parts += [f"### {heading.value}", text]
    return "\n\n".join(parts)


def _body(heading: Heading, changes: Sequence[Change]) -> Iterator[str]:
    if heading is Heading.goals:
        rows = [row for change in changes for row in _seconds(change)]
        yield from _table(("goal", "language", "before", "after", ""), rows)
        return
    words = [change for change in changes if change.old is not None and change.new is not None]
    others = [change for change in changes if change.old is None or change.new is None]
    for change in others:
        yield f"- {_WARNING if change.grave else ''}{change_sentence(change.what)}{change.where}"
    if words and others:
        yield ""
    if words:
        yield from _table(("words", "language", "before", "after"), [_words(change) for change in words])


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (titles, ["---"] * len(titles), *rows):
        yield f"| {' | '.join(row)} |"


def _words(change: Change) -> tuple[str, str, str, str]:
    laid = differences(change.old or "", change.new or "")
    before = "".join(_marked(mark, text) for mark, text in laid if mark != "new")
    after = "".join(_marked(mark, text) for mark, text in laid if mark != "gone")
    return change_sentence(change.what), change.language, before, after


def _marked(mark: Difference, text: str) -> str:
    begin, end = _TAGS[mark]
    return begin + escaped(text).replace("\n", "<br>") + end


def _seconds(change: Change) -> Iterator[tuple[str, ...]]:
    mark = _WARNING if change.grave else ""
    rows = [(each["goal"], *item) for each in change.figures["goals"] for item in each["languages"].items()]
    for goal, language, figures in rows:
        old, new = figures["old"], figures["new"]
        if figures["noticed"]:
            later = new["seconds"] - old["seconds"] if old and new else 0
            difference = f"{abs(later):.1f} s {'later' if later > 0 else 'sooner'}" if later else ""
            yield mark + change_sentence(goal), language, _route(old), _route(new), difference


def _route(figures: Mapping[str, Any] | None) -> str:
    return f"{change_sentence(figures['keys'])}: {figures['seconds']:.1f} s" if figures else "no way"


def escaped(words: str) -> str:
    """Return words that mean nothing to Markdown or HTML, and mention nobody: ``@name`` and ``#12`` are not links."""
    safe = html.escape(_SPECIAL.sub(r"\\\g<0>", words), quote=False)
    return _CALLING.sub("\\g<0>\u2060", safe)


def change_sentence(what: str) -> str:
    """Return a sentence of ours as Markdown. Names in backquotes stay code; the rest is escaped."""
    return "".join(
        part.replace("|", "\\|") if _CODE.fullmatch(part) else escaped(part) for part in _CODE.split(what)
    )
