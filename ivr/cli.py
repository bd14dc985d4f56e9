"""The command line. Each command imports what it needs when it runs, so that `ivr --help` is there at once."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ivr.config import Settings
    from ivr.menu.problems import Problem
    from ivr.stores import CallHistory, Store

DEFAULT_HOTLINE = Path("menus/yuebao")


def _folder(ctx: click.Context, _param: click.Parameter, folder: Path) -> Path:
    """Refuse what is no hotline's folder, before anything is opened.

    `check` tells it as a problem, for tools; and a call to a running server needs no folder.
    """
    if folder.is_file():
        raise Failed(f"{folder} is a file; name the hotline's folder: {folder.parent}")
    if ctx.info_name in {"simulate", "check"} or (folder / "menu.yaml").is_file():
        return folder
    what = "has no menu.yaml" if folder.is_dir() else "is not there"
    raise Failed(f"{folder} {what}; name a hotline's folder, or make one with `ivr new`")


hotline_argument = click.argument(
    "hotline", type=click.Path(path_type=Path), default=DEFAULT_HOTLINE, required=False, callback=_folder
)
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or for tools."
)


class Failed(click.ClickException):
    """A command could not do what it was asked; the message says why and what to do."""


class Commands(click.Group):
    """The commands, with the nearest name for a misspelt one, and errors without a traceback."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command; those about Twilio's side are imported when they are wanted."""
        if cmd_name == "twilio":
            from ivr.twilio_commands import twilio

            return twilio
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands."""
        return sorted([*super().list_commands(ctx), "twilio"])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or say which one was probably meant."""
        name, known = args[0], self.list_commands(ctx)
        if name in known:
            return super().resolve_command(ctx, args)
        from ivr.menu.problems import did_you_mean

        raise click.UsageError(f"there is no command `{name}`; {did_you_mean(name, known)}")

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Read and write UTF-8 whatever the locale says, as menus do; then run a command."""
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="replace")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what an operator can mend is told in one sentence."""
        from ivr.logs import configure

        configure(level="error")  # what a command has to say it prints; `ivr serve` sets up its own log
        try:
            return super().invoke(ctx)
        except (click.ClickException, BrokenPipeError):  # click ends quietly where nobody reads on
            raise
        except Exception as error:
            raise _as_failed(error) from error


def _as_failed(error: Exception) -> Exception:
    """Return the sentence for an error that an operator can mend, or the error itself."""
    import sqlite3

    from ivr.config import BadSetting
    from ivr.datafile import BadFile
    from ivr.hotline import MenuBroken
    from ivr.line import CallBroken
    from ivr.serving import CannotServe
    from ivr.starter import FolderTaken

    match error:
        case MenuBroken():
            return Failed(f"the menu has problems:\n{error}")
        case sqlite3.Error():
            return Failed(f"the store cannot be used: {error}; IVR_DATABASE_URL says where it is")
        case OSError(filename=name, strerror=str(what)) if name:
            return Failed(f"{name}: {what.lower()}")
        case BadSetting() | BadFile() | CallBroken() | CannotServe() | FolderTaken() | OSError():
            return Failed(str(error))
    return error


@contextmanager
def _told_as_usage() -> Iterator[None]:
    """Tell a value of the command line that cannot be used as click tells its own."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from error


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


@main.command(
    epilog="""\b
