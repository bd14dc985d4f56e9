"""Time: how long the machine waits for callers, and how long they wait for it."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.lint.registry import Finding, rule
from ivr.lint.subject import Subject
from ivr.menu.language.hotline import target_of

LEAST_TIMEOUT = 3
"""Seconds. With less, older callers never answer in time."""


@rule(
    "T01",
    "The machine waits long enough, and no longer",
    why="With less than three seconds slow hands never answer; after ten seconds of silence a caller thinks that the line is dead.",
    source="ISO/IEC 13714 (3 to 10 s); Twilio 5; Nuance 7; Genesys 10",
    severity="error",
    limit=10,
    unit="seconds of silence at most (at least 3)",
    before='main: {timeout: 2, menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
    after='main: {timeout: 6, menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
)
def timeout(subject: Subject, limit: float) -> Iterator[Finding]:
    for name, node in subject.listening():
        if not LEAST_TIMEOUT <= node.timeout <= limit:
            what = f"waits {node.timeout} s for a key; {LEAST_TIMEOUT} to {limit:g} s are usual"
            yield Finding(name, ("timeout",), what, f"write `timeout: {min(5, limit):g}`")


@rule(
    "T02",
    "Between two keys it waits shortly",
    why="In a menu with keys such as 1 and 12 a caller who pressed 1 waits this long before anything happens.",
    source="FreeSWITCH (2 s), Asterisk (5 s)",
    limit=5,
    unit="seconds",
    before='main: {timeout: 8, wait: true, menu: {"1": {for: orders, go: bye}, "12": {for: a person, go: agent}}}',
    after='main: {timeout: 4, wait: true, menu: {"1": {for: orders, go: bye}, "12": {for: a person, go: agent}}}',
)
def between_keys(subject: Subject, limit: float) -> Iterator[Finding]:
    """Find menus that wait long for a second digit. Twilio has one timer for both silences."""
    for name, node in subject.menus():
        if (node.wait or max(map(len, node.menu)) > 1) and node.timeout > limit:
            what = f"after a key it waits {node.timeout} s for another one, more than {limit:g} s"
            yield Finding(name, ("timeout",), what, f"write `timeout: {limit:g}`, or use keys of one digit")


rule(
    "T03",
    "A menu of single keys acts at once",
    why="Waiting for a second key that cannot come costs every caller seconds at every menu.",
    source="complaints of FreePBX and Surveda users",
    by="program",
    kept="A menu without keys of several digits listens to one key and acts on it.",
)
rule(
    "T04",
    "Half a second of quiet after an entry",
    why="Older callers need a moment to bring the telephone from the finger to the ear.",
    source="Avaya (older callers)",
    by="nobody",
    kept="Between a key and the answer lie the line and the server, which take about that; no menu says more.",
    severity="information",
)


_SLOW_ACTION = """
actions.yaml:
  services: {shop: {url: "https://shop.example.com"}}
  actions:
    stock:
      service: shop
      does: Tells what is in stock.
      get: /stock
      wait: 4
      outcomes: {ok: {means: It is known., status: 200}}
nodes:
  main: {run: stock, outcomes: {ok: bye, unavailable: agent}}
"""


@rule(
    "T05",
    "Nobody hears nothing",
    why="After three seconds of silence callers press keys, or hang up. While an action goes on the machine says so after "
    "1.5 s; `wait:` in actions.yaml may set another time.",
    source="ivrsworld.com; itellico (more than 3 s is poor)",
    limit=2,
    unit="seconds until the machine says that it goes on",
    before=_SLOW_ACTION,
    after=_SLOW_ACTION.replace("wait: 4", "wait: 1"),
)
def filler_in_time(subject: Subject, limit: float) -> Iterator[Finding]:
    for name, node in subject.tree.nodes.items():
        action = getattr(node, "run", "")
        times = subject.tree.times.get(action)
        if times is not None and times.wait > limit:
            silence = f"{times.wait:g} s while `{action}` goes on, more than {limit:g} s"
            what = f"a caller hears nothing for {silence}"
            yield Finding(name, ("run",), what, f"write `wait: {limit:g}` for the action in actions.yaml")


rule(
    "T06",
    "During a long wait something is said every few seconds",
    why="Music alone makes callers wonder whether they were forgotten.",
    source="Avaya; the sample queue of Amazon Connect",
    by="program",
    kept="While an action goes on, a sentence comes every few seconds until a human takes over. A desk's own queue is the desk's.",
)
rule(
    "T07",
    "A caller who is slow gets more time",
    why="Time that runs out without a warning shuts out whoever needs longer.",
    source="36 CFR 1194.23(d); USPS AS-508-A",
    by="program",
    kept="After each silence but the last the machine says so, and waits as long again; E02 sees to it that there is more than one try.",
)


@rule(
    "T08",
    "What was said can be heard again",
    why="Callers who use a relay, a hearing aid or a second language need a key that repeats.",
    source="36 CFR 1194.23(c); AS/NZS 4263",
    severity="information",
    before='main: {menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}',
    after="""
        anywhere: {"9": repeat}
        nodes:
          main: {menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}
        """,
)
def repeatable(subject: Subject, _limit: float) -> Iterator[Finding]:
    everywhere = any(target_of(entry) == "repeat" for entry in subject.hotline.anywhere.values())
    menus = list(subject.menus())
    somewhere = any(option.go == "repeat" for _, node in menus for option in node.menu.values())
    if menus and not everywhere and not somewhere:
        yield Finding("", ("anywhere",), "no key says again what was said", 'add `anywhere: {"9": repeat}`')
