"""The keys of a menu by the names of its options: a test says where a caller goes, and not which keys lead there."""

from __future__ import annotations

from ivr.menu.language.nodes import ChooseNode, MenuNode, NodeBase
from ivr.menu.language.options import names_in
from ivr.menu.tree import Tree


def key_of(tree: Tree, node: str, option: str) -> str:
    """Return the key of the option that has this name at a node, or works anywhere."""
    offered = {name: key for key, name in names_in(tree.declared.anywhere).items()}
    offered |= {name: key for key, name in names_in(tree.nodes[node].options).items()}
    assert option in offered, f"no option at `{node}` is called `{option}`: {', '.join(offered)}"
    return offered[option]


def keys_to(tree: Tree, *options: str, start: str = "main") -> list[str]:
    """Return the keys of options that are chosen one after the other, the first one at ``start``.

    Between two of them the call goes on by itself, or asks for something: `keys_to(tree, "login", "reset_login")`. Where
    it goes on by a condition, its ``else`` comes first: most callers show their number.
    """
    keys, node = [], start
    for option in options:
        at = _place_of(tree, option, node)
        keys.append(key_of(tree, at, option))
        choice = tree.nodes[at].options.get(keys[-1])
        node = choice.go if choice else tree.anywhere[keys[-1]]
    return keys


def _place_of(tree: Tree, option: str, node: str) -> str:
    """Return the nearest node that offers an option, without another key; where there is none, it works anywhere."""
    nodes = [node]
    for each in nodes:
        here = tree.nodes[each]
        if option in names_in(here.options).values():
            return each
        if not isinstance(here, MenuNode):
            nodes += [way for way in _ways_on(tree, here) if way in tree.nodes and way not in nodes]
    return node


def _ways_on(tree: Tree, node: NodeBase) -> list[str]:
    """Return where a call goes on from a node without a key."""
    ways = [way.target for way in node.ways(tree.declared.agent) if way.path[0] != node.options_key]
    return ways[::-1] if isinstance(node, ChooseNode) else ways
