"""`ivr demo-service`: the demonstration account service over HTTP."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from ivr.cli.arguments import hotline_argument, read_settings
from ivr.cli.errors import CommandFailed
from ivr.demo.http_service import serve_demo as run


@click.command(
    epilog="""\b
Example:
  ACCOUNT_SERVICE_TOKEN=… ivr demo-service menus/yuebao --port 8090""",
)
@hotline_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(1, 65535), help="The port.")
def demo_service_command(hotline: Path, host: str, port: int) -> None:
    """Run the demonstration account service over HTTP, for actions that actions.yaml declares.

    See examples/http/actions.yaml. ACCOUNT_SERVICE_TOKEN is what its callers must show. What calls change is forgotten
    when it ends, unless IVR_DATABASE_URL names a file.
    """
    token = os.environ.get("ACCOUNT_SERVICE_TOKEN", "")
    if not token:
        raise CommandFailed(
            "ACCOUNT_SERVICE_TOKEN is missing; set it to what the callers of the service show"
        )
    settings = read_settings()
    if not os.environ.get("IVR_DATABASE_URL"):
        settings = replace(settings, database_url="memory://")  # every start begins with the file's customers
    run(hotline, settings, token, host, port, lambda address: click.echo(f"ready: {address}"))
