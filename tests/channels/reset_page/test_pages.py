"""The pages of a reset, over HTTP, and what an attacker gets from them."""

from __future__ import annotations

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from html import unescape
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.actions.accounts import OpenReset, PasswordKind
from ivr.actions.passwords import BadPassword, Reason
from ivr.channels.reset_page.words import PAGE_WORDS
from ivr.demo.accounts import Accounts
from ivr.logs import configure
from ivr.storage.sealing import Seal
from tests.support.accounts import password_matches
from tests.support.reset_page import CHINESE, ENGLISH, GOOD, SOURCE, House

_TOKEN = re.compile(r'name="csrf_token" type="hidden" value="([^"]+)"')
HTTPS = "https://ivr.example.com"


def visitor(application: House) -> FlaskClient:
    """Return a browser of its own, with its own cookies."""
    return application.program().test_client()


def get(browser: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Fetch a page, over https."""
    return browser.get(path, base_url=HTTPS, headers=headers)


def opened(application: House, ticket: str) -> FlaskClient:
    """Return a browser that has followed a link."""
    browser = visitor(application)
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
    return page.status_code == 404 and any(words.dead in words_of(page) for words in PAGE_WORDS.values())


# The way through


def test_the_ticket_leaves_the_address_bar_at_once(application: House) -> None:
    """The link answers with a plain address, and the ticket goes into a cookie that no script and no other site sees."""
    ticket = application.ticket()
    page = get(visitor(application), f"/reset/{ticket}")
    assert (page.status_code, page.headers["Location"]) == (303, "/reset")
    assert ticket not in page.text
    cookie = page.headers["Set-Cookie"].split("; ")
    assert cookie[0].startswith("reset=")
    assert sorted(cookie[1:]) == ["HttpOnly", "Path=/reset", "SameSite=Lax", "Secure"]


@pytest.mark.parametrize(("which", "phone"), [("login", CHINESE), ("payment", ENGLISH)])
def test_the_page_says_what_is_set_and_how(application: House, which: PasswordKind, phone: str) -> None:
    """PasswordKind password, the case number and the rules come before the field, in the customer's language."""
    ticket = application.ticket(which, phone)
    reset = application.accounts.reset(application.seal.digest("ticket", ticket), application.now)
    assert reset
    page = get(opened(application, ticket), "/reset")
    words = PAGE_WORDS[reset.language]
    assert page.status_code == 200
    assert f'<html lang="{words.language}">' in page.text
    fields = [f"{words.entry}</label>", 'name="password"', f"{words.again}</label>", 'name="again"']
    places = [page.text.index(text) for text in (reset.case, *words.rules[which], *fields)]
    assert places == sorted(places)
    assert f"<h1>{words.titles[which]}</h1>" in page.text
    assert page.text.count('autocomplete="new-password"') == 2
    assert page.text.count('inputmode="numeric"') == (2 if which == "payment" else 0)


@pytest.mark.parametrize("which", ["login", "payment"])
def test_a_good_password_is_set_and_the_link_is_dead(application: House, which: PasswordKind) -> None:
    """The page says so; the form, the link and a second post are dead, in this browser and in any other."""
    ticket = application.ticket(which)
    browser = opened(application, ticket)
    csrf = token(browser)
    page = after(browser, post(browser, GOOD[which], csrf=csrf))
    assert page.status_code == 200
    assert PAGE_WORDS["zh-CN"].done[which] in words_of(page)
    assert password_matches(application.accounts, CHINESE, which, GOOD[which])
    assert "reset=;" in page.headers["Set-Cookie"]
    for again in (
        post(browser, GOOD[which], csrf=csrf),
        get(browser, "/reset"),
        get(browser, f"/reset/{ticket}"),
        get(visitor(application), f"/reset/{ticket}"),
    ):
        assert is_dead(again)


def test_every_broken_rule_is_told_and_no_password_comes_back(application: House) -> None:
    """The customer may try again; nothing that he typed is on the page."""
    browser = opened(application, application.ticket())
    words = PAGE_WORDS["zh-CN"]
    for password, reasons in (
        ("a1!", ["too_short"]),
        ("1234567890", ["only_digits", "easily_guessed"]),
        ("x" * 129, ["too_long"]),
        ("", ["too_short"]),
    ):
        page = after(browser, post(browser, password))
        assert page.status_code == 200
        told = words_of(page)
        assert [reason for reason, text in words.problems.items() if text in told] == reasons
        assert not password or password not in page.text
        assert page.text.count('aria-invalid="true"') == 2
        assert "aria-invalid" not in get(browser, "/reset").text
    assert PAGE_WORDS["zh-CN"].done_title in words_of(after(browser, post(browser, GOOD["login"])))


class Strict:
    """An account service that takes every password, or refuses it for its own reasons."""

    def __init__(self, accounts: Accounts, *reasons: Reason) -> None:
        self.accounts, self.reasons, self.asked = accounts, reasons, list[str]()

    def open_reset(
        self, phone: str, which: PasswordKind, ticket_digest: str, *, key: str, at: datetime
    ) -> str:
        """Begin a reset."""
        return self.accounts.open_reset(phone, which, ticket_digest, key=key, at=at)

    def reset(self, ticket_digest: str, at: datetime) -> OpenReset | None:
        """Return a reset."""
        return self.accounts.reset(ticket_digest, at)

    def set_password(self, _ticket_digest: str, password: str, _at: datetime) -> bool:
        """Note the password, and refuse it if there are reasons."""
        self.asked.append(password)
        if self.reasons:
            raise BadPassword(self.reasons)
        return True


@pytest.mark.parametrize(("which", "weak"), [("login", "a1!"), ("payment", "111111"), ("payment", "8052749")])
def test_the_page_keeps_its_own_rules(application: House, which: PasswordKind, weak: str) -> None:
    """What it says before the field holds with every service, which is not even asked about such a password."""
    service = Strict(application.accounts)
    application.accounts = service  # type: ignore[assignment]
    browser = opened(application, application.ticket(which))
    after(browser, post(browser, weak))
    assert service.asked == []
    after(browser, post(browser, GOOD[which]))
    assert service.asked == [GOOD[which]]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize(("language", "phone"), [("zh-CN", CHINESE), ("en-US", ENGLISH)])
def test_a_refusal_of_the_service_is_told_without_the_page_s_figures(
    application: House, reason: Reason, language: str, phone: str
) -> None:
    """A company may want ten characters: "use at least 8" would be false."""
    application.accounts = Strict(application.accounts, reason)  # type: ignore[assignment]
    browser = opened(application, application.ticket(phone=phone))
    page = after(browser, post(browser, GOOD["login"]))
    (told,) = re.findall(r"<p>([^<]*)</p>", page.text.partition('role="alert"')[2].partition("</div>")[0])
    assert told in PAGE_WORDS[language].problems.values()
    assert not re.search(r"\d", told.replace("最后 6 位", ""))


def test_a_slip_of_the_finger_is_noticed(application: House) -> None:
    """Two entries that differ set nothing: nobody can see what he types."""
    browser = opened(application, application.ticket())
    page = after(browser, post(browser, GOOD["login"], again=GOOD["login"] + "s"))
    assert PAGE_WORDS["zh-CN"].problems["differ"] in words_of(page)
    assert not password_matches(application.accounts, CHINESE, "login", GOOD["login"])
    after(browser, post(browser, GOOD["login"]))
    assert password_matches(application.accounts, CHINESE, "login", GOOD["login"])


def test_looking_does_not_use_the_link_up(application: House) -> None:
    """Messengers fetch a link to show a preview, and people open it twice."""
    ticket = application.ticket()
    for _ in range(3):
        preview = visitor(application)
        assert get(preview, f"/reset/{ticket}").status_code == 303
        assert get(preview, "/reset").status_code == 200
        assert preview.head(f"/reset/{ticket}", base_url=HTTPS).status_code == 303
    browser = opened(application, ticket)
    after(browser, post(browser, GOOD["login"]))
    assert password_matches(application.accounts, CHINESE, "login", GOOD["login"])


def test_a_link_lives_for_thirty_minutes(application: House) -> None:
    """Also a form that was opened in time is too late then."""
    ticket = application.ticket()
    browser = opened(application, ticket)
    csrf = token(browser)
    application.waits(29.9)
    assert get(browser, "/reset").status_code == 200
    application.waits(0.1)
    assert is_dead(post(browser, GOOD["login"], csrf=csrf))
    assert is_dead(get(visitor(application), f"/reset/{ticket}"))


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
    application: House, phone: str | None, path: str, accepted: str, language: str
) -> None:
    """In this order. Only the languages that there are come back in the page."""
    browser = visitor(application) if phone is None else opened(application, application.ticket(phone=phone))
    page = get(browser, path, **{"Accept-Language": accepted})
    assert f'<html lang="{language}">' in page.text
    assert "script" not in page.text
    assert "tlh" not in page.text


