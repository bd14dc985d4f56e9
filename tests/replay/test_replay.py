"""Replaying recorded calls: the same menu gives the same path, a changed one is told, and no secret comes back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.app import build_application
from ivr.calls.hotline_loader import load_tree
from ivr.calls.line import DirectLine, VirtualClock
from ivr.cli import main
from ivr.config import Settings
from ivr.engine.step import _miss
from ivr.explore.samples import Samples
from ivr.harness import DirectHarnesses, Faults, open_environment, sample_callers, slow_down
from ivr.menu.tree import Tree
from ivr.replay.call_log import CallerInput, recorded_call
from ivr.replay.export import recalled, with_waits
from ivr.replay.replay import ReplayResult, replay
from ivr.replay.report import changed_since, difference, notes
from ivr.storage.base import CallHistory, PathEntry
from ivr.storage.sqlite import SqliteStore
from ivr.written.model import WrittenCall
from ivr.written.runner import CallHarness, play, read_calls
from ivr.written.yaml_writer import written
from tests.support.changing import change
from tests.support.keys import keys_to
from tests.support.starters import write_chinese_first

ROOT = Path(__file__).parents[2]
YUEBAO = ROOT / "menus" / "yuebao"
TREE = load_tree(YUEBAO)
STAGES = DirectHarnesses(YUEBAO, TREE)
WRITTEN = read_calls(YUEBAO)[0]
PHONES = sample_callers(YUEBAO, TREE)
LIMITS = keys_to(TREE, "withdrawals", "limits")
EARNINGS, METHOD = keys_to(TREE, "earnings", "earnings_method")
(LOGIN,) = keys_to(TREE, "login")
(HELP,) = keys_to(TREE, "help")
(OTHER_LANGUAGE,) = keys_to(TREE, "other_language")


def recordings(call: WrittenCall, harnesses: DirectHarnesses = STAGES) -> list[CallHistory]:
    """Play a written call, and return what the store has of it and of those that followed."""
    found: list[CallHistory | None] = []

    def kept(call: WrittenCall) -> CallHarness:
        harness = harnesses(call)
        close = harness.close

        def look() -> None:
            found.extend(harness.history(name) for name in (*harness.calls, harness.line.call))
            close()

        harness.close = look
        return harness

    assert not play("", call, kept).failures
    return [history for history in found if history]


def of(*steps: object, **others: object) -> CallHistory:
    """Return the record of a call with these steps."""
    data = {"call": "a call", "steps": list(steps), **others}
    return recordings(WrittenCall.model_validate(data))[0]


def titled(title: str) -> CallHistory:
    """Return the record of a shipped written call."""
    return recordings(next(call for _, call in WRITTEN if call.call == title))[0]


def pressed(*keys: str) -> list[dict[str, str]]:
    """Return steps that press these keys."""
    return [{"press": key} for key in keys]


def replayed(history: CallHistory, folder: Path = YUEBAO, tree: Tree = TREE) -> ReplayResult:
    """Replay a recorded call."""
    return replay(recorded_call(history, tree), tree, open_environment(folder, tree))


def told(history: CallHistory, folder: Path = YUEBAO, tree: Tree = TREE) -> str:
    """Return in words how a recorded call differs today."""
    return difference(replayed(history, folder, tree), tree, lambda entry: entry.keys)


@dataclass
class Changing:
    """A copy of the hotline that is being changed."""

    folder: Path

    def change(self, file: str, old: str, new: str) -> None:
        """Change what a file says."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    @property
    def tree(self) -> Tree:
        """The menu as it is now."""
        return load_tree(self.folder)


@pytest.fixture
def changed(tmp_path: Path) -> Changing:
    """Return a copy of the hotline."""
    shutil.copytree(YUEBAO, tmp_path / "yuebao")
    return Changing(tmp_path / "yuebao")


# --- the same menu


KINDS = [
    *(
        call
        for file, call in WRITTEN
        if file in {f"calls/{name}.yaml" for name in ("login", "earnings", "humans")}
    ),
    *(
        call
        for name in (
            "resets",
            "resets_elsewhere",
            "freeze",
            "identity",
            "slow",
            "unavailable",
            "silence",
            "lockout",
        )
        for call in [call for file, call in WRITTEN if file == f"calls/{name}.yaml"][::17]
    ),
]