Examples:
  ivr simulate
  ivr simulate --from +12025550142 --language en-US --at 2026-11-22T23:00
  printf '1\\n3\\n' | ivr simulate menus/yuebao --trace
  ivr simulate --url http://127.0.0.1:8080"""
)
@hotline_argument
@click.option("--from", "caller", help="The calling number, such as +8613800138000, or `withheld`.")
@click.option("--at", "when", help="When the caller rings, in the hotline's time zone: 2026-11-22T10:00.")
@click.option("--language", help="Begin in this language, such as en-US.")
@click.option("--url", help="Call a running server, whose TwiML is executed as Twilio would.")
@click.option("--trace", is_flag=True, help="Show what the hotline does at each step.")
def simulate(
    hotline: Path, caller: str | None, when: str | None, language: str | None, url: str | None, *, trace: bool
) -> None:
    """Call a hotline from the keyboard.

    Type keys to press them (1, 1234#), nothing for silence, words to speak; /help lists the rest. The end of the
    input hangs up. Time is virtual: silence costs nothing.
    """
    from ivr.channels.terminal.keyboard import at_terminal, typed_lines
    from ivr.channels.terminal.transcript import Transcript
    from ivr.sitting import direct_sitting, url_sitting

    if url and (when or language):
        raise click.UsageError("--at and --language are for a call in this process, without --url")
    face: Any = {"transcript": Transcript(), "trace": trace, "interactive": at_terminal()}
    with _told_as_usage():
        number = _number(caller)
        if url:
            simulator = url_sitting(hotline, url, number, _settings(), **face)
        else:
            simulator = direct_sitting(hotline, number, when, language, **face)
    simulator.run(typed_lines(secret=simulator.asks_for_secret))


def _number(caller: str | None) -> str | None:
    """Return a calling number without the spaces and hyphens that people write into it."""
    if caller is None or caller == "withheld":
        return caller
    number = caller.translate(str.maketrans("", "", " -()"))
    if re.fullmatch(r"\+[1-9]\d{4,14}", number, re.ASCII):
        return number
    raise ValueError(
        f"--from: `{caller}` is no international number; write it like +8613800138000, or `withheld`"
    )


# --- serving


@main.command(
    epilog="""\b
Examples:
  ivr serve --insecure
  TWILIO_AUTH_TOKEN=… IVR_PUBLIC_URL=https://ivr.example.com ivr serve menus/yuebao --host 0.0.0.0"""
)
@hotline_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="The port.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; one for each processor if not said.")
@click.option(
    "--insecure", is_flag=True, help="Take webhooks that nobody signed. Only for trying things out."
)
@click.option(
    "--messages/--no-messages",
    default=True,
    show_default=True,
    help="Send text messages here too; without it `ivr worker` must run.",
)
def serve(
    hotline: Path, host: str, port: int, workers: int | None, *, insecure: bool, messages: bool
) -> None:
    """Answer Twilio's webhooks. The first one is POST /voice; settings come from the environment."""
    from ivr.app import create_app
    from ivr.serving import serve as run

    settings = _settings()
    count = workers or max(os.cpu_count() or 1, 1)
    if settings.database_url.startswith("memory:"):
        if workers and workers > 1:
            raise click.UsageError(
                "--workers: each process has a memory of its own; with memory:// there can be only one"
            )
        count = 1
    try:  # what is wrong is said here, once, and not by every worker
        create_app(hotline, settings, insecure=insecure).extensions["ivr"].close()
    except ValueError as error:
        raise Failed(f"IVR_DATABASE_URL: {error}") from error
    if insecure and not settings.auth_tokens:
        click.secho("signatures are NOT checked: anybody may post to these webhooks", fg="red", err=True)
    if not settings.secret_keys:
        click.secho(
            "IVR_SECRET_KEY is not set: codes and links that are under way end with this server",
            fg="yellow",
            err=True,
        )

    def ready(address: str) -> None:
        click.echo(f"ready: {address} ({_count(count, 'worker')}, first webhook {address}/voice)")

    run(hotline, host, port, workers=count, insecure=insecure, messages=messages, ready=ready)


