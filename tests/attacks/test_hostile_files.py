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
