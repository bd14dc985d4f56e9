"""The account service: who the customers are, what a call may learn of them, and how a password is replaced."""

from ivr.demo.accounts.customers import Account, BankCard, Fund, Password, Rules, Withdrawal
from ivr.demo.accounts.passwords import BadPassword, Reason, Which
from ivr.demo.accounts.service import Accounts, NoSuchAccount, OpenReset

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
