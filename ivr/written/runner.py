"""Plays written calls, and shows side by side where a call differs from what was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.calls.hotline_files import call_files, read_text
from ivr.calls.line import CallBroken, Heard, Item, Line
from ivr.menu.reading.problems import Problem
from ivr.menu.reading.validation import declare
from ivr.menu.reading.yaml import place, read
from ivr.storage.base import CallHistory
from ivr.written.choices import NotOffered
from ivr.written.model import (
    At,
    CallsFile,
    CallStep,
    Choose,
    Hears,
    HearsNot,
    Leaves,
    Press,
    Rings,
    Speak,
    Texted,
    TypesCode,
    Waits,
    WrittenCall,
)


@dataclass(slots=True)
class CallHarness:
    """One call ready to be played, with a view of its inside."""

    line: Line
    node: Callable[[], str]
    """Returns the node where the call waits."""
    history: Callable[[str], CallHistory | None]
    """Returns what the store has of a call, with its messages as their recipients read them."""
    secret: Callable[[], bool] = lambda: False
    """Returns whether the input that is asked for now must not be shown."""
    key_of: Callable[[str], str] = lambda _: ""
    """Returns the key of an option where the call waits. Raises :class:`~ivr.written.choices.NotOffered`."""
    close: Callable[[], None] = lambda: None
    ring: Callable[[str], Line] | None = None
    """Returns the line of a further call from a number, or from the same one: ``again``."""
    calls: list[str] = field(default_factory=list)
    """The earlier calls."""
    seconds: Callable[[], float] = lambda: 0.0
    """The clock of the calls. The default stands still."""

    @property
    def texts(self) -> list[str]:
        """All text messages so far, oldest first."""
        histories = [self.history(call) for call in (*self.calls, self.line.call)]
        return [message.body for history in histories if history for message in history.messages]

    @property
    def ending(self) -> str:
        """How the current call ended, or an empty text."""
        history = self.history(self.line.call)
        return history.record.ending if history else ""

    def ring_again(self, number: str) -> None:
        """Hang up if the call goes on, and ring again."""
        if self.ring is None:
            raise BadCall("here nobody can ring again")
        self.line.hang_up()
        self.calls.append(self.line.call)
        self.line = self.ring(number)
        self.line.start()


MakeHarness = Callable[[WrittenCall], CallHarness]


class BadCall(Exception):
    """A written call cannot be played. The text says why."""


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """One step of a written call, and what happened then."""

    written: str
    happened: tuple[Item, ...] = ()
    failure: str = ""
    seconds: float = 0.0
    """The time it took: speech, silence, ringing, recordings, slow services. A ``wait:`` takes none."""


@dataclass(slots=True)
class PlayedCall:
    """A written call after it was played."""

    file: str
    call: WrittenCall
    rows: list[PlayedStep] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        return [row.failure for row in self.rows if row.failure]

    @property
    def happened(self) -> list[Item]:
        return [item for row in self.rows for item in row.happened]

    @property
    def seconds(self) -> float:
        """How long the caller was on the line; 0 if the harness has no clock."""
        return sum(row.seconds for row in self.rows)

    @property
    def spoken_seconds(self) -> float:
        """How long the hotline spoke."""
        return sum(item.seconds for item in self.happened if isinstance(item, Heard))


def read_calls(folder: Path) -> tuple[list[tuple[str, WrittenCall]], list[Problem]]:
    """Return the written calls of a hotline with their files, and the problems of these files."""
    calls: list[tuple[str, WrittenCall]] = []
    names, problems = call_files(folder)
    for name in names:
        found, wrong = read_calls_file(folder / name, name)
        calls += [(name, call) for _, call in found]
        problems += wrong
    return calls, problems


def read_calls_file(path: Path, name: str) -> tuple[list[tuple[int, WrittenCall]], list[Problem]]:
    """Return the written calls of one file with their line numbers, and the problems of the file.

    Problems call the file ``name``.
    """
    text, problems = read_text(path, name)
    if problems:
        return [], problems
    section, problems = read(text, name)
    file = declare(CallsFile, section, name, "", problems) if section is not None else None
    if file is None:
        return [], problems
    return [(place(section, "calls", at).line, call) for at, call in enumerate(file.calls)], problems


def moment(call: WrittenCall, timezone: ZoneInfo) -> datetime:
    """Return the time when the caller rings."""
    return datetime.fromisoformat(call.at).replace(tzinfo=timezone)


def play(file: str, call: WrittenCall, make_harness: MakeHarness) -> PlayedCall:
    """Play one written call. A call goes on after a failed step, unless it is over."""
    played = PlayedCall(file, call)
    try:
        harness = make_harness(call)
    except BadCall as error:
        played.rows.append(PlayedStep("(rings)", failure=str(error)))
        return played
    try:
        playing = CallPlayer(harness, played.rows)
        playing.ring()
        for step in call.steps:
            playing.step(step)
        playing.end(call.ends)
    except CallBroken as error:
        played.rows.append(PlayedStep("", tuple(harness.line.take()), str(error)))
    finally:
        harness.close()
    return played


@dataclass(slots=True)
class CallPlayer:
    """A call that is being played, step by step. Any method may raise ``CallBroken``."""

    harness: CallHarness
    rows: list[PlayedStep] = field(default_factory=list)
    """The steps so far."""
    since: Sequence[Item] = ()
    """What happened since the caller's last action."""
    texts: int = 0
    """The number of messages that were asked about."""
    texts_before: int = 0
    """The number of messages of earlier calls."""

    def ring(self) -> None:
        before = self.harness.seconds()
        self.harness.line.start()
        self.since = self.harness.line.take()
        self.rows.append(PlayedStep("(rings)", tuple(self.since), seconds=self.harness.seconds() - before))

    def step(self, step: CallStep) -> None:
        """Let the caller do one thing, or check one thing."""
        if isinstance(step, Hears | HearsNot | At | Texted) or step == "nothing_texted":
            asked_about = self.texts if isinstance(step, Texted) else max(self.texts, self.texts_before)
            failure = _check(step, self.harness, self.since, asked_about)
            self.rows.append(PlayedStep(_written(step, secret=False), failure=failure))
            self.texts = len(self.harness.texts) if isinstance(step, Texted) else self.texts
            return
        before = self.harness.seconds()
        if isinstance(step, Rings):
            self.texts_before = len(self.harness.texts)
        row = _do(step, self.harness)
        self.since = row.happened
        took = 0.0 if isinstance(step, Waits) else self.harness.seconds() - before
        self.rows.append(replace(row, seconds=took))

    def end(self, ends: str | None) -> None:
        """Hang up if the call goes on, and check its ending. None accepts any ending."""
        line = self.harness.line
        if line.waiting != "nobody" and ends not in {None, "hung_up"}:
            failure = f"the call still waits for {line.waiting} at `{self.harness.node()}`"
            self.rows.append(PlayedStep(f"ends: {ends}", failure=failure))
            return
        line.hang_up()
        ending = self.harness.ending
        if ends and ending != ends:
            self.rows.append(PlayedStep(f"ends: {ends}", failure=f"the call ended as `{ending}`"))
        else:
            self.rows.append(PlayedStep(f"ends: {ending}", tuple(line.take())))


