"""Having our address lead to the attacker's: by a parameter, a path, a header, or the Host of a request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.config import BadSetting, settings_from
from tests.attacks.test_csrf import begun_for
from tests.support.attacker import VICTIM, letters, resets
from tests.support.figures import figure
from tests.support.phone import CUSTOMER, SETTINGS, SID, Answer, Phone, program, signed

HTTPS = "https://ivr.example.com"
EVIL = (
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
    "http:///evil.example", "%2f%2fevil.example", "javascript:alert(1)", "data:text/html,x", "zh-CN//evil.example",
    "zh-CN%0d%0aLocation:%20https://evil.example", "@evil.example", ".evil.example", "/%09/evil.example", "en-US&next=//evil.example",
)  # fmt: skip
NAMES = ("next", "lang", "url", "redirect", "return", "returnTo", "continue", "r", "language")
HEADERS = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "//evil.example",
    "X-Forwarded-For": "evil.example",
    "X-Script-Name": "//evil.example",
    "X-Original-URL": "//evil.example",
    "X-Rewrite-URL": "//evil.example",
    "Forwarded": "host=evil.example;proto=https",
    "Referer": "https://evil.example",
    "Origin": "https://evil.example",
}


def test_no_parameter_leads_elsewhere(phone: Phone) -> None:
    """Whatever the query of a link says, a redirect goes to the form, and to nothing but a language that there is."""
    link = resets(phone)
    browser = phone.app.test_client(use_cookies=False)
    places = {
        browser.get(f"{link}?{name}={value}", base_url=HTTPS).headers["Location"]
        for name in NAMES
        for value in EVIL
    }
    figure("queries of a link", len(NAMES) * len(EVIL), f"Location is always one of {sorted(places)}")
    assert places <= {"/reset", "/reset?lang=en-US"}


def test_no_path_leads_elsewhere(phone: Phone) -> None:
    """No path of ours or near ours is answered with a redirect, signed or not."""
    paths = [
        before + each
        for each in EVIL
        for before in ("/", "/reset/", "/reset//", "/voice/", "/audio/", "//", "")
    ]
    paths = [path if path.startswith("/") else f"/{path}" for path in paths]
    answers = [phone.client.get(path, base_url=HTTPS) for path in paths]
    answers += [phone.client.post(path, base_url=HTTPS) for path in paths]
    figure(
        "paths asked for", len(answers), f"{sum('Location' in each.headers for each in answers)} redirects"
    )
    assert not any("Location" in each.headers for each in answers)


def test_no_header_leads_elsewhere(phone: Phone) -> None:
    """A Host that was made up, and what a proxy adds, are on no page, in no redirect and in no cookie."""
    link, seen = resets(phone), 0
    for name, value in HEADERS.items():
        browser = phone.app.test_client(use_cookies=False)
        base = f"https://{value}" if name == "Host" else HTTPS
        for path in (link, "/reset", "/reset/x", "/nowhere", "/audio/x"):
            answer = browser.get(path, base_url=base, headers={} if name == "Host" else {name: value})
            seen += 1
            assert "evil" not in answer.text + str(answer.headers)
            assert answer.headers.get("Location", "/reset") == "/reset"
    figure("pages asked for with a header of the attacker's", seen, "0 name his host")


@pytest.mark.parametrize(
    "host", ["evil.example", "ivr.example.com.evil.example", "ivr.example.com:443@evil.example"]
)
def test_no_host_comes_into_a_message(phone: Phone, host: str) -> None:
    """The link that the victim gets begins with our public URL, wherever the webhook seemed to be sent to."""
    real = phone.sends

    def sends(path: str, form: dict[str, str]) -> Answer:
        header = {"X-Twilio-Signature": signed(HTTPS + path, form), "X-Forwarded-Host": host}
        return Answer(
            phone.client.post(path, data=form, headers=header, environ_overrides={"HTTP_HOST": host})
        )

    phone.sends = sends  # type: ignore[method-assign]
    resets(phone)
    phone.sends = real  # type: ignore[method-assign]
    words = "\n".join(letters(phone.application, SID))
    figure(f"webhooks of a reset with the Host {host}", len(phone.posted), "the link is ours")
    assert "https://ivr.example.com/reset/" in words
    assert "evil" not in words


@pytest.mark.parametrize(
    ("public", "place"),
    [
        ("https://ivr.example.com", "/reset"),
        ("https://ivr.example.com/", "/reset"),
        ("https://ivr.example.com/a/b", "/a/b/reset"),
        ("https://user:secret@ivr.example.com:8443/a/", "/a/reset"),
    ],
)
def test_the_public_url_s_path_is_all_that_a_redirect_takes_of_it(public: str, place: str) -> None:
    """Its host, port and credentials stay out of it, so that nothing leaves the host that the browser asked."""
    app = program(replace(SETTINGS, public_url=public))
    link = begun_for(Phone(app, caller=CUSTOMER), VICTIM)
    location = app.test_client().get(link).headers["Location"]
    app.extensions["ivr"].close()
    assert location == place


def test_a_public_url_that_would_lead_elsewhere_is_refused() -> None:
    """A path of two slashes would be another host to a browser; the operator is told."""
    with pytest.raises(BadSetting, match="IVR_PUBLIC_URL"):
        settings_from({"IVR_PUBLIC_URL": "https://ivr.example.com//evil.example"})
