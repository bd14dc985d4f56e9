"""The caller's card: keys that lead to what it says they lead to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr.diagrams.card import Card, hours_of, make_card
from ivr.diagrams.card_formats import card_page, card_text
from ivr.engine.events import ActionFinished, CallStarted, DigitsPressed
from ivr.engine.session import Session
from ivr.engine.step import happen
from ivr.engine.turn import Turn
from ivr.menu.graph.routes import routes
from ivr.menu.graph.timed import TimedEdges
from ivr.menu.language.desks import Desk
from ivr.menu.loader import Loaded
from tests.support.drawings import EVIL, evil, plain, yuebao
from tests.support.keys import keys_to
from tests.support.menus import MENU, bilingual, changed

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday, 10:00 in Shanghai."""


def card_of(loaded: Loaded, language: str = "") -> Card:
    """Make a card."""
    assert loaded.tree
    return make_card(loaded.tree, language or loaded.tree.languages[0])


STRANGERS = {"zh-CN": "+8613900000000", "en-US": "+12025550100"}
"""Callers without an account, whose calls begin in these languages."""


def last_turn(keys: tuple[str, ...], language: str) -> Turn:
    """Return the last turn of a caller without an account who presses these keys in the demonstration."""
    tree = yuebao().tree
    assert tree
    turn = happen(tree, Session("CA1", tree.version, AT), CallStarted(AT, STRANGERS[language]))
    turn = happen(tree, turn.session, ActionFinished(AT, "find_account", "not_found"))
    for key in keys:
        turn = happen(tree, turn.session, DigitsPressed(AT, key))
    return turn


CHINESE = """\
冻结账户或有不明扣款
  冻结来电号码的账户： 1 再 1
  冻结别的号码的账户： 1 再 2
  有不明扣款： 1 再 4
登录和密码
  重设登录密码： 2 再 1
  重设支付密码： 2 再 2
  提示被锁定： 2 再 3
  网络连不上： 2 再 4
转出和限额
  今天的转出限额： 3 再 1
  转出失败的原因： 3 再 2
收益
  昨天的收益： 4 再 1
  收益的算法： 4 再 2
  每天的收益明细： 4 再 3
其他服务
  最新公告： 5 再 1
  人工服务时间： 5 再 2
  找人工前的准备： 5 再 3
人工客服： 0
"""
ENGLISH = """\
Freeze your account or report a charge
  To freeze the account of this phone: 1 then 1
  To freeze the account of another phone: 1 then 2
  For a charge you don't recognize: 1 then 4
Logging in and passwords
  To reset your login password: 2 then 1
  To reset your payment password: 2 then 2
  For a locked account: 2 then 3
  For network problems: 2 then 4
Withdrawals and limits
  For today's withdrawal limit: 3 then 1
  For a withdrawal that failed: 3 then 2
Your earnings
  For yesterday's earnings: 4 then 1
  To hear how earnings are worked out: 4 then 2
  For your daily earnings history: 4 then 3
Anything else
  For the latest news: 5 then 1
  For the hours of our staff: 5 then 2
  To hear what to have ready for our staff: 5 then 3
For a person: 0
"""


@pytest.mark.parametrize(("language", "wanted"), [("zh-CN", CHINESE), ("en-US", ENGLISH)])
def test_the_card_of_the_shipped_hotline(language: str, wanted: str) -> None:
    """Every goal with its keys from the answer of the call, in the language of the card."""
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
            menu = tree.nodes[last_turn(tuple(before), language).visited[-1]]
            last = last_turn(goal.keys, language)
            assert last.visited[0] == menu.options[key].go
            assert menu.options[key].language is None
            assert last.session.language == language


def test_it_tells_humans_proofs_and_other_languages() -> None:
    """Above the goals what holds everywhere; beside a goal what only it asks for."""
    card = card_of(yuebao(), "en-US")
    assert card.anywhere == (("0", "a person"), ("*", "back"), ("9", "once more"), ("8", "Chinese"))
    assert card.hours == "every day 08:30-21:00"
    assert card.languages == ()  # key 8 is among those that hold everywhere
    goals = {goal.what: goal for group in card.groups for goal in group.goals}
    assert goals["today's withdrawal limit"].proof
    assert not goals["the latest news"].proof
    assert goals["a charge you don't recognize"].human == "at any hour"
    assert card_of(yuebao(), "zh-CN").anywhere[-1] == ("8", "英语")


@pytest.mark.parametrize(
    ("language", "others", "keys"),
    [("zh-CN", (("English", ("2",)),), ("1", "2")), ("en-US", (("普通话", ("1",)),), ("2", "2"))],
)
def test_a_menu_of_languages_comes_first(
    language: str, others: tuple[tuple[str, tuple[str, ...]], ...], keys: tuple[str, ...]
) -> None:
    """The card's own key stands before those of its goals, and the keys of the other languages are told."""
    ask = """  language:
    menu:
      "1": {for: 普通话, language: zh-CN, go: main}
      "2": {for: English, language: en-US, go: main}

  main:
"""
    menu = changed(
        MENU,
        ("    then: main\n\n  main:\n", f"    then: language\n\n{ask}"),
        ('      "3": {for: English, language: en-US, go: main}\n', ""),
    )
    card = card_of(bilingual(menu), language)
    assert card.languages == others
    assert card.groups[0].goals[1].keys == keys


def test_seconds_are_those_of_the_quickest_way_and_grow_down_a_menu() -> None:
    """In the first language they are the routes' own: nothing is added that the caller does not hear."""
    tree = yuebao().tree
    assert tree
    card, quickest = card_of(yuebao()), routes(TimedEdges.of(tree, "zh-CN"))
    for group in card.groups:
        seconds = [goal.seconds for goal in group.goals]
        assert seconds == sorted(seconds)
    seconds_to = {goal.keys: goal.seconds for group in card.groups for goal in group.goals}
    for options in (("login", "login_network"), ("earnings", "earnings_method"), ("help", "best_hours")):
        keys = tuple(keys_to(tree, *options))
        assert quickest[options[-1]].keys == keys
        assert seconds_to[keys] == pytest.approx(quickest[options[-1]].seconds)


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
    inner = {cell_len(line[: line.index(" 再 ")]) for line in lines if line.startswith("  ")}
    assert len(inner) == 1


def test_words_stay_text_on_the_page() -> None:
    """An attack is told, and does nothing."""
    text = card_page(card_of(evil()))
    assert "<script" not in text
    assert "&lt;script {}&gt;" in text
    assert EVIL not in text
