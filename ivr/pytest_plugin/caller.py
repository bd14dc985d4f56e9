"""A call that a test makes: what the caller does, what they must hear, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

import pytest

from ivr.calls.line import CallBroken, Heard
from ivr.calls.served_hotline import MenuBroken, load_tree
from ivr.harness import DirectHarnesses, check_names
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.reading.problems import Problem
from ivr.menu.reading.validation import declare
from ivr.menu.tree import Tree
from ivr.pytest_plugin.hotlines import NoHotline, harnesses_of, hotline_of
from ivr.pytest_plugin.telling import Log, failure_sentence, logged_to
from ivr.written.model import WrittenCall
from ivr.written.report import played_as_text
from ivr.written.runner import BadCall, CallPlayer, PlayedCall, PlayedStep

CALL_SETTINGS = {
    "caller": "from",
    "at": "at",
    "language": "language",
    "desks": "desks",
    "unavailable": "unavailable",
    "slow": "slow",
    "outcomes": "outcomes",
}
"""What can be set before a call begins, and the key of a written call that says it."""

ALSO_CALLED = {"transfer": "transferred"}
"""Other words for how a call ends."""


class NotAsWritten(AssertionError):
    """The call went another way than the test says; the text shows all of it."""

    __module__ = (
        "builtins"  # so that pytest's one line of summary begins with what is wrong, as for its own failures
    )


def marked_call(config: pytest.Config, item: pytest.Item) -> Call:
    """Return the call of a test, as its markers say; the nearest marker wins. What is wrong with them fails the test."""
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
            raise BadCall(
                f"`pytest.mark.ivr` has no `{name}`; {did_you_mean(name, ('hotline', *CALL_SETTINGS))}"
            )
    return marker.kwargs


class Call:
    """A call on a hotline of its own, in memory. It begins when the first thing is done with it, or asked of it.

    What is not as the test says raises an ``AssertionError`` that shows the call so far; what can be no call at all (an
    ending, a node or a desk that does not exist) raises ``BadCall``.
    """

    def __init__(self, harnesses: DirectHarnesses) -> None:
        self._harnesses = harnesses
        self._tree = harnesses.tree or load_tree(harnesses.folder)
        self._settings: dict[str, Any] = {}
        self._playing: CallPlayer | None = None
        self._log: Log = []

    def __repr__(self) -> str:
        """Return where the call is; this does not begin it."""
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
        """Say who rings and when, what happens at the desks, and what is wrong with the actions.

        ``caller`` is a number or ``withheld``, ``at`` such as ``2026-11-23T10:00`` in the hotline's time zone,
        ``language`` the one in which it begins, ``desks`` such as ``{"service": "busy"}``; ``unavailable`` names actions
        whose service is down, ``slow`` how many seconds an action takes, ``outcomes`` how it ends. What is not said stays
        as it is.
        """
        __tracebackhide__ = True
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
            CALL_SETTINGS[name]: _plain(value) for name, value in given.items() if value is not None
        }
        self._written()

    # --- what the caller does

    def press(self, *keys: str) -> None:
        """Press keys: `press("1")`, `press("1237#")`; several entries, one after the other: `press("1", "3", "2")`."""
        __tracebackhide__ = True
        for entry in keys:
            self._step({"press": entry})

    def silence(self) -> None:
        """Say and press nothing until the hotline goes on."""
        __tracebackhide__ = True
        self._step("silence")

    def say(self, words: str) -> None:
        """Say something."""
        __tracebackhide__ = True
        self._step({"say": words})

    def code(self, which: str = "latest") -> None:
        """Type a code that was texted: the `latest`, the `earlier` one, or a `wrong` one."""
        __tracebackhide__ = True
        self._step({"code": which})

    def record(self, seconds: int) -> None:
        """Leave a recording of so many seconds; 0 says nothing."""
        __tracebackhide__ = True
        self._step({"record": seconds})

    def wait(self, seconds: int) -> None:
        """Let time go by before the next thing is done."""
        __tracebackhide__ = True
        self._step({"wait": seconds})

    def hang_up(self) -> None:
        """Hang up."""
        __tracebackhide__ = True
        self._step("hang_up")

    def rings(self, number: str = "again") -> None:
        """Hang up, if the call goes on, and ring anew: `again` as before, or from another number, or `withheld`."""
        __tracebackhide__ = True
        self._step({"rings": number})

    # --- what must have happened

    def hears(self, *parts: str) -> None:
        """Fail unless these parts of sentences, in this order, were heard since the last thing that was done."""
        __tracebackhide__ = True
        self._step({"hears": list(parts)})

    def hears_not(self, *parts: str) -> None:
        """Fail if one of these parts of sentences was heard since the last thing that was done."""
        __tracebackhide__ = True
        for part in parts:
            self._step({"hears_not": part})

    def at_node(self, name: str) -> None:
        """Fail unless the call waits at this node."""
        __tracebackhide__ = True
        self._step({"node": name})

    def texted(self, *parts: str) -> None:
        """Fail unless a message with all these parts was written since the last one that was asked about."""
        __tracebackhide__ = True
        self._step({"texted": list(parts)})

    def nothing_texted(self) -> None:
        """Fail if a message was written since the last one that was asked about."""
        __tracebackhide__ = True
        self._step("nothing_texted")

    def ends(self, how: str) -> None:
        """Fail unless the call has ended like this: `completed`, `transferred` (or `transfer`), `farewell`, `hung_up`.

        For `hung_up` a caller who is still on the line hangs up.
        """
        __tracebackhide__ = True
        written = self._written(ends=ALSO_CALLED.get(how, how))
        playing = self._begin()
        self._live(lambda: playing.end(written.ends))

    # --- what can be asked

    @property
    def heard(self) -> str:
        """What was heard since the last thing that was done, a sentence a line."""
        __tracebackhide__ = True
        return "\n".join(item.text for item in self._begin().since if isinstance(item, Heard))

    @property
    def texts(self) -> list[str]:
        """Every text message so far, as its recipient reads it, the earliest first."""
        __tracebackhide__ = True
        return self._begin().harness.texts

    @property
    def node(self) -> str:
        """The node at which the call waits."""
        __tracebackhide__ = True
        return self._begin().harness.node()

    @property
    def begun(self) -> bool:
        """Whether anything was done yet."""
        return self._playing is not None

    def transcript(self) -> str:
        """Return the call so far, what was done beside what happened."""
        return played_as_text(self._played())

    def close(self) -> None:
        """Hang up, if the call goes on, and put everything away."""
        if self._playing is None:
            return
        with logged_to(self._log), closing(self._playing.harness) as harness:
            harness.line.hang_up()

    # ---

    def _written(self, **keys: Any) -> WrittenCall:
        """Return a written call with these keys and the call's settings. Raises ``BadCall``."""
        __tracebackhide__ = True
        section = {"call": "a test", "steps": ["silence"], **self._settings, **keys}
        try:
            return _declared(section, self._tree)
        except BadCall as error:
            wrong = str(error)
        raise BadCall(wrong)  # from here, so that pytest shows the test and not how it was found out

    def _begin(self) -> CallPlayer:
        """Ring, unless that is done."""
        __tracebackhide__ = True
        if self._playing is None:
            with logged_to(self._log):
                harness = self._harnesses(self._written())
            self._playing = playing = CallPlayer(harness)
            self._live(playing.ring)
        return self._playing

    def _step(self, step: object) -> None:
        __tracebackhide__ = True
        declared = self._written(steps=[step]).steps[0]
        playing = self._begin()
        self._live(lambda: playing.step(declared))

    def _live(self, what: Callable[[], None]) -> None:
        """Let something happen on the call, and fail where it is not as the test says."""
        __tracebackhide__ = True
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


def _declared(section: Mapping[str, Any], tree: Tree) -> WrittenCall:
    problems: list[Problem] = []
    written = declare(WrittenCall, section, "", "", problems)
    if written is None:
        raise BadCall("\n".join(f"{problem.what}; {problem.remedy}" for problem in problems))
    check_names(written, tree)
    return written


def _plain(value: object) -> object:
    """Return what a test gave as YAML would: mappings and lists of their own, which no later change in the test reaches."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
