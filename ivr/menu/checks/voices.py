"""Checks of the voices of a hotline: that each speaks its language, and slowly where callers may ask for that."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.menu.language.hotline import Hotline
from ivr.menu.language.model import YamlPath
from ivr.menu.language.options import Anywhere
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.reading.draft import Draft
from ivr.menu.speech.ssml import slow
from ivr.menu.speech.voices import default_voice, has_voice, voice_problem, voice_warning


def check_voices(draft: Draft, hotline: Hotline) -> None:
    """Note voices that cannot speak their language, and warn of those of which nobody knows."""
    for language, voice in hotline.voices.items():
        if language not in hotline.languages:
            what = f"`{language}` is not among the hotline's `languages:`"
            draft.note("", ("voices", language), what, did_you_mean(language, hotline.languages))
        elif wrong := voice_problem(language, voice):
            _note(draft, ("voices", language), wrong)
        elif doubtful := voice_warning(language, voice):
            _note(draft, ("voices", language), doubtful, "warning")
    for language in hotline.languages:
        named = language in hotline.voices or not has_voice(language)
        if not named and (wrong := voice_problem(language, "")):
            _note(draft, ("languages",), wrong)
    if slow_options := [*_slow_options(draft, hotline)]:
        _check_rate(draft, hotline, *slow_options[0])


def _note(draft: Draft, path: YamlPath, problem: str, severity: str = "error") -> None:
    what, _, remedy = problem.partition("; ")
    draft.note("", path, what, remedy, severity=severity)


def _slow_options(draft: Draft, hotline: Hotline) -> Iterator[tuple[str, YamlPath]]:
    """Yield where a key makes the call slow."""
    for key, entry in hotline.anywhere.items():
        if isinstance(entry, Anywhere) and entry.rate == "slow":
            yield "", ("anywhere", key, "rate")
    for name, node in draft.nodes.items():
        for key, option in node.options.items():
            if option.rate == "slow":
                yield name, (node.options_key, key, "rate")


def _check_rate(draft: Draft, hotline: Hotline, node: str, path: YamlPath) -> None:
    """Warn of a voice that speaks no slower. The call waits longer for keys at least."""
    for language in hotline.languages:
        voice = hotline.voices.get(language) or default_voice(language)
        if voice and slow(voice) is None:
            what = f"`{voice}` speaks no slower, so that only the waits for keys grow in `{language}`"
            draft.note(
                node, path, what, "choose another voice, such as a neural one of Polly", severity="warning"
            )
