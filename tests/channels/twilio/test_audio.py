"""What may be fetched as a recording, by anybody: what the menu names, and nothing else."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.phone import SETTINGS, YUEBAO, Phone, program, small_hotline

WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(28)
SECRET = b"token: a-secret-of-the-tests\n"


@pytest.fixture
def recorded(tmp_path: Path) -> Phone:
    """Return a telephone to a hotline whose greeting is recorded."""
    nodes = """\
  main:
    say: {text: Welcome., audio: welcome.wav}
    menu: {"1": {for: the end, go: bye}, "0": {for: a person, go: person}}
"""
    small_hotline(tmp_path, nodes)
    shutil.copy(YUEBAO / "accounts.yaml", tmp_path)
    audio = tmp_path / "audio" / "en-US"
    audio.mkdir(parents=True)
    (audio / "welcome.wav").write_bytes(WAV)
    return Phone(program(folder=tmp_path))


def play(phone: Phone) -> str:
    """Return the URL of the recording that is played."""
    url = phone.rings().document.findtext(".//Play")
    assert url is not None
    return url


def test_a_recording_is_served_unsigned_under_a_name_with_its_hash(recorded: Phone) -> None:
    """Twilio fetches it as any browser would, and may keep it for ever."""
    url = play(recorded)
    assert re.fullmatch(r"/audio/en-US/welcome\.[0-9a-f]{8}\.wav", url)
    response = recorded.client.get(url, buffered=True)
    assert (response.status_code, response.data[:4]) == (200, b"RIFF")
    assert response.headers["Content-Type"] == "audio/wav"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    etag = {"If-None-Match": response.headers["ETag"]}
    assert recorded.client.get(url, headers=etag, buffered=True).status_code == 304


def test_a_part_of_a_recording_and_its_size_can_be_asked_for(recorded: Phone) -> None:
    """HEAD and Range work, as players use them."""
    url = play(recorded)
    assert recorded.client.head(url, buffered=True).headers["Content-Length"] == str(len(WAV))
    part = recorded.client.get(url, headers={"Range": "bytes=0-3"}, buffered=True)
    assert (part.status_code, part.data) == (206, b"RIFF")


def test_an_older_hash_gets_today_s_recording_and_may_not_keep_it(recorded: Phone) -> None:
    """A call that began before the recording was changed is not left silent, and no cache is poisoned."""
    old = re.sub(r"\.[0-9a-f]{8}\.", ".00000000.", play(recorded))
    response = recorded.client.get(old, buffered=True)
    assert response.status_code == 200
    assert "immutable" not in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/audio/../accounts.yaml",
        "/audio/%2e%2e/accounts.yaml",
        "/audio/..%2faccounts.yaml",
        "/audio/../accounts.01234567.yaml",
        "/audio/%2e%2e/accounts.01234567.yaml",
        "/audio/..%2faccounts.01234567.yaml",
        "/audio/%2fetc%2fpasswd.01234567.x",
        "/audio//etc/hosts.01234567.x",
        "/audio/en-US/..%5c..%5caccounts.01234567.yaml",
        "/audio/en-US/welcome.wav",
        "/audio/en-US/nothing.01234567.wav",
        "/audio/en-US",
        "/audio/",
        "/audio/a%00b.01234567.wav",
        "/audio/%ff.01234567.wav",
    ],
)
def test_no_path_leads_out_of_the_recordings(recorded: Phone, path: str) -> None:
    """Only published names are served: no data file, no folder, no name without a hash."""
    assert recorded.client.get(path).status_code == 404


# --- what lies in the folder, and is no recording of the menu


def folder_of(phone: Phone) -> Path:
    """Return the hotline's folder."""
    return phone.application.hotline.folder


def fetched(phone: Phone, name: str) -> int:
    """Ask for a name in the way that it would be published, and return the status."""
    path, dot, ending = name.rpartition(".")
    return phone.client.get(f"/audio/{path}.01234567{dot}{ending}", buffered=True).status_code


