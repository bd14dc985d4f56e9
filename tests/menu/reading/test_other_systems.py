"""What somebody types who knows another system, or YAML only a little: each message leads to what is meant."""

from __future__ import annotations

import pytest

from ivr.actions.builtin import CONTRACTS
from ivr.menu.loader import load

SHOP = """hotline: shop
languages: [en-US]
timezone: America/New_York
start: main
anywhere: {"0": agent, "9": repeat}
desks:
  service: {number: "+12025550142", busy: bye, no_answer: bye, failed: bye}
nodes:
  main:
    say: Hello.
    menu:
      "1": {for: opening hours, go: hours}
      "2": {for: the end, go: bye}
  hours: {say: Open from nine to six., then: main}
  agent: {say: One moment., transfer: service}
  bye: {end: Goodbye.}
"""
HOURS = "{say: Open from nine to six., then: main}"


def errors(menu: str) -> list[str]:
    """Return what is told of a menu."""
    loaded = load({"menu.yaml": menu}, CONTRACTS)
    return [str(problem) for problem in loaded.problems if not problem.rule]


def test_the_menu_itself_is_right() -> None:
    """Else the other tests of this file would prove nothing."""
    assert errors(SHOP) == []


@pytest.mark.parametrize(
    ("right", "typed", "told"),
    [
        (HOURS, "{collect: digits, then: main}", "`collect` is no kind of node; did you mean `ask`?"),
        (HOURS, "{say: Type., gather: digits, then: main}", "`gather` is no kind of node; did you mean `ask`?"),
        (HOURS, "{say: Hello., next: main}", "`next` is not known here; did you mean `then`?"),
        (HOURS, "{say: Hello., goto: main}", "`goto` is not known here; did you mean `then`?"),
        (HOURS, "{say: Hello., go: main}", "`go` is not known here; did you mean `then`?"),
        (HOURS, "{say: Type., ask: digits, length: 4, go: main}", "`go` is not known here; did you mean `then`?"),
        ("{for: the end, go: bye}", "{for: the end, then: bye}", "`then` is not known here; did you mean `go`?"),
        ("{for: the end, go: bye}", "{for: the end, goto: bye}", "`goto` is not known here; did you mean `go`?"),
        (HOURS, "{say: Hello., then: {go: main}}", "`then` must be a text; write `then: main`"),
        (HOURS, "{play: Hello., then: main}", "did you mean `say`?"),
        (HOURS, "{say: Hello {{ caller }}., then: main}", "inside `{ }` needs quotes; write `{say: "),
        (HOURS, "{say: You, {{ caller }}, then: main}", "inside `{ }` needs quotes; write `{say: "),
        ("{for: the end, go: bye}", "bye", '`2` must say where it leads by `go:`; write `"2": {go: bye}`'),
        ("transfer: service", 'transfer: "+12025550100"', "write the number under `desks:`, as in `desks: {"),
        ("transfer: service", "transfer: Service", "write `service`"),
        ("+12025550142", "+1 (202) 555-0142", "write `+12025550142`"),
        ("+12025550142", "0086 571 0000 0000", "write `+8657100000000`"),
        ("+12025550142", "+44 (0)20 7946 0000", "write `+442079460000`"),
        ("+12025550142", "12025550142", "begin with `+` and the country's code, as in `+12025550100` or `+8657100000000`"),
        ("+12025550142", "(202) 555-0142", "begin with `+` and the country's code, as in `+12025550100` or `+8657100000000`"),
        ("busy: bye", "closed: bye, holidays: USA, busy: bye", "`USA` is no country; write `US`"),
        ("busy: bye", "closed: bye, holidays: us, busy: bye", "`us` is no country; write `US`"),
        ("busy: bye", "closed: bye, holidays: United States, busy: bye", "write `US`"),
        ("busy: bye", "closed: bye, holidays: nowhere, busy: bye", "write it like `CN` or `US`"),
        ("busy: bye", "closed: bye, holidays: [2026-11-26], busy: bye", "`holidays` must be a country, such as `CN`; write dates under `closed_on:`"),
        ("busy: bye", "hours: 9-17, busy: bye", "does not say on which days; write the days and the hours below it, such as `mon-fri: 09:00-17:00`"),
        ("busy: bye", "hours: mon-fri 9-17:30, busy: bye", "such as `mon-fri: 09:00-17:30`"),
        ("busy: bye", "hours: 24/7, busy: bye", "write `always`"),
        ("busy: bye", "hours: by appointment, busy: bye", "such as `mon-fri: 09:00-17:00`"),
        ("busy: bye", "hours: {mon-fri: 9-17}, closed: bye, busy: bye", "such as `09:00-17:00`"),
        ("busy: bye", "hours: {weekdays: 09:00-17:00}, closed: bye, busy: bye", "write `mon-fri`"),
        ("busy: bye", "hours: {Monday to Friday: 09:00-17:00}, closed: bye, busy: bye", "write `mon-fri`"),
        ("timezone: America/New_York", "timezone: EST", "`EST` has no summer time, all year round; write `America/New_York`"),
        ("timezone: America/New_York", "timezone: Asia/Beijing", "there is no time zone `Asia/Beijing`; write `Asia/Shanghai`"),
    ],
)  # fmt: skip
def test_what_is_typed_elsewhere_leads_to_what_is_meant(right: str, typed: str, told: str) -> None:
    """One message, and the remedy is what to write."""
    assert right in SHOP
    (found,) = errors(SHOP.replace(right, typed, 1))
    assert told in found


