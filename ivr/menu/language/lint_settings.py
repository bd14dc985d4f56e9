"""Settings of the lint: how strictly `ivr check` judges what a caller will hear."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ivr.menu.language.model import AsSection, AsText, ByShape, Model
from ivr.menu.language.scalars import RuleId

Severity = Literal["error", "warning", "information"]


class RuleSetting(Model):
    """How one rule of the voice is applied to a hotline."""

    limit: Annotated[float, Field(gt=0)] | None = None
    """The limit, in the unit that `ivr explain` names, instead of the usual one."""
    severity: Severity | None = None
    """An `error` fails `ivr check`; a `warning` and an `information` do not."""


class Lint(Model):
    """How `ivr check` judges what a caller will hear; `ivr explain` lists the rules. The server does not judge."""

    profile: Literal["cn-hotline"] | None = None
    """`cn-hotline` makes the rules for reaching a human in China stricter: 0 at every menu, two keys and thirty seconds
    at most, a short way for older callers, no filler."""
    rules: dict[
        RuleId,
        ByShape[AsSection[RuleSetting] | AsText[Literal["off", "error", "warning", "information"]]],
    ] = Field(default_factory=dict)
    """By rule: `off`, another severity, or another limit, such as `W03: {limit: 18}`."""
