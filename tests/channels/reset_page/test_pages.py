"""The pages of a reset, over HTTP, and what an attacker gets from them."""

from __future__ import annotations

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.channels.reset_page.words import WORDS
from ivr.demo.accounts import Accounts, Which
from ivr.logs import configure
from ivr.storage.sealing import Seal
from tests.support.house import CHINESE, ENGLISH, GOOD, SOURCE, House

_TOKEN = re.compile(r'name="csrf_token" type="hidden" value="([^"]+)"')
HTTPS = "https://ivr.example.com"


def visitor(house: House) -> FlaskClient:
    """Return a browser of its own, with its own cookies."""
    return house.program().test_client()


def get(browser: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Fetch a page, over https."""
    return browser.get(path, base_url=HTTPS, headers=headers)


def opened(house: House, ticket: str) -> FlaskClient:
    """Return a browser that has followed a link."""
    browser = visitor(house)
    assert get(browser, f"/reset/{ticket}").status_code == 303
    return browser


def token(browser: FlaskClient) -> str:
    """Return the form's token against forged posts."""
    found = _TOKEN.search(get(browser, "/reset").text)
    assert found
    return found[1]


def post(
    browser: FlaskClient, password: str, again: str | None = None, csrf: str | None = None
) -> TestResponse:
    """Fill the form in and send it; ``csrf=""`` leaves its token out."""
    csrf = token(browser) if csrf is None else csrf
    fields = {"password": password, "again": password if again is None else again}
    return browser.post("/reset", data=fields | ({"csrf_token": csrf} if csrf else {}), base_url=HTTPS)


def words_of(page: TestResponse) -> str:
    """Return what a person reads."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


def after(browser: FlaskClient, answer: TestResponse) -> TestResponse:
    """Follow the answer to a post to the page that it leads to."""
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reset")
    return get(browser, "/reset")


def is_dead(page: TestResponse) -> bool:
    """Say whether this is the page of a link that does not work."""
    return page.status_code == 404 and any(words.dead in words_of(page) for words in WORDS.values())


# The way through


def test_the_ticket_leaves_the_address_bar_at_once(house: House) -> None:
    """The link answers with a plain address, and the ticket goes into a cookie that no script and no other site sees."""
    ticket = house.ticket()
    page = get(visitor(house), f"/reset/{ticket}")
    assert (page.status_code, page.headers["Location"]) == (303, "/reset")
    assert ticket not in page.text
    cookie = page.headers["Set-Cookie"].split("; ")
    assert cookie[0].startswith("reset=")
    assert sorted(cookie[1:]) == ["HttpOnly", "Path=/reset", "SameSite=Lax", "Secure"]


@pytest.mark.parametrize(("which", "phone"), [("login", CHINESE), ("payment", ENGLISH)])
def test_the_page_says_what_is_set_and_how(house: House, which: Which, phone: str) -> None:
    """Which password, the case number and the rules come before the field, in the customer's language."""
    ticket = house.ticket(which, phone)
    reset = house.accounts.reset(house.seal.digest("ticket", ticket), house.now)
    assert reset
    page = get(opened(house, ticket), "/reset")
    words = WORDS[reset.language]
    assert page.status_code == 200
    assert f'<html lang="{words.language}">' in page.text
    fields = [f"{words.entry}</label>", 'name="password"', f"{words.again}</label>", 'name="again"']
    places = [page.text.index(text) for text in (reset.case, *words.rules[which], *fields)]
    assert places == sorted(places)
    assert f"<h1>{words.titles[which]}</h1>" in page.text
    assert page.text.count('autocomplete="new-password"') == 2
    assert page.text.count('inputmode="numeric"') == (2 if which == "payment" else 0)


@pytest.mark.parametrize("which", ["login", "payment"])
def test_a_good_password_is_set_and_the_link_is_dead(house: House, which: Which) -> None:
    """The page says so; the form, the link and a second post are dead, in this browser and in any other."""
    ticket = house.ticket(which)
    browser = opened(house, ticket)
    csrf = token(browser)
    page = after(browser, post(browser, GOOD[which], csrf=csrf))
    assert page.status_code == 200
    assert WORDS["zh-CN"].done[which] in words_of(page)
    assert house.accounts.password_matches(CHINESE, which, GOOD[which])
    assert "reset=;" in page.headers["Set-Cookie"]
    for again in (
        post(browser, GOOD[which], csrf=csrf),
        get(browser, "/reset"),
        get(browser, f"/reset/{ticket}"),
        get(visitor(house), f"/reset/{ticket}"),
    ):
        assert is_dead(again)


def test_every_broken_rule_is_told_and_no_password_comes_back(house: House) -> None:
    """The customer may try again; nothing that he typed is on the page."""
    browser = opened(house, house.ticket())
    words = WORDS["zh-CN"]
    for password, reasons in (
        ("a1!", ["too_short"]),
        ("1234567890", ["only_digits", "easily_guessed"]),
        ("x" * 129, ["too_long", "easily_guessed"]),
        ("", ["too_short"]),
    ):
        page = after(browser, post(browser, password))
        assert page.status_code == 200
        told = words_of(page)
        assert [reason for reason, text in words.problems.items() if text in told] == reasons
        assert not password or password not in page.text
        assert page.text.count('aria-invalid="true"') == 2
        assert "aria-invalid" not in get(browser, "/reset").text
    assert WORDS["zh-CN"].done_title in words_of(after(browser, post(browser, GOOD["login"])))


def test_a_slip_of_the_finger_is_noticed(house: House) -> None:
    """Two entries that differ set nothing: nobody can see what he types."""
    browser = opened(house, house.ticket())
    page = after(browser, post(browser, GOOD["login"], again=GOOD["login"] + "s"))
    assert WORDS["zh-CN"].problems["differ"] in words_of(page)
    assert not house.accounts.password_matches(CHINESE, "login", GOOD["login"])
    after(browser, post(browser, GOOD["login"]))
    assert house.accounts.password_matches(CHINESE, "login", GOOD["login"])


def test_looking_does_not_use_the_link_up(house: House) -> None:
    """Messengers fetch a link to show a preview, and people open it twice."""
    ticket = house.ticket()
    for _ in range(3):
        preview = visitor(house)
        assert get(preview, f"/reset/{ticket}").status_code == 303
        assert get(preview, "/reset").status_code == 200
        assert preview.head(f"/reset/{ticket}", base_url=HTTPS).status_code == 303
    browser = opened(house, ticket)
    after(browser, post(browser, GOOD["login"]))
    assert house.accounts.password_matches(CHINESE, "login", GOOD["login"])


def test_a_link_lives_for_thirty_minutes(house: House) -> None:
    """Also a form that was opened in time is too late then."""
    ticket = house.ticket()
    browser = opened(house, ticket)
    csrf = token(browser)
    house.waits(29.9)
    assert get(browser, "/reset").status_code == 200
    house.waits(0.1)
    assert is_dead(post(browser, GOOD["login"], csrf=csrf))
    assert is_dead(get(visitor(house), f"/reset/{ticket}"))


# Languages


@pytest.mark.parametrize(
    ("phone", "path", "accepted", "language"),
    [
        (CHINESE, "/reset", "en-US", "zh-CN"),
        (ENGLISH, "/reset", "zh-CN", "en-US"),
        (CHINESE, "/reset?lang=en-US", "zh-CN", "en-US"),
        (CHINESE, "/reset?lang=tlh", "en-US", "zh-CN"),
        (CHINESE, "/reset?lang=%22%3E%3Cscript%3E", "en-US", "zh-CN"),
        (None, "/reset", "en-GB,fr;q=0.5", "en-US"),
        (None, "/reset", "zh-TW", "zh-CN"),
        (None, "/reset", "zh-SG,en;q=0.5", "zh-CN"),
        (None, "/reset", "EN", "en-US"),
        (None, "/reset", "fr-FR", "zh-CN"),
        (None, "/reset", "", "zh-CN"),
        (None, "/reset?lang=en-US", "zh-CN", "en-US"),
    ],
)
def test_the_page_speaks_the_language_that_was_chosen_or_is_the_customers_or_the_browsers(
    house: House, phone: str | None, path: str, accepted: str, language: str
) -> None:
    """In this order. Only the languages that there are come back in the page."""
    browser = visitor(house) if phone is None else opened(house, house.ticket(phone=phone))
    page = get(browser, path, **{"Accept-Language": accepted})
    assert f'<html lang="{language}">' in page.text
    assert "script" not in page.text
    assert "tlh" not in page.text


def test_a_chosen_language_stays_chosen(house: House) -> None:
    """From the link through the form's answer; the other language is one link away."""
    browser = visitor(house)
    page = get(browser, f"/reset/{house.ticket()}?lang=en-US")
    assert page.headers["Location"] == "/reset?lang=en-US"
    page = get(browser, page.headers["Location"])
    assert 'action="/reset?lang=en-US"' in page.text
    assert 'href="/reset?lang=zh-CN"' in page.text


# Links that do not work


def test_every_link_that_does_not_work_gets_the_same_answer(house: House) -> None:
    """Used, void, expired, frozen, tampered with, signed with another key, for another purpose, or no link at all."""
    expired = house.ticket(key="expired", phone="+8613800138001")
    house.waits(30)
    void, used = house.ticket(key="void"), house.ticket(key="used")
    assert post(opened(house, used), GOOD["login"]).status_code == 303
    frozen = house.ticket(key="frozen", phone="+8613800138002")
    house.accounts.freeze("+8613800138002", key="freeze", at=house.now)
    alive = house.ticket(key="alive", phone=ENGLISH)
    changed = alive[:-1] + ("A" if alive[-1] != "A" else "Q")
    foreign = Seal("another secret, of somebody else").sign("ticket", "alive")
    other_purpose, never_opened = house.seal.sign("session", "alive"), house.seal.sign("ticket", "never")
    links = [
        expired,
        void,
        used,
        frozen,
        changed,
        alive[1:],
        alive + "/x",
        foreign,
        other_purpose,
        never_opened,
    ]
    answers = [get(visitor(house), f"/reset/{link}") for link in [*links, "x", "%00", "../reset", "x" * 5000]]
    answers += [get(visitor(house), "/reset"), get(visitor(house), "/reset/")]
    answers += [visitor(house).post("/reset", data={"password": "x"}, base_url=HTTPS)]
    assert all(is_dead(answer) for answer in answers)
    assert len({(answer.status, answer.data, str(answer.headers)) for answer in answers}) == 1
    assert not is_dead(get(visitor(house), f"/reset/{alive}"))


def test_a_dead_link_closes_the_form_that_was_open(house: House) -> None:
    """Who comes with a wrong link does not find somebody else's form behind the page that says so."""
    browser = opened(house, house.ticket())
    assert is_dead(get(browser, "/reset/wrong"))
    assert is_dead(get(browser, "/reset?lang=en-US"))


def test_a_link_that_we_did_not_sign_is_not_even_looked_up(house: House) -> None:
    """Guessing costs us no look into the accounts."""
    house.accounts.close()
    assert is_dead(get(visitor(house), f"/reset/{house.seal.sign('ticket', 'x')[:-1]}"))


def test_the_next_link_begins_afresh(house: House) -> None:
    """Nothing of the link before it is left: no token, and no word that was still to be said."""
    browser = opened(house, house.ticket())
    csrf = token(browser)
    post(browser, GOOD["login"], csrf=csrf)
    get(browser, f"/reset/{house.ticket('payment', key='CA2/3/0')}")
    assert WORDS["zh-CN"].titles["payment"] in words_of(get(browser, "/reset"))
    assert post(browser, GOOD["payment"], csrf=csrf).status_code == 400


# Forged requests


def test_no_other_site_can_post_the_form(house: House) -> None:
    """Without the token, with a made-up one, or with one of another session nothing is set, and the form comes back."""
    browser = opened(house, house.ticket())
    token(browser)
    strangers = token(opened(house, house.ticket(phone=ENGLISH, key="CA2/3/0")))
    for csrf in ("", "made up", strangers):
        page = post(browser, GOOD["login"], csrf=csrf)
        assert page.status_code == 400
        assert WORDS["zh-CN"].problems["stale"] in words_of(page)
    assert not house.accounts.password_matches(CHINESE, "login", GOOD["login"])
    after(browser, post(browser, GOOD["login"]))
    assert house.accounts.password_matches(CHINESE, "login", GOOD["login"])


def test_a_post_without_the_cookie_is_dead(house: House) -> None:
    """The token alone is worth nothing, nor is a cookie that was changed."""
    browser = opened(house, house.ticket())
    csrf = token(browser)
    assert is_dead(post(visitor(house), GOOD["login"], csrf=csrf))
    cookie = browser.get_cookie("reset", "ivr.example.com", "/reset")
    assert cookie
    forged = visitor(house)
    forged.set_cookie("reset", cookie.value[:-1], domain="ivr.example.com", path="/reset")
    assert is_dead(post(forged, GOOD["login"], csrf=csrf))
    assert not house.accounts.password_matches(CHINESE, "login", GOOD["login"])


def test_of_two_posts_at_once_one_sets_the_password(house: House) -> None:
    """Two browsers with the same link press the button at the same moment: one is done, the other's link is dead."""
    ticket = house.ticket()
    browsers = [opened(house, ticket) for _ in range(2)]
    tokens = [token(browser) for browser in browsers]
    together = Barrier(2)

    def press(n: int) -> TestResponse:
        together.wait()
        return post(browsers[n], f"{GOOD['login']} {n}", csrf=tokens[n])

    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(press, range(2)))
    assert sorted(page.status_code for page in pages) == [303, 404]
    for n, page in enumerate(pages):
        assert house.accounts.password_matches(CHINESE, "login", f"{GOOD['login']} {n}") != is_dead(page)


