"""What the account service knows of a customer. One declaration checks the file and is what actions receive.

Money is in yuan. Times are relative to the moment of the call, so that the demonstration never gets old.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)

from ivr.menu.language.model import Model
from ivr.menu.language.scalars import Flag, wrong, wrong_key

Yuan = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Rate = Annotated[Decimal, Field(max_digits=8, decimal_places=4)]
Count = Annotated[int, Field(ge=0)]
_E164 = r"^\+[1-9][0-9]{6,14}$"


def _with_country(phone: Any) -> Any:
    if isinstance(phone, str) and not re.fullmatch(_E164, phone):
        raise wrong_key(
            "is no international number", 'write it with its `+` and in quotes, such as `"+8613800138000"`'
        )
    return phone


Phone = Annotated[str, StringConstraints(pattern=_E164), BeforeValidator(_with_country)]


def _with_birthday(id_card: str) -> str:
    try:
        born(id_card)
    except ValueError:
        raise wrong("digits 7 to 14 of an ID card are a date of birth", "write it as YYYYMMDD") from None
    return id_card


IdCard = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{17}[0-9Xx]$", to_upper=True), AfterValidator(_with_birthday)
]
"""A resident ID number as GB 11643-1999 writes it: region 6, birth 8, sequence 3, check character 1."""


class Password(Model):
    """The state of a password, never the password."""

    status: Literal["ok", "locked"]
    wrong_tries: Count = 0
    unlocks_in_minutes: Count = 0
    """Minutes from the moment of the call until it opens by itself; 0 when it is not locked."""

    @property
    def locked(self) -> bool:
        """Whether it is refused at this moment even when typed right."""
        return self.status == "locked"

    @model_validator(mode="after")
    def _a_lock_ends(self) -> Self:
        if self.locked != (self.unlocks_in_minutes > 0):
            raise wrong(
                "a password that is locked unlocks after some minutes, and no other one does",
                "write `unlocks_in_minutes` (1 or more) with `status: locked`, and only there",
            )
        return self


class Fund(Model):
    """The customer's holding of the money-market fund and what it earns."""

    balance: Yuan
    yesterday_earnings: Yuan
    """What the fund booked for yesterday."""
    seven_day_yield: Rate
    """Per cent a year, from the last seven days."""
    per_ten_thousand: Rate
    """Yuan earned yesterday by each 10,000 yuan held."""
    held_days: Count
    """Whole days since the first yuan was put in."""


class BankCard(Model):
    """The bank card that withdrawals go to."""

    bank: str
    tail: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    """The last four digits of the card's number."""
    bank_phone: str
    """The bank's own customer service."""
    matches: Flag
    """Whether the bank confirms that card, name and ID belong together."""
    daily_limit: Yuan
    """The most that the bank accepts on this card in a day."""


class Withdrawal(Model):
    """A try to move money out of the fund."""

    amount: Yuan
    result: Literal["paid", "failed"]
    reason: str = ""
    """Why it failed, in the service's own word; empty when it did not, or when nobody knows."""


class Customer(Model):
    """One customer. The ID card is not here: the service answers questions about it and keeps it to itself."""

    phone: Phone
    """The number on file, E.164; it also names the account."""
    name: str
    language: str
    """The language that the customer prefers, such as ``zh-CN``."""
    status: Literal["active", "frozen"]
    """``frozen``: stopped for risk; only a human may open it."""
    login: Password
    payment_password: Password
    fund: Fund
    fast_withdrawn_today: Yuan
    bank_card: BankCard
    last_withdrawal: Withdrawal | None = None
    sim_changed_hours_ago: Count | None = None
    """Hours since the SIM card of the number was changed; None: not lately."""
    phone_unreachable: Flag = False
    """Whether the customer no longer has the number on file."""

    def fast_left(self, rules: Rules) -> Decimal:
        """Return what can still leave by fast withdrawal today, in yuan; never more than there is."""
        left = rules.fast_withdrawal_daily_limit - self.fast_withdrawn_today
        return max(Decimal(0), min(left, self.fund.balance))


class FiledCustomer(Customer):
    """A customer as the file has them."""

    id_card: IdCard = Field(repr=False)


class Rules(Model):
    """The rules that hold for every account."""

    fast_withdrawal_daily_limit: Yuan
    """The most that may leave by fast withdrawal in one natural day."""
    ordinary_arrives: str
    """When an ordinary withdrawal arrives, in words for editors; :mod:`ivr.demo.trading` computes it."""
    code_valid_minutes: Annotated[int, Field(ge=1)]
    identity_tries_before_lock: Annotated[int, Field(ge=1)]
    """The wrong identity try of this number locks."""
    identity_lock_minutes: Annotated[int, Field(ge=1)]
    """How long that lock holds, and how long a wrong try counts."""


MAX_CUSTOMERS = 2_000
"""Accounts in a file. It is a demonstration; each that is wrong has a dozen mistakes."""


def _not_too_many(accounts: Any) -> Any:
    if isinstance(accounts, list) and len(accounts) > MAX_CUSTOMERS:
        raise wrong_key("has too many entries", f"write at most {MAX_CUSTOMERS:,}")
    return accounts


def _each_once(accounts: list[FiledCustomer]) -> list[FiledCustomer]:
    count = Counter(account.phone for account in accounts)
    if twice := sorted(phone for phone, times in count.items() if times > 1):
        raise wrong(f"{', '.join(twice)} is the phone of two accounts", "give each account its own")
    return accounts


class CustomerFile(Model):
    """All that ``accounts.yaml`` says."""

    accounts: Annotated[list[FiledCustomer], BeforeValidator(_not_too_many), AfterValidator(_each_once)]
    rules: Rules


CUSTOMER = TypeAdapter(Customer)
IDENTITY_RULES = TypeAdapter(Rules)


def born(id_card: str) -> date:
    """Return the date of birth that an ID card says. Raises ValueError when it says none."""
    return date.fromisoformat(id_card[6:14])


def tail_matches(id_card: str, tail: str) -> bool:
    """Say whether ``tail`` is the last four characters of the card, in constant time; x is X."""
    return hmac.compare_digest(id_card[-4:].upper().encode(), tail.upper().encode())
