"""The caller's card: keys that lead to what it says they lead to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr.diagrams.card import Card, hours_of, make_card
from ivr.diagrams.card_formats import card_page, card_text
from ivr.engine.events import ActionFinished, CallStarted, DigitsPressed
from ivr.engine.session import Session
from ivr.engine.step import happen
from ivr.menu.graph.routes import routes
from ivr.menu.graph.timed import TimedEdges
from ivr.menu.language.desks import Desk
from ivr.menu.loader import Loaded
from tests.support.drawings import EVIL, evil, plain, yuebao
from tests.support.menus import bilingual

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday, 10:00 in Shanghai."""


def card_of(loaded: Loaded, language: str = "") -> Card:
    """Make a card."""
    assert loaded.tree
    return make_card(loaded.tree, language or loaded.tree.languages[0])


def passed(keys: tuple[str, ...]) -> list[str]:
    """Return the nodes that a caller without an account passes with these keys in the demonstration."""
    tree = yuebao().tree
    assert tree
    turn = happen(tree, Session("CA1", tree.version, AT), CallStarted(AT, "+8613900000000"))
    turn = happen(tree, turn.session, ActionFinished(AT, "find_account", "not_found"))
    for key in keys:
        turn = happen(tree, turn.session, DigitsPressed(AT, key))
    return turn.visited


CHINESE = """\
登录和密码
  重设登录密码： 1 再 1 再 1
  重设支付密码： 1 再 1 再 2
  网络连不上： 1 再 1 再 3
  提示被锁定： 1 再 1 再 4
收益
  查昨天的收益： 1 再 2 再 1
  收益怎么算： 1 再 2 再 2
  在哪里看明细： 1 再 2 再 3
转出和限额
  转出没有成功： 1 再 3 再 1
  今天的转出限额： 1 再 3 再 2
不认识的扣款： 1 再 4
公告和服务时间
  最新公告： 1 再 5 再 1
  找人工要准备什么： 1 再 5 再 2
  几点打最容易接通： 1 再 5 再 3
冻结账户
  冻结来电号码的账户： 1 再 6 再 1
  登记的是别的手机号： 1 再 6 再 2
"""
ENGLISH = """\
Logging in and passwords
  For a new login password: 2 then 1 then 1
  For a new payment password: 2 then 1 then 2
  For network problems: 2 then 1 then 3
  For a locked account: 2 then 1 then 4
Earnings
  For yesterday's earnings: 2 then 2 then 1
  For how earnings work: 2 then 2 then 2
  For your earnings history: 2 then 2 then 3
Withdrawals and limits
  For a withdrawal that failed: 2 then 3 then 1
  For today's withdrawal limit: 2 then 3 then 2
For a charge you don't recognize: 2 then 4
News and opening hours
  For the latest news: 2 then 5 then 1
  For what to have ready: 2 then 5 then 2
  For the best time to call: 2 then 5 then 3
Freezing your account
  For freezing the account of this phone: 2 then 6 then 1
  For a different registered number: 2 then 6 then 2
"""


@pytest.mark.parametrize(("language", "wanted"), [("zh-CN", CHINESE), ("en-US", ENGLISH)])
def test_the_card_of_the_shipped_hotline(language: str, wanted: str) -> None:
    """Every goal with its keys from the answer of the call, in the language of the card, its own key first."""
    text = card_text(card_of(yuebao(), language))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    missing = [
        line for line in wanted.splitlines() if not any(each.startswith(line.strip()) for each in lines)
    ]
    assert missing == []
    words = "再" if language == "zh-CN" else "then"
    assert sum(words in line for line in lines) == sum(words in line for line in wanted.splitlines())


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_the_keys_lead_there(language: str) -> None:
    """Pressed on a call, one after the other, they come to the option's own node, and in the card's language."""
    tree = yuebao().tree
    assert tree
    for group in card_of(yuebao(), language).groups:
        for goal in group.goals:
            *before, key = goal.keys
            menu = tree.nodes[passed(tuple(before))[-1]]
            assert passed(goal.keys)[0] == getattr(menu, "menu")[key].go  # noqa: B009
            assert getattr(menu, "menu")[key].language is None  # noqa: B009


def test_it_tells_humans_proofs_and_other_languages() -> None:
    """Above the goals what holds everywhere; beside a goal what only it asks for."""
    card = card_of(yuebao(), "en-US")
    assert card.anywhere == (("0", "a person"), ("*", "back"), ("9", "once more"))
    assert card.hours == "every day 08:30-21:00"
    assert card.languages == (("普通话", ("1",)),)
    goals = {goal.what: goal for group in card.groups for goal in group.goals}
    assert goals["today's withdrawal limit"].proof
    assert not goals["the latest news"].proof
    assert goals["a charge you don't recognize"].human == "at any hour"
    assert card_of(yuebao(), "zh-CN").languages == (("English", ("2",)),)


