"""The page in a real browser, at the size of a phone: what a customer does with the link in the message."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from ivr.actions.accounts import PasswordKind
from ivr.actions.passwords import Reason
from ivr.channels.reset_page.words import PAGE_WORDS, PageWords
from tests.support.accounts import password_matches
from tests.support.reset_page import CHINESE, ENGLISH, GOOD, House

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """Take a phone that speaks neither of our languages; whatever its console complains of fails the test."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, locale="fr-FR"
    )
    page = context.new_page()
    complaints = list[str]()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # The browser also notes each page that is answered with 404, as those of dead links are.
    assert [text for text in complaints if "404" not in text] == []


@pytest.fixture
def site(application: House) -> Iterator[str]:
    """Serve the application over http, as a person does who tries it out."""
    application.public_url = ""
    server = make_server("127.0.0.1", 0, application.program(), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def types(page: Page, words: PageWords, password: str) -> None:
    """Fill both fields in by their labels and press the button."""
    page.get_by_label(words.entry, exact=True).fill(password)
    page.get_by_label(words.again, exact=True).fill(password)
    page.get_by_role("button", name=words.button).tap()


@pytest.mark.parametrize(
    ("which", "customer", "weak", "reason"),
    [
        ("login", CHINESE, "password1", Reason.easily_guessed),
        ("payment", CHINESE, "900307", Reason.birthday),
        ("login", ENGLISH, "Morgan Lee", Reason.easily_guessed),
        ("payment", ENGLISH, "234567", Reason.run),
    ],
)
def test_a_customer_sets_a_password_on_his_phone(
    application: House, site: str, phone: Page, which: PasswordKind, customer: str, weak: str, reason: Reason
) -> None:
    """From the link to the new password, past a weak one; back, reload and the link itself are dead then."""
    dead = re.compile("|".join(words.dead_title for words in PAGE_WORDS.values()))
    ticket = application.ticket(which, customer)
    words = PAGE_WORDS["en-US" if customer == ENGLISH else "zh-CN"]
    phone.goto(f"{site}/reset/{ticket}")
    assert phone.url == f"{site}/reset"
    assert ticket not in phone.content()
    expect(phone.get_by_role("heading")).to_have_text(words.titles[which])
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360

    types(phone, words, weak)
    expect(phone.get_by_role("alert")).to_contain_text(words.problems[reason])
    expect(phone.get_by_label(words.entry, exact=True)).to_be_focused()
    expect(phone.get_by_label(words.entry, exact=True)).to_have_value("")
    assert weak not in phone.content()

    types(phone, words, GOOD[which])
    expect(phone.get_by_role("heading")).to_have_text(words.done_title)
    assert password_matches(application.accounts, customer, which, GOOD[which])
    assert phone.context.cookies() == []

    phone.reload()
    expect(phone.get_by_role("heading")).to_have_text(dead)
    phone.go_back()
    expect(phone.get_by_role("heading")).to_have_text(dead)
    phone.goto(f"{site}/reset/{ticket}")
    expect(phone.get_by_role("heading")).to_have_text(dead)


def test_a_customer_chooses_the_other_language(application: House, site: str, phone: Page) -> None:
    """One tap on the language's own name; a mistake is explained in it, too."""
    phone.goto(f"{site}/reset/{application.ticket('payment')}")
    phone.get_by_role("link", name="English").tap()
    words = PAGE_WORDS["en-US"]
    expect(phone.get_by_role("heading")).to_have_text(words.titles["payment"])
    types(phone, words, "111222")
    expect(phone.get_by_role("alert")).to_contain_text(words.problems[Reason.repeat])
    expect(phone.get_by_role("link", name=PAGE_WORDS["zh-CN"].own_name)).to_be_visible()


def test_the_browser_gives_the_ticket_away_to_nobody(application: House, site: str, phone: Page) -> None:
    """Nothing but the link itself is ever fetched with the ticket in its address or in a Referer."""
    ticket = application.ticket()
    told = list[str]()
    phone.on(
        "request", lambda request: told.append(f"{request.url} {request.all_headers().get('referer', '')}")
    )
    phone.goto(f"{site}/reset/{ticket}")
    phone.get_by_role("link", name="English").tap()
    expect(phone).to_have_url(re.compile("lang=en-US"))
    assert told[0] == f"{site}/reset/{ticket} "
    assert not any(ticket in request for request in told[1:])
    assert {request.partition(" ")[2] for request in told} == {""}
    assert phone.evaluate("history.length") <= 3
    assert phone.evaluate("document.cookie") == ""


def test_the_style_is_taken(application: House, site: str, phone: Page) -> None:
    """The policy that forbids everything else lets it in, and what is tapped is large enough for a thumb."""
    phone.goto(f"{site}/reset/{application.ticket()}")
    button = phone.get_by_role("button").bounding_box()
    assert button
    assert button["height"] >= 44
    assert phone.evaluate("getComputedStyle(document.querySelector('main')).borderRadius") != "0px"
