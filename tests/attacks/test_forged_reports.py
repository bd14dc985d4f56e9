"""Delivery reports that the gateway did not make: none changes a message, and none tells anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from ivr.messaging.delivery_reports import HEADER, LARGEST_REPORT, VALID_FOR, sign
from ivr.messaging.http_gateway import REPORT_PATH
from tests.support.figures import figure
from tests.support.message_reports import SECRET, message, post, sent_message
from tests.support.phone import DAYTIME

BODY = json.dumps({"reference": "1", "id": "g1", "status": "failed"}).encode()
RIGHT = sign(SECRET, BODY, DAYTIME)
SECONDS, DIGEST = RIGHT.split(",")


@pytest.fixture
def app() -> Iterator[Flask]:
    """Return a program with a gateway, which has taken one message."""
    app = sent_message()
    yield app
    app.extensions["ivr"].close()


FORGED: dict[str, Callable[[], tuple[bytes, str | None]]] = {
    "no signature": lambda: (BODY, None),
    "an empty one": lambda: (BODY, ""),
    "nonsense": lambda: (BODY, "c2lnbmF0dXJl"),
    "one of another secret": lambda: (BODY, sign("the attacker's secret, long enough too", BODY, DAYTIME)),
    "one of an empty secret": lambda: (BODY, sign("", BODY, DAYTIME)),
    "one of another body": lambda: (BODY, sign(SECRET, BODY.replace(b"failed", b"sent"), DAYTIME)),
    "one of another message": lambda: (BODY.replace(b'"1"', b'"2"'), RIGHT),
    "a space more": lambda: (BODY + b" ", RIGHT),
    "another time": lambda: (BODY, f"t={int(DAYTIME.timestamp()) + 1},{DIGEST}"),
    "no time": lambda: (BODY, DIGEST),
    "its beginning": lambda: (BODY, RIGHT[:-1]),
    "it twice": lambda: (BODY, f"{RIGHT},{DIGEST}"),
    "it in capitals": lambda: (BODY, f"{SECONDS},v1={DIGEST[3:].upper()}"),
    "the plain hash": lambda: (BODY, f"{SECONDS},v1={'0' * 64}"),
    "digits of another alphabet": lambda: (BODY, RIGHT.replace("1", "١")),
    "the secret itself": lambda: (BODY, SECRET),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_report_is_refused_and_changes_nothing(app: Flask, name: str) -> None:
    """It is 403 and tells nothing."""
    body, header = FORGED[name]()
    environ = {} if header is None else {"HTTP_X_REPORT_SIGNATURE": header.encode().decode("latin-1")}
    answer = app.test_client().post(REPORT_PATH, data=body, environ_overrides=environ)
    assert (answer.status_code, answer.data) == (403, b"")
    assert message(app).status == "sent"


def test_the_right_report_is_taken(app: Flask) -> None:
    """What is refused above is refused for what is wrong with it."""
    assert app.test_client().post(REPORT_PATH, data=BODY, headers={HEADER: RIGHT}).status_code == 204
    assert message(app).status == "failed"


def test_a_captured_report_is_worth_nothing(app: Flask) -> None:
    """Played again at once it says what was known already; after five minutes it is refused."""
    assert post(app, {"status": "delivered"}) == 204
    again = [post(app, {"status": status}) for status in ("sent", "failed", "undelivered") * 10]
    assert set(again) == {204}
    assert message(app).status == "delivered"
    old = sign(SECRET, BODY, DAYTIME - VALID_FOR - timedelta(seconds=1))
    assert app.test_client().post(REPORT_PATH, data=BODY, headers={HEADER: old}).status_code == 403
    figure("reports played again", len(again) + 1, "0 changes")


@pytest.mark.parametrize("size", [LARGEST_REPORT + 1, 65_537, 5_000_000])
@pytest.mark.parametrize("checked", ["signed", "forged"])
def test_a_report_that_is_too_large_is_not_read(app: Flask, size: int, checked: str) -> None:
    """Whoever made it, it costs nothing and changes nothing."""
    body = BODY + b" " * (size - len(BODY))
    header = sign(SECRET if checked == "signed" else "x", body, DAYTIME)
    answer = app.test_client().post(REPORT_PATH, data=body, headers={HEADER: header})
    assert answer.status_code == 413
    assert message(app).status == "sent"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_report_is_posted(app: Flask, method: str) -> None:
    """Nothing else is answered."""
    answer = app.test_client().open(REPORT_PATH, method=method, data=BODY, headers={HEADER: RIGHT})
    assert answer.status_code == 405
    assert message(app).status == "sent"
