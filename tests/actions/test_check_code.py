"""Judging the code that the caller types back."""

from __future__ import annotations

import pytest

from ivr.actions.base import ActionResult
from ivr.menu.language.contract import Level
from tests.support.action_caller import STRANGER, Caller, number, wrong
from tests.support.bank import CONTRACTS
from tests.support.codes import Broken, Others, served_by


@pytest.mark.parametrize("calls_from", ["8000", STRANGER, ""])
def test_the_right_code_confirms(caller: Caller, calls_from: str) -> None:
    """From whichever telephone: he holds the one on file."""
    code = caller.gets_code(calls_from=calls_from)
    assert caller.ask(
        "check_code", calls_from=calls_from, level=Level.matched, typed_code=code
    ) == ActionResult("ok", account=number("8000"))


def test_what_each_outcome_proves() -> None:
    """Nothing but the right code confirms."""
    raised = {word: outcome.raises.name for word, outcome in CONTRACTS["check_code"].outcomes.items()}
    assert raised == {"ok": "confirmed", "mismatch": "unknown", "expired": "unknown", "locked": "unknown"}


@pytest.mark.parametrize(
    ("at", "outcome"), [("10:00:00", "ok"), ("10:04:59", "ok"), ("10:05:00", "expired"), ("11:00", "expired")]
)
def test_a_code_is_good_for_five_minutes(caller: Caller, at: str, outcome: str) -> None:
    """A message that is found later on a lost telephone opens nothing."""
    code = caller.gets_code()
    assert caller.tries_code(code, at=f"2026-11-22T{at}") == outcome


def test_a_code_of_another_call_is_none(caller: Caller) -> None:
    """Whoever coaxes a code out of a customer on one call cannot use it on his own; for the customer it stays good."""
    code = caller.gets_code()
    caller.proves_tail(call="CA2")
    assert caller.tries_code(code, call="CA2") == "expired"
    assert caller.tries_code(code) == "ok"


def test_a_code_of_another_account_is_none(caller: Caller) -> None:
    """Nor does the code of one's own account confirm somebody else's in the same call."""
    code = caller.gets_code("8000")
    caller.proves_tail("8001", calls_from="8000")
    assert caller.tries_code(code, "8001", calls_from="8000") == "expired"
    theirs = caller.gets_code("8001", calls_from="8000")
    assert caller.tries_code(code if code != theirs else wrong(code), "8001", calls_from="8000") == "mismatch"


def test_a_new_code_kills_the_one_before(caller: Caller) -> None:
    """In the same call it is a wrong one."""
    first, second = caller.gets_code(), caller.asks_code().secrets["code"]
    if first != second:
        assert caller.tries_code(first) == "mismatch"
    assert caller.tries_code(second) == "ok"


def test_a_code_is_good_once(caller: Caller) -> None:
    """Typed again, it confirms nothing again."""
    code = caller.gets_code()
    assert [caller.tries_code(code) for _ in range(2)] == ["ok", "expired"]


def test_the_third_wrong_code_locks(caller: Caller) -> None:
    """The minutes are told, and the right code comes too late."""
    code = caller.gets_code()
    assert [caller.tries_code(wrong(code)) for _ in range(2)] == ["mismatch", "mismatch"]
    third = caller.ask("check_code", level=Level.matched, typed_code=wrong(code))
    assert third == ActionResult("locked", {"minutes_left": 180})
    assert caller.tries_code(code) == "locked"


def test_at_a_lock_no_code_is_needed_to_hear_of_it(caller: Caller) -> None:
    """A later call hears for how long, and not that a new code is coming, which would not be sent."""
    code = caller.gets_code()
    for _ in range(3):
        caller.tries_code(wrong(code))
    later = {"call": "CA2", "at": "2026-11-22T10:30"}
    assert caller.ask("check_code", level=Level.matched, typed_code=code, **later) == ActionResult(
        "locked", {"minutes_left": 150}
    )
    assert caller.tries_code(code, call="CA3", at="2026-11-22T13:00") == "expired"


def test_wrong_codes_are_counted_across_calls_and_telephones(caller: Caller) -> None:
    """A new call, a new code and another telephone give no new tries."""
    tried = []
    for n, phone in enumerate((STRANGER, "8001", "8002")):
        code = caller.gets_code(calls_from=phone, call=f"CA{n}")
        tried.append(caller.tries_code(wrong(code), calls_from=phone, call=f"CA{n}"))
    assert tried == ["mismatch", "mismatch", "locked"]


def test_at_a_lock_the_right_code_is_not_taken(caller: Caller) -> None:
    """It is the live one, in the call that it was sent in, and comes one try too late."""
    for n, phone in enumerate(("8001", "8002", "8003")):
        guessed = caller.gets_code(calls_from=phone, call=f"CA{n}")
        outcome = caller.tries_code(wrong(guessed), calls_from=phone, call=f"CA{n}")
    assert outcome == "locked"
    assert caller.tries_code(guessed, calls_from="8003", call="CA2") == "locked"


def test_a_caller_is_locked_whatever_account_he_guesses_at(caller: Caller) -> None:
    """And a right code of his own account between two guesses does not wash him clean."""

    def guesses_at(phone: str) -> str:
        his = {"calls_from": "8000", "call": f"CA{phone}"}
        return caller.tries_code(wrong(caller.gets_code(phone, **his)), phone, **his)

    tried = [
        guesses_at("8001"),
        guesses_at("8002"),
        caller.tries_code(caller.gets_code()),
        guesses_at("8003"),
    ]
    assert tried == ["mismatch", "mismatch", "ok", "locked"]


