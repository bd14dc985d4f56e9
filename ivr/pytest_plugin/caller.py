"""The fixture ``call``: a call that a test makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

import pytest

from ivr.calls.hotline_loader import MenuBroken, load_tree
from ivr.calls.line import CallBroken, Heard
from ivr.harness import DirectHarnesses, check_names
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.reading.problems import Problem
from ivr.menu.reading.validation import declare
from ivr.pytest_plugin.hotlines import NoHotline, harnesses_of, hotline_of
from ivr.pytest_plugin.telling import failure_sentence
from ivr.written.log_capture import Log, logged_to
from ivr.written.model import WrittenCall
from ivr.written.report import played_as_text
from ivr.written.runner import BadCall, CallPlayer, PlayedCall, PlayedStep

__tracebackhide__ = True  # pytest hides every frame of this module, so that a failure shows the test
_SAME = ("at", "language", "desks", "unavailable", "slow", "outcomes")
CALL_SETTINGS = {"caller": "from", **{name: name for name in _SAME}}
"""The settings of a call before it begins, and their keys in a written call."""

ALSO_CALLED = {"transfer": "transferred"}
"""Other words for endings."""


class NotAsWritten(AssertionError):
    """The call differs from what the test says. The text shows all of it."""

    __module__ = "builtins"  # pytest's line of summary then begins with the message, as for its own failures


def marked_call(config: pytest.Config, item: pytest.Item) -> Call:
    """Return the call of a test with the settings of its markers; the nearest one wins. A wrong marker fails the test."""
    try:
        given: dict[str, Any] = {}
        for marker in reversed(list(item.iter_markers("ivr"))):
            given |= _keywords(marker)
        call = Call(harnesses_of(config, hotline_of(config, given.pop("hotline", None))))
        call.begins(**given)
        return call
    except (BadCall, MenuBroken, NoHotline) as error:
        wrong = str(error)
    pytest.fail(wrong, pytrace=False)


def _keywords(marker: pytest.Mark) -> Mapping[str, Any]:
    if marker.args:
        raise BadCall('`pytest.mark.ivr` wants names: write `@pytest.mark.ivr(hotline="menus/yuebao")`')
    for name in marker.kwargs:
        if name not in {"hotline", *CALL_SETTINGS}:
            known = ("hotline", *CALL_SETTINGS)
            raise BadCall(f"`pytest.mark.ivr` has no `{name}`; {did_you_mean(name, known)}")
    return marker.kwargs


class Call:
    """A call on a hotline of its own, in memory. It begins with the first action or question.

    A difference raises an ``AssertionError`` that shows the call so far. A name that does not exist, such as an unknown
    node or desk, raises ``BadCall``.
    """

    def __init__(self, harnesses: DirectHarnesses) -> None:
        self._harnesses = harnesses
        self._tree = harnesses.tree or load_tree(harnesses.folder)
        self._settings: dict[str, Any] = {}
        self._playing: CallPlayer | None = None
        self._log: Log = []

    def __repr__(self) -> str:
        where = f"at `{self._playing.harness.node()}`" if self._playing else "not begun"
        return f"<call to {self._tree.name}, {where}>"

    # --- before it begins

    def begins(
        self,
        *,
        caller: str | None = None,
        at: str | None = None,
        language: str | None = None,
        desks: Mapping[str, str] | None = None,
        unavailable: Sequence[str] | None = None,
        slow: Mapping[str, float] | None = None,
        outcomes: Mapping[str, str | Sequence[str]] | None = None,
    ) -> None:
        """Set who rings and when, what happens at the desks, and what is wrong with the actions.

        ``caller`` is a number or ``withheld``. ``at`` is a time in the hotline's time zone, such as
        ``2026-11-23T10:00``. ``desks`` is such as ``{"service": "busy"}``. ``unavailable`` names actions whose service
        is down, ``slow`` gives the seconds of actions, and ``outcomes`` how they end. Other settings stay.
        """
        if self._playing:
            raise BadCall("the call has begun already: say this before anything is done with it")
        given = {
            "caller": caller,
            "at": at,
            "language": language,
            "desks": desks,
            "unavailable": unavailable,
            "slow": slow,
            "outcomes": outcomes,
        }
        self._settings |= {
            CALL_SETTINGS[key]: _plain(each) for key, each in given.items() if each is not None
        }
        self._written()

    # --- what the caller does

    def press(self, *keys: str) -> None:
        """Press keys: `press("1")`, `press("1237#")`. Several entries follow one another: `press("1", "3", "2")`."""
        for entry in keys:
            self._step({"press": entry})

    def choose(self, *options: str) -> None:
        """Press the key of an option, by its name or by what it is for: `choose("login", "reset_login")`."""
        for option in options:
            self._step({"choose": option})

    def silence(self) -> None:
        """Press and say nothing until the hotline goes on."""
        self._step("silence")

    def say(self, words: str) -> None:
        self._step({"say": words})

    def code(self, which: str = "latest") -> None:
        """Type a texted code: the `latest`, the `earlier` one, or a `wrong` one."""
        self._step({"code": which})

    def record(self, seconds: int) -> None:
        """Leave a recording of so many seconds. 0 says nothing."""
        self._step({"record": seconds})

    def wait(self, seconds: int) -> None:
        """Let time pass before the next action."""
        self._step({"wait": seconds})

    def hang_up(self) -> None:
        self._step("hang_up")

    def rings(self, number: str = "again") -> None:
        """Hang up if the call goes on, and ring again: from the same number (`again`), another one, or `withheld`."""
        self._step({"rings": number})

    # --- what must have happened

    def hears(self, *parts: str) -> None:
        """Fail unless these parts were heard in this order since the caller's last action."""
        self._step({"hears": list(parts)})

    def hears_not(self, *parts: str) -> None:
        """Fail if one of these parts was heard since the caller's last action."""
        for part in parts:
            self._step({"hears_not": part})

    def at_node(self, name: str) -> None:
        """Fail unless the call waits at this node."""
        self._step({"node": name})

    def texted(self, *parts: str) -> None:
        """Fail unless a message with all these parts was written since the last one that was asked about."""
        self._step({"texted": list(parts)})

    def nothing_texted(self) -> None:
        """Fail if a message was written since the last one that was asked about."""
        self._step("nothing_texted")

    def ends(self, how: str) -> None:
        """Fail unless the call has this ending: `completed`, `transferred` (or `transfer`), `farewell`, `hung_up`.

        With `hung_up`, a caller who is still on the line hangs up.
        """
        written = self._written(ends=ALSO_CALLED.get(how, how))
        playing = self._begin()
        self._live(lambda: playing.end(written.ends))

    # --- what can be asked

    @property
    def heard(self) -> str:
        """What was heard since the caller's last action, with a line for each sentence."""
        return "\n".join(item.text for item in self._begin().since if isinstance(item, Heard))

    @property
    def texts(self) -> list[str]:
        """All text messages so far, oldest first, as their recipients read them."""
        return self._begin().harness.texts

    @property
    def node(self) -> str:
        """The node where the call waits."""
        return self._begin().harness.node()

    @property
    def begun(self) -> bool:
        """Whether anything was done yet."""
        return self._playing is not None

    def transcript(self) -> str:
        """Return the call so far: what was done beside what happened."""
        return played_as_text(self._played())

    def close(self) -> None:
        """Hang up if the call goes on, and release everything."""
        if self._playing is None:
            return
        with logged_to(self._log), closing(self._playing.harness) as harness:
            harness.line.hang_up()

    # ---

    def _written(self, **keys: Any) -> WrittenCall:
        """Return a written call with these keys and the call's settings. Raises ``BadCall``."""
        section = {"call": "a test", "steps": ["silence"], **self._settings, **keys}
        problems: list[Problem] = []
        written = declare(WrittenCall, section, "", "", problems)
        if written is None:
            raise BadCall("\n".join(f"{problem.what}; {problem.remedy}" for problem in problems))
        try:
            check_names(written, self._tree)
        except BadCall as error:
            raise BadCall(str(error)) from None  # raised here, so that pytest shows the test
        return written

    def _begin(self) -> CallPlayer:
        """Ring, if that has not happened yet."""
        if self._playing is None:
            with logged_to(self._log):
                harness = self._harnesses(self._written())
            self._playing = playing = CallPlayer(harness)
            self._live(playing.ring)
        return self._playing

    def _step(self, step: object) -> None:
        declared = self._written(steps=[step]).steps[0]
        playing = self._begin()
        self._live(lambda: playing.step(declared))

    def _live(self, what: Callable[[], None]) -> None:
        """Do something on the call, and fail if the last row does."""
        assert self._playing is not None
        rows = self._playing.rows
        try:
            with logged_to(self._log):
                what()
        except CallBroken as error:
            rows.append(PlayedStep("", tuple(self._playing.harness.line.take()), str(error)))
        if rows[-1].failure:
            raise NotAsWritten(failure_sentence(self._played(), self._log))

    def _played(self) -> PlayedCall:
        rows = self._playing.rows if self._playing else []
        return PlayedCall("", self._written(), rows)


def _plain(value: object) -> object:
    """Return a test's value as plain mappings and lists. Later changes in the test do not affect them."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
