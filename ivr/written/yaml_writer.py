"""Writes calls as an editor would, and appends them to a file without changing the rest of it."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ivr.menu.language.model import Model
from ivr.menu.reading.problems import BadFile
from ivr.menu.reading.validation import declare
from ivr.menu.reading.yaml import content_of, decode, place, read
from ivr.written.model import CallsFile, CallStep, WrittenCall

YAML_WIDTH = 110
"""The most columns of a line. A longer list gets a line for each entry."""
DASH = 2
"""The column of a call's `-` in a new file."""
SCHEMA = "# yaml-language-server: $schema=../.schema/calls.json\n"


def written(calls: Sequence[WrittenCall]) -> str:
    """Return the YAML of a file under ``calls/``. Reading it returns equal calls."""
    return "calls:\n" + _entries(calls, DASH)


def calls_file(folder: Path, name: str) -> Path:
    """Return the file for written calls. A name without a folder is in the hotline's ``calls/``.

    Raises ``ValueError`` if the name cannot be one.
    """
    path = Path(name)
    alone = path.name == name
    if path.name in {"", ".."} or name.endswith(("/", "\\")) or (not alone and path.is_dir()):
        raise ValueError(f"`{name}` names no file for calls; write it like tried.yaml")
    path = path if path.suffix == ".yaml" else path.with_name(f"{path.name.removesuffix('.yml')}.yaml")
    target = folder / "calls" / path.name if alone else path
    if target.is_dir():
        raise ValueError(f"`{name}` names no file for calls: {target} is a folder; write it like tried.yaml")
    if alone and not (folder / "menu.yaml").is_file():
        what = f"there is no hotline in {folder}"
        raise ValueError(f"{what}; name a file with its folder, such as ./{path.name}")
    return target


def check_calls_file(path: Path) -> None:
    """Raise :class:`BadFile` if no call could be appended to a file."""
    if path.exists():
        _calls_in(path, content_of(path))


def append(path: Path, calls: Sequence[WrittenCall]) -> None:
    """Append calls to a file, which is created if necessary. Comments and everything else in it stay.

    The file is replaced as a whole, so that nobody reads half of it. Without calls nothing happens. Raises
    :class:`BadFile` if it is not a file of calls, and ``OSError``.
    """
    if not calls:
        return
    path = path.resolve()  # a link stays a link
    for _ in range(_TRIES):
        before = path.read_bytes() if path.exists() else None
        made = _added_to(path, before, calls)
        if _replace(path, before, made):
            return
    raise BadFile(f"{path}: somebody else keeps writing it; try again")


_TRIES = 5


def _added_to(path: Path, before: bytes | None, calls: Sequence[WrittenCall]) -> bytes:
    """Return a file's bytes with calls appended. Make sure that its old calls can still be read from them."""
    if before is None:
        schema = path.parent.parent / ".schema" / "calls.json"
        return ((SCHEMA if schema.exists() else "") + written(calls)).encode()
    there, column = _calls_in(path, before)
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    end = b"" if not before or before.endswith((b"\n", b"\r")) else newline
    more = ("\n" + _entries(calls, column)) if there else written(calls)
    made = before + end + more.encode().replace(b"\n", newline)
    try:
        reads_back = _calls_in(path, made)[0] == [*there, *calls]
    except BadFile:
        reads_back = False
    if not reads_back:
        what = f"{path}: no call can be added at its end"
        raise BadFile(f"{what}; write `calls:` as a list with `- call:` lines")
    return made


def _calls_in(path: Path, data: bytes) -> tuple[list[WrittenCall], int]:
    """Return the calls of a file, and the column of their `-`. Raises :class:`BadFile`."""
    text, problems = decode(data, path.name)
    if not problems and all(line.lstrip()[:1] in {"", "#"} for line in text.splitlines()):
        return [], DASH
    section, wrong = (None, []) if problems else read(text, path.name)
    problems += wrong
    file = declare(CallsFile, section, path.name, "", problems) if section is not None else None
    if file is None or problems:
        what = f"line {problems[0].line}, {problems[0].what}"
        raise BadFile(f"{path} cannot be read as written calls: {what}; mend it, or name another file")
    assert section is not None
    line = text.splitlines()[place(section, "calls", len(file.calls) - 1).line - 1]
    return file.calls, max(line.find("-"), 0)


def _replace(path: Path, before: bytes | None, made: bytes) -> bool:
    """Replace a file. Return False and do nothing if it has changed in the meantime."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        temporary.write_bytes(made)
        if before is not None:
            shutil.copymode(path, temporary)
        if (path.read_bytes() if path.exists() else None) != before:
            return False
        temporary.replace(path)
    return True


# --- a call


def _entries(calls: Sequence[WrittenCall], column: int) -> str:
    margin = " " * column
    return "\n".join("".join(f"{margin}{line}\n" for line in _call(call)) for call in calls)


def _call(call: WrittenCall) -> Iterator[str]:
    """Yield the lines of a call. Defaults are left out."""
    margin = "- "
    for name, field in WrittenCall.model_fields.items():
        value = getattr(call, name)
        if value == field.get_default(call_default_factory=True) and not field.is_required():
            continue
        if name == "steps":
            yield f"{margin}steps:"
            yield from (f"    {line}" for step in call.steps for line in _step(step))
        else:
            yield from _key(margin, field.alias or name, value)
        margin = "  "


def _step(step: CallStep) -> Iterator[str]:
    if not isinstance(step, Model):
        yield f"- {step}"
        return
    ((name, value),) = step
    yield from _key("- ", name, value)


def _key(before: str, key: str, value: object) -> Iterator[str]:
    """Yield a key with its value: on one line if it fits, else with a line for each entry."""
    if isinstance(value, str):
        yield f"{before}{key}: {_quoted(value) if key == 'press' else _scalar(value)}"
        return
    flow = f"{before}{key}: {_flow(value)}"
    if len(flow) <= YAML_WIDTH or not isinstance(value, list | Mapping):
        yield flow
        return
    yield f"{before}{key}:"
    margin = " " * len(before) + "  "
    if isinstance(value, Mapping):
        yield from (f"{margin}{name}: {_flow(each)}" for name, each in value.items())
    else:
        yield from (f"{margin}- {_scalar(each)}" for each in value)


def _flow(value: object) -> str:
    """Return a value for use inside brackets."""
    match value:
        case Mapping():
            return f"{{{', '.join(f'{name}: {_flow(each)}' for name, each in value.items())}}}"
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case float():
            return repr(value).removesuffix(".0")
        case int():
            return str(value)
    text = str(value)
    return _quoted(text) if re.search("[,，]", text) else _scalar(text)


# --- a text


_PLAIN = re.compile(r"\w(?:[\w 。，、！？；…《》（）'(),/.;+%€$=-]*[\w。！？.)])?")
"""A text that needs no quotes, and that the reader does not mistake for a slip of YAML's."""
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_NEEDS_ESCAPE = re.compile(
    "[^\x20-\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SHORT = {"\n": r"\n", "\t": r"\t", "\r": r"\r", "\\": "\\\\", '"': r"\""}


def _scalar(text: str) -> str:
    """Return a text, in quotes only if it needs them."""
    if _MOMENT.fullmatch(text) or (_PLAIN.fullmatch(text) and not _NEEDS_ESCAPE.search(text)):
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    """Return a text in double quotes, or in single ones if it has double ones itself."""
    if '"' in text and not _NEEDS_ESCAPE.search(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if not _NEEDS_ESCAPE.match(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
