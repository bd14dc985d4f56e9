"""Options that a written call chooses by name."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.harness import DirectHarnesses
from ivr.written.model import WrittenCall
from ivr.written.runner import PlayedCall, play
from tests.support import bakery


@pytest.fixture(scope="module")
def harnesses(tmp_path_factory: pytest.TempPathFactory) -> DirectHarnesses:
    """Return harnesses of the bakery."""
    return DirectHarnesses(bakery.write(tmp_path_factory.mktemp("bakery")))


def played(harnesses: DirectHarnesses, *steps: Any, **keys: Any) -> PlayedCall:
    """Play a call of these steps."""
    call = WrittenCall.model_validate({"call": "a call", "steps": list(steps), **keys})
    return play("calls/some.yaml", call, harnesses)


@pytest.mark.parametrize(
    ("language", "steps", "node"),
    [
        ("zh-CN", ["order"], "order"),  # by its name
        ("zh-CN", ["订蛋糕"], "order"),  # by what it is for
        ("en-US", ["a cake"], "order"),  # in the language of the call
        ("en-US", ["A Cake"], "order"),
        ("zh-CN", ["English"], "main"),  # one that changes the language
        ("zh-CN", ["order", "main"], "main"),  # a key beside an entry, ended by `#`
        ("en-US", ["a cake", "no cake"], "main"),
        ("zh-CN", ["order", "agent"], ""),  # a key that works anywhere
        ("en-US", ["a person"], ""),
    ],
)
def test_an_option_is_chosen(harnesses: DirectHarnesses, language: str, steps: list[str], node: str) -> None:
    """By its name, or by what the caller hears of it; the call goes where its key leads."""
    checks = [{"node": node}] if node else []
    call = played(harnesses, *({"choose": each} for each in steps), *checks, language=language)
    assert call.failures == []
    assert node or call.rows[-1].written == "ends: transferred"


@pytest.mark.parametrize(
    ("steps", "failure"),
    [
        (["ordr"], "no option at `main` is called `ordr`; did you mean `order`?"),
        (["a cake"], "no option at `main` is called `a cake`; "),
        (["order", "订蛋糕"], "no option at `order` is called `订蛋糕`; "),
    ],
)
def test_an_option_that_is_not_there(harnesses: DirectHarnesses, steps: list[str], failure: str) -> None:
    """The step fails, and names what is there."""
    (told,) = played(harnesses, *({"choose": each} for each in steps)).failures
    assert told.startswith(failure)


def test_an_option_of_a_call_that_is_over(harnesses: DirectHarnesses) -> None:
    """It can no more be chosen than a key can be pressed."""
    assert played(harnesses, "hang_up", {"choose": "order"}).failures == ["the call is over"]
