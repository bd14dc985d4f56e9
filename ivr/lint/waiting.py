"""Time: how long the machine waits for callers, and how long they wait for it."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.lint.registry import Finding, rule
from ivr.lint.subject import Subject
from ivr.menu.language.options import target_of

LEAST_TIMEOUT = 3
"""Seconds. With less, older callers never answer in time."""


@rule("T01")
def timeout(subject: Subject, limit: float) -> Iterator[Finding]:
    for name, node in subject.listening():
        if not LEAST_TIMEOUT <= node.timeout <= limit:
            what = f"waits {node.timeout} s for a key; {LEAST_TIMEOUT} to {limit:g} s are usual"
            yield Finding(name, ("timeout",), what, f"write `timeout: {min(5, limit):g}`")


@rule("T02")
def between_keys(subject: Subject, limit: float) -> Iterator[Finding]:
    """Find menus that wait long for a second digit. Twilio has one timer for both silences."""
    for name, node in subject.menus():
        if (node.wait or max(map(len, node.menu)) > 1) and node.timeout > limit:
            what = f"after a key it waits {node.timeout} s for another one, more than {limit:g} s"
            yield Finding(name, ("timeout",), what, f"write `timeout: {limit:g}`, or use keys of one digit")


@rule("T05")
def filler_in_time(subject: Subject, limit: float) -> Iterator[Finding]:
    for name, node in subject.tree.nodes.items():
        action = getattr(node, "run", "")
        times = subject.tree.times.get(action)
        if times is not None and times.wait > limit:
            silence = f"{times.wait:g} s while `{action}` goes on, more than {limit:g} s"
            what = f"a caller hears nothing for {silence}"
            yield Finding(name, ("run",), what, f"write `wait: {limit:g}` for the action in actions.yaml")


@rule("T08")
def repeatable(subject: Subject, _limit: float) -> Iterator[Finding]:
    everywhere = any(target_of(entry) == "repeat" for entry in subject.hotline.anywhere.values())
    menus = list(subject.menus())
    somewhere = any(option.go == "repeat" for _, node in menus for option in node.menu.values())
    if menus and not everywhere and not somewhere:
        yield Finding("", ("anywhere",), "no key says again what was said", 'add `anywhere: {"9": repeat}`')
