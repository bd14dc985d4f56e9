"""Having the victim's browser set a password that the attacker knows, from a page of the attacker's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.accounts import password_matches
from tests.support.attacker import VICTIM, resets
from tests.support.bank import accounts_of
from tests.support.figures import figure
from tests.support.phone import DAYTIME, SETTINGS, Phone, program

HTTPS = "https://ivr.example.com"
WANTED = "violin under seven lamps"
"""The attacker's password: one that is good."""
OTHER = "+8613800138001"


@pytest.fixture
def browser(phone: Phone) -> FlaskClient:
    """Give the victim's browser, which has opened his link and shows the form."""
    return opened(phone.app, resets(phone))


def opened(app: Flask, link: str) -> FlaskClient:
    """Return a browser that has followed a link to the form."""
    browser = app.test_client()
    assert browser.get(link, base_url=HTTPS).status_code == 303
    assert browser.get("/reset", base_url=HTTPS).status_code == 200
    return browser


def token(browser: FlaskClient) -> str:
    """Return the token in a browser's form."""
    found = re.search(
        r'name="csrf_token" type="hidden" value="([^"]+)"', browser.get("/reset", base_url=HTTPS).text
    )
    assert found
    return found[1]


def begun_for(phone: Phone, number: str) -> str:
    """Begin a reset for a number, as the hotline does it, and return the path of its link."""
    seal = phone.application.services.seal
    ticket = seal.sign("ticket", f"a reset of {number}")
    digest = seal.digest("ticket", ticket)
    accounts_of(phone.application.services).open_reset(
        number, "login", digest, key=f"{number}/1/1", at=DAYTIME
    )
    return f"/reset/{ticket}"


def post(browser: FlaskClient, path: str = "/reset", csrf: str | None = None, **headers: str) -> TestResponse:
    """Post the attacker's password."""
    fields = {"password": WANTED, "again": WANTED} | ({} if csrf is None else {"csrf_token": csrf})
    return browser.post(path, data=fields, base_url=HTTPS, headers=headers)


def is_set(phone: Phone, number: str = VICTIM) -> bool:
    """Say whether the attacker's password was set."""
    return password_matches(accounts_of(phone.application.services), number, "login", WANTED)


def test_a_form_of_another_site_sets_nothing(phone: Phone, browser: FlaskClient) -> None:
    """Without a token, with a made-up one, with the attacker's own: 400, and the victim's form still works."""
    attackers = opened(phone.app, begun_for(phone, OTHER))
    right = token(browser)
    tokens = [
        None,
        "",
        "x",
        "0",
        right[:-1],
        right + "x",
        right.swapcase(),
        ".".join(reversed(right.split("."))),
        token(attackers),
    ]
    statuses = [post(browser, csrf=each).status_code for each in tokens]
    elsewhere = {
        "Origin": "https://evil.example",
        "Referer": "https://evil.example/form",
        "Sec-Fetch-Site": "cross-site",
    }
    statuses += [post(browser, csrf=each, **elsewhere).status_code for each in tokens]
    figure(
        "forms posted without a good token", len(statuses), f"{statuses.count(400)} refused, 0 passwords set"
    )
    assert set(statuses) == {400}
    assert not is_set(phone)
    assert post(browser, csrf=right).status_code == 303
    assert is_set(phone)


def test_a_token_without_its_cookie_sets_nothing(phone: Phone, browser: FlaskClient) -> None:
    """The token alone, with the ticket in the URL, in the query, in a field or in a header: no password is set."""
    right, stranger = token(browser), phone.app.test_client(use_cookies=False)
    ticket = resets(Phone(phone.app, call="CA-again")).removeprefix("/reset/")
    tries = [
        post(stranger, csrf=right),
        post(stranger, f"/reset/{ticket}", csrf=right),
        post(stranger, f"/reset?ticket={ticket}&csrf_token={right}"),
        post(stranger, f"/reset?ticket={ticket}", csrf=right),
        post(stranger, csrf=right, Cookie=f"reset={ticket}"),
        post(stranger, csrf=right, Cookie=f"session={ticket}; ticket={ticket}"),
        stranger.post(
            "/reset", data={"csrf_token": right, "ticket": ticket, "password": WANTED, "again": WANTED}
        ),
        stranger.post(
            "/reset", json={"csrf_token": right, "ticket": ticket, "password": WANTED, "again": WANTED}
        ),
        stranger.get(
            f"/reset?password={WANTED}&again={WANTED}&csrf_token={right}&ticket={ticket}", base_url=HTTPS
        ),
    ]
    statuses = [each.status_code for each in tries]
    figure("forms posted without the cookie", len(tries), f"answers {sorted(set(statuses))}, 0 passwords set")
    assert set(statuses) <= {400, 404, 405}
    assert not is_set(phone)


