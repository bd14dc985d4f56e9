"""Self-service: what a menu's ``run`` nodes can do.

A hotline's own actions need nothing but the names in :data:`__all__`; see ``docs/actions.md``. One for every hotline is
a module here with a ``CONTRACT`` and a ``run`` (``send_link`` is a good one to copy) and its line in :data:`ivr.actions.builtin.ACTIONS`.
"""

from __future__ import annotations

from ivr.actions.accounts import (
    Account,
    AccountContext,
    AccountService,
    IdentityRules,
    NoSuchAccount,
    OpenReset,
    PasswordKind,
    PasswordResets,
)
from ivr.actions.base import Action, ActionRequest, ActionResult, Services, action
from ivr.actions.passwords import BadPassword, Reason
from ivr.menu.language.contract import Contract, Level, Outcome

__all__ = [
    "Account",
    "AccountContext",
    "AccountService",
    "Action",
    "ActionRequest",
    "ActionResult",
    "BadPassword",
    "Contract",
    "IdentityRules",
    "Level",
    "NoSuchAccount",
    "OpenReset",
    "Outcome",
    "PasswordKind",
    "PasswordResets",
    "Reason",
    "Services",
    "action",
]
