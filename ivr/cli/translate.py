"""`ivr translate`: write, check, export and import the words of another language."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ivr.calls.hotline_files import read_folder
from ivr.calls.hotline_loader import load_files
from ivr.cli.arguments import default_hotline, hotline_folder
from ivr.cli.errors import CommandFailed
from ivr.cli.output import print_problem
from ivr.cli.purge import somebody_types
from ivr.console import counted
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.scalars import LANGUAGE
from ivr.menu.language.words_files import WordsFile
from ivr.menu.loader import words_file
from ivr.menu.reading.draft import Draft
from ivr.menu.reading.problems import Problem
from ivr.menu.reading.validation import declare_most
from ivr.menu.reading.yaml import content_of, read
from ivr.menu.translation.entries import Entry, Place, entries_of, values_without_words
from ivr.menu.translation.exchange import ExchangedText, Returned, as_csv, as_po, from_csv, from_po, returned
from ivr.menu.translation.words_text import WordsText, without_empty_nodes

FORMATS = (".po", ".csv")


def _exchange_file(_ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix not in FORMATS:
        raise click.BadParameter(f"`{path}` is neither; name a file that ends in .po or .csv", param=param)
    return path


def _named(hotline: Path | None, language: str | None) -> tuple[Path, str]:
    """Return the hotline and the language. One name alone is the language, as no other command needs the hotline named."""
    if hotline is None:
        raise click.UsageError("name the language, such as `es-MX`")
    if language is None:
        hotline, language = default_hotline(), str(hotline)
    if wrong := LANGUAGE.wrong(language):
        raise click.UsageError("; ".join(wrong))
    return hotline_folder(click.get_current_context(), None, hotline), language


@click.command(
    epilog="""\b
