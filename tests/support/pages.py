"""The pages of the documentation: what they show is made again and compared.

A ```` ```console ```` block holds commands (``$ …``) with their output. The blocks of a page run in order, in one shell and in
one fresh folder that has ``menus/``. A line ``…`` in an output stands for any lines. A command that ends with ``&`` goes on
beside the next ones, and of its output the first lines are compared. A server's port is another one than the page says.
"""

from __future__ import annotations

import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")), ROOT / "benchmarks" / "README.md")
_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
_PORTS = ("8080", "8090")
_ANY = "…"
_CHANGING = (
    (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2} \w+day"), "MOMENT"),
    (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"), "MOMENT"),
    (re.compile(r" +\d+\.\d s\b"), " SECONDS"),
    (re.compile(r" · \d+:\d\d · "), " · CLOCK · "),
    (re.compile(r"\d{4,} states, \d+ steps"), "STATES"),
    (re.compile(r"(?<=steps, SECONDS, )\d+ MiB"), "MEMORY"),
    (re.compile(r"menus/yuebao: \d+ calls, \d+ passed"), "menus/yuebao: CALLS"),
    (re.compile(r"\bCA[0-9a-f]{32}\b"), "CALL"),
)
"""What changes from day to day or grows with the demonstration hotline, and is promised nowhere."""


def text_of(page: Path) -> str:
    """Return a page as it stands."""
    return page.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Example:
    """A command of a page, with the output that the page shows."""

    command: str
    shown: str

    @property
    def stays(self) -> bool:
        """Whether it goes on beside the next commands."""
        return self.command.rstrip().endswith("&")

    def agrees_with(self, made: str) -> bool:
        """Whether this output is what is shown, but for what changes from run to run."""
        expected, found = _lines(self.shown), _lines(made)
        if self.stays:
            return found[: len(expected)] == expected
        pattern = "".join("(?:.*\n)*" if line == _ANY else re.escape(line + "\n") for line in expected)
        return re.fullmatch(pattern, "".join(line + "\n" for line in found)) is not None


def _lines(text: str) -> list[str]:
    for pattern, name in _CHANGING:
        text = pattern.sub(name, text)
    # The tests may run as root; a reader does not, and is not warned.
    return [line.rstrip() for line in text.splitlines() if '"event": "runs as root"' not in line]


def blocks(text: str) -> list[str]:
    """Return what stands in the console blocks of a page."""
    return _BLOCK.findall(text)


def examples(block: str) -> Iterator[Example]:
    """Yield the commands of a block; a command goes on in a line that begins with ``>``, or in a here-document."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        first, *rest = part.splitlines(keepends=True)
        command = [first]
        if here := re.search(r"<<'?(\w+)'?", first):
            while command[-1].strip() != here[1]:
                command.append(rest.pop(0))
        yield Example("".join(command).rstrip("\n"), "".join(rest))


def run(commands: Sequence[str], folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Run the commands of a page as a reader would who has just installed; return the output of each.

    ``make simulate`` does not install again.
    """
    shutil.copytree(ROOT / "menus", folder / "menus")
    outputs = [folder.parent / f"{folder.name}.{number}" for number in range(len(commands))]
    ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
    script = ["trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for command, output in zip(commands, outputs, strict=True):
        script.append(f"exec >{shlex.quote(str(output))} 2>&1")
        script.append(_replaced(command.replace("make simulate", "ivr simulate"), ports))
        if command.rstrip().endswith("&"):
            script.append(f"until grep -q ^ready: {shlex.quote(str(output))}; do sleep 0.05; done")
    subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            **environment,
        },
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    back = {free: port for port, free in ports.items()}
    return [_replaced(output.read_text(encoding="utf-8"), back) for output in outputs]


def _replaced(text: str, ports: dict[str, str]) -> str:
    for port, other in ports.items():
        text = re.sub(rf"(?<=[: ]){port}\b", other, text)
    return text


def _free_ports(count: int) -> list[str]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def made_again(page: Path, folder: Path, environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """Run a page; return its text with the outputs as they are now, and what differs."""
    text = text_of(page)
    found = [list(examples(block)) for block in blocks(text)]
    outputs = iter(run([example.command for each in found for example in each], folder, environment))
    different: list[str] = []

    def renewed(example: Example) -> str:
        made = next(outputs)
        if example.agrees_with(made):
            return f"$ {example.command}\n{example.shown}"
        different.append(f"$ {example.command}\n--- shown\n{example.shown}--- printed\n{made}")
        return "".join(f"{line.rstrip()}\n" for line in f"$ {example.command}\n{made}".splitlines())

    written = iter(["".join(map(renewed, each)) for each in found])
    return _BLOCK.sub(lambda _: next(written), text), different
