"""An account service over HTTP keeps the same promises as one in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from flask import Flask
from werkzeug.serving import make_server

from ivr.actions.accounts import AccountService, IdentityRules, PasswordResets
from ivr.actions.http.accounts import HttpAccounts, HttpAccountsWithResets, accounts_over_http
from ivr.actions.http.connections import Connections, ServiceDown, UnexpectedAnswer
from ivr.actions.passwords import BadPassword, Reason
from ivr.app import create_app
from ivr.config import Settings
from ivr.demo.account_routes import install
from ivr.demo.accounts import Accounts
from ivr.demo.http_service import QuietHandler
from ivr.menu.http_actions import AccountsOverHttp
from ivr.menu.language.http_services import AccountsEntry, Service
from tests.support.bank import YUEBAO
from tests.support.menus import small
from tests.support.stub_service import Script, answers, serving

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CUSTOMER, NOBODY = "+8613800138000", "+8613900139000"


def over_http(url: str, connections: Connections, *, resets: bool = True) -> HttpAccounts:
    """Return the account service at an address."""
    service = Service(url=url, headers={"Authorization": "Bearer ${TOKEN}"}, timeout=5)
    declared = AccountsOverHttp("bank", service, AccountsEntry(service="bank", resets=resets, tries=4))
    return accounts_over_http(declared, {"TOKEN": "x"}, connections)


@contextmanager
def served(accounts: Accounts) -> Iterator[str]:
    """Serve the demonstration customers, and give the address."""
    app = Flask("accounts")
    install(app, accounts, lambda: NOW)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class WithResets(AccountService, PasswordResets, Protocol):
    """Both halves of the promise."""


@pytest.fixture(params=["here", "over HTTP"])
def accounts(request: pytest.FixtureRequest) -> Iterator[WithResets]:
    """Give the demonstration customers, in this process and over HTTP."""
    with ExitStack() as stack:
        own = stack.enter_context(closing(Accounts(":memory:", YUEBAO / "accounts.yaml")))
        if request.param == "here":
            yield own
        else:
            connections = stack.enter_context(closing(Connections()))
            remote = over_http(stack.enter_context(served(own)), connections)
            assert isinstance(remote, HttpAccountsWithResets)
            yield remote


def test_an_account_is_found(accounts: WithResets) -> None:
    """With what a call may know of it; nobody's number is no account."""
    found = accounts.find(CUSTOMER)
    assert found is not None
    assert (found.phone, found.language, found.status) == (CUSTOMER, "zh-CN", "active")
    frozen, changed = accounts.find("+8613800138007"), accounts.find("+8613800138008")
    assert frozen is not None
    assert frozen.status == "frozen"
    assert changed is not None
    assert changed.sim_changed_hours_ago == 20
    assert accounts.find(NOBODY) is None


@pytest.mark.parametrize(("phone", "tail", "right"), [(CUSTOMER, "1237", True), (CUSTOMER, "0000", False), (NOBODY, "1237", False)])  # fmt: skip
def test_a_tail_is_compared(accounts: WithResets, phone: str, tail: str, right: bool) -> None:  # noqa: FBT001
    """There, and never here: the card is the service's own."""
    assert accounts.tail_matches(phone, tail) is right


def test_an_age_is_asked(accounts: WithResets) -> None:
    """As a question, since the date of birth is nobody's business."""
    on = date(2026, 11, 22)
    assert accounts.is_at_least(65, "+8613800138006", on)
    assert not accounts.is_at_least(65, CUSTOMER, on)
    assert not accounts.is_at_least(0, NOBODY, on)


def test_a_reset_is_begun_once_and_used_once(accounts: WithResets) -> None:
    """The same key is the same reset; a used one is dead."""
    case = accounts.open_reset(CUSTOMER, "login", "digest", key="CA1/1/1", at=NOW)
    assert accounts.open_reset(CUSTOMER, "login", "digest", key="CA1/1/1", at=NOW) == case
    opened = accounts.reset("digest", NOW)
    assert opened is not None
    assert (opened.phone, opened.which, opened.language, opened.case) == (CUSTOMER, "login", "zh-CN", case)
    assert opened.expires == NOW + timedelta(minutes=30)
    with pytest.raises(BadPassword) as bad:
        accounts.set_password("digest", "1234", NOW)
    assert set(bad.value.reasons) == {Reason.too_short, Reason.only_digits}
    assert accounts.set_password("digest", "violin under seven lamps", NOW)
    assert not accounts.set_password("digest", "violin under seven lamps", NOW)
    assert accounts.reset("digest", NOW) is None
    assert accounts.reset("another", NOW) is None


