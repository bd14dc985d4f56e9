"""The file of the actions that are HTTP services: every mistake in its place, and what a good one comes to."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from ivr.cli.schema import schemas
from ivr.menu.checks.http_actions import can_be_read_on_its_way
from ivr.menu.http_actions import HttpAction
from ivr.menu.language.contract import Level, Times
from ivr.menu.language.http_services import (
    ActionEntry,
    ActionsFile,
    AnswerValue,
    Breaker,
    MessageValues,
    OutcomeCase,
    Service,
)
from ivr.menu.loader import Loaded
from ivr.menu.reading.validation import keys_of
from tests.support.menus import changed, hotline, said, small

MENU = small(
    """\
    main: {run: find_account, outcomes: {found: tail, not_found: bye, unavailable: agent}}
    tail: {say: The tail?, ask: id_tail, then: check}
    check:
      run: check_tail
      with: {id_tail: "{{ tail }}"}
      outcomes: {ok: number, mismatch: tail, unavailable: agent}
    number: {say: The parcel?, ask: digits, length: 6, as: parcel, then: where}
    where: {run: parcel_status, outcomes: {ok: told, unavailable: agent}}
    told: {say: "It is at {{ place }}, {{ weight }} kilograms.", then: bye}
    """,
    "identity: {known: main}",
)

ACTIONS = """\
services:
  parcels:
    url: ${PARCEL_URL}
    headers: {Authorization: "Bearer ${PARCEL_TOKEN}"}
