"""Asking the account service over HTTP without being the hotline."""

from __future__ import annotations

import hmac

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ivr.demo.http_service import ROUTES, HttpRoute, create_service
from tests.support.attacker import VICTIM, Attack, written
from tests.support.figures import figure

TOKEN = "the-bearer-token-of-the-hotline"
BODY = {
    "number": VICTIM, "account": VICTIM, "caller": VICTIM, "level": "confirmed", "id_tail": "1237", "typed_code": "123456",
}  # fmt: skip
WRONG = (
    None, "", " ", "Bearer", "Bearer ", "Bearer x", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", f"Bearer {TOKEN.upper()}",
    f"Bearer  {TOKEN}", f"Bearer {TOKEN}, Bearer x", f"Basic {TOKEN}", f"bearer\t{TOKEN}", f"Bearer {TOKEN} x",
    f"Bearer {TOKEN}\x00", "Bearer null", "Bearer undefined", "Bearer *", "Bearer " + "x" * 8000, "Bearer 令牌".encode().decode("latin-1"),
)  # fmt: skip


@pytest.fixture
def service(attack: Attack) -> Flask:
    """Give the service, over the accounts of the attacked hotline."""
    return create_service(attack.application.services, TOKEN, clock=attack.clock)


def ask(service: Flask, route: HttpRoute, authorization: str | None) -> TestResponse:
    """Ask at a route, with all that it could want."""
    path = route.rule.replace("<number>", VICTIM).replace("<account>", VICTIM)
    headers = {"Idempotency-Key": "CA1/1/1"} | (
        {} if authorization is None else {"Authorization": authorization}
    )
    if route.method == "GET":
        return service.test_client().get(path, query_string=BODY, headers=headers)
    return service.test_client().post(path, json=BODY, headers=headers)


def test_nothing_is_told_or_done_without_the_token(attack: Attack, service: Flask) -> None:
    """At each route, with every wrong token: 401, the same words, and nothing written."""
    before = written(attack.application)
    answers = [ask(service, route, each) for route in ROUTES for each in WRONG]
    refused = [each.status_code for each in answers].count(401)
    figure(
        "questions to the account service without its token",
        len(answers),
        f"{refused} refused, nothing written",
    )
    assert refused == len(answers)
    assert len({each.data for each in answers}) == 1
    assert written(attack.application) == before


def test_nor_is_it_told_which_routes_there_are(service: Flask) -> None:
    """Unknown paths and methods are refused as the known ones are: the token comes first."""
    client = service.test_client()
    paths = (
        "/",
        "/accounts",
        "/accounts/x/y",
        "/admin",
        "/.env",
        "//accounts",
        "/accounts/../freezes",
        "/freezes/",
    )
    methods = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")
    statuses = [client.open(path, method=method).status_code for path in paths for method in methods]
    figure("other paths and methods without the token", len(statuses), f"{statuses.count(401)} refused")
    assert set(statuses) == {401}


def test_the_token_elsewhere_is_none(service: Flask) -> None:
    """In the query, in a cookie, in the body or in other headers, where logs would keep it, it opens nothing."""
    client = service.test_client()
    tries = [
        client.get(
            "/accounts",
            query_string={"token": TOKEN, "access_token": TOKEN, "Authorization": f"Bearer {TOKEN}"},
        ),
        client.get(
            "/accounts", headers={"X-Authorization": f"Bearer {TOKEN}", "X-Api-Key": TOKEN, "Token": TOKEN}
        ),
        client.get("/accounts", headers={"Cookie": f"token={TOKEN}; Authorization=Bearer {TOKEN}"}),
        client.post("/freezes", json={**BODY, "access_token": TOKEN, "Authorization": f"Bearer {TOKEN}"}),
        client.get("/accounts", headers={"Proxy-Authorization": f"Bearer {TOKEN}"}),
    ]
    figure("tokens in other places", len(tries), f"{[each.status_code for each in tries].count(401)} refused")
    assert {each.status_code for each in tries} == {401}


def test_tokens_are_compared_in_constant_time(service: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every given token goes through `hmac.compare_digest`, whatever its length and however it begins."""
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def noting(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", noting)
    given = ("x", TOKEN[:-1], TOKEN + "x", "", TOKEN)
    statuses = [ask(service, ROUTES[0], f"Bearer {each}").status_code for each in given]
    figure("tokens compared", len(given), f"{len(compared)} in constant time")
    assert compared == [(each.encode(), TOKEN.encode()) for each in given]
    assert statuses[:-1] == [401] * 4
    assert statuses[-1] != 401