Examples:
  ivr translate menus/yuebao en-US                      # shows what would change in prompts.en-US.yaml
  ivr translate menus/yuebao en-US --write
  ivr translate menus/yuebao en-US --check              # status 1 if something is missing or has changed
  ivr translate menus/yuebao es-MX --export texts.po    # or texts.csv, for a spreadsheet
  ivr translate menus/yuebao es-MX --import texts.po --write"""
)
@click.argument("hotline", type=click.Path(path_type=Path), required=False)
@click.argument("language", required=False, metavar="LANGUAGE")
@click.option("--write", is_flag=True, help="Write the words file without asking.")
@click.option(
    "--check", is_flag=True, help="Write nothing; status 1 if a text is missing, or was changed since."
)
@click.option(
    "--export", "to", type=click.Path(path_type=Path, dir_okay=False), callback=_exchange_file,
    metavar="FILE", help="Write the texts into a .po or .csv file.",
)  # fmt: skip
@click.option(
    "--import", "come", type=click.Path(path_type=Path, dir_okay=False, exists=True), callback=_exchange_file,
    metavar="FILE", help="Take the translations of a .po or .csv file.",
)  # fmt: skip
def translate_command(
    hotline: Path | None,
    language: str | None,
    *,
    write: bool,
    check: bool,
    to: Path | None,
    come: Path | None,
) -> None:
    """Write the words of a hotline in another language, or bring them up to date.

    The first language's text stands above each entry. One that has changed since it was translated is marked, and what is
    missing stands there to be filled in. Words and comments of yours stay. What changes is shown first.
    """
    if sum(map(bool, (check, to, come))) > 1:
        raise click.UsageError("--check, --export and --import are for one at a time")
    work = _Work.of(*_named(hotline, language))
    if to is not None:
        _export(work, to)
    elif check:
        _check(work)
    else:
        _update(work, come, write=write)


@dataclass(slots=True)
class _Work:
    """A hotline, and its words in one language."""

    folder: Path
    language: str
    declared: Hotline
    draft: Draft
    text: str
    """The words file; empty if there is none."""

    @classmethod
    def of(cls, folder: Path, language: str) -> _Work:
        files = read_folder(folder)
        draft = load_files(folder, files, None).draft
        if draft is None or draft.hotline is None:
            raise CommandFailed(f"{folder} has a menu that cannot be read; see ivr check")
        if language == draft.hotline.languages[0]:
            raise CommandFailed(
                f"`{language}` is the first language of {folder}, whose words stand in the menu itself"
            )
        return cls(folder, language, draft.hotline, draft, files.sources.get(words_file(language), ""))

    @property
    def file(self) -> Path:
        return self.folder / words_file(self.language)

    @property
    def first(self) -> str:
        return self.declared.languages[0]

    def entries(self, text: str) -> list[Entry]:
        words = _declared(self.folder, self.file.name, self.language, text) if text.strip() else None
        return entries_of(self.draft, self.declared, self.language, words)

    def parsed(self, text: str) -> WordsText:
        return WordsText.of(text, self.language, self.first)


def _declared(folder: Path, file: str, language: str, text: str) -> WordsFile | None:
    section, problems = read(without_empty_nodes(text), file)
    words = (
        declare_most(WordsFile, section, file, problems, {"language": language})
        if section is not None
        else None
    )
    if problems:
        for problem in problems:
            print_problem(folder, problem)
        raise CommandFailed(f"mend {folder / file} first")
    return words


def _changed(entries: Sequence[Entry], parsed: WordsText) -> dict[Place, str]:
    """Return what the first language said when the words were written, where it says something else today."""
    kept = {each.place: parsed.remembered(each).before for each in entries if each.translation}
    return {place: before for place, before in kept.items() if before is not None}


# --- what the command does


def _update(work: _Work, come: Path | None, *, write: bool) -> None:
    entries, new, back = work.entries(work.text), work.text, Returned({}, {})
    if come is not None:
        back = _imported(come, entries, work.language)
        new = work.parsed(work.text).replaced(back.values) if back.values else work.text
        entries = work.entries(new)
    new = work.parsed(new).updated(entries, back.done)
    if new != work.text:
        for line in _difference(work.file, work.text, new):
            click.echo(line)
        if not (write or (somebody_types() and click.confirm(f"Write {work.file}?"))):
            click.echo(_summary(work, entries, work.parsed(new)))
            click.echo(f"{work.file} would change; --write writes it", err=True)
            sys.exit(1)
        marked = work.file.exists() and content_of(work.file).startswith(_BYTE_ORDER_MARK)
        work.file.write_bytes((_BYTE_ORDER_MARK if marked else b"") + new.encode())
        click.echo(f"wrote {work.file}")
    else:
        click.echo(f"{work.file}: nothing to change")
    click.echo(_summary(work, entries, work.parsed(new)))
    _say_what_to_add(work)


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _check(work: _Work) -> None:
    entries, parsed = work.entries(work.text), work.parsed(work.text)
    changed = _changed(entries, parsed)
    for entry in entries:
        if entry.missing:
            what, remedy = f"{entry.part or 'the text'} has no words in {work.language}", "translate it"
            print_problem(work.folder, Problem(entry.file, entry.line, 1, entry.block[-1], what, remedy))
        elif entry.place in changed:
            line = parsed.places.get(entry.place) or parsed.places.get(entry.block) or (0, 0)
            what = f"{entry.part or 'the text'} was made for “{changed[entry.place]}”"
            remedy = f"it says “{' / '.join(entry.source.splitlines())}” today: change the words, or delete the mark"
            problem = Problem(
                work.file.name, line[0] + 1, line[1] + 1, entry.block[-1], what, remedy, "warning"
            )
            print_problem(work.folder, problem)
    values = [*values_without_words(work.draft, work.declared, work.language)]
    for each in values:
        print_problem(work.folder, each)
    click.echo(_summary(work, entries, parsed))
    sys.exit(1 if changed or values or any(entry.missing for entry in entries) else 0)


def _export(work: _Work, to: Path) -> None:
    entries, parsed = work.entries(work.text), work.parsed(work.text)
    changed = _changed(entries, parsed)
    if to.suffix == ".csv":
        to.write_bytes(as_csv(entries, changed))
    else:
        to.write_bytes(as_po(entries, changed, work.language, work.declared.hotline))
    click.echo(f"wrote {to}: {counted(len(entries), 'text')}")
    click.echo(_summary(work, entries, parsed))


def _imported(come: Path, entries: Sequence[Entry], language: str) -> Returned:
    lines: list[ExchangedText]
    lines, problems = (from_csv if come.suffix == ".csv" else from_po)(come.read_bytes(), come.name)
    back = Returned({}, {})
    if not problems:
        back, problems = returned(lines, entries, come.name, language)
    for problem in problems:
        print_problem(come.parent, problem)
    if problems:
        raise CommandFailed(f"{counted(len(problems), 'mistake')} in {come}; nothing was written")
    return back


def _summary(work: _Work, entries: Sequence[Entry], parsed: WordsText) -> str:
    """Return a line such as `salon: en-US has 9 of 10 texts; 1 missing, 2 changed since they were translated`."""
    needed = [each for each in entries if each.needed]
    have, missing = sum(bool(each.translation) for each in needed), sum(each.missing for each in needed)
    other: dict[str, int] = {}
    for each in needed:
        if not each.translation and each.from_other:
            other[each.from_other] = other.get(each.from_other, 0) + 1
    changed = len(_changed(entries, parsed))
    parts = [f"{missing} missing"] if missing else []
    parts += [f"{changed} changed since" if changed else ""] if changed else []
    parts += [f"{number} from {language}" for language, number in other.items()]
    told = f"; {', '.join(parts)}" if parts else ""
    return f"{work.folder}: {work.language} has {have} of {counted(len(needed), 'text')}{told}"


def _say_what_to_add(work: _Work) -> None:
    """Say what only the menu itself can say: the values of the language, and how callers come to speak it."""
    for each in values_without_words(work.draft, work.declared, work.language):
        print_problem(work.folder, each)
    if work.language in {*work.declared.languages, *work.declared.fall_back.values()}:
        return
    languages = ", ".join([*work.declared.languages, work.language])
    click.echo(
        f"Next: write `languages: [{languages}]` in menu.yaml, and give callers a way to it: an option with "
        f"`language: {work.language}`, or `begin_in:`"
    )


def _difference(path: Path, old: str, new: str) -> Iterator[str]:
    yield from difflib.unified_diff(old.splitlines(), new.splitlines(), str(path), str(path), lineterm="")
