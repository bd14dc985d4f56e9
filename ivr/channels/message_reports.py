"""The path on which a text-message gateway reports what became of a message. Twilio uses a webhook of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from ivr.logs import BoundedLog
from ivr.messaging.delivery_reports import (
    HEADER,
    LARGEST_REPORT,
    ReportForged,
    ReportReader,
    ReportUnreadable,
)
from ivr.messaging.http_gateway import REPORT_PATH
from ivr.storage.sqlite import SqliteStore


def install_message_reports(
    app: Flask, reader: ReportReader, store: SqliteStore, clock: Callable[[], datetime]
) -> None:
    """Add the path to the program.

    A report of an unknown message, or of another carrier's, gets the same answer and has no effect. So whoever holds
    the secret learns nothing about other messages.
    """
    log = BoundedLog()

    @app.post(REPORT_PATH)
    def message_report() -> Response:
        request.max_content_length = LARGEST_REPORT
        try:
            report = reader.read(request.get_data(cache=False), request.headers.get(HEADER, ""), clock())
        except RequestEntityTooLarge:
            log.warning("body too large", path=REPORT_PATH, most=LARGEST_REPORT)
            return _answer(413)
        except ReportForged as error:
            log.warning("delivery report refused", reason=str(error))
            return _answer(403)
        except ReportUnreadable as error:
            log.warning("delivery report not read", reason=str(error))
            return _answer(400, f"{error}\n")
        store.report_message(report.number, report.status, carrier_id=report.carrier_id, error=report.error)
        return _answer(204)


def _answer(status: int, text: str = "") -> Response:
    return Response(text, status=status, content_type="text/plain; charset=utf-8")
