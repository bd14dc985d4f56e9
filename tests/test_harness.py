"""Calls in this process that are ready to be played: who rings, what is down, who answers."""

from __future__ import annotations

import io
import itertools
import re
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.calls.hotline_loader import MenuBroken, load_tree
from ivr.calls.line import CallNote, Heard
from ivr.channels.terminal.transcript import Transcript
from ivr.cli.simulator_setup import CallSaver, local_simulator
from ivr.config import BadSetting
from ivr.harness import NOBODY, DirectHarnesses, at_moment, call_sid, sample_callers
from ivr.written.model import WrittenCall
from ivr.written.runner import BadCall, CallHarness
from tests.support.keys import keys_to
from tests.support.menus import small
from tests.support.stub_service import answers, serving

YUEBAO = Path(__file__).parents[1] / "menus" / "yuebao"
TREE = load_tree(YUEBAO)
LIMITS = keys_to(TREE, "withdrawals", "limits")
DEDUCTIONS = keys_to(TREE, "freeze", "deductions")
STRANGER = "+8613900139000"


def harness(**written: object) -> CallHarness:
    """Return the stage of a call that presses these keys."""
    call = {"call": "a call", "steps": ["silence"], **written}
    return DirectHarnesses(YUEBAO, TREE)(WrittenCall.model_validate(call))


def live(made: CallHarness, *keys: str) -> str:
    """Ring, press these keys, and return what was heard and noticed after the last one."""
    made.line.start()
    for key in keys:
        made.line.take()
        made.line.press(key)
    happened = made.line.take()
    return " ".join(item.text if isinstance(item, Heard) else item.what for item in happened)


def test_what_one_thread_alone_can_use_fails_before_a_call_does(tmp_path: Path) -> None:
    """An action runs in another thread than the one that opened its service, as it does on a server."""
    code = """
import sqlite3
from ivr.actions import ActionResult, Outcome, action

known = sqlite3.connect(":memory:")

@action("Greets.", outcomes={"ok": Outcome("It is said.")})
def greet(services, request):
    known.execute("SELECT 1")
    return ActionResult("ok")
"""
    files = {
        "actions.yaml": "python: actions.py",
        "menu.yaml": small("main: {run: greet, outcomes: {ok: bye, unavailable: agent}}"),
    }
    for shared in (False, True):
        options = '":memory:", check_same_thread=False' if shared else '":memory:"'
        for name, text in {**files, "actions.py": code.replace('":memory:"', options)}.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        call = WrittenCall.model_validate({"call": "a call", "steps": ["silence"]})
        with capture_logs() as logs:
            told = live(DirectHarnesses(tmp_path)(call))
        assert ("Goodbye." in told) is shared
        assert [log["error"] for log in logs if log["event"] == "action failed"] == ["ProgrammingError"] * (
            not shared
        )


@pytest.mark.parametrize(
    ("who", "caller"),
    [(None, "+8613800138000"), ("withheld", ""), ("+8613900139000", "+8613900139000")],
)
def test_who_rings(who: str | None, caller: str) -> None:
    """The first demonstration customer, unless the written call says otherwise."""
    made = harness() if who is None else harness(**{"from": who})
    live(made)
    history = made.history(made.line.call)
    assert history is not None
    assert history.record.caller == caller


def test_when_he_rings() -> None:
    """In the hotline's time zone."""
    made = harness(at="2026-11-23 21:30")
    live(made)
    history = made.history(made.line.call)
    assert history is not None
    assert history.record.started == datetime(2026, 11, 23, 21, 30, tzinfo=TREE.timezone)


def test_what_can_be_seen_besides_the_line() -> None:
    """The node, whether a secret is asked for, the messages, and how the call ended."""
    made = harness()
    live(made, *LIMITS)
    assert (made.node(), made.secret(), made.texts, made.ending) == ("id_tail", True, [], "")
    made.line.hang_up()
    assert made.ending == "hung_up"


def test_services_are_down_and_desks_busy_as_written() -> None:
    """In this call alone."""
    assert "busy" in live(harness(desks={"security": "busy"}), *DEDUCTIONS)
    earnings = keys_to(TREE, "earnings", "earnings_yesterday")
    assert "现在查不到" in live(harness(unavailable=["earnings"]), *earnings, "1237")
    assert CallNote("ringing +8657100000002: answered").what in live(harness(), *DEDUCTIONS)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"desks": {"servce": "busy"}}, "there is no desk `servce`; did you mean `service`?"),
        ({"unavailable": ["earning"]}, "there is no action `earning`; did you mean `earnings`?"),
        ({"steps": [{"node": "lgin"}]}, "there is no node `lgin`; did you mean `login`?"),
    ],
)
def test_a_name_that_the_hotline_lacks_is_no_proof_of_anything(
    written: dict[str, object], sentence: str
) -> None:
    """A misspelt desk would answer, and a misspelt action would work: such a call is not played."""
    with pytest.raises(BadCall, match=sentence.replace("?", r"\?")):
        harness(**written)


