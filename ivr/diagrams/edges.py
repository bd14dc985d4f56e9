"""The ways on that a menu writes: what the arrows of a drawing stand for, and what the records are counted on."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.menu.graph.flow import Edge, Flow
from ivr.menu.language.nodes import Node, TransferNode
from ivr.menu.tree import Tree


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """One way on, as the menu writes it."""

    node: str
    """Where it begins; a desk is ``desk NAME``."""
    kind: str
    """``then``, ``key``, ``outcome``, ``case``, ``desk``, ``ring`` or ``after_tries``."""
    name: str
    """The key, the outcome, the condition, or what became of the transfer."""
    target: str
    """A node, a desk, or ``back``, ``repeat``, ``return``."""


def desk_box(name: str) -> str:
    """Return the name of a desk's box: no node can be called so."""
    return f"desk {name}"


def ways_of(tree: Tree) -> dict[str, list[DrawnEdge]]:
    """Return the ways on that the menu writes, by node and by desk."""
    flow = Flow(tree.declared, tree.nodes, tree.contracts)
    found = {
        name: [way for edge in flow.edges[name] if (way := _way(name, node, edge))]
        for name, node in tree.nodes.items()
    }
    for name, node in tree.nodes.items():
        if isinstance(node, TransferNode):
            found[name].insert(0, DrawnEdge(name, "ring", "", desk_box(node.transfer)))
    for name, desk in tree.desks.items():
        box = desk_box(name)
        results = ("closed", "busy", "no_answer", "failed")
        found[box] = [
            DrawnEdge(box, "desk", result, target) for result in results if (target := getattr(desk, result))
        ]
    return found


def _way(name: str, node: Node, edge: Edge) -> DrawnEdge | None:
    """Return the way of an edge, unless it is told elsewhere: keys of ``anywhere``, identity, a desk's, the usual human."""
    match edge.path:
        case ("menu" | "keys", key, "go"):
            return DrawnEdge(name, "key", str(key), edge.target)
        case ("outcomes", outcome):
            return DrawnEdge(name, "outcome", str(outcome), edge.target)
        case ("choose", int(position), "go"):
            return DrawnEdge(name, "case", getattr(node, "choose")[position].if_, edge.target)  # noqa: B009
        case ("else",):
            return DrawnEdge(name, "else", "", edge.target)
        case ("then",):
            return DrawnEdge(name, "then", "", edge.target)
        case ("after_tries",) if edge.written:
            return DrawnEdge(name, "after_tries", "", edge.target)
        case ("yes" | "no" | "nothing" | "unable" | "rationed" | "unavailable" as result,) if edge.written:
            return DrawnEdge(name, "outcome", result, edge.target)
    return None
