"""An option with a condition beside its target is never counted on. Every tool learns of it from the edge."""

from __future__ import annotations

from dataclasses import replace

from ivr.diagrams.boxes import draw
from ivr.diagrams.card import make_card
from ivr.menu.graph.flow import Flow
from ivr.menu.graph.routes import routes_to_human
from ivr.menu.graph.timed import TimedEdges
from ivr.menu.language.nodes import MenuNode
from ivr.menu.language.options import Option
from ivr.menu.language.scalars import Condition
from ivr.menu.tree import Tree
from tests.support.engine_call import tree_of

MENU = """
    main: {menu: {"1": {for: news, go: news}, "2": {for: a person, go: agent}}, after_tries: bye}
    news: {say: There is no news., then: main}
"""


class ConditionalOption(Option):
    """An option as it would be with a condition."""

    when: Condition | None = None


def menu(when: str | None) -> Tree:
    """Return a menu whose way to the human has this condition."""
    tree = tree_of(MENU, 'anywhere: {"*": back}')
    main = tree.nodes["main"]
    assert isinstance(main, MenuNode)
    human = ConditionalOption(go="agent", **{"for": "a person"}, when=when)
    changed = main.model_copy(update={"menu": {**main.menu, "2": human}})
    return replace(tree, nodes={**tree.nodes, "main": changed})


def test_its_edge_knows_the_condition() -> None:
    """A condition that is a level is also required."""
    tree = menu("verified")
    edges = Flow(tree.declared, tree.nodes, tree.contracts).edges["main"]
    assert [(each.name, each.condition, each.requires.name, each.always_offered) for each in edges[:2]] == [
        ("1", "", "unknown", True),
        ("2", "verified", "verified", False),
    ]


def test_no_way_to_a_human_leads_over_it() -> None:
    """Whoever is not offered it would stay in the menu."""
    assert "main" in routes_to_human(TimedEdges.of(menu(None), "en-US"), fewest_keys=True)
    assert "main" not in routes_to_human(TimedEdges.of(menu("verified"), "en-US"), fewest_keys=True)


def test_the_card_leaves_it_out_and_the_drawing_shows_it() -> None:
    """A card is for everybody."""
    cards = [make_card(menu(when), "en-US") for when in (None, "verified")]
    assert [[goal.what for group in card.groups for goal in group.goals] for card in cards] == [
        ["news", "a person"],
        ["news"],
    ]
    assert "2 a person [verified]" in [arrow.label for arrow in draw(menu("verified"), "en-US").arrows]
