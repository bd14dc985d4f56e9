"""Runs a command of `ivr`, in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from ivr.cli import main

ROOT = Path(__file__).parents[2]
YUEBAO = ROOT / "menus" / "yuebao"
IVR = [sys.executable, "-m", "ivr.cli"]
PATIENCE = 60.0


def ivr(*arguments: str | Path, typed: str = "", **environ: str) -> Result:
    """Run a command in this process."""
    result = CliRunner().invoke(main, [str(each) for each in arguments], input=typed, env=environ)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def process(*arguments: str, typed: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own, in the project's folder, with this environment over a bare one."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [*IVR, *arguments],
        input=typed,
        capture_output=True,
        cwd=ROOT,
        env={**bare, **environ},
        timeout=PATIENCE,
        check=False,
    )
