"""A call in this process, as its caller lives through it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.calls.line import CallNote, DirectLine, Heard, Item, VirtualClock, split_entry
from ivr.menu.speech.durations import spoken_seconds
from tests.support.switchboards import AT, CALLER, MENU, SwitchboardCall, write_menu


def line(folder: Path, menu: str = MENU, **more: object) -> DirectLine:
    """Ring this hotline."""
    call = SwitchboardCall(write_menu(folder, menu))
    made = DirectLine(call.switchboard, VirtualClock(AT), CALLER, "+8657100000000", **more)  # type: ignore[arg-type]
    made.start()
    return made


@pytest.fixture
def call(tmp_path: Path) -> DirectLine:
    """Give a call at the first menu, of which everything has been heard."""
    made = line(tmp_path)
    made.take()
    return made


def said(items: list[Item]) -> list[str]:
    """Return what was heard."""
    return [item.text for item in items if isinstance(item, Heard)]


def noticed(items: list[Item]) -> list[str]:
    """Return what was noticed."""
    return [item.what for item in items if isinstance(item, CallNote)]


@pytest.mark.parametrize(
    ("keys", "length", "finish", "split"),
    [
        ("1", 1, "", ("1", "", "")),
        ("12", 1, "", ("1", "", "2")),
        ("#", 1, "", ("#", "", "")),
        ("1234#", None, "#", ("1234", "#", "")),
        ("1234#5", None, "#", ("1234", "#", "5")),
        ("1234#", 4, "#", ("1234", "", "#")),
        ("12#4", 4, "#", ("12", "#", "4")),
        ("#", 4, "#", ("", "#", "")),
        ("12", 4, "#", ("12", "", "")),
        ("", 4, "#", ("", "", "")),
    ],
)
def test_keys_are_taken_as_a_telephone_takes_them(
    keys: str, length: int | None, finish: str, split: tuple[str, str, str]
) -> None:
    """An entry is over at its length or its last key; what comes after is too late."""
    assert split_entry(keys, length, finish) == split


def test_a_call_is_heard_once(tmp_path: Path) -> None:
    """What was taken is not heard again."""
    call = line(tmp_path)
    assert said(call.take())[:2] == ["Hello.", "For an account, press 1."]
    assert call.take() == []
    assert call.waiting == "keys"


def test_words_are_heard_in_their_language(tmp_path: Path) -> None:
    """Each with its own."""
    items = line(tmp_path).take()
    assert Heard("Chinese请按2。", "zh-CN") in items


def test_pressing_goes_on(call: DirectLine) -> None:
    """A key leads on at once."""
    before = call.clock()
    call.press("1")
    assert said(call.take())[:2] == ["10 found.", "Done."]
    assert call.clock() - before < timedelta(seconds=10)


def test_keys_that_come_too_late_are_noticed(call: DirectLine) -> None:
    """They are lost, as on the telephone."""
    call.press("12")
    assert noticed(call.take()) == ["the entry was over before `2`: lost"]


def test_keys_of_a_secret_are_not_shown(call: DirectLine) -> None:
    """Neither those that were taken nor those that were lost."""
    call.press("4")
    call.press("739155")
    items = call.take()
    assert "5" not in repr(items)
    assert "7391" not in repr(items)
    assert len(noticed(items)) == 1


def test_silence_takes_its_time(call: DirectLine) -> None:
    """The clock moves by the timeout of the listening, and by what is said."""
    before = call.clock()
    call.silence()
    assert call.clock() - before > timedelta(seconds=5)
    assert said(call.take())


@pytest.mark.parametrize("keys", ["#", ""])
def test_a_pound_key_alone_and_no_key_are_silence(call: DirectLine, keys: str) -> None:
    """Where an entry is typed."""
    call.press("4")
    call.take()
    call.press(keys)
    assert said(call.take())[-1] == "The tail?"
    assert call.waiting == "keys"


def test_an_unfinished_entry_waits_for_more_keys(call: DirectLine) -> None:
    """It is reported after the pause between two keys."""
    call.press("4")
    before = call.clock()
    call.press("73")
    assert call.clock() - before >= timedelta(seconds=5)


def test_where_only_keys_are_listened_to_speech_is_silence(call: DirectLine) -> None:
    """And the caller is told why nothing happens."""
    call.speak("an account")
    items = call.take()
    assert noticed(items) == ["only keys are listened to here"]
    assert call.waiting == "keys"


def test_speech_is_heard_where_it_is_listened_to(tmp_path: Path) -> None:
    """Words choose an option."""
    call = line(tmp_path, MENU.replace("start: main", "start: main\nspeech: true"))
    call.take()
    call.speak("an account")
    assert said(call.take())[0] == "10 found."


def test_a_desk_answers_as_it_is_told(tmp_path: Path) -> None:
    """A conversation ends the call."""
    call = line(tmp_path, desk_answers=lambda number: "answered" if number == "+8657100000001" else "busy")
    call.press("0")
    assert "ringing +8657100000001: answered" in noticed(call.take())
    assert (call.waiting, call.ending) == ("nobody", "transferred")


def leave(tmp_path: Path) -> DirectLine:
    """Come to the voicemail, because nobody answers."""
    call = line(tmp_path, desk_answers=lambda _number: "no_answer")
    call.press("0")
    call.take()
    assert call.waiting == "recording"
    return call


def voicemails(call: DirectLine) -> list[int]:
    """Return the seconds of each recording that was kept."""
    history = call.switchboard.store.call(call.call)
    assert history is not None
    return [voicemail.seconds for voicemail in history.voicemails]


def test_a_recording_is_kept(tmp_path: Path) -> None:
    """And the call goes on."""
    call = leave(tmp_path)
    call.record(7)
    assert voicemails(call) == [7]
    assert said(call.take())[0] == "Done."


def test_a_recording_is_no_longer_than_it_may_be(tmp_path: Path) -> None:
    """The bound of the node holds."""
    call = leave(tmp_path)
    call.record(100_000)
    assert voicemails(call) == [120]


def test_speaking_into_a_recording_records(tmp_path: Path) -> None:
    """What is said there takes as long as it takes."""
    call = leave(tmp_path)
    call.speak("Please call me back in the afternoon.")
    assert voicemails(call) == [2]


@pytest.mark.parametrize("act", ["pound", "silence", "nothing"])
def test_an_empty_recording_is_none(tmp_path: Path, act: str) -> None:
    """``#`` at once, silence, and a recording of no seconds keep nothing."""
    call = leave(tmp_path)
    acts: dict[str, Callable[[], None]] = {
        "pound": lambda: call.press("#"),
        "silence": call.silence,
        "nothing": lambda: call.record(0),
    }
    acts[act]()
    assert voicemails(call) == []
    assert said(call.take())[0] == "Done."


