"""Which files of a hotline are recordings, and what `ivr check` says of those that are none."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.calls import recordings
from ivr.calls.hotline_loader import load_hotline
from ivr.calls.recordings import LARGEST, NoRecording, _opened, named_in, open_recording, recordings_of
from tests.support.command import ivr
from tests.support.menus import small

SOUNDS = {
    "a.wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "b.mp3": b"ID3\x04rest",
    "c.mp3": b"\xff\xfb\x90\x00",
    "d.aiff": b"FORM\0\0\0\x20AIFF",
    "e.gsm": b"\xd2\x4a",
    "f.ulaw": b"\xff" * 100,
    "g.ulaw": b"\x7f" * 100,
}


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    """Return where the recordings of a hotline's language are."""
    folder = tmp_path / "audio" / "en-US"
    folder.mkdir(parents=True)
    (tmp_path / "menu.yaml").write_text(
        small("main: {say: {text: Hello., audio: a.wav}, then: bye}"), encoding="utf-8"
    )
    return folder


def problems(audio: Path) -> list[str]:
    """Return what `ivr check` says."""
    return [str(problem) for problem in load_hotline(audio.parents[1]).problems]


@pytest.mark.parametrize("name", SOUNDS)
def test_a_recording_is_published_under_its_content(audio: Path, name: str) -> None:
    """A changed recording has another name, so that it may be kept for ever by whoever fetched it."""
    folder = audio / "legal"
    folder.mkdir()
    for content in (SOUNDS[name], SOUNDS[name] + b"\xff more"):
        (folder / name).write_bytes(content)
        stem, _, ending = name.partition(".")
        digest = hashlib.sha256(content).hexdigest()[:8]
        published, wrong = recordings_of(audio.parents[1])
        assert published == {f"en-US/legal/{name}": f"en-US/legal/{stem}.{digest}.{ending}"}
        assert wrong == []


def test_a_hotline_without_recordings_has_none(tmp_path: Path) -> None:
    """The folder need not be there."""
    assert recordings_of(tmp_path) == ({}, [])


def linked(target: str) -> Callable[[Path], None]:
    """Make a link."""
    return lambda path: path.symlink_to(target)


def written(content: bytes) -> Callable[[Path], None]:
    """Write a file."""

    def make(path: Path) -> None:
        path.write_bytes(content)

    return make


def too_large(path: Path) -> None:
    """Write a file that takes no room on the disk."""
    path.write_bytes(SOUNDS["a.wav"])
    os.truncate(path, LARGEST + 1)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (linked("/etc/passwd"), "is a link that leads out of `audio/`"),
        (linked("../../menu.yaml"), "is a link that leads out of `audio/`"),
        (linked("/dev/zero"), "is a link that leads out of `audio/`"),
        (linked("../text.txt"), "is a link to a file of another type"),
        (written(b"a: secret"), "its content is not audio/wav"),
        (written(b""), "its content is not audio/wav"),
        (written(b"RIFF\0\0\0\0AVI "), "its content is not audio/wav"),
        (too_large, "is larger than 16 MB"),
    ],
)
def test_what_is_no_recording_is_told_and_keeps_nothing_from_loading(
    audio: Path, make: Callable[[Path], None], said: str
) -> None:
    """As a warning: its words are spoken instead."""
    (audio.parent / "text.txt").write_bytes(SOUNDS["a.wav"])
    make(audio / "a.wav")
    (told,) = problems(audio)
    assert told.startswith(f"audio/en-US/a.wav:1:1: {said}, and its words are spoken instead; ")
    assert recordings_of(audio.parents[1])[0] == {}
    checked = ivr("check", audio.parents[1])
    assert checked.exit_code == 0
    assert said in checked.output
    with pytest.raises(NoRecording):
        open_recording(audio.parents[1], "en-US/a.wav")


