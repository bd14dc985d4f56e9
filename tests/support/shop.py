"""A hotline whose action a service does; nobody answers at the service's address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ivr import harness as harnesses
from ivr.actions.base import ActionResult

ACTIONS = """
services: {bank: {url: "http://127.0.0.1:9"}}
actions:
  pay:
    service: bank
    does: Pays.
    post: /pay
    inputs: {pin: the PIN}
    body: {pin: "{{ pin }}"}
    outcomes: {ok: {means: It is paid., status: 200, tells: {name: {path: name, means: the name}, x: {path: x, means: a number}}}}
"""
MENU = """
hotline: shop
languages: [en-US]
timezone: Asia/Shanghai
start: main
agent: agent
speech: true
anywhere: {"0": agent, "*": back, "9": repeat}
desks:
  service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}
nodes:
  main: {ask: pin, say: Please enter the pin of your phone., as: pin, then: sure}
  sure: {ask: yes_no, say: Shall I pay?, yes: go, no: bye}
  go: {run: pay, with: {pin: "1"}, outcomes: {ok: vip, unavailable: agent}}
  vip: {choose: [{if: "x == 7", go: bye}], else: more}
  more: {say: "Thank you, {{ name }}. That is paid.", menu: {"1": {for: a, go: bye}, "2": {for: b, go: bye2}}}
  bye2: {end: So long.}
  bye: {end: Goodbye.}
  agent: {say: One moment., transfer: service}
"""


def write(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the hotline into a folder, with some of its words changed."""
    menu = MENU
    for old, new in changes:
        assert old in menu
        menu = menu.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "menu.yaml").write_text(menu, encoding="utf-8")
    (folder / "actions.yaml").write_text(ACTIONS, encoding="utf-8")
    return folder


def answering(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the service answer, and return the actions that were really run."""
    ran: list[str] = []

    def run(name: str, *_others: Any) -> ActionResult:
        ran.append(name)
        return ActionResult("ok", {"name": "Zhang Wei", "x": 8})

    monkeypatch.setattr(harnesses, "perform", run)
    return ran