def test_hanging_up_at_the_beep_is_hanging_up(tmp_path: Path) -> None:
    """No recording is kept, nothing more is heard, and the call ended because the caller hung up."""
    call = leave(tmp_path)
    call.hang_up()
    assert (call.waiting, call.ending, call.take(), voicemails(call)) == ("nobody", "hung_up", [], [])
    history = call.switchboard.store.call(call.call)
    assert history is not None
    assert history.record.ending == "hung_up"


def test_two_recordings_of_a_call_are_two(tmp_path: Path) -> None:
    """The second does not take the place of the first."""
    call = leave(tmp_path)
    call.record(3)
    call.press("1")
    call.press("0")
    call.record(4)
    assert sorted(voicemails(call)) == [3, 4]


def test_hanging_up_ends_the_call(call: DirectLine) -> None:
    """After it nothing happens any more."""
    call.hang_up()
    call.press("1")
    call.silence()
    call.speak("hello")
    call.record(3)
    call.hang_up()
    assert (call.waiting, call.ending, call.take()) == ("nobody", "hung_up", [])


def test_a_text_message_is_noticed(call: DirectLine) -> None:
    """With its words, and that it is not sent."""
    call.press("3")
    assert f"text message to {CALLER}, not sent: A text." in noticed(call.take())


def test_two_calls_are_two(tmp_path: Path) -> None:
    """Each has an identifier of its own, in the carrier's form."""
    one, other = line(tmp_path), line(tmp_path)
    assert one.call != other.call
    assert len(one.call) == 34


def test_what_is_awaited_can_be_asked(call: DirectLine) -> None:
    """The keys that mean something, and whether the entry is a secret."""
    assert call.awaited is not None
    assert "1" in call.awaited.keys
    call.press("4")
    assert call.awaited is not None
    assert call.awaited.secret


def test_digits_take_as_long_as_they_do_in_the_language_that_says_them() -> None:
    """They look the same in every language."""
    chinese, english = Heard("1038", "zh-CN").seconds, Heard("1038", "en-US").seconds
    assert (chinese, english) == (spoken_seconds("1038", "zh-CN"), spoken_seconds("1038", "en-US"))
    assert chinese > english
