"""The options of menus and the keys that work anywhere: what they are called, and how each language announces them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from ivr.menu.language.model import AsSection, AsText, ByShape, Model
from ivr.menu.language.scalars import (
    KEY_PLACE,
    Flag,
    KeySentence,
    Language,
    Name,
    OptionName,
    Phrase,
    Purpose,
    Target,
    wrong,
)

Rate = Literal["slow", "normal"]
"""How fast the call speaks."""
Form = Literal["for", "to", "say"]
"""The key under which the words of an option stand: a noun, a verb, or a whole sentence with ``{key}``."""


class Announcement(NamedTuple):
    """How an option is announced."""

    form: Form
    text: str

    def with_key(self, key: str) -> str:
        """Return the words as they are read beside a key. A whole sentence names it itself."""
        return KEY_PLACE.sub(lambda _: key, self.text) if self.form == "say" else self.text


class OptionWords(Model):
    """How an option is announced, by one of `for`, `to` and `say`, and what callers may say instead of its key.

    Each language chooses for itself.
    """

    for_: Purpose | None = Field(default=None, alias="for")
    """What the key is for, a noun: `opening hours` becomes “For opening hours, press 1.”, 营业时间 becomes “营业时间请按1。”"""
    to: Purpose | None = None
    """What the key does, a verb: `freeze your account` becomes “To freeze your account, press 6.”"""
    say: KeySentence | None = None
    """A whole sentence, with `{key}` where the key is said, such as `Press {key} to freeze your account.`"""
    hear: list[Phrase] = Field(default_factory=list)
    """Words that mean this option, when the hotline listens to speech."""

    @model_validator(mode="after")
    def _announced_once(self) -> Self:
        forms = [form for form, text in (("for", self.for_), ("to", self.to), ("say", self.say)) if text]
        if len(forms) > 1:
            what = f"an option is announced once, and this one has `{forms[0]}` and `{forms[1]}`"
            raise wrong(what, "keep one of the two")
        return self

    @property
    def announcement(self) -> Announcement | None:
        """How it is announced, or None if it is silent."""
        if self.for_:
            return Announcement("for", self.for_)
        if self.to:
            return Announcement("to", self.to)
        return Announcement("say", self.say) if self.say else None


class NamedOption(OptionWords):
    """An option of a menu, or a key that works anywhere."""

    own_name: Name | None = Field(default=None, alias="name")
    """What words files and written calls call it. Without it, that is the target under `go`; so it is needed only where
    two options beside each other lead to the same place."""
    go: Target
    """The node that follows, or `back`, `repeat`, `return`. `repeat` may be asked for three times at one place; then a
    human asks what is needed."""
    rate: Rate | None = None
    """`slow` speaks at 80 % of the speed for the rest of the call, and waits half as long again for keys; `normal` ends that."""

    @property
    def name(self) -> str:
        """What words files and written calls call it."""
        return self.own_name or self.go


class Option(NamedOption):
    """One choice of a menu, or a key beside a typed entry.

    Leave out `for`, `to` and `say` only when the words of the node name the key.
    """

    language: Language | None = None
    """Changes the language for the rest of the call; the option is spoken in that language's voice."""
    share: Annotated[int, Field(ge=0, le=100)] | None = None
    """How many of a hundred callers of this menu choose it, as far as that is known. Only `ivr check` reads it; options
    without it share what is left equally."""


class Anywhere(NamedOption):
    """A key that means the same at every menu and, as the whole entry, in every typed entry.

    With `for`, `to` or `say` it is announced after the options of every menu, unless `announce` is `false`.
    """

    announce: Flag = True
    """`false`: its words stand on the caller's card and in drawings, and no menu says them. A sentence of your own tells
    callers about the key, such as one at the beginning of the call."""


TypedOptionWords = ByShape[AsText[Purpose] | AsSection[OptionWords]]
"""The words of an option in a words file. A lone text stands for `for:`."""
WordsOfOptions = dict[OptionName, TypedOptionWords]


def option_words(typed: str | OptionWords | None) -> OptionWords:
    """Return the words of an option from a words file."""
    if isinstance(typed, OptionWords):
        return typed
    return OptionWords.model_validate({"for": typed} if typed else {})


def target_of(entry: str | Anywhere) -> str:
    return entry.go if isinstance(entry, Anywhere) else entry


def names_in(options: Mapping[str, str | NamedOption]) -> dict[str, str]:
    """Return the name of each option by its key."""
    return {key: each if isinstance(each, str) else each.name for key, each in options.items()}
