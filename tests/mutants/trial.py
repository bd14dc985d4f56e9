"""Tries one mutant: puts it into a copy of the project and runs what should notice it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tests.mutants.mutations import Mutant
from tests.mutants.witnesses import Batch

End = Literal["killed", "survived", "timed out"]

MEMORY: Final = 4 << 30  # bytes: a mutant that allocates without end must not take the machine with it
_NO_TESTS: Final = 5  # pytest's exit status
_PATIENCE: Final = 60.0  # seconds above what a run should take, on a machine that is busy

# What `make test` runs beside pytest, the quickest first, and the parts that it executes. It counts: a mutant that it stops
# never reaches a caller.
CHECKS: Final = (
    (
        "ivr test",
        ("-m", "ivr.cli", "test", "menus/yuebao"),
        ("ivr/engine", "ivr/calls", "ivr/storage", "ivr/messaging"),
    ),
    ("ivr explore", ("-m", "ivr.cli", "explore", "menus/yuebao"), ("ivr/engine", "ivr/explore")),
    ("mypy", ("-m", "mypy"), ("ivr",)),
)
_SECONDS_OF_A_CHECK: Final = 240.0


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant, and who noticed it."""

    mutant: Mutant
    end: End
    by: str
    seconds: float


def copied(root: Path, to: Path) -> Path:
    """Copy what git knows or would take, so that no trial touches the working tree."""
    names = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        if (root / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, to / name)
    (to / ".venv").symlink_to((root / ".venv").resolve())
    if (root / ".mypy_cache").is_dir():
        shutil.copytree(root / ".mypy_cache", to / ".mypy_cache")
    return to


def noticed_without_a_fault(tree: Path, batches: list[Batch]) -> str:
    """Return what fails in a copy as it is: where anything does, no verdict would mean anything."""
    end, by = _noticed(tree, "ivr/engine", batches)
    return "" if end == "survived" else by


def try_mutant(tree: Path, mutant: Mutant, batches: list[Batch]) -> Verdict:
    """Run the tests and then the checks on a mutant, until one of them fails."""
    began, target = time.monotonic(), tree / mutant.path
    original = target.read_text(encoding="utf-8")
    try:
        _write(target, mutant.source())
        end, by = _noticed(tree, mutant.path, batches)
    finally:
        _write(target, original)
    return Verdict(mutant, end, by, time.monotonic() - began)


def _noticed(tree: Path, path: str, batches: list[Batch]) -> tuple[End, str]:
    for batch in batches:
        wanted = tree / "wanted.json"
        wanted.write_text(json.dumps({"files": batch.files, "tests": batch.tests}), encoding="utf-8")
        files = {*batch.files, *(test.partition("::")[0] for test in batch.tests)}
        arguments = (
            "-m", "pytest", "-q", "-x", "--no-header", "--tb=no", "-p", "tests.mutants.selection_plugin",
            "-p", "no:cacheprovider", *(name for name in sorted(files) if (tree / name).is_file()),
        )  # fmt: skip
        status, said = _run(tree, arguments, batch.seconds * 3 + _PATIENCE, IVR_MUTANTS_TESTS=str(wanted))
        if status is None:
            return "timed out", "tests"
        if status not in {0, _NO_TESTS}:
            failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
            return "killed", failed[0].split(" - ")[0] if failed else "pytest did not start"
    for name, arguments, parts in CHECKS:
        if not path.startswith(parts):
            continue
        status, _ = _run(tree, arguments, _SECONDS_OF_A_CHECK)
        if status is None:
            return "timed out", name
        if status:
            return "killed", name
    return "survived", ""


def _run(tree: Path, arguments: tuple[str, ...], limit: float, **more: str) -> tuple[int | None, str]:
    """Run Python in a copy; the status is none where it took too long. Whatever it started ends with it."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "CI": "true"} | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with suppress(ProcessLookupError):
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        said, _ = process.communicate(timeout=limit)
        return process.returncode, said
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _write(target: Path, source: str) -> None:
    """Write a source, and forget its bytecode: two mutants of one second and one size look the same to Python."""
    target.write_text(source, encoding="utf-8")
    for compiled in (target.parent / "__pycache__").glob(f"{target.stem}.*.pyc"):
        compiled.unlink(missing_ok=True)