def test_no_call_touches_the_next() -> None:
    """Three wrong tails lock the account in the first call, and the second one knows nothing of it."""
    harnesses = DirectHarnesses(YUEBAO, TREE)
    for _ in range(2):
        made = harnesses(WrittenCall.model_validate({"call": "a call", "steps": ["silence"]}))
        assert "已经三次不一致了" in live(made, *LIMITS, "0000", "0000", "0000")


def test_demonstration_customers() -> None:
    """The file's, in its order; none where there is no file."""
    assert list(sample_callers(YUEBAO, TREE))[:2] == ["+8613800138000", "+8613800138001"]
    assert list(sample_callers(YUEBAO / "calls", TREE)) == []
    assert NOBODY not in sample_callers(YUEBAO, TREE)


def test_a_broken_menu_has_no_stages(tmp_path: Path) -> None:
    """Its problems are told."""
    with pytest.raises(MenuBroken, match="there is no such folder"):
        load_tree(tmp_path / "none")


def test_a_moment_without_a_zone_is_the_hotlines() -> None:
    """One with a zone stays as it is."""
    assert at_moment("2026-11-22T10:00", TREE).isoformat() == "2026-11-22T10:00:00+08:00"
    assert at_moment("2026-11-22T10:00+01:00", TREE).isoformat() == "2026-11-22T10:00:00+01:00"


def test_a_call_begins_in_its_language() -> None:
    """As `ivr simulate --language` does; one that the hotline lacks is refused."""
    assert "Hello" in live(harness(language="en-US", **{"from": STRANGER}))
    assert "Hello" not in live(harness(**{"from": STRANGER}))
    with pytest.raises(BadCall, match=r"does not speak `fr-FR`; use one of `zh-CN`, `en-US`"):
        harness(language="fr-FR")


# --- where services do the actions

MENU = small(
    """\
    main: {run: card_status, outcomes: {open: told, blocked: told, unavailable: agent}}
    told: {run: card_status, outcomes: {open: bye, blocked: bye, unavailable: agent}}
    """
)
CARDS = """\
services: {cards: {url: "${CARDS_URL}", retries: 2}}
actions:
  card_status:
    service: cards
    does: Tells whether the card can be used.
    get: /card
    outcomes:
      open: {means: It can be used., status: 200}
      blocked: {means: It cannot be used., status: 403}
"""


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """Give the folder of a hotline that asks a service about cards, twice in a turn."""
    (tmp_path / "menu.yaml").write_text(MENU, encoding="utf-8")
    (tmp_path / "actions.yaml").write_text(CARDS, encoding="utf-8")
    return tmp_path


def rung(folder: Path, **written: object) -> str:
    """Ring, and return how the call ended."""
    made = DirectHarnesses(folder)(
        WrittenCall.model_validate({"call": "a call", "steps": ["silence"], **written})
    )
    made.line.start()
    ending = made.ending
    made.close()
    return ending


def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count calls from one again."""
    monkeypatch.setattr("ivr.calls.line._calls", itertools.count(1))


def test_services_get_other_keys_in_each_run(cards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They keep their answers under them. Within a call a repeated request has the same key, and each run its own."""
    with serving(answers(503), answers(200)) as stub:
        monkeypatch.setenv("CARDS_URL", stub.url)
        for _ in range(2):
            fresh_process(monkeypatch)
            rung(cards)
        local_simulator(CallSaver(cards, Transcript(io.StringIO())), None, None, None).new_line().start()
    keys = [request.headers["Idempotency-Key"] for request in stub.requests]
    failed, repeated, second, *others = keys
    assert failed == repeated
    assert [key.partition("/")[2] for key in (repeated, second)] == ["0/1", "0/2"]
    assert len({repeated, second, *others}) == 6
    assert all(re.fullmatch("CA[0-9a-f]{32}/0/[12]", key) for key in keys)


def test_the_names_of_calls_are_the_same_in_each_run_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that transcripts can be compared; where services are asked, chance is drawn from the given source."""
    for _ in range(2):
        fresh_process(monkeypatch)
        assert harness().line.call == f"CA{1:032x}"
    assert call_sid(TREE, lambda size: "ab" * size) == ""


def test_a_service_that_is_not_asked_needs_no_settings(cards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that says how its actions end, or that they are down, is played anywhere; any other one says what is missing."""
    monkeypatch.delenv("CARDS_URL", raising=False)
    assert rung(cards, outcomes={"card_status": "blocked"}) == "completed"
    assert rung(cards, unavailable=["card_status"]) == "transferred"
    with pytest.raises(BadSetting, match="CARDS_URL is missing"):
        rung(cards)