@main.command(
    epilog="""\b
Example:
  TWILIO_ACCOUNT_SID=AC… TWILIO_AUTH_TOKEN=… TWILIO_NUMBER=+1… IVR_SECRET_KEY=… ivr worker"""
)
@click.option(
    "--every",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.1, 60),
    help="Seconds between two looks for messages.",
)
def worker(every: float) -> None:
    """Send the text messages that calls have left in the store, apart from `ivr serve --no-messages`.

    Several may run at once. Each message is sent at most once.
    """
    from ivr.logs import configure
    from ivr.serving import send_messages

    settings = _settings()
    if not settings.sends_messages:
        raise Failed("nothing to send with; set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_NUMBER")
    if not settings.secret_keys:
        raise Failed("IVR_SECRET_KEY is missing; set it to that of `ivr serve`, which seals the messages")
    if settings.database_url.startswith("memory:"):
        raise Failed("IVR_DATABASE_URL: memory:// is seen by no other process; name a file")
    configure(settings.log, settings.log_level)
    try:
        send_messages(settings, every, lambda: click.echo(f"sending the messages of {settings.database_url}"))
    except ValueError as error:
        raise Failed(f"IVR_DATABASE_URL: {error}") from error


@main.command(
    name="demo-service",
    epilog="""\b
Example:
  ACCOUNT_SERVICE_TOKEN=… ivr demo-service menus/yuebao --port 8090""",
)
@hotline_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(1, 65535), help="The port.")
def demo_service(hotline: Path, host: str, port: int) -> None:
    """Run the demonstration account service over HTTP, for actions that actions.yaml declares.

    See examples/http/actions.yaml. ACCOUNT_SERVICE_TOKEN is what its callers must show. What calls change is forgotten
    when it ends, unless IVR_DATABASE_URL names a file.
    """
    from ivr.demo_service import serve as run

    token = os.environ.get("ACCOUNT_SERVICE_TOKEN", "")
    if not token:
        raise Failed("ACCOUNT_SERVICE_TOKEN is missing; set it to what the callers of the service show")
    settings = _settings()
    if not os.environ.get("IVR_DATABASE_URL"):
        settings = replace(settings, database_url="memory://")  # customers as the file has them, each time
    run(hotline, settings, token, host, port, lambda address: click.echo(f"ready: {address}"))


# --- checking


@main.command(
    epilog="""\b
Examples:
  ivr check
  ivr check menus/yuebao --format json"""
)
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
            + (
                f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}"
                if problems
                else "no problems"
            )
        )
    sys.exit(1 if errors else 0)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


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


@main.command(
    epilog="""\b
Examples:
  ivr test
  ivr test menus/yuebao -k silence -v"""
)
@hotline_argument
@click.option("-k", "part", default="", help="Only the calls whose title or file has this in it.")
@click.option("-v", "verbose", is_flag=True, help="Show the transcript of every call.")
def test(hotline: Path, part: str, *, verbose: bool) -> None:
    """Play the written calls of a hotline, and show where one went another way than it was written."""
    from ivr.logs import configure
    from ivr.proof.report import print_played
    from ivr.proof.runner import play, read_calls
    from ivr.stages import DirectStages, load_tree

    configure(
        level="critical"
    )  # a written call may want a service to fail, and says itself what must come of it
    stages = DirectStages(hotline, load_tree(hotline))
    calls, problems = read_calls(hotline)
    for problem in problems:
        _print_problem(hotline, problem)
    wanted = [(file, call) for file, call in calls if part in file or part in call.call]
    failed = 0
    for file, call in wanted:
        played = play(file, call, stages)
        failed += bool(played.failures)
        if played.failures or verbose:
            print_played(played)
    click.echo(f"{hotline}: {_count(len(wanted), 'call')}, {len(wanted) - failed} passed, {failed} failed")
    if not wanted:
        raise Failed(
            f"there is no written call{f' with `{part}` in it' if part else ''} under {hotline / 'calls'}"
        )
    sys.exit(1 if failed or problems else 0)


# --- editing


@main.command(
    epilog="""\b
Examples:
  ivr schema nodes
  ivr schema --write menus/yuebao"""
)
@click.argument("kind", type=click.Choice(["menu", "nodes", "prompts", "calls", "actions"]), default="menu")
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


