"""The account service: who the customers are, what a call may know of them, and how a password is reset."""

from ivr.demo.accounts.accounts_file import Customer, Password, Rules, Withdrawal
from ivr.demo.accounts.service import Accounts, bank

__all__ = ["Accounts", "Customer", "Password", "Rules", "Withdrawal", "bank"]
