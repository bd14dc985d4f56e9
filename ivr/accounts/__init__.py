"""The account service: who the customers are, and what a call may learn of them."""

from ivr.accounts.customers import Account, BankCard, Fund, Password, Rules, Withdrawal
from ivr.accounts.service import Accounts, NoSuchAccount, Tried

__all__ = [
    "Account",
    "Accounts",
    "BankCard",
    "Fund",
    "NoSuchAccount",
    "Password",
    "Rules",
    "Tried",
    "Withdrawal",
]
