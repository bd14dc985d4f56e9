"""The short reading of a webhook's form."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.test import EnvironBuilder

from ivr.channels.twilio.forms import FORM_TYPE, LARGEST_FORM, WebhookRequest, read_form

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.tuples(TEXT, TEXT)))
def test_what_was_encoded_is_read(fields: list[tuple[str, str]]) -> None:
    """Every text survives: Chinese, spaces, plus signs, ampersands, the same name twice."""
    read = read_form(urlencode(fields).encode())
    assert sorted(read.items(multi=True)) == sorted(fields)


@given(st.binary(max_size=200) | st.text(alphabet="ab=&%+4é2;", max_size=60).map(str.encode))
def test_any_body_is_read_as_werkzeug_reads_it(body: bytes) -> None:
    """The short way and the general one agree, also on what no browser would send."""
    _, general, _ = FormDataParser().parse(BytesIO(body), FORM_TYPE, len(body), {})
    assert list(read_form(body).lists()) == list(general.lists())


def request(body: bytes, **more: str) -> WebhookRequest:
    """Return a posted request."""
    environ = EnvironBuilder(method="POST", input_stream=BytesIO(body), content_type=FORM_TYPE).get_environ()
    return WebhookRequest({**environ, "CONTENT_LENGTH": str(len(body)), **more})


def test_a_request_has_its_form() -> None:
    """Whoever asks for the form twice gets the same fields, though the body is read once."""
    asked = request(b"CallSid=CA1&Digits=%23")
    assert (asked.form["CallSid"], asked.form["Digits"]) == ("CA1", "#")


def test_a_body_that_is_too_large_is_refused_unread() -> None:
    """The limit is looked at before anything is read."""
    with pytest.raises(RequestEntityTooLarge):
        request(b"", CONTENT_LENGTH=str(LARGEST_FORM + 1)).form  # noqa: B018 - asking is what is tested


def test_another_kind_of_body_is_left_to_flask() -> None:
    """A body that is no url-encoded form has no fields."""
    with Flask("test").test_request_context():
        assert not request(b'{"CallSid": "CA1"}', CONTENT_TYPE="application/json").form
