"""What tests look up in the demonstration account service."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from ivr.actions.accounts import PasswordKind
from ivr.actions.passwords import normal
from ivr.demo.accounts import Accounts


def phones(accounts: Accounts) -> list[str]:
    """Return the phone of every account, in the order of the file."""
    rows = accounts._connection.execute("SELECT phone FROM accounts ORDER BY place").fetchall()
    return [phone for (phone,) in rows]


def tokens(accounts: Accounts, phone: str) -> int:
    """Return on how many devices the account is signed in; 0 when there is no such account."""
    (count,) = accounts._row("SELECT count(*) FROM tokens WHERE phone = ? AND revoked IS NULL", phone)
    return int(count)


def password_matches(accounts: Accounts, phone: str, which: PasswordKind, password: str) -> bool:
    """Say whether this is the account's password."""
    row = accounts._row("SELECT hash FROM passwords WHERE phone = ? AND which = ?", phone, which)
    if row is None:
        return False
    try:
        return PasswordHasher().verify(row[0], normal(password))
    except VerifyMismatchError:
        return False
