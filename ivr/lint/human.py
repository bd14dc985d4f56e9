"""The human: how many keys and seconds away, at any hour, for callers of any age."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ivr.lint.patterns import pattern
from ivr.lint.registry import Finding, rule
from ivr.lint.subject import Subject
from ivr.menu.graph.flow import EdgeKind, closure
from ivr.menu.graph.routes import routes_to_human
from ivr.menu.language.nodes import AskNode, ListeningNode, SetNode, TransferNode, WaitsFor
from ivr.menu.speech.estimates import words

HUMAN_KEY = "0"


@rule("H01")
def zero_everywhere(subject: Subject, _limit: float) -> Iterator[Finding]:
    target = subject.tree.anywhere.get(HUMAN_KEY)
    if target is not None and subject.is_human(target):
        return
    without = [
        name
        for name, _ in subject.listening()
        if not any(
            edge.kind is EdgeKind.option
            and edge.name == HUMAN_KEY
            and edge.always_offered
            and subject.is_human(edge.target)
            for edge in subject.flow.edges[name]
        )
    ]
    remedy = f'add `"{HUMAN_KEY}": {subject.hotline.agent}` under `anywhere:`'
    if without and len(without) == len(list(subject.listening())):
        yield Finding("", ("anywhere",), f"`{HUMAN_KEY}` reaches no human at any menu", remedy)
        return
    for name in without:
        yield Finding(name, (), f"`{HUMAN_KEY}` reaches no human here", remedy)


@rule("H02")
def few_keys(subject: Subject, limit: float) -> Iterator[Finding]:
    """Count the keys to a human from the start, in the worst case."""
    start = subject.hotline.start
    route = subject.keys_to_human.get(start)
    if route is None:
        what = "not every call can press its way to a human from here"
    elif len(route.keys) > limit:
        what = f"a human is {len(route.keys)} keys away ({_in_words(route.keys)}), more than {limit:g}"
    else:
        return
    yield Finding(start, (), what, "offer the human on a key of the first menu")


_SHOWN_KEYS = 20


def _in_words(keys: Sequence[str]) -> str:
    """Return some keys as a message shows them: the first ones, if they are many."""
    return " ".join([*keys[:_SHOWN_KEYS], *(["…"] if len(keys) > _SHOWN_KEYS else [])])


@rule("H03")
def few_seconds(subject: Subject, limit: float) -> Iterator[Finding]:
    """Measure the way to a human from the start, in the worst case."""
    start = subject.hotline.start
    for language in subject.heard_at(start):
        route = routes_to_human(subject.ways[language]).get(start)
        if route is not None and route.seconds > limit:
            keys = f"by {_in_words(route.keys)}" if route.keys else "by silence"
            what = f"a human is {route.seconds:.1f} s away ({keys}), more than {limit:g} s"
            yield Finding(start, (), what, "announce the human sooner, or shorten the greeting", language)


_ELDER = re.compile(r"elder|senior|\bage\b|years_old|birth|\b(60|65|70)\b", re.IGNORECASE)


@rule("H04")
def older_callers(subject: Subject, limit: float) -> Iterator[Finding]:
    """Look for a human one key away, for everybody or at least on a branch for older callers."""
    start, keys = subject.hotline.start, subject.keys_to_human
    route = keys.get(start)
    if route is not None and len(route.keys) <= limit:
        return
    branches = [
        way.target
        for node in subject.tree.nodes.values()
        for way in node.ways(subject.hotline.agent)
        if _ELDER.search(way.condition)
    ]
    if not any(go in keys and len(keys[go].keys) <= limit for go in branches):
        what = f"nothing puts older callers through with {limit:g} {'key' if limit == 1 else 'keys'}"
        yield Finding(start, (), what, "branch on their age before the first menu, or offer 0 in it")


@rule("H05")
def ringing(subject: Subject, limit: float) -> Iterator[Finding]:
    for name, desk in subject.hotline.desks.items():
        if desk.ring > limit:
            what = f"the desk `{name}` rings for {desk.ring} s without a word, more than {limit:g} s"
            yield Finding("", ("desks", name, "ring"), what, f"write `ring: {limit:g}`")


@rule("H06")
def reason(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find transfers without a reason in a hotline that has asked for something."""
    asks = any(isinstance(node, AskNode | SetNode) for node in subject.tree.nodes.values())
    for name, node in subject.tree.nodes.items() if asks else ():
        reached = {before for before, edge in subject.into[name] if edge.kind is not EdgeKind.follow_up}
        if isinstance(node, TransferNode) and node.reason is None and reached:
            what = "the caller has been asked, and the human is told nothing"
            yield Finding(name, ("transfer",), what, "add `reason:` with what the call is about")