def test_a_reset_ends(accounts: WithResets) -> None:
    """By the moment that is asked about, not by the service's own clock."""
    accounts.open_reset(CUSTOMER, "payment", "digest", key="CA1/1/1", at=NOW)
    assert accounts.reset("digest", NOW + timedelta(minutes=29)) is not None
    assert accounts.reset("digest", NOW + timedelta(minutes=31)) is None


# --- a service that does otherwise


@pytest.fixture
def connections() -> Iterator[Connections]:
    """Give connections that are closed at the end."""
    with closing(Connections()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (answers(500, {}), ServiceDown),
        (answers(403, {}), UnexpectedAnswer),
        (answers(200, []), UnexpectedAnswer),
        (answers(200, {"status": "asleep"}), UnexpectedAnswer),
        (answers(200, {"language": 5}), UnexpectedAnswer),
    ],
)
def test_an_answer_that_says_nothing(
    script: Script, error: type[Exception], connections: Connections
) -> None:
    """It is neither an account nor none: the action ends as unavailable."""
    with serving(script) as stub, pytest.raises(error):
        over_http(stub.url, connections).find(CUSTOMER)


@pytest.mark.parametrize("reasons", [{}, {"reasons": []}, {"reasons": ["used before"]}])
def test_a_rule_of_the_company_s_own(reasons: dict[str, list[str]], connections: Connections) -> None:
    """The page says that the password cannot be used, where it has no words for why."""
    with serving(answers(422, reasons)) as stub:
        resets = over_http(stub.url, connections)
        assert isinstance(resets, HttpAccountsWithResets)
        with pytest.raises(BadPassword) as bad:
            resets.set_password("digest", "violin under seven lamps", NOW)
    assert bad.value.reasons == (Reason.refused,)


def test_what_is_sent(connections: Connections) -> None:
    """The secret of the service in a header; the tail of a card in a body, since paths stand in logs."""
    with serving(answers(200, {"matches": True})) as stub:
        over_http(stub.url, connections).tail_matches(CUSTOMER, "1237")
    (request,) = stub.requests
    assert (request.method, request.path) == ("POST", "/customers/%2B8613800138000/id-tail")
    assert request.headers["Authorization"] == "Bearer x"
    assert request.body == {"tail": "1237"}


def test_each_try_of_a_password_has_a_key_of_its_own(connections: Connections) -> None:
    """So the service tells a request that came twice from a second try on the same link."""
    with serving(answers(204)) as stub:
        resets = over_http(stub.url, connections)
        assert isinstance(resets, HttpAccountsWithResets)
        for at in (NOW, NOW, NOW + timedelta(seconds=1)):
            resets.set_password("digest", "violin under seven lamps", at)
    first, again, second = (request.headers["Idempotency-Key"] for request in stub.requests)
    assert first == again != second


def test_the_rules_are_those_that_the_hotline_writes(connections: Connections) -> None:
    """Each of them: how long a code is good, how many tries there are, and how long a lock holds."""
    entry = AccountsEntry(service="bank", code_valid_minutes=7, tries=4, lock_minutes=45)
    declared = AccountsOverHttp("bank", Service(url="http://127.0.0.1:9"), entry)
    assert accounts_over_http(declared, {}, connections).rules() == IdentityRules(
        code_valid_minutes=7, identity_tries_before_lock=4, identity_lock_minutes=45
    )


@pytest.mark.parametrize("phone", ["", ".", ".."])
def test_no_number_becomes_another_path(phone: str, connections: Connections) -> None:
    """Nothing is asked at all."""
    with pytest.raises(ValueError, match="empty value"):
        over_http("http://127.0.0.1:9", connections).find(phone)


@pytest.mark.parametrize("resets", [True, False])
def test_a_hotline_names_it(resets: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """Its actions of identity are there, and the page of resets only where the service has them."""
    monkeypatch.setenv("BANK_URL", "http://127.0.0.1:9")
    nodes = "main: {run: find_account, outcomes: {found: bye, not_found: bye, unavailable: bye}}"
    (tmp_path / "menu.yaml").write_text(small(nodes), encoding="utf-8")
    text = f"services: {{bank: {{url: '${{BANK_URL}}'}}}}\naccounts: {{service: bank, resets: {str(resets).lower()}, tries: 4}}\n"
    (tmp_path / "actions.yaml").write_text(text, encoding="utf-8")
    app = create_app(tmp_path, Settings(database_url="memory://"), insecure=True)
    application = app.extensions["ivr"]
    assert application.services.identity.rules().identity_tries_before_lock == 4
    assert ("reset_login_password" in application.hotline.current().contracts) is resets
    page = app.test_client().get("/reset")
    assert page.status_code == 404
    assert ("Referrer-Policy" in page.headers) is resets
    application.close()
