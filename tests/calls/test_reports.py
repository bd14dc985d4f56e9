"""What the carrier reports once is written once, even if the store is busy; what cannot be written is told to the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ivr.calls.turns import REPORT_PAUSE, REPORTS_TRIED_FOR, Switchboard
from ivr.storage.base import Voicemail
from ivr.storage.faults import DatabaseBusy
from tests.support.switchboards import AT, SwitchboardCall, write_menu

VOICEMAIL = Voicemail("CA1", "https://x.example/1", 5, AT)
REPORTS: dict[str, tuple[tuple[Any, ...], Callable[[Switchboard], None]]] = {
    "hang-up": (("end", "CA1", "hung_up", AT, {}), lambda board: board.hang_up("CA1", AT)),
    "voicemail": (
        ("keep_voicemail", VOICEMAIL, {}),
        lambda board: board.keep_voicemail("CA1", VOICEMAIL.url, 5, AT),
    ),
    "message": (
        ("report_message", 7, "delivered", {"carrier_id": "SM1", "error": ""}),
        lambda board: board.report_message(7, "delivered", carrier_id="SM1", error=""),
    ),
}


class BusyStore:
    """A store that another program holds for so many tries, and that notes what is written then."""

    def __init__(self, tries: float) -> None:
        self.tries = tries
        self.written: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        def write(*values: Any, **more: Any) -> None:
            self.tries -= 1
            if self.tries >= 0:
                raise DatabaseBusy("held by another program")
            self.written.append((name, *values, more))

        return write


class AtOnce:
    """Runs in this thread what the switchboard would run in another; or has no room for it."""

    def __init__(self, *, room: bool = True) -> None:
        self.room = room

    def start(self, job: Callable[[], None], _name: str) -> object | None:
        """Run a job."""
        if not self.room:
            return None
        job()
        return self


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Switchboard]:
    """Give a switchboard on which waiting makes the clock go on."""
    call = SwitchboardCall(write_menu(tmp_path))
    board, now = call.switchboard, [0.0]

    def wait(seconds: float) -> None:
        now[0] += seconds

    board.wait, board.seconds = wait, lambda: now[0]
    yield board
    call.store.close()


def reported(board: Switchboard, report: str, store: BusyStore, runner: AtOnce) -> list[Any]:
    """Make a report, and return what is logged as lost."""
    board.store, board.action_runner = store, runner  # type: ignore[assignment]
    with capture_logs() as logs:
        REPORTS[report][1](board)
    return [each for each in logs if each["event"] == "report lost"]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("tries", [0, 1, 5])
def test_a_report_is_written_once_when_the_store_is_free(board: Switchboard, report: str, tries: int) -> None:
    """The carrier has its answer by then."""
    store = BusyStore(tries)
    assert reported(board, report, store, AtOnce()) == []
    assert store.written == [REPORTS[report][0]]
    assert board.seconds() == max(tries - 1, 0) * REPORT_PAUSE


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_that_is_lost_is_told_to_the_log(board: Switchboard, report: str) -> None:
    """Which one it was, after it was tried for two minutes; or at once where there is no room to try."""
    store = BusyStore(float("inf"))
    (lost,) = reported(board, report, store, AtOnce())
    assert lost["report"] == report
    assert REPORTS_TRIED_FOR < board.seconds() <= REPORTS_TRIED_FOR + 2 * REPORT_PAUSE
    (lost,) = reported(board, report, store, AtOnce(room=False))
    assert lost["report"] == report
    assert store.written == []
