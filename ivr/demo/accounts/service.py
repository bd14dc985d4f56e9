"""The embedded account service: a small SQLite database of its own, filled from a YAML file.

It takes the place of a company's account system, so that a hotline works without one. Any number of threads and
processes may use the same file.
"""

from __future__ import annotations

import functools
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import structlog
from argon2 import PasswordHasher

from ivr.actions.accounts import Account, IdentityRules, NoSuchAccount, OpenReset, PasswordKind
from ivr.actions.base import Services
from ivr.actions.passwords import BadPassword, Reason, login_reasons, normal, payment_reasons
from ivr.demo.accounts.accounts_file import (
    CUSTOMER,
    IDENTITY_RULES,
    Customer,
    CustomerFile,
    Password,
    Rules,
    born,
    tail_matches,
)
from ivr.demo.accounts.tables import clear, fill, has_layout, keep, kept, make_tables
from ivr.menu.language.model import read_table
from ivr.menu.reading.problems import BadFile
from ivr.menu.reading.yaml import content_of
from ivr.storage.base import CLOCKS_DIFFER
from ivr.storage.database import Database

log = structlog.get_logger(__name__)

_HASHER = PasswordHasher()
"""Its defaults are the second recommendation of RFC 9106: 64 MiB, three passes."""

_NOBODYS_CARD = "000000" + "19700101" + "000X"
"""The card that a tail is compared with if there is no account."""
_NOBODY = CUSTOMER.dump_json(read_table(Customer, Path(__file__).with_name("nobody.yaml"))).decode()
"""The customer that is read if there is no account: the same work, so that the time reveals nothing."""

_RESET_LIVES = timedelta(minutes=30)

_REMEMBERED = timedelta(days=90)
"""How long a reset, its idempotency key and its case number are kept after its end."""

_PATHS: Mapping[PasswordKind, str] = {"login": "$.login", "payment": "$.payment_password"}
"""Where the data of an account has the state of a password."""