def test_a_code_that_is_too_old_is_no_try(caller: Caller) -> None:
    """Nothing can be guessed with it, so that a slow caller is not locked out."""
    code = caller.gets_code()
    assert {caller.tries_code(code, at="2026-11-22T10:10") for _ in range(5)} == {"expired"}
    again = caller.asks_code(at="2026-11-22T10:10").secrets["code"]
    assert caller.tries_code(again, at="2026-11-22T10:11") == "ok"


def test_without_a_code_there_is_none_to_guess(caller: Caller) -> None:
    """A call that was sent none can type what it likes."""
    assert {caller.tries_code(f"{n:06}") for n in range(20)} == {"expired"}


def test_a_webhook_that_arrives_twice_is_one_try(caller: Caller) -> None:
    """Wrong ones count once, and the right one stays right."""
    code = caller.gets_code()
    assert {caller.tries_code(wrong(code), key="CA1/50/1") for _ in range(5)} == {"mismatch"}
    assert {caller.tries_code(code, key="CA1/51/1") for _ in range(5)} == {"ok"}


# --- codes of somebody else


def test_somebody_else_may_judge_the_codes(caller: Caller) -> None:
    """He is asked about the number on file; what he holds for wrong, or does not know any more, is so."""
    others = Others(code="271828")
    served = served_by(caller, others)
    served.proves_tail(calls_from=STRANGER)
    served.asks_code(calls_from=STRANGER)
    assert served.tries_code("314159", calls_from=STRANGER) == "mismatch"
    assert served.tries_code("271828", calls_from=STRANGER) == "ok"
    assert others.asked == [(number("8000"), code) for code in ("314159", "271828")]


def test_his_yes_is_good_once(caller: Caller) -> None:
    """He may say yes again: the call has no code any more, and he is not asked."""
    others = Others(code="271828")
    served = served_by(caller, others)
    served.proves_tail()
    served.asks_code()
    assert [served.tries_code("271828") for _ in range(2)] == ["ok", "expired"]
    assert len(others.asked) == 1


@pytest.mark.parametrize("at", ["2026-11-22T10:04", "2026-11-22T10:05"])
def test_a_code_that_he_sends_again_is_a_new_one(caller: Caller, at: str) -> None:
    """Good for five minutes of its own, whether or not the one before it was too old already."""
    served = served_by(caller, Others(code="271828"))
    served.proves_tail()
    served.asks_code()
    served.asks_code(at=at)
    assert served.tries_code("271828", at="2026-11-22T10:08") == "ok"


def test_a_code_that_he_sent_in_another_call_is_none(caller: Caller) -> None:
    """Whoever coaxes it out of a customer cannot use it on a call of his own; he is not even asked."""
    others = Others(code="271828")
    served = served_by(caller, others)
    for call in ("CA1", "CA2"):
        served.proves_tail(call=call)
    served.asks_code(call="CA1")
    assert served.tries_code("271828", call="CA2") == "expired"
    assert others.asked == []
    assert served.tries_code("271828", call="CA1") == "ok"


def test_without_a_code_of_his_there_is_none_to_guess(caller: Caller) -> None:
    """A call that had none sent, or whose code is too old, is not let near the real one; nothing is counted."""
    others = Others(code="271828")
    served = served_by(caller, others)
    served.proves_tail()
    assert {served.tries_code("271828") for _ in range(5)} == {"expired"}
    served.asks_code()
    assert served.tries_code("271828", at="2026-11-22T10:05") == "expired"
    assert others.asked == []


def test_at_a_lock_he_is_not_asked(caller: Caller) -> None:
    """What he says would not be looked at, and each question may cost money."""
    others = Others(code="271828")
    served = served_by(caller, others)
    served.proves_tail()
    served.asks_code()
    assert [served.tries_code("314159") for _ in range(3)] == ["mismatch", "mismatch", "locked"]
    assert served.tries_code("271828") == "locked"
    assert len(others.asked) == 3


def test_our_own_codes_mean_nothing_to_him(caller: Caller) -> None:
    """A code that we made before is judged by him alone."""
    code = caller.gets_code()
    assert served_by(caller, Others(code=wrong(code))).tries_code(code) == "mismatch"


def test_wrong_codes_are_counted_whoever_judges(caller: Caller) -> None:
    """Three lock, across calls; then the right one is not taken either."""
    served = served_by(caller, Others(code="271828"))
    tried = []
    for n, phone in enumerate((STRANGER, "8001", "8002")):
        served.proves_tail(calls_from=phone, call=f"CA{n}")
        served.asks_code(calls_from=phone, call=f"CA{n}")
        tried.append(served.tries_code("314159", calls_from=phone, call=f"CA{n}"))
    assert tried == ["mismatch", "mismatch", "locked"]
    assert served.tries_code("271828", calls_from="8003", call="CA9") == "locked"


def test_what_he_does_not_know_is_no_try(caller: Caller) -> None:
    """A code that is too old counts with him no more than with us."""
    others = Others()
    served = served_by(caller, others)
    served.proves_tail()
    served.asks_code()
    assert {served.tries_code("271828") for _ in range(5)} == {"expired"}
    others.code = "271828"
    assert served.tries_code("271828") == "ok"


def test_when_he_does_not_answer_nothing_is_counted(caller: Caller) -> None:
    """Trouble is ``unavailable``, and no wrong try."""
    served, broken = served_by(caller, Others(code="271828")), served_by(caller, Broken())
    served.proves_tail()
    served.asks_code()
    assert {broken.tries_code("271828") for _ in range(5)} == {"unavailable"}
    assert served.tries_code("314159") == "mismatch"
    assert served.tries_code("271828") == "ok"
