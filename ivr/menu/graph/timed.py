"""The edges of each node, with the seconds a caller listens before taking one, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from ivr.menu.graph.flow import Edge, EdgeKind, Flow
from ivr.menu.language.desks import Desk, FollowUp
from ivr.menu.language.nodes import AskNode, ListeningNode, MenuNode, Node, RecordNode
from ivr.menu.speech.estimates import seconds_of
from ivr.menu.speech.prompts import Prompt, pick
from ivr.menu.tree import Speech, Tree


@dataclass(frozen=True, slots=True)
class TimedEdge:
    """An edge, with the seconds from entering the node until it is taken."""

    target: str
    seconds: float
    keys: tuple[str, ...]
    """What is pressed: nothing, a key, or an entry and perhaps the key that confirms it."""
    edge: Edge


@dataclass(frozen=True, slots=True)
class TimedEdges:
    """The timed edges of every node of a tree, in the words of one language."""

    tree: Tree
    speech: Speech
    flow: Flow

    @classmethod
    def of(cls, tree: Tree, language: str, flow: Flow | None = None) -> TimedEdges:
        """Return the edges of a tree in a language. The graph is the same in all languages."""
        return cls(tree, tree.speech[language], flow or Flow(tree.declared, tree.nodes, tree.contracts))

    def said(self, name: str) -> float:
        return seconds_of(self.speech.nodes[name].say[:1])

    def heard(self, name: str) -> dict[str, float]:
        """Return the seconds until each announced key of a menu or an entry has been announced."""
        node, own = self.tree.nodes[name], self.speech.nodes[name]
        now = self.said(name) + seconds_of(self._yes_no(node))
        found = {}
        for key, prompt in zip(own.announces, own.announced, strict=True):
            now += seconds_of((prompt,))
            found[key] = now
        return found

    def whole(self, name: str) -> float:
        """Return the seconds of everything that a node says before it waits."""
        own = self.speech.nodes[name]
        return self.said(name) + seconds_of((*self._yes_no(self.tree.nodes[name]), *own.announced))

    def silent(self, name: str) -> float:
        """Return the seconds that a caller who never presses a key spends at a node, up to the last try."""
        node, own = self.tree.nodes[name], self.speech.nodes[name]
        if not isinstance(node, ListeningNode):
            return 0.0
        usual = self.speech.phrases["noinput" if isinstance(node, MenuNode) else "ask_noinput"]
        again = (*self._yes_no(node), *own.announced) + (own.say[:1] if isinstance(node, AskNode) else ())
        sorry = sum(
            seconds_of(pick(own.spoken["noinput"] or usual, number)) + seconds_of(again)
            for number in range(1, node.tries)
        )
        return self.whole(name) + sorry + node.timeout * node.tries

    def out(self, name: str) -> Iterator[TimedEdge]:
        """Yield the edges of a node, without the one to the questions of its ``needs:``, which come before the node."""
        node = self.tree.nodes[name]
        edges = [edge for edge in self.flow.edges[name] if edge.kind is not EdgeKind.questions]
        if isinstance(node, ListeningNode):
            heard = self.heard(name)
            for edge in edges:
                yield from self._listening(name, node, edge, heard)
        elif node.desk is not None:
            yield from self._desk(name, self.tree.desks[node.desk], edges)
        else:
            seconds = self.said(name) + (node.silence if isinstance(node, RecordNode) else 0)
            for edge in edges:
                yield TimedEdge(edge.target, seconds, (), edge)

    def _listening(
        self, name: str, node: MenuNode | AskNode, edge: Edge, heard: Mapping[str, float]
    ) -> Iterator[TimedEdge]:
        """Yield an edge of a menu or an entry, unless one of the node's own keys replaces it."""
        asked = self.said(name) + seconds_of(self._yes_no(node))
        # At an entry `#` ends what is typed, except for a single key.
        keys = (f"{edge.name}#",) if isinstance(node, AskNode) and node.ask != "yes_no" else (edge.name,)
        match edge.kind:
            case EdgeKind.option:
                yield TimedEdge(edge.target, heard.get(edge.name, asked), keys, edge)
            case EdgeKind.anywhere:
                if edge.name not in node.options:
                    yield TimedEdge(edge.target, heard.get(edge.name, self.whole(name)), keys, edge)
            case EdgeKind.after_tries:
                yield TimedEdge(edge.target, self.silent(name), (), edge)
            case EdgeKind.way:
                yield self._entered(name, node, edge, asked)
            case EdgeKind.case | EdgeKind.outcome | EdgeKind.follow_up | EdgeKind.questions:
                pass
            case _:
                assert_never(edge.kind)

    def _entered(self, name: str, node: MenuNode | AskNode, edge: Edge, asked: float) -> TimedEdge:
        """Return the edge that a good entry takes, with the key that confirms it."""
        assert isinstance(node, AskNode)
        single = node.ask == "yes_no"
        entry = ("2" if edge.name == "no" else "1") if single else f"‹{name}›"
        keys = (entry, "1") if node.read_back and not single else (entry,)
        return TimedEdge(edge.target, asked + self._read_back(node), keys, edge)

    def _desk(self, name: str, desk: Desk, edges: list[Edge]) -> Iterator[TimedEdge]:
        said = self.said(name)
        took = {FollowUp.closed: 0.0, FollowUp.no_answer: said + desk.ring}
        by_target: dict[str, float] = {}
        for follow_up, target in desk.follow_ups.items():
            seconds = took.get(follow_up, said)
            by_target[target] = min(seconds, by_target.get(target, seconds))
        for target, edge in {edge.target: edge for edge in edges}.items():
            yield TimedEdge(target, by_target[target], (), edge)

    def _yes_no(self, node: Node) -> tuple[Prompt, ...]:
        asks = isinstance(node, AskNode) and node.ask == "yes_no"
        return self.speech.phrases["yes_no"][:1] if asks else ()

    def _read_back(self, node: AskNode) -> float:
        if not node.read_back or node.ask == "yes_no":
            return 0.0
        return self.speech.patterns["read_back"].fill(value=_TYPICAL.get(node.ask, "1234")).seconds


_TYPICAL: Mapping[str, str] = {"phone": "13800138000", "date": "2026-11-24", "amount": "3000"}
"""An entry of usual length."""
