"""Checks of `{key of …}`, by which the words of a node say the key of an option."""

from __future__ import annotations

from ivr.menu.checks.templates import sections
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import TEMPLATES, Role
from ivr.menu.language.scalars import KEY_OF
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.language.walk import walk
from ivr.menu.language.words import RecordedWords
from ivr.menu.reading.draft import Draft
from ivr.menu.speech.options import keys_to_say


def check_named_keys(draft: Draft, hotline: Hotline) -> None:
    """Note keys that are said by the name of no option, or where no key can be said so."""
    for node, section, language, path in sections(draft, hotline):
        for marked in walk(section, TEMPLATES | {Role.pattern}, path):
            for found in KEY_OF.finditer(marked.text):
                if not node or marked.role is not Role.spoken:
                    what, remedy = f"`{found[0]}` is for what a node says", "leave the key out"
                elif isinstance(marked.wording, RecordedWords):
                    what, remedy = f"`{found[0]}` may change, and the recording does not", "delete `audio:`"
                elif found[1] not in (keys := keys_to_say(hotline, draft.nodes, node)):
                    what = f"`{found[0]}` names no option of this node, of the menu that follows, or of `anywhere:`"
                    remedy = did_you_mean(found[1], keys)
                else:
                    continue
                draft.note(node, marked.path, what, remedy, language, rule="W12")
