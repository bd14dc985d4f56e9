"""The machine's own sentences, as a hotline may replace them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ivr.menu.language.markers import Role
from ivr.menu.language.model import Model
from ivr.menu.language.scalars import SingleLine
from ivr.menu.language.words import Words

Sentence = Annotated[SingleLine, Role.spoken]
Pattern = Annotated[SingleLine, Role.pattern]


class Phrases(Model):
    """The machine's own sentences in one language. Every one has a default in the languages of `ivr languages`."""

    announce: Pattern | None = Field(
        default=None, description="An option that is announced by `for:`, with `{for}` and `{key}`."
    )
    announce_to: Pattern | None = Field(
        default=None, description="An option that is announced by `to:`, with `{to}` and `{key}`."
    )
    announce_entry: Pattern | None = Field(
        default=None,
        description="A key beside a typed entry, which `#` must end, announced by `for:`, with `{for}` and `{key}`.",
    )
    announce_entry_to: Pattern | None = Field(
        default=None, description="The same of one that is announced by `to:`, with `{to}` and `{key}`."
    )
    star: Pattern | None = Field(default=None, description="How the `*` key is called.")
    pound: Pattern | None = Field(default=None, description="How the `#` key is called.")
    noinput: Words | None = Field(default=None, description="After silence at a menu; one wording a try.")
    nomatch: Words | None = Field(default=None, description="After a wrong key at a menu; one wording a try.")
    ask_noinput: Words | None = Field(default=None, description="After silence where something is typed.")
    ask_nomatch: Words | None = Field(default=None, description="After an entry that cannot be right.")
    unfinished: Sentence | None = Field(default=None, description="After an entry that was not finished.")
    hint_digits: Pattern | None = Field(default=None, description="What `digits` expects.")
    hint_phone: Pattern | None = Field(default=None, description="What `phone` expects.")
    hint_id_card: Pattern | None = Field(default=None, description="What `id_card` expects.")
    hint_id_tail: Pattern | None = Field(default=None, description="What `id_tail` expects.")
    hint_code: Pattern | None = Field(default=None, description="What `code` expects.")
    hint_pin: Pattern | None = Field(default=None, description="What `pin` expects.")
    hint_amount: Pattern | None = Field(default=None, description="What `amount` expects.")
    hint_date: Pattern | None = Field(default=None, description="What `date` expects.")
    yes_no: Sentence | None = Field(default=None, description="How to say yes and no with keys.")
    read_back: Pattern | None = Field(default=None, description="Reads an entry back, with `{value}`.")
    desk_unproved: Pattern | None = Field(
        default=None, description="What a desk hears of a caller who has proved nothing, with `{reason}`."
    )
    desk_matched: Pattern | None = Field(
        default=None,
        description="The same of one whose ID tail was right, which was not enough, with `{reason}` and `{account}`.",
    )
    desk_verified: Pattern | None = Field(
        default=None, description="The same of one who is `verified`, with `{reason}` and `{account}`."
    )
    desk_confirmed: Pattern | None = Field(
        default=None, description="The same of one who is `confirmed`, with `{reason}` and `{account}`."
    )
    desk_unsure: Pattern | None = Field(
        default=None,
        description="The same where an action was given up while it went on, so that it may be done, with `{reason}`.",
    )
    giving_up: Sentence | None = Field(default=None, description="Before the human, after the last try.")
    working: Words | None = Field(default=None, description="While an action takes long; one wording a time.")
    too_long: Sentence | None = Field(
        default=None, description="Before the human, when the call has reached its bound."
    )
    top: Sentence | None = Field(default=None, description="There is no menu to go back to.")
    internal_error: Sentence | None = Field(
        default=None, description="The apology when our own machinery fails."
    )
    many_calls: Sentence | None = Field(
        default=None,
        description="Before the human, for a call that is one too many in its minute; said in each language.",
    )
    farewell: Sentence | None = Field(
        default=None, description="The last words when no human can be reached either."
    )
