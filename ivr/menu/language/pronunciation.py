"""How a word is pronounced, as a hotline's ``pronounce:`` says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from ivr.menu.language.model import AsSection, AsText, ByShape, Model
from ivr.menu.language.scalars import Form, Language

_LONGEST_WORD, _LONGEST_ALIAS = 60, 100


def _bare(typed: str) -> str | None:
    """Return the remedy for phonemes between slashes or brackets, as dictionaries print them."""
    return f"write `{typed[1:-1]}`" if typed[:1] + typed[-1:] in {"//", "[]"} and len(typed) > 2 else None


SpokenWord = Annotated[
    str,
    Form(
        "word as it stands in a text",
        rf"[^\[\]{{}}<>\n]{{1,{_LONGEST_WORD}}}",
        ("SMS", "Yu'e Bao", "余额宝"),
        lambda word: word == word.strip() and any(map(str.isalpha, word)),
    ),
]
Alias = Annotated[
    str,
    Form(
        "text to say instead, without marks and values",
        rf"[^{{}}<>\n]{{1,{_LONGEST_ALIAS}}}",
        ("text message", "you uh bow"),
        lambda alias: any(map(str.isalnum, alias)),
    ),
]
Ipa = Annotated[
    str, Form("text in the phonetic alphabet IPA", r"[^\d/\[\]{}<>\"&\n]{1,100}", ("pɪˈkɑːn",), mend=_bare)
]
XSampa = Annotated[
    str,
    Form(
        "text in the phonetic alphabet X-SAMPA",
        r"[ -~]{1,100}",
        ('pI"kA:n',),
        lambda text: not _bare(text),
        _bare,
    ),
]
Pinyin = Annotated[
    str, Form("text in Pinyin, each syllable with its tone", r"([a-zü]+[0-5] ?)+", ("yu2 e2 bao3",))
]
Jyutping = Annotated[
    str, Form("text in Jyutping, each syllable with its tone", r"([a-z]+[1-6] ?)+", ("jyu4 ngaak6",))
]
Kana = Annotated[
    str, Form("text in katakana, with `'` behind the accent", r"[\u30a0-\u30ff']+", ("ヒロ'カズ",))
]
Yomigana = Annotated[str, Form("reading in kana or Latin letters", r"[\u3040-\u30ffA-Za-z]+", ("ひろかず",))]


class Pronunciation(Model):
    """How a word is pronounced in one language: by its sounds, by other words, or both.

    A voice takes the first alphabet that it knows, in this order, and the alias if it knows none.
    """

    ipa: Ipa | None = None
    """Its sounds in the phonetic alphabet IPA."""
    x_sampa: XSampa | None = Field(default=None, alias="x-sampa")
    """Its sounds in the phonetic alphabet X-SAMPA."""
    pinyin: Pinyin | None = None
    """Its Pinyin, for a Mandarin voice of Polly."""
    jyutping: Jyutping | None = None
    """Its Jyutping, for a Cantonese voice of Polly."""
    kana: Kana | None = None
    """Its sounds in katakana, for a Japanese voice of Polly."""
    yomigana: Yomigana | None = None
    """Its reading, for a Japanese voice of Polly."""
    alias: Alias | None = None
    """Words that are said in its place."""

    @property
    def phonemes(self) -> Mapping[str, str]:
        """Its sounds by alphabet, as it is typed."""
        return {
            field.alias or name: typed
            for name, field in type(self).model_fields.items()
            if name != "alias" and (typed := getattr(self, name))
        }


Pronunciations = dict[Language, ByShape[AsText[Alias] | AsSection[Pronunciation]]]
"""How a word is pronounced, by language. A lone text is an alias."""