@pytest.mark.parametrize(
    "path", ["/reset//evil.example", "/reset/https://evil.example", "/reset/\\evil.example"]
)
def test_nothing_leads_to_another_site(house: House, path: str) -> None:
    """No link and no parameter makes a redirect but the one to the form."""
    page = get(visitor(house), path)
    assert (page.status_code, page.headers.get("Location")) == (404, None)
    page = get(visitor(house), f"/reset/{house.ticket()}?lang=//evil.example&next=//evil.example")
    assert page.headers["Location"] == "/reset"


def test_a_host_that_was_made_up_changes_nothing(house: House) -> None:
    """Addresses on the page and in the redirect name no host, so that none can be slipped in."""
    browser = visitor(house)
    ticket = house.ticket()
    page = browser.get(f"/reset/{ticket}", base_url="https://evil.example")
    assert page.headers["Location"] == "/reset"
    assert "evil" not in browser.get("/reset", base_url="https://evil.example").text


def test_too_large_a_form_is_refused(house: House) -> None:
    """Nobody fills our memory, and the ticket is in no error page."""
    ticket = house.ticket()
    page = post(opened(house, ticket), "x" * 100_000)
    assert page.status_code == 413
    assert ticket not in page.text


# What is sent along


def test_every_page_forbids_keeping_framing_and_passing_on(house: House) -> None:
    """The headers are those of a page that must not leak."""
    browser = opened(house, house.ticket())
    pages = [
        get(visitor(house), f"/reset/{house.ticket(key='CA9/1/0', phone=ENGLISH)}"),
        get(browser, "/reset"),
        post(browser, "short"),
        post(browser, "short", csrf=""),
        post(browser, GOOD["login"]),
        get(browser, "/reset"),
        get(browser, "/reset"),
    ]
    assert [page.status_code for page in pages] == [303, 200, 303, 400, 303, 200, 404]
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        policy = page.headers["Content-Security-Policy"].split("; ")
        assert policy[:3] == ["default-src 'none'", "style-src 'self'", "form-action 'self'"]
        assert "frame-ancestors 'none'" in policy
        assert "<script" not in page.text
        assert "style=" not in page.text