def test_seconds_are_those_of_the_quickest_way_and_grow_down_a_menu() -> None:
    """In the first language they are the routes' own: nothing is added that the caller does not hear."""
    tree = yuebao().tree
    assert tree
    card, quickest = card_of(yuebao()), routes(TimedEdges.of(tree, "zh-CN"))
    for group in card.groups:
        seconds = [goal.seconds for goal in group.goals]
        assert seconds == sorted(seconds)
    single = next(goal for group in card.groups for goal in group.goals if goal.human)
    assert single.seconds == pytest.approx(quickest["deductions"].seconds)


def test_a_language_key_within_the_first_menu_comes_first() -> None:
    """And what only ends the call is no goal."""
    menu = """
main: {menu: {"1": {for: hours, go: hours}, "2": {for: more, go: more}, "3": {for: the end, go: bye}}}
hours: {say: Always., then: main}
more: {say: What else?, menu: {"1": {for: a person, go: agent}, "2": {for: the first menu, go: main}, "9": {for: x, go: back}}}
"""
    card = card_of(plain(menu))
    assert [(group.title, [(goal.what, goal.keys) for goal in group.goals]) for group in card.groups] == [
        ("", [("hours", ("1",))]),
        ("More", [("a person", ("2", "1"))]),
    ]


def test_a_menu_that_follows_everything_is_no_place_of_its_own() -> None:
    """Not from the first menu, and not from one below it; options that come before and after it are still there."""
    menu = """
main: {menu: {"1": {for: hours, go: hours}, "2": {for: nothing, go: other}, "3": {for: more, go: more}}}
hours: {say: Always., then: other}
more: {menu: {"1": {for: prices, go: prices}, "2": {for: nothing, go: other}}}
prices: {say: Low., then: other}
other: {say: What else?, menu: {"1": {for: a joke, go: joke}, "2": {for: the end, go: bye}}}
joke: {say: Knock knock., then: other}
"""
    groups = [(group.title, [goal.what for goal in group.goals]) for group in card_of(plain(menu)).groups]
    assert groups == [("", ["hours"]), ("More", ["prices"])]


def test_the_samples_first_menu_is_found_in_both_languages() -> None:
    """Its own language key is pressed first for the other language."""
    goals = [goal for group in card_of(bilingual(), "en-US").groups for goal in group.goals]
    assert [(goal.what, goal.keys, goal.proof) for goal in goals] == [
        ("withdrawal limits", ("3", "1"), True),
        ("a call back", ("3", "2"), False),
    ]


def test_hours_are_told_in_the_language_of_the_card() -> None:
    """Days by their names."""
    desk = Desk.model_validate(
        {
            "number": "+8657100000001",
            "hours": {"mon-fri": "09:00-12:00, 13:00-18:00", "sat": "10:00-12:00", "sun": "closed"},
            **dict.fromkeys(("closed", "busy", "no_answer", "failed"), "bye"),
        }
    )
    assert hours_of(desk, "en-US") == "Mon–Fri 09:00-12:00, 13:00-18:00, Sat 10:00-12:00, Sun closed"
    assert hours_of(desk, "zh-CN") == "周一至周五 09:00-12:00, 13:00-18:00, 周六 10:00-12:00, 周日 休息"


def test_a_card_tells_the_hours_that_hold_and_the_closed_days() -> None:
    """A day with hours of its own is not told with the others, and a desk that is always open may close at Christmas."""
    ways = dict.fromkeys(("closed", "busy", "no_answer", "failed"), "bye")
    keys = {"number": "+8657100000001", "closed_on": ["2026-12-25"], **ways}
    desk = Desk.model_validate({**keys, "hours": {"mon-fri": "09:00-18:00", "fri": "09:00-15:00"}})
    assert hours_of(desk, "en-US") == "Mon–Thu 09:00-18:00, Fri 09:00-15:00, 2026-12-25 closed"
    assert hours_of(Desk.model_validate(keys), "zh-CN") == "全天, 2026-12-25 休息"


def test_a_goal_has_the_form_of_its_announcement() -> None:
    """“For” before a noun, “to” before a verb, and a whole sentence as it is said."""
    menu = (
        'main: {menu: {"1": {for: the hours, go: hours}, "2": {to: freeze it, go: freeze}, '
        '"3": {say: "Press {key} for more.", go: more}}}\n'
        "hours: {say: We are open., then: bye}\nfreeze: {say: It is frozen., then: bye}\nmore: {say: More., then: bye}\n"
    )
    card = card_of(plain(menu))
    lines = [line.split("  ")[0].strip() for line in card_text(card).splitlines()]
    assert [line for line in lines if line[:1] in "FTP" and line.endswith((":", "."))][:3] == [
        "For the hours:",
        "To freeze it:",
        "Press 3 for more.",
    ]
    assert "To freeze it:" in card_page(card)


def test_columns_stand_in_line() -> None:
    """Also where characters are twice as wide."""
    from rich.cells import cell_len

    lines = [line for line in card_text(card_of(yuebao())).splitlines() if " 再 " in line]
    inner = {cell_len(line[: line.index("1 再")]) for line in lines if line.startswith("  ")}
    assert len(inner) == 1


def test_words_stay_text_on_the_page() -> None:
    """An attack is told, and does nothing."""
    text = card_page(card_of(evil()))
    assert "<script" not in text
    assert "&lt;script {}&gt;" in text
    assert EVIL not in text