@pytest.mark.parametrize("accepted", ["", "fr-FR", "zh-CN", "en-US"])
@pytest.mark.parametrize("languages", [["en-US"], ["en-GB"], ["fr-FR"]])
def test_a_hotline_without_chinese_has_no_chinese_page(languages: list[str], accepted: str) -> None:
    """Whatever the browser, the account and the address ask for; one that has no language of the page's gets English."""
    application = House(Accounts(":memory:", SOURCE), languages=languages)
    dead = get(visitor(application), "/reset?lang=zh-CN", **{"Accept-Language": accepted})
    page = get(
        opened(application, application.ticket(phone=CHINESE)), "/reset", **{"Accept-Language": accepted}
    )
    for each in (dead, page):
        assert '<html lang="en-US">' in each.text
        assert "zh-CN" not in each.text


@pytest.mark.parametrize(
    ("languages", "accepted", "language"),
    [
        (["en-US", "zh-CN"], "", "en-US"),
        (["en-US", "zh-CN"], "fr-FR", "en-US"),
        (["en-US", "zh-CN"], "fr-FR,zh;q=0.5", "zh-CN"),
        (["fr-FR", "zh-CN"], "", "zh-CN"),
    ],
)
def test_a_browser_of_another_language_gets_the_first_of_the_hotline(
    languages: list[str], accepted: str, language: str
) -> None:
    """Of those that the page has."""
    application = House(Accounts(":memory:", SOURCE), languages=languages)
    page = get(visitor(application), "/reset", **{"Accept-Language": accepted})
    assert f'<html lang="{language}">' in page.text


