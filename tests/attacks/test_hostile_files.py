"""Holding up the calls by the files of a hotline: each is refused in words, within two seconds and 300 MB."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.figures import figure
from tests.support.hostile_files import CheckedFolder, check_folders

SECONDS, MEBIBYTES = 2.0, 300.0
HEAD = """hotline: h
languages: [en-US]
voices: {en-US: Polly.Joanna-Neural}
timezone: Asia/Shanghai
start: a
desks: {s: {number: "+8657100000001", hours: always, busy: e, no_answer: e, failed: e}}
nodes:
  agent: {transfer: s, reason: x}
  e: {end: bye}
"""
PLAIN = HEAD + "  a: {say: hello, then: agent}\n"
DEMO = {"menu.yaml": PLAIN, "actions.yaml": "python: ivr.demo.actions\n"}
DOUBLING = " | ".join(["[@,@]"] * 22) + " | to_string(@)"


def says(text: str) -> dict[str, str]:
    """Return a hotline that says a text in double quotes."""
    return {"menu.yaml": HEAD + f'  a: {{say: "{text}", then: agent}}\n'}


def menu(more: str) -> dict[str, str]:
    """Return a hotline with more lines."""
    return {"menu.yaml": PLAIN + more}


def outcome(when: str) -> dict[str, str]:
    """Return a hotline with an HTTP action that has a condition."""
    action = f"does: X., service: s, get: /x, outcomes: {{ok: {{means: X., status: 200, when: '{when}'}}}}"
    actions = f"services: {{s: {{url: 'https://x.example.com'}}}}\nactions: {{foo: {{{action}}}}}\n"
    return {"menu.yaml": PLAIN, "actions.yaml": actions}


def conditions(number: int) -> dict[str, str]:
    """Return a hotline with so many different conditions in two files."""
    nodes = [
        f"  c{first}: {{choose: ["
        + "".join(f"{{if: 'now.minute == {first + n}', go: agent}}, " for n in range(100))
        + "], else: e}\n"
        for first in range(0, number, 100)
    ]
    half = len(nodes) // 2
    return {
        "menu.yaml": PLAIN + "include: [f0.yaml, f1.yaml]\n",
        "f0.yaml": "nodes:\n" + "".join(nodes[:half]),
        "f1.yaml": "nodes:\n" + "".join(nodes[half:]),
    }


def untranslated(number: int) -> dict[str, str]:
    """Return a hotline of so many nodes whose words are missing in another language."""
    head = HEAD.replace("[en-US]", "[en-US, zh-CN]").replace("Neural}", "Neural, zh-CN: Polly.Zhiyu-Neural}")
    nodes = "".join(f"  n{i}: {{say: x, then: agent}}\n" for i in range(number))
    return {
        "menu.yaml": f"{head}  a: {{say: x, then: agent}}\n{nodes}",
        "prompts.zh-CN.yaml": "language: zh-CN\n",
    }


def menus(number: int) -> dict[str, str]:
    """Return a hotline of so many ordinary menus, without any alias."""
    options = ", ".join(f'"{key}": {{for: it, go: e}}' for key in range(1, 10))
    return menu("".join(f"  n{i}: {{menu: {{{options}}}}}\n" for i in range(number)))


def chain(number: int, last: str) -> dict[str, str]:
    """Return a hotline that says so many sentences in a row, and what then follows."""
    nodes = "".join(f"  n{i}: {{say: x, then: n{i + 1}}}\n" for i in range(number))
    return menu(f"{nodes}  n{number}: {{say: x, then: {last}}}\n  b: {{say: x, then: n0}}\n")


TOO_MANY = "a text has at most 400 names, values, filters and operators"
TOO_DEEP = "brackets, branches and operators are more than 40 deep"
HOSTILE: Mapping[str, tuple[Mapping[str, str], str]] = {
    "40 KB of opening braces": (says("{" * 40_000), "a text of 40,000 characters; 10,000 is the most"),
    "200 KB of opening braces": (says("{{" * 100_000), "a text of 200,000 characters"),
    "10,000 opening braces": (says("{{" * 5_000), "a text has at most 100 `{{ }}`"),
    "120,000 values": (says("{{ a }}" * 120_000), "a text of 840,000 characters"),
    "1,400 values": (says("{{ a }}" * 1_400), "a text has at most 100 `{{ }}`"),
    "nested loops": (says("{% for a in b %}" * 9 + "x" + "{% endfor %}" * 9), "`for` cannot be used here"),
    "ljust": (says("{{ 'a'.ljust(3000000000) }}"), "`ljust(…)` cannot be used here"),
    "power": (says("{{ 9 ** 9 ** 9 ** 9 }}"), "`**` cannot be used here"),
    "format": (says("{{ '%9999999999d' % 1 }}"), "`%` is for numbers"),
    "4,000 misspelt targets": (
        menu("".join(f"  n{i}: {{say: x, then: m{i}q}}\n" for i in range(4000))),
        "there are more than 300 problems",
    ),
    "4,000 misspelt long targets": (
        menu("".join(f"  some_long_name_{i}: {{say: x, then: some_long_mane_{i}}}\n" for i in range(4000))),
        "there are more than 300 problems",
    ),
    "4,000 misspelt variables": (
        menu("".join(f"  n{i}: {{say: 'x {{{{ v{i} }}}}', then: agent}}\n" for i in range(4000))),
        "no call can come here",
    ),
    "a sum of 900 numbers": (says("{{ " + "1+" * 899 + "1 }}"), f"menu.yaml:10:7: a: {TOO_MANY}"),
    "a sum of 550 numbers": (says("{{ " + "1+" * 549 + "1 }}"), f"menu.yaml:10:7: a: {TOO_DEEP}"),
    "a sum of 1,100 numbers": (says("{{ " + "1+" * 1_099 + "1 }}"), f"menu.yaml:10:7: a: {TOO_MANY}"),
    **{
        f"2,000 × `{link}`": (says("{{ a" + link * 2_000 + " }}"), f"menu.yaml:10:7: a: {TOO_MANY}")
        for link in ("-1", "*1", ".a", "[0]", "()", "|abs")
    },
    "a long condition": (
        menu(f"  b: {{choose: [{{if: '{'1+' * 1_099}1', go: e}}], else: e}}\n"),
        f"menu.yaml:11:17: b: {TOO_MANY}",
    ),
    "a long condition of signs": (
        menu(f"  b: {{choose: [{{if: '{'-' * 1_150}1', go: e}}], else: e}}\n"),
        f"menu.yaml:11:17: b: {TOO_DEEP}",
    ),
    "30,000 conditions": (conditions(30_000), "the hotline has more than 4,000 different texts with values"),
    "600 texts of 300 parts": (
        menu("".join(f"  n{i}: {{say: '{{{{ [{f'a{i},' * 300}] }}}}', then: e}}\n" for i in range(600))),
        "the templates of the hotline have more than 40,000 names, values, filters and operators",
    ),
    "69,000 nodes": (
        {
            "menu.yaml": PLAIN + "include: [f0.yaml, f1.yaml, f2.yaml]\n",
            **{
                f"f{part}.yaml": "nodes:\n" + "".join(f"  n{part}_{i}: {{end: bye}}\n" for i in range(23_000))
                for part in range(3)
            },
        },
        "f0.yaml:1:1: the hotline has more than 10,000 nodes; make two hotlines of it",
    ),
    "3,000 nodes in a row": (chain(3_000, "agent"), "no call can come here"),
    "3,000 nodes in a loop": (chain(3_000, "n0"), "a loop in which nobody listens"),
    "28,000 missing translations": (untranslated(28_000), "the hotline has more than 10,000 nodes"),
    "9,900 missing translations": (untranslated(9_900), "there are more than 300 problems"),
    "4,000 menus": (menus(4_000), "the file has more than 200,000 values; divide it"),
    "90,000 unknown keys": (menu("".join(f"k{i}: 1\n" for i in range(90_000))), "more than 300 problems"),
    "20,000 unknown keys": (menu("".join(f"k{i}: 1\n" for i in range(20_000))), "more than 300 problems"),
    "a megabyte and more": (menu("#" * 1024 * 1024), "the file has more than 1,048,576 bytes"),
    "60 files of a megabyte": (
        {
            "menu.yaml": PLAIN + f"include: [{', '.join(f'f{i}.yaml' for i in range(60))}]\n",
            **{f"f{i}.yaml": "nodes: {}\n" + ("#" * 99 + "\n") * 10_000 for i in range(60)},
        },
        "the files of the hotline have",
    ),
    "a menu with 1,000 keys": (
        menu(
            "  m: {menu: {" + ", ".join(f'"{i}": {{for: x, go: agent}}' for i in range(1000, 2000)) + "}}\n"
        ),
        "",
    ),
    "200,000 aliases": (
        menu("x: [&x y, " + "*x , " * 200_000 + "]\n"),
        "with its aliases written out the file has more than 200,000 values",
    ),
    "200,000 aliases in accounts.yaml": (
        {**DEMO, "accounts.yaml": "accounts: [&x y, " + "*x , " * 200_000 + "]\n"},
        "accounts.yaml:1:1: with its aliases written out the file has more than 200,000 values",
    ),
    "5,000 brackets in accounts.yaml": (
        {**DEMO, "accounts.yaml": "accounts: " + "[" * 5_000 + "\n"},
        "nested more than 40 deep; write it flatter",
    ),
    "20,000 accounts that are none": (
        {**DEMO, "accounts.yaml": "accounts: [" + "{phone: 1}," * 20_000 + "]\n"},
        "`accounts` has too many entries; write at most 2,000",
    ),
    "2,000 accounts that are none": (
        {**DEMO, "accounts.yaml": "accounts: [" + "{phone: 1}," * 2_000 + "]\n"},
        "more than 300 problems",
    ),
    "nested bulletins": (
        {"menu.yaml": PLAIN, "bulletins.yaml": "[" * 200_000 + "]" * 200_000},
        "bulletins.yaml:1:41: nested more than 40 deep; write it flatter",
    ),
    "a written call with a list as a step": (
        {"menu.yaml": PLAIN, "calls/x.yaml": 'calls: [{call: x, steps: [[{press: "1"}]]}]\n'},
        "a list is no step of a call",
    ),
    "nested written calls": (
        {"menu.yaml": PLAIN, "calls/x.yaml": "calls: " + "[" * 5_000 + "\n"},
        "nested more than 40 deep",
    ),
    "a doubling JMESPath": (outcome(DOUBLING), ""),
    "100,000 brackets of JMESPath": (outcome("[" * 100_000), "is no JMESPath expression"),
    "a long JMESPath": (outcome("a || " * 99 + "a"), "it is more than 30 deep"),
    "brackets on a Chinese line": (menu("a：b\nb: " + "[a" * 100_000 + "\n"), "is a Chinese colon"),
    "brackets on a line": (menu("  b: " + "{a " * 60_000 + "\n"), ""),
    "invisible characters": (menu("\x07\n" * 300_000), "an invisible character stands here"),
    "90,000 languages": (
        {"menu.yaml": PLAIN.replace("[en-US]", "[" + "en-US, " * 90_000 + "]")},
        "`languages` has too many entries",
    ),
    "hours": (
        {"menu.yaml": PLAIN.replace("always", '{mon: "' + "09:00-10:00, " * 50_000 + '"}')},
        "a text of 650,000 characters",
    ),
}
"""What was done, with the words that must be said."""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, CheckedFolder]:
    """Check all of them."""
    return check_folders(
        tmp_path_factory.mktemp("hostile"),
        {str(number): files for number, (files, _) in enumerate(HOSTILE.values())},
    )


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_words(what: str, checked: Mapping[str, CheckedFolder]) -> None:
    """With what is wrong and what to write, and no traceback; in the time and memory that a good file might take."""
    words = HOSTILE[what][1]
    found = checked[str(list(HOSTILE).index(what))]
    figure(f"check of {what}", 1, f"{found.seconds:.2f} s, {found.mebibytes:.0f} MiB")
    assert found.status in {0, 1}, found.said[-2000:]
    assert "Traceback" not in found.said
    assert words in found.said
    assert found.seconds < SECONDS
    assert found.mebibytes < MEBIBYTES
