"""The demonstration hotline's actions: the program's and the bank's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ivr.actions.base import Action
from ivr.actions.registry import registry_of
from ivr.demo.accounts import Accounts
from ivr.demo.accounts import bank as accounts_of
from ivr.menu.language.contract import Contract

__all__ = ["ACTIONS", "CONTRACTS", "YUEBAO", "Accounts", "accounts_of"]

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
REGISTRY = registry_of(YUEBAO, "ivr.demo.actions")
ACTIONS: Mapping[str, Action] = REGISTRY.actions
CONTRACTS: Mapping[str, Contract] = REGISTRY.contracts
