"""What changes something is confirmed first: by a yes to it, and on every way that leads to it."""

from __future__ import annotations

import pytest

from tests.support.lint_hotlines import hotline, problems_of, told
from tests.support.menus import changed

FREEZE = "freeze: {run: freeze_account, text: Frozen., with: {number: '{{ caller }}'}, outcomes: {done: bye, not_proved: bye, unavailable: agent}}"
SERVICE = """
actions.yaml:
  services: {bank: {url: "https://bank.example.com"}}
  actions:
    pay: {service: bank, does: Pays., METHOD: /pay, outcomes: {ok: {means: It is done., status: 200}}}
nodes:
  main: {menu: {"1": {for: paying, go: pay}, "2": {for: the end, go: bye}}}
  pay: {run: pay, outcomes: {ok: bye, unavailable: agent}}
"""


def ways(nodes: str, **given: str) -> list[str]:
    """Return how a caller gets to the freezing without a yes."""
    return [
        line.partition("something, and ")[2].partition(";")[0]
        for line in told("D03", f"nodes:\n  {FREEZE}\n  {nodes}", **given)
    ]


@pytest.mark.parametrize(
    "nodes",
    [
        "main: {ask: yes_no, say: Shall I freeze it?, yes: freeze, no: bye}",
        "main: {ask: digits, length: 6, say: Your six digits., read_back: true, then: freeze}",
        "main: {say: Shall I freeze it?, menu: {'1': {for: this one, go: freeze}, '2': {for: another one, go: bye}}}",
        "main: {say: It will be frozen., menu: {'1': {for: 'yes', go: freeze}, '2': {for: 'no', go: bye}}}",
        "main: {ask: yes_no, say: Shall I freeze it?, yes: note, no: bye}\n  note: {set: {topic: freezing}, then: freeze}",
    ],
)
def test_a_yes_confirms(nodes: str) -> None:
    """To a question, to what was read back, in a menu that asks, or that offers yes and no; also some steps before."""
    assert ways(nodes) == []


@pytest.mark.parametrize(
    ("nodes", "found"),
    [
        ("main: {say: Hello., then: freeze}", "a call comes to it without a key"),
        ("main: {ask: yes_no, say: Shall I leave it open?, yes: bye, no: freeze}", "the no of `main` leads to it"),
        ("main: {ask: yes_no, say: Shall I freeze it?, yes: freeze, no: freeze}", "the no of `main` leads to it"),
        ("main: {ask: yes_no, say: Shall I freeze it?, yes: bye, no: bye, after_tries: freeze}", "silence at `main` leads to it"),
        ("main: {ask: digits, length: 6, say: Your six digits., then: freeze}", "`main` before it asks for no yes"),
        ("main: {say: Welcome., menu: {'1': {for: orders, go: freeze}, '2': {for: the end, go: bye}}}", "`main` before it asks for no yes"),
        ("main: {say: 'Welcome, what can I do for you?', menu: {'1': {for: orders, go: freeze}, '2': {for: the end, go: bye}}}", "`main` before it asks for no yes"),
        ("main: {say: Shall I keep it?, menu: {'1': {for: 'yes', go: bye}, '2': {for: 'no', go: freeze}}}", "`main` before it asks for no yes"),
    ],
)  # fmt: skip
def test_anything_else_confirms_nothing(nodes: str, found: str) -> None:
    """A call that goes there by itself, a no, silence, a bare entry, an option of a menu that asks for no yes."""
    assert ways(nodes) == [found]


def test_a_node_that_is_freezing_itself_may_be_the_start() -> None:
    """No listener stands before it."""
    text = "main: {run: freeze_account, text: Frozen., with: {number: '{{ caller }}'}, outcomes: {done: bye, not_proved: bye, unavailable: agent}}"
    (found,) = told("D03", text)
    assert found.startswith("main: `freeze_account` changes something, and a call comes to it without a key")


def test_a_key_that_works_anywhere_confirms_nothing() -> None:
    """It is hit by accident; told once, however many menus there are."""
    nodes = """
        anywhere: {"5": {go: freeze, for: freezing}}
        nodes:
          main: {ask: yes_no, say: Shall I?, yes: more, no: bye}
          more: {ask: yes_no, say: Really?, yes: bye, no: bye}
          freeze: {run: freeze_account, text: Frozen., with: {number: "{{ caller }}"}, outcomes: {done: bye, not_proved: bye, unavailable: agent}}
        """
    (found,) = told("D03", nodes)
    assert "`5` leads to it from anywhere" in found


def test_the_questions_of_identity_are_no_confirmation() -> None:
    """They come before a node listens: what counts is how the call came to that node."""
    top = "identity: {confirmed: prove}\nnodes:\n"
    nodes = f"""\
  {FREEZE}
  main: {{menu: {{"1": {{for: orders, go: sure}}, "2": {{for: the end, go: bye}}}}}}
  sure: {{needs: confirmed, ask: yes_no, say: Shall I?, yes: bye, no: bye}}
  prove: {{say: One moment., then: freeze}}
"""
    (found,) = told("D03", top + nodes)
    assert "`main` before it asks for no yes" in found


def test_a_question_is_one_in_chinese_too() -> None:
    """Where a yes answers it."""
    menu = "main: {say: SAY, menu: {'1': {for: 来电号码的账户, go: freeze}, '2': {for: 先不办, go: bye}}}"
    assert ways(menu.replace("SAY", "转出会停，要冻结吗？"), language="zh-CN") == []
    assert len(ways(menu.replace("SAY", "您要办什么业务？"), language="zh-CN")) == 1


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_action_of_a_service_changes_something(method: str) -> None:
    """By its method, unless it says that it does not."""
    text = SERVICE.replace("METHOD", method)
    assert len(told("D03", text)) == 1
    assert told("D03", changed(text, ("does: Pays.", "changes: false, does: Looks."))) == []


@pytest.mark.parametrize("method", ["get", "head"])
def test_an_action_that_only_reads_changes_nothing(method: str) -> None:
    """Unless it says that it does."""
    text = SERVICE.replace("METHOD", method)
    assert told("D03", text) == []
    assert len(told("D03", changed(text, ("does: Pays.", "changes: true, does: Pays.")))) == 1


def test_a_replaced_action_of_the_program_says_itself_what_it_changes() -> None:
    """Whatever its method: sending a code is no change, and the file cannot say otherwise."""
    text = """
        actions.yaml:
          services: {bank: {url: "https://bank.example.com"}}
          actions:
            find_account: {service: bank, MOREpost: /who, outcomes: {found: {account: a, tells: {elder: e, preferred_language: p}}, not_found: {status: 404}}}
        nodes:
          main: {menu: {"1": {for: orders, go: find}, "2": {for: the end, go: bye}}}
          find: {run: find_account, outcomes: {found: bye, not_found: bye, unavailable: agent}}
        """
    made = hotline(text.replace("MORE", ""))
    assert made.tree is not None, made.problems
    assert not made.tree.contracts["find_account"].changes
    assert told("D03", text.replace("MORE", "")) == []
    (wrong,) = (
        each for each in problems_of(text.replace("MORE", "changes: true, ")) if each.severity == "error"
    )
    assert "`find_account` is an action of the program, which says this itself" in wrong.what
