"""A pytest plugin that runs the tests named in a file, in the order of that file, and no others.

Names on the command line would be an error where a mutant changes what a test is called, and would count as a kill.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the wanted tests: those of whole files, then the named ones."""
    wanted = json.loads(Path(os.environ["IVR_MUTANTS_TESTS"]).read_text(encoding="utf-8"))
    order = {test: place for place, test in enumerate(wanted["tests"])}
    whole = [item for item in items if item.nodeid.partition("::")[0] in wanted["files"]]
    named = [item for item in items if item not in set(whole) and item.nodeid in order]
    items[:] = sorted(named, key=lambda item: order[item.nodeid]) + whole if named else whole
