"""The simulator's face: what a typed line does, what is shown, and what never is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ivr.channels.terminal.simulator import HELP, Simulator
from tests.support.keys import keys_to
from tests.support.phone import demonstration, said_at
from tests.support.simulator import SECRET, sitting, typing

TO_THE_QUESTION = keys_to(demonstration(), "withdrawals", "limits")
"""The keys that lead to the question for the tail of the ID card, which is a secret."""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1", "> 1"),
        (" 1 ", "> 1"),
        ("１", "> 1"),  # as a Chinese input method writes it
        ("", "> (silence)"),
        ("转人工", "> “转人工”"),
        ("１ 号", "> “１ 号”"),
    ],
)
def test_a_line_is_keys_or_silence_or_speech(typed: str, shown: str) -> None:
    """Keys are pressed, an empty line is silence, and everything else is said."""
    assert shown in typing([typed])


def test_what_is_heard_is_shown_with_its_language_and_seconds() -> None:
    """Each sentence stands on a line of its own, as the telephone would say it."""
    lines = typing([])
    assert "en-US   1.5 s  For English, press 8." in lines
    assert "zh-CN   1.8 s  人工客服请按0。" in lines


def test_where_the_call_stands_and_which_keys_mean_something_is_shown() -> None:
    """The node, the time that the call has lasted, and the keys in the order of speech."""
    assert re.fullmatch(r"main · 0:[12]\d · keys: 1 2 3 4 5 0 \* 9 8", typing([])[-3])


def test_the_end_of_the_input_hangs_up() -> None:
    """A call that still goes on is hung up."""
    assert typing(["1"])[-2:] == ["> (hangs up)", "(call hung up)"]


def test_ctrl_c_hangs_up() -> None:
    """It is the end of the input, and no error."""

    def interrupted() -> Iterator[str]:
        yield "1"
        raise KeyboardInterrupt

    simulator, out = sitting()
    simulator.run(interrupted())
    assert out.getvalue().endswith("> (hangs up)\n(call hung up)\n")


def test_a_call_that_ended_is_not_hung_up_again() -> None:
    """How it ended is said once."""
    lines = typing(keys_to(demonstration(), "freeze", "deductions"))
    assert lines[-1] == "(call transferred)"
    assert "> (hangs up)" not in lines


def test_after_the_end_of_a_call_keys_mean_nothing() -> None:
    """And what can be done instead is said."""
    lines = typing(["/hangup", "1", "", "/keys", "/hangup"])
    assert lines.count("(the call is over; /call rings again)") == 3


def test_a_person_is_told_what_to_do_after_a_call() -> None:
    """In a pipe nobody reads that."""
    assert typing(["/hangup"], interactive=True)[-1] == "(call hung up; /call rings again, /quit leaves)"
    assert typing(["/hangup"])[-1] == "(call hung up)"


def test_call_rings_again() -> None:
    """A call that goes on is hung up first."""
    lines = typing(["1", "/call"])
    assert lines.count("en-US   1.5 s  For English, press 8.") == 2
    assert lines.count("> (hangs up)") == 2


def test_quit_leaves_the_rest_unread() -> None:
    """The call is hung up."""
    lines = typing(["/quit", "1"])
    assert lines[-2:] == ["> (hangs up)", "(call hung up)"]
    assert "> 1" not in lines


def test_help_explains_every_command() -> None:
    """Each one is listed, and where nothing is hidden from us nothing is said about it."""
    lines = typing(["/help"])
    for usage, meaning in HELP.commands.items():
        assert f"{usage:<22}{meaning}".strip() in lines
    assert not any("running server" in line for line in lines)


def test_help_says_what_cannot_be_seen_over_http() -> None:
    """There, entries are hidden without being known to be secret."""
    simulator, out = sitting()
    simulator.controls.remote = True
    simulator.run(["/help"])
    assert "entries that may be\nlonger than one key are not shown" in out.getvalue()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/hepl", "there is no /hepl; did you mean `/help`?"),
        ("/xyzzy", "there is no /xyzzy; /help lists what there is"),
        ("/", "there is no /; /help lists what there is"),
        ("/desk", "/desk; use one of `answered`, `busy`, `no_answer`, `failed`"),
        ("/desk buzy", "/desk buzy; did you mean `busy`?"),
        ("/down earning", "/down earning; did you mean `earnings`?"),
        ("/record 5", "nothing is being recorded now; /keys says what is awaited"),
    ],
)
def test_a_command_that_is_none_is_explained(typed: str, told: str) -> None:
    """With the nearest name, and the call goes on."""
    lines = typing([typed, "1"])
    assert told in lines
    assert "> 1" in lines


def test_commands_may_be_written_large() -> None:
    """As a keyboard with caps lock writes them."""
    assert "trace on" in typing(["/TRACE"])


def test_a_desk_answers_as_it_is_told_to() -> None:
    """And a recording can be left where nobody answers."""
    lines = typing(["/desk busy", "1", "0", "/record", "/record 12"])
    assert "[ringing +8657100000001: busy]" in lines
    assert "/record SECONDS, or an empty line to say nothing" in " ".join(lines)
    assert "/record needs seconds; such as /record 12" in lines
    assert "> (speaks for 12 s)" in lines
    assert any(said_at("voicemail_saved") in line for line in lines)


def test_a_service_can_be_down() -> None:
    """And work again."""
    lines = typing(["/down withdrawal_limits", *TO_THE_QUESTION, SECRET, "/up withdrawal_limits"])
    assert "down: withdrawal_limits" in lines
    assert "[ringing +8657100000001: answered]" in lines
    assert lines[-1] == "down: nothing"


def test_over_http_services_cannot_be_reached() -> None:
    """Which is said."""
    simulator, out = sitting()
    simulator.controls.remote = True
    simulator.run(["/down earnings"])
    assert "/down cannot reach a server's services; call without --url" in out.getvalue()


def test_a_message_is_shown_as_not_sent() -> None:
    """With its words."""
    lines = typing(keys_to(demonstration(), "help", "ready", "ready_text"))
    assert any(line.startswith("[text message to +8613800138000, not sent: ") for line in lines)


@pytest.mark.parametrize("trace", [False, True])
@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        (SECRET, "> ••••"),
        (f"{SECRET}9", "> •••••"),
        ("12#", "> ••#"),
        ("my tail is 1237", "> (speech, not shown)"),
    ],
)
def test_a_secret_is_never_shown(entry: str, shown: str, *, trace: bool) -> None:
    """Neither the entry, nor keys that came too late, nor words; not in the trace either."""
    lines = typing([*TO_THE_QUESTION, entry], trace=trace)
    assert shown in lines
    assert any(re.fullmatch(r"id_tail · \d:\d\d · enter 4 keys \(not shown\)", line) for line in lines)
    after = "\n".join(lines[lines.index(shown) :])
    assert not any(part in after for part in (SECRET, "12#", "`9`"))


def test_the_trace_tells_node_event_variables_and_commands() -> None:
    """Of every step, also of those between two things that are heard."""
    lines = typing([*TO_THE_QUESTION, SECRET], trace=True)
    assert "· start: CallStarted → find_account (zh-CN, unknown)" in lines
    assert "· main: DigitsPressed 3 → withdrawals_menu (zh-CN, known)" in lines
    assert "topic = 转出" in lines
    assert "Say, Say, Gather (4 keys or #, 8 s)" in lines
    assert "· id_tail: DigitsPressed → check_tail (zh-CN, known)" in lines
    assert "RunAction verify_identity (id_tail)" in lines
    assert "· limits: ActionFinished withdrawal_limits: ok → anything_else (zh-CN, verified)" in lines
    assert "fast_left = 7000.00" in lines


def test_the_trace_can_be_switched() -> None:
    """During the call."""
    withdrawals, limits = TO_THE_QUESTION
    lines = typing(["9", "/trace", withdrawals, "/trace", limits])
    assert [line for line in lines if line.startswith("· ")] == [
        "· main: DigitsPressed 3 → withdrawals_menu (zh-CN, known)"
    ]


def test_what_is_typed_next_is_known_to_be_secret() -> None:
    """Before it is typed, so that it is not echoed."""
    simulator, _ = sitting()
    asked: list[bool] = []
    simulator.run(_noting(simulator, [*TO_THE_QUESTION, SECRET], asked))
    assert asked == [False, False, True, False]


def _noting(simulator: Simulator, lines: list[str], asked: list[bool]) -> Iterator[str]:
    for line in [*lines, None]:
        asked.append(simulator.asks_for_secret())
        if line is not None:
            yield line