def test_a_get_sets_nothing_whatever_it_carries(phone: Phone, browser: FlaskClient) -> None:
    """An image or a link of another site brings the cookie along, and can do nothing but look."""
    right = token(browser)
    query = f"csrf_token={right}&password={WANTED}&again={WANTED}&_method=POST"
    for path in (f"/reset?{query}", f"/reset/?{query}"):
        assert (
            browser.get(path, base_url=HTTPS, headers={"X-HTTP-Method-Override": "POST"}).status_code == 200
        )
    figure("GETs with everything that the form has", 2, "0 passwords set")
    assert not is_set(phone)


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(phone: Phone) -> None:
    """HttpOnly, Secure, SameSite, for the reset alone, of this host alone, gone with the browser."""
    answer = phone.app.test_client().get(resets(phone), base_url=HTTPS)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    flags = {flag.strip() for flag in cookie.split(";")[1:]}
    figure("flags of the cookie", len(flags), ", ".join(sorted(flags)))
    assert flags == {"HttpOnly", "Secure", "SameSite=Lax", "Path=/reset"}


def test_the_cookie_follows_the_public_url() -> None:
    """Behind a path of its own it is for that path alone; where the page has no https, the cookie is not lost."""
    for public, wanted in (
        ("https://x.example/ivr", {"Secure", "Path=/ivr/reset"}),
        ("http://x.example", {"Path=/reset"}),
    ):
        app = program(replace(SETTINGS, public_url=public))
        link = begun_for(Phone(app), VICTIM)
        cookie = app.test_client().get(link).headers["Set-Cookie"]
        flags = {flag.strip() for flag in cookie.split(";")[1:]}
        assert flags == wanted | {"HttpOnly", "SameSite=Lax"}
        app.extensions["ivr"].close()


def test_no_page_can_be_framed_or_kept(phone: Phone, browser: FlaskClient) -> None:
    """The form, the redirect, a dead link, an error: no frame around it, no script in it, nothing in a cache or a Referer."""
    pages = [
        browser.get("/reset", base_url=HTTPS),
        post(browser),
        phone.client.get("/reset/x", base_url=HTTPS),
        phone.client.get("/reset", base_url=HTTPS),
        browser.post("/reset", data=b"x" * 100_000, base_url=HTTPS),
    ]
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, page.status
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in page.headers
    figure("pages looked at for frames, scripts and caches", len(pages), "0 allow one")


def test_a_cookie_of_the_attacker_s_making_is_none(phone: Phone, browser: FlaskClient) -> None:
    """Unsigned, signed with a guessed key, or the victim's with one letter changed: as if there were none."""
    cookie = browser.get_cookie("reset", "ivr.example.com", "/reset")
    assert cookie
    right, kept = token(browser), cookie.value
    payload = kept.split(".")[0]
    forged = [payload, f"{payload}.x.y", f"{payload}..", "x", "", kept + "x", *(
        kept[:place] + ("A" if kept[place] != "A" else "B") + kept[place + 1 :] for place in range(len(kept) - 1)
    )]  # fmt: skip
    statuses = [post(phone.client, csrf=right, Cookie=f"reset={each}").status_code for each in forged]
    figure("cookies forged", len(forged), f"{statuses.count(404)} taken for none")
    assert set(statuses) == {404}
    assert not is_set(phone)
