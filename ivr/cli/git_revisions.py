"""A hotline at a git revision, read with the `git` program into a temporary folder."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.cli.errors import CommandFailed

GIT_TIMEOUT = 120.0
"""Seconds for one git command. Fetching the objects of a partial clone may take a while."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The git repository around a hotline's folder. The folder itself may be gone by now."""

    git: str
    top: Path
    hotline: str
    """The hotline's folder inside the repository; `.` if it is the repository itself."""

    @classmethod
    def around(cls, hotline: Path) -> Repository:
        """Find the repository. Raises ``CommandFailed`` if there is no git, or no repository."""
        git = shutil.which("git")
        if git is None:
            raise CommandFailed("the program `git` is not there; install it, or name two folders")
        folder = hotline.resolve()
        there = next(each for each in (folder, *folder.parents) if each.is_dir())
        done = _run(git, there, ["rev-parse", "--show-toplevel"])
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise CommandFailed(f"{hotline} is in no git repository; name two folders\n{said}")
        top = Path(os.fsdecode(done.stdout.removesuffix(b"\n")))
        return cls(git, top, folder.relative_to(top.resolve()).as_posix())

    def commit(self, revision: str) -> str | None:
        """Return the commit of a revision, or None. A revision that begins with `-` is never read as an option."""
        wanted = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        done = _run(self.git, self.top, wanted)
        found = done.stdout.decode("ascii", "replace").strip()
        is_commit = re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", found)
        return found if done.returncode == 0 and is_commit else None

    def read(self, commit: str, revision: str, into: Path) -> Path:
        """Write the hotline at a commit, if there is one, below a folder, and return its path there."""
        paths = [] if self.hotline == "." else ["--", self.hotline]
        done = _run(self.git, self.top, ["archive", "--format=tar", commit, *paths])
        folder = into / self.hotline
        if done.returncode == 0:
            try:
                with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
                    archive.extractall(into, filter="data")
            except tarfile.FilterError as error:
                what = f"{revision} has a link that leads out of it, and is not unpacked"
                raise CommandFailed(f"{what}: {error}") from error
        elif b"did not match any files" not in done.stderr:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise CommandFailed(f"git cannot read {revision}: {said}")
        return folder


def _run(git: str, folder: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """Run git without a shell and without prompts. Paths are literal, not patterns."""
    environ = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1"}
    try:
        return subprocess.run(  # noqa: S603 - a list of arguments, and a revision that cannot be an option
            [git, "-C", str(folder), *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=environ,
            timeout=GIT_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"git did not answer in {GIT_TIMEOUT:.0f} s") from error
