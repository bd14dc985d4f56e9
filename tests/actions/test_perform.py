"""What holds for every action: levels, contracts, and what happens when one breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.perform import NotProved, perform
from ivr.menu.language.contract import Contract, Level, Outcome
from tests.support.action_caller import Caller
from tests.support.bank import ACTIONS, CONTRACTS, accounts_of

SECRET = "1237"
ASKED = ActionRequest("CA1/1/0", datetime(2026, 11, 22, 10, tzinfo=UTC), "zh-CN", inputs={"id_tail": SECRET})

INPUTS = {
    "id_tail": SECRET,
    "typed_code": "271828",
    "number": "+8613800138000",
    "to": "+8613800138000",
    "page": "https://help.example.com/login",
    "summary": "Nothing is wrong.",
}
"""Something for every input of every action."""
PROMISE = Contract(
    "ending",
    "Ends.",
    {
        "ok": Outcome("Well.", tells={"sum": "a number"}),
        "sent": Outcome("A message is sent.", texts={"code": "six digits"}),
        "noted": Outcome("A message without a secret is sent.", texts={}),
    },
)
TO = "+8613800138000"


@dataclass
class Ending:
    """An action that ends in a given way, or raises it."""

    how: ActionResult | Exception
    CONTRACT: Contract = PROMISE

    def run(self, services: Services, asked: ActionRequest) -> ActionResult:
        if isinstance(self.how, Exception):
            raise self.how
        return self.how


def end(caller: Caller, how: ActionResult | Exception) -> ActionResult:
    """Perform an action that ends like this."""
    return perform("ending", caller.services, ASKED, {"ending": Ending(how)})


@pytest.mark.parametrize("name", ACTIONS)
def test_the_table_and_the_contracts_agree(name: str) -> None:
    """An action is called what its contract says, and every word of the reference page is a sentence."""
    contract = CONTRACTS[name]
    assert contract.name == name
    assert contract.does.endswith(".")
    assert all(outcome.means.endswith(".") for outcome in contract.outcomes.values())
    assert "unavailable" not in contract.outcomes


@pytest.mark.parametrize(("name", "level"), [(name, level) for name in ACTIONS for level in Level])
def test_an_action_runs_only_at_its_level(caller: Caller, name: str, level: Level) -> None:
    """Whatever a menu says, nothing is told below the level that the contract needs."""
    caller.proves_tail()
    inputs = {each: INPUTS[each] for each in CONTRACTS[name].inputs}
    if level < CONTRACTS[name].needs:
        with pytest.raises(NotProved):
            caller.ask(name, level=level, **inputs)
    else:
        assert caller.ask(name, level=level, **inputs).outcome in CONTRACTS[name].outcomes


def test_what_each_action_needs() -> None:
    """Money is told to the proved owner only, and a password is reset by him who holds the telephone on file too."""
    needs = {name: contract.needs.name for name, contract in CONTRACTS.items()}
    assert needs == {
        "find_account": "unknown",
        "find_account_by_number": "unknown",
        "verify_identity": "unknown",
        "send_code": "matched",
        "check_code": "matched",
        "reset_login_password": "confirmed",
        "reset_payment_password": "confirmed",
        "freeze_account": "unknown",
        "withdrawal_limits": "verified",
        "last_withdrawal": "verified",
        "earnings": "verified",
        "login_status": "verified",
        "bulletins": "unknown",
        "send_text": "unknown",
        "send_link": "unknown",
        "send_summary": "unknown",
    }


@pytest.mark.parametrize(
    "finished",
    [
        ActionResult("ok", {"sum": 3}),
        ActionResult("sent", text_to=TO, secrets={"code": SECRET}),
        ActionResult("sent"),  # somebody else sends it
        ActionResult("noted", text_to=TO),
        ActionResult("unavailable"),
    ],
)
def test_a_kept_promise_is_passed_on(caller: Caller, finished: ActionResult) -> None:
    """A declared outcome with the declared variables and message comes through as it is, and so does ``unavailable``."""
    assert end(caller, finished) == finished


@pytest.mark.parametrize(
    "finished",
    [
        ActionResult("done"),
        ActionResult("ok"),
        ActionResult("ok", {"sum": 3, "more": 4}),
        ActionResult("unavailable", {"sum": 3}),
        ActionResult("ok", {"sum": 3}, text_to=TO),
        ActionResult("unavailable", text_to=TO),
        ActionResult("sent", text_to=TO),
        ActionResult("sent", text_to=TO, secrets={"link": SECRET}),
        ActionResult("sent", secrets={"code": SECRET}),  # of a message that is not sent
        ActionResult("ok", {"sum": 3}, secrets={"code": SECRET}),
        ActionResult("sent", text_to=TO, secrets={"code": SECRET, "link": SECRET}),
        ActionResult("sent", {"code": SECRET}, text_to=TO, secrets={"code": SECRET}),
        ActionResult("noted", text_to=TO, secrets={"code": SECRET}),
    ],
)
def test_a_broken_promise_is_unavailable(caller: Caller, finished: ActionResult) -> None:
    """No outcome, variable, message or secret that is not declared ever reaches a menu, and none is missing there."""
    with capture_logs() as logs:
        assert end(caller, finished) == ActionResult("unavailable")
    assert [log["error"] for log in logs] == ["ContractBroken"]
    assert SECRET not in str(logs)


@pytest.mark.parametrize("changes", [False, True])
@pytest.mark.parametrize("error", [TimeoutError, KeyError])
def test_a_change_that_got_no_answer_in_time_may_have_been_done(
    caller: Caller,
    error: type[Exception],
    changes: bool,  # noqa: FBT001
) -> None:
    """A human looks first. Any other exception, or one of an action that changes nothing, is no such thing."""
    contract = Contract("order", "Orders.", {"ok": Outcome("It is done.")}, changes=changes)
    with capture_logs():
        ended = perform("order", caller.services, ASKED, {"order": Ending(error(), contract)})
    assert ended == ActionResult("unavailable", uncertain=changes and error is TimeoutError)


@pytest.mark.parametrize(
    ("finished", "why"),
    [
        (ActionResult(SECRET), "its outcome is none of ok, sent, noted, unavailable"),
        (ActionResult("ok"), "the results of `ok` lack sum"),
        (ActionResult("ok", {"sum": 3, SECRET: 4}), "the results of `ok` have a key that is not declared; declared: sum"),
        (ActionResult("noted", text_to=TO, secrets={SECRET: 1}), "the secrets of `noted` have a key that is not declared; declared: none"),
        (ActionResult("ok", {"sum": 3}, text_to=TO), "`ok` declares no message, and it sent one"),
        (SECRET, "it returned no ActionResult"),
        (ActionResult("ok", {"sum": object()}), "`ok` tells what cannot be saved: sum"),
    ],
)  # fmt: skip
def test_the_log_says_how_a_contract_is_broken(caller: Caller, finished: Any, why: str) -> None:
    """With names of the contract alone: what the action returned may be what a caller typed."""
    with capture_logs() as logs:
        assert end(caller, finished) == ActionResult("unavailable")
    assert [log["why"] for log in logs] == [why]
    assert SECRET not in str(logs)


def test_a_broken_service_is_unavailable(caller: Caller) -> None:
    """A closed database is not the caller's fault, and not the end of the call."""
    accounts_of(caller.services).close()
    with capture_logs() as logs:
        assert caller.ask("earnings") == ActionResult("unavailable")
    assert [(log["action"], log["error"]) for log in logs] == [("earnings", "ProgrammingError")]
    assert "service.py" in logs[0]["where"]


@pytest.mark.parametrize(
    "name", [name for name, contract in CONTRACTS.items() if contract.needs >= Level.verified]
)
def test_an_account_that_has_vanished_is_unavailable(caller: Caller, name: str) -> None:
    """A call may be longer than the life of an account."""
    assert caller.ask(name, "9999", level=Level.confirmed) == ActionResult("unavailable")


def test_a_missing_input_is_unavailable(caller: Caller) -> None:
    """A mistake of the program is caught where all are."""
    assert caller.ask("verify_identity") == ActionResult("unavailable")


def test_the_log_of_a_breakdown_holds_no_secret(caller: Caller) -> None:
    """Only the kind of error and the place are logged: its message may quote what the caller typed."""
    with capture_logs() as logs:
        end(caller, ValueError(f"cannot read {SECRET}"))
    assert len(logs) == 1
    assert SECRET not in str(logs)


def test_an_unknown_action_is_a_mistake_of_the_program(caller: Caller) -> None:
    """It is raised: a checked menu cannot ask for it."""
    with pytest.raises(KeyError):
        caller.ask("fly")
