"""Sittings at the simulator on the demonstration hotline, for the tests of its face."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from ivr.channels.terminal.simulator import Simulator
from ivr.channels.terminal.transcript import Transcript
from ivr.cli.simulator_setup import CallSaver, local_simulator

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
MORNING = "2026-11-23T10:00"
SECRET = "1237"
"""The tail of the first customer's ID card."""


def sitting(*, trace: bool = False, interactive: bool = False) -> tuple[Simulator, io.StringIO]:
    """Return a simulator on a Monday morning, and what it prints."""
    out = io.StringIO()
    simulator = local_simulator(
        CallSaver(YUEBAO, Transcript(out), trace=trace, interactive=interactive), None, MORNING, None
    )
    return simulator, out


def typing(lines: Sequence[str], *, trace: bool = False, interactive: bool = False) -> list[str]:
    """Return what a sitting prints while these lines are typed."""
    simulator, out = sitting(trace=trace, interactive=interactive)
    simulator.run(lines)
    return [line.strip() for line in out.getvalue().splitlines()]
