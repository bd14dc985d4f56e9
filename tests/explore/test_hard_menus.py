"""Menus for which a quicker proof would be wrong: at one hour only, with one value only, by the longer way only."""

from __future__ import annotations

from textwrap import dedent

import pytest

from ivr.explore.properties import Violation
from ivr.explore.prover import prove
from ivr.menu.language.contract import Times
from ivr.menu.loader import load
from ivr.menu.tree import Tree
from tests.support.bank import CONTRACTS

FRAME = """\
hotline: hard
languages: [en-US]
timezone: Asia/Shanghai
start: {start}
{top}
nodes:
  agent: {{transfer: service, say: I connect you with a human.}}
  voice: {{say: Leave a message., record: voicemail, then: bye, nothing: bye}}
  bye: {{end: Goodbye.}}
{nodes}
"""
ZERO = 'anywhere: {"0": {go: agent, for: a human}}\n'
OPEN = 'desks: {service: {number: "+8657100000001", busy: voice, no_answer: voice, failed: voice}}\n'
DAY = (
    'desks: {service: {number: "+8657100000001", hours: {mon-fri: "09:00-17:00"}, closed: shut, busy: voice, '
    "no_answer: voice, failed: voice}}\n"
)
MAIN = 'main: {menu: {"1": {for: news, go: news}, "2": {for: a message, go: voice}}}\n'
SPEECH = " ".join(["The quick brown fox jumps over the lazy dog."] * 30)
CHAIN = "\n".join(
    f"r{n}: {{run: find_account, outcomes: {{found: r{n + 1}, not_found: r{n + 1}, unavailable: r{n + 1}}}}}"
    for n in range(22)
)


def tree(nodes: str, top: str = ZERO + OPEN) -> Tree:
    """Return a hotline of these nodes."""
    indented = "".join(f"  {line}\n" for line in dedent(nodes).strip().splitlines())
    loaded = load(
        {"menu.yaml": FRAME.format(top=top, nodes=indented, start="begin" if "begin:" in nodes else "main")},
        CONTRACTS,
    )
    assert loaded.tree is not None, "\n".join(map(str, loaded.problems))
    return loaded.tree


def broken(made: Tree) -> dict[str, Violation]:
    """Return what is found, by proof."""
    return {finding.proof: finding for finding in reversed(prove(made).findings)}


@pytest.mark.parametrize(
    ("proof", "nodes", "top"),
    [
        ("P02", MAIN + "news: {say: News., then: main}\nshut: {say: Closed., then: main}", ZERO + DAY),
        (
            "P01",
            ('main: {menu: {"1": {for: news, go: more}, "2": {for: a human, go: agent}}}\n'
            'shut: {say: Closed., menu: {"1": {for: news, go: more}, "2": {for: again, go: agent}}, after_tries: more}\n'
            "more: {say: News., then: shut}"),
            ZERO + DAY,
        ),
        ("P12", MAIN + 'news: {say: "{% if now.hour >= 18 %}{{ 1 / 0 }}{% endif %}News.", then: main}', ZERO + OPEN),
        (
            "P12",
            "begin: {run: find_account, outcomes: {found: good, not_found: bad, unavailable: bad}}\n"
            'good: {set: {sum: "{{ 12 }}"}, then: main}\nbad: {set: {sum: unknown}, then: main}\n'
            + MAIN
            + 'news: {say: "It is {{ sum | money }}.", then: main}',
            ZERO.replace("anywhere", "variables: {sum: ''}\nanywhere") + OPEN,
        ),
        ("P12", 'main: {menu: {"1": {for: checks, go: r0}, "2": {for: the end, go: bye}}}\n' + CHAIN + "\nr22: {say: Done., then: main}", ZERO + OPEN),
        (
            "P03",
            ('main: {menu: {"1": {for: short, go: news}, "2": {for: long, go: long}, "3": {for: the end, go: voice}}}\n'
            'news: {menu: {"1": {for: the end, go: bye}, "2": {for: more, go: main}}}\n'
            f"long: {{say: {SPEECH}, then: news}}"),
            ZERO + OPEN,
        ),
        ("P05", MAIN + "news: {say: News., then: main}\nbeep: {record: opinion, then: bye, nothing: bye}", ZERO + OPEN.replace("busy: voice", "busy: beep")),
        ("P10", MAIN.replace("{menu", '{say: "For parcels, press {{ k }}.", menu') + "news: {say: News., then: main}", "variables: {k: '7'}\n" + ZERO + OPEN),
    ],
    ids=["a human by day", "an ending by day", "an hour", "a value", "a chain", "the longer way", "after ringing", "a said key"],
)  # fmt: skip
def test_it_is_found(proof: str, nodes: str, top: str) -> None:
    """Though at the usual hour, with the first value or by the first way all is well."""
    assert proof in broken(tree(nodes, top))