@main.command(
    epilog="""\b
Example:
  ivr new menus/bakery"""
)
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Write a small hotline that already passes `ivr check` and `ivr test`."""
    from ivr import starter
    from ivr.schemas import write_schemas

    for path in [*starter.write(folder), *write_schemas(folder)]:
        click.echo(f"wrote {path}")
    click.echo(f"Next: ivr check {folder} · ivr test {folder} · ivr simulate {folder}")


# --- looking back


@contextmanager
def _store() -> Iterator[Store]:
    """Open the store that is there: to look into a new one would only show that nothing is in it."""
    from ivr.stores import open_store

    url = _settings().database_url
    path = url.removeprefix("sqlite:///")
    if path != url and not Path(path).exists():
        raise Failed(f"there is no {path} here; IVR_DATABASE_URL says where `ivr serve` keeps its calls")
    try:
        store = open_store(url)
    except ValueError as error:
        raise Failed(f"IVR_DATABASE_URL: {error}") from error
    with closing(store):
        yield store


@main.command(
    epilog="""\b
Examples:
  ivr calls --since 2026-11-22 --ending transferred
  ivr calls --caller 8000 --format json
  ivr calls CA0123456789abcdef0123456789abcdef"""
)
@click.argument("callsid", required=False)
@click.option("--since", help="Calls from this day or moment on: 2026-11-22, 2026-11-22T10:00.")
@click.option("--until", help="Calls before this day or moment.")
@click.option("--caller", default="", help="The end of the calling number, such as 8000.")
@click.option(
    "--ending",
    type=click.Choice(["", "completed", "transferred", "hung_up", "farewell"]),
    default="",
    show_choices=False,
    help="completed, transferred, hung_up or farewell.",
)
@click.option("--node", default="", help="Calls that passed this node.")
@click.option("--urgent", is_flag=True, help="Calls that were marked as urgent.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most so many."
)
@click.option("--numbers", is_flag=True, help="Show whole numbers, for whoever must call back.")
@click.option(
    "--open",
    "opened",
    is_flag=True,
    help="Show the words of sealed messages that wait or are not sent: codes and links. Needs IVR_SECRET_KEY.",
)
@format_option
def calls(callsid: str | None, form: str, *, numbers: bool, opened: bool, **wanted: Any) -> None:
    """List the calls of the store, or show one call's path, messages and voicemail.

    Times are those of this machine's time zone.
    """
    from ivr import records
    from ivr.logs import masked

    show = str if numbers else masked

    with _told_as_usage():
        chosen = records.call_filter(**wanted)
    with _store() as store:
        if callsid is None:
            records.print_calls(store.calls(chosen), form, show)
            return
        history = store.call(callsid)
        if history is None:
            raise Failed(f"there is no call {callsid} in the store; `ivr calls` lists them")
        records.print_call(_opened(history) if opened else history, form, show)


def _opened(history: CallHistory) -> CallHistory:
    from ivr.seals import BrokenSeal, Seal
    from ivr.stores import with_open_messages

    keys = _settings().secret_keys
    if not keys:
        raise Failed("IVR_SECRET_KEY is missing; set it to that of `ivr serve`, which sealed the messages")
    try:
        return with_open_messages(history, Seal(*keys))
    except BrokenSeal:
        raise Failed("IVR_SECRET_KEY: the messages were sealed with another key") from None


@main.command(
    epilog="""\b
Example:
  ivr purge --older-than 90d"""
)
@click.option("--older-than", "age", required=True, help="Days, hours or weeks: 90d, 36h, 12w.")
def purge(age: str) -> None:
    """Forget old calls: their paths, messages, recordings' addresses, and the menu versions nobody needs."""
    from ivr import records
    from ivr.app import utc_now

    with _told_as_usage():
        before = utc_now() - records.age(age)
    with _store() as store:
        purged = store.purge(before)
    click.echo(
        f"forgot {purged.calls} calls, {purged.path} steps, {purged.messages} messages, "
        f"{purged.voicemails} recordings, {purged.versions} menu versions"
    )


if __name__ == "__main__":
    main()
