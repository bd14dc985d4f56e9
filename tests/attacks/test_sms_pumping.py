"""Having the hotline send messages that cost: to numbers whose carrier shares what they earn, or to pester somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import phonenumbers
import pytest

from ivr.actions.identity import TAIL
from ivr.engine.callers import country_of
from ivr.storage.attempts import RateLimit
from tests.support.attacker import AGAIN, ANOTHER_NUMBER, VICTIM, VICTIMS_TAIL, Attack, telephone, way
from tests.support.figures import figure
from tests.support.phone import demonstration

A_LIST = way("help", "ready", "ready_text")
"""To the list of what to have at hand, by text message."""
HELP = way("login", "login_network", "network_link")
"""To the help page of the network, by text message."""


def countries(attack: Attack) -> dict[str, int]:
    """Return how many messages were to go to each country."""
    found: Counter[str] = Counter()
    for number, count in attack.tries.texts.items():
        found[country_of(number)] += count
    return dict(found)


@pytest.mark.parametrize("caller", [telephone(1), "+12025550199", "+37126123456", "+18765551234"])
def test_one_number_gets_ten_messages_a_day(attack: Attack, caller: str) -> None:
    """However many calls it makes, and whichever kind of message it asks for."""
    for _ in range(5):
        attack.call(caller, (*A_LIST, *((*AGAIN, *A_LIST) * 4)))
        attack.call(caller, (*HELP, *((*AGAIN, *HELP) * 4)))
    asked = attack.tries.outcomes["send_text: sent"] + attack.tries.outcomes["send_text: rationed"]
    asked += attack.tries.outcomes["send_link: sent"] + attack.tries.outcomes["send_link: rationed"]
    figure(
        f"messages asked for by one number, {caller[:5]}…",
        asked,
        f"{attack.tries.texts[caller]} sent in a day",
    )
    assert asked >= 40
    assert attack.tries.texts == {caller: 10}


def test_a_withheld_number_gets_none(attack: Attack) -> None:
    """There is nowhere to send them."""
    for _ in range(20):
        attack.call("", A_LIST)
        attack.call("", HELP)
    figure("messages asked for by withheld numbers", 40, f"{sum(attack.tries.texts.values())} sent")
    assert attack.tries.outcomes["send_link: no_number"] == 20
    assert not attack.tries.texts


@pytest.mark.parametrize(
    ("what", "numbers"),
    [
        ("Latvian", [f"+3712612{n:04}" for n in range(120)]),
        ("Jamaican", [f"+1876555{n:04}" for n in range(120)]),
        ("satellite", [f"+8816214{n:05}" for n in range(120)]),
        ("of no country", [f"+999123{n:05}" for n in range(120)]),
    ],
)
def test_a_dear_country_gets_fifty_messages_a_day(attack: Attack, what: str, numbers: Sequence[str]) -> None:
    """From as many numbers as the attacker has there: those that are dialled like American ones too."""
    for number in numbers:
        attack.call(number, A_LIST)
    figure(
        f"messages asked for by {len(numbers)} {what} numbers",
        len(numbers),
        f"{countries(attack)} sent in a day",
    )
    assert sum(attack.tries.texts.values()) == 50


def test_a_country_that_is_used_up_is_no_other_country_s_loss(attack: Attack) -> None:
    """Customers at home get theirs while an attacker empties a far country."""
    for n in range(60):
        attack.call(f"+3712612{n:04}", A_LIST)
    attack.call(VICTIM, A_LIST)
    assert attack.tries.texts[VICTIM] == 1


def test_the_bill_of_a_day_is_bounded() -> None:
    """What the demonstration could send abroad at the very most: so many a country, and so many to all together."""
    texts = demonstration().declared.texts
    others = [each for each in phonenumbers.SUPPORTED_REGIONS if each not in texts.countries]
    abroad = min(len(others) * texts.elsewhere, texts.abroad)
    figure(
        "countries that could be pumped at once",
        len(others),
        f"{texts.elsewhere} messages each, {abroad:,} to all together; at home {texts.countries['CN']:,}",
    )
    assert abroad == 500


def test_many_countries_together_are_bounded(attack: Attack) -> None:
    """Who changes the country when one is used up comes to an end too."""
    attack.application.services.attempts.consume(
        [RateLimit("text-abroad", 500, timedelta(days=1))], key="before", at=attack.clock()
    )
    for n in range(499):
        attack.application.services.attempts.consume(
            [RateLimit("text-abroad", 500, timedelta(days=1))], key=f"before/{n}", at=attack.clock()
        )
    attack.call("+37126120001", A_LIST)
    attack.call("+18762120001", A_LIST)
    figure("messages abroad after 500 on one day", 2, f"{sum(attack.tries.texts.values())} sent")
    assert sum(attack.tries.texts.values()) == 0


def test_home_and_named_countries_have_their_own() -> None:
    """The figures of the demonstration."""
    texts = demonstration().declared.texts
    assert set(texts.countries) == {"CN", "US"}


def test_a_stranger_uses_up_nobody_s_messages(attack: Attack) -> None:
    """He types the victim's number, proves nothing, and has messages sent to himself: the victim still gets his own."""
    for n in range(15):
        # to freeze another number, then back to the menus: the call is about the victim's account from there on
        names_the_victim = (*way("freeze", "freeze_number"), f"{VICTIM[3:]}#")
        back = (
            *way("back", start="freeze_tail"),
            *way("back", start="freeze_number"),
            *way("main", start="freeze_menu"),
        )
        attack.call(telephone(n), (*names_the_victim, *back, *A_LIST, *AGAIN, *A_LIST))
    spent = sum(attack.tries.texts.values())
    attack.call(VICTIM, (*way("login", "reset_login"), VICTIMS_TAIL))
    figure(
        "messages asked for in the victim's name",
        spent,
        f"{attack.tries.texts[VICTIM]} code for the victim after them",
    )
    assert spent >= 10
    assert attack.tries.texts[VICTIM] == 1


def test_nobody_is_pestered_by_a_number_that_was_typed(attack: Attack) -> None:
    """Without the right tail no message goes to a number on file, whoever types it and however often."""
    for n in range(50):
        attack.call(
            telephone(n), (*way("login", "reset_login"), ANOTHER_NUMBER, f"{VICTIM[3:]}#", "9999", "9998")
        )
        attack.call(telephone(n), (*way("freeze", "freeze_number"), f"{VICTIM[3:]}#", "9999"))
    figure(
        "calls that type the victim's number, without his tail",
        100,
        f"{attack.tries.texts[VICTIM]} messages to him",
    )
    assert len(attack.tries.judged[TAIL]) == 3
    assert not attack.tries.texts