def test_a_goodbye_is_no_human() -> None:
    """Where no desk answers and there is no voicemail, two wrong keys reach nobody."""
    top = 'desks: {service: {number: "+8657100000001", busy: main, no_answer: main, failed: main}}\n'
    nodes = 'main: {tries: 2, menu: {"1": {for: news, go: news}, "2": {for: a message, go: voice}}}\n'
    found = broken(tree(nodes + "news: {say: News., then: main}", top))
    assert found["P02"].what == "no human can be reached from here"


def test_two_desks_that_are_never_open_together_make_no_circle() -> None:
    """The one of the day and the one of the night lead to each other, and at no hour round."""
    top = (
        "desks:\n"
        '  service: {number: "+8657100000001", hours: {mon-sun: "08:00-20:00"}, closed: voice, busy: night, no_answer: voice, failed: voice}\n'
        '  late: {number: "+8657100000002", hours: {mon-sun: "20:00-23:59"}, closed: voice, busy: agent, no_answer: voice, failed: voice}\n'
    )
    nodes = MAIN + "news: {say: News., then: main}\nnight: {transfer: late, say: One moment.}"
    assert "P04" not in broken(tree(nodes, ZERO + top))


def test_a_variable_that_only_feeds_itself_ends() -> None:
    """Nothing reads how long it has grown, so that a call with more of it is the same state."""
    nodes = MAIN + 'news: {set: {way: "{{ way }}, news"}, then: main}'
    walked = prove(tree(nodes, "variables: {way: here}\n" + ZERO + OPEN)).walk
    assert len(walked) < 100


@pytest.mark.parametrize("withheld", ["withheld", "not caller", "caller == ''"])
def test_a_withheld_number_makes_another_state(withheld: str) -> None:
    """Both callers come to the same menu, and only one of them comes from there to where no human is."""
    nodes = (
        'main: {menu: {"1": {for: news, go: way}, "2": {for: a human, go: agent}}}\n'
        f"way: {{choose: [{{if: {withheld}, go: hidden}}], else: main}}\n"
        'hidden: {menu: {"1": {for: the end, go: bye}, "2": {for: the same again, go: hidden}}, after_tries: bye}'
    )
    found = broken(tree(nodes, OPEN))
    assert found["P02"].node == "hidden"
    assert "P13" not in found


def test_the_longest_row_of_actions_counts() -> None:
    """One outcome of each leads to a short end, and the other ones on."""
    rows = "\n".join(
        f"r{n}: {{run: find_account, outcomes: {{found: r{n + 1}, not_found: short, unavailable: short}}}}"
        for n in range(22)
    )
    nodes = (
        'main: {menu: {"1": {for: checks, go: r0}, "2": {for: the end, go: bye}}}\n'
        + rows
        + "\nr22: {say: Done., then: main}"
        + "\nshort: {run: find_account, outcomes: {found: r22, not_found: r22, unavailable: r22}}"
    )
    assert "more than" in broken(tree(nodes))["P12"].what