@pytest.mark.parametrize("call", KINDS, ids=lambda call: call.call[:50])
def test_a_call_goes_the_same_way_on_the_same_menu(call: WrittenCall) -> None:
    """Whatever happened on it: wrong tails, codes, slow and dead services, desks, recordings, silence."""
    for history in recordings(call):
        done = replayed(history)
        assert done.same, difference(done, TREE, lambda entry: entry.keys)
        assert difference(done, TREE, lambda entry: entry.keys) == ""
        assert not done.strange


def test_every_kind_is_among_them() -> None:
    """The check above cannot pass because its calls are all alike."""
    events = {entry.event for call in KINDS for history in recordings(call) for entry in history.path}
    assert events >= {
        "CallStarted",
        "DigitsPressed",
        "NoInput",
        "ActionFinished",
        "ActionGoesOn",
        "TransferEnded",
        "RecordingEnded",
    }
    assert len(KINDS) > 60


def test_a_call_that_reached_its_limit() -> None:
    """In seconds, at the recorded times; and in turns."""
    by_seconds = of({"press": "1"}, {"wait": 3000}, "silence", ends="transferred")
    by_turns = of(*pressed(*(EARNINGS, "*") * 30), ends="transferred")
    for history in (by_seconds, by_turns):
        assert "LimitReached" in {entry.event for entry in history.path}
        assert replayed(history).same


def test_speech_is_repeated_by_the_keys_that_it_meant(tmp_path: Path) -> None:
    """What nobody understood is not understood again."""
    write_chinese_first(tmp_path / "bakery")
    menu = tmp_path / "bakery" / "menu.yaml"
    menu.write_text(menu.read_text(encoding="utf-8") + "\nspeech: true\n", encoding="utf-8")
    tree = load_tree(tmp_path / "bakery")
    steps = [{"say": "几点开门"}, {"say": "蓝色的大象"}, {"press": "3"}]
    call = WrittenCall.model_validate({"call": "a call", "steps": steps, "ends": "completed"})
    (history,) = recordings(call, DirectHarnesses(tmp_path / "bakery", tree))
    assert [(entry.event, entry.keys) for entry in history.path[1:3]] == [
        ("SpeechHeard", "1"),
        ("SpeechHeard", ""),
    ]
    done = replayed(history, tmp_path / "bakery", tree)
    assert done.same
    saved = recalled(done, tree, ()).call
    assert 'say: "…"' in written([saved])
    assert play("", saved, DirectHarnesses(tmp_path / "bakery", tree)).failures == []


def test_what_an_action_told_is_found_by_trying() -> None:
    """The record has no amounts: whether some of the limit was left is seen from where the call went."""
    for caller, tail in (("+8613800138000", "1237"), ("+12025550142", "0181")):
        history = of(*pressed(*LIMITS, tail, "1"), **{"from": caller})
        assert replayed(history).same


def test_a_recording_that_is_no_longer_kept() -> None:
    """That something was recorded is seen from where the call went."""
    history = of(*pressed("0"), {"record": 7}, *pressed("1", LOGIN), desks={"service": "busy"})
    assert history.voicemails
    assert replayed(replace(history, voicemails=())).same


# --- another menu


SWAPPED = (
    ("menu.yaml", "{for: 转出和限额, go: withdrawals}", "{for: 收益, go: earning}"),
    ("menu.yaml", "{for: 收益, go: earnings}", "{for: 转出和限额, go: withdrawals}"),
    ("menu.yaml", "go: earning}", "go: earnings}"),
)
"""The keys of withdrawals and earnings in the main menu change places."""


