"""The embedded account service, on the demonstration customers."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from subprocess import PIPE
from threading import Barrier

import pytest
from structlog.testing import capture_logs

from ivr.actions.accounts import NoSuchAccount, OpenReset, PasswordKind
from ivr.actions.passwords import BadPassword, Reason
from ivr.demo.accounts import Accounts, Password
from ivr.demo.accounts.accounts_file import CustomerFile, tail_matches
from ivr.menu.reading.problems import BadFile
from ivr.menu.reading.validation import parse_file
from tests.support.accounts import password_matches, phones, tokens

SOURCE = Path(__file__).parents[3] / "menus" / "yuebao" / "accounts.yaml"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FIRST = "+8613800138000"
NOBODY = "+8613900000000"
TICKET = "digest of CA1/3/0"
GOOD = "violin under seven lamps"


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    """Open the demonstration customers, in memory."""
    service = Accounts(":memory:", SOURCE)
    yield service
    service.close()


def open_reset(
    accounts: Accounts, which: PasswordKind = "login", *, key: str = "CA1/3/0", phone: str = FIRST
) -> str:
    """Begin a reset whose ticket's digest is the key's name, and return the case number."""
    return accounts.open_reset(phone, which, f"digest of {key}", key=key, at=NOW)


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
    assert accounts.find(NOBODY) is None
    with pytest.raises(NoSuchAccount):
        accounts.get(NOBODY)
    with pytest.raises(NoSuchAccount):
        accounts.age(NOBODY, NOW.date())


def test_whether_there_is_an_account_is_asked_without_reading_it(accounts: Accounts) -> None:
    """A frozen one is there too; data that cannot be read make no difference, so that neither does their size."""
    accounts._connection.execute("UPDATE accounts SET data = '{}' WHERE phone = ?", (FIRST,))
    there = {phone: accounts.has(phone) for phone in (FIRST, "+8613800138007", NOBODY, "")}
    assert there == {FIRST: True, "+8613800138007": True, NOBODY: False, "": False}


def test_all_customers_are_there_in_the_order_of_the_file(accounts: Accounts) -> None:
    """The simulator's caller is the first of them."""
    assert phones(accounts) == [*(f"+861380013800{n}" for n in range(10)), "+12025550142"]


@pytest.mark.parametrize(("on", "age"), [("2020-08-19", 64), ("2020-08-20", 65), ("2026-11-22", 71)])
def test_age_changes_on_the_birthday(accounts: Accounts, on: str, age: int) -> None:
    """Born on 20 August 1955, she is 65 from 20 August 2020 on."""
    assert accounts.age("+8613800138006", date.fromisoformat(on)) == age


def test_the_rules_come_from_the_file(accounts: Accounts) -> None:
    """Limits and lock times are data, not code."""
    rules = accounts.rules()
    assert accounts.bank_rules().fast_withdrawal_daily_limit == Decimal("10000.00")
    assert (rules.identity_tries_before_lock, rules.identity_lock_minutes) == (3, 180)


def test_nothing_that_is_handed_out_holds_the_id_card(accounts: Accounts) -> None:
    """An account, its text and its parts never hold the number, so that no log can."""
    for phone in phones(accounts):
        account = accounts.get(phone)
        assert not hasattr(account, "id_card")
        assert "990101" not in repr(account)
    assert "990101" not in repr(parse_file(CustomerFile, SOURCE, SOURCE.read_bytes()))


# Proof by the tail of the ID card


@pytest.mark.parametrize(
    ("tail", "matches"),
    [("087X", True), ("087x", True), ("0870", False), ("87X", False), ("", False), ("零八七Ｘ", False)],
)
def test_the_tail_is_four_characters_whatever_the_case_of_x(tail: str, matches: bool) -> None:  # noqa: FBT001
    """Part of the tail is not the tail."""
    assert tail_matches("99010119920630087X", tail) is matches


def test_a_tail_is_judged_by_the_account_that_it_is_for(accounts: Accounts) -> None:
    """The right tail of another customer proves nothing, and an account that is not there has no tail."""
    assert accounts.tail_matches(FIRST, "1237")
    assert not accounts.tail_matches(FIRST, "0563")
    assert not any(accounts.tail_matches(NOBODY, tail) for tail in ("1237", "000X", "000x", ""))


# A reset