def test_a_chosen_language_stays_chosen(application: House) -> None:
    """From the link through the form's answer; the other language is one link away."""
    browser = visitor(application)
    page = get(browser, f"/reset/{application.ticket()}?lang=en-US")
    assert page.headers["Location"] == "/reset?lang=en-US"
    page = get(browser, page.headers["Location"])
    assert 'action="/reset?lang=en-US"' in page.text
    assert re.findall(r'href="/reset\?lang=([\w-]+)"', page.text) == [
        "zh-CN"
    ]  # and not the language that it is in


# Links that do not work


def test_every_link_that_does_not_work_gets_the_same_answer(application: House) -> None:
    """Used, void, expired, frozen, tampered with, signed with another key, for another purpose, or no link at all."""
    expired = application.ticket(key="expired", phone="+8613800138001")
    application.waits(30)
    void, used = application.ticket(key="void"), application.ticket(key="used")
    assert post(opened(application, used), GOOD["login"]).status_code == 303
    frozen = application.ticket(key="frozen", phone="+8613800138002")
    application.accounts.freeze("+8613800138002", key="freeze", at=application.now)
    alive = application.ticket(key="alive", phone=ENGLISH)
    changed = alive[:-1] + ("A" if alive[-1] != "A" else "Q")
    foreign = Seal("another secret, of somebody else").sign("ticket", "alive")
    other_purpose, never_opened = (
        application.seal.sign("session", "alive"),
        application.seal.sign("ticket", "never"),
    )
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
    answers = [
        get(visitor(application), f"/reset/{link}") for link in [*links, "x", "%00", "../reset", "x" * 5000]
    ]
    answers += [get(visitor(application), "/reset"), get(visitor(application), "/reset/")]
    answers += [visitor(application).post("/reset", data={"password": "x"}, base_url=HTTPS)]
    assert all(is_dead(answer) for answer in answers)
    assert len({(answer.status, answer.data, str(answer.headers)) for answer in answers}) == 1
    assert not is_dead(get(visitor(application), f"/reset/{alive}"))


