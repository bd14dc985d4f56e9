"""`ivr serve`: answer Twilio's webhooks."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ivr.app import checked_signature
from ivr.calls.hotline_loader import MenuBroken
from ivr.cli.arguments import check_hotline, hotline_argument, read_settings
from ivr.config import Settings
from ivr.console import counted
from ivr.logs import configure, warn_root
from ivr.serving.publisher import publish_at_start
from ivr.serving.server import serve as run
from ivr.serving.server import started_code


@click.command(
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
    "--insecure",
    is_flag=True,
    help="Take webhooks that nobody signed. Only for trying things out; no effect while TWILIO_AUTH_TOKEN is set.",
)
@click.option(
    "--messages/--no-messages",
    default=True,
    show_default=True,
    help="Send text messages here too; without it `ivr worker` must run.",
)
def serve_command(
    hotline: Path, host: str, port: int, workers: int | None, *, insecure: bool, messages: bool
) -> None:
    """Answer Twilio's webhooks. The first one is POST /voice; settings come from the environment."""
    settings = read_settings()
    configure(settings.log, settings.log_level)
    count, in_memory = workers or max(os.cpu_count() or 1, 1), settings.database_url.startswith("memory:")
    if in_memory:
        if workers and workers > 1:
            raise click.UsageError(
                "--workers: each process has a memory of its own; with memory:// there can be only one"
            )
        count = 1
    checked_signature(settings, insecure=insecure)
    folder = hotline.absolute()  # a link stays a link: it may be pointed elsewhere
    module = None
    if in_memory:
        check_hotline(hotline)
    else:
        module = _published_module(hotline, folder, settings)
    code = started_code(folder, settings, module)
    warn_root()
    if insecure:
        warning = "signatures are NOT checked: anybody may post to these webhooks"
        if settings.auth_tokens:
            warning = (
                "--insecure has no effect: TWILIO_AUTH_TOKEN is set, so that every webhook must be signed"
            )
        click.secho(warning, fg="red", err=True)
    if not settings.secret_keys:
        click.secho(
            "IVR_SECRET_KEY is not set: codes and links that are under way end with this server",
            fg="yellow",
            err=True,
        )

    def ready(address: str) -> None:
        first = settings.public_url or address
        click.echo(f"ready: {address} ({counted(count, 'worker')}, first webhook {first}/voice)")

    run(
        folder,
        host,
        port,
        workers=count,
        insecure=insecure,
        messages=messages,
        module=module,
        code=code,
        ready=ready,
    )
    click.echo("stopped")


def _published_module(hotline: Path, folder: Path, settings: Settings) -> str:
    """Publish the menu of the folder, or say why an earlier version is served. Return its Python module."""
    try:
        module, wrong = publish_at_start(folder, settings)
    except MenuBroken:
        check_hotline(hotline)
        raise
    if wrong:
        click.secho(
            f"not all of the folder is served; where it is broken, what was good last goes on "
            f"(`ivr check {hotline}` lists everything):\n{wrong}",
            fg="yellow",
            err=True,
        )
    return module
