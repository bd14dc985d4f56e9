"""`ivr schema`, as it is typed."""

from __future__ import annotations

import json

import pytest

from tests.support.command import ivr


@pytest.mark.parametrize("kind", ["menu", "nodes", "prompts", "calls", "actions", "bulletins"])
def test_schemas_are_json(kind: str) -> None:
    """One of each kind of file."""
    assert json.loads(ivr("schema", kind).stdout)["$schema"].endswith("2020-12/schema")
