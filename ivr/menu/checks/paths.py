"""Checks of where a call can go, and of what it knows there."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.menu.checks.templates import TemplateText
from ivr.menu.graph.flow import Flow
from ivr.menu.graph.knowledge import Knowledge
from ivr.menu.language.contract import Contract
from ivr.menu.language.nodes import ListeningNode, RunNode
from ivr.menu.language.options import target_of
from ivr.menu.language.scalars import SPECIAL_TARGETS
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.reading.draft import Draft
from ivr.menu.speech.templates import FACTS


def check_ways(draft: Draft, flow: Flow, texts: list[TemplateText]) -> None:
    """Note problems with the edges of the graph. Unreachable nodes are reported only if every edge is known."""
    before = len(draft.problems)
    _targets(draft, flow)
    all_good = draft.whole and flow.is_whole() and len(draft.problems) == before
    _loops(draft, flow)
    if all_good:
        _reach(draft, flow)
    knowledge = flow.knowledge()
    _variables(draft, flow, knowledge, texts)
    _actions(draft, flow, knowledge)
    _returns(draft, flow)


def _targets(draft: Draft, flow: Flow) -> None:
    for name, edges in flow.edges.items():
        for edge in edges:
            if edge.target in SPECIAL_TARGETS and edge.written:
                _special_target(draft, flow, name, edge.target, edge.path)
            elif edge.written:
                draft.check_target(name, edge.path, edge.target)
    for key, entry in flow.hotline.anywhere.items():
        draft.check_target("", ("anywhere", key), target_of(entry), ["back", "repeat"])


def _special_target(draft: Draft, flow: Flow, name: str, target: str, path: tuple[str | int, ...]) -> None:
    if target == "repeat" and not isinstance(flow.nodes[name], ListeningNode):
        draft.note(name, path, "`repeat` is for menus and entries", "name a node, or write `back`")
    if target == "return" and not draft.typed("identity"):
        what = "`return` leads back from the questions of identity, and the hotline has none"
        draft.note(name, path, what, "name a node, or add `identity:`")


def _loops(draft: Draft, flow: Flow) -> None:
    for loop in flow.fast_loops():
        way = [*loop[:_SHOWN_OF_A_LOOP], *(["…"] if len(loop) > _SHOWN_OF_A_LOOP else []), loop[0]]
        what = f"a loop in which nobody listens to the caller: {' → '.join(way)}"
        draft.note(loop[0], (), what, "put a menu or an entry into it, or lead it out", rule="E08")


_SHOWN_OF_A_LOOP = 6


def _reach(draft: Draft, flow: Flow) -> None:
    reachable = flow.reachable()
    ending = flow.can_end()
    for name in flow.nodes:
        if name not in reachable:
            remedy = "lead an option or a `then:` here, or delete it"
            draft.note(name, (), "no call can come here", remedy, rule="X01")
        elif name not in ending:
            what = "no ending can be reached from here by its own keys and ways"
            draft.note(name, (), what, "lead it to an `end`, a `transfer`, or `back`", rule="X01")


def _variables(
    draft: Draft, flow: Flow, knowledge: Mapping[str, Knowledge], texts: list[TemplateText]
) -> None:
    """Note each variable that may have no value where it is read."""
    begin = {*draft.typed("variables"), *FACTS}
    for text in texts:
        at = knowledge.get(text.node)
        if text.node and (at is None or _runs_unknown(flow, text.node)):
            continue
        own = flow.nodes[text.node].tells(str(text.path[0]), flow.contracts) if text.node else frozenset()
        wanted = text.uses.variables - begin - own - flow.secrets
        missing = [variable for variable in sorted(wanted) if at is None or not at.has(variable)]
        available = begin | own | (at.variables if at else frozenset()) if missing else set()
        for variable in missing:
            remedy = f"set it on every way to this node, or write `{variable} | default(…)`"
            what = f"`{variable}` may have no value here"
            draft.note(text.node, text.path, what, did_you_mean(variable, available, remedy), text.language)


def _runs_unknown(flow: Flow, name: str) -> bool:
    """Return whether a node runs an action that is not known, so that nobody knows what it tells either."""
    node = flow.nodes[name]
    return isinstance(node, RunNode) and node.run not in flow.contracts


def _actions(draft: Draft, flow: Flow, knowledge: Mapping[str, Knowledge]) -> None:
    """Note each action that may lack an input, or that runs below its level of identity."""
    for name, at in knowledge.items():
        node = flow.nodes[name]
        contract = flow.contracts.get(node.run) if isinstance(node, RunNode) else None
        if isinstance(node, RunNode) and contract:
            _inputs(draft, name, node, contract, at)
            if at.level < contract.needs:
                what = f"`{node.run}` is only for callers who are `{contract.needs.name}`"
                draft.note(name, ("run",), what, f"add `needs: {contract.needs.name}` to this node")


def _inputs(draft: Draft, name: str, node: RunNode, contract: Contract, at: Knowledge) -> None:
    for wanted, meaning in contract.inputs.items():
        if wanted not in node.with_ and wanted not in FACTS and not at.has(wanted):
            what = f"`{node.run}` needs `{wanted}` ({meaning.rstrip('.')}), which may have no value here"
            remedy = f"ask for it right before, or give it with `with: {{{wanted}: …}}`"
            draft.note(name, ("run",), what, remedy)


def _returns(draft: Draft, flow: Flow) -> None:
    for level_name, first in flow.hotline.identity.items():
        if first in flow.nodes and flow.nodes[first].needs == level_name:
            what = f"the questions that make a caller `{level_name}` ask for a `{level_name}` caller: they never begin"
            draft.note(first, ("needs",), what, "delete `needs:` here")
    for name, edge, level in flow.unproved_returns():
        what = f"`return` before the caller is `{level.name}`: the questions would begin again"
        draft.note(name, edge.path, what, "lead it to a human, or to an ending")
