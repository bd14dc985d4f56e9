"""What several commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.menu.reading.problems import Problem


def print_problem(hotline: Path, problem: Problem) -> None:
    """Print a problem, in colour on a terminal."""
    where = f"{hotline / problem.file}:{problem.line}:{problem.column}:"
    node = f" {problem.node}:" if problem.node else ""
    colour = {"error": "red", "warning": "yellow"}.get(problem.severity, "cyan")
    rule = f" [{problem.rule}]" if problem.rule else ""
    click.echo(
        f"{click.style(where, bold=True)}{node} {click.style(problem.what, fg=colour)}; {problem.remedy}{rule}"
    )
