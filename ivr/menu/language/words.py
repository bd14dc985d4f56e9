"""What a caller hears, as editors type it: a text, a recording, or one wording for each try."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from ivr.menu.language.markers import Role
from ivr.menu.language.model import Model, shape
from ivr.menu.language.scalars import Recording, SingleLine


class RecordedWords(Model):
    """Recorded audio beside its text."""

    text: SingleLine = Field(
        description="The words of the recording. They are spoken when the file is absent."
    )
    audio: Recording = Field(
        description="A file under `audio/<language>/` in the hotline's folder; WAV at 8 kHz is best."
    )


Wording = Annotated[
    Annotated[SingleLine, Tag("a text")] | Annotated[RecordedWords, Tag("a section")], Discriminator(shape)
]
Words = Annotated[
    Annotated[SingleLine, Tag("a text")]
    | Annotated[RecordedWords, Tag("a section")]
    | Annotated[list[Wording], Field(min_length=1, max_length=3), Tag("a list")],
    Discriminator(shape),
    Role.spoken,
]
"""A text, a recording, or up to three wordings for the first, second and third try."""


def wordings(words: str | RecordedWords | list[str | RecordedWords] | None) -> list[str | RecordedWords]:
    if words is None:
        return []
    return list(words) if isinstance(words, list) else [words]
