"""The roles of texts in a menu, such as target, condition or spoken words. Fields carry them as pydantic metadata.

Every tool that looks for texts by role asks :mod:`ivr.menu.language.walk`. So a new field, or a new kind of node, needs
only its marker.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Role(enum.Enum):
    """What a text is."""

    target = "leads to a node, or is `back`, `repeat` or `return`"
    target_or_agent = "a target that is the hotline's `agent` node where it is not written"
    condition = "an expression without braces, which holds or does not"
    value = "worked out by the machine in a call; a template or a plain text"
    spoken = "said to the caller; a list is one wording for each try"
    message = "sent to the caller as a text message"
    note = "kept for the summary"
    purpose = "what a key is for; the announcement is made from it"
    announcement = "a whole sentence that announces a key, with `{key}`"
    pattern = "one of the machine's own sentences with places in single braces, such as `{key}`"
    phrase = "what a caller may say instead of a key"


@dataclass(frozen=True, slots=True)
class Called:
    """What the words under a key are called in a drawing or a comparison."""

    zh: str
    en: str


TARGETS = frozenset({Role.target, Role.target_or_agent})
TRANSLATED = frozenset({Role.spoken, Role.message, Role.note})
"""What a node says or writes. Every other language has its own version of these."""
TEMPLATES = TRANSLATED | {Role.purpose, Role.announcement, Role.value}
"""The texts that may hold `{{ … }}`."""