def test_a_reset_is_known_by_the_digest_of_its_ticket(accounts: Accounts) -> None:
    """The page learns which password of whom, in what language, under what case, and how long."""
    case = open_reset(accounts, "payment", phone="+12025550142")
    assert len(case) == 8
    assert case.isdecimal()
    assert accounts.reset(TICKET, NOW) == OpenReset(
        "+12025550142", "payment", "en-US", case, NOW + timedelta(minutes=30)
    )
    assert accounts.reset("digest of another", NOW) is None


def test_a_reset_dies_after_thirty_minutes(accounts: Accounts) -> None:
    """At the second it ends it is dead, for looking and for setting."""
    open_reset(accounts)
    last, late = NOW + timedelta(minutes=29, seconds=59), NOW + timedelta(minutes=30)
    assert accounts.reset(TICKET, last) is not None
    assert accounts.reset(TICKET, late) is None
    assert not accounts.set_password(TICKET, GOOD, late)
    assert not password_matches(accounts, FIRST, "login", GOOD)


@pytest.mark.parametrize("days", [1, 31])
def test_a_reset_of_a_wrong_clock_is_dead(accounts: Accounts, days: int) -> None:
    """A link that was sent while the clock was a month ahead must not open for a month; a few seconds do no harm."""
    open_reset(accounts)
    right = NOW - timedelta(days=days)
    assert accounts.reset(TICKET, right) is None
    assert not accounts.set_password(TICKET, GOOD, right)
    assert accounts.reset(TICKET, NOW - timedelta(seconds=5)) is not None


def test_the_same_key_is_the_same_reset(accounts: Accounts) -> None:
    """A run that is repeated gets its case number again and begins nothing, even when the reset has been used."""
    case = open_reset(accounts)
    assert open_reset(accounts) == case
    assert accounts.set_password(TICKET, GOOD, NOW)
    assert open_reset(accounts) == case
    assert accounts.reset(TICKET, NOW) is None


def test_a_newer_reset_makes_the_older_one_void(accounts: Accounts) -> None:
    """Of the same account and password only the latest link works; the other password and other people's stay."""
    open_reset(accounts, "login", key="first")
    open_reset(accounts, "payment", key="payment")
    open_reset(accounts, "login", key="other", phone="+8613800138001")
    open_reset(accounts, "login", key="second")
    alive = {
        key: accounts.reset(f"digest of {key}", NOW) is not None
        for key in ("first", "payment", "other", "second")
    }
    assert alive == {"first": False, "payment": True, "other": True, "second": True}


def test_every_case_has_its_own_number(accounts: Accounts) -> None:
    """Two resets are never confused when a customer quotes his number."""
    assert len({open_reset(accounts, key=str(n)) for n in range(50)}) == 50


def test_old_resets_are_forgotten(accounts: Accounts) -> None:
    """After ninety days a case is nobody's business, and its key is free again."""
    open_reset(accounts)
    later = NOW + timedelta(days=91)
    accounts.open_reset(FIRST, "payment", "digest of the new", key="new", at=later)
    accounts.open_reset(FIRST, "login", TICKET, key="CA1/3/0", at=later)
    assert accounts.reset(TICKET, later) is not None


def test_a_reset_needs_an_account(accounts: Accounts) -> None:
    """Nothing is opened for a phone that nobody has."""
    with pytest.raises(NoSuchAccount):
        open_reset(accounts, phone=NOBODY)
    assert accounts.reset(TICKET, NOW) is None


def test_a_reset_signs_the_customer_out(accounts: Accounts) -> None:
    """Whoever holds a stolen device is out at once; other customers stay signed in."""
    assert tokens(accounts, FIRST) == 1
    open_reset(accounts)
    assert (tokens(accounts, FIRST), tokens(accounts, "+8613800138001"), tokens(accounts, NOBODY)) == (
        0,
        1,
        0,
    )


# The new password


@pytest.mark.parametrize(
    ("phone", "which", "password"),
    [("+8613800138001", "login", GOOD), ("+8613800138002", "payment", "805274")],
)
def test_a_new_password_is_taken_once_and_ends_the_lock(
    accounts: Accounts, phone: str, which: PasswordKind, password: str
) -> None:
    """It is the password from now on, of this kind alone, and its link is dead."""
    before = accounts.get(phone)
    open_reset(accounts, which, phone=phone)
    assert accounts.set_password(TICKET, password, NOW)
    assert not accounts.set_password(TICKET, "another " + GOOD, NOW)
    after = accounts.get(phone)
    assert (before.login.locked, before.payment_password.locked) != (False, False)
    assert after.login == after.payment_password == Password(status="ok")
    assert password_matches(accounts, phone, which, password)
    assert not password_matches(accounts, phone, which, password + "1")
    assert not password_matches(accounts, phone, "payment" if which == "login" else "login", password)
    assert not password_matches(accounts, NOBODY, which, password)


