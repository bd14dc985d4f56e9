"""Proving that the account is the caller's."""

from __future__ import annotations

import pytest

from ivr.actions.base import ActionResult
from ivr.menu.language.contract import Level
from tests.support.action_caller import STRANGER, TAILS, Caller, number, wrong
from tests.support.bank import CONTRACTS


def tails_from(caller: Caller, *phones: str, account: str = "8000") -> list[str]:
    """Try a wrong tail of one account from each of these telephones, each time in another call."""
    return [
        caller.tries_tail("9999", account, calls_from=phone, call=f"CA{n}") for n, phone in enumerate(phones)
    ]


A_HUMAN_S = {"8007": "frozen", "8008": "sim_changed", "8009": "unreachable"}


@pytest.mark.parametrize(("phone", "tail"), TAILS.items())
def test_the_right_tail_proves_the_account(caller: Caller, phone: str, tail: str) -> None:
    """Every demonstration customer can prove himself; who is a human's matter is told apart, but only then."""
    finished = caller.ask("verify_identity", phone, id_tail=tail, level=Level.known)
    assert finished == ActionResult(A_HUMAN_S.get(phone, "ok"), account=number(phone))


@pytest.mark.parametrize("calls_from", [STRANGER, "8001", ""])
def test_from_another_telephone_the_right_tail_is_not_enough(caller: Caller, calls_from: str) -> None:
    """Another one, somebody else's or a withheld one: the tail is right, and a code must come back too."""
    assert caller.ask(
        "verify_identity", calls_from=calls_from, id_tail=TAILS["8000"], level=Level.known
    ) == ActionResult("elsewhere", account=number("8000"))


def test_from_another_telephone_too_a_frozen_account_is_frozen(caller: Caller) -> None:
    """No code is sent where only a human may help."""
    assert caller.tries_tail(TAILS["8007"], "8007", calls_from=STRANGER) == "frozen"


def test_a_final_x_may_be_small(caller: Caller) -> None:
    """The check character is the same one."""
    assert caller.tries_tail("087x", "8003") == "ok"


@pytest.mark.parametrize("calls_from", ["8000", STRANGER, ""])
@pytest.mark.parametrize("phone", [*TAILS, "+8613900009999"])
def test_a_wrong_tail_tells_nothing(caller: Caller, phone: str, calls_from: str) -> None:
    """Before proof the answer is the same for everybody: frozen or not, a customer or not, from any telephone."""
    assert caller.ask(
        "verify_identity", phone, calls_from=calls_from, id_tail="9999", level=Level.known
    ) == ActionResult("mismatch")


def test_the_third_wrong_tail_locks_across_calls(caller: Caller) -> None:
    """The minutes count down from call to call, and the right tail does not help meanwhile."""
    assert tails_from(caller, "8000", "8000", "8000") == ["mismatch", "mismatch", "locked"]
    later = caller.ask("verify_identity", id_tail=TAILS["8000"], call="CA4", at="2026-11-22T10:30")
    assert later == ActionResult("locked", {"minutes_left": 150})


def test_a_lock_ends(caller: Caller) -> None:
    """After three hours the right tail is taken again."""
    tails_from(caller, "8000", "8000", "8000")
    assert caller.tries_tail(TAILS["8000"], call="CA4", at="2026-11-22T12:59") == "locked"
    assert caller.tries_tail(TAILS["8000"], call="CA5", at="2026-11-22T13:00") == "ok"


@pytest.mark.parametrize("account", ["8000", "+8613900009999"])
def test_an_account_is_locked_whoever_tries(caller: Caller, account: str) -> None:
    """Three tries from three telephones lock it for a fourth one; a number without an account looks the same."""
    tried = tails_from(caller, STRANGER, "8001", "", "8002", account=account)
    assert tried == ["mismatch", "mismatch", "locked", "locked"]


