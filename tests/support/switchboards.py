"""A switchboard over a folder that a test writes, with actions that only count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.bulletins import Bulletins
from ivr.calls.action_results import Actions
from ivr.calls.served_hotline import ServedHotline
from ivr.calls.turns import Switchboard
from ivr.demo.accounts import Accounts
from ivr.engine.commands import Command, Gather, Hangup, Record, Say, Transfer
from ivr.engine.events import CallStarted, Event
from ivr.engine.session import Session
from ivr.storage.attempts import Attempts
from ivr.storage.base import IN_MEMORY, CallHistory
from ivr.storage.sealing import Seal
from ivr.storage.sqlite import SqliteStore
from tests.support.bank import ACTIONS
from tests.support.call_driver import CallDriver

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday, 10:00 in Shanghai."""
CALLER = "+8613800138000"

MENU = """
hotline: test
languages: [en-US, zh-CN]
timezone: Asia/Shanghai
start: main
anywhere: {"0": agent, "*": back, "9": repeat}
variables: {topic: unknown}
limits: {turns: 6, seconds: 600}
phrases: {giving_up: Giving up., too_long: Too long., internal_error: Trouble., farewell: Farewell.}
desks:
  service: {number: "+8657100000001", busy: voicemail, no_answer: voicemail, failed: agent}
identity: {known: agent, verified: tail}
nodes:
  main:
    say: Hello.
    menu:
      "1": {for: an account, go: find}
      "2": {for: Chinese, language: zh-CN, go: find}
      "3": {for: a text, go: send}
      "4": {for: proof, go: tail}
      "5": {for: twice, go: find_twice}
  find: {run: find_account, outcomes: {found: found, not_found: main, unavailable: agent}}
  found: {say: "{{ 10 // 1 }} found.", then: done}
  done: {say: Done., menu: {"1": {for: the menu, go: main}, "2": {for: the end, go: bye}}}
  find_twice: {run: find_account, outcomes: {found: find, not_found: main, unavailable: agent}}
  send: {text: A text., then: find, unable: done, rationed: done}
  tail: {say: The tail?, ask: id_tail, as: id_tail, then: check}
  check:
    run: verify_identity
    outcomes: {ok: done, elsewhere: agent, mismatch: tail, locked: agent, frozen: agent, sim_changed: agent, unreachable: agent, unavailable: agent}
  agent: {say: Connecting., transfer: service, urgent: true, reason: "{{ topic }}"}
  voicemail: {say: Speak., record: voicemail, then: done, nothing: done}
  bye: {end: Goodbye.}
"""
CHINESE = """
language: zh-CN
phrases: {internal_error: 出了问题。}
nodes:
  main: {say: 您好。, menu: {find: 账户, send: 短信, tail: 核对, find_twice: 两次}}
  found: 找到了。
  done: {say: 好了。, menu: {main: 菜单, bye: 结束}}
  send: {text: 一条短信。}
  tail: 末四位？
  agent: 转接中。
  voicemail: 请讲。
  bye: {end: 再见。}
"""


def write_menu(folder: Path, menu: str = MENU, **files: str) -> Path:
    """Write a hotline into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "menu.yaml").write_text(dedent(menu), encoding="utf-8")
    (folder / "prompts.zh-CN.yaml").write_text(dedent(CHINESE), encoding="utf-8")
    (folder / "actions.yaml").write_text("python: ivr.demo.actions\n", encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    return folder


@dataclass
class Counting:
    """Actions that do nothing but be counted; ``before`` is called when one runs."""

    asked: list[ActionRequest] = field(default_factory=list)
    before: Callable[[ActionRequest], None] = lambda _asked: None
    outcome: ActionResult = field(default_factory=lambda: ActionResult("found", {}, "A1"))

    def __call__(
        self, name: str, _services: Services, asked: ActionRequest, _actions: Actions = ACTIONS
    ) -> ActionResult:
        """Run one; a message may always be sent."""
        if name == "send_text":
            return ActionResult("sent", text_to=str(asked.inputs["to"]))
        self.asked.append(asked)
        self.before(asked)
        return ActionResult("mismatch") if name == "verify_identity" else self.outcome


def words(_session: Session, commands: Sequence[Command]) -> bytes:
    """Render an answer as its words, one a line, and what it waits for."""
    lines = [
        utterance.text
        for command in commands
        if isinstance(command, Say | Gather)
        for utterance in command.utterances
    ]
    match commands[-1]:
        case Transfer(number=number):
            lines.append(f"[rings {number}]")
        case Record():
            lines.append("[records]")
        case Hangup(ending=ending):
            lines.append(f"[{ending}]")
    return "\n".join(lines).encode()


class SwitchboardCall(CallDriver[str]):
    """A call on a switchboard of its own: a driver whose answer is the words that were rendered."""

    def __init__(
        self,
        folder: Path,
        store: SqliteStore | None = None,
        *,
        call: str = "CA1",
        desk_numbers: Mapping[str, str] | None = None,
    ) -> None:
        self.store = store or SqliteStore(IN_MEMORY)
        self.actions = Counting()
        self.waits: list[float] = []
        services = Services(
            Accounts(":memory:", None), Bulletins.open(None), Attempts(":memory:"), Seal.random()
        )
        self.hotline = ServedHotline(folder, self.store, look_every=0.0)
        self.switchboard = Switchboard(
            self.hotline, self.store, services, desk_numbers or {}, self.actions, wait=self.waits.append
        )
        self.call, self.number, self.at = call, 0, AT
        self.start_event = CallStarted(AT, CALLER, "+8657100000000")

    def turn(
        self, number: int, event: Event, render: Callable[[Session, Sequence[Command]], bytes] = words
    ) -> str:
        """Ask for a turn, whichever it is."""
        return self.switchboard.take_turn(self.call, number, event, self.start_event, render).decode()

    def start(self) -> str:
        """Ring."""
        return self.happens(replace(self.start_event, at=self.at))

    def happens(self, event: Event) -> str:
        """Take the call one turn further."""
        answer = self.turn(self.number, event)
        self.number += 1
        return answer

    @property
    def history(self) -> CallHistory:
        """What is kept of the call."""
        history = self.store.call(self.call)
        assert history is not None
        return history