def test_only_what_a_menu_names_is_served(recorded: Phone) -> None:
    """A recording that lies beside is not, nor one whose name is like it."""
    audio = folder_of(recorded) / "audio" / "en-US"
    for other in ("board-meeting.wav", "welcome.mp3", "Welcome.wav"):
        (audio / other).write_bytes(WAV)
        assert fetched(recorded, f"en-US/{other}") == 404
    assert fetched(recorded, "en-US/welcome.wav") == 200


def test_a_recording_of_a_kept_version_is_served(recorded: Phone) -> None:
    """A call that began before the menu changed still hears it, also from a worker that has just started."""
    url, folder = play(recorded), folder_of(recorded)
    settings = replace(SETTINGS, database_url=f"sqlite:///{folder / 'calls.sqlite3'}")
    menu = (folder / "menu.yaml").read_text()
    changed = menu.replace("audio: welcome.wav", "audio: hello.wav")

    def status(present: str) -> int:
        (folder / "menu.yaml").write_text(present)
        worker = program(settings, folder=folder)
        answer = worker.test_client().get(url, buffered=True)
        worker.extensions["ivr"].close()
        return answer.status_code

    assert [status(changed), status(menu), status(changed)] == [404, 200, 200]


@pytest.mark.parametrize("how", ["link", "link above", "hard link", "copy", "chain"])
def test_a_recording_that_is_another_file_is_not_served(recorded: Phone, tmp_path: Path, how: str) -> None:
    """`audio/en-US/welcome.wav` leads to a secret, in whatever way: nobody gets it, and the words are spoken."""
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    audio = folder_of(recorded) / "audio" / "en-US"
    path = audio / "welcome.wav"
    path.unlink()
    match how:
        case "link":
            path.symlink_to("/etc/passwd")
        case "link above":
            path.symlink_to("../../accounts.yaml")
        case "hard link":
            os.link(secret, path)
        case "copy":
            path.write_bytes(SECRET)
        case "chain":
            (audio / "a.wav").symlink_to(secret)
            path.symlink_to("a.wav")
    assert fetched(recorded, "en-US/welcome.wav") == 404
    recorded.application.hotline.look_every = 0.0
    assert recorded.rings().document.findtext(".//Play") is None


def test_a_link_within_the_folder_is_followed(recorded: Phone) -> None:
    """As Kubernetes and editors put files there."""
    audio = folder_of(recorded) / "audio" / "en-US"
    (audio / "..data").mkdir()
    shutil.move(audio / "welcome.wav", audio / "..data" / "welcome.wav")
    (audio / "welcome.wav").symlink_to("..data/welcome.wav")
    assert fetched(recorded, "en-US/welcome.wav") == 200


def test_a_folder_that_leads_elsewhere_is_not_followed(recorded: Phone, tmp_path: Path) -> None:
    """Neither that of a language nor the whole one, although real recordings are there."""
    elsewhere = tmp_path.parent / f"{tmp_path.name} elsewhere"
    shutil.move(folder_of(recorded) / "audio", elsewhere)
    (folder_of(recorded) / "audio").symlink_to(elsewhere)
    assert fetched(recorded, "en-US/welcome.wav") == 404
    (folder_of(recorded) / "audio").unlink()
    (folder_of(recorded) / "audio").mkdir()
    (folder_of(recorded) / "audio" / "en-US").symlink_to(elsewhere / "en-US")
    assert fetched(recorded, "en-US/welcome.wav") == 404


def test_a_pipe_holds_nobody_up(recorded: Phone) -> None:
    """It is no recording, and is not waited for."""
    path = folder_of(recorded) / "audio" / "en-US" / "welcome.wav"
    path.unlink()
    os.mkfifo(path)
    assert fetched(recorded, "en-US/welcome.wav") == 404


def test_strangers_make_the_store_no_work(recorded: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many names they try, it is asked for the versions once a second."""
    asked: list[int] = []
    real = recorded.application.store.versions

    def versions() -> frozenset[str]:
        asked.append(1)
        return real()

    monkeypatch.setattr(recorded.application.store, "versions", versions)
    monkeypatch.setattr("ivr.calls.recordings.LOOK_EVERY", 3600.0)
    assert {fetched(recorded, f"en-US/guess{number}.wav") for number in range(50)} == {404}
    assert fetched(recorded, "en-US/welcome.wav") == 200
    assert len(asked) == 1
