"""Finds secrets in whatever a program has left behind, also where they are trivially disguised."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

_SHORT = 12
"""Characters. A shorter secret is also looked for as its hash: it could be guessed back."""
_TOKEN = re.compile(rb"[A-Za-z0-9_=-]{24,}")
"""A digest, or something sealed; or what is left of one in a page of a database that was partly written anew."""
_CHINESE = {ord(digit): word for digit, word in zip("0123456789", "零幺二三四五六七八九", strict=True)}
_CASE = 8
"""Digits of a case number, which is spelt out to callers."""
_DIGIT, _CHINESE_DIGIT = b"[0-9]", b"(?:" + "|".join(_CHINESE.values()).encode() + b")"


@dataclass(frozen=True)
class Secret:
    """Something that must be found nowhere; or not in these kinds of evidence; or nowhere but in those."""

    name: str
    text: str
    only: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()

    def concerns(self, kind: str) -> bool:
        """Say whether this kind of evidence must not have it."""
        return kind not in self.but and (not self.only or kind in self.only)


@dataclass
class Evidence:
    """What was left behind, by kind: a log, a table, a page."""

    kinds: defaultdict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))

    def add(self, kind: str, *found: str | bytes) -> None:
        """Keep something."""
        self.kinds[kind].update(each.encode() if isinstance(each, str) else each for each in found)

    def add_database(self, file: Path, *allowed: str) -> None:
        """Keep every cell of a database, and every byte of its files; ``allowed`` are columns such as ``a.b``.

        What the allowed columns hold is taken out of the bytes, since a file does not tell whose they are.
        """
        known: set[bytes] = set()
        with closing(sqlite3.connect(file)) as db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                found = db.execute(f"SELECT * FROM {table}")
                names = [column[0] for column in found.description]
                for row in found:
                    for name, cell in zip(names, row, strict=True):
                        value = cell if isinstance(cell, bytes) else str(cell).encode()
                        if f"{table}.{name}" in allowed:
                            known.add(value)
                        else:
                            self.add("table", value)
        for each in sorted(file.parent.glob(f"{file.name}*")):
            content = each.read_bytes()
            for value in known:
                content = content.replace(value, b"")
            self.add("file", content)

    def leaks(self, secrets: Iterable[Secret]) -> list[str]:
        """Return where which secret was found, and what is around it."""
        whole = {kind: b"\n\n".join(found) for kind, found in self.kinds.items()}
        # Four digits turn up by chance in what is sealed or digested.
        without = {kind: _TOKEN.sub(b"\n", found) for kind, found in whole.items()}
        return sorted(
            {
                f"{secret.name}, {form}, in the {kind}: {found}"
                for secret in secrets
                for form, needle, digits in _forms(secret.text)
                for kind, text in (whole if digits is None else without).items()
                if secret.concerns(kind) and (found := _found(needle, text, digits))
            }
        )


def _forms(text: str) -> Iterator[tuple[str, bytes, str | None]]:
    """Return the ways in which a secret may be written.

    With each that a longer number may hold by chance comes a pattern of what stands between that number's digits.
    """
    data, is_short = text.encode(), len(text) < _SHORT
    plain = {text, text.lower(), text.upper(), quote(text, safe=""), quote_plus(text), html.escape(text)}
    plain |= {json.dumps(text)[1:-1], repr(text)[1:-1]}
    for each in plain:
        yield "as it is", each.encode(), "" if is_short else None
    if text.isdecimal() and is_short:
        yield "in Chinese", text.translate(_CHINESE).encode(), ""
        for between in (" ", ", ", "-"):
            yield "digit by digit", between.join(text).encode(), between
    for coded in _in_base64(data):
        yield "in base64", coded, None
    for written in (data.hex(), data.hex().upper()):
        yield "in hexadecimal", written.encode(), None
    if is_short:
        for algorithm in ("md5", "sha1", "sha256"):
            yield f"as {algorithm}", hashlib.new(algorithm, data).hexdigest().encode(), None


def _found(needle: bytes, text: bytes, between: str | None) -> str:
    """Return what is around the first place where it is found.

    The digits of a longer number are another secret. Of spelt digits only those of a case number are: others may be keys
    that were pressed one after the other.
    """
    if needle not in text:
        return ""
    pattern, digit = re.escape(needle), _DIGIT if needle.isascii() else _CHINESE_DIGIT
    if between == "":
        pattern = b"(?<!%b)%b(?!%b)" % (digit, pattern, digit)
    for found in re.finditer(pattern, text):
        start, end = found.span()
        if between:
            apart = re.escape(between.encode())
            before = re.search(b"(?:[0-9]%b)*$" % apart, text[max(start - 40, 0) : start])
            after = re.match(b"(?:%b[0-9])*" % apart, text[end : end + 40])
            if before and after and len(re.findall(b"[0-9]", before[0] + needle + after[0])) == _CASE:
                continue
        return text[max(start - 60, 0) : end + 30].decode(errors="replace")
    return ""


def _in_base64(data: bytes) -> set[bytes]:
    """Return what base64 makes of the bytes; of longer ones also in the middle of others, whatever stands around."""
    ways = {base64.b64encode(data).rstrip(b"=")}
    if len(data) >= _SHORT:
        for before in range(3):
            coded = base64.b64encode(b"\0" * before + data)
            ways.add(coded[before and 4 : len(coded) // 4 * 4 - 4])
    return ways | {way.replace(b"+", b"-").replace(b"/", b"_") for way in ways}
