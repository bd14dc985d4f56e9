"""Written calls as pytest items."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.calls.hotline_loader import MenuBroken
from ivr.pytest_plugin.hotlines import harnesses_of
from ivr.pytest_plugin.telling import failure_sentence
from ivr.written.log_capture import Log, logged_to
from ivr.written.model import WrittenCall
from ivr.written.runner import MakeHarness, play, read_calls_file


class CallsCollector(pytest.File):
    """A file of written calls."""

    def __init__(self, *, hotline: Path, **rest: Any) -> None:
        super().__init__(**rest)
        self.hotline = hotline

    def collect(self) -> Iterable[CallItem]:
        """Yield its calls. A mistake in the file or the menu looks as it does in `ivr test`."""
        name = self.path.relative_to(self.hotline).as_posix()
        calls, problems = read_calls_file(self.path, name)
        if problems:
            shown = os.path.relpath(self.hotline, self.config.invocation_params.dir)
            raise self.CollectError("\n".join(f"{shown}/{problem}" for problem in problems))
        try:
            harnesses = harnesses_of(self.config, self.hotline)
        except MenuBroken as error:
            raise self.CollectError(str(error)) from None
        titles = distinct(call.call for _, call in calls)
        for title, (line, call) in zip(titles, calls, strict=True):
            yield CallItem.from_parent(self, name=title, line=line, written=call, harnesses=harnesses)


def distinct(titles: Iterable[str]) -> Iterator[str]:
    """Yield distinct test names for these titles, without `::`, which pytest would split."""
    used: set[str] = set()
    for title in titles:
        plain = re.sub(":{2,}", ":", " ".join(title.split()))
        name, number = plain, 1
        while name in used:
            number += 1
            name = f"{plain} ({number})"
        used.add(name)
        yield name


class CallItem(pytest.Item):
    """One written call."""

    def __init__(self, *, line: int, written: WrittenCall, harnesses: MakeHarness, **rest: Any) -> None:
        super().__init__(**rest)
        self.line, self.written, self.harnesses = line, written, harnesses

    def runtest(self) -> None:
        log: Log = []
        with logged_to(log):
            played = play(self.path.name, self.written, self.harnesses)
        if played.failures:
            pytest.fail(failure_sentence(played, log), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the place of the call: its file, its line (from 0), its title."""
        return self.path, self.line - 1, self.name
