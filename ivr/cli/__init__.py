"""The command line. A command's module is imported only when the command is named, so that `ivr --help` is instant."""

from __future__ import annotations

import gc
import io
import sys
from importlib import import_module
from typing import Any

import click

from ivr.cli.errors import CommandFailed

COMMANDS = {
    "calls": "List past calls, or show one.",
    "card": "Print the caller's card: the keys to everything.",
    "check": "Say everything that is wrong with a hotline.",
    "demo-service": "Run the demonstration account service over HTTP.",
    "diff": "Say what a caller will notice between two versions.",
    "explain": "Explain a rule of `ivr check` and `ivr explore`.",
    "explore": "Walk every path of a hotline, and prove its promises.",
    "graph": "Draw a hotline on one page.",
    "languages": "List the languages that come ready, or show one.",
    "migrate": "Rewrite a hotline of an older version.",
    "new": "Start a hotline.",
    "purge": "Forget old calls.",
    "record-script": "Print what must be recorded, and what is missing.",
    "reference": "Print the reference of the menu language.",
    "replay": "Play a past call against today's menu.",
    "schema": "Print the JSON Schema of a kind of file, for editors.",
    "serve": "Answer Twilio's webhooks.",
    "simulate": "Call a hotline from the keyboard.",
    "test": "Play the written calls, and measure what they cover.",
    "translate": "Write the words of another language, or bring them up to date.",
    "twilio": "Connect a number, and find out what keeps calls away.",
    "worker": "Send the text messages that calls have left in the store.",
}
"""What `ivr --help` says of each command. `demo-service` is `demo_service_command` in `ivr/cli/demo_service.py`."""


class CommandGroup(click.Group):
    """All commands. A misspelt name gets a suggestion, and an error gets a message instead of a traceback."""

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        gc.disable()  # what is imported stays; looking for garbage in it took a tenth of the time
        try:
            command = getattr(import_module(f"ivr.cli.{name}"), f"{name}_command")
        finally:
            gc.enable()
        gc.freeze()
        assert isinstance(command, click.Command)
        return command

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known = args[0], self.list_commands(ctx)
        if name in known:
            return super().resolve_command(ctx, args)
        from ivr.menu.language.suggestions import did_you_mean

        raise click.UsageError(f"there is no command `{name}`; {did_you_mean(name, known)}")

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command. Input and output are UTF-8 whatever the locale is, as menus are."""
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="replace")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. An error that an operator can fix becomes one message."""
        from ivr.logs import configure

        configure(level="error")  # a command prints its own messages; `ivr serve` sets up its own log
        try:
            return super().invoke(ctx)
        except (click.ClickException, BrokenPipeError):  # click exits quietly if the reader is gone
            raise
        except Exception as error:
            raise _as_failed(error) from error


def _as_failed(error: Exception) -> Exception:
    """Return the message for an error that an operator can fix, or the error itself."""
    import sqlite3

    from ivr.calls.hotline_loader import MenuBroken
    from ivr.calls.line import CallBroken
    from ivr.config import BadSetting
    from ivr.diagrams.ranking import NoLayout
    from ivr.menu.reading.problems import BadFile
    from ivr.serving import CannotServe

    match error:
        case MenuBroken():
            return CommandFailed(f"the menu has problems:\n{error}")
        case sqlite3.Error():
            return CommandFailed(f"the store cannot be used: {error}; IVR_DATABASE_URL says where it is")
        case OSError(filename=name, strerror=str(what)) if name:
            return CommandFailed(f"{name}: {what.lower()}")
        case BadSetting() | BadFile() | CallBroken() | CannotServe() | NoLayout() | OSError():
            return CommandFailed(str(error))
    return error


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ivrkit")
def main() -> None:
    """A phone-menu server: YAML menus, Twilio webhooks, and a simulator that drives the same menus.

    HOTLINE is a folder with a menu.yaml; menus/yuebao if none is named.
    """