NO_VALUE = "`hours` has no value; write one, delete the line, or indent the lines below that belong to it"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("    hours:\n    say: Open.\n    then: main", ["14:5: main: `hours` is no key of a node; if it is a node, write it in the column of `main`", f"14:11: {NO_VALUE}"]),
        ("    hours:\n      say: Open.\n      then: main", ["14:5: main: `hours` is no key of a node; if it is a node, write it in the column of `main`"]),
        ("  hours:\n  say: Open.\n  then: main", [f"14:9: {NO_VALUE}", "15:3: say: `say` is a key of a node; indent it more than the name of its node", "16:3: then: `then` is a key of a node; indent it more than the name of its node"]),
    ],
)  # fmt: skip
def test_a_node_that_is_not_in_its_column(typed: str, told: list[str]) -> None:
    """The message says which line to move, and nothing that only follows from it."""
    assert errors(SHOP.replace(f"  hours: {HOURS}", typed)) == [f"menu.yaml:{each}" for each in told]


def test_a_human_of_another_name_is_named_at_the_top() -> None:
    """No node is suggested because it has a few letters of `agent`; a misspelt one is."""
    person = SHOP.replace("agent: {say", "sent: {end: Sent.}\n  person: {say")
    what = (
        "there is no node `agent`; write it, or name the human's node below `start:`, as in `agent: person`"
    )
    assert errors(person) == [f"menu.yaml:1:1: {what}", f"menu.yaml:5:12: {what}"]
    (found,) = errors(person.replace("start: main", "start: main\nagent: person").replace("sent:", "bye2:"))
    assert found == "menu.yaml:6:12: there is no node `agent`; the human's node is `person`"
    assert all("did you mean `agnet`" in each for each in errors(SHOP.replace("agent: {say", "agnet: {say")))


def test_an_entry_whose_node_has_a_reserved_name() -> None:
    """The editor typed no variable: it is the node that needs another name."""
    node = "  pass: {say: Your pin., ask: pin, length: 4, then: bye}\n  hours: "
    found = errors(SHOP.replace("  hours: ", node, 1).replace("go: hours", "go: pass"))
    assert any("give the node another name, or add `as:`" in each for each in found)
    assert not any("choose another name for the variable" in each for each in found)


ACTIONS = """services:
  shop: {url: "https://shop.example.com"}
actions:
  stock:
    service: shop
    does: Looks for it.
    get: /stock/{{ nobody }}
    body: {item: "{{ item }}"}
    outcomes:
      there: {status: 200, when: count > `0`, tells: {count: count}}
      none: {status: 200, means: There is none.}
      unavailable: {status: 500}
"""


def action_errors(actions: str) -> list[str]:
    """Return what is told of a file of actions."""
    loaded = load({"menu.yaml": SHOP, "actions.yaml": actions}, CONTRACTS)
    return [str(problem) for problem in loaded.problems if problem.file == "actions.yaml"]


def test_one_bad_path_hides_no_other_mistake_of_its_action() -> None:
    """What else is wrong with the entry is told at once, and nothing that is only missing because of it."""
    before = action_errors(ACTIONS)
    assert len(before) >= 6
    after = action_errors(ACTIONS.replace("/stock/", "stock/"))
    of_the_path = [each for each in before if ":7:5:" in each or "`get` has no body" in each]
    assert [each for each in after if ":7:5:" not in each] == [
        each for each in before if each not in of_the_path
    ]
    assert any("is no path; begin with `/`" in each for each in after)


def test_a_number_in_a_condition_of_an_answer_stands_in_backticks() -> None:
    """JMESPath has no bare numbers; nobody guesses that from an example of a path."""
    found = action_errors(ACTIONS.replace("count > `0`", "count >= 60"))
    assert any(
        "`count >= 60` is no JMESPath expression; numbers stand in backticks: write count >= `60`" in each
        for each in found
    )
