"""The edges that a menu writes itself. Drawings show them, and calls are counted on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from ivr.menu.graph.flow import Edge, EdgeKind, Flow
from ivr.menu.tree import Tree


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """One edge, as the menu writes it."""

    node: str
    """Its source. A desk is ``desk NAME``."""
    kind: str
    """``then``, ``key``, ``outcome``, ``case``, ``desk``, ``ring`` or ``after_tries``."""
    name: str
    """The key, the outcome, the condition, or the result of a transfer."""
    target: str
    """A node, a desk, or ``back``, ``repeat``, ``return``."""
    condition: str = ""
    """The condition of a key."""


def desk_box(name: str) -> str:
    """Return the name of a desk's box. No node can have this name."""
    return f"desk {name}"


def edges_of(tree: Tree) -> dict[str, list[DrawnEdge]]:
    """Return the edges that the menu writes, by node and by desk."""
    flow = Flow(tree.declared, tree.nodes, tree.contracts)
    found = {
        name: [drawn for edge in flow.edges[name] if (drawn := _edge(name, edge))] for name in tree.nodes
    }
    for name, node in tree.nodes.items():
        if node.desk is not None:
            found[name].insert(0, DrawnEdge(name, "ring", "", desk_box(node.desk)))
    for name, desk in tree.desks.items():
        box = desk_box(name)
        found[box] = [DrawnEdge(box, "desk", each, target) for each, target in desk.follow_ups.items()]
    return found


def _edge(name: str, edge: Edge) -> DrawnEdge | None:
    """Return the drawn edge of an edge, or None if the drawing shows it elsewhere or leaves it out."""
    match edge.kind:
        case EdgeKind.option:
            return DrawnEdge(name, "key", edge.name, edge.target, edge.condition)
        case EdgeKind.outcome | EdgeKind.case:
            return DrawnEdge(name, edge.kind.name, edge.name, edge.target)
        case EdgeKind.way if edge.name in {"then", "else"}:
            return DrawnEdge(name, edge.name, "", edge.target)
        case EdgeKind.way:
            return DrawnEdge(name, "outcome", edge.name, edge.target) if edge.written else None
        case EdgeKind.after_tries:
            return DrawnEdge(name, "after_tries", "", edge.target) if edge.written else None
        case EdgeKind.anywhere | EdgeKind.questions | EdgeKind.follow_up:
            return None
        case _:
            assert_never(edge.kind)