@pytest.mark.parametrize(
    ("changes", "keys", "words"),
    [
        (
            SWAPPED,
            [EARNINGS, METHOD],
            (
                f"turn 2: after “pressed {EARNINGS}” at `main` the call was at `earnings_menu`; "
                "today it is at `withdrawals_menu`"
            ),
        ),
        (
            [
                ("login.yaml", "payment_locked: payment_locked", "payment_locked: login_locked "),
                ("login.yaml", "locked: login_locked\n", "locked: payment_locked\n"),
            ],
            [*keys_to(TREE, "login", "login_status"), "3314", "2"],
            (
                "turn 4: after “login_status: payment_locked” at `login_status` the call was at `payment_locked_offer`; "
                "today it is at `login_locked_offer`"
            ),
        ),
        (
            [
                (
                    "menu.yaml",
                    f"{{language: {language}}}\n    then: main\n",
                    f"{{language: {language}}}\n    then: anything_else\n",
                )
                for language in TREE.languages
            ],
            [OTHER_LANGUAGE, HELP],
            (
                f"turn 2: after “pressed {OTHER_LANGUAGE}” at `main` the call was at `main`; "
                "today it is at `anything_else`"
            ),
        ),
        (
            [
                ("earnings.yaml", "earnings_menu", "gains_menu"),
                ("prompts.en-US.yaml", "earnings_menu", "gains_menu"),
            ],
            [EARNINGS, METHOD],
            (
                f"turn 2: after “pressed {EARNINGS}” at `main` the call was at `earnings_menu`, which is no node of today's menu; "
                "today it is at `gains_menu`"
            ),
        ),
    ],
)
def test_where_it_goes_another_way_is_told(
    changed: Changing, changes: Sequence[tuple[str, str, str]], keys: list[str], words: str
) -> None:
    """With the turn, what happened before it, and the two places."""
    history = of(*pressed(*keys), **{"from": "+8613800138002"})
    for each in changes:
        changed.change(*each)
    assert told(history, changed.folder, changed.tree) == words
    assert told(history) == ""


def test_a_call_is_replayed_in_the_language_that_it_spoke(changed: Changing) -> None:
    """The language on file is not recorded: an example of another language would hide a way that changed in this one."""
    history = of(*pressed(OTHER_LANGUAGE, HELP), **{"from": "+8613800138002"})
    assert history.record.language == "en-US"
    assert replayed(history).language == "en-US"
    changed.change(
        "menu.yaml", "{language: en-US}\n    then: main\n", "{language: en-US}\n    then: anything_else\n"
    )
    assert "today it is at `anything_else`" in told(history, changed.folder, changed.tree)


def test_what_follows_a_difference_is_compared_all_the_same(changed: Changing) -> None:
    """A node that has only another name leads on as before."""
    history = of(*pressed(EARNINGS, METHOD, "1", HELP))
    changed.change("earnings.yaml", "earnings_menu", "gains_menu")
    changed.change("prompts.en-US.yaml", "earnings_menu", "gains_menu")
    done = replayed(history, changed.folder, changed.tree)
    assert [pair.same for pair in done.pairs] == [True, True, True, False, True, True]


def test_an_ending_that_differs_is_a_difference() -> None:
    """Also where every step is the same."""
    history = of(*pressed(HELP))
    ended = replace(history, record=replace(history.record, ending="completed"))
    assert not replayed(ended).same
    assert told(ended) == "the call ended (completed); today it still waits"
    again = replace(history, record=replace(history.record, ending=""))
    assert replayed(again).same
    assert "its last turn" in notes(replayed(again), TREE)[0]


def test_an_outcome_that_is_none_today() -> None:
    """It cannot be repeated, and is told."""
    history = titled("The login is locked, and the caller hears for how long")
    path = [replace(entry, outcome=entry.outcome.replace("locked", "asleep")) for entry in history.path]
    done = replayed(replace(history, path=path))
    assert told(replace(history, path=path)) == (
        "turn 3: after “verify_identity: ok” at `check_tail` at `login_status`: login_status: asleep; "
        "today: login_status: ok"
    )
    assert any("`login_status` has no recorded end" in note for note in notes(done, TREE))


def test_trouble_of_our_own_cannot_be_repeated() -> None:
    """The call is compared up to there, and that is said."""
    history = of(*pressed(EARNINGS, METHOD))
    place = len(history.path)
    trouble = PathEntry(2, history.path[-1].at, "earnings_menu", "InternalError")
    struck = replace(history, path=[*history.path[:place], trouble])
    done = replayed(struck)
    assert done.same
    assert notes(done, TREE) == [
        (
            "in turn 2 something happened that cannot be repeated (our own machinery failed); "
            "the call is compared up to there"
        )
    ]


