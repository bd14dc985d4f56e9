"""What a caller hears, as editors type it: a text, a recording, or one wording for each try."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ivr.menu.language.markers import Role
from ivr.menu.language.model import AsList, AsSection, AsText, ByShape, Model
from ivr.menu.language.scalars import Recording, SingleLine


class RecordedWords(Model):
    """Recorded audio beside its text."""

    text: SingleLine
    """The words of the recording. They are spoken when the file is absent."""
    audio: Recording
    """A file under `audio/<language>/` in the hotline's folder; WAV at 8 kHz is best."""


Wording = ByShape[AsText[SingleLine] | AsSection[RecordedWords]]
Words = Annotated[
    ByShape[
        AsText[SingleLine]
        | AsSection[RecordedWords]
        | AsList[Annotated[list[Wording], Field(min_length=1, max_length=3)]]
    ],
    Role.spoken,
]
"""A text, a recording, or up to three wordings for the first, second and third try."""


def wordings(words: str | RecordedWords | list[str | RecordedWords] | None) -> list[str | RecordedWords]:
    if words is None:
        return []
    return list(words) if isinstance(words, list) else [words]