@rule("H07")
def closed(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Look at what follows a closed desk: its hours, another way, and a human for what is urgent."""
    hopeful = subject.leading_to(
        (name for name, node in subject.tree.nodes.items() if node.waits_for in _STOPS), _STOPS
    )
    hours_said = {language: _hours_said(subject, language) for language in subject.languages}
    for name, desk in subject.hotline.desks.items():
        if desk.closed is None:
            continue
        for language in subject.heard_at(desk.closed):
            if pattern("hours", language) and desk.closed not in hours_said[language]:
                what = f"`{desk.closed}` does not say when the desk `{name}` opens"
                yield Finding(desk.closed, ("say",), what, "say the hours", language)
        if desk.closed not in hopeful:
            what = f"when the desk `{name}` is closed, `{desk.closed}` only ends the call"
            remedy = "lead it to a voicemail, another desk or a menu"
            yield Finding("", ("desks", name, "closed"), what, remedy)
    for name, transfer in _never_sure(subject):
        what = f"urgent, and the desk `{transfer}` closes"
        remedy = "choose a desk that is always open, or lead `closed:` to one"
        yield Finding(name, ("transfer",), what, remedy, severity="error")


_STOPS = frozenset({WaitsFor.key, WaitsFor.entry, WaitsFor.recording, WaitsFor.desk})
"""Where a call waits for its caller or for a human."""


def _hours_said(subject: Subject, language: str) -> set[str]:
    """Return the nodes from which a call hears some opening hours before it waits for its caller or for a human."""
    hours = pattern("hours", language)
    own = subject.tree.speech[language].nodes
    saying = (
        name
        for name in subject.tree.nodes
        if hours and any(hours.search(words(prompt)) for prompt in (*own[name].say[:1], *own[name].end[:1]))
    )
    return subject.leading_to(saying, _STOPS)


def _never_sure(subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield the urgent transfers that may find no open desk, each with its desk.

    The open desk may be this one, the one after closing, or the one before.
    """
    desks, nodes = subject.hotline.desks, subject.tree.nodes
    transfers = {name: node for name, node in nodes.items() if isinstance(node, TransferNode)}
    always = [name for name, node in transfers.items() if desks[node.transfer].closed is None]
    leading_to_open = subject.leading_to(always, _STOPS)
    otherwise = _reached_otherwise(subject)
    for name, node in transfers.items():
        closed = desks[node.transfer].closed
        if node.urgent and closed is not None and closed not in leading_to_open and name in otherwise:
            yield name, node.transfer


def _reached_otherwise(subject: Subject) -> set[str]:
    """Return the nodes to which some way does not come from a desk that is always open and did not answer."""
    desks, nodes = subject.hotline.desks, subject.tree.nodes
    begin, onwards = {name for name, into in subject.into.items() if not into}, dict[str, list[str]]()
    for name, into in subject.into.items():
        for before, edge in into:
            origin = nodes[before]
            if isinstance(origin, TransferNode) and edge.kind is EdgeKind.follow_up:
                if desks[origin.transfer].closed is not None:
                    begin.add(name)
            elif isinstance(origin, ListeningNode):
                begin.add(name)
            else:
                onwards.setdefault(before, []).append(name)
    return closure(begin, lambda name: onwards.get(name, ()))
