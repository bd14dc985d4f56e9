"""Playing written calls: what passes, what fails with which sentence, and what is never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.calls.line import Heard
from ivr.channels.twilio.player.remote_line import PlayerLine
from ivr.harness import DirectHarnesses
from ivr.written.model import WrittenCall
from ivr.written.runner import CallHarness, PlayedCall, play, side_by_side
from tests.support.keys import keys_to

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
TREE = load_tree(YUEBAO)
STAGES = DirectHarnesses(YUEBAO, TREE)
SECRET = "1237"


def pressed(*options: str, start: str = "main") -> list[Any]:
    """Return steps that press the keys of these options."""
    return [{"press": key} for key in keys_to(TREE, *options, start=start)]


TO_THE_QUESTION = pressed("withdrawals", "limits")
TEXTED = pressed("help", "ready", "ready_text")
"""What to have at hand for a human, as a text message."""
TEXTED_TWICE = [*TEXTED, *pressed("main", "login", "login_network", "network_link", start="anything_else")]
LOGIN = pressed("login")


def played(*steps: Any, **written: Any) -> PlayedCall:
    """Play a call with these steps."""
    call = WrittenCall.model_validate({"call": "a call", "steps": list(steps), **written})
    return play("calls/some.yaml", call, STAGES)


@pytest.mark.parametrize(
    ("steps", "failures"),
    [
        # what is heard
        ([{"hears": "登录和密码请按2"}], []),
        ([{"hears": "FOR  english,"}], []),  # whatever the case and the spaces
        ([{"hears": ["非官方", "English"]}], []),
        ([{"hears": ["English", "非官方"]}], ["`非官方` was not heard at this place"]),
        ([{"hears": "再见"}], ["`再见` was not heard"]),
        ([{"hears_not": "再见"}], []),
        ([{"hears_not": "For English"}], ["`For English` was said"]),
        # since the last thing that he did
        ([*LOGIN, {"hears": "提示被锁定"}, {"hears": "重设登录密码"}], []),
        ([*LOGIN, {"hears": "非官方"}], ["`非官方` was not heard"]),
        # where the call is
        ([{"node": "main"}, *LOGIN, {"node": "login_menu"}], []),
        ([{"node": "login_menu"}], ["the call is at `main`, not at `login_menu`"]),
        # messages, each asked about once
        ([*TEXTED, {"texted": "身份证"}], []),
        ([*TEXTED, {"texted": "x"}], ["no new text message has `x`"]),
        (
            [*TEXTED, {"texted": "身份证"}, {"texted": "身份证"}],
            ["no new text message has `身份证`"],
        ),
        # parts of one message, wherever they stand in it
        ([*TEXTED, {"texted": ["金额", "身份证"]}], []),
        (
            [*TEXTED, {"texted": ["身份证", "x"]}],
            ["no new text message has `身份证` and `x`"],
        ),
        (
            [*TEXTED_TWICE, {"texted": ["身份证", "网络"]}],
            ["no new text message has `身份证` and `网络`"],
        ),
        # no message, since the last one that was asked about
        ([*LOGIN, "nothing_texted"], []),
        ([*TEXTED, "nothing_texted"], ["a text message was written"]),
        ([*TEXTED, {"texted": "身份证"}, "nothing_texted"], []),
        # in the present call
        ([*TEXTED, {"rings": "again"}, "nothing_texted"], []),
        (
            [*LOGIN, {"rings": "again"}, *TEXTED, "nothing_texted"],
            ["a text message was written"],
        ),
        # which takes no message away that is still to be asked about
        ([*TEXTED, {"rings": "again"}, {"texted": "身份证"}], []),
        # what cannot be done
        ([{"record": 5}], ["the hotline does not record here"]),
        ([*pressed("freeze", "deductions"), {"press": "1"}], ["the call is over"]),
        (["hang_up", "silence"], ["the call is over"]),
        # a failed step does not hide the next one
        (
            [{"hears": "再见"}, {"node": "login_menu"}],
            ["`再见` was not heard", "the call is at `main`, not at `login_menu`"],
        ),
    ],
)
def test_steps(steps: list[Any], failures: list[str]) -> None:
    """Each step passes, or fails with a sentence that an editor understands."""
    assert played(*steps).failures == failures


@pytest.mark.parametrize(
    ("steps", "ends", "failures"),
    [
        (["silence"], None, []),
        (["silence"], "hung_up", []),
        (pressed("freeze", "deductions"), "transferred", []),
        (["hang_up"], "completed", ["the call ended as `hung_up`"]),
        (["silence"], "transferred", ["the call still waits for keys at `main`"]),
    ],
)
def test_the_end(steps: list[Any], ends: str | None, failures: list[str]) -> None:
    """A caller who has nothing more to do hangs up; what was written about the end must be true."""
    assert played(*steps, ends=ends).failures == failures


@pytest.mark.parametrize("step", [{"press": SECRET}, {"say": SECRET}])
def test_a_secret_is_not_shown(step: dict[str, str]) -> None:
    """Neither beside what happened nor in it, although it stands in the file."""
    shown = [part for row in side_by_side(played(*TO_THE_QUESTION, step)) for part in row]
    assert not any(SECRET in part for part in shown)


def test_a_misspelt_desk_fails_the_call() -> None:
    """It would otherwise answer, and prove nothing."""
    assert played("silence", desks={"servce": "busy"}).failures == [
        "there is no desk `servce`; did you mean `service`?"
    ]


def test_a_call_that_breaks_fails() -> None:
    """With what broke it; the calls after it are played."""

    def nowhere(method: str, url: str, form: object, /) -> Any:
        raise ConnectionRefusedError(method, url, form)

    def harnesses(_call: WrittenCall) -> CallHarness:
        return CallHarness(PlayerLine(nowhere, "+8613800138000"), str, lambda _call: None)

    call = WrittenCall.model_validate({"call": "a call", "steps": ["silence"]})
    (failure,) = play("calls/some.yaml", call, harnesses).failures
    assert failure.startswith("the server gave no answer at /voice")


def test_everything_that_happened_is_kept_in_order() -> None:
    """For whoever compares two calls."""
    happened = played(*pressed("other_language"), {"node": "main"}).happened
    words = [item.text for item in happened if isinstance(item, Heard)]
    assert words[1:3] == ["For English, press 8.", "密码和验证码，谁问都别说。"]
    assert any("press 5" in text for text in words)


def test_a_call_takes_its_speech_and_its_silences() -> None:
    """The seconds of a call are those on the line: what was heard, and five of silence; a ``wait:`` is none of them."""
    call = played(*LOGIN, {"wait": 60}, "silence", *pressed("login_network", start="login_menu"))
    assert call.spoken_seconds == pytest.approx(
        sum(item.seconds for item in call.happened if isinstance(item, Heard))
    )
    assert call.spoken_seconds > 20
    assert call.seconds == pytest.approx(call.spoken_seconds + 5, abs=0.01)
