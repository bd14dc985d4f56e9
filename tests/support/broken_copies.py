"""Ten copies of the shipped hotline, each broken by one small edit."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.calls.hotline_loader import load_hotline, tree_despite_errors
from ivr.engine.session import Session
from ivr.engine.step import happen
from ivr.explore.explorer import StepObserver
from ivr.explore.findings import ProofFinding, found
from ivr.explore.moves import Move
from ivr.explore.prover import ProofResult, prove
from ivr.explore.walk import BEGINNING
from ivr.lint import judged
from ivr.menu.loader import Loaded
from ivr.menu.tree import Tree
from tests.support.menus import changed

SHIPPED = Path(__file__).parents[2] / "menus" / "yuebao"
Edit = tuple[str, str, str]
"""A file, what stands in it once, and what stands there instead."""

ONLY_CHINESE: Sequence[Edit] = (
    ("menu.yaml", "languages: [zh-CN, en-US]", "languages: [zh-CN]"),
    ("menu.yaml", "  en-US: Polly.Joanna-Neural\n", ""),
    ("menu.yaml", "pronounce:\n  Yu'e Bao: {en-US: {ipa: ˌju.ə ˈbaʊ, alias: You uh bow}}\n", ""),
    ("menu.yaml", "begin_in: {countries: {CN: zh-CN}, elsewhere: en-US}\n", ""),
    (
        "menu.yaml",
        '    say: "For English, press {key of other_language}."\n    language: en-US\n',
        "    say: 英语请按8。\n",
    ),
    ("menu.yaml", "    set: {language: en-US}\n", "    set: {language: zh-CN}\n"),
)
"""What makes the hotline speak one language: then it is explored in half the time."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A broken copy, and what must be found in it."""

    name: str
    edits: Sequence[Edit]
    rule: str
    node: str
    keys: str
    """What the caller does, at the least, and what the world does meanwhile."""
    also: frozenset[str] = frozenset()
    """The other rules that are told of it as errors."""
    in_english: bool = False
    """Whether both languages are explored."""


COPIES = (
    Copy(
        "a trap",
        [
            ("humans.yaml", "    then: voicemail_saved\n", "    then: voicemail\n"),
            ("humans.yaml", "    nothing: voicemail_empty\n", "    nothing: voicemail\n"),
        ],
        "P01",
        "voicemail",
        "0  [at 2026-11-23T21:00; find_account found]",
        frozenset({"X01"}),
    ),
    Copy(
        "a missing human",
        [
            ("menu.yaml", '  "0": {go: agent, for: 人工客服, announce: false}\n', ""),
            ("menu.yaml", '      "0": {for: 人工客服, go: agent}\n', ""),
        ],
        "P02",
        "ready_offer",
        "5 3  [find_account found]",
        frozenset({"H01", "P10"}),
    ),
    Copy(
        "an unrouted outcome",
        [("withdrawals.yaml", "      bank_limit: withdrawal_bank_limit\n", "")],
        "P09",
        "last_withdrawal",
        "3 2 7391  [find_account found; verify_identity ok; last_withdrawal bank_limit]",
        frozenset({"E07", "X01"}),
    ),
    Copy(
        "a fast loop",
        [
            (
                "earnings.yaml",
                "打开余额宝，点累计收益，每一天的明细都在那里。\n    then: earnings_link_offer",
                "打开余额宝，点累计收益，每一天的明细都在那里。\n    then: earnings_method",
            ),
            (
                "earnings.yaml",
                "周末和节假日也照样有。\n    then: anything_else",
                "周末和节假日也照样有。\n    then: earnings_history",
            ),
        ],
        "P12",
        "earnings_history",
        "4 2  [find_account found]",
        frozenset({"E08", "X01"}),
    ),
    Copy(
        "a language that lacks a sentence",
        [("prompts.en-US.yaml", "  bulletins_none: There's no news today.\n", "")],
        "W11",
        "bulletins_none",
        "5 1  [find_account found (preferred_language en-US); bulletins none]",
        in_english=True,
    ),
    Copy(
        "an authorisation hole",
        [
            (
                "withdrawals.yaml",
                "    run: withdrawal_limits\n    needs: verified\n",
                "    run: withdrawal_limits\n",
            )
        ],
        "P07",
        "limits",
        "3 1  [find_account found]",
    ),
    Copy(
        "a key said and not accepted",
        [
            (
                "help.yaml",
                "    say: 要把这份清单发到您手机上吗？\n",
                "    say: 要把这份清单发到您手机上吗？别的问题请按7。\n",
            )
        ],
        "P10",
        "ready_offer",
        "5 3  [find_account found]",
        frozenset({"W12"}),
    ),
    Copy(
        "a closed desk with no follow-up",
        [("menu.yaml", "    closed: service_closed\n", "")],
        "P11",
        "agent",
        "0  [at 2026-11-23T21:00; find_account found]",
        frozenset({"H07", "X01"}),
    ),
    Copy(
        "an urgent node that closes",
        [
            (
                "menu.yaml",
                "    hours: always\n",
                "    hours: {mon-sun: 09:00-18:00}\n    closed: security_missed\n",
            )
        ],
        "P08",
        "deductions_human",
        "1 4  [at 2026-11-23T21:00; find_account found]",
        frozenset({"H07"}),
    ),
    Copy(
        "a prompt too long",
        [
            (
                "earnings.yaml",
                "    say: 请在应用里打开余额宝，点累计收益，每一天的明细都在那里。\n",
                "    say: 请在应用里打开余额宝以后再往下面慢慢地翻到最后一行点一下写着累计收益这几个字的地方每一天的明细就都在那里了。\n",
            )
        ],
        "W04",
        "earnings_history",
        "4 3  [find_account found]",
    ),
)


@dataclass(slots=True, repr=False)  # a walk is too long to be shown
class Explored:
    """A broken copy, explored."""

    copy: Copy
    folder: Path
    loaded: Loaded
    tree: Tree
    proved: ProofResult
    results: list[ProofFinding]

    def of_rule(self) -> list[ProofFinding]:
        """Return what is told of the rule that must be told, at its node."""
        return [
            each
            for each in self.results
            if (each.problem.rule, each.problem.node) == (self.copy.rule, self.copy.node)
        ]


def make(copy: Copy, folder: Path) -> Path:
    """Write a broken copy into a folder."""
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("calls", ".schema"))
    edits = list(copy.edits)
    if not copy.in_english:
        edits += ONLY_CHINESE
        (folder / "prompts.en-US.yaml").unlink()
    for file, old, new in edits:
        path = folder / file
        path.write_text(changed(path.read_text("utf-8"), (old, new)), "utf-8")
    return folder


def explored(copy: Copy, folder: Path) -> Explored:
    """Make a broken copy and explore it, as `ivr explore` does."""
    make(copy, folder)
    loaded = load_hotline(folder)
    tree = tree_despite_errors(folder, loaded)
    assert tree is not None
    assert loaded.draft is not None
    proved = prove(tree)
    return Explored(
        copy, folder, loaded, tree, proved, found(tree, loaded.draft, proved, tuple(judged(loaded)))
    )


def follow(tree: Tree, way: Sequence[Move], watch: StepObserver) -> None:
    """Go a way, and let each step of it be looked at; its states have no numbers but the first."""
    session = Session("CA-proof", tree.version, way[0].event.at)
    for number, move in enumerate(way):
        turn = happen(tree, session, move.event)
        watch(0 if number else BEGINNING, move, session, turn)
        session = turn.session