def test_it_is_today_s_step_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay that only repeated the record would find every call the same."""
    history = of(*pressed("7", EARNINGS))  # no option has the first key
    assert replayed(history).same
    change(monkeypatch, _miss, "session.nomatches += 1", "session.nomatches += 3")
    assert not replayed(history).same


def test_whether_the_menu_is_the_same(changed: Changing) -> None:
    """And which of its files are not, where the old ones are still kept."""
    changed.change("login.yaml", "重设", "重新设置")
    tree = changed.tree
    assert changed_since(TREE.version, None, TREE) == f"the menu is still the same ({TREE.version})"
    assert f"since, in login.yaml ({TREE.version}, now {tree.version})" in changed_since(
        TREE.version, TREE.sources, tree
    )
    assert changed_since("0" * 16, None, tree).startswith("the menu has changed since (0000")


# --- as a written call


@pytest.mark.parametrize(
    "title",
    [
        "The login is locked, and the caller hears for how long",
        "Neither desk answers",
        "At night the caller hears the hours and leaves a message",
        "Nobody answers at the security desk, in English",
        "Network trouble, in English",
        "An older caller is offered a human before anything else",
    ],
)
def test_a_saved_call_passes_at_once(title: str) -> None:
    """With the desks, outcomes and times as they were."""
    done = replayed(titled(title))
    call = with_waits(recalled(done, TREE, PHONES), STAGES, done.recorded.history)
    assert play("", call, STAGES).failures == []
    assert [history.record.ending for history in recordings(call)] == [done.recorded.history.record.ending]


def test_a_saved_call_waits_as_its_caller_did() -> None:
    """Or the desk would still be open."""
    history = of(
        {"press": "1"}, {"wait": 120}, {"press": "0"}, {"record": 5}, at="2026-11-23 20:58", ends=None
    )
    done = replayed(history)
    call = with_waits(recalled(done, TREE, PHONES), STAGES, history)
    assert "wait" in written([call])
    assert play("", call, STAGES).failures == []
    assert recordings(call)[0].record.reason == history.record.reason


def test_a_slow_action_is_saved_as_slow() -> None:
    """With the seconds that the caller noticed."""
    history = of(
        *pressed(*keys_to(TREE, "earnings", "earnings_yesterday"), "1237"), "silence", slow={"earnings": 5}
    )
    done = replayed(history)
    call = recalled(done, TREE, PHONES).call
    assert call.slow["earnings"] == pytest.approx(5, abs=3)
    assert play("", call, STAGES).failures == []


def test_a_number_that_is_nobody_s_is_not_written() -> None:
    """The first demonstration customer rings, and that is said; a demonstration customer stays who he is."""
    stranger = of(*pressed(LOGIN, "5"), **{"from": "+8613912345678"})
    made = recalled(replayed(stranger), TREE, PHONES)
    assert made.call.from_ is None
    assert "the first demonstration customer rings in their place" in made.notes[0]
    assert "13912345678" not in written([made.call])
    withheld = recalled(replayed(of(*pressed("1"), **{"from": "withheld"})), TREE, PHONES)
    assert (withheld.call.from_, withheld.notes) == ("withheld", [])
    known = recalled(replayed(of(*pressed("1"), **{"from": "+12025550142"})), TREE, PHONES)
    assert known.call.from_ == "+12025550142"


# --- the command


CALL = "CA" + "0" * 31 + "1"
BEGAN = datetime(2026, 11, 23, 10, 0, 30)  # noqa: DTZ001 - in the hotline's time zone


def kept(
    tmp_path: Path, keys: Sequence[str], caller: str = "+8613800138000", tree: Tree = TREE
) -> tuple[str, list[str]]:
    """Keep a call in a store of its own; return the store's address, and the codes that were texted."""
    url = f"sqlite:///{tmp_path / 'calls.sqlite3'}"
    application = build_application(YUEBAO, Settings(database_url=url, secret_keys=("k" * 32,)), tree=tree)
    clock = VirtualClock(BEGAN.replace(tzinfo=tree.timezone))
    slow_down(application, clock, Faults())
    line = DirectLine(application.switchboard, clock, caller, call=CALL)
    line.start()
    codes: list[str] = []
    for key in keys:
        heard = " ".join(getattr(item, "what", "") for item in line.take())
        codes += re.findall(r"(?<!\d)\d{6}(?!\d)", heard)
        line.press(codes[-1] if key == "code" else key)
    line.hang_up()
    application.close()
    return url, codes


def command(url: str, *arguments: str | Path) -> Result:
    """Run `ivr replay` beside a store."""
    return CliRunner().invoke(main, ["replay", *map(str, arguments)], env={"IVR_DATABASE_URL": url})