def _do(step: CallStep, harness: CallHarness) -> PlayedStep:
    """Let the caller do one thing."""
    line, written = harness.line, _written(step, secret=harness.secret())
    if isinstance(step, Rings):
        harness.ring_again(step.rings)
        return PlayedStep(written, tuple(harness.line.take()))
    if line.waiting == "nobody":
        return PlayedStep(written, failure="the call is over")
    match step:
        case Press(press=keys):
            line.press(keys)
        case Choose(choose=option):
            try:
                line.press(_ended(line, harness.key_of(option)))
            except NotOffered as error:
                return PlayedStep(written, failure=str(error))
        case Speak(say=text):
            line.speak(text)
        case Leaves(record=seconds):
            if line.waiting != "recording":
                return PlayedStep(written, failure="the hotline does not record here")
            line.record(seconds)
        case TypesCode(code=which):
            code = texted_code(harness.texts, which)
            if not code:
                return PlayedStep(written, failure="no code was texted that could be typed")
            line.press(code)
        case Waits(wait=seconds):
            line.pass_time(seconds)
        case "silence":
            line.silence()
        case "hang_up":
            line.hang_up()
    return PlayedStep(written, tuple(line.take()))


def _ended(line: Line, key: str) -> str:
    """Return a key, with the key that ends it where more may follow."""
    awaited = line.awaited
    is_whole = awaited is None or not awaited.finish or len(key) == awaited.length
    return key if is_whole or awaited is None else key + awaited.finish


_CODE = re.compile(r"(?<![\dA-Za-z])\d{6}(?![\dA-Za-z])")


def texted_code(texts: Sequence[str], which: str) -> str:
    """Return a texted code: the latest, the earlier one, or a wrong one. Return an empty text if there is none."""
    codes = [found for text in texts for found in _CODE.findall(text)]
    if which == "earlier":
        return codes[-2] if len(codes) > 1 else ""
    if which == "latest" or not codes:
        return codes[-1] if codes else ""
    return f"{(int(codes[-1]) + 1) % 1_000_000:06}"


def _check(step: CallStep, harness: CallHarness, since: Sequence[Item], texts: int) -> str:
    match step:
        case Hears(hears=parts):
            return _missing([parts] if isinstance(parts, str) else parts, _plain(since))
        case HearsNot(hears_not=part):
            return f"`{part}` was said" if _folded(part) in _plain(since) else ""
        case At(node=node):
            here = harness.node()
            return "" if here == node else f"the call is at `{here}`, not at `{node}`"
        case Texted(texted=parts):
            wanted, new = [parts] if isinstance(parts, str) else parts, harness.texts[texts:]
            found = any(all(part in text for part in wanted) for text in new)
            return "" if found else f"no new text message has `{'` and `'.join(wanted)}`"
        case "nothing_texted":
            return "a text message was written" if harness.texts[texts:] else ""
    raise AssertionError(step)


def _missing(parts: Sequence[str], heard: str) -> str:
    position = 0
    for part in parts:
        found = heard.find(_folded(part), position)
        if found < 0:
            return f"`{part}` was not heard" + (" at this place" if _folded(part) in heard else "")
        position = found + len(_folded(part))
    return ""


def _written(step: CallStep, *, secret: bool) -> str:
    """Return a step as it is written, such as `press: 1`. Keys and words that may be secret are masked."""
    if isinstance(step, str):
        return step
    ((key, value),) = step
    if secret and isinstance(step, Press):
        value = mask(step.press)
    elif secret and isinstance(step, Speak):
        value = "(not shown)"
    return f"{key}: {' … '.join(value) if isinstance(value, list) else value}"


def mask(keys: str, sign: str = "•") -> str:
    """Return keys with this sign for all but the final `#`."""
    digits = keys.removesuffix("#")
    return sign * len(digits) + keys[len(digits) :]


def _plain(items: Sequence[Item]) -> str:
    return _folded(" ".join(item.text for item in items if isinstance(item, Heard)))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def side_by_side(played: PlayedCall) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of a table: what was written, what happened, what failed."""
    for row in played.rows:
        happened = [item.text if isinstance(item, Heard) else f"({item.what})" for item in row.happened]
        yield row.written, "\n".join(happened), row.failure
