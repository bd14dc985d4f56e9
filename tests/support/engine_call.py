"""A call of the engine alone, driven like a telephone; between any two events its session goes through JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from textwrap import dedent, indent
from typing import Any, TypeVar

from ivr.engine.commands import Command, Gather, Hangup, Record, RunAction, Say, SendText, Transfer, nest
from ivr.engine.events import ActionFinished, ActionGoesOn, CallStarted, DigitsPressed, Event
from ivr.engine.session import Session
from ivr.engine.step import step
from ivr.menu.language.contract import Contract, Level, Outcome
from ivr.menu.loader import load
from ivr.menu.tree import Tree
from tests.support.call_driver import CallDriver

MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai."""
C = TypeVar("C", bound=Command)

CALLER = "+8613800138000"

CONTRACTS: Mapping[str, Contract] = {
    "news": Contract(
        "news",
        "Tells the news.",
        {"some": Outcome("There is some.", {"news": "Its words."}), "none": Outcome("There is none.")},
    ),
    "send_code": Contract(
        "send_code",
        "Sends a code.",
        {
            "sent": Outcome("It is sent.", {"minutes": "How long it lives."}, texts={"code": "Six digits."}),
            "rationed": Outcome("Not now."),
        },
    ),
    "send_text": Contract(
        "send_text",
        "Sends a message.",
        {"sent": Outcome("It is sent.", texts={}), "rationed": Outcome("Not now.")},
        inputs={"to": "The number."},
    ),
    "send_summary": Contract(
        "send_summary",
        "Sends the notes.",
        {"sent": Outcome("They are sent.", texts={})},
        inputs={"summary": "The notes."},
    ),
    "look_up": Contract(
        "look_up",
        "Finds an account.",
        {
            "found": Outcome("There is one.", {"holder": "Whose it is."}, raises=Level.known),
            "not_found": Outcome("There is none."),
        },
    ),
    "prove": Contract(
        "prove",
        "Compares the tail of the ID card.",
        {
            "ok": Outcome("It is right.", raises=Level.verified),
            "mismatch": Outcome("It is wrong."),
        },
        inputs={"tail": "Four characters."},
    ),
    "balance": Contract(
        "balance",
        "Tells the balance.",
        {"ok": Outcome("It is told.", {"amount": "Yuan."})},
        needs=Level.verified,
    ),
}

_FRAME = """
hotline: test
timezone: Asia/Shanghai
start: main
anywhere: {"0": agent, "*": back, "9": repeat}
phrases:
  noinput: [Silent once., Silent twice.]
  nomatch: [Wrong once., Wrong twice.]
  ask_noinput: [Nothing typed once., Nothing typed twice.]
  ask_nomatch: [Bad entry once., Bad entry twice.]
  unfinished: Only a part.
  giving_up: Giving up.
  too_long: Too long.
  top: Top already.
  internal_error: Trouble.
  farewell: Farewell.
  read_back: "Read back {value}."
  yes_no: Yes or no.
"""
_DESKS = """
desks:
  service: {number: "+8657100000001", ring: 20, busy: sorry, no_answer: sorry, failed: sorry}
"""
_NODES = {
    "agent": "agent: {say: Connecting., transfer: service}",
    "sorry": 'sorry: {say: Nobody answers., menu: {"1": {for: the menu, go: main}, "2": {for: goodbye, go: bye}}}',
    "bye": "bye: {end: Goodbye.}",
}


def tree_of(
    nodes: str,
    top: str = "",
    *,
    languages: str = "en-US",
    desks: str = _DESKS,
    contracts: Mapping[str, Contract] = CONTRACTS,
    words: str = "",
    without: Collection[str] = (),
) -> Tree:
    """Return the tree of a hotline whose nodes are these, with ``agent``, ``sorry`` and ``bye`` beside them.

    A node of one of those names replaces the usual one; those under ``without`` are left out. ``words`` are those of
    the second language's file.
    """
    own = dedent(nodes)
    usual = "\n".join(
        line for name, line in _NODES.items() if name not in without and f"\n{name}:" not in "\n" + own
    )
    frame = "\n".join(
        line for line in _FRAME.splitlines() if not ("anywhere:" in line and "anywhere:" in top)
    )
    menu = f"languages: [{languages}]\n{frame}\n{dedent(top)}\n{dedent(desks)}\nnodes:\n"
    sources = {"menu.yaml": menu + indent(own + "\n" + usual, "  ")}
    if words:
        second = languages.split(", ")[1]
        sources[f"prompts.{second}.yaml"] = f"language: {second}\n{dedent(words)}"
    loaded = load(sources, contracts)
    assert loaded.tree is not None, "\n".join(map(str, loaded.problems))
    return loaded.tree


