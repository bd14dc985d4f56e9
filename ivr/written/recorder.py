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
"""Seconds that one step may wait."""
TITLE = 60
"""Characters of a title that is made of the keys that were pressed."""
MOST_PARTS = 4
"""Parts of what was heard that are written after one thing that the caller did."""
UNSAID = "(not written)"
"""What stands for speech that may be secret."""


@dataclass(slots=True)
class HotlineView:
    """What is known of a call whose hotline runs in this process; a call to a running server has none of it."""

    node: Callable[[], str]
    """Where the call waits."""
    texts: Callable[[str], Sequence[str]]
    """The text messages of a call so far."""


@dataclass(slots=True)
class RecordingLine:
    """A line that writes down what its caller does, and what is then heard.

    Without an ``inside`` nothing that may be secret is written, and nothing of what was heard that may be the
    caller's own: no entry that is longer than one key, no words with a number in them, and of a hotline that is known
    only what it says to everybody. What is said where a secret is asked for is never written.
    """

    line: Line
    begun: Mapping[str, Any]
    """Who rang, when and in which language, in the keys of a written call."""
    desks: Mapping[str, str]
    """The number of each desk."""
    inside: HotlineView | None
    common: Collection[str] | None = None
    """What the hotline says to everybody; None where it is not known."""
    steps: list[CallStep] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """What the caller did, as it may be shown."""
    hidden: bool = False
    """Whether something that was typed or said is not written."""
    rung: dict[str, list[str]] = field(default_factory=dict)
    """What happened at each number that was rung."""
    ran: dict[str, list[tuple[bool, float]]] = field(default_factory=dict)
    """Of each action's runs, whether its service was down and how many seconds it took."""
    call: str = field(init=False)

    def __post_init__(self) -> None:
        """Be the same call."""
        self.call = self.line.call

    @property
    def waiting(self) -> Waiting:
        """What the call waits for."""
        return self.line.waiting

    @property
    def awaited(self) -> AwaitedInput | None:
        """What is listened for."""
        return self.line.awaited

    @property
    def ending(self) -> str:
        """How the call ended."""
        return self.line.ending

    def take(self) -> list[Item]:
        """Return what was heard and noticed, and write down a part of it by which it can be recognised."""
        items = self.line.take()
        said = [item.text for item in items if isinstance(item, Heard)]
        parts = telling(said if self.inside else [*filter(None, map(self._anybodys, said))])
        if parts:
            self.steps.append(Hears(hears=parts if len(parts) > 1 else parts[0]))
        return items

    def start(self) -> None:
        self.line.start()

    def press(self, keys: str) -> None:
        awaited = self.line.awaited
        secret = bool(awaited and awaited.secret)
        # One key alone is a choice, such as `0#` for the human; more may be a secret, also where none is asked for.
        hidden = self.inside is None and len(keys.removesuffix("#")) > 1
        self.hidden = self.hidden or hidden
        step = Press(press=_zeros(keys)) if hidden else self._pressed(keys, secret=secret)
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
        """Do nothing."""
        self._did("silence", "silence")
        self.line.silence()

    def pass_time(self, seconds: float) -> None:
        """Let time go by."""
        left = round(seconds)
        while left > 0:
            self.steps.append(Waits(wait=min(left, LONGEST_WAIT)))
            left -= LONGEST_WAIT
        self.line.pass_time(seconds)

    def record(self, seconds: int) -> None:
        self._did(Leaves(record=min(seconds, 600)), "a recording")
        self.line.record(seconds)

    def hang_up(self) -> None:
        """Hang up. A written call that ends while the hotline listens is hung up by itself."""
        if self.inside and self.waiting == "keys":
            self.steps.append(At(node=self.inside.node()))
        self.line.hang_up()

    def _did(self, step: CallStep, shown: str) -> None:
        self.steps.append(step)
        self.shown.append(shown)

    def _pressed(self, keys: str, *, secret: bool) -> CallStep:
        """Return the step that presses keys: a code by what it is."""
        texts = self.inside.texts(self.call) if self.inside and secret else ()
        if texts and keys.removesuffix("#") == texted_code(texts, "latest"):
            return TypesCode(code="latest")
        if texts and keys.removesuffix("#") == texted_code(texts, "earlier"):
            return TypesCode(code="earlier")
        return Press(press=keys)

    def _anybodys(self, text: str) -> str:
        """Return what was heard without the sentences that may be the caller's own."""
        if self.common is not None and text.strip() not in self.common:
            return ""
        return "\n".join(part for part in _SENTENCE.split(text) if not has_number(part))

    # --- what came of it

    def kept(self) -> WrittenCall:
        """Return the call so far."""
        down = {name: [was for was, _ in runs] for name, runs in self.ran.items()}
        slow = {name: [took for _, took in runs] for name, runs in self.ran.items()}
        answers = {
            name: self.rung[number][-1] for name, number in self.desks.items() if self.rung.get(number)
        }
        ending = self.line.ending if self.waiting == "nobody" else ""
        data = {
            **self.begun,
            "call": recorded_title("Tried", self.shown),
            "desks": {name: answer for name, answer in answers.items() if answer != "answered"},
            "unavailable": [name for name, was in down.items() if was[-1]],
            "slow": {name: took[-1] for name, took in slow.items() if took[-1] and not down[name][-1]},
            "steps": self.steps or ["hang_up"],
            "ends": ending if ending in ENDINGS else None,
        }
        return WrittenCall.model_validate(data)

    def notes(self) -> list[str]:
        """Say what of the call a written one cannot tell."""
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
    """Return a title from what the caller did, as it may be shown."""
    whole = f"{word}: {', '.join(shown) or 'nothing but listening'}"
    return whole if len(whole) <= TITLE else f"{whole[: TITLE - 1].rstrip(' ,')}…"


