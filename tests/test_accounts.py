"""The embedded account service, on the demonstration customers."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from subprocess import PIPE

import pytest

from ivr.accounts import Accounts, NoSuchAccount, Tried
from ivr.accounts.customers import FILE, tail_matches
from ivr.datafile import BadFile, parse

SOURCE = Path(__file__).parents[1] / "menus" / "yuebao" / "accounts.yaml"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FIRST = "+8613800138000"


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    """Open the demonstration customers, in memory."""
    service = Accounts.open(":memory:", SOURCE)
    yield service
    service.close()


def try_wrongly(accounts: Accounts, times: int, at: datetime = NOW, phone: str = FIRST) -> list[Tried]:
    """Type a wrong tail so many times, each as a try of its own."""
    return [accounts.try_tail(phone, "0000", key=f"{phone}/{at}/{n}", at=at) for n in range(times)]


# What it knows


def test_a_customer_is_found_by_phone(accounts: Accounts) -> None:
    """What the file says is what an action receives, money to the fen."""
    account = accounts.get(FIRST)
    assert (account.name, account.fund.balance, account.bank_card.tail) == (
        "陈晓",
        Decimal("52340.18"),
        "6688",
    )
    assert account.fast_withdrawn_today == Decimal("3000.00")


def test_an_unknown_phone_has_no_account(accounts: Accounts) -> None:
    """``find`` asks and ``get`` insists."""
    assert accounts.find("+8613900000000") is None
    with pytest.raises(NoSuchAccount):
        accounts.get("+8613900000000")
    with pytest.raises(NoSuchAccount):
        accounts.age("+8613900000000", NOW.date())


def test_all_customers_are_there_in_the_order_of_the_file(accounts: Accounts) -> None:
    """The simulator's caller is the first of them."""
    assert accounts.phones() == [*(f"+861380013800{n}" for n in range(10)), "+12025550142"]


@pytest.mark.parametrize(("on", "age"), [("2020-08-19", 64), ("2020-08-20", 65), ("2026-11-22", 71)])
def test_age_changes_on_the_birthday(accounts: Accounts, on: str, age: int) -> None:
    """Born on 20 August 1955, she is 65 from 20 August 2020 on."""
    assert accounts.age("+8613800138006", date.fromisoformat(on)) == age


def test_the_rules_come_from_the_file(accounts: Accounts) -> None:
    """Limits and lock times are data, not code."""
    rules = accounts.rules()
    assert rules.fast_withdrawal_daily_limit == Decimal("10000.00")
    assert (rules.identity_tries_before_lock, rules.identity_lock_minutes) == (3, 180)


def test_nothing_that_is_handed_out_holds_the_id_card(accounts: Accounts) -> None:
    """An account, its text and its parts never hold the number, so that no log can."""
    for phone in accounts.phones():
        account = accounts.get(phone)
        assert not hasattr(account, "id_card")
        assert "990101" not in repr(account)
    assert "990101" not in repr(parse(SOURCE, SOURCE.read_bytes(), FILE))


# Proof by the tail of the ID card


@pytest.mark.parametrize(
    ("tail", "matches"),
    [("087X", True), ("087x", True), ("0870", False), ("87X", False), ("", False), ("零八七Ｘ", False)],
)
def test_the_tail_is_four_characters_whatever_the_case_of_x(tail: str, matches: bool) -> None:  # noqa: FBT001
    """Part of the tail is not the tail."""
    assert tail_matches("99010119920630087X", tail) is matches


def test_the_third_wrong_try_locks_for_three_hours(accounts: Accounts) -> None:
    """The right tail is not taken either until the lock has ended, and waiting callers do not prolong it."""
    assert try_wrongly(accounts, 3) == [Tried("mismatch"), Tried("mismatch"), Tried("locked", 180)]
    later = NOW + timedelta(minutes=100, seconds=30)
    assert accounts.try_tail(FIRST, "1237", key="early", at=later) == Tried("locked", 80)
    assert accounts.try_tail(FIRST, "1237", key="late", at=NOW + timedelta(minutes=180)) == Tried("ok")


def test_a_lock_is_followed_by_fresh_tries(accounts: Accounts) -> None:
    """After the lock a caller has all his tries again."""
    try_wrongly(accounts, 3)
    again = try_wrongly(accounts, 3, NOW + timedelta(minutes=180))
    assert [tried.verdict for tried in again] == ["mismatch", "mismatch", "locked"]


def test_a_right_tail_clears_the_count(accounts: Accounts) -> None:
    """Who has proved himself starts again from nothing."""
    try_wrongly(accounts, 2)
    assert accounts.try_tail(FIRST, "1237", key="right", at=NOW) == Tried("ok")
    assert [tried.verdict for tried in try_wrongly(accounts, 2, NOW + timedelta(minutes=1))] == [
        "mismatch"
    ] * 2


def test_wrong_tries_are_forgotten_after_the_lock_time(accounts: Accounts) -> None:
    """Two slips last week and one today are not an attack."""
    try_wrongly(accounts, 2)
    assert try_wrongly(accounts, 2, NOW + timedelta(minutes=180)) == [Tried("mismatch")] * 2


def test_the_lock_is_of_one_account_only(accounts: Accounts) -> None:
    """Other customers are not locked out."""
    try_wrongly(accounts, 3)
    assert accounts.try_tail("+8613800138001", "0563", key="other", at=NOW) == Tried("ok")


