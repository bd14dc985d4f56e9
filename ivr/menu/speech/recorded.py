"""What a language without a voice says, put together from recordings when a menu is loaded, and values in a call.

Every text is one recording, named after its place in the words file: ``nodes/greeting/say``. A text with values has one for each part
between them. What stands for a recording in a text is a few private characters with its name and its words. So a template
with values becomes, in a call, the recordings to play and their words at once.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from jinja2 import Template, nodes

from ivr.menu.language.nodes import AskNode, Node
from ivr.menu.speech.clip_values import ClipValues, encoded, has_words, parts_of
from ivr.menu.speech.markup import plain
from ivr.menu.speech.sandbox import MenuEnvironment, recorded_environment

ENDINGS = (".wav", ".mp3", ".ulaw", ".gsm", ".aiff")
"""The endings of a recording that no text names, in the order in which they are looked for."""
_BETWEEN = " .,;:!?…，。；：！？"
"""What may stand between a value and the words behind it."""


class Recorded(NamedTuple):
    """What is heard of a text: its words, and the published names of the recordings."""

    text: str
    audio: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recorder:
    """Puts together what one language says from its recordings."""

    values: ClipValues
    recordings: Mapping[str, str] | None = None
    """The published name of each file, or None if the files are unknown. Then every recording is taken to be there."""
    script: dict[str, str] = field(default_factory=dict)
    """The words of each file that the menu plays. It fills while the menu is compiled."""
    _environments: list[MenuEnvironment] = field(default_factory=list)

    def file(self, clip: str) -> str:
        """Return the file of a recording, with the ending that it has or should have."""
        if clip.endswith(ENDINGS):
            return clip
        return next(
            (clip + end for end in ENDINGS if clip + end in (self.recordings or ())), clip + ENDINGS[0]
        )

    def has(self, clip: str) -> bool:
        return self.file(clip) in (self.recordings or ())

    def fixed(self, text: str, clip: str) -> str:
        """Return what stands for a text without values."""
        if not has_words(text):
            return text
        self.script[self.file(clip)] = " ".join(text.split()).lstrip(_BETWEEN)
        return encoded(clip, text)

    def sentence(self, text: str, clip: str) -> str:
        """Return what stands for one of the machine's sentences. Its places in single braces stay."""
        return "".join(
            each if each.startswith("{") else self.fixed(each, name)
            for each, name in _named([*filter(None, re.split(r"(\{\w+\})", text))], clip)
        )

    def template(self, texts: Iterable[tuple[str, str]]) -> Template:
        """Compile texts with values, of which each has the name of its recordings, into one template."""
        env = self._environment()
        body = [node for text, clip in texts for node in self._body(env, text, clip)]
        whole = nodes.Template(body, lineno=1)
        whole.set_environment(env)
        return env.from_string(whole)

    def _body(self, env: MenuEnvironment, text: str, clip: str) -> list[nodes.Node]:
        parsed = env.parse(text)
        found = [*parsed.find_all(nodes.TemplateData)]
        for data, (words, name) in zip(found, _named([each.data for each in found], clip), strict=True):
            data.data = self.fixed(words, name)
        self.script.update({self.file(each.name): each.words for each in self.values.used(parsed)})
        return parsed.body

    def _environment(self) -> MenuEnvironment:
        if not self._environments:
            self._environments.append(recorded_environment(self.values.filters()))
        return self._environments[0]

    def uses(self, name: str) -> None:
        """Note that the machine itself says values as a filter does, for instance where it reads an entry back."""
        self.script.update({self.file(each.name): each.words for each in self.values.clips(name)})

    def entry(self, value: object, node: Node) -> str:
        """Return what stands for an entry that is read back."""
        return self.values.filters()[read_back_filter(node)](value)

    def heard(self, said: str) -> Recorded:
        """Return the words and the recordings of what a text has become."""
        words, audio = list[str](), list[str]()
        for text, clip in parts_of(said):
            words.append(text)
            if clip:
                file = self.file(clip)
                published = file if self.recordings is None else self.recordings.get(file, "")
                audio += [published] if published else []
        return Recorded(" ".join("".join(words).split()), tuple(audio))


def texts_in(parsed: nodes.Template) -> Iterator[nodes.Node]:
    """Yield what a template says: its words, and its values."""
    for output in parsed.find_all(nodes.Output):
        yield from output.nodes


def _named(texts: list[str], clip: str) -> Iterator[tuple[str, str]]:
    """Name the recordings of the parts of a text: ``say`` if there is one, else ``say-a``, ``say-b``."""
    spoken = [number for number, text in enumerate(texts) if has_words(text) and not text.startswith("{")]
    for number, text in enumerate(texts):
        if number not in spoken or len(spoken) == 1:
            yield text, clip
        else:
            place = spoken.index(number)
            letters = string.ascii_lowercase
            yield text, f"{clip}-{letters[place] if place < len(letters) else place + 1}"


def announcement_parts(pattern: str, form: str) -> tuple[str, str]:
    """Cut a sentence such as ``For {for}, press {key}.`` in two: what a key is for, and the key.

    The first part of the sentence goes up to its place and the punctuation behind it.
    """
    first = min(pattern.index(f"{{{form}}}"), pattern.index("{key}"))
    end = re.compile(r"\{\w+\}[^\w{]*").match(pattern, first)
    assert end is not None
    return pattern[: end.end()], pattern[end.end() :]


def typed_words(text: str) -> str:
    """Return a text without its marks: a recording has its own pauses."""
    return plain(" ".join(text.split()))


def read_back_filter(node: Node) -> str:
    """Return the filter that says an entry as it is read back, or an empty text if it is not."""
    if not isinstance(node, AskNode) or not node.read_back or node.ask == "yes_no":
        return ""
    return {"amount": "money", "date": "full_day", "phone": "phone"}.get(node.ask, "digits")
