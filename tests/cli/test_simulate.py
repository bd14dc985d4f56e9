"""`ivr simulate`, as it is typed."""

from __future__ import annotations

import pytest

from tests.support.command import YUEBAO, ivr


@pytest.mark.parametrize("caller", ["+12025550142", "+1 (202) 555-0142", "+1-202-555-0142"])
def test_a_calling_number_may_be_written_with_spaces(caller: str) -> None:
    """As people write it."""
    assert ivr("simulate", YUEBAO, "--from", caller).stdout.startswith("(+12025550142 rings yuebao")


def test_a_call_in_a_pipe() -> None:
    """A plain transcript; the end of the input hangs up, with status 0."""
    result = ivr("simulate", YUEBAO, "--at", "2026-11-23T10:00", typed="1\n\n4\n")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "(+8613800138000 rings yuebao, 2026-11-23 10:00 Monday)"
    assert [line for line in lines if line.startswith(">")] == ["> 1", "> (silence)", "> 4"]
    assert lines[-1] == "(call transferred)"
    assert "\x1b" not in result.stdout
