"""The hotline as a whole and its single nodes: each check on a good case and on a bad one."""

from __future__ import annotations

import pytest

from ivr.menu.checks.timezones import zone
from ivr.menu.loader import load
from tests.support.menus import CONTRACTS, FILES, MENU, bilingual, changed, hotline, said, small


def test_the_sample_has_no_problem() -> None:
    """Nor has a small one."""
    assert said(bilingual()) == []
    assert said(hotline(small('main: {menu: {"1": {for: news, go: bye}}}'))) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("start: greeting", "start: greting", "menu.yaml:5:1: `start` names `greting`, and there is no such node; did you mean `greeting`?"),
        ("start: greeting", "start: greeting\nagent: agnet", "menu.yaml:6:1: `agent` names `agnet`, and there is no such node; did you mean `agent`?"),
        ("timezone: Asia/Shanghai", "timezone: Asia/Shanghay", "menu.yaml:4:1: there is no time zone `Asia/Shanghay`; did you mean `Asia/Shanghai`?"),
        ("timezone: Asia/Shanghai", "timezone: ../../etc/passwd", "menu.yaml:4:1: there is no time zone `../../etc/passwd`; write it like `Asia/Shanghai`"),
        ("languages: [zh-CN, en-US]", "languages: [zh-CN, en-US, en-US]", "menu.yaml:2:1: a language stands twice; keep one of the two"),
        ("en-US: Polly.Joanna-Neural", "en-GB: Polly.Amy-Neural", "menu.yaml:3:37: `en-GB` is not among the hotline's `languages:`; did you mean `en-US`?"),
        ("verified: prove", "verified: proof", "menu.yaml:9:24: there is no node `proof`; did you mean `prove`?"),
        ("topic: 其他", "verified: x, topic: 其他", "menu.yaml:10:13: `verified` has a meaning of its own; choose another name for the variable"),
        ("topic: 其他", 'topic: "{{ x }}"', "menu.yaml:10:13: a first value is a plain text, and no template; set it in a `set` node"),
        ("    closed: voicemail\n", "", "menu.yaml:13:3: the desk `service` closes, and nothing says what follows; add `closed:` with a node, such as a voicemail [H07]"),
        ("busy: voicemail", "busy: voicemial", "menu.yaml:17:5: there is no node `voicemial`; did you mean `voicemail`?"),
        ("hours: {mon-fri: 09:00-21:00}", "holidays: XX", "menu.yaml:15:5: the holidays of `XX` are not known; write the days under `closed_on:`"),
        ("hours: {mon-fri: 09:00-21:00}", 'hours: {mon-wed: "09:00-21:00", wed-fri: "09:00-12:00"}', "menu.yaml:15:37: `mon-wed` and `wed-fri` both name Wednesday; name it once"),
        ("language: en-US, go: main", "language: en-GB, go: main", "menu.yaml:32:27: main: `en-GB` is not among the hotline's `languages:`; did you mean `en-US`?"),
        ("run: limits\n", "run: limts\n", "menu.yaml:35:5: limits: there is no action `limts`; did you mean `limits`?"),
        ("{ok: limits_told, unavailable: agent}", "{ok: limits_told}", "menu.yaml:37:5: limits: the outcome `unavailable` of `limits` leads nowhere (The service did not answer, or answered nonsense); add `unavailable:` with the node that follows [E07]"),
        ("ask: date", "ask: date\n    length: 8", "menu.yaml:46:5: when: `length` is not for `date`; delete it: it is 8"),
        ("ask: date", "ask: date\n    range: 1-5", "menu.yaml:46:5: when: `range` is not for `date`; delete it"),
        ("ask: date", "ask: date\n    yes: main", "menu.yaml:46:5: when: `yes` is for `ask: yes_no`; write `then:`"),
        ("    then: booked\n", "", "menu.yaml:45:5: when: `then` is missing; add `then:` with the node that follows a good entry"),
        ('set: {topic: "', 'set: {language: fr-FR, topic: "', "menu.yaml:50:11: booked: `fr-FR` is not among the hotline's `languages:`; use one of `zh-CN`, `en-US`"),
        ('set: {topic: "', 'set: {caller: x, topic: "', "menu.yaml:50:11: booked: `caller` has a meaning of its own; choose another name for the variable"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_menu_file(old: str, new: str, problem: str) -> None:
    """One mistake is said, in its place, with its remedy (others may follow from it)."""
    assert problem in said(bilingual(changed(MENU, (old, new))))


def test_a_human_that_nobody_has_named_is_a_node_to_write() -> None:
    """The editor wrote no `agent:`, so the message says how one is written."""
    menu = "hotline: x\nlanguages: [en-US]\ntimezone: Asia/Shanghai\nstart: bye\nnodes: {bye: {end: Bye.}}"
    assert (
        "menu.yaml:1:1: there is no node `agent`; write it, or name the human's node below `start:`, as in `agent: person`"
        in said(hotline(menu))
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("transfer: service", "transfer: servce", "people.yaml:4:5: agent: there is no desk `servce`; did you mean `service`?"),
        ("ask: id_tail\n", "ask: id_tail\n    read_back: true\n", "people.yaml:20:5: prove: a secret must not be read back; delete `read_back` [D05]"),
        ("as: id_tail\n", "as: today\n", "people.yaml:20:5: prove: `today` has a meaning of its own; choose another name for the variable"),
        ("{ok: return, mismatch: prove,", "{ok: return, missmatch: prove,", "people.yaml:26:28: check: `check_tail` has no outcome `missmatch`; did you mean `mismatch`?"),
        ("run: check_tail\n", "run: check_tail\n    with: {id_tial: x}\n", "people.yaml:26:12: check: `check_tail` takes no `id_tial`; did you mean `id_tail`?"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_included_file_names_that_file(old: str, new: str, problem: str) -> None:
    """The editor is sent to the file that the node stands in."""
    assert problem in said(bilingual(**{"people.yaml": changed(FILES["people.yaml"], (old, new))}))


def test_needs_without_questions() -> None:
    """A node that needs an identity needs questions that raise it."""
    found = said(hotline(small("main: {say: x, needs: known, then: bye}")))
    assert found == [
        (
            "menu.yaml:9:18: main: nothing says how a caller becomes `known`; "
            "add `identity: {known: …}` to the hotline with the node that begins the questions"
        )
    ]


@pytest.mark.parametrize(
    ("menu", "problem"),
    [
        ('{"1": {for: a, go: bye}, "12": {for: b, go: bye}}', "`12` can never be pressed, because `1` is taken at once; choose other keys, or add `wait: true` to the menu"),
        ('{"12": {for: b, go: bye}, "1": {for: a, go: bye}}', "`12` can never be pressed, because `1` is taken at once; choose other keys, or add `wait: true` to the menu"),
        ('{"1": {for: a, go: bye}, "12": {for: b, go: bye}}, wait: true', None),
        ('{"1": {for: a, go: bye}, "2": {for: b, go: bye}}', None),
        ('{"11": {for: a, go: bye}, "12": {for: b, go: bye}}', None),
        ('{"91": {for: a, go: bye}}', "`91` can never be pressed, because `9` is taken at once; choose other keys, or add `wait: true` to the menu"),
        ('{"91": {for: a, go: bye}}, wait: true', None),
        ('{"#": {for: a, go: bye}}', None),
        ('{"#": {for: a, go: bye}}, wait: true', "in a menu with keys of several digits `#` ends the entry; choose another key"),
        ('{"11": {for: a, go: bye}, "#": {for: b, go: bye}}', "in a menu with keys of several digits `#` ends the entry; choose another key"),
        ('{"0": {for: a, go: bye}}', "`0` means the human everywhere, and something else here; choose another key for this option [M09]"),
        ('{"0": {for: a person, go: agent}}', None),
        ('{"9": {for: a, go: bye}}', "`9` means `repeat` everywhere, and something else here; choose another key for this option [M05]"),
        ('{"9": {for: a, go: repeat}, "1": {for: b, go: bye}}', None),
    ],
)  # fmt: skip
def test_keys_that_collide(menu: str, problem: str | None) -> None:
    """`1` and `12` only where the menu waits; `#` only where it does not; the human's key stays his."""
    found = said(hotline(small(f"main: {{menu: {menu}}}", 'anywhere: {"0": agent, "9": repeat}')))
    assert [each.split("main: ")[1] for each in found] == ([problem] if problem else [])


def test_another_meaning_of_a_key_that_works_anywhere_is_a_warning() -> None:
    """The caller may know the key by then; only the human's key must keep its meaning."""
    loaded = hotline(small('main: {menu: {"9": {for: a, go: bye}}}', 'anywhere: {"9": repeat}'))
    assert [problem.severity for problem in loaded.problems] == ["warning"]
    assert loaded.tree is not None


def test_a_name_that_is_none_is_not_suggested() -> None:
    """A target is told only names that may be written."""
    found = said(
        hotline(small('main: {menu: {"1": {for: a, go: closed_now}}}\nclosed-now: {say: x, then: bye}'))
    )
    assert found == [
        "menu.yaml:9:31: main: there is no node `closed_now`; use one of `agent`, `bye`, `main`",
        (
            "menu.yaml:10:3: closed-now: `closed-now` is no name of a node (small letters, digits and `_`; "
            "not `back`, `repeat`, `return`); write `closed_now`"
        ),
    ]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("ask: digits, length: 6, then: bye", None),
        ("ask: digits, then: bye", "`digits` does not say how many; add `length: 6`, or `length: 4-8`"),
        ("ask: code, then: bye", None),
        ("ask: code, length: 4, then: bye", None),
        ("ask: amount, range: 1-500, then: bye", None),
        ("ask: phone, length: 11, then: bye", "`length` is not for `phone`; delete it"),
        ("ask: yes_no, yes: bye, no: agent", None),
        ("ask: yes_no, then: bye", None),
        ("ask: yes_no, yes: bye", "nothing says what follows; add `yes:` and `no:`, or `then:`"),
        ("ask: pin, read_back: true, then: bye", "a secret must not be read back; delete `read_back` [D05]"),
        ("ask: digits, length: 6, secret: true, read_back: true, then: bye", "a secret must not be read back; delete `read_back` [D05]"),
    ],
)  # fmt: skip
def test_entries(entry: str, problem: str | None) -> None:
    """Each kind of entry has its own keys."""
    found = said(hotline(small(f"main: {{{entry}}}")))
    assert [each.split("main: ")[1] for each in found] == ([problem] if problem else [])


def test_a_voice_that_does_not_suit_its_language() -> None:
    """A voice that cannot speak its language is a problem of the menu, whoever loads it."""
    menu = MENU.replace("Polly.Joanna-Neural", "Polly.Zhiyu-Neural")
    (found,) = said(load({"menu.yaml": menu, **FILES}, CONTRACTS))
    assert found == (
        "menu.yaml:3:37: the voice 'Polly.Zhiyu-Neural' does not speak en-US; "
        "write one that does, such as Polly.Joanna-Neural"
    )


@pytest.mark.parametrize("name", ["", "Asia", "../x", "\0", " ", "Nowhere/Town", "x" * 5000])
def test_what_is_no_time_zone(name: str) -> None:
    """Whatever is typed, it is no zone and no exception."""
    assert zone(name) is None
