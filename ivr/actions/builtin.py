"""The actions that any hotline can use. The table is written by hand, so that the type checker verifies each action."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.actions import (
    bulletins,
    check_code,
    find_account,
    find_account_by_number,
    send_code,
    send_link,
    send_summary,
    send_text,
    verify_identity,
)
from ivr.actions.base import Action
from ivr.actions.reset_password import reset_login_password, reset_payment_password
from ivr.menu.language.contract import Contract

ACTIONS: Mapping[str, Action] = {
    "find_account": find_account,
    "find_account_by_number": find_account_by_number,
    "verify_identity": verify_identity,
    "send_code": send_code,
    "check_code": check_code,
    "reset_login_password": reset_login_password,
    "reset_payment_password": reset_payment_password,
    "bulletins": bulletins,
    "send_text": send_text,
    "send_link": send_link,
    "send_summary": send_summary,
}
""":mod:`ivr.actions.registry` says which of them a hotline has."""

RESET_ACTIONS = frozenset({"reset_login_password", "reset_payment_password"})
ACCOUNT_ACTIONS = RESET_ACTIONS | {
    "find_account",
    "find_account_by_number",
    "verify_identity",
    "send_code",
    "check_code",
}

CONTRACTS: Mapping[str, Contract] = {name: each.CONTRACT for name, each in ACTIONS.items()}
