"""Changes of the words that callers hear and read, language by language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ivr.diff.changes import Change, Heading, Side, changed, in_quotes
from ivr.diff.keys import Menu
from ivr.diff.pairs import Pairs
from ivr.diff.sentences import SENTENCES
from ivr.menu.language.nodes import ListeningNode, called
from ivr.menu.speech.options import OptionSpeech
from ivr.menu.speech.prompts import Prompt
from ivr.menu.tree import NodeSpeech, Speech, Tree

_TRIES = ("", ", second wording", ", third wording")


def compare_words(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield every change of words, in each language that both versions have."""
    for language in new.tree.languages:
        if language in old.tree.speech:
            before, after = old.tree.speech[language], new.tree.speech[language]
            for name, now in pairs.names.items():
                yield from _node(now, language, before.nodes[name], after.nodes[now], pairs)
                yield from _options(old, new, name, language, pairs)
            yield from _anywhere(old, new, language)
            yield from _sentences(before, after, pairs)


def first_words(side: Side, name: str) -> str:
    """Return what a node says first in the first language, or what its keys are for. May be empty."""
    own = side.tree.speech[side.tree.languages[0]].nodes[name]
    said = (*own.say, *own.end, *((own.text,) if own.text else ()))
    return node_words(said[0]) if said else " ".join(node_words(prompt) for prompt in own.announced)


def node_words(prompt: Prompt) -> str:
    """Return a prompt as it is written."""
    return prompt.typed


@dataclass(frozen=True, slots=True)
class _Place:
    """Where some words belong."""

    what: str
    node: str
    language: str

    def changed(self, old: str, new: str) -> Change:
        return Change(Heading.words, self.what, self.node, self.language, old, new)

    def sentence(self, what: str) -> Change:
        return Change(Heading.words, f"{self.what}: {what}", self.node, self.language)


def _node(name: str, language: str, old: NodeSpeech, new: NodeSpeech, pairs: Pairs) -> Iterator[Change]:
    for part in dict.fromkeys((*SENTENCES.parts, *old.spoken, *new.spoken, *old.messages, *new.messages)):
        sentence = SENTENCES.parts.get(part) or called(part, "en")
        before, after = (_prompts(speech, part) for speech in (old, new))
        yield from _prompts_differ(f"`{name}` {sentence}", name, language, before, after, pairs)


def _prompts(speech: NodeSpeech, part: str) -> Sequence[Prompt]:
    message = speech.messages.get(part)
    return (message,) if message else speech.spoken.get(part, ())


def _prompts_differ(
    what: str, node: str, language: str, old: Sequence[Prompt], new: Sequence[Prompt], pairs: Pairs
) -> Iterator[Change]:
    for number, (before, after) in enumerate(zip_longest(old, new)):
        place = _Place(what + _TRIES[min(number, 2)], node, language)
        was, now = (node_words(prompt) if prompt else "" for prompt in (before, after))
        was = pairs.words_now(was)
        if was != now:
            yield place.changed(was, now)
        yield from _recording(place, before, after)


def _recording(place: _Place, old: Prompt | None, new: Prompt | None) -> Iterator[Change]:
    before, after = (prompt.fixed.audio if prompt else "" for prompt in (old, new))
    if before != after and old and new:
        if not after:
            yield place.sentence("the voice speaks it now; it was a recording")
        elif not before:
            yield place.sentence("a recording is played now; the voice spoke it")
        else:
            yield place.sentence("another recording is played")


def _options(old: Side, new: Side, name: str, language: str, pairs: Pairs) -> Iterator[Change]:
    """Compare the purposes of keys, and the phrases that mean them, also for keys that moved."""
    now = pairs.names[name]
    before, after = old.tree.nodes[name], new.tree.nodes[now]
    if not isinstance(before, ListeningNode) or not isinstance(after, ListeningNode):
        return
    was, become = _by_key(old.tree, name, language), _by_key(new.tree, now, language)
    for key, other in Menu.of(before, after, pairs).same.items():
        place = _Place(f"`{now}` key {other}", now, language)
        if was[key].language == become[other].language:
            yield from _announced(place, was[key], become[other])
        yield from _heard(place, was[key].heard, become[other].heard, is_used=new.tree.declared.speech)


def _by_key(tree: Tree, name: str, language: str) -> dict[str, OptionSpeech]:
    return {option.key: option for option in tree.speech[language].nodes[name].options}


def _announced(place: _Place, old: OptionSpeech, new: OptionSpeech) -> Iterator[Change]:
    """Compare the words of an option, which may be a noun, a verb or a whole sentence. A key that moved is told elsewhere."""
    before, after = old.announcement, new.announcement
    if before == after:
        return
    forms = {each.form for each in (before, after) if each}
    was, now = (
        f"{each.form}: {each.text}" if each and len(forms) > 1 else each.text if each else ""
        for each in (before, after)
    )
    yield place.changed(was, now)


def _heard(place: _Place, old: Sequence[str], new: Sequence[str], *, is_used: bool) -> Iterator[Change]:
    gone, come = (
        [in_quotes(phrase) for phrase in one if phrase not in two] for one, two in ((old, new), (new, old))
    )
    parts = [f"{', '.join(come)} now means it"] if come else []
    parts += [f"{', '.join(gone)} means it no more"] if gone else []
    if parts:
        heading = Heading.words if is_used else Heading.editors
        what = f"{place.what}, spoken: {'; '.join(parts)}"
        yield Change(heading, what, place.node, place.language)


def _anywhere(old: Side, new: Side, language: str) -> Iterator[Change]:
    before, after = (
        {option.key: option for option in side.tree.speech[language].anywhere} for side in (old, new)
    )
    for key in before.keys() & after.keys():
        was, now = before[key], after[key]
        place = _Place(f"Everywhere: key {key}", "", language)
        if was.announcement and now.announcement:
            yield from _announced(place, was, now)
        yield from _heard(place, was.heard, now.heard, is_used=new.tree.declared.speech)


def _sentences(old: Speech, new: Speech, pairs: Pairs) -> Iterator[Change]:
    """Compare the sentences of the machine itself."""
    for name in dict.fromkeys([*old.phrases, *new.phrases]):
        before, after = old.phrases.get(name, ()), new.phrases.get(name, ())
        yield from _prompts_differ(f"The sentence `{name}`", "", new.language, before, after, pairs)
    typed = [{name: each.typed for name, each in side.patterns.items()} for side in (old, new)]
    for name, was, now in changed(*typed):
        yield _Place(f"The sentence `{name}`", "", new.language).changed(was or "", now or "")