def test_text_in_a_file_of_bare_samples_is_told(audio: Path) -> None:
    """Any bytes are some sound, but words are somebody's secret."""
    (audio / "a.ulaw").write_text("密码: 一个秘密" * 60, encoding="utf-8")
    assert "its content is not audio/basic" in problems(audio)[0]


def test_a_link_to_itself_and_one_to_nothing(audio: Path) -> None:
    """Nothing hangs, and the folder is read."""
    (audio / "a.wav").symlink_to("a.wav")
    (audio / "b.wav").symlink_to("nowhere.wav")
    assert recordings_of(audio.parents[1])[0] == {}


def test_a_folder_elsewhere_is_not_searched(audio: Path) -> None:
    """A link to the root of the machine costs nothing."""
    (audio.parent / "fr-FR").symlink_to("/")
    (audio / "deep").symlink_to("/usr")
    (audio / "a.wav").write_bytes(SOUNDS["a.wav"])
    assert recordings_of(audio.parents[1])[0].keys() == {"en-US/a.wav"}


def test_a_folder_of_very_many_files_is_not_read_to_its_end(
    audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever can put files there cannot hold up the check; some are looked at, and a warning says so."""
    for number in range(20):
        (audio / f"a{number}.wav").write_bytes(SOUNDS["a.wav"])
        (audio / f"b{number}.wav").write_bytes(b"none")
    monkeypatch.setattr(recordings, "MAX_FILES", 41)
    published, wrong = recordings_of(audio.parents[1])
    assert (len(published), len(wrong)) == (20, 20)
    monkeypatch.setattr(recordings, "MAX_FILES", 10)
    published, wrong = recordings_of(audio.parents[1])
    assert len(published) + len(wrong) == 11
    assert str(wrong[0]).startswith(
        "audio:1:1: there are 10 files here or more, and only some of them are played; "
    )
    assert {problem.severity for problem in wrong} == {"warning"}  # the menu is served all the same


def test_folders_count_as_files(audio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deep tree without any recording ends as early."""
    monkeypatch.setattr(recordings, "MAX_FILES", 10)
    looked: list[Path] = []
    entries = recordings._entries

    def looking(folder: Path, most: int) -> list[Path]:
        looked.append(folder)
        return entries(folder, most)

    monkeypatch.setattr(recordings, "_entries", looking)
    audio.joinpath(*"abcdefghijklmnopqrstuvw").mkdir(parents=True)
    assert recordings_of(audio.parents[1])[0] == {}
    assert len(looked) == 11


def test_other_files_beside_are_left_alone(audio: Path) -> None:
    """Notes and hidden files are no recordings, and nothing is said of them."""
    for name in ("notes.txt", ".DS_Store", ".hidden.wav"):
        (audio / name).write_text("words")
    (audio / "a.wav").write_bytes(SOUNDS["a.wav"])
    assert problems(audio) == []


def test_what_a_source_names() -> None:
    """Every way to write it; and two hundred kilobytes of its worst are no work."""
    text = 'say: [{audio: a.wav}, {"audio": "b/c.mp3"}]\naudio: \'d.ulaw\' # e.gsm\nx: y.wav.bak, ../f.wav'
    assert named_in({"menu.yaml": text, "more.yaml": "audio: 你好.aiff"}) == {
        "a.wav", "b/c.mp3", "d.ulaw", "e.gsm", "你好.aiff",
    }  # fmt: skip
    for worst in ("a", "a/", "a.wa", "/", "a-"):
        named_in({"menu.yaml": worst * 200_000})


def test_a_link_that_is_put_there_just_now_is_not_followed(audio: Path) -> None:
    """Between the look and the opening, somebody may change a file, or a folder above it, into a link."""
    (audio / "a.wav").write_bytes(SOUNDS["a.wav"])
    (audio / "b.wav").symlink_to("a.wav")
    (audio.parent / "en-GB").symlink_to("en-US")
    for found in (audio / "b.wav", audio.parent / "en-GB" / "a.wav"):
        with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
            _opened(audio.parent, found)
    os.close(_opened(audio.parent, audio / "a.wav"))