def test_a_human_behind_an_action_is_a_human() -> None:
    """Whatever the action comes to, and however long it takes. The worst of its outcomes says how many keys it is."""
    outcomes = "found: agent, not_found: almost, unavailable: agent"
    nodes = (
        f'main: {{menu: {{"1": {{for: help, go: help}}, "2": {{for: the end, go: bye}}}}}}\nhelp: {{run: find_account, outcomes: {{{outcomes}}}}}\n'
        'almost: {menu: {"1": {for: a human, go: agent}, "2": {for: the end, go: bye}}}'
    )
    proved = prove(tree(nodes, OPEN))
    assert "P02" not in {finding.proof for finding in proved.findings}
    assert proved.keys == {"main": 2, "almost": 1, "voice": 0}


def test_the_key_for_a_human_while_an_action_takes_long_is_none_of_its_outcomes() -> None:
    """It may end at once, in the way that leads farthest from a human: to another recording, which takes no keys."""
    nodes = (
        MAIN.replace("go: voice", "go: first") + "news: {say: News., then: main}\n"
        "first: {record: opinion, then: check, nothing: check}\n"
        "check: {run: find_account, outcomes: {found: agent, not_found: second, unavailable: agent}}\n"
        "second: {record: more, then: main, nothing: main}"
    )
    proved = prove(tree(nodes))
    assert (proved.keys["main"], proved.keys["second"], proved.keys["first"]) == (1, 2, 3)
    (found,) = (each for each in proved.findings if each.proof == "P02")
    assert (found.node, found.what) == ("first", "a human takes 3 keys, more than 2 from here")


def test_the_longest_way_of_a_caller_who_only_waits_counts() -> None:
    """Most outcomes ring a human at once; one says so much first that nobody would wait."""
    nodes = (
        MAIN.replace("}}}", "}}, after_tries: check}") + "news: {say: News., then: main}\n"
        "check: {run: find_account, outcomes: {found: agent, not_found: long, unavailable: agent}}\n"
        f"long: {{say: {SPEECH}, then: agent}}"
    )
    assert 90 < prove(tree(nodes)).waiting["main"] < float("inf")


def test_an_action_that_is_given_up_is_waited_for() -> None:
    """For as long as it may take, before a caller who only waits comes to the human."""
    nodes = MAIN.replace("}}}", "}}, after_tries: check}") + (
        "news: {say: News., then: main}\n"
        "check: {run: find_account, outcomes: {found: agent, not_found: agent, unavailable: agent}}"
    )
    at_once = nodes.replace("after_tries: check", "after_tries: agent").replace("then: main", "then: check")
    longer = prove(tree(nodes)).waiting["main"] - prove(tree(at_once)).waiting["main"]
    assert Times().give_up <= longer < 2 * Times().give_up


def test_the_worst_hour_says_how_near_a_human_is() -> None:
    """By day the desk is one key away; by night its voicemail is one key more."""
    nodes = 'main: {menu: {"1": {for: a human, go: agent}, "2": {for: the end, go: bye}}}\nshut: {menu: {"1": {for: a message, go: voice}, "2": {for: the end, go: bye}}}'
    assert prove(tree(nodes, DAY)).keys["main"] == 2


def test_the_caller_who_is_farthest_from_a_human_says_how_near_it_is() -> None:
    """From the same menu, a caller whose number is withheld must press one key more."""
    nodes = (
        'main: {menu: {"1": {for: help, go: way}, "2": {for: the end, go: bye}}}\n'
        "way: {choose: [{if: withheld, go: hidden}], else: agent}\n"
        'hidden: {menu: {"1": {for: a human, go: agent}, "2": {for: the end, go: bye}}}'
    )
    assert prove(tree(nodes, OPEN)).keys["main"] == 2


def test_a_caller_whom_a_condition_names_is_another_state() -> None:
    """They come to the same menu as everybody, and only they come from there to the node that is theirs."""
    nodes = (
        'main: {menu: {"1": {for: news, go: way}, "2": {for: a message, go: voice}}}\n'
        "way: {choose: [{if: caller == '+12025550142', go: theirs}], else: main}\n"
        "theirs: {say: This is for you., then: main}"
    )
    assert "P13" not in broken(tree(nodes))