def test_the_command_says_the_same(tmp_path: Path) -> None:
    """With status 0, and with a masked number."""
    url, _ = kept(tmp_path, [*LIMITS, "1237", "2"])
    result = command(url, CALL, YUEBAO)
    assert result.exit_code == 0
    assert result.output.startswith(
        f"{CALL}  2026-11-23 10:00:30 CST  **********8000\nthe menu is still the same"
    )
    assert "3     id_tail · pressed (not kept)        same\n" in result.output
    assert result.output.endswith("the same path\n")


def test_the_command_says_where_it_differs(tmp_path: Path, changed: Changing) -> None:
    """With status 1; for tools as JSON."""
    url, _ = kept(tmp_path, [*LIMITS, "1237", "2"])
    for each in SWAPPED:
        changed.change(*each)
    folder = changed.folder
    result = command(url, CALL, folder)
    assert result.exit_code == 1
    assert result.output.count("<- differs") == 1
    assert "since, in menu.yaml" in result.output
    data = json.loads(command(url, CALL, folder, "--format", "json").output)
    assert (data["same"], data["caller"]) == (False, "**********8000")
    assert data["difference"] in result.output
    first = data["steps"][data["first"]]
    assert (first["recorded"]["node"], first["today"]["node"]) == ("withdrawals_menu", "earnings_menu")
    assert all(each["same"] for each in data["steps"][: data["first"]])


def test_no_secret_comes_back(tmp_path: Path, changed: Changing) -> None:
    """Neither the tail nor the code is in what is shown or saved, in either form."""
    url, codes = kept(tmp_path, [*keys_to(TREE, "login", "reset_login"), "1237", "code", "1"])
    assert codes
    folder = changed.folder
    shown = command(url, CALL, folder, "--save", "reported")
    assert shown.exit_code == 0
    as_json = command(url, CALL, folder, "--format", "json")
    saved = (folder / "calls" / "reported.yaml").read_text(encoding="utf-8")
    for text in (shown.output, as_json.output, saved):
        for secret in ("1237", *codes, "13800138000"):
            assert secret not in text.replace('from: "+8613800138000"', "")
    harnesses = DirectHarnesses(folder, load_tree(folder))
    (call,) = [call for file, call in read_calls(folder)[0] if file == "calls/reported.yaml"]
    assert play("", call, harnesses).failures == []
    assert f"saved in {folder / 'calls' / 'reported.yaml'}; play it with: ivr test" in shown.output


def test_keys_that_have_become_secret_are_not_shown() -> None:
    """What today's menu calls a secret was one then too."""
    history = titled("Network trouble")
    shown = replace(
        history, path=[*history.path, PathEntry(9, history.path[-1].at, "id_tail", "DigitsPressed", "1237#")]
    )
    public = CallerInput(TREE, Samples(TREE)).public
    assert public(shown.path[-1]) == ""
    assert public(replace(shown.path[-1], keys="1#")) == "1#"
    assert public(history.path[2]) == LOGIN


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "Missing argument"),
        (["CA1", "--save", "calls/"], 2, "names no file for calls"),
        (["CA1"], 1, "there is no call CA1 in the store; `ivr calls` lists them"),
    ],
)
def test_what_cannot_be_replayed_is_said(
    tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    """With the status of a wrong command line, or of a thing that is not there."""
    url, _ = kept(tmp_path, ["1"])
    result = command(url, *arguments[:1], *([YUEBAO] if arguments else []), *arguments[1:])
    assert result.exit_code == status
    assert words in result.output


def test_a_call_of_which_the_beginning_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to begin with."""
    url, _ = kept(tmp_path, ["1"])
    get = SqliteStore.call

    def without_its_path(store: SqliteStore, call: str) -> CallHistory | None:
        history = get(store, call)
        return replace(history, path=()) if history else None

    monkeypatch.setattr(SqliteStore, "call", without_its_path)
    result = command(url, CALL, YUEBAO)
    assert result.exit_code == 1
    assert f"the beginning of {CALL} is not recorded" in result.output


def test_the_page_shows_what_it_prints(tmp_path: Path, changed: Changing) -> None:
    """But for the versions of the menu, which change with every word of it."""
    page = (ROOT / "docs" / "comparing.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n\$ ivr replay (.*?)```", page, re.DOTALL)
    url, _ = kept(tmp_path, [*LIMITS, "1237", "2"])
    for each in SWAPPED:
        changed.change(*each)
    made = f"{CALL}\n{command(url, CALL, changed.folder).output}"
    version = re.compile(r"\b[0-9a-f]{16}\b")
    assert version.sub("VERSION", block) == version.sub("VERSION", made)
