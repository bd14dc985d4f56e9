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

LAST_REQUEST = 8.0
"""Seconds that the last request to a carrier may take when the process is asked to end."""


def send_messages(settings: Settings, every: float, ready: Callable[[], None]) -> None:
    """Send the messages of a store until the process is told to end. ``ready`` is called once sending has begun.

    Raises :class:`ivr.config.BadSetting` if there is no carrier.
    """
    store = open_store(settings.database_url)
    outbox = open_outbox(store, Seal(*settings.secret_keys), settings, utc_now)
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before the thread, which inherits it: only we wait
    thread = threading.Thread(target=outbox.run, args=(every,), name="messages")
    thread.start()
    ready()
    signal.sigwait(ends)
    outbox.stop()
    thread.join()
    store.close()


class Sender:
    """Sends messages in a thread of a worker: those of its own turns at once, and those that others have left."""

    def __init__(self, application: Application, settings: Settings) -> None:
        self._outbox: Outbox = open_outbox(application.store, application.services.seal, settings, utc_now)
        application.switchboard.wake = self._outbox.wake
        self._thread = threading.Thread(target=self._outbox.run, name="messages", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin no further message."""
        self._outbox.stop()

    def join(self) -> None:
        """Let the current request end, so that its message is not left unknown."""
        self._thread.join(LAST_REQUEST)
