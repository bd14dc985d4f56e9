"""Records what a caller does on a line as a written call, while the call goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ivr.calls.line import AwaitedInput, Heard, Item, Line, Waiting
from ivr.menu.tree import Tree
from ivr.written.model import At, CallStep, Hears, Leaves, Press, Speak, TypesCode, Waits, WrittenCall
from ivr.written.runner import mask, texted_code

LONGEST_WAIT = 86_400
"""The most seconds of one `wait`."""
TITLE = 60
"""The most characters of a title that is made of pressed keys."""
MOST_PARTS = 4
"""The most parts of heard speech that are written after one action of the caller."""
UNSAID = "(not written)"
"""Stands for speech that may be secret."""


@dataclass(slots=True)
class HotlineView:
    """The inside of a call in this process. A call on a running server has none."""

    node: Callable[[], str]
    """Returns the node where the call waits."""
    texts: Callable[[str], Sequence[str]]
    """Returns the text messages of a call so far."""


@dataclass(slots=True)
class RecordingLine:
    """A line that writes down what its caller does and hears.

    Without ``inside`` the caller may be real, so nothing private is written: no entry of more than one key, no sentence
    with a number, and of a known hotline only what it says to everybody. What is said when a secret is asked for is
    never written.
    """

    line: Line
    begun: Mapping[str, Any]
    """The caller, the time and the language, by the keys of a written call."""
    desks: Mapping[str, str]
    """The number of each desk."""
    inside: HotlineView | None
    common: Collection[str] | None = None
    """What the hotline says to everybody; None if the menu is unknown."""
    options: Collection[str] = ()
    """What announces an option."""
    steps: list[CallStep] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """The caller's actions as a title may show them."""
    hidden: bool = False
    """Whether something that was typed or said is left out."""
    rung: dict[str, list[str]] = field(default_factory=dict)
    """What happened at each number that was rung."""
    ran: dict[str, list[tuple[bool, float]]] = field(default_factory=dict)
    """For each run of an action: whether its service was down, and how many seconds it took."""
    call: str = field(init=False)

    def __post_init__(self) -> None:
        self.call = self.line.call

    @property
    def waiting(self) -> Waiting:
        return self.line.waiting

    @property
    def awaited(self) -> AwaitedInput | None:
        return self.line.awaited

    @property
    def ending(self) -> str:
        return self.line.ending

    def take(self) -> list[Item]:
        """Return what was heard, and write down a part of it that identifies the turn."""
        items = self.line.take()
        said = [item.text for item in items if isinstance(item, Heard)]
        parts = telling(said if self.inside else [*filter(None, map(self._anybodys, said))], self.options)
        if parts:
            self.steps.append(Hears(hears=parts if len(parts) > 1 else parts[0]))
        return items

    def start(self) -> None:
        self.line.start()

    def press(self, keys: str) -> None:
        awaited = self.line.awaited
        secret = bool(awaited and awaited.secret)
        # A single key is a choice, such as `0#` for the human. More may be a secret, even if none is asked for.
        hidden = self.inside is None and len(keys.removesuffix("#")) > 1
        self.hidden = self.hidden or hidden
        step = Press(press=mask(keys, "0")) if hidden else self._pressed(keys, secret=secret)
        self._did(step, mask(keys) if secret or hidden else keys)
        self.line.press(keys)

    def speak(self, text: str) -> None:
        awaited = self.line.awaited
        secret = bool(awaited and awaited.secret)
        hidden = secret or (self.inside is None and has_number(text))
        self.hidden = self.hidden or hidden
        self._did(Speak(say=UNSAID if hidden else text), "speech" if hidden else text)
        self.line.speak(text)

    def silence(self) -> None:
        self._did("silence", "silence")
        self.line.silence()

    def pass_time(self, seconds: float) -> None:
        left = round(seconds)
        while left > 0:
            self.steps.append(Waits(wait=min(left, LONGEST_WAIT)))
            left -= LONGEST_WAIT
        self.line.pass_time(seconds)

    def record(self, seconds: int) -> None:
        self._did(Leaves(record=min(seconds, 600)), "a recording")
        self.line.record(seconds)

    def hang_up(self) -> None:
        """Hang up. This is not written: a written call that ends while the hotline listens hangs up anyway."""
        if self.inside and self.waiting == "keys":
            self.steps.append(At(node=self.inside.node()))
        self.line.hang_up()

    def _did(self, step: CallStep, shown: str) -> None:
        self.steps.append(step)
        self.shown.append(shown)

    def _pressed(self, keys: str, *, secret: bool) -> CallStep:
        """Return the step that presses keys. A texted code is written as `code: latest`."""
        texts = self.inside.texts(self.call) if self.inside and secret else ()
        if texts and keys.removesuffix("#") == texted_code(texts, "latest"):
            return TypesCode(code="latest")
        if texts and keys.removesuffix("#") == texted_code(texts, "earlier"):
            return TypesCode(code="earlier")
        return Press(press=keys)

    def _anybodys(self, text: str) -> str:
        """Return the heard sentences that are not private."""
        if self.common is not None and text.strip() not in self.common:
            return ""
        return "\n".join(part for part in _SENTENCE.split(text) if not has_number(part))

    # --- the written call

    def kept(self) -> WrittenCall:
        """Return the call so far."""
        last = {name: runs[-1] for name, runs in self.ran.items()}
        answers = {
            name: self.rung[number][-1] for name, number in self.desks.items() if self.rung.get(number)
        }
        ending = self.line.ending if self.waiting == "nobody" else ""
        data = {
            **self.begun,
            "call": recorded_title("Tried", self.shown),
            "desks": {name: answer for name, answer in answers.items() if answer != "answered"},
            "unavailable": [name for name, (down, _) in last.items() if down],
            "slow": {name: seconds for name, (down, seconds) in last.items() if seconds and not down},
            "steps": self.steps or ["hang_up"],
            "ends": ending if ending in ENDINGS else None,
        }
        return WrittenCall.model_validate(data)

    def notes(self) -> list[str]:
        """Return what a written call cannot express of this one."""
        remarks = [
            f"the desk at {number} did not answer every time alike; it is written as it was the last time"
            for number, answers in self.rung.items()
            if len(set(answers)) > 1
        ]
        remarks += [
            f"there is no desk with the number {number} in the hotline; what happened there is not written"
            for number in self.rung
            if number not in self.desks.values()
        ]
        remarks += [
            f"`{name}` was not down or slow every time alike; it is written as it was the last time"
            for name, runs in self.ran.items()
            if len(set(runs)) > 1
        ]
        if self.inside is None:
            remarks.append("what is heard was told to a caller; see that nothing of a real one's is in it")
        if self.hidden:
            remarks.append(
                f"entries that may be secret are not written: zeros, or `{UNSAID}`, stand for them; "
                "type a demonstration customer's in their place"
            )
        return remarks


