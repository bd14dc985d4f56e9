"""However many try passwords, and whatever they type: the page has bounds, and says so in the customer's language."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.actions.accounts import PasswordKind
from ivr.channels.reset_page import limits
from ivr.channels.reset_page.bounded_pool import AT_ONCE, MOST_WAITING, BoundedPool, NoRoom
from ivr.channels.reset_page.pages import LARGEST_FORM
from ivr.channels.reset_page.words import PAGE_WORDS
from tests.channels.reset_page.test_pages import HTTPS, after, get, opened, post, token, words_of
from tests.support.reset_page import GOOD, House

WORST = "4@8({[<369&#!1|0$5+7%2" * 7
LANGUAGES = {"zh-CN": "zh-CN,zh;q=0.9", "en-US": "en-GB,en;q=0.5"}


def typed(browser: FlaskClient, password: str, csrf: str, **headers: str) -> TestResponse:
    """Post a password, with a token that was fetched before."""
    fields = {"password": password, "again": password, "csrf_token": csrf}
    return browser.post("/reset", data=fields, base_url=HTTPS, headers=headers)


def refused(page: TestResponse, status: int, words: str) -> bool:
    """Say whether a page asks to wait, with a time for programs and words for people."""
    return page.status_code == status and int(page.headers["Retry-After"]) > 0 and words in words_of(page)


# --- limits


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_has_so_many_tries(application: House, language: str) -> None:
    """The tenth password is judged, the eleventh is not; ten minutes later it is."""
    browser = opened(application, application.ticket())
    csrf = token(browser)
    for _ in range(limits.MOST_OF_A_LINK):
        assert after(browser, typed(browser, "a1!", csrf)).status_code == 200
    late = typed(browser, GOOD["login"], csrf, Accept_Language=LANGUAGES[language])
    assert refused(late, 429, PAGE_WORDS[language].too_many)
    assert late.headers["Cache-Control"] == "no-store"
    application.waits(10)
    assert PAGE_WORDS["zh-CN"].done["login"] in words_of(
        after(browser, typed(browser, GOOD["login"], token(browser)))
    )


def test_a_client_has_so_many_tries_with_all_its_links(
    application: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another client has its own. Behind a proxy it is the address that the proxy adds, not the one it is sent."""
    monkeypatch.setattr(limits, "MOST_OF_A_CLIENT", 2)
    browser = opened(application, application.ticket())
    csrf = token(browser)

    def status(*sent: str) -> int:
        return typed(browser, "a1!", csrf, X_Forwarded_For=", ".join(sent)).status_code

    assert [status("9.9.9.7"), status("8.8.8.1", "9.9.9.7")] == [303, 303]
    assert status("8.8.8.2", "9.9.9.7") == 429
    assert status("9.9.9.7", "9.9.9.8") == 303


