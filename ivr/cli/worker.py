"""`ivr worker`: send the text messages that calls have left in the store."""

from __future__ import annotations

import click

from ivr.cli.arguments import read_settings
from ivr.cli.errors import CommandFailed
from ivr.logs import configure, warn_root
from ivr.serving.messages import send_messages


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
def worker_command(every: float) -> None:
    """Send the text messages that calls have left in the store, apart from `ivr serve --no-messages`.

    Several may run at once. Each message is sent at most once.
    """
    settings = read_settings()
    if not settings.sends_messages:
        raise CommandFailed(
            "nothing to send with; set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_NUMBER, or IVR_SMS_URL for "
            "a gateway of your own"
        )
    if not settings.secret_keys:
        raise CommandFailed(
            "IVR_SECRET_KEY is missing; set it to that of `ivr serve`, which seals the messages"
        )
    if settings.database_url.startswith("memory:"):
        raise CommandFailed("IVR_DATABASE_URL: memory:// is seen by no other process; name a file")
    configure(settings.log, settings.log_level)
    warn_root()
    send_messages(settings, every, lambda: click.echo(f"sending the messages of {settings.database_url}"))