def test_the_style_is_ours_and_may_be_kept(house: House) -> None:
    """Its name holds a hash of what is in it."""
    browser = opened(house, house.ticket())
    found = re.search(r'href="(/reset/page\.[0-9a-f]{8}\.css)"', get(browser, "/reset").text)
    assert found
    style = get(browser, found[1])
    assert (style.status_code, style.mimetype) == (200, "text/css")
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("public_url", "path", "secure"),
    [("https://example.com/ivr", "/ivr", True), ("http://127.0.0.1:8000", "", False), ("", "", False)],
)
def test_the_pages_are_where_the_public_url_says(
    house: House, public_url: str, path: str, *, secure: bool
) -> None:
    """Behind a proxy that takes a path off, all addresses and the cookie have it; without https the cookie works too."""
    house.public_url = public_url
    browser = visitor(house)
    page = browser.get(f"/reset/{house.ticket()}")
    assert page.headers["Location"] == f"{path}/reset"
    attributes = page.headers["Set-Cookie"].split("; ")
    assert f"Path={path}/reset" in attributes
    assert ("Secure" in attributes) == secure
    dead = browser.get("/reset")
    addresses = re.findall(r'(?:href|action)="([^"]+)"', dead.text)
    assert {urlsplit(address).path.startswith(f"{path}/reset") for address in addresses} == {True}