def test_all_together_have_so_many_tries(application: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever links and clients there are."""
    monkeypatch.setattr(limits, "MOST_OVER_ALL", 3)
    statuses = []
    for number in range(5):
        browser = opened(application, application.ticket(key=f"CA{number}/3/0"))
        statuses.append(post(browser, "a1!").status_code)
    assert statuses == [303] * 3 + [429] * 2


def test_a_flood_of_refused_tries_leaves_no_rows(application: House) -> None:
    """What is refused is not written down."""
    browser = opened(application, application.ticket())
    csrf = token(browser)
    counts = []
    for _ in range(limits.MOST_OF_A_LINK + 20):
        typed(browser, "a1!", csrf)
        rows = application.attempts._row("SELECT count(*) FROM ledger_answers")
        assert rows is not None
        counts.append(rows[0])
    assert counts[-1] == limits.MOST_OF_A_LINK


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("9.9.9.7", "", "9.9.9.7"),
        ("9.9.9.7", "8.8.8.1", "9.9.9.7"),
        ("127.0.0.1", "8.8.8.1, 9.9.9.7", "9.9.9.7"),
        ("10.1.2.3", "9.9.9.7", "9.9.9.7"),
        ("127.0.0.1", "", ""),
        ("127.0.0.1", "somebody", ""),
        ("127.0.0.1", "9" * 5000, ""),
        ("", "9.9.9.7", "9.9.9.7"),
        ("2a01:4f8:1:2:3:4:5:6", "", "2a01:4f8:1:2::"),
        ("2a01:4f8:1:2:ffff::1", "", "2a01:4f8:1:2::"),
        ("::1", "2a01:4f8:1:2::9", "2a01:4f8:1:2::"),
    ],
)
def test_whom_a_request_comes_from(peer: str, forwarded: str, client: str) -> None:
    """A stranger cannot choose who they are; who is not known has no limit of their own."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with Flask("test").test_request_context("/", environ_base={"REMOTE_ADDR": peer}, headers=headers):
        assert limits.client_of(request) == client


# --- what a password costs


@pytest.mark.parametrize(("which", "reason"), [("login", "too_long"), ("payment", "not_six_digits")])
def test_the_length_comes_first(
    application: House, which: PasswordKind, reason: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A live link and a password of 154 characters: nothing is judged, and no company's service gets it."""
    monkeypatch.setattr(application.accounts, "set_password", lambda *_: pytest.fail("it is judged"))
    browser = opened(application, application.ticket(which))
    assert PAGE_WORDS["zh-CN"].problems[reason] in words_of(after(browser, post(browser, WORST)))


def test_a_form_has_so_many_bytes(application: House) -> None:
    """More are not even read; two passwords of the greatest length, with every character escaped, are fewer."""
    browser = opened(application, application.ticket())
    csrf = token(browser)
    assert typed(browser, "密" * 128, csrf).status_code == 303
    assert typed(browser, "x" * (LARGEST_FORM // 2), csrf).status_code == 413


def test_no_thread_of_the_server_judges_or_waits_for_long(
    application: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eighty post the worst password at once: two are judged, in other threads, a few wait, the others are told so."""
    app = application.program()
    names: set[str] = set()
    full, go = threading.Event(), threading.Event()
    ticket = application.ticket()
    live = application.accounts.reset(application.seal.digest("ticket", ticket), application.now)
    monkeypatch.setattr(application.accounts, "reset", lambda *_: live)

    def judges(*_: Any) -> bool:
        names.add(threading.current_thread().name.partition("_")[0])
        return go.wait(10)

    monkeypatch.setattr(application.accounts, "set_password", judges)
    browsers = []
    for number in range(80):
        browser = app.test_client()
        assert get(browser, f"/reset/{application.seal.sign('ticket', str(number))}").status_code == 303
        browsers.append((browser, token(browser)))
    statuses: Counter[int] = Counter()

    def tries(visitor: tuple[FlaskClient, str]) -> None:
        page = typed(visitor[0], GOOD["login"], visitor[1])
        statuses[page.status_code] += 1
        assert page.status_code != 503 or refused(page, 503, PAGE_WORDS["zh-CN"].busy)
        if statuses[503] == 80 - AT_ONCE - MOST_WAITING:
            full.set()

    with ThreadPoolExecutor(80) as crowd:
        done = [crowd.submit(tries, each) for each in browsers]
        assert full.wait(10), statuses
        go.set()
        for each in done:
            each.result()
    assert statuses[503] == 80 - AT_ONCE - MOST_WAITING
    assert names == {"page"}


def test_one_try_at_a_time_with_a_link(application: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two at once, one is claimed and the other is told to wait, and costs nothing."""
    app = application.program()
    ticket = application.ticket()
    browsers = []
    for _ in range(2):
        browser = app.test_client()
        get(browser, f"/reset/{ticket}")
        browsers.append((browser, token(browser)))
    begun, go = threading.Event(), threading.Event()
    real = application.accounts.set_password

    def slowly(*given: Any) -> bool:
        begun.set()
        go.wait(10)
        return real(*given)

    monkeypatch.setattr(application.accounts, "set_password", slowly)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(typed, browsers[0][0], GOOD["login"], browsers[0][1])
        assert begun.wait(10)
        second = typed(browsers[1][0], GOOD["login"], browsers[1][1], Accept_Language="en")
        assert refused(second, 429, PAGE_WORDS["en-US"].under_way)
        go.set()
        assert first.result().status_code == 303
    assert typed(browsers[1][0], GOOD["login"], browsers[1][1]).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_service_that_hangs_holds_up_a_few_and_not_for_long(
    application: House, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its customers are told to come back; then the page works again."""
    application.pool = BoundedPool(patience=0.1)
    ticket, go = application.ticket(), threading.Event()
    browser = opened(application, ticket)
    real = application.accounts.reset
    monkeypatch.setattr(application.accounts, "reset", lambda *given: go.wait(10) and real(*given))
    page = get(browser, "/reset", Accept_Language=LANGUAGES[language])
    assert refused(page, 503, PAGE_WORDS[language].busy)
    go.set()
    application.pool._patience = 10.0
    assert get(browser, "/reset").status_code == 200


# --- the pool


def test_a_pool_has_room_again() -> None:
    """After jobs that ended, failed, timed out, or never began."""
    pool, go = BoundedPool(1, 1, patience=0.05), threading.Event()
    for _ in range(5):
        assert pool.do(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            pool.do(lambda: 1 // 0)
        with pytest.raises(TimeoutError):
            pool.do(_times_out)
    for _ in range(3):
        with pytest.raises(NoRoom):
            pool.do(lambda: go.wait(10))
    go.set()
    pool._patience = 10.0
    assert [pool.do(lambda: 7) for _ in range(5)] == [7] * 5


def _times_out() -> None:
    raise TimeoutError
