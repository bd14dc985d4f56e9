"""What a call notes down, for the caller who asks for it in writing."""

from __future__ import annotations

from tests.support.engine_call import CALLER, Call, tree_of

TREE = tree_of(
    """
  main:
    say: Menu.
    menu:
      "1": {for: the news, go: news}
      "2": {for: the main points, go: points}
      "3": {for: another account, go: other}
      "4": {for: a topic, go: topic}
  news: {run: news, outcomes: {some: told, none: main, unavailable: agent}}
  told: {say: "News.", note: "The news: {{ news }}", then: main}
  points:
    run: send_summary
    text: "{{ summary }}"
    outcomes: {sent: main, unavailable: main}
  other: {run: look_up, outcomes: {found: main, not_found: main, unavailable: main}}
  topic: {set: {topic: money}, then: main}
""",
    top="variables: {topic: nothing}",
)


def test_what_was_told_is_noted_once() -> None:
    """Told again, it is the same note."""
    call = Call(TREE)
    for _ in range(2):
        call.press("1").finish("some", news="all is well")
    call.press("2")
    assert call.action.inputs == {"summary": "The news: all is well"}
    call.finish_with_text("sent", CALLER)
    assert call.texts[0].body == "The news: all is well"


def test_notes_are_bounded() -> None:
    """The latest are kept."""
    call = Call(TREE)
    for number in range(12):
        call.press("1").finish("some", news=str(number))
    assert call.session.notes == [f"The news: {number}" for number in range(4, 12)]


def test_another_account_s_notes_are_forgotten() -> None:
    """What was told of the first one is not its owner's; what the menu itself has set stays."""
    call = Call(TREE).press("3").finish("found", account="A", holder="A")
    call.press("4").press("1").finish("some", news="of A")
    assert call.session.variables["news"] == "of A"
    call.press("3").finish("found", account="B", holder="B")
    assert call.session.notes == []
    assert "news" not in call.session.variables
    assert call.session.variables["topic"] == "money"


def test_the_end_forgets_them() -> None:
    """As it forgets every variable."""
    call = Call(TREE).press("1").finish("some", news="x").hang_up()
    assert call.session.notes == []
