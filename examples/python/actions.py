"""The clinic's own part: its patients, its appointments, and the two actions that its menu runs.

In a real clinic the table below is its booking system. What the telephone needs of it is all here: two functions under
`@action`, and one small class for the actions of identity (`find_account`, `verify_identity`).
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from ivr.actions import (
    Account,
    AccountContext,
    ActionRequest,
    ActionResult,
    IdentityRules,
    Level,
    Outcome,
    Services,
    action,
)

_NOTICE = timedelta(hours=2)
"""An appointment can be cancelled by telephone until two hours before it."""


@dataclass
class Patient:
    """A patient, with the appointment that is next."""

    id_tail: str
    language: str
    appointment: datetime | None
    cancelled_by: str = ""
    """The idempotency key of the run that cancelled it."""


@dataclass
class Clinic:
    """The booking system, as an account service: the methods of `ivr.actions.AccountService`, and two of its own."""

    patients: dict[str, Patient]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, phone: str) -> Account | None:
        """Return whose number it is."""
        patient = self.patients.get(phone)
        return Account(phone=phone, language=patient.language) if patient else None

    def is_at_least(self, _years: int, _phone: str, _on: date) -> bool:
        """Say no: this clinic's menu is the same for everybody."""
        return False

    def tail_matches(self, phone: str, tail: str) -> bool:
        """Compare in the same time whether or not there is such a patient."""
        patient = self.patients.get(phone)
        right = hmac.compare_digest((patient.id_tail if patient else "none").encode(), tail.encode())
        return right and patient is not None

    def rules(self) -> IdentityRules:
        """Lock for half an hour after three wrong tries."""
        return IdentityRules(identity_tries_before_lock=3, identity_lock_minutes=30)

    def close(self) -> None:
        """There is nothing to close."""

    def next_appointment(self, phone: str) -> datetime | None:
        """Return when it begins."""
        return self.patients[phone].appointment

    def cancel(self, phone: str, key: str) -> bool:
        """Cancel the appointment. The same key again is the same cancellation: a webhook may arrive twice."""
        with self.lock:
            patient = self.patients[phone]
            if patient.appointment is not None:
                patient.appointment, patient.cancelled_by = None, key
            return patient.cancelled_by == key


def open_accounts(_context: AccountContext) -> Clinic:
    """Open the booking system: once in each process, and once for each written call, which so disturbs no other."""
    return Clinic(
        {
            "+12025550101": Patient("4821", "en-US", datetime(2026, 11, 27, 9, 30)),
            "+12025550102": Patient("093X", "zh-CN", datetime(2026, 11, 23, 11, 0)),
            "+12025550103": Patient("7710", "en-US", None),
        }
    )


def sample_callers(_folder: Path) -> Sequence[str]:
    """Return who can be tried out; the first one calls in the simulator."""
    return ["+12025550101", "+12025550102", "+12025550103"]


def clinic(services: Services) -> Clinic:
    """Return what `open_accounts` has opened."""
    assert isinstance(services.accounts, Clinic)
    return services.accounts


@action(
    "Tells when the patient's next appointment is.",
    needs=Level.verified,
    outcomes={
        "booked": Outcome("There is one.", tells={"day": "its date", "start": "when it begins on that day"}),
        "none": Outcome("There is none."),
    },
)
def next_appointment(services: Services, request: ActionRequest) -> ActionResult:
    """Look it up."""
    when = clinic(services).next_appointment(request.account)
    return ActionResult("booked", {"day": when.date(), "start": when}) if when else ActionResult("none")


@action(
    "Cancels the patient's next appointment.",
    needs=Level.verified,
    changes=True,
    outcomes={
        "cancelled": Outcome("It is cancelled."),
        "too_late": Outcome("It is in less than two hours: a person must do it."),
        "none": Outcome("There is none."),
    },
)
def cancel_appointment(services: Services, request: ActionRequest) -> ActionResult:
    """Cancel it, once."""
    when = clinic(services).next_appointment(request.account)
    if when and when - request.at.replace(tzinfo=None) < _NOTICE:
        return ActionResult("too_late")
    return ActionResult("cancelled" if clinic(services).cancel(request.account, request.key) else "none")
