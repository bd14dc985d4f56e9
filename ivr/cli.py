"""The command line. Each command imports what it needs when it runs, so that `ivr --help` is there at once."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.config import Settings
    from ivr.menu.problems import Problem

DEFAULT_HOTLINE = Path("menus/yuebao")

hotline_argument = click.argument(
    "hotline", type=click.Path(path_type=Path), default=DEFAULT_HOTLINE, required=False
)
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or for tools."
)


class Failed(click.ClickException):
    """A command could not do what it was asked; the message says why and what to do."""


class Commands(click.Group):
    """The commands, with the nearest name for a misspelt one, and errors without a traceback."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or say which one was probably meant."""
        name = args[0]
        if name in self.commands:
            return super().resolve_command(ctx, args)
        from ivr.menu.problems import did_you_mean

        raise click.UsageError(f"there is no command `{name}`; {did_you_mean(name, self.commands)}")

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what an operator can mend is told in one sentence."""
        from ivr.logs import configure

        configure(level="error")  # what a command has to say it prints; `ivr serve` sets up its own log
        try:
            return super().invoke(ctx)
        except click.ClickException:
            raise
        except Exception as error:
            raise _as_failed(error) from error


def _as_failed(error: Exception) -> Exception:
    """Return the sentence for an error that an operator can mend, or the error itself."""
    import sqlite3

    from ivr.config import BadSetting
    from ivr.datafile import BadFile
    from ivr.hotline import MenuBroken
    from ivr.starter import FolderTaken

    if isinstance(error, MenuBroken):
        return Failed(f"the menu has problems:\n{error}")
    if isinstance(error, BadSetting | BadFile | FolderTaken | OSError | sqlite3.Error | ValueError):
        return Failed(str(error))
    return error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ivr")
def main() -> None:
    """A phone-menu server: YAML menus, Twilio webhooks, and a simulator that drives the same menus.

    HOTLINE is a folder with a menu.yaml; menus/yuebao if none is named.
    """


def _settings() -> Settings:
    from ivr.config import settings_from

    return settings_from(os.environ)


# --- trying


@main.command()
@hotline_argument
@click.option("--from", "caller", help="The calling number, such as +8613800138000, or `withheld`.")
@click.option("--at", "when", help="When the caller rings, in the hotline's time zone: 2026-11-22T10:00.")
@click.option("--language", help="Begin in this language, such as en-US.")
@click.option("--url", help="Call a running server, whose TwiML is executed as Twilio would.")
@click.option("--trace", is_flag=True, help="Show the node, the event and the commands of each step.")
def simulate(
    hotline: Path, caller: str | None, when: str | None, language: str | None, url: str | None, *, trace: bool
) -> None:
    """Call a hotline from the keyboard.

    Type keys to press them (1, 1234#), nothing for silence, words to speak; /help lists the rest. The end of the
    input hangs up. Time is virtual: silence costs nothing.
    """
    from ivr.channels.terminal.keyboard import typed_lines
    from ivr.sitting import direct_sitting, url_sitting

    _check_number(caller)
    if url:
        if when or language or trace:
            raise click.UsageError(
                "--at, --language and --trace are for a call in this process, without --url"
            )
        simulator = url_sitting(hotline, url, caller, _settings())
    else:
        simulator = direct_sitting(hotline, caller, when, language, trace=trace)
    simulator.run(typed_lines(secret=simulator.asks_for_secret))


def _check_number(caller: str | None) -> None:
    import re

    if caller and caller != "withheld" and not re.fullmatch(r"\+[1-9]\d{4,14}", caller):
        raise click.UsageError(f"--from: `{caller}` is no international number; write it like +8613800138000")


# --- serving


@main.command()
@hotline_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="The port.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=None,
    help="Processes; one for each processor if not said.",
)
@click.option(
    "--insecure", is_flag=True, help="Take webhooks that nobody signed. Only for trying things out."
)
def serve(hotline: Path, host: str, port: int, workers: int | None, *, insecure: bool) -> None:
    """Answer Twilio's webhooks. The first one is POST /voice; settings come from the environment."""
    from ivr.app import create_app
    from ivr.serving import serve as run

    app = create_app(
        hotline, _settings(), insecure=insecure
    )  # what is wrong is said here, once, and not by every worker
    app.extensions["ivr"].close()
    if insecure:
        click.secho("signatures are NOT checked: anybody may post to these webhooks", fg="red", err=True)
    count = workers or max(os.cpu_count() or 1, 1)

    def ready(address: str) -> None:
        click.echo(f"ready: {address} ({count} workers, first webhook {address}/voice)")

    run(hotline, host, port, workers=count, insecure=insecure, ready=ready)


# --- checking


@main.command()
@hotline_argument
@format_option
def check(hotline: Path, form: str) -> None:
    """Say everything that is wrong with a hotline, and what to write instead."""
    from ivr.channels.twilio.languages import voice_problem
    from ivr.hotline import load_folder
    from ivr.proof.runner import read_calls

    problems = [
        *load_folder(hotline, voice_problem).problems,
        *read_calls(hotline)[1],
        *_data_problems(hotline),
    ]
    errors = sum(problem.severity == "error" for problem in problems)
    if form == "json":
        click.echo(json.dumps([problem.as_data() for problem in problems], ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            _print_problem(hotline, problem)
        click.echo(
            f"{hotline}: "
            + ("no problems" if not problems else f"{errors} errors, {len(problems) - errors} warnings")
        )
    sys.exit(1 if errors else 0)


def _data_problems(hotline: Path) -> list[Problem]:
    """Return what is wrong with the files that actions speak of."""
    from ivr.accounts import Accounts
    from ivr.actions.notices import Notices
    from ivr.datafile import BadFile
    from ivr.menu.problems import Problem

    problems = []
    openers: list[tuple[str, Callable[[Path], object]]] = [
        ("accounts.yaml", lambda path: Accounts.open(":memory:", path).close()),
        ("bulletins.yaml", Notices.open),
    ]
    for name, opener in openers:
        path = hotline / name
        try:
            if path.exists():
                opener(path)
        except BadFile as error:
            problems.append(Problem(name, 1, 1, "", str(error), "see the demonstration hotline's file"))
    return problems


def _print_problem(hotline: Path, problem: Problem) -> None:
    where = f"{hotline / problem.file}:{problem.line}:{problem.column}:"
    node = f" {problem.node}:" if problem.node else ""
    colour = "red" if problem.severity == "error" else "yellow"
    click.echo(
        f"{click.style(where, bold=True)}{node} {click.style(problem.what, fg=colour)}; {problem.remedy}"
    )


@main.command()
@hotline_argument
@click.option("-k", "part", default="", help="Only the calls whose title or file has this in it.")
@click.option("-v", "verbose", is_flag=True, help="Show the transcript of every call.")
def test(hotline: Path, part: str, *, verbose: bool) -> None:
    """Play the written calls of a hotline."""
    from ivr.proof.report import print_played
    from ivr.proof.runner import play, read_calls
    from ivr.stages import DirectStages

    calls, problems = read_calls(hotline)
    for problem in problems:
        _print_problem(hotline, problem)
    wanted = [(file, call) for file, call in calls if part in file or part in call.call]
    stages = DirectStages(hotline)
    failed = 0
    for file, call in wanted:
        played = play(file, call, stages)
        failed += bool(played.failures)
        if played.failures or verbose:
            print_played(played)
    click.echo(f"{hotline}: {len(wanted)} calls, {len(wanted) - failed} passed, {failed} failed")
    if not wanted:
        raise Failed(
            f"there is no written call{f' with `{part}` in it' if part else ''} under {hotline / 'calls'}"
        )
    sys.exit(1 if failed or problems else 0)


# --- editing


@main.command()
@click.argument("kind", type=click.Choice(["menu", "nodes", "prompts", "calls"]), default="menu")
@click.option(
    "--write", "folder", type=click.Path(path_type=Path), help="Write all of them into FOLDER/.schema."
)
def schema(kind: str, folder: Path | None) -> None:
    """Print the JSON Schema of a kind of file, for editors that complete and explain keys."""
    from ivr.schemas import schemas, write_schemas

    if folder is None:
        click.echo(json.dumps(schemas()[kind], ensure_ascii=False, indent=2))
        return
    for path in write_schemas(folder):
        click.echo(path)


@main.command()
def reference() -> None:
    """Print the reference of the menu language: node kinds, keys, filters, actions."""
    from ivr.schemas import reference as page

    click.echo(page())


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Write a small hotline that already passes `ivr check` and `ivr test`."""
    from ivr import starter
    from ivr.schemas import write_schemas

    for path in [*starter.write(folder), *write_schemas(folder)]:
        click.echo(f"wrote {path}")
    click.echo(f"Next: ivr check {folder} · ivr test {folder} · ivr simulate {folder}")


# --- looking back


@main.command()
@click.argument("callsid", required=False)
@click.option("--since", help="Calls from this day or moment on: 2026-11-22, 2026-11-22T10:00.")
@click.option("--until", help="Calls before this day or moment.")
@click.option("--caller", default="", help="The end of the calling number, such as 8000.")
@click.option("--ending", default="", help="completed, transferred, hung_up or farewell.")
@click.option("--node", default="", help="Calls that passed this node.")
@click.option("--urgent", is_flag=True, help="Calls that were marked as urgent.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most so many."
)
@format_option
def calls(callsid: str | None, form: str, **wanted: Any) -> None:
    """List the calls of the store, or show one call's path, messages and voicemail."""
    from ivr import records
    from ivr.stores import open_store

    store = open_store(_settings().database_url)
    try:
        if callsid is None:
            found = store.calls(records.call_filter(**wanted))
            records.print_calls(found, form)
            return
        history = store.call(callsid)
        if history is None:
            raise Failed(f"there is no call {callsid} in the store; `ivr calls` lists them")
        records.print_call(history, form)
    finally:
        store.close()


@main.command()
@click.option("--older-than", "age", required=True, help="Days, hours or weeks: 90d, 36h, 12w.")
def purge(age: str) -> None:
    """Forget old calls: their paths, messages, recordings' addresses, and the menu versions nobody needs."""
    from ivr import records
    from ivr.app import utc_now
    from ivr.stores import open_store

    store = open_store(_settings().database_url)
    try:
        purged = store.purge(utc_now() - records.age(age))
    finally:
        store.close()
    click.echo(
        f"forgot {purged.calls} calls, {purged.path} steps, {purged.messages} messages, "
        f"{purged.voicemails} recordings, {purged.versions} menu versions"
    )


if __name__ == "__main__":
    main()
