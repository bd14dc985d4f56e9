"""`ivr serve`, `ivr worker`, `ivr demo-service`: what runs until it is ended."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from ivr.cli.shared import CommandFailed, counted, hotline_argument, read_settings


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

    settings = read_settings()
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
        raise CommandFailed(f"IVR_DATABASE_URL: {error}") from error
    if insecure and not settings.auth_tokens:
        click.secho("signatures are NOT checked: anybody may post to these webhooks", fg="red", err=True)
    if not settings.secret_keys:
        click.secho(
            "IVR_SECRET_KEY is not set: codes and links that are under way end with this server",
            fg="yellow",
            err=True,
        )

    def ready(address: str) -> None:
        click.echo(f"ready: {address} ({counted(count, 'worker')}, first webhook {address}/voice)")

    run(hotline, host, port, workers=count, insecure=insecure, messages=messages, ready=ready)


@click.command(
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

    settings = read_settings()
    if not settings.sends_messages:
        raise CommandFailed(
            "nothing to send with; set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_NUMBER"
        )
    if not settings.secret_keys:
        raise CommandFailed(
            "IVR_SECRET_KEY is missing; set it to that of `ivr serve`, which seals the messages"
        )
    if settings.database_url.startswith("memory:"):
        raise CommandFailed("IVR_DATABASE_URL: memory:// is seen by no other process; name a file")
    configure(settings.log, settings.log_level)
    try:
        send_messages(settings, every, lambda: click.echo(f"sending the messages of {settings.database_url}"))
    except ValueError as error:
        raise CommandFailed(f"IVR_DATABASE_URL: {error}") from error


@click.command(
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
        raise CommandFailed(
            "ACCOUNT_SERVICE_TOKEN is missing; set it to what the callers of the service show"
        )
    settings = read_settings()
    if not os.environ.get("IVR_DATABASE_URL"):
        settings = replace(settings, database_url="memory://")  # customers as the file has them, each time
    run(hotline, settings, token, host, port, lambda address: click.echo(f"ready: {address}"))
