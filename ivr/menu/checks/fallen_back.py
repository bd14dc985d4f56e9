"""Which words come from another language, because a language that falls back on it has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ivr.menu.checks.words import parts_lacking
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.options import Anywhere, names_in, option_words
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.words_files import words_in_menu, words_of
from ivr.menu.reading.draft import Draft, Fallen


def check_fallen_back(draft: Draft, hotline: Hotline, heard: Mapping[str, frozenset[str]]) -> None:
    """Note how many sentences of a language come from another, and keep which ones."""
    for language in (each for each in hotline.fall_back if each in draft.spoken):
        fallen = draft.fallen_back[language] = [*_from_others(draft, hotline, language, heard)]
        if fallen:
            others = " and ".join(f"`{each}`" for each in dict.fromkeys(each.source for each in fallen))
            places = list(dict.fromkeys(each.node or each.part for each in fallen))
            shown_places = ", ".join(places[:_PLACES]) + (", …" if len(places) > _PLACES else "")
            number = "1 text" if len(fallen) == 1 else f"{len(fallen)} texts"
            what = f"{number} of `{language}` {'comes' if len(fallen) == 1 else 'come'} from {others}: {shown_places}"
            remedy = "`ivr check --verbose` lists each"
            draft.note("", ("fall_back", language), what, remedy, severity="information")


_PLACES = 5
"""Places that the note names."""


def _from_others(
    draft: Draft, hotline: Hotline, language: str, heard: Mapping[str, frozenset[str]]
) -> Iterator[Fallen]:
    first, *others = hotline.sources_of_words(language)
    files = [(each, draft.words[each]) for each in others if each in draft.words]
    if hotline.languages[0] in others:
        files.append((hotline.languages[0], words_in_menu(hotline, draft.nodes)))
    own = draft.words[first]
    for part in Phrases.model_fields:
        sources = (each for each, words in files if getattr(words.phrases, part) is not None)
        if getattr(own.phrases, part) is None and (source := next(sources, None)):
            yield Fallen("", f"phrases {part}", source)
    for key, name in names_in(hotline.anywhere).items():
        sources = (each for each, words in files if option_words(words.anywhere.get(name)).announcement)
        is_silent = not option_words(own.anywhere.get(name)).announcement
        if isinstance(hotline.anywhere[key], Anywhere) and is_silent and (source := next(sources, None)):
            yield Fallen("", f"anywhere {name}", source)
    for name, node in draft.nodes.items():
        if language in heard.get(name, ()):
            parts = [*parts_lacking(node, words_of(node, own.nodes.get(name)))]
            for source, words in files if parts else ():
                there = {*parts_lacking(node, words_of(node, words.nodes.get(name)))}
                yield from (Fallen(name, each, source) for each in parts if each not in there)
                parts = [each for each in parts if each in there]
