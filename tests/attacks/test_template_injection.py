"""Having a template evaluated that an attacker wrote: he says or types it, or an account or a link holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import pytest
from flask import Flask

from tests.support.attacker import account_says, resets, told_of_the_card
from tests.support.figures import figure
from tests.support.phone import Phone, program

PAYLOADS = (
    "{{ 7*7 }}",
    "{{7*7}}",
    "{% for x in range(3) %}49{% endfor %}",
    "{# 49 #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{0.__class__}",
    "{caller}",
    "%(caller)s",
    "%s%n",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ code }}{{ link }}{{ case_number }}",
    "{{ config }}{{ request }}{{ cycler.__init__.__globals__ }}",
    "{{ '49' | safe }}",
)
MARKUP = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "&lt;b&gt;")
EVALUATED = ("49", "class '", "__main__", "built-in", "<Config", "+8613800138004", "Undefined")


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """Give the web program."""
    app = program()
    yield app
    app.extensions["ivr"].close()


def test_an_account_s_words_are_said_as_they_stand(app: Flask) -> None:
    """In the prompt, in the message about the bank, and in the summary of the call: the payload, letter by letter."""
    for place, payload in enumerate(PAYLOADS):
        said, messages = told_of_the_card(app, payload, f"CA-card-{place}")
        told = [said.said, *messages]
        assert len(told) == 3
        assert all(payload in each for each in told)
        assert not any(sign in each.replace(payload, "") for each in told for sign in EVALUATED)
    figure("templates in an account's fields", len(PAYLOADS), "0 evaluated, in prompt, message and summary")


@pytest.mark.parametrize(
    "options", [(), ("other_language",), ("login", "reset_login"), ("freeze", "freeze_number")]
)
def test_what_is_said_typed_or_shown_is_never_a_template(app: Flask, options: Sequence[str]) -> None:
    """In every field that a caller can fill: the answers are those to nonsense of the same kind."""

    def answers(words: str, place: int) -> tuple[bytes, ...]:
        bodies = []
        for field in ("SpeechResult", "Digits", "CallerName", "FinishedOnKey"):
            phone = Phone(app, call=f"CA-{'-'.join(options)}-{place}-{field}")
            phone.rings()
            phone.chooses(*options)
            bodies.append(phone.goes_on(**{field: words}).body)
        return tuple(bodies)

    found = {answers(words, place) for place, words in enumerate(("mumble", *PAYLOADS))}
    figure(
        f"templates said and typed after {' '.join(options) or '(nothing)'}", 4 * len(PAYLOADS), "0 evaluated"
    )
    assert len(found) == 1


def test_the_page_of_a_reset_evaluates_and_repeats_nothing(phone: Phone) -> None:
    """In the link, the query, the headers, a field: every page is that of nonsense, letter by letter but for its token."""
    browser, url = phone.app.test_client(), "https://ivr.example.com"
    browser.get(resets(phone), base_url=url)

    def pages(words: str) -> list[str]:
        query, headers = quote(words), {"Accept-Language": words, "User-Agent": words, "Referer": words}
        answers = [
            browser.get(f"/reset?lang={query}&next={query}", base_url=url, headers=headers),
            browser.post("/reset", data={"password": words, words: words}, base_url=url, headers=headers),
            browser.post("/reset", data={"csrf_token": words, "again": words}, base_url=url, headers=headers),
            phone.client.get(f"/reset/{query}", base_url=url, headers=headers),
        ]
        return [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]

    nonsense = pages("mumble")
    found = [pages(words) == nonsense for words in (*PAYLOADS, *MARKUP)]
    figure("templates and markup sent to the page", 4 * len(found), "0 evaluated, 0 repeated")
    assert all(found)


def test_an_account_s_words_are_no_markup_on_the_page(app: Flask) -> None:
    """Name and language come from the account service: the page falls back to a language that it has, and escapes."""
    url, phone = "https://ivr.example.com", Phone(app)
    link = resets(phone)
    for words in (*PAYLOADS, *MARKUP):
        account_says(phone.application, phone.caller, words)
        browser = app.test_client()
        browser.get(link, base_url=url)
        page = browser.get("/reset", base_url=url)
        assert page.status_code == 200
        assert '<html lang="zh-CN">' in page.text
        assert words not in page.text
    figure("markup in an account, on the page", len(PAYLOADS) + len(MARKUP), "0 on the page")
