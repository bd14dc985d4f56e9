"""The words in which changes of single fields are reported. ``sentences.yaml`` beside this file holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from ivr.diff.changes import Heading, shown
from ivr.menu.language.desks import FollowUp
from ivr.menu.language.model import Model, read_table


class FieldSentence(Model):
    """How a change of a field is reported: with its value in words, or as something that is switched on or off."""

    about: Annotated[Heading, BeforeValidator(Heading.__getitem__)] = Heading.editors
    now: str = ""
    """What stands before the new value; empty if ``on`` and ``off`` say everything."""
    on: str = ""
    off: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.now and not (self.on and self.off):
            raise ValueError("neither `now` nor `on` and `off`")
        return self

    def told(self, old: Any, new: Any) -> str:
        if self.now:
            return f"{self.now} {shown(new)}; before: {shown(old)}"
        return self.on if new else self.off


class Sentences(Model):
    """The words of all fields."""

    targets: dict[str, str]
    """The targets of a node that are one name each, and when the call goes there."""
    fields: dict[str, FieldSentence]
    """The other fields of a node. One that is missing here is reported by its name, to editors."""
    parts: dict[str, str]
    """The parts of a node's speech. Other parts have their names from the drawings."""
    follow_ups: dict[FollowUp, str]
    """When a desk's follow-up is used."""
    message_limits: dict[str, str]
    """Whose messages a limit counts."""


SENTENCES = read_table(Sentences, Path(__file__).with_suffix(".yaml"))
