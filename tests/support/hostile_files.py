"""Checks folders as `ivr check` does, each in a process of its own whose time and memory are limited and measured.

Run as a program with folders, it prints a line of JSON for each. The program is imported once, and each check is a fork of it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.command import ROOT

PATIENCE = 20
"""Seconds of processor time after which a check is ended."""
MOST_MEMORY = 2 * 1024**3
"""Bytes of address space that it may have."""


@dataclass(frozen=True, slots=True)
class CheckedFolder:
    """What a check said, and what it took."""

    said: str
    status: int
    seconds: float
    """Of processor time, so that a busy machine changes nothing."""
    mebibytes: float


def check_folders(folder: Path, hotlines: Mapping[str, Mapping[str, str]]) -> dict[str, CheckedFolder]:
    """Write the files of each hotline into a folder, and check them one after the other."""
    for name, files in hotlines.items():
        for file, text in files.items():
            path = folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.hostile_files", *(str(folder / name) for name in hotlines)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: CheckedFolder(**line) for name, line in zip(hotlines, lines, strict=True)}


def _check(folder: str, out: int) -> None:
    """Check one folder in a forked process, and end it."""
    from click.testing import CliRunner

    from ivr.cli import main

    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    status = 70
    with contextlib.suppress(BaseException):
        commands = [["check", folder]]
        if (Path(folder) / "calls").exists():
            commands = [["test", folder]]
        for command in commands:
            result = CliRunner().invoke(main, command)
            said = result.output
            if result.exception and not isinstance(result.exception, SystemExit):
                said += "".join(traceback.format_exception(result.exception))
            os.write(out, said.encode())
            status = result.exit_code
    os._exit(status)


def _measure(folder: str) -> CheckedFolder:
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if child == 0:
            _check(folder, out.fileno())
        _, status, used = os.wait4(child, 0)
        out.seek(0)
        said = io.TextIOWrapper(out, encoding="utf-8").read()
    seconds = used.ru_utime + used.ru_stime
    return CheckedFolder(said, os.waitstatus_to_exitcode(status), seconds, used.ru_maxrss / 1024)


if __name__ == "__main__":
    import ivr.cli.check
    import ivr.cli.test  # noqa: F401 - imported before the forks

    for each in sys.argv[1:]:
        found = _measure(each)
        sys.stdout.write(json.dumps({name: getattr(found, name) for name in CheckedFolder.__slots__}) + "\n")