# The log


def test_the_log_knows_the_case_and_nothing_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ticket, password, number or name is logged, when all goes well and when the accounts break down."""
    out = io.StringIO()
    configure("json", "debug", out)
    ticket = house.ticket()
    reset = house.accounts.reset(house.seal.digest("ticket", ticket), house.now)
    assert reset
    browser = opened(house, ticket)
    post(browser, "short")
    post(browser, GOOD["login"])
    get(browser, f"/reset/{ticket}")
    house.accounts.close()
    broken = get(visitor(house), f"/reset/{ticket}")
    assert (broken.status_code, broken.text) == (500, WORDS["zh-CN"].trouble)
    done, failed = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {**done, "timestamp": 0} == {
        "event": "password set",
        "case": reset.case,
        "level": "info",
        "timestamp": 0,
    }
    assert (failed["event"], failed["error"]) == ("page failed", "ProgrammingError")
    for secret in (ticket, GOOD["login"], CHINESE):
        assert secret not in out.getvalue()


def test_two_houses_with_one_secret_share_their_visitors(house: House) -> None:
    """Any worker takes the next request: the session's key comes from the secret."""
    ticket = house.ticket()
    browser, other = opened(house, ticket), visitor(house)
    csrf = token(browser)
    cookie = browser.get_cookie("reset", "ivr.example.com", "/reset")
    assert cookie
    other.set_cookie("reset", cookie.value, domain="ivr.example.com", path="/reset")
    assert get(other, "/reset").status_code == 200
    stranger = House(Accounts.open(":memory:", SOURCE), seal=Seal("another secret, of somebody else"))
    foreign = visitor(stranger)
    foreign.set_cookie("reset", cookie.value, domain="ivr.example.com", path="/reset")
    assert is_dead(get(foreign, "/reset"))
    assert is_dead(post(foreign, GOOD["login"], csrf=csrf))
    stranger.accounts.close()
