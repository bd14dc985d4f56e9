"""The account service: who the customers are, what a call may learn of them, and how a password is replaced."""

from ivr.accounts.customers import Account, BankCard, Fund, Password, Rules, Withdrawal
from ivr.accounts.passwords import BadPassword, Reason, Which
from ivr.accounts.service import Accounts, NoSuchAccount, OpenReset

__all__ = [
    "Account",
    "Accounts",
    "BadPassword",
    "BankCard",
    "Fund",
    "NoSuchAccount",
    "OpenReset",
    "Password",
    "Reason",
    "Rules",
    "Which",
    "Withdrawal",
]
