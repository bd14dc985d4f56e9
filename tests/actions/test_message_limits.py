"""Which telephone a message goes to, and how many may be sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.actions.base import ActionRequest, ActionResult
from ivr.actions.message_limits import recipient
from ivr.engine.callers import country_of
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from tests.support.action_caller import NOW, STRANGER, Caller, moment, number


def text(
    caller: Caller,
    to: str = "8000",
    *,
    account: str = "",
    calls_from: str = "",
    level: Level = Level.unknown,
    **how: str,
) -> str:
    """Have a message sent to a number, and return how it ended."""
    return caller.ask("send_text", account, calls_from=calls_from, level=level, to=number(to), **how).outcome


@pytest.mark.parametrize("to", ["8000", STRANGER])
def test_a_number_has_its_ration(caller: Caller, to: str) -> None:
    """Of a customer or not, strangers cannot have it pestered from ever new telephones; the next one has its own."""
    two = replace(caller, rate_limits=MessageLimits(per_number=2))
    sent = [text(two, to, calls_from=f"800{n}", call=f"CA{n}") for n in range(3)]
    assert sent == ["sent", "sent", "rationed"]
    assert text(two, "8001", calls_from="8009") == "sent"


def test_a_number_is_not_pestered_through_many_claimed_accounts(caller: Caller) -> None:
    """Whichever account a call claims or has proved, the message comes to the same telephone."""
    two = replace(caller, rate_limits=MessageLimits(per_number=2))
    levels = (Level.known, Level.verified, Level.known)
    sent = [
        text(two, STRANGER, account=f"800{n}", calls_from=f"800{n}", level=level, call=f"CA{n}")
        for n, level in enumerate(levels)
    ]
    assert sent == ["sent", "sent", "rationed"]


@pytest.mark.parametrize("level", [Level.unknown, Level.known])
def test_who_claims_an_account_takes_nothing_of_its_messages(caller: Caller, level: Level) -> None:
    """Else a stranger could see to it that a customer gets no code."""
    two = replace(caller, rate_limits=MessageLimits(per_number=2))
    sent = [text(two, STRANGER, account="8000", calls_from=STRANGER, level=level) for _ in range(3)]
    assert sent == ["sent", "sent", "rationed"]
    assert text(two, account="8000", calls_from="8000", call="CA2") == "sent"


@pytest.mark.parametrize("level", [Level.verified, Level.confirmed])
def test_a_proved_account_has_its_ration_wherever_its_messages_go(caller: Caller, level: Level) -> None:
    """The customer's own telephones, one after the other, are still one customer's; the next account has its own."""
    two = replace(caller, rate_limits=MessageLimits(per_number=2))
    sent = [
        text(two, f"800{n}", account="8000", calls_from=f"800{n}", level=level, call=f"CA{n}")
        for n in (7, 8, 9)
    ]
    assert sent == ["sent", "sent", "rationed"]
    assert text(two, "8009", account="8001", calls_from="8009", level=level, call="CA2") == "sent"


def test_a_message_to_the_proved_account_itself_is_one_of_its_ration(caller: Caller) -> None:
    """It is not counted twice, once for the number and once for the account."""
    two = replace(caller, rate_limits=MessageLimits(per_number=2))
    sent = [text(two, account="8000", calls_from="8000", level=Level.verified) for _ in range(3)]
    assert sent == ["sent", "sent", "rationed"]


def test_a_caller_has_his_ration(caller: Caller) -> None:
    """Whomever it is sent to, in whichever call."""
    two = replace(caller, rate_limits=MessageLimits(per_caller=2))
    sent = [text(two, f"800{n}", calls_from=STRANGER, call=f"CA{n}") for n in range(3)]
    assert sent == ["sent", "sent", "rationed"]


def test_who_withholds_his_number_has_the_ration_of_his_call(caller: Caller) -> None:
    """Those who hide do not use up one another's."""
    two = replace(caller, rate_limits=MessageLimits(per_caller=2))
    assert [text(two, f"800{n}") for n in range(3)] == ["sent", "sent", "rationed"]
    assert text(two, "8003", call="CA2") == "sent"


