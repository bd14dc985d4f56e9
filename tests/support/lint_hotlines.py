"""Small hotlines for the rules of the voice: an example of `ivr explain`, with what it needs around it."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

from ivr.explore.prover import ProofResult, prove
from ivr.lint import judged
from ivr.menu.language.contract import Contract, Outcome
from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.loader import Loaded, load, tree_despite
from ivr.menu.reading.problems import Problem
from ivr.menu.reading.yaml import read
from ivr.menu.tree import Tree
from tests.support.bank import CONTRACTS

PAYS = Contract("pay_bill", "Pays.", {"ok": Outcome("It is paid.")}, inputs={"amount": "Yuan."})
"""An action on an amount of money: the program has none."""

FRAME = """\
hotline: small
languages: [en-US]
start: main
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
nodes:
  agent: {say: One moment., transfer: service}
  bye: {end: Goodbye.}
"""


def hotline(example: str, *, language: str = "", **files: str) -> Loaded:
    """Load an example: bare nodes, or keys of a menu file with `nodes:` among them and perhaps `actions.yaml:`.

    `language` replaces the frame's, with goodbyes in it.
    """
    return load(_sources(example, language, files), {**CONTRACTS, PAYS.name: PAYS})


def tree_of(example: str) -> Tree:
    """Return the tree of an example, also where it has errors."""
    loaded, sources = hotline(example), _sources(example, "", {})
    assert loaded.draft is not None
    tree = loaded.tree or tree_despite(loaded.draft, sources, {**CONTRACTS, PAYS.name: PAYS})
    assert tree is not None
    return tree


def proved_of(example: str) -> ProofResult:
    """Return what `ivr explore` proves of an example's menu."""
    return prove(tree_of(example))


def _sources(example: str, language: str, files: dict[str, str]) -> dict[str, str]:
    made = _data(FRAME)
    if language == "zh-CN":
        made["languages"] = [language]
        made["nodes"] = {"agent": {"say": "请稍候。", "transfer": "service"}, "bye": {"end": "再见。"}}
    typed = _data(dedent(example))
    top = typed if "nodes" in typed else {"nodes": typed}
    sources = dict(files)
    if ACTIONS_FILE in top:
        sources[ACTIONS_FILE] = json.dumps(top.pop(ACTIONS_FILE))
    nodes = {**made["nodes"], **top.pop("nodes")}
    sources["menu.yaml"] = json.dumps({**made, **top, "nodes": nodes}, ensure_ascii=False)
    return sources


def _data(text: str) -> dict[str, Any]:
    section, problems = read(text, "example.yaml")
    assert section is not None, problems
    assert not problems
    return dict(section)


def problems_of(example: str, **given: str) -> list[Problem]:
    """Return everything that `ivr check` says about an example's menu."""
    return judged(hotline(example, **given))


def told(rule: str, example: str, **given: str) -> list[str]:
    """Return what is said about one rule, without its place, as `node: what; remedy`."""
    return [
        f"{problem.node}: {problem.what}; {problem.remedy}".removeprefix(": ")
        for problem in problems_of(example, **given)
        if problem.rule == rule
    ]
