"""The tree as a whole: every way ends well, and the carrier accepts every text."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.lint.registry import Finding, in_words, rule
from ivr.lint.subject import Subject
from ivr.menu.graph.flow import EdgeKind
from ivr.menu.language.scalars import SPECIAL_TARGETS
from ivr.menu.speech.estimates import words

rule(
    "X01",
    "Every node can be reached, and leads to an ending",
    why="A node that nobody reaches is a forgotten promise; one without an ending is a trap.",
    source="graph theory",
    by="check",
    kept="Both are errors of `ivr check`; `ivr explore` walks every call through the real machine.",
    before="main: {say: Hello., then: bye}\nlost: {say: Nobody hears this., then: bye}",
    after="main: {say: Hello., then: lost}\nlost: {say: Everybody hears this., then: bye}",
)


@rule(
    "X02",
    "A fault leads to a human",
    why="When our own machinery fails, the caller has done nothing wrong. A human must do what they wanted.",
    source="engineering",
    severity="error",
    before="main: {run: find_account, outcomes: {found: bye, not_found: bye, unavailable: sorry}}\nsorry: {say: It is broken., then: bye}",
    after="main: {run: find_account, outcomes: {found: bye, not_found: bye, unavailable: sorry}}\nsorry: {say: It is broken., then: agent}",
)
def after_a_fault(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find outcomes `unavailable` after which no key leads to a human."""
    humans = subject.keys_to_human
    for name, edges in subject.flow.edges.items():
        for edge in edges:
            failed = edge.name == "unavailable" and edge.kind in {EdgeKind.outcome, EdgeKind.way}
            if not failed or not edge.written or edge.target in humans:
                continue
            if not _leads_back(subject, edge.target):
                what = f"when it fails `{edge.target}` follows, and from there no human can be reached"
                yield Finding(name, edge.path, what, "lead it to the human, or to a menu")


def _leads_back(subject: Subject, target: str) -> bool:
    """Return whether a call goes back to where it came from."""
    seen: set[str] = set()
    while target in subject.tree.nodes and target not in seen:
        seen.add(target)
        target = subject.only_way(target) or ""
    return target in SPECIAL_TARGETS


rule(
    "X03",
    "The last resort needs nothing of ours",
    why="When the server or its store is down the carrier still asks for a document.",
    source="Twilio (fallback URL)",
    by="program",
    kept="`/voice/fallback` answers with an apology, a human's number and goodbye, without menu, store or audio.",
)

LONGEST_SPOKEN_TEXT = 4096


@rule(
    "X04",
    "No text is longer than the carrier takes",
    why="A voice refuses what is too long, and the caller hears nothing. The size of a whole document the program watches itself.",
    source="Twilio; pBread/twiml-size-validator",
    severity="error",
    limit=LONGEST_SPOKEN_TEXT,
    unit="characters of one text",
    before="main: {say: " + "'" + "Hello. " * 600 + "', then: bye}",
    after="main: {say: Hello., then: bye}",
)
def text_length(subject: Subject, limit: float) -> Iterator[Finding]:
    for said in subject.said:
        length = len(words(said.prompt))
        if length > limit:
            what = f"a text of {length} characters, more than {limit:g}"
            yield in_words(said, what, "divide it over several nodes")


rule(
    "X05",
    "Keys that are pressed early are not lost",
    why="Callers who know the menu press their key while the greeting is still being said.",
    source="Twilio; the documentation of Amazon Connect",
    by="program",
    kept="What may be interrupted is said inside the listening; only `barge_in: false`, which is for legal wording, is not.",
)
rule(
    "X06",
    "Silence never drops the call",
    why="A listening that nothing follows hangs up when nobody presses a key.",
    source="ivr-phone-tree-python; Twilio (actionOnEmptyResult)",
    by="program",
    kept="Every listening reports silence as it reports a key; the counters of E01 take it from there.",
)