ENDINGS = frozenset({"completed", "transferred", "hung_up", "farewell"})


def recorded_title(word: str, shown: Sequence[str]) -> str:
    """Return a title of the caller's actions: `Tried: 1, 3, silence`."""
    whole = f"{word}: {', '.join(shown) or 'nothing but listening'}"
    return whole if len(whole) <= TITLE else f"{whole[: TITLE - 1].rstrip(' ,')}…"


# --- what to recognise a turn by


def announcements(tree: Tree) -> set[str]:
    """Return what announces an option, in every language."""
    nodes = (own for speech in tree.speech.values() for own in speech.nodes.values())
    return {prompt.fixed.text.strip() for own in nodes for prompt in own.announced} - {""}


def said_to_everybody(tree: Tree) -> set[str]:
    """Return the prompts without values: they are the same in every call."""
    wordings = [
        prompts
        for speech in tree.speech.values()
        for prompts in (
            *(each for own in speech.nodes.values() for _, each in own.prompts),
            *speech.phrases.values(),
        )
    ]
    return {prompt.fixed.text.strip() for prompts in wordings for prompt in prompts} - {""}


_NUMBER_WORDS = re.compile(
    r"[0-9]|\d|[零〇幺一二两三四五六七八九十百千万亿]|"
    r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|billion|double|triple)s?\b",
    re.IGNORECASE,
)


def has_number(text: str) -> bool:
    """Return whether a text has a number in digits or words. It may be somebody's amount, day or secret."""
    return bool(_NUMBER_WORDS.search(text))


_OPTION = re.compile(r"请按\S{1,8}(?: \d+)?。?$|\bpress \w+(?: \d+)?(?:,? then \w+)?\.?$", re.IGNORECASE)
"""The end of an announced option of an unknown hotline. Nearly every turn has one, and it changes whenever a key moves."""
_SENTENCE = re.compile(r"[。！？；!?;\n]+|\.(?=\s|$)")
_NUMBER = re.compile(r"\d[\d,.:]*|[零幺一二三四五六七八九]{3,}")
_ENOUGH = 4
"""The least characters of a part."""


def telling(said: Sequence[str], options: Collection[str] = ()) -> list[str]:
    """Return at most :data:`MOST_PARTS` parts of what was said that identify the turn, in order.

    They are the beginning of each text, and the end of the last one, which is the question. Announced options serve
    only if there is nothing else. Sentences with digits are avoided, since amounts, days and case numbers change.
    """
    spoken = [text.strip() for text in said if text.strip()]
    sentences = [text for text in spoken if text not in options and not _OPTION.search(text)]
    if not sentences:
        return [spoken[0].rstrip("。.")] if spoken else []
    parts = [part for text in sentences for part in _steady(text)[:1]]
    parts = list(dict.fromkeys([*parts, *_steady(sentences[-1])[-1:]]))
    return [*parts[: MOST_PARTS - 1], *parts[-1:]] if len(parts) > MOST_PARTS else parts


def _steady(text: str) -> list[str]:
    """Return the sentences of a text that are likely to be the same next time, or the closest to that."""
    sentences = [part.strip() for part in _SENTENCE.split(text) if part.strip()]
    steady = [part for part in sentences if not _NUMBER.search(part) and len(part) >= _ENOUGH]
    if steady:
        return steady
    pieces = [piece.strip(" ，,、：:") for part in sentences for piece in _NUMBER.split(part)]
    longest = max(pieces, key=len, default="")
    return [longest] if len(longest) >= _ENOUGH else sentences
