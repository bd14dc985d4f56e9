"""Output that several commands share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ivr.menu.reading.problems import Problem


def print_json(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def print_problem(hotline: Path, problem: Problem) -> None:
    where = f"{hotline / problem.file}:{problem.line}:{problem.column}:"
    node = f" {problem.node}:" if problem.node else ""
    colour = {"error": "red", "warning": "yellow"}.get(problem.severity, "cyan")
    rule = f" [{problem.rule}]" if problem.rule else ""
    click.echo(
        f"{click.style(where, bold=True)}{node} {click.style(problem.what, fg=colour)}; {problem.remedy}{rule}"
    )
