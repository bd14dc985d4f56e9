"""What `ivr new` writes: a small hotline that already passes `ivr check` and `ivr test`."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

import yaml

from ivr.cli.errors import CommandFailed
from ivr.cli.starter.places import Place, place_of
from ivr.cli.starter.words import KeyWords, StarterWords, words_in
from ivr.menu.speech.voices import default_voice


def write(folder: Path, place: Place | None = None) -> list[Path]:
    """Write a small hotline into a new or empty folder, and return its files. Raises :class:`CommandFailed`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandFailed(f"{folder} is not empty; name a new folder")
    written = []
    for name, text in _files(folder, place or place_of()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def hotline_name(folder: Path) -> str:
    """Return the name of the hotline in a folder: ``bakery`` for ``menus/Bakery``, ``hotline-24h`` for ``24h``."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    return name if name[:1].isalpha() else f"hotline-{name}".rstrip("-")


def _files(folder: Path, place: Place) -> Iterator[tuple[str, str]]:
    """Yield the name of each file, and its text."""
    first, *others = place.languages
    words = words_in(first)
    top = {
        "folder": shlex.quote(str(folder)),
        "hotline": hotline_name(folder),
        "languages": ", ".join(place.languages),
        "voices": ", ".join(f"{language}: {default_voice(language)}" for language in place.languages),
        "timezone": place.timezone,
        "currency": f"\ncurrency: {place.currency}" if place.currency else "",
        "number": place.number,
        "country": place.country,
        "open": ", ".join(f'{days}: "{hours}"' for days, hours in words.open.items()),
        "options": "\n".join(_options(words, others)),
    }
    yield "menu.yaml", _filled("menu.yaml", top | _spoken(words))
    for language in others:
        own = words_in(language)
        yield f"prompts.{language}.yaml", _filled("prompts.yaml", {"language": language} | _spoken(own))
    call = {"call": words.call, "asked": words.hours.announced, "heard": words.heard}
    yield (
        "calls/first.yaml",
        _filled("call.yaml", {name: _text(text, "a: {}") for name, text in call.items()}),
    )


def _filled(name: str, values: Mapping[str, str]) -> str:
    template = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return re.sub(r"<(\w+)>", lambda found: values[found[1]], template)


def _spoken(words: StarterWords) -> dict[str, str]:
    keys = {"agent": words.agent, "hours": words.hours, "end": words.end}
    return {
        **{name: _text(text, "a: {}") for name, text in words.nodes.items()},
        **{f"{name}_option": _key(key) for name, key in keys.items()},
    }


def _options(words: StarterWords, others: list[str]) -> Iterator[str]:
    offered = [f"{_key(words_in(language).offered)}, language: {language}, go: main" for language in others]
    options = [f"{_key(words.hours)}, go: hours", *offered, f"{_key(words.end)}, go: goodbye"]
    for number, option in enumerate(options, 1):
        yield f'      "{number}": {{{option}}}'


def _key(key: KeyWords) -> str:
    said = f"for: {_text(key.for_)}" if key.for_ else f"to: {_text(key.to)}"
    heard = f", hear: [{', '.join(map(_text, key.hear))}]" if key.hear else ""
    return said + heard


def _text(text: str, place: str = "{{a: [{}]}}") -> str:
    """Return a text as YAML, in quotes only where it needs them in such a place."""
    try:
        plain = yaml.safe_load(place.format(text)) in ({"a": text}, {"a": [text]})
    except yaml.YAMLError:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)