def test_a_caller_is_locked_whatever_he_tries(caller: Caller) -> None:
    """Three tries at three accounts lock the telephone for all but its own account; the accounts stay open."""
    tried = [caller.tries_tail("9999", phone, calls_from="8000") for phone in ("8001", "8002", "8003")]
    assert tried == ["mismatch", "mismatch", "locked"]
    assert caller.tries_tail(TAILS["8004"], "8004", calls_from="8000") == "locked"
    assert caller.tries_tail(TAILS["8000"], "8000") == "ok"
    assert caller.tries_tail(TAILS["8001"], "8001") == "ok"


def test_a_customer_who_mistypes_now_and_then_is_not_locked_out(caller: Caller) -> None:
    """Two slips and a success, again and again, on his own telephone."""
    for call in ("CA1", "CA2", "CA3"):
        assert [caller.tries_tail("9999", call=call) for _ in range(2)] == ["mismatch", "mismatch"]
        assert caller.tries_tail(TAILS["8000"], call=call) == "ok"


def test_an_account_of_his_own_does_not_wash_a_caller_clean(caller: Caller) -> None:
    """A thief who proves himself between two tries is locked at the third one all the same."""
    tried = [caller.tries_tail("9999", phone, calls_from="8000") for phone in ("8001", "8002")]
    tried.append(caller.tries_tail(TAILS["8000"], "8000"))
    tried.append(caller.tries_tail("9999", "8003", calls_from="8000"))
    assert tried == ["mismatch", "mismatch", "ok", "locked"]


def test_a_right_tail_forgives_the_account(caller: Caller) -> None:
    """Its owner mistyped twice and was right: the next slip is not his third."""
    assert tails_from(caller, STRANGER, "8001") == ["mismatch", "mismatch"]
    caller.proves_tail(call="CA3")
    assert tails_from(caller, "8002", "8003") == ["mismatch", "mismatch"]


def test_a_withheld_number_is_counted_for_its_call(caller: Caller) -> None:
    """To hide gives no more tries within a call, and locks no other caller who hides."""
    tried = [caller.tries_tail("9999", phone, calls_from="") for phone in ("8001", "8002", "8003")]
    assert tried == ["mismatch", "mismatch", "locked"]
    assert caller.tries_tail(TAILS["8004"], "8004", calls_from="") == "locked"
    assert caller.tries_tail(TAILS["8004"], "8004", calls_from="", call="CA2") == "elsewhere"


@pytest.mark.parametrize("tail", [TAILS["8000"], "9999"])
def test_wrong_codes_lock_the_tail_too(caller: Caller, tail: str) -> None:
    """Whoever knows the tail and has guessed at codes is not let in by the tail, and hears no more than others."""
    code = caller.gets_code()
    for _ in range(3):
        caller.tries_code(wrong(code))
    finished = caller.ask("verify_identity", call="CA2", id_tail=tail, at="2026-11-22T11:00")
    assert finished == ActionResult("locked", {"minutes_left": 120})


def test_a_webhook_that_arrives_twice_counts_once(caller: Caller) -> None:
    """The key names the try: the same key again is not another one."""
    for _ in range(4):
        assert caller.tries_tail("9999", key="CA1/3/0") == "mismatch"
    assert caller.tries_tail(TAILS["8000"], key="CA1/4/0") == "ok"


def test_no_account_is_a_mismatch(caller: Caller) -> None:
    """Without an account there is nothing that a tail could prove."""
    assert caller.ask("verify_identity", "", id_tail=TAILS["8000"]) == ActionResult("mismatch")


@pytest.mark.parametrize("phone", ["+8613900009999", ""])
def test_a_number_without_an_account_is_locked_like_any_other(caller: Caller, phone: str) -> None:
    """The third try ends as it does for a customer, so that nobody learns whether a number has an account."""
    assert [caller.tries_tail("1237", phone) for _ in range(3)] == ["mismatch", "mismatch", "locked"]


def test_what_each_outcome_proves() -> None:
    """The owner of a frozen account has proved himself too, but is not served: only a human may help."""
    raised = {word: outcome.raises.name for word, outcome in CONTRACTS["verify_identity"].outcomes.items()}
    assert raised == {
        "ok": "verified",
        "elsewhere": "matched",
        "mismatch": "unknown",
        "locked": "unknown",
        "frozen": "matched",
        "sim_changed": "matched",
        "unreachable": "matched",
    }