def test_a_bad_password_is_refused_with_all_reasons_and_the_reset_stays_open(accounts: Accounts) -> None:
    """The service decides, whoever asks; the reasons hold no password."""
    open_reset(accounts)
    with pytest.raises(BadPassword) as caught:
        accounts.set_password(TICKET, "13800138000", NOW)
    assert caught.value.reasons == (Reason.only_digits, Reason.easily_guessed)
    assert "138" not in repr(caught.value)
    assert accounts.set_password(TICKET, GOOD, NOW)


def test_the_customers_own_birthday_is_no_payment_password(accounts: Accounts) -> None:
    """It comes from the ID card, which the page never sees. Somebody else's birthday is as good as any."""
    open_reset(accounts, "payment")
    with pytest.raises(BadPassword) as caught:
        accounts.set_password(TICKET, "900307", NOW)
    assert caught.value.reasons == (Reason.birthday,)
    assert accounts.set_password(TICKET, "851112", NOW)


def test_full_width_digits_are_digits(accounts: Accounts) -> None:
    """What a Chinese keyboard types is the same password as what a number pad types."""
    open_reset(accounts, "payment")
    assert accounts.set_password(TICKET, "８０５２７４", NOW)
    assert password_matches(accounts, FIRST, "payment", "805274")


@pytest.mark.parametrize("file", ["accounts.db", ":memory:"])
def test_of_several_who_set_a_password_at_the_same_moment_one_is_in_time(tmp_path: Path, file: str) -> None:
    """Through one connection or two, exactly one password is taken, and it is the one that holds."""
    path = file if file == ":memory:" else str(tmp_path / file)
    first = Accounts(path, SOURCE)
    services = [first, first if file == ":memory:" else Accounts(path, SOURCE)]
    open_reset(first)
    passwords = [f"{GOOD} {n}" for n in range(4)]
    together = Barrier(4)

    def set_one(n: int) -> bool:
        together.wait()
        return services[n % 2].set_password(TICKET, passwords[n], NOW)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(set_one, range(4)))
    assert sorted(taken) == [False, False, False, True]
    assert [password_matches(first, FIRST, "login", password) for password in passwords] == taken
    for service in services:
        service.close()


def test_the_file_holds_no_password_and_no_ticket(tmp_path: Path) -> None:
    """Who steals the file has hashes that cost a tenth of a second a guess."""
    path = tmp_path / "accounts.db"
    accounts = Accounts(str(path), SOURCE)
    open_reset(accounts)
    assert accounts.set_password(TICKET, GOOD, NOW)
    accounts.close()
    content = path.read_bytes()
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in content
    assert GOOD.encode() not in content


# A freeze


def test_a_freeze_signs_out_and_kills_open_links(accounts: Accounts) -> None:
    """A thief with the phone in his hand has the link of a minute ago, too."""
    open_reset(accounts)
    assert accounts.freeze(FIRST, key="CA2/2/0", at=NOW)
    assert accounts.get(FIRST).status == "frozen"
    assert tokens(accounts, FIRST) == 0
    assert accounts.reset(TICKET, NOW) is None
    assert not accounts.set_password(TICKET, GOOD, NOW)


def test_a_frozen_account_has_no_living_reset(accounts: Accounts) -> None:
    """Not even one that was begun at the moment of the freeze, just after it."""
    accounts.freeze(FIRST, key="CA2/2/0", at=NOW)
    open_reset(accounts)
    assert accounts.reset(TICKET, NOW) is None
    assert not accounts.set_password(TICKET, GOOD, NOW)


def test_a_freeze_happens_once(accounts: Accounts) -> None:
    """The same run again is told the same; another one finds the account frozen; nobody has none."""
    assert accounts.freeze(FIRST, key="CA2/2/0", at=NOW)
    assert accounts.freeze(FIRST, key="CA2/2/0", at=NOW)
    assert not accounts.freeze(FIRST, key="CA3/2/0", at=NOW)
    assert not accounts.freeze("+8613800138007", key="CA4/2/0", at=NOW)
    assert not accounts.freeze(NOBODY, key="CA5/2/0", at=NOW)


