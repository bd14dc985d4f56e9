"""What menus cost in seconds: broad against deep."""

from __future__ import annotations

import pytest

from ivr.lint.pricing import PRESS, Priced, best_split, expected, merged, nested, shares
from ivr.menu.language.nodes import MenuNode


def equal(number: int, seconds: float) -> list[Priced]:
    """Return options that equally many callers want, and that take equally long."""
    return [Priced(1 / number, seconds)] * number


def test_callers_hear_half_of_a_menu() -> None:
    """On average, where they want everything equally often."""
    assert expected(equal(5, 2.0)) == pytest.approx(6.0)
    assert expected([Priced(0.9, 2.0), Priced(0.1, 2.0)]) == pytest.approx(2.2)


def test_two_levels_cost_a_press() -> None:
    """Nine options of two seconds in three groups: four seconds of announcements twice, and the press between them."""
    groups, seconds = best_split(equal(9, 2.0), 5)
    assert groups == 3
    assert seconds == pytest.approx(4.0 + PRESS + 4.0)


@pytest.mark.parametrize(("seconds", "broad"), [(1.5, True), (2.5, False)])
def test_short_options_are_better_broad_and_long_ones_deep(seconds: float, *, broad: bool) -> None:
    """So no number of options is wrong by itself."""
    options = equal(9, seconds)
    assert (expected(options) < best_split(options, 5)[1]) is broad


def test_a_small_menu_is_dearer_than_its_options_one_level_higher() -> None:
    """The press is saved for all who want them, and the others wait a little longer."""
    upper, lower = equal(2, 2.0), equal(2, 2.0)
    assert nested(upper, 0, lower) == pytest.approx(3.0 + 0.5 * (PRESS + 3.0))
    assert nested(upper, 0, lower, said=4.0) == pytest.approx(3.0 + 0.5 * (PRESS + 4.0 + 3.0))
    assert merged(upper, 0, lower) == pytest.approx(0.5 * 2 + 0.25 * 4 + 0.25 * 6)  # the other one goes first


def test_shares_that_are_not_declared_are_what_is_left() -> None:
    """In equal parts; what is declared beyond a hundred is brought down to it."""

    def menu(*declared: int | None) -> MenuNode:
        options = {
            str(key): {"for": "x", "go": "a", **({} if share is None else {"share": share})}
            for key, share in enumerate(declared, 1)
        }
        return MenuNode.model_validate({"menu": options})

    assert shares(menu(None, None)) == {"1": 0.5, "2": 0.5}
    assert shares(menu(50, None, None)) == {"1": 0.5, "2": 0.25, "3": 0.25}
    assert shares(menu(100, 100)) == {"1": 0.5, "2": 0.5}
    assert shares(menu(0, 0)) == {"1": 0.0, "2": 0.0}