class Call(CallDriver["Call"]):
    """One call of the engine: a driver whose answer is the call itself, so that steps are chained."""

    def __init__(
        self, tree: Tree, caller: str = CALLER, at: datetime = MONDAY_MORNING, *, language: str = ""
    ) -> None:
        self.tree, self.at = tree, at
        self.session = Session("CA1", tree.version, at)
        self.commands: list[Command] = []
        self.saved = ""
        self.happens(CallStarted(at, caller, "+8657100000000", language))

    # what happens

    def happens(self, event: Event) -> Call:
        """Take the call one event further, and see that the step was pure and ended as every turn must."""
        self.saved = self.session.to_json()
        loaded = Session.from_json(self.saved)
        self.session, commands = step(self.tree, loaded, event)
        assert loaded.to_json() == self.saved, "the given session was changed"
        assert step(self.tree, loaded, event) == (self.session, commands), "the same step had another result"
        self.commands = nest(commands)
        *before, last = self.commands
        assert all(isinstance(command, Say | SendText) for command in before)
        assert isinstance(last, Gather | RunAction | Transfer | Record | Hangup)
        return self

    def press(self, keys: str) -> Call:
        """Press keys; a ``#`` at the end of an entry finishes it."""
        digits = keys[:-1] if keys.endswith("#") and self.listens.finish == "#" else keys
        return self.happens(DigitsPressed(self.at, digits, keys[len(digits) :]))

    def finish(self, outcome: str, *, account: str | None = None, **results: Any) -> Call:
        """End the action that was asked for; it proves what its contract says."""
        action = self.action.action
        raises = CONTRACTS[action].all_outcomes()[outcome].raises
        return self.happens(ActionFinished(self.at, action, outcome, results, account, raises))

    def finish_with_text(
        self, outcome: str, to: str, secrets: Mapping[str, Any] | None = None, **results: Any
    ) -> Call:
        """End the action that was asked for with a message to this number."""
        action = self.action.action
        raises = CONTRACTS[action].all_outcomes()[outcome].raises
        return self.happens(
            ActionFinished(
                self.at,
                action,
                outcome,
                results,
                raises=raises,
                key="CA1/1/1",
                text_to=to,
                secrets=secrets or {},
            )
        )

    def finish_late(self, outcome: str, action: str, **results: Any) -> Call:
        """End an action that went on for some turns."""
        raises = CONTRACTS[action].all_outcomes()[outcome].raises
        return self.happens(
            ActionFinished(self.at, action, outcome, results, raises=raises, key=self.session.running)
        )

    def goes_on(self, key: str = "CA1/1/1") -> Call:
        """Let the action that was asked for take long."""
        return self.happens(ActionGoesOn(self.at, key))

    # what can be seen

    @property
    def heard(self) -> list[str]:
        """What was said after the last event."""
        return [
            utterance.text
            for command in self.commands
            if isinstance(command, Say | Gather)
            for utterance in command.utterances
        ]

    @property
    def node(self) -> str:
        """Where the call is."""
        return self.session.node

    @property
    def listens(self) -> Gather:
        """The present listening."""
        return self._last(Gather)

    @property
    def action(self) -> RunAction:
        """The action that is asked for."""
        return self._last(RunAction)

    @property
    def transfer(self) -> Transfer:
        """The transfer that is asked for."""
        return self._last(Transfer)

    @property
    def recording(self) -> Record:
        """The recording that is asked for."""
        return self._last(Record)

    @property
    def ending(self) -> str:
        """How the call ended."""
        return self._last(Hangup).ending

    @property
    def texts(self) -> list[SendText]:
        """The text messages of the last event."""
        return [command for command in self.commands if isinstance(command, SendText)]

    def hears(self, *texts: str) -> Call:
        """Check that exactly these were said after the last event, in this order."""
        assert self.heard == list(texts)
        return self

    def _last(self, kind: type[C]) -> C:
        last = self.commands[-1]
        assert isinstance(last, kind), last
        return last
