"""Begins the reset of the login password."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.resetting import begin_reset, reset_contract

CONTRACT = reset_contract("reset_login_password", "login")


def run(services: Services, asked: ActionRequest) -> ActionResult:
    """Begin it."""
    return begin_reset(services, asked, "login")
