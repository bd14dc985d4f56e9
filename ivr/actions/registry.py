"""Which actions a hotline has: those of ours that it can use, and those of its Python module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ivr.actions.base import Action
from ivr.actions.builtin import ACCOUNT_ACTIONS, ACTIONS, RESET_ACTIONS
from ivr.actions.python_module import BadModule, PythonModule, load_module
from ivr.menu.language.contract import Contract


@dataclass(frozen=True)
class ActionRegistry:
    """The actions of one hotline. The HTTP actions of a menu version are added to them."""

    module: PythonModule = field(default_factory=PythonModule)
    has_accounts: bool = False
    has_resets: bool = False
    """Whether the account service resets passwords."""

    @cached_property
    def actions(self) -> Mapping[str, Action]:
        return {
            **{name: each for name, each in ACTIONS.items() if self._can_run(name)},
            **self.module.actions,
        }

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        return {name: each.CONTRACT for name, each in self.actions.items()}

    @cached_property
    def withheld(self) -> Mapping[str, Contract]:
        """The contracts of ours that need accounts which it does not have. An HTTP service may fulfil them."""
        return {name: each.CONTRACT for name, each in ACTIONS.items() if not self._can_run(name)}

    def _can_run(self, name: str) -> bool:
        if name in RESET_ACTIONS:
            return self.has_resets
        return self.has_accounts or name not in ACCOUNT_ACTIONS


def registry_of(
    folder: Path, python: str, *, has_accounts: bool = False, has_resets: bool = False
) -> ActionRegistry:
    """Return the actions of a hotline with this module, or without one if the name is empty.

    The other arguments say whether an HTTP service has accounts and resets. Raises
    :class:`ivr.actions.python_module.BadModule`.
    """
    module = load_module(folder, python, ACTIONS) if python else PythonModule()
    if has_accounts and module.open_accounts is not None:
        raise BadModule(
            f"`{python}` has `open_accounts`, and `accounts:` names a service for the same", "delete one"
        )
    return ActionRegistry(
        module, has_accounts or module.open_accounts is not None, has_resets or module.has_resets
    )