def test_a_dead_link_closes_the_form_that_was_open(application: House) -> None:
    """Who comes with a wrong link does not find somebody else's form behind the page that says so."""
    browser = opened(application, application.ticket())
    assert is_dead(get(browser, "/reset/wrong"))
    assert is_dead(get(browser, "/reset?lang=en-US"))


def test_a_link_that_we_did_not_sign_is_not_even_looked_up(application: House) -> None:
    """Guessing costs us no look into the accounts."""
    application.accounts.close()
    assert is_dead(get(visitor(application), f"/reset/{application.seal.sign('ticket', 'x')[:-1]}"))


def test_the_next_link_begins_afresh(application: House) -> None:
    """Nothing of the link before it is left: no token, and no word that was still to be said."""
    browser = opened(application, application.ticket())
    csrf = token(browser)
    post(browser, GOOD["login"], csrf=csrf)
    get(browser, f"/reset/{application.ticket('payment', key='CA2/3/0')}")
    assert PAGE_WORDS["zh-CN"].titles["payment"] in words_of(get(browser, "/reset"))
    assert post(browser, GOOD["payment"], csrf=csrf).status_code == 400


# Forged requests


def test_no_other_site_can_post_the_form(application: House) -> None:
    """Without the token, with a made-up one, or with one of another session nothing is set, and the form comes back."""
    browser = opened(application, application.ticket())
    token(browser)
    strangers = token(opened(application, application.ticket(phone=ENGLISH, key="CA2/3/0")))
    for csrf in ("", "made up", strangers):
        page = post(browser, GOOD["login"], csrf=csrf)
        assert page.status_code == 400
        assert PAGE_WORDS["zh-CN"].problems["stale"] in words_of(page)
    assert not password_matches(application.accounts, CHINESE, "login", GOOD["login"])
    after(browser, post(browser, GOOD["login"]))
    assert password_matches(application.accounts, CHINESE, "login", GOOD["login"])


def test_a_post_without_the_cookie_is_dead(application: House) -> None:
    """The token alone is worth nothing, nor is a cookie that was changed."""
    browser = opened(application, application.ticket())
    csrf = token(browser)
    assert is_dead(post(visitor(application), GOOD["login"], csrf=csrf))
    cookie = browser.get_cookie("reset", "ivr.example.com", "/reset")
    assert cookie
    forged = visitor(application)
    forged.set_cookie("reset", cookie.value[:-1], domain="ivr.example.com", path="/reset")
    assert is_dead(post(forged, GOOD["login"], csrf=csrf))
    assert not password_matches(application.accounts, CHINESE, "login", GOOD["login"])


def test_of_two_posts_at_once_one_sets_the_password(application: House) -> None:
    """Two browsers with the same link press the button at the same moment: one is done, the other's link is dead."""
    ticket = application.ticket()
    browsers = [opened(application, ticket) for _ in range(2)]
    tokens = [token(browser) for browser in browsers]
    together = Barrier(2)

    def press(n: int) -> TestResponse:
        together.wait()
        return post(browsers[n], f"{GOOD['login']} {n}", csrf=tokens[n])

    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(press, range(2)))
    assert sorted(page.status_code for page in pages) == [303, 404]
    for n, page in enumerate(pages):
        assert password_matches(application.accounts, CHINESE, "login", f"{GOOD['login']} {n}") != is_dead(
            page
        )


