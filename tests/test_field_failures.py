"""What broke in other people's hotlines, one test for each: this program does not, or refuses the menu that would.

The names are those of the reports (a project and the number of its issue).
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.perform import perform
from ivr.calls.action_results import Actions
from ivr.calls.hotline_loader import load_hotline
from tests.support.bank import ACTIONS
from tests.support.phone import SETTINGS, YUEBAO, Phone, phrase, program, said_at, signed, small_hotline

MENU = """\
  main:
    menu:
      "1": {for: sales, go: sales}
      "2": {for: the end, go: bye}
      "0": {for: a person, go: person}
"""
SALES = "  sales: {say: Sales are closed., then: main}\n"


def problems(folder: Path, nodes: str, top: str = "") -> str:
    """Return what is found in a hotline with these nodes."""
    return "\n".join(str(problem) for problem in load_hotline(small_hotline(folder, nodes, top)).problems)


def test_the_menu_of_these_tests_is_good(tmp_path: Path) -> None:
    """What the other tests spoil has no problem of its own."""
    assert problems(tmp_path, MENU + SALES) == ""


# --- loops


def test_fusionpbx_1402_a_menu_never_loops_for_ever() -> None:
    """There a menu went on after its last failure; here the third silence leads to a human, at every menu."""
    ways = (
        "login",
        "login reset_login",
        "withdrawals",
        "earnings",
        "earnings earnings_history",
        "help",
        "help ready",
    )
    for way in ("", *ways):
        phone = Phone(program())
        phone.rings()
        phone.chooses(*way.split())
        for _ in range(3):
            phone.is_silent()
        assert phone.answer.dials == ["+8657100000001"], way


def test_fusionpbx_1402_nor_with_wrong_keys() -> None:
    """The third wrong key leads to a human too."""
    phone = Phone(program())
    phone.rings()
    assert not phone.presses("7").dials
    assert not phone.presses("6").dials
    assert phone.presses("#").dials == ["+8657100000001"]


def test_rapidpro_132_a_caller_cannot_walk_in_circles_for_ever() -> None:
    """There a flow could run without end; here a call has a bound, and past it a decent ending at a human."""
    phone = Phone(program())
    phone.rings()
    phone.chooses("login")
    for turns in range(2, 200):
        if phrase("too_long") in phone.presses(phone.key("login") if turns % 2 else "*").said:
            break
    else:
        pytest.fail("the call went on and on")
    assert phone.answer.dials == ["+8657100000001"]
    assert phone.is_transferred().verbs == ["Hangup"]


def test_glific_4031_a_loop_without_a_listener_is_refused(tmp_path: Path) -> None:
    """There a flow went round by itself and emptied the account; here such a menu is not loaded."""
    looped = MENU + "  sales: {say: One., then: more}\n  more: {say: Two., then: sales}\n"
    assert "sales: a loop in which nobody listens to the caller" in problems(tmp_path, looped)


# --- silence


def test_nethserver_7857_silence_is_always_answered(tmp_path: Path) -> None:
    """There an empty file was played at the timeout, and the call died; here silence has words by default."""
    phone = Phone(program(folder=small_hotline(tmp_path, MENU + SALES)))
    phone.rings()
    said = [phone.is_silent().said for _ in range(2)]
    assert all("For sales, press 1." in words for words in said)
    assert phrase("noinput", "en-US", 1) in said[0]
    assert phrase("noinput", "en-US", 2) in said[1]


def test_ivr_phone_tree_python_silence_does_not_hang_up() -> None:
    """There the document ended with a Gather; here a Redirect reports the silence, on every page of the call."""
    phone = Phone(program())
    phone.rings()
    for _ in range(2):
        assert phone.answer.verbs[-2:] == ["Gather", "Redirect"]
        phone.is_silent()
    assert phone.is_silent().dials


# --- keys


def test_balance_324_keys_pressed_during_the_prompt_count() -> None:
    """There one key in twenty was lost; here every prompt of a menu is inside the Gather that listens."""
    phone = Phone(program())
    for document in (phone.rings(), phone.chooses("login"), phone.chooses("reset_login")):
        assert document.verbs == ["Gather", "Redirect"]
        assert document.said


def test_jambonz_597_a_part_of_an_entry_is_not_lost_and_not_taken() -> None:
    """There the keys of a broken-off entry vanished; here the caller is told that a part is missing."""
    phone = Phone(program())
    phone.rings()
    phone.chooses("withdrawals", "limits")
    assert phrase("unfinished") in phone.presses("12").said
    phone.presses("1237")
    assert phone.node == "anything_else"


def test_fusionpbx_1115_a_recorded_phrase_does_not_eat_keys(tmp_path: Path) -> None:
    """There keys during a phrase were lost; here a recording is inside the Gather, as words are."""
    folder = small_hotline(
        tmp_path, MENU.replace("menu:", "say: {text: Hi., audio: hi.wav}\n    menu:", 1) + SALES
    )
    (folder / "audio" / "en-US").mkdir(parents=True)
    (folder / "audio" / "en-US" / "hi.wav").write_bytes(b"RIFF\x24\0\0\0WAVEfmt " + bytes(28))
    document = Phone(program(folder=folder)).rings().document
    assert document.find("Gather/Play") is not None
    assert document.find("Play") is None


def test_fusionpbx_515_silence_and_wrong_keys_are_counted_apart() -> None:
    """There the two counters were swapped; here two of each are still two of each."""
    phone = Phone(program())
    phone.rings()
    assert said_at("main", "noinput") in phone.is_silent().said
    assert phrase("nomatch") in phone.presses("7").said
    assert said_at("main", "noinput", count=2) in phone.is_silent().said
    assert phrase("nomatch", count=2) in phone.presses("7").said
    assert phone.is_silent().dials == ["+8657100000001"]


def test_ivr_phone_tree_python_what_is_announced_is_accepted(tmp_path: Path) -> None:
    """There the star was announced and not handled; here words and keys are one declaration, and are checked."""
    promise = MENU.replace("menu:", 'say: "To repeat, press 5."\n    menu:', 1)
    assert "the words say `5`, and the menu does not take it" in problems(tmp_path, promise + SALES)
    phone = Phone(program())
    phone.rings()
    announced = re.findall(r"请按(\d)。", phone.answer.said)
    assert len(announced) >= 5
    for key in announced:
        other = Phone(program())
        other.rings()
        assert phrase("nomatch") not in other.presses(key).said


# --- what a call needs and may not have


def test_verboice_150_a_missing_recording_does_not_kill_the_call(tmp_path: Path) -> None:
    """There the call ended in an error; here the text of the recording is spoken."""
    menu = MENU.replace("menu:", "say: {text: Welcome to us., audio: lost.wav}\n    menu:", 1) + SALES
    assert "Welcome to us." in Phone(program(folder=small_hotline(tmp_path, menu))).rings().said


def test_twilio_python_751_a_proxy_does_not_break_the_signature() -> None:
    """There the URL was taken from the request, which a proxy has changed; here it is the configured one's."""
    phone = Phone(program())
    form = phone.standard()
    response = phone.client.post(
        "/voice",
        base_url="http://10.0.0.7:8080",
        data=form,
        headers={
            "X-Forwarded-Proto": "http",
            "X-Twilio-Signature": signed("https://ivr.example.com/voice", form),
        },
    )
    assert response.status_code == 200


