"""Begins the reset of the payment password."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.resetting import begin_reset, reset_contract

CONTRACT = reset_contract("reset_payment_password", "payment")


def run(services: Services, asked: ActionRequest) -> ActionResult:
    """Begin it."""
    return begin_reset(services, asked, "payment")
