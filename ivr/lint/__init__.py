"""The lint of the voice: numbered rules that judge what a caller will hear, before anybody calls.

``lint`` returns problems as the other checks of ``ivr check`` do. The server never runs it: a hotline with a long sentence is
served, while one with a misspelt node is not.
"""

from __future__ import annotations

from ivr.lint.judging import judged, lint
from ivr.lint.registry import FAMILIES, PROFILES, RULES, Rule

__all__ = ["FAMILIES", "PROFILES", "RULES", "Rule", "judged", "lint"]
