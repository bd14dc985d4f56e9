"""What ``menus/yuebao/actions.yaml`` names: the demonstration bank's own actions, and its account service."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ivr.actions.accounts import AccountContext
from ivr.demo.accounts import Accounts
from ivr.demo.accounts.accounts_file import CustomerFile
from ivr.demo.accounts.tables import customers_in
from ivr.demo.actions.earnings import earnings
from ivr.demo.actions.freeze_account import freeze_account
from ivr.demo.actions.login_status import login_status
from ivr.demo.actions.withdrawals import last_withdrawal, withdrawal_limits
from ivr.menu.reading.problems import BadFile, Problem
from ivr.menu.reading.yaml import content_of
from ivr.storage import file_beside

__all__ = [
    "FILES",
    "check_folder",
    "earnings",
    "freeze_account",
    "last_withdrawal",
    "login_status",
    "open_accounts",
    "sample_callers",
    "withdrawal_limits",
]

CUSTOMERS_FILE = "accounts.yaml"
FILES = {"accounts": CustomerFile}


def open_accounts(context: AccountContext) -> Accounts:
    return Accounts(file_beside(context.database_url, "accounts"), context.folder / CUSTOMERS_FILE)


def sample_callers(folder: Path) -> Sequence[str]:
    """Return the numbers of the customers. Raises ``BadFile``."""
    path = folder / CUSTOMERS_FILE
    return [each.phone for each in customers_in(path, content_of(path)).accounts] if path.exists() else []


def check_folder(folder: Path) -> Sequence[Problem]:
    """Return what is wrong with the file of the customers."""
    try:
        sample_callers(folder)
    except BadFile as error:
        return error.problems
    return []