def test_a_freeze_of_nobodys_account_is_written_down_too(accounts: Accounts) -> None:
    """The time that it takes does not tell who has an account; each key once, and nobody is frozen by it."""
    for phone, key in ((FIRST, "CA2/2/0"), (NOBODY, "CA3/2/0"), ("+8613800138007", "CA4/2/0")):
        assert len({accounts.freeze(phone, key=key, at=NOW) for _ in range(3)}) == 1
    written = accounts._connection.execute("SELECT key, phone, done FROM freezes ORDER BY key").fetchall()
    assert written == [
        ("CA2/2/0", FIRST, 1),
        ("CA3/2/0", NOBODY, 0),
        ("CA4/2/0", "+8613800138007", 0),
    ]
    assert accounts.find(NOBODY) is None


# The file behind it


def changed(source: Path, old: str, new: str) -> None:
    """Change a text of the file, as an editor does."""
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_happened_to_customers_survives_a_restart(tmp_path: Path) -> None:
    """A freeze, a new password and a sign-out are still there when the program comes back."""
    path = str(tmp_path / "accounts.db")
    accounts = Accounts(path, SOURCE)
    open_reset(accounts, phone="+8613800138001")
    assert accounts.set_password(TICKET, GOOD, NOW)
    assert accounts.freeze(FIRST, key="CA2/2/0", at=NOW)
    accounts.close()
    accounts = Accounts(path, SOURCE)
    assert accounts.get(FIRST).status == "frozen"
    assert not accounts.get("+8613800138001").login.locked
    assert password_matches(accounts, "+8613800138001", "login", GOOD)
    assert (tokens(accounts, FIRST), tokens(accounts, "+8613800138001")) == (0, 0)
    accounts.close()


def test_a_changed_file_renews_the_customers_whose_lines_changed(tmp_path: Path) -> None:
    """An editor's change is there at the next opening, and no link from before a freeze comes back to life with it.

    A freeze of somebody else does not vanish.
    """
    source, path = tmp_path / "accounts.yaml", str(tmp_path / "accounts.db")
    source.write_bytes(SOURCE.read_bytes())
    accounts = Accounts(path, source)
    open_reset(accounts)
    accounts.freeze(FIRST, key="one", at=NOW)
    accounts.freeze("+8613800138001", key="two", at=NOW)
    accounts.close()
    changed(source, "陈晓", "陈小")
    accounts = Accounts(path, source)
    assert (accounts.get(FIRST).name, accounts.get(FIRST).status) == ("陈小", "active")
    assert accounts.reset(TICKET, NOW) is None
    assert accounts.get("+8613800138001").status == "frozen"
    assert len(phones(accounts)) == 11
    accounts.close()


def test_a_customer_who_leaves_the_file_leaves_nothing_behind(tmp_path: Path) -> None:
    """Nor does he come back with an old password or an open link; the order is that of the file."""
    source, path = tmp_path / "accounts.yaml", str(tmp_path / "accounts.db")
    source.write_bytes(SOURCE.read_bytes())
    accounts = Accounts(path, source)
    open_reset(accounts)
    accounts.close()
    changed(source, FIRST, "+8613800138099")
    accounts = Accounts(path, source)
    assert accounts.find(FIRST) is None
    assert (tokens(accounts, FIRST), accounts.reset(TICKET, NOW)) == (0, None)
    assert phones(accounts)[:2] == ["+8613800138099", "+8613800138001"]
    accounts.close()
    changed(source, "+8613800138099", FIRST)
    accounts = Accounts(path, source)
    assert phones(accounts)[:2] == [FIRST, "+8613800138001"]
    assert (tokens(accounts, FIRST), accounts.reset(TICKET, NOW)) == (1, None)
    accounts.close()


def test_a_file_of_an_earlier_version_is_made_anew(tmp_path: Path) -> None:
    """The demonstration begins again instead of stumbling over tables that it does not know."""
    path = str(tmp_path / "accounts.db")
    with sqlite3.connect(path) as earlier:
        earlier.execute(
            "CREATE TABLE accounts (place INTEGER PRIMARY KEY, phone TEXT NOT NULL UNIQUE, data TEXT)"
        )
        earlier.execute("CREATE TABLE tries (id INTEGER PRIMARY KEY)")
        earlier.execute("INSERT INTO accounts VALUES (1, '+8613800138000', '{}')")
    earlier.close()
    accounts = Accounts(path, SOURCE)
    assert len(phones(accounts)) == 11
    accounts.close()