@pytest.mark.parametrize(
    "path", ["/reset//evil.example", "/reset/https://evil.example", "/reset/\\evil.example"]
)
def test_nothing_leads_to_another_site(application: House, path: str) -> None:
    """No link and no parameter makes a redirect but the one to the form."""
    page = get(visitor(application), path)
    assert (page.status_code, page.headers.get("Location")) == (404, None)
    page = get(visitor(application), f"/reset/{application.ticket()}?lang=//evil.example&next=//evil.example")
    assert page.headers["Location"] == "/reset"


def test_a_host_that_was_made_up_changes_nothing(application: House) -> None:
    """Addresses on the page and in the redirect name no host, so that none can be slipped in."""
    browser = visitor(application)
    ticket = application.ticket()
    page = browser.get(f"/reset/{ticket}", base_url="https://evil.example")
    assert page.headers["Location"] == "/reset"
    assert "evil" not in browser.get("/reset", base_url="https://evil.example").text


def test_too_large_a_form_is_refused(application: House) -> None:
    """Nobody fills our memory, and the ticket is in no error page."""
    ticket = application.ticket()
    page = post(opened(application, ticket), "x" * 100_000)
    assert page.status_code == 413
    assert ticket not in page.text


# What is sent along


def test_every_page_forbids_keeping_framing_and_passing_on(application: House) -> None:
    """The headers are those of a page that must not leak."""
    browser = opened(application, application.ticket())
    pages = [
        get(visitor(application), f"/reset/{application.ticket(key='CA9/1/0', phone=ENGLISH)}"),
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


def test_the_style_is_ours_and_may_be_kept(application: House) -> None:
    """Its name holds a hash of what is in it."""
    browser = opened(application, application.ticket())
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
    application: House, public_url: str, path: str, *, secure: bool
) -> None:
    """Behind a proxy that takes a path off, all addresses and the cookie have it; without https the cookie works too."""
    application.public_url = public_url
    browser = visitor(application)
    page = browser.get(f"/reset/{application.ticket()}")
    assert page.headers["Location"] == f"{path}/reset"
    attributes = page.headers["Set-Cookie"].split("; ")
    assert f"Path={path}/reset" in attributes
    assert ("Secure" in attributes) == secure
    dead = browser.get("/reset")
    addresses = re.findall(r'(?:href|action)="([^"]+)"', dead.text)
    assert {urlsplit(address).path.startswith(f"{path}/reset") for address in addresses} == {True}


# The log


def test_the_log_knows_the_case_and_nothing_else(application: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ticket, password, number or name is logged, when all goes well and when the accounts break down."""
    out = io.StringIO()
    configure("json", "debug", out)
    ticket = application.ticket()
    reset = application.accounts.reset(application.seal.digest("ticket", ticket), application.now)
    assert reset
    browser = opened(application, ticket)
    post(browser, "short")
    post(browser, GOOD["login"])
    get(browser, f"/reset/{ticket}")
    application.accounts.close()
    broken = get(visitor(application), f"/reset/{ticket}")
    assert (broken.status_code, broken.text) == (500, PAGE_WORDS["zh-CN"].internal_error)
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


def test_two_houses_with_one_secret_share_their_visitors(application: House) -> None:
    """Any worker takes the next request: the session's key comes from the secret."""
    ticket = application.ticket()
    browser, other = opened(application, ticket), visitor(application)
    csrf = token(browser)
    cookie = browser.get_cookie("reset", "ivr.example.com", "/reset")
    assert cookie
    other.set_cookie("reset", cookie.value, domain="ivr.example.com", path="/reset")
    assert get(other, "/reset").status_code == 200
    stranger = House(Accounts(":memory:", SOURCE), seal=Seal("another secret, of somebody else"))
    foreign = visitor(stranger)
    foreign.set_cookie("reset", cookie.value, domain="ivr.example.com", path="/reset")
    assert is_dead(get(foreign, "/reset"))
    assert is_dead(post(foreign, GOOD["login"], csrf=csrf))
    stranger.accounts.close()