def test_the_same_key_is_the_same_try(accounts: Accounts) -> None:
    """A webhook that arrives twice is counted once and answered alike, even after a lock or with another tail."""
    for _ in range(5):
        assert accounts.try_tail(FIRST, "0000", key="one", at=NOW) == Tried("mismatch")
    assert accounts.try_tail(FIRST, "1237", key="one", at=NOW) == Tried("mismatch")
    assert accounts.try_tail(FIRST, "0000", key="two", at=NOW) == Tried("mismatch")
    locked = accounts.try_tail(FIRST, "0000", key="three", at=NOW)
    assert (
        accounts.try_tail(FIRST, "0000", key="three", at=NOW + timedelta(minutes=5))
        == locked
        == Tried("locked", 180)
    )
    assert accounts.try_tail(FIRST, "0000", key="one", at=NOW) == Tried("mismatch")


def test_tries_are_not_kept_for_ever(accounts: Accounts) -> None:
    """A key is remembered for a day beyond the lock: longer than any call, and no longer."""
    accounts.try_tail(FIRST, "0000", key="old", at=NOW)
    for days, remembered in ((1, "mismatch"), (2, "ok")):
        later = NOW + timedelta(days=days)
        accounts.try_tail(FIRST, "1237", key=f"day {days}", at=later)
        assert accounts.try_tail(FIRST, "1237", key="old", at=later).verdict == remembered


def test_tries_at_the_same_moment_are_counted_one_by_one(tmp_path: Path) -> None:
    """Eight callers at once, through two connections, get two mismatches and six locks; threads share memory too."""
    for path in (str(tmp_path / "accounts.db"), ":memory:"):
        first = Accounts.open(path, SOURCE)
        services = [first, first if path == ":memory:" else Accounts.open(path, SOURCE)]
        with ThreadPoolExecutor(8) as pool:
            runs = [
                pool.submit(services[n % 2].try_tail, FIRST, "0000", key=str(n), at=NOW) for n in range(8)
            ]
            assert Counter(run.result().verdict for run in runs) == {"mismatch": 2, "locked": 6}
        for service in services:
            service.close()


# The file behind it


def test_a_changed_file_is_loaded_again_and_keeps_the_tries(tmp_path: Path) -> None:
    """An editor's change is there at the next opening; a lock does not vanish with it."""
    source, path = tmp_path / "accounts.yaml", str(tmp_path / "accounts.db")
    source.write_bytes(SOURCE.read_bytes())
    accounts = Accounts.open(path, source)
    try_wrongly(accounts, 3)
    accounts.close()
    source.write_text(SOURCE.read_text(encoding="utf-8").replace("陈晓", "陈小"), encoding="utf-8")
    accounts = Accounts.open(path, source)
    assert accounts.get(FIRST).name == "陈小"
    assert len(accounts.phones()) == 11
    assert accounts.try_tail(FIRST, "1237", key="right", at=NOW).verdict == "locked"
    accounts.close()


def test_an_unchanged_file_is_not_loaded_again(tmp_path: Path) -> None:
    """What is in the database stays as it is: opening is cheap, and workers do not write over each other."""
    path = str(tmp_path / "accounts.db")
    Accounts.open(path, SOURCE).close()
    with sqlite3.connect(path) as other:
        other.execute("DELETE FROM accounts WHERE phone = ?", (FIRST,))
    other.close()
    accounts = Accounts.open(path, SOURCE)
    assert accounts.find(FIRST) is None
    accounts.close()


@pytest.mark.parametrize("source", [None, Path("nowhere/accounts.yaml")])
def test_no_source_is_a_service_without_customers(tmp_path: Path, source: Path | None) -> None:
    """Customers that an earlier source had brought are gone too."""
    path = str(tmp_path / "accounts.db")
    Accounts.open(path, SOURCE).close()
    accounts = Accounts.open(path, source)
    assert accounts.phones() == []
    assert accounts.find(FIRST) is None
    with pytest.raises(LookupError):
        accounts.rules()
    accounts.close()


def test_several_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    """Workers start together; each finds all customers."""
    path = str(tmp_path / "accounts.db")
    program = (
        "import sys; from pathlib import Path; from ivr.accounts import Accounts;"
        "print('ready', flush=True); input(); print(len(Accounts.open(sys.argv[1], Path(sys.argv[2])).phones()))"
    )
    command = [sys.executable, "-c", program, path, str(SOURCE)]
    workers = [subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) for _ in range(4)]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    assert [worker.communicate(timeout=60)[0] for worker in workers] == ["11\n"] * 4


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('phone: "+8613800138000"', "phone: 13800138000", "accounts.0.phone: String should match pattern"),
        ("balance: 52340.18", "balance: a lot", "accounts.0.fund.balance: Input should be a valid decimal"),
        (
            "balance: 52340.18",
            "balance: 52340.185",
            "accounts.0.fund.balance: Decimal input should have no more than 2",
        ),
        (
            '"990101199003071237"',
            '"990101199013071237"',
            "accounts.0.id_card: digits 7 to 14 of an ID card are a date",
        ),
        ("    name: 陈晓\n", "", "accounts.0.name: is missing; write it"),
        (", unlocks_in_minutes: 120", "", "accounts.1.login: write unlocks_in_minutes"),
        (
            '  - phone: "+8613800138001"',
            '  - phone: "+8613800138000"',
            "+8613800138000 is the phone of two accounts",
        ),
        ("status: frozen", "status: cold", "accounts.7.status: Input should be 'active' or 'frozen'"),
    ],
)
def test_a_wrong_file_says_what_to_write(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """The problem names file, line and field, and never an ID card."""
    text = SOURCE.read_text(encoding="utf-8")
    assert right in text
    source = tmp_path / "accounts.yaml"
    source.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        Accounts.open(":memory:", source)
    assert str(caught.value).startswith(f"{source}:")
    assert said in str(caught.value)
    assert "9901011990" not in str(caught.value)
