"""The actions that any hotline can use. :mod:`ivr.actions.registry` says which of them a hotline has."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.actions.base import Action
from ivr.actions.bulletins import bulletins
from ivr.actions.find_account import find_account, find_account_by_number
from ivr.actions.one_time_codes import check_code, send_code
from ivr.actions.reset_password import reset_login_password, reset_payment_password
from ivr.actions.send_messages import send_link, send_summary, send_text
from ivr.actions.verify_identity import verify_identity
from ivr.menu.language.contract import Contract

_RESETS = (reset_login_password, reset_payment_password)
_OF_ACCOUNTS = (find_account, find_account_by_number, verify_identity, send_code, check_code, *_RESETS)
_ALL = (*_OF_ACCOUNTS, bulletins, send_text, send_link, send_summary)

ACTIONS: Mapping[str, Action] = {each.CONTRACT.name: each for each in _ALL}
CONTRACTS: Mapping[str, Contract] = {name: each.CONTRACT for name, each in ACTIONS.items()}
RESET_ACTIONS = frozenset(each.CONTRACT.name for each in _RESETS)
ACCOUNT_ACTIONS = frozenset(each.CONTRACT.name for each in _OF_ACCOUNTS)