actions:
  find_account: {wait: 0.5, give_up: 4}
  check_tail:
    service: parcels
    post: /tails
    body: {account: "{{ account }}", tail: "{{ id_tail }}"}
    outcomes:
      ok: {status: 200}
      mismatch: {status: [403, 422]}
  parcel_status:
    does: Tells where a parcel is.
    needs: known
    inputs: {parcel: the parcel's number}
    service: parcels
    get: /parcels/{{ parcel }}
    outcomes:
      ok:
        means: It is on its way.
        when: place != null
        tells:
          place: {path: place, means: the place}
          weight: {path: weight, as: number, means: in kilograms}
"""


def loaded(*changes: tuple[str, str]) -> Loaded:
    """Load the hotline with its actions, changed like this."""
    return hotline(MENU, **{"actions.yaml": changed(ACTIONS, *changes)})


def action(name: str, *changes: tuple[str, str]) -> HttpAction:
    """Return a compiled action."""
    made = loaded(*changes)
    assert made.tree is not None, said(made)
    return made.tree.services[name]


# --- what a good file comes to


def test_a_declared_action_has_a_contract() -> None:
    """What it does, needs, reads and tells is checked in the menu like that of any other action."""
    made = loaded()
    assert said(made) == []
    assert made.tree is not None
    contract = made.tree.contracts["parcel_status"]
    assert (contract.does, contract.needs) == ("Tells where a parcel is.", Level.known)
    assert contract.inputs == {"parcel": "the parcel's number"}
    assert contract.outcomes["ok"].tells == {"place": "the place", "weight": "in kilograms"}
    wrong = hotline(MENU.replace("{{ place }}", "{{ plaec }}"), **{"actions.yaml": ACTIONS})
    assert said(wrong) == ["menu.yaml:17:10: told: `plaec` may have no value here; did you mean `place`?"]


def test_an_action_of_the_program_keeps_its_contract() -> None:
    """A service does it, and the menu goes on as before."""
    made = loaded()
    assert made.tree is not None
    assert made.tree.contracts["check_tail"].outcomes["ok"].raises is Level.verified
    assert set(made.tree.services) == {"check_tail", "parcel_status"}


def test_times_are_those_of_the_file() -> None:
    """Also those of an action that the program does itself."""
    made = loaded(("get: /parcels", "wait: 1\n    get: /parcels"))
    assert made.tree is not None
    assert made.tree.times["find_account"] == Times(0.5, 4)
    assert made.tree.times["parcel_status"] == Times(1, 8)
    assert Times(ActionEntry().wait, ActionEntry().give_up) == Times()


def test_an_outcome_may_prove_somebody_and_send_a_message() -> None:
    """All that a contract can promise can be declared."""
    case = (
        "{means: Found., account: phone, raises: verified, tells: {place: {path: a, means: b}, weight: {path: c, means: d}}, "
        "text: {to: phone, secrets: {link: {path: link, means: the address}}, expires: until}}"
    )
    text = changed(ACTIONS, (ACTIONS[ACTIONS.index("      ok:\n        means") :], f"      ok: {case}\n"))
    made = hotline(
        MENU.replace("run: parcel_status", 'run: parcel_status, text: "{{ link }}"'), **{"actions.yaml": text}
    )
    assert made.tree is not None, said(made)
    outcome = made.tree.contracts["parcel_status"].outcomes["ok"]
    assert (outcome.raises, outcome.finds_account, outcome.texts) == (
        Level.verified,
        True,
        {"link": "the address"},
    )


def test_the_file_is_a_part_of_the_version() -> None:
    """A call stays on the services that it began with."""
    first, second = loaded().tree, loaded(("/parcels/", "/v2/parcels/")).tree
    assert first is not None
    assert second is not None
    assert first.version != second.version
    assert "actions.yaml" in first.sources


def test_a_hotline_without_the_file_has_the_actions_of_the_program() -> None:
    """And nothing else changes."""
    tree = hotline(
        small("main: {run: find_account, outcomes: {found: bye, not_found: bye, unavailable: agent}}")
    ).tree
    assert tree is not None
    assert set(tree.contracts) == {"find_account", "check_tail", "limits"}
    assert (tree.times, tree.services) == ({}, {})


# --- paths and bodies


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("123456", "/parcels/123456"),
        ("a/b", "/parcels/a%2Fb"),
        ("../admin", "/parcels/..%2Fadmin"),
        ("a?b#c&d", "/parcels/a%3Fb%23c%26d"),
        ("+86 138", "/parcels/%2B86%20138"),
        ("@evil.example", "/parcels/%40evil.example"),
        ("%2e%2e", "/parcels/%252e%252e"),
        ("深圳\r\nHost: x", "/parcels/%E6%B7%B1%E5%9C%B3%0D%0AHost%3A%20x"),
        (Decimal("12.50"), "/parcels/12.50"),
        (datetime(2026, 11, 22, 10, tzinfo=UTC), "/parcels/2026-11-22T10%3A00%3A00%2B00%3A00"),
    ],
)
def test_a_value_in_a_path_is_quoted(value: object, path: str) -> None:
    """Whatever a caller typed or said stays one part of the path."""
    assert action("parcel_status").path_with({"parcel": value}) == path


@pytest.mark.parametrize("value", ["", ".", "..", None])
def test_a_value_that_would_make_another_path(value: object) -> None:
    """A server takes dots for "here" and "above", and an empty part for none."""
    for path in ("/parcels/{{ parcel }}", "/parcels/{{ parcel }}/state"):
        with pytest.raises(ValueError, match=r"value"):
            action("parcel_status", ("/parcels/{{ parcel }}", path)).path_with({"parcel": value})


def test_a_query_may_have_an_empty_value() -> None:
    """As of a caller whose number is withheld; a slash at the end may be meant too."""
    query = action("parcel_status", ("/parcels/{{ parcel }}", "/parcels/?number={{ parcel }}"))
    assert query.path_with({"parcel": ""}) == "/parcels/?number="


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ('"{{ parcel }}"', Decimal("4.5")),
        ('"no. {{ parcel }}"', "no. 4.5"),
        ('"{{ 5 }}"', 5),
        ("5", "5"),
        ('[x, {y: "{{ parcel }}"}]', ["x", {"y": Decimal("4.5")}]),
    ],
)
def test_a_body_is_filled(typed: str, value: object) -> None:
    """A text that is one whole template keeps the kind of its value; another one is a text."""
    post = ("get: /parcels/{{ parcel }}", f"post: /parcels\n    body: {{a: {typed}}}")
    assert action("parcel_status", post).body_with({"parcel": Decimal("4.5")}) == {"a": value}


def test_money_in_a_body_is_the_hotlines_and_in_digits() -> None:
    """A service reads an amount as a text message has it."""
    post = ("get: /parcels/{{ parcel }}", 'post: /parcels\n    body: {a: "{{ parcel | money }}"}')
    made = hotline("currency: CNY\n" + MENU, **{"actions.yaml": changed(ACTIONS, post)})
    assert made.tree is not None
    assert made.tree.services["parcel_status"].body_with({"parcel": Decimal("4.5")}) == {"a": "4.50 yuan"}


def test_a_value_is_no_template() -> None:
    """What a caller typed is never read as one."""
    assert action("parcel_status").path_with({"parcel": "{{ key }}"}) == "/parcels/%7B%7B%20key%20%7D%7D"


# --- mistakes


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("url: ${PARCEL_URL}", "url: ftp://x", "3:5: `ftp://x` is no address of a service; write it like `https://accounts.example.com` or `${ACCOUNT_SERVICE_URL}`"),
        ("url: ${PARCEL_URL}", 'url: "https://{{ parcel }}.example.com"', "3:5: `https://{{ parcel }}.example.com` is no address of a service; a value of the call cannot choose the host: write the address, or `${NAME}`"),
        ("url: ${PARCEL_URL}", "url: https://user:pass@x", "3:5: `https://user:pass@x` is no address of a service; write it like `https://accounts.example.com` or `${ACCOUNT_SERVICE_URL}`"),
        ("url: ${PARCEL_URL}", "url: https://x?a=b", "3:5: `https://x?a=b` is no address of a service; write what follows the host into the actions' paths"),
        ("url: ${PARCEL_URL}", "url: ${parcel_url}", "3:5: `${parcel_url}` is no address of a service; write it like `https://accounts.example.com` or `${ACCOUNT_SERVICE_URL}`"),
        ("url: ${PARCEL_URL}", "url: http://parcels.example.com", "3:5: without TLS anybody on the way can read and change it; write `https://`"),
        ("Bearer ${PARCEL_TOKEN}", "Bearer abc", "4:15: the secret of `Authorization` stands in the file, and the file is kept with the calls; write `${NAME}`, and set NAME in the environment"),
        ("Bearer ${PARCEL_TOKEN}", "Bearer {{ key }}", "4:15: `Bearer {{ key }}` is no value of a header; write it like `Bearer ${ACCOUNT_SERVICE_TOKEN}`"),
        ("url: ${PARCEL_URL}", "url: ${PARCEL_URL}\n    timeout: soon", "4:5: `timeout` must be a number of seconds; write it like `3` or `1.5`"),
        ("url: ${PARCEL_URL}", "url: ${PARCEL_URL}\n    timeout: nan", "4:5: `timeout` must be a number of seconds; write it like `3` or `1.5`"),
        ("url: ${PARCEL_URL}", "url: ${PARCEL_URL}\n    retries: 9", "4:5: `retries` cannot be `9`; write at most 5"),
        ("wait: 0.5", "wait: 4", "6:18: it is given up before the wait is over; write less than 4"),
        ("find_account: {wait", "find_acount: {wait", "6:3: there is no action `find_acount`; did you mean `find_account`?"),
        ("find_account: {wait", "find_account: {get: /x, wait", "6:3: nothing says who does it; add `service:`"),
        ("service: parcels\n    post", "service: parcel\n    post", "8:5: there is no service `parcel`; did you mean `parcels`?"),
        ("post: /tails", "post: tails", "9:5: `tails` is no path; begin with `/`: the host is the service's `url`"),
        ("post: /tails", "post: //evil.example/tails", "9:5: `//evil.example/tails` is no path; write it like `/accounts/{{ account }}/limits`"),
        ("post: /tails", "post: /tails?k=${PARCEL_TOKEN}", "9:5: `/tails?k=${PARCEL_TOKEN}` is no path; `${NAME}` stands only under `url` and `headers`"),
        ("post: /tails", "post: /tails/{{ id_tail }}", "9:5: `id_tail` is a secret, and paths stand in logs; write it into `body:`"),
        ("post: /tails", "post: /tails/{{ id_tial }}", "9:5: the action is not given `id_tial`; did you mean `id_tail`?"),
        ("post: /tails", "post: /tails/{{ account", "9:5: `/tails/{{ account` cannot be read; check that `{{` is closed by `}}`"),
        ("post: /tails", "post: /tails\n    put: /tails", "10:5: a request has one method, and this one has `post` and `put`; delete one"),
        ("post: /tails", "get: /tails", "10:5: `get` has no body; write `post:`, or put the values into the path"),
        ("    post: /tails\n", "", "7:3: nothing says what is asked; add a method with a path, such as `get: /accounts`"),
        ('tail: "{{ id_tail }}"', 'tail: "${PARCEL_TOKEN}"', "10:38: `${…}` stands only under `url` and `headers`; move the secret into a header"),
        ('tail: "{{ id_tail }}"', 'tail: ["{{ id_tail | nofilter }}"]', "10:45: there is no filter `nofilter`; use one of"),
        ("ok: {status: 200}", "ok: {status: 99}", "12:12: `status` cannot be `99`; write at least 200"),
        ("ok: {status: 200}", "ok: {status: 200, when: 'a b'}", "12:25: `a b` is no JMESPath expression; write it like `limits.left`"),
        ("ok: {status: 200}", "ok: {status: 200, when: 'lenght(a[1:2]) > `0`'}", "12:25: `lenght(a[1:2]) > `0`` is no JMESPath expression; write it like `limits.left`"),
        ("ok: {status: 200}", "ok: {status: 200, when: " + "(" * 5000 + "}", "12:25: `" + "(" * 60 + "…` is no JMESPath expression; it has more than 500 characters: let the service answer with what is needed"),
        ("ok: {status: 200}", "okay: {status: 200}", "11:5: no answer means `ok` (It is right); add `ok:`"),
        ("      mismatch: {status: [403, 422]}\n", "", "11:5: no answer means `mismatch` (It is wrong); add `mismatch:`"),
        ("ok: {status: 200}", "ok: {status: 200, means: Good.}", "12:25: the program says this itself; delete it"),
        ("ok: {status: 200}", "ok: {status: 200, tells: {x: y}}", "12:33: `ok` tells no `x`; delete it"),
        ("ok: {status: 200}", "ok: {status: 200, text: {to: phone}}", "12:25: `ok` sends no message; delete it"),
        ("ok: {status: 200}", "ok: {status: 200}\n      unavailable: {status: 503}", "13:7: an answer that fits no outcome is `unavailable` by itself; delete it"),
        ("service: parcels\n    post", "service: parcels\n    needs: known\n    post", "9:5: `check_tail` is an action of the program, which says this itself; delete it"),
        ("    does: Tells where a parcel is.\n", "", "14:3: `does` is missing; add `does:` with one sentence, or correct the action's name"),
        ("        means: It is on its way.\n", "", "21:7: `means` is missing; add `means:` with one sentence"),
        ("{path: place, means: the place}", "place", "25:11: nothing says what it means; write `place: {path: …, means: …}`"),
        ("as: number", "as: money", "26:34: `as` cannot be `money`; use one of `text`, `number`, `date`, `moment`"),
        ("inputs: {parcel:", "inputs: {account: x, parcel:", "17:14: `account` is known without being given; delete it"),
        ("services:", "servces:", "1:1: `servces` is not known here; did you mean `services`?"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_in_its_place(old: str, new: str, problem: str) -> None:
    """Line and column of the key, what is wrong, and what to write instead."""
    found = said(loaded((old, new)))
    assert any(each.startswith(f"actions.yaml:{problem}") for each in found), found


def test_a_wrong_action_is_told_once() -> None:
    """The nodes that run it are checked with what can be read of it, and not blamed for it."""
    assert said(loaded(("get: /parcels/{{ parcel }}", "get: parcels"))) == [
        "actions.yaml:19:5: `parcels` is no path; begin with `/`: the host is the service's `url`"
    ]


def test_mistakes_of_a_service_do_not_hide_those_of_an_action() -> None:
    """An editor sees them all at once, and a wrong service is there all the same."""
    found = said(loaded(("url: ${PARCEL_URL}", "url: x"), ("ok: {status: 200}", "ok: {statsu: 200}")))
    assert [each.split(": ")[0] for each in found] == ["actions.yaml:3:5", "actions.yaml:12:12"]


def test_outcomes_that_tell_must_say_all_that_they_tell() -> None:
    """A value that nothing takes from the answer would be missing in a prompt."""
    text = "services: {s: {url: https://x}}\nactions: {limits: {service: s, get: /x, outcomes: {ok: {status: 200}}}}\n"
    menu = small("main: {run: find_account, outcomes: {found: bye, not_found: bye, unavailable: bye}}")
    assert said(hotline(menu, **{"actions.yaml": text})) == [
        "actions.yaml:2:52: `ok` tells `remaining` (Yuan.), and nothing says where it stands; add `remaining:`"
    ]


def test_the_file_is_no_file_of_nodes() -> None:
    """It need not be included, and cannot be."""
    menu = MENU.replace("\nnodes:", "\ninclude: [actions.yaml]\nnodes:")
    assert (
        "`actions.yaml` is read already; delete it here"
        in said(hotline(menu, **{"actions.yaml": ACTIONS}))[0]
    )


@pytest.mark.parametrize(
    ("url", "open_"),
    [
        ("http://accounts.example.com", True),
        ("HTTP://accounts.example.com", True),
        ("http://127.0.0.1.evil.example", True),
        ("http://localhost.evil.example/x", True),
        ("https://accounts.example.com", False),
        ("http://localhost:8090", False),
        ("http://127.0.0.1:8090/base", False),
        ("http://[::1]:8090", False),
        ("${ACCOUNT_SERVICE_URL}", False),
    ],
)
def test_what_can_be_read_on_its_way(url: str, open_: object) -> None:
    """HTTP is for this machine alone."""
    assert can_be_read_on_its_way(url) is open_


# --- for editors

MODELS = [ActionsFile, Breaker, OutcomeCase, ActionEntry, MessageValues, Service, AnswerValue]


@pytest.mark.parametrize("model", MODELS)
def test_everything_is_described(model: type[BaseModel]) -> None:
    """Every key has a description that ends as a sentence."""
    assert model.__doc__
    for name, field in keys_of(model).items():
        assert (field.description or "").endswith("."), name


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (ACTIONS, True),
        (ACTIONS.replace("wait: 0.5", "wait: soon"), False),
        (ACTIONS.replace("status: 200", "status: [200, 201]"), True),
        (ACTIONS.replace("status: 200", "status: ok"), False),
        (ACTIONS.replace("url: ${PARCEL_URL}", "url: ftp://x"), False),
        (ACTIONS.replace("does:", "dose:"), False),
    ],
)
def test_the_schema_accepts_what_the_reader_accepts(text: str, good: object) -> None:
    """An editor's language server marks the same mistakes."""
    made: dict[str, Any] = schemas()["actions"]
    Draft202012Validator.check_schema(made)
    assert (not list(Draft202012Validator(made).iter_errors(yaml.safe_load(text)))) is good
