"""Proving who one is: the questions come when they are needed, and lead on to what was wanted."""

from __future__ import annotations

import pytest

from ivr.engine.events import ActionFinished
from ivr.menu.language.contract import Level
from tests.support.engine_call import Call, tree_of

NODES = """
  main: {run: look_up, outcomes: {found: menu, not_found: menu, unavailable: menu}}
  menu:
    say: Menu.
    menu:
      "1": {for: the balance, go: balance}
      "2": {for: proving it now, go: tail}
      "3": {for: another menu, go: other}
      "4": {for: another number, go: number}
  other: {say: Other., menu: {"1": {for: the balance, go: balance}, "2": {for: news, go: news}}}
  number: {say: Which number?, ask: phone, as: phone, then: main}
  news: {needs: known, say: News., then: back}
  balance:
    run: balance
    needs: verified
    outcomes: {ok: told, unavailable: agent}
  told: {say: "You have {{ amount }}.", menu: {"1": {for: the end, go: bye}, "2": {for: the balance, go: balance}}}
  unknown: {say: Who are you?, menu: {"1": {for: nobody, go: menu}, "2": {for: looking again, go: look_again}}}
  look_again: {run: look_up, outcomes: {found: tail, not_found: unknown, unavailable: agent}}
  tail: {say: The tail?, ask: id_tail, then: check}
  check:
    run: prove
    needs: known
    with: {tail: "{{ tail }}"}
    outcomes: {ok: thanks, mismatch: wrong, unavailable: agent}
  thanks: {say: Thanks., then: return}
  wrong: {say: Not right., then: tail}
  sorry: {say: Nobody answers., menu: {"1": {for: the balance, go: balance}}}
"""
TREE = tree_of(NODES, "identity: {known: unknown, verified: tail}")


@pytest.fixture
def call() -> Call:
    """Ring as a caller whose number is known, and come to the menu."""
    return Call(TREE).finish("found", account="A1", holder="Li")


@pytest.fixture
def stranger() -> Call:
    """Ring from a number that belongs to nobody, and come to the menu."""
    return Call(TREE).finish("not_found")


def test_the_questions_come_first_and_lead_on(call: Call) -> None:
    """Who wants his balance is asked for the tail of his card, and then hears his balance."""
    call.press("1").hears("The tail?")
    assert call.press("002*").action.inputs == {"tail": "002X"}
    call.finish("ok", account="A1")
    assert (call.heard, call.action.action) == (["Thanks."], "balance")
    call.finish("ok", amount=5)
    assert call.heard[0] == "You have 5."


def test_who_has_proved_it_is_not_asked_again(call: Call) -> None:
    """The level stays for the call."""
    call.press("1").press("002*").finish("ok", account="A1").finish("ok", amount=5).press("2")
    assert call.action.action == "balance"


def test_the_questions_are_no_part_of_the_way_back(call: Call) -> None:
    """From the answer, back is the menu and not the question."""
    call.press("1").press("002*").finish("ok", account="A1").finish("ok", amount=5)
    assert call.press("*").node == "menu"


def test_back_at_a_question_of_identity_leads_to_the_menu_before_it(call: Call) -> None:
    """Who does not want to prove anything goes back, and nothing is wanted any more."""
    assert call.press("1").press("*#").node == "menu"
    assert call.session.pending_returns == []


def test_a_wrong_answer_asks_again_and_still_leads_on(call: Call) -> None:
    """What was wanted is kept while the questions go on."""
    call.press("1").press("0000").finish("mismatch").hears("Not right.", "The tail?")
    call.press("002*").finish("ok", account="A1")
    assert call.action.action == "balance"


def test_questions_may_need_other_questions(stranger: Call) -> None:
    """A stranger shows first that he is known; his secret is gone meanwhile, so that he is asked for it again."""
    stranger.press("1").press("002*")
    assert stranger.heard[0] == "Who are you?"
    stranger.press("2").finish("found", account="A1", holder="Li").hears("The tail?")
    stranger.press("002*").finish("ok", account="A1")
    assert stranger.action.action == "balance"


def test_leaving_the_questions_for_a_menu_forgets_what_was_wanted(stranger: Call) -> None:
    """An option that leads out of the questions leads out of them for good."""
    stranger.press("1").press("002*").press("1")
    assert (stranger.node, stranger.session.pending_returns) == ("menu", [])
    assert stranger.press("3").session.history == ["menu", "other"]