def test_balance_72_a_service_that_changes_its_answers_does_not_mislead() -> None:
    """There another's menu changed, and callers were led astray; here what a contract does not name is unavailable."""
    strange = SimpleNamespace(
        CONTRACT=ACTIONS["bulletins"].CONTRACT, run=lambda _services, _asked: ActionResult("press_3_instead")
    )

    def changed(
        name: str, services: Services, asked: ActionRequest, actions: Actions = ACTIONS
    ) -> ActionResult:
        return perform(name, services, asked, {**actions, "bulletins": strange})

    phone = Phone(program(perform=changed))
    phone.rings()
    assert phone.chooses("help", "bulletins").dials == ["+8657100000001"]
    history = phone.application.store.call(phone.call)
    assert history is not None
    assert history.path[-1].outcome == "bulletins: unavailable"


def test_yap_1578_a_new_version_changes_no_call_that_has_begun(tmp_path: Path) -> None:
    """There a rebuild sent callers elsewhere; here a call stays on the menu that it began with, after a restart too."""
    folder = small_hotline(tmp_path / "menu", MENU + SALES)
    settings = dataclasses.replace(SETTINGS, database_url=f"sqlite:///{tmp_path / 'calls.sqlite3'}")
    old = Phone(program(settings, folder=folder))
    old.rings()
    small_hotline(folder, MENU.replace("go: sales", "go: bye").replace("for: sales", "for: nothing"))
    old.application.hotline.look_every = 0
    new = Phone(old.app, call="CA" + "f" * 32)
    assert "For nothing, press 1." in new.rings().said
    assert "Sales are closed." in old.presses("1").said
    old.application.close()
    restarted = Phone(program(settings, folder=folder))
    restarted.answer = old.answer
    assert "Sales are closed." in restarted.presses("1").said
    restarted.application.close()


def test_amazon_connect_copy_37_a_target_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """There a flow was published with references to nothing; here such a menu is not loaded, and the place is named."""
    found = problems(tmp_path, MENU)
    assert "menu.yaml:" in found
    assert "sales" in found


@pytest.mark.parametrize(
    "node",
    [
        "{run: no_such_action, outcomes: {ok: bye}}",
        "{transfer: no_such_desk}",
        "{run: bulletins, outcomes: {some: bye, none: bye}}",
        '{say: "{{ nobody_sets_this }}", then: bye}',
    ],
)
def test_goflow_missing_dependency_what_a_node_needs_is_there(tmp_path: Path, node: str) -> None:
    """There a missing dependency was only noted; here an action, a desk, an outcome or a variable has to exist."""
    assert "sales" in problems(tmp_path, MENU + f"  sales: {node}\n")


def test_a_broken_menu_never_replaces_a_good_one(tmp_path: Path) -> None:
    """A hotline whose file was saved half done goes on with the last good one."""
    folder = small_hotline(tmp_path, MENU + SALES)
    phone = Phone(program(folder=folder))
    small_hotline(folder, MENU)
    phone.application.hotline.look_every = 0
    assert "For sales, press 1." in phone.rings().said


def test_the_demonstration_hotline_has_no_problem() -> None:
    """What is refused in these tests is not shipped."""
    assert load_hotline(YUEBAO).problems == ()
