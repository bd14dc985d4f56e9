"""The tables of the account service, and how the customers of a file get into them."""

from __future__ import annotations

import functools
import sqlite3
from pathlib import Path

from ivr.demo.accounts.accounts_file import CUSTOMER, IDENTITY_RULES, CustomerFile
from ivr.menu.reading.validation import parse_file

_LAYOUT = 3
"""The version of these tables."""
_TABLES = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split(";\n")


def has_layout(db: sqlite3.Connection) -> bool:
    """Return whether a file has these tables."""
    (present,) = db.execute("PRAGMA user_version").fetchone()
    return bool(present == _LAYOUT)


def make_tables(db: sqlite3.Connection) -> None:
    """Create the tables. A file of another layout begins anew."""
    if has_layout(db):
        return
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        db.execute(f"DROP TABLE {name}")
    for table in _TABLES:
        db.execute(table)
    db.execute(f"PRAGMA user_version = {_LAYOUT}")


@functools.lru_cache(maxsize=8)
def customers_in(source: Path, content: bytes) -> CustomerFile:
    """Return the content of a file. It is cached, because each written call opens the same one."""
    return parse_file(CustomerFile, source, content, private=True)


def kept(db: sqlite3.Connection, name: str) -> str:
    """Return what is noted about the tables under this name, or nothing."""
    row = db.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""


def keep(db: sqlite3.Connection, name: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))


def clear(db: sqlite3.Connection) -> None:
    """Delete all customers, with everything that belongs to them, and the rules."""
    db.execute("DELETE FROM accounts")
    db.execute("DELETE FROM kept")


def fill(db: sqlite3.Connection, source: Path, content: bytes) -> None:
    """Load a file of customers. Raises ``BadFile``.

    Customers whose lines are unchanged keep their present state. Those whose lines have changed begin anew. Those who
    are no longer in the file are deleted.
    """
    filed = customers_in(source, content)
    gone = {phone for (phone,) in db.execute("SELECT phone FROM accounts")}
    gone -= {account.phone for account in filed.accounts}
    db.executemany("DELETE FROM accounts WHERE phone = ?", [(phone,) for phone in gone])
    db.executemany(
        """INSERT INTO accounts (phone, place, id_card, filed, data) VALUES (?1, ?2, ?3, ?4, ?4)
        ON CONFLICT (phone) DO UPDATE SET place = excluded.place, id_card = excluded.id_card, filed = excluded.filed,
            data = CASE filed WHEN excluded.filed THEN data ELSE excluded.data END""",
        # Written as a Customer, so that the data has no ID card.
        [
            (account.phone, place, account.id_card, CUSTOMER.dump_json(account).decode())
            for place, account in enumerate(filed.accounts)
        ],
    )
    # At first, everybody is signed in on one device.
    db.execute(
        "INSERT INTO tokens (phone) SELECT phone FROM accounts WHERE phone NOT IN (SELECT phone FROM tokens)"
    )
    keep(db, "rules", IDENTITY_RULES.dump_json(filed.rules).decode())