def test_back_where_nothing_is_behind_keeps_what_was_wanted() -> None:
    """A call whose first node asks for identity has nowhere to go back to, and still leads on."""
    nodes = NODES.replace("main: {run: look_up", "main: {needs: verified, run: look_up")
    tree = tree_of(nodes, "identity: {known: unknown, verified: tail}")
    call = Call(tree).press("*#")
    assert call.heard[0] == "Top already."
    assert call.session.pending_returns == ["main"]


def test_return_with_nothing_wanted_leads_to_the_last_menu(call: Call) -> None:
    """Who proved himself of his own accord goes on from the menu in which he chose that."""
    call.press("2").press("002*").finish("ok", account="A1")
    assert call.heard[:2] == ["Thanks.", "Menu."]


def test_proving_it_of_his_own_accord_first_does_not_break_what_is_wanted_later(call: Call) -> None:
    """Although the question is on his way already, it leads on to what is wanted."""
    call.press("2").press("0#").desk("busy")
    assert call.session.history == ["menu", "tail", "sorry"]
    call.press("1").press("002*").finish("ok", account="A1")
    assert call.action.action == "balance"


def test_wanting_the_same_again_comes_before_what_was_wanted_after_it(stranger: Call) -> None:
    """What is wanted last is led on to first, and nothing is wanted twice."""
    stranger.session.pending_returns = ["balance", "news"]
    stranger.press("1")
    assert stranger.session.pending_returns == ["balance"]


def test_seeking_a_human_forgets_what_was_wanted(call: Call) -> None:
    """After the human, a later proof leads nowhere by surprise."""
    assert call.press("1").press("0#").session.pending_returns == []


def test_an_outcome_proves_what_its_contract_says(call: Call) -> None:
    """Identity is a level: the calling number is a hint, the tail a proof."""
    levels = [call.session.level]
    levels.append(call.press("1").press("002*").finish("ok", account="A1").session.level)
    assert levels == [Level.known, Level.verified]


def test_what_was_told_of_one_account_is_forgotten_with_it(call: Call) -> None:
    """Another account begins with nothing: no sum, no sentence and no proof of the first one is left."""
    call.press("1").press("002*").finish("ok", account="A1").finish("ok", amount=5)
    assert call.session.variables["amount"] == 5
    call.press("*").press("4").press("6502530000#").finish("found", account="B2", holder="Wu")
    assert "amount" not in call.session.variables
    assert (call.session.account, call.session.level) == ("B2", Level.known)


def test_a_proof_is_not_lost_to_a_weaker_one(call: Call) -> None:
    """Finding the same account again takes nothing back."""
    call.press("2").press("002*").finish("ok", account="A1").press("4").press("6502530000#")
    assert call.finish("found", account="A1", holder="Li").session.level == Level.verified


def test_a_proof_is_never_carried_over_to_another_account(call: Call) -> None:
    """Who is verified for one account and finds another one is only known there."""
    call.press("2").press("002*").finish("ok", account="A1").press("4").press("6502530000#")
    call.finish("found", account="B2", holder="Wang")
    assert (call.session.account, call.session.level) == ("B2", Level.known)
    assert call.press("1").node == "tail"


def test_an_outcome_that_the_menu_does_not_route_is_the_service_failing(call: Call) -> None:
    """An outcome that no menu could know of goes where ``unavailable`` does."""
    call.press("2").press("002*")
    assert call.happens(ActionFinished(call.at, "prove", "exploded")).transfer.desk == "service"


def test_a_secret_that_was_typed_too_early_is_asked_for_again() -> None:
    """What was typed before the questions is gone after them, so that the call comes back to where it was typed."""
    nodes = """
      pin: {say: The PIN?, ask: pin, then: use_pin}
      use_pin: {run: prove, needs: verified, with: {tail: "{{ pin }}"}, outcomes: {ok: bye, mismatch: pin, unavailable: bye}}
    """
    menu = NODES.replace(
        "go: number}\n", 'go: number}\n      "5": {for: the PIN, go: pin}\n'
    ) + nodes.replace("\n      ", "\n  ")
    tree = tree_of(menu, "identity: {known: unknown, verified: tail}")
    call = Call(tree).finish("found", account="A1").press("5").press("739155")
    call.hears("The tail?").press("002*").finish("ok", account="A1").hears("Thanks.", "The PIN?")
    assert call.press("739155").action.inputs == {"tail": "739155"}
