"""PO and CSV files for people who translate elsewhere: written from the texts of a hotline, and read again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from ivr.menu.reading.problems import Problem
from ivr.menu.speech.templates import examine
from ivr.menu.translation.entries import Entry, Place, Shape
from ivr.menu.translation.placeholders import placeholder_problems


@dataclass(frozen=True, slots=True)
class ExchangedText:
    """One text as it goes to a translator, or comes back."""

    place: str
    source: str
    translation: str
    before: str = ""
    """The source that the translation was made for, if that has changed since."""
    line: int = 1
    changed: bool = False
    """Whether the translator should look at it again."""


HEADINGS = ("place", "source", "translation", "state", "before")
_CHANGED, _MISSING, _FALLS_BACK = "changed", "missing", "from "
_FORMS = "an option: what its key is for (a noun), or `to: …` (a verb), or `say: …` (a sentence with {key})"


def place_as_text(place: Place) -> str:
    return ".".join(place)


def as_csv(entries: Iterable[Entry], before: Mapping[Place, str]) -> bytes:
    """Return a table with a byte order mark, so that spreadsheets know that it is UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for entry in entries:
        was = before.get(entry.place, "")
        state = _CHANGED if was else _MISSING if entry.missing else ""
        if not entry.translation and entry.from_other:
            state = f"{_FALLS_BACK}{entry.from_other}"
        writer.writerow([place_as_text(entry.place), entry.source, entry.translation, state, was])
    return out.getvalue().encode("utf-8-sig")


def as_po(entries: Iterable[Entry], before: Mapping[Place, str], language: str, name: str) -> bytes:
    """Return a catalog. What has changed since it was translated is fuzzy, with the old text beside it."""
    head = f"# The words of {name} in {language}. They come back with `ivr translate … {language} --import FILE`."
    catalog = Catalog(
        _locale(language), header_comment=head, project=name, version="1", fuzzy=False, msgid_bugs_address="-"
    )
    for entry in entries:
        was = before.get(entry.place, "")
        about = [entry.name, *([_FORMS] if entry.shape is Shape.option else [])]
        if not entry.translation and entry.from_other:
            about.append(f"without words of its own it is said as in {entry.from_other}")
        catalog.add(
            entry.source,
            entry.translation,
            locations=[(entry.file, entry.line)],
            flags=["fuzzy"] if was else [],
            auto_comments=about,
            previous_id=was,
            context=place_as_text(entry.place),
        )
    out = io.BytesIO()
    write_po(out, catalog, width=0, include_previous=True)
    return out.getvalue()


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language, sep="-")
    except UnknownLocaleError:
        return None