def _zeros(keys: str) -> str:
    """Return keys of which zeros stand for all but the finishing one."""
    entry = keys.removesuffix("#")
    return "0" * len(entry) + keys[len(entry) :]


# --- what to recognise a turn by


def said_to_everybody(tree: Tree) -> set[str]:
    """Return what a hotline says that is the same in every call: it has no values in it."""
    prompts = [
        prompt
        for speech in tree.speech.values()
        for own in speech.nodes.values()
        for _, prompts in own.prompts
        for prompt in prompts
    ]
    prompts += [
        prompt for speech in tree.speech.values() for each in speech.phrases.values() for prompt in each
    ]
    return {prompt.fixed.text.strip() for prompt in prompts} - {""}


_NUMBER_WORDS = re.compile(
    r"[0-9]|\d|[零〇幺一二两三四五六七八九十百千万亿]|"
    r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|billion|double|triple)s?\b",
    re.IGNORECASE,
)


def has_number(text: str) -> bool:
    """Say whether a number is in a text, in digits or in words: it may be somebody's amount, day or secret."""
    return bool(_NUMBER_WORDS.search(text))


_OPTION = re.compile(r"请按\S{1,8}。?$|\bpress \w+(?:,? then \w+)?\.?$", re.IGNORECASE)
"""How an announced option ends: nearly every turn has one, and another one as soon as a key is moved."""
_SENTENCE = re.compile(r"[。！？；!?;\n]+|\.(?=\s|$)")
_NUMBER = re.compile(r"\d[\d,.:]*|[零幺一二三四五六七八九]{3,}")
_ENOUGH = 4
"""Characters that a part must have."""


def telling(said: Sequence[str]) -> list[str]:
    """Return the parts of what was said by which the turn can be recognised, in their order; at most :data:`MOST_PARTS`.

    Each is the beginning of one thing that was said, and the end of the last one: what is asked. The announced
    options count only where there is nothing else: then the first does. Sentences with digits are left out, since amounts, days and case
    numbers change; where there are no others they serve.
    """
    spoken = [text.strip() for text in said if text.strip()]
    sentences = [text for text in spoken if not _OPTION.search(text)]
    if not sentences:
        return [spoken[0].rstrip("。.")] if spoken else []
    parts = [part for text in sentences for part in _steady(text)[:1]]
    parts = list(dict.fromkeys([*parts, *_steady(sentences[-1])[-1:]]))
    return [*parts[: MOST_PARTS - 1], *parts[-1:]] if len(parts) > MOST_PARTS else parts


def _steady(text: str) -> list[str]:
    """Return the sentences of a text that are likely to be said again, or what is nearest to one."""
    sentences = [part.strip() for part in _SENTENCE.split(text) if part.strip()]
    steady = [part for part in sentences if not _NUMBER.search(part) and len(part) >= _ENOUGH]
    if steady:
        return steady
    pieces = [piece.strip(" ，,、：:") for part in sentences for piece in _NUMBER.split(part)]
    longest = max(pieces, key=len, default="")
    if len(longest) >= _ENOUGH:
        return [longest]
    return sentences
