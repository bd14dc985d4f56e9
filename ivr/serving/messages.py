"""Sends text messages: beside the calls in each worker of `ivr serve`, or alone in `ivr worker`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from ivr.app import Application, open_outbox, utc_now
from ivr.config import Settings
from ivr.messaging.outbox import Outbox
from ivr.storage import open_store
from ivr.storage.sealing import Seal


def send_messages(settings: Settings, every: float, ready: Callable[[], None]) -> None:
    """Send the messages of a store until the process is told to end. ``ready`` is called once sending has begun.

    Raises :class:`ivr.config.BadSetting` if there is no carrier.
    """
    store = open_store(settings.database_url)
    outbox = open_outbox(store, Seal(*settings.secret_keys), settings, utc_now)
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before the thread, which inherits it: only we wait
    threading.Thread(target=outbox.run, args=(every,), name="messages", daemon=True).start()
    ready()
    signal.sigwait(ends)
    outbox.end()
    store.close()


def send_beside(application: Application, settings: Settings) -> Outbox:
    """Send messages in a thread of a worker: those of its own turns at once, and those that others have left."""
    outbox = open_outbox(application.store, application.services.seal, settings, utc_now)
    application.switchboard.wake = outbox.wake
    threading.Thread(target=outbox.run, name="messages", daemon=True).start()
    return outbox
