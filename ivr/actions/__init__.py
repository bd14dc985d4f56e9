"""Self-service: what the ``run`` nodes of a menu can do.

A hotline's own actions need only the names in :data:`__all__`; see ``docs/actions.md``. An action for every hotline
is a function under :func:`action` in a module here (see ``find_account``), and a name in :mod:`ivr.actions.builtin`.
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
from ivr.actions.hotline_limits import require_room
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
    "require_room",
]