def test_an_unchanged_file_is_not_loaded_again(tmp_path: Path) -> None:
    """What is in the database stays as it is: opening is cheap, and workers do not write over each other."""
    path = str(tmp_path / "accounts.db")
    Accounts(path, SOURCE).close()
    with sqlite3.connect(path) as other:
        other.execute("DELETE FROM accounts WHERE phone = ?", (FIRST,))
    other.close()
    accounts = Accounts(path, SOURCE)
    assert accounts.find(FIRST) is None
    accounts.close()


@pytest.mark.parametrize(("earlier", "source"), [(SOURCE, None), (None, Path("nowhere/accounts.yaml"))])
def test_no_source_is_a_service_without_customers(
    tmp_path: Path, earlier: Path | None, source: Path | None
) -> None:
    """Customers that an earlier source had brought are gone too; a file that was never there has none."""
    path = str(tmp_path / "accounts.db")
    Accounts(path, earlier).close()
    accounts = Accounts(path, source)
    assert phones(accounts) == []
    assert accounts.find(FIRST) is None
    with pytest.raises(LookupError):
        accounts.rules()
    accounts.close()


@pytest.mark.parametrize("broken", ["gone", "wrong", "pipe", "no text", "aliases"])
def test_a_broken_source_keeps_the_customers_that_are_there(tmp_path: Path, broken: str) -> None:
    """A worker that starts while somebody edits the file starts all the same; the log says what is wrong."""
    source, path = tmp_path / "accounts.yaml", str(tmp_path / "accounts.db")
    shutil.copy(SOURCE, source)
    Accounts(path, source).close()
    source.unlink()
    match broken:
        case "wrong":
            source.write_text("accounts: [", encoding="utf-8")
        case "pipe":
            os.mkfifo(source)
        case "no text":
            source.write_bytes(b"\xff\xfe" * 100)
        case "aliases":
            source.write_text("a: &a [" + "1, " * 1000 + "]\nb: [" + "*a, " * 1000 + "]\n", encoding="utf-8")
    with capture_logs() as logs:
        accounts = Accounts(path, source)
    assert accounts.find(FIRST) is not None
    assert [each["event"] for each in logs] == ["accounts not taken up"]
    accounts.close()


def test_several_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    """Workers start together; each finds all customers."""
    path = str(tmp_path / "accounts.db")
    program = (
        "import sys; from pathlib import Path; from ivr.demo.accounts import Accounts;"
        "print('ready', flush=True); input(); print(*Accounts(sys.argv[1], Path(sys.argv[2]))._row('SELECT count(*) FROM accounts'))"
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
        (
            'phone: "+8613800138000"',
            "phone: 13800138000",
            ':5:5: `phone` is no international number; write it with its `+` and in quotes, such as `"+8613800138000"`',
        ),
        (
            "balance: 52340.18",
            "balance: a lot",
            ":12:12: `balance` cannot be what stands here; write a number, such as `1.50`",
        ),
        (
            "balance: 52340.18",
            "balance: 52340.185",
            ":12:12: `balance` cannot be what stands here; write at most 2 decimals",
        ),
        (
            '"990101199003071237"',
            '"990101199013071237"',
            ":8:5: digits 7 to 14 of an ID card are a date of birth; write it as YYYYMMDD",
        ),
        ("    name: 陈晓\n", "", "`name` is missing; add `name:`"),
        (", unlocks_in_minutes: 120", "", "write `unlocks_in_minutes` (1 or more) with `status: locked`"),
        (
            '  - phone: "+8613800138001"',
            '  - phone: "+8613800138000"',
            "+8613800138000 is the phone of two accounts",
        ),
        (
            "status: frozen",
            "status: cold",
            "`status` cannot be what stands here; use one of `active`, `frozen`",
        ),
    ],
)
def test_a_wrong_file_says_what_to_write(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """The problem names file, line and field, and never an ID card."""
    text = SOURCE.read_text(encoding="utf-8")
    assert right in text
    source = tmp_path / "accounts.yaml"
    source.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        Accounts(":memory:", source)
    assert str(caught.value).startswith(f"{source}:")
    assert said in str(caught.value)
    assert "9901011990" not in str(caught.value)