def from_csv(data: bytes, file: str) -> tuple[list[ExchangedText], list[Problem]]:
    """Read a table. Spreadsheets may have put `;` or a tab between its columns."""
    text, problems = _decoded(data, file)
    if problems:
        return [], problems
    heading = text.split("\n", maxsplit=1)[0]
    separator = max(",;\t", key=heading.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[ExchangedText] = []
    at = 1
    try:
        names = [each.strip().lower() for each in next(rows, [])]
        lacking = [each for each in HEADINGS[:3] if each not in names]
        if lacking:
            what = f"the table has no column `{lacking[0]}`"
            return [], [Problem(file, 1, 1, "", what, f"name its columns {', '.join(HEADINGS)}")]
        at = rows.line_num + 1
        for row in rows:
            cells = dict(zip(names, row, strict=False))
            if any(row):
                source, translation = (_newlines(cells.get(each, "")) for each in ("source", "translation"))
                changed = cells.get("state", "").strip() == _CHANGED
                lines.append(
                    ExchangedText(
                        cells.get("place", "").strip(),
                        source,
                        translation,
                        cells.get("before", ""),
                        at,
                        changed,
                    )
                )
            at = rows.line_num + 1
    except csv.Error as error:
        return [], [
            Problem(file, at, 1, "", f"the table cannot be read: {error}", "save it as CSV once more")
        ]
    return lines, []


def from_po(data: bytes, file: str) -> tuple[list[ExchangedText], list[Problem]]:
    _, problems = _decoded(data, file)
    if problems:
        return [], problems
    try:
        catalog = read_po(io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")), abort_invalid=True)
    except PoFileError as error:
        return [], [
            Problem(
                file, error.lineno + 1, 1, "", f"the catalog cannot be read: {error}", "export it once more"
            )
        ]
    except (ValueError, LookupError) as error:
        return [], [Problem(file, 1, 1, "", f"the catalog cannot be read: {error}", "export it once more")]
    lines = [
        ExchangedText(
            each.context or "", _single(each.id), _single(each.string), "", (each.lineno or 1), each.fuzzy
        )
        for each in catalog
        if each.id
    ]
    return lines, []


def _single(text: object) -> str:
    return str(text[0] if isinstance(text, list | tuple) else text or "")


def _decoded(data: bytes, file: str) -> tuple[str, list[Problem]]:
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        what = f"the file is not UTF-8 (byte 0x{data[error.start]:02x})"
        return "", [Problem(file, line, 1, "", what, "save it as “CSV UTF-8”, or as UTF-8 in your editor")]


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


# --- what came back


@dataclass(frozen=True, slots=True)
class Returned:
    """The translations that came back."""

    values: Mapping[Place, tuple[Shape, str]]
    """Those that are new or others than before."""
    done: Mapping[Place, str]
    """The source of each that the translator has dealt with."""


def returned(
    lines: Sequence[ExchangedText], entries: Sequence[Entry], file: str, language: str
) -> tuple[Returned, list[Problem]]:
    """Return what came back, and what is wrong with it. A text that is as it was is not judged."""
    known = {place_as_text(entry.place): entry for entry in entries}
    values, done = dict[Place, tuple[Shape, str]](), dict[Place, str]()
    problems, seen = list[Problem](), dict[str, int]()
    for line in lines:
        entry = known.get(line.place)
        if line.place in seen:
            what = f"`{line.place}` stands in line {seen[line.place]}, too"
            problems.append(Problem(file, line.line, 1, "", what, "keep one of the two"))
        elif entry is None:
            what = f"the hotline has no text at `{line.place}`"
            problems.append(Problem(file, line.line, 1, "", what, "delete it here, or export anew"))
        elif line.translation.strip():
            text = _cleaned(line.translation, entry.shape)
            if text != entry.translation:
                wrong = [*_wrong(line.source, text, entry), *_unsayable(text, entry, language)]
                problems += [Problem(file, line.line, 1, entry.name, each, "mend it here") for each in wrong]
                values[entry.place] = entry.shape, text
            if text != entry.translation or not line.changed:
                done[entry.place] = line.source
        seen.setdefault(line.place, line.line)
    return Returned(values, done), problems


def _cleaned(text: str, shape: Shape) -> str:
    if shape is Shape.text:
        return text.strip()
    return "\n".join(" ".join(each.split()) for each in text.strip().split("\n") if each.strip())


def _unsayable(text: str, entry: Entry, language: str) -> Iterator[str]:
    """Yield what of the values cannot be said in the language, such as a count that lacks one of its forms."""
    if entry.shape is not Shape.hear:
        for mistake in examine(text, language, written=entry.shape is Shape.text).mistakes:
            yield f"in the translation {mistake.what}; {mistake.remedy}"


def _wrong(source: str, text: str, entry: Entry) -> Iterator[str]:
    said, own = source, text
    if entry.shape is Shape.option:
        if text.startswith("say: ") and "{key}" not in text:
            yield "the translation says a whole sentence, and lacks `{key}`"
        said, own = source.replace("{key}", ""), text.replace("{key}", "")
        if "\n" in text:
            yield "the translation has several lines, and an option is one"
    if entry.shape is Shape.words and text.count("\n") > 2:
        yield "the translation has more than three wordings; each line is one"
    if entry.shape is not Shape.hear:
        yield from (f"the translation {each}" for each in placeholder_problems(said, own))