class Accounts(Database):
    """The account service. Every method may be called from any thread."""

    def __init__(self, path: str, source: Path | None) -> None:
        """Open the database at ``path`` (or ``":memory:"``) and fill it from ``source`` if that has changed.

        Without a source the service has no customers. If the file is wrong or gone, those of the file before stay; if
        there was none, this raises ``BadFile`` or ``OSError`` for a wrong one. Raises ``sqlite3.Error`` if the database
        is broken.
        """
        self._source = source
        super().__init__(path)

    def _configure(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA foreign_keys = ON")

    def _is_ours(self, db: sqlite3.Connection) -> bool:
        return has_layout(db)

    def _set_up(self) -> None:
        self._load(self._source)

    def find(self, phone: str) -> Account | None:
        """Return what a call may know of the account with this number (E.164), or None."""
        customer = self.customer(phone)
        if customer is None:
            return None
        return Account(
            phone=customer.phone,
            language=customer.language,
            status=customer.status,
            sim_changed_hours_ago=customer.sim_changed_hours_ago,
            phone_unreachable=customer.phone_unreachable,
        )

    def customer(self, phone: str) -> Customer | None:
        row = self._row("SELECT data FROM accounts WHERE phone = ?", phone)
        customer = CUSTOMER.validate_json(_NOBODY if row is None else row[0])  # the time tells nothing
        return None if row is None else customer

    def has(self, phone: str) -> bool:
        """Return whether there is an account with this number, in the same time either way."""
        row = self._row("SELECT EXISTS (SELECT 1 FROM accounts WHERE phone = ?)", phone)
        return bool(row[0])

    def get(self, phone: str) -> Customer:
        """Return the customer with this number. Raises :class:`NoSuchAccount`."""
        if customer := self.customer(phone):
            return customer
        raise NoSuchAccount

    def age(self, phone: str, on: date) -> int:
        """Return the customer's age in whole years on a day. Raises :class:`NoSuchAccount`."""
        birth = self._born(phone)
        return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))

    def is_at_least(self, years: int, phone: str, on: date) -> bool:
        """Return whether the customer is this old. Without a customer it is False, after the same work."""
        try:
            return self.age(phone, on) >= years
        except NoSuchAccount:
            return False

    def rules(self) -> IdentityRules:
        rules = self.bank_rules()
        return IdentityRules(
            code_valid_minutes=rules.code_valid_minutes,
            identity_tries_before_lock=rules.identity_tries_before_lock,
            identity_lock_minutes=rules.identity_lock_minutes,
        )

    def bank_rules(self) -> Rules:
        """Return the rules for every account. Raises ``LookupError`` if no file gave any."""
        row = self._row("SELECT value FROM kept WHERE name = 'rules'")
        if row is None:
            raise LookupError("the account service has no rules")
        return IDENTITY_RULES.validate_json(row[0])

    def tail_matches(self, phone: str, tail: str) -> bool:
        """Return whether ``tail`` is the last four characters of the account's ID card; x is X.

        The steps, and the time, are the same if there is no such account.
        """
        row = self._row("SELECT id_card FROM accounts WHERE phone = ?", phone)
        matches = tail_matches(_NOBODYS_CARD if row is None else row[0], tail)
        return matches and row is not None

    def freeze(self, phone: str, *, key: str, at: datetime) -> bool:
        """Freeze the account, sign it out everywhere, and end its open resets.

        Return False if there is no such account, or if it was frozen before. The same ``key`` again is the same
        freeze. Each freeze is recorded even if there is no such account, so that the time reveals nothing.
        """
        with self.transaction() as db:
            if found := db.execute("SELECT done FROM freezes WHERE key = ?", (key,)).fetchone():
                return bool(found[0])
            frozen = db.execute(
                "UPDATE accounts SET data = json_set(data, '$.status', 'frozen')"
                " WHERE phone = ? AND json_extract(data, '$.status') <> 'frozen'",
                (phone,),
            )
            done = frozen.rowcount > 0
            db.execute(
                "INSERT INTO freezes (key, phone, at, done) VALUES (?, ?, ?, ?)",
                (key, phone, at.timestamp(), done),
            )
            if not done:
                return False
            db.execute("UPDATE resets SET state = 'void' WHERE phone = ? AND state = 'open'", (phone,))
            _sign_out(db, phone, at)
            return True

    def open_reset(
        self, phone: str, which: PasswordKind, ticket_digest: str, *, key: str, at: datetime
    ) -> str:
        """Begin the reset of a password, as :class:`ivr.actions.accounts.PasswordResets` describes it.

        Raises :class:`NoSuchAccount`.
        """
        with self.transaction() as db:
            if begun := db.execute("SELECT case_number FROM resets WHERE key = ?", (key,)).fetchone():
                return str(begun[0])
            if not db.execute("SELECT 1 FROM accounts WHERE phone = ?", (phone,)).fetchone():
                raise NoSuchAccount
            db.execute("DELETE FROM resets WHERE expires < ?", ((at - _REMEMBERED).timestamp(),))
            db.execute(
                "UPDATE resets SET state = 'void' WHERE phone = ? AND which = ? AND state = 'open'",
                (phone, which),
            )
            case, expires = _new_case(db), (at + _RESET_LIVES).timestamp()
            db.execute(
                "INSERT INTO resets (key, phone, which, digest, case_number, expires) VALUES (?, ?, ?, ?, ?, ?)",
                (key, phone, which, ticket_digest, case, expires),
            )
            _sign_out(db, phone, at)
            return case

    def reset(self, ticket_digest: str, at: datetime) -> OpenReset | None:
        row = self._row(
            "SELECT phone, which, case_number, expires FROM resets"
            " WHERE digest = ? AND state = 'open' AND expires > ? AND expires <= ?",
            ticket_digest,
            *_open_between(at),
        )
        if row is None:
            return None
        phone, which, case, expires = row
        account = self.find(phone)
        if account is None or account.status == "frozen":
            return None
        return OpenReset(phone, which, account.language, case, datetime.fromtimestamp(expires, UTC))

    def set_password(self, ticket_digest: str, password: str, at: datetime) -> bool:
        """Set the password of a reset, which uses the reset up and ends the lock of the password.

        Return False if the reset is dead; of two requests at the same moment, one is too late. Raises
        :class:`BadPassword` with every rule that the password breaks, and leaves the reset open.
        """
        opened, password = self.reset(ticket_digest, at), normal(password)
        if opened is None:
            return False
        if reasons := self._broken_rules(opened, password):
            raise BadPassword(reasons)
        hashed = _HASHER.hash(password)  # a tenth of a second: not while others wait for the file
        with self.transaction() as db:
            used = db.execute(
                "UPDATE resets SET state = 'used'"
                " WHERE digest = ? AND state = 'open' AND expires > ? AND expires <= ?",
                (ticket_digest, *_open_between(at)),
            )
            if used.rowcount == 0:
                return False
            db.execute(
                "INSERT OR REPLACE INTO passwords VALUES (?, ?, ?)", (opened.phone, opened.which, hashed)
            )
            db.execute(
                "UPDATE accounts SET data = json_set(data, ?, json(?)) WHERE phone = ?",
                (_PATHS[opened.which], Password(status="ok").model_dump_json(), opened.phone),
            )
            _sign_out(db, opened.phone, at)  # somebody with the old password may have signed in meanwhile
            return True

    def _broken_rules(self, opened: OpenReset, password: str) -> list[Reason]:
        if opened.which == "login":
            return login_reasons(password, phone=opened.phone, name=self.get(opened.phone).name)
        return payment_reasons(password, phone=opened.phone, birth=self._born(opened.phone))

    def _born(self, phone: str) -> date:
        row = self._row("SELECT id_card FROM accounts WHERE phone = ?", phone)
        birth = born(_NOBODYS_CARD if row is None else row[0])
        if row is None:
            raise NoSuchAccount
        return birth

    def _load(self, source: Path | None) -> None:
        """Load the customers if the source has changed. If it is broken or gone, those that are here stay."""
        with self.transaction() as db:
            make_tables(db)
        try:
            content = content_of(source) if source is not None else None
            # The declaration is part of the mark, so that rows of an older program are written again.
            mark = hashlib.sha256(_declaration() + repr(content).encode()).hexdigest()
            with self.transaction() as db:
                if kept(db, "mark") == mark:
                    return
                if source is None or content is None:
                    clear(db)
                else:
                    fill(db, source, content)
                    keep(db, "declaration", hashlib.sha256(_declaration()).hexdigest())
                keep(db, "mark", mark)
        except (BadFile, OSError) as error:
            self._go_on_without(error)

    def _go_on_without(self, error: BadFile | OSError) -> None:
        """Go on with the customers of an earlier file. Without any, raise the error, or have none if there is no file."""
        declaration = hashlib.sha256(_declaration()).hexdigest()
        with self.transaction() as db:
            if kept(db, "declaration") == declaration:
                problems = str(error) if isinstance(error, BadFile) else str(error.strerror)
                log.error("accounts not taken up", problems=problems)
                return
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            raise error


def bank(services: Services) -> Accounts:
    """Return the account service as the bank's own actions know it."""
    assert isinstance(services.accounts, Accounts)
    return services.accounts


def _open_between(at: datetime) -> tuple[float, float]:
    """Return the ends between which a reset is open. A later one was begun before the clock was set back, and is dead."""
    return at.timestamp(), (at + _RESET_LIVES + CLOCKS_DIFFER).timestamp()


def _sign_out(db: sqlite3.Connection, phone: str, at: datetime) -> None:
    db.execute("UPDATE tokens SET revoked = ? WHERE phone = ? AND revoked IS NULL", (at.timestamp(), phone))


def _new_case(db: sqlite3.Connection) -> str:
    """Return a case number that no other reset has. It cannot be guessed from the others."""
    while True:
        case = f"{secrets.randbelow(10**8):08}"
        if not db.execute("SELECT 1 FROM resets WHERE case_number = ?", (case,)).fetchone():
            return case


@functools.cache
def _declaration() -> bytes:
    return json.dumps(CustomerFile.model_json_schema()).encode()