@pytest.mark.parametrize(
    ("rate_limits", "chinese", "american"),
    [
        (MessageLimits(countries={"CN": 1, "US": 2}), 1, 2),
        (MessageLimits(countries={"CN": 2}, elsewhere=0), 2, 0),
        (
            MessageLimits(countries={"CN": 0}),
            0,
            4,
        ),  # the telephone that 0 closes is not that of another country
        (MessageLimits(countries={"US": 0}), 4, 0),
        (MessageLimits(elsewhere=3), 3, 3),  # for each country by itself
    ],
)
def test_a_country_has_its_ration(
    caller: Caller, rate_limits: MessageLimits, chinese: int, american: int
) -> None:
    """Whoever earns on messages to a far country earns little; one that is named with 0 gets none at all."""
    bounded = replace(caller, rate_limits=rate_limits)

    def sent(numbers: list[str]) -> int:
        return [text(bounded, to, call=f"CA{to}") for to in numbers].count("sent")

    assert sent([f"800{n}" for n in range(4)]) == chinese
    assert sent([f"+1202555014{n}" for n in range(4)]) == american


@pytest.mark.parametrize(
    "rate_limits", [MessageLimits(per_number=1), MessageLimits(per_caller=1), MessageLimits(elsewhere=1)]
)
def test_a_ration_comes_back_after_a_day(caller: Caller, rate_limits: MessageLimits) -> None:
    """24 hours after it was taken."""
    one = replace(caller, rate_limits=rate_limits)
    times = (NOW, "2026-11-22T23:59", "2026-11-23T09:59", "2026-11-23T10:00")
    assert [text(one, calls_from=STRANGER, at=at) for at in times] == ["sent", "rationed", "rationed", "sent"]


def test_what_is_refused_for_one_bound_is_not_taken_of_another(caller: Caller) -> None:
    """A caller who has used up his own does not empty his country's."""
    bounded = replace(caller, rate_limits=MessageLimits(per_caller=1, countries={"CN": 2}))
    assert [text(bounded, f"800{n}", calls_from=STRANGER) for n in range(3)] == [
        "sent",
        "rationed",
        "rationed",
    ]
    assert text(bounded, "8003", calls_from="8003") == "sent"


def test_a_webhook_that_arrives_twice_takes_one(caller: Caller) -> None:
    """And its answer stays what it was."""
    one = replace(caller, rate_limits=MessageLimits(per_number=1))
    assert [text(one, key="CA1/5/1") for _ in range(3)] == ["sent"] * 3
    assert [text(one, key="CA1/6/1") for _ in range(3)] == ["rationed"] * 3


def test_the_message_goes_where_the_node_says(caller: Caller) -> None:
    """A refused one goes nowhere."""
    to = number("8001")
    assert caller.ask("send_text", calls_from=STRANGER, to=to) == ActionResult("sent", text_to=to)
    none = replace(caller, rate_limits=MessageLimits(per_number=0))
    assert none.ask("send_text", calls_from=STRANGER, to=to) == ActionResult("rationed")


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("+8613800138000", "CN"),
        ("+85251234567", "HK"),
        ("+12025550142", "US"),
        ("+14165550123", "CA"),
        ("+18765551234", "JM"),  # dialled like an American number, and paid like a far one
        ("+442079460000", "GB"),
        ("+37126123456", "LV"),
        ("+8612", "CN"),
        ("+15555555555", "US"),  # no number of any of the countries with this code: its largest
        ("+999123456", "ZZ"),
        ("12345", "ZZ"),
        ("", "ZZ"),
    ],
)
def test_the_country_of_a_number(phone: str, country: str) -> None:
    """As ISO 3166 writes it; what has none is a country of its own, with a ration of its own."""
    assert country_of(phone) == country


@pytest.mark.parametrize(
    ("calls_from", "account", "level", "to"),
    [
        ("8000", "8000", Level.known, "8000"),
        (
            STRANGER,
            "8000",
            Level.known,
            STRANGER,
        ),  # a typed number proves nothing: its owner is left in peace
        ("", "8000", Level.known, ""),
        (STRANGER, "8000", Level.verified, "8000"),
        ("", "8000", Level.confirmed, "8000"),
        (STRANGER, "", Level.unknown, STRANGER),
        ("", "", Level.unknown, ""),
    ],
)
def test_the_number_on_file_is_for_who_has_proved_himself(
    calls_from: str, account: str, level: Level, to: str
) -> None:
    """Anybody else is sent to the telephone that he calls from, or to none."""
    request = ActionRequest("CA1/1/1", moment(NOW), "zh-CN", number(calls_from), number(account), level)
    assert recipient(request) == number(to)
