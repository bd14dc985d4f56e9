"""How far the model of spoken seconds is off, and what its constants should be: espeak-ng speaks every shipped prompt.

    python -m benchmarks.spoken [menus/yuebao]
    python -m benchmarks.spoken --packs

It wants espeak-ng (``make voice``). Spoken are the fixed prompts of the hotline and everything else that its written calls
let a caller hear, which is the templates with their values. A duration is that of the WAV from the first sample to the last
one that is louder than a hundredth of the loudest: the third of a second of silence that espeak-ng leaves at the end does
not count. Texts that mix the scripts are left out: no voice of espeak-ng reads both.

Chinese is spoken by ``cmn-latn-pinyin``, which differs from ``cmn`` in how it reads Latin letters alone. In espeak-ng 1.51
``cmn`` takes the pinyin of its own dictionary for English, and says `king three` for 请: half as long again.

``--packs`` does the same for every other language pack that a voice of espeak-ng reads, on the machine's own sentences in it. They
are fewer, and of one kind.

The fit is a least-squares one in which each prompt weighs as one over its duration: the errors of words add up, so that
their square grows with the length. No constant may be negative. Exit status 1: a constant of a language's pack
(``ivr/menu/speech/languages/``) differs from the fitted one by more than a twentieth.
"""

from __future__ import annotations

import argparse
import array
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from ivr.calls.hotline_loader import load_tree
from ivr.calls.line import Heard
from ivr.harness import DirectHarnesses
from ivr.lint.patterns import sentences
from ivr.logs import configure
from ivr.menu.language.phrases import Phrases
from ivr.menu.speech.durations import SpokenParts, cost, parts
from ivr.menu.speech.packs import pack
from ivr.menu.tree import Tree
from ivr.written.runner import play, read_calls

VOICES = {"Chinese": "cmn-latn-pinyin", "English": "en-us"}
PACKS = {"Chinese": "zh-CN", "English": "en-US"}
FITTED = {
    "Chinese": ("characters", "pauses"),
    "English": ("prompts", "words", "letters", "pauses"),
}
"""By language: the parts of a text whose seconds are fitted to it. A Chinese prompt as such takes hardly anything."""
QUIET = 0.01
"""Of the loudest sample: what is quieter at an end of a WAV is silence."""
MOST_APART = 0.05
_CASE = (
    (re.compile("[零幺二三四五六七八九]{8}"), "九七幺五三九六八"),
    (re.compile(r"\d( \d){7}"), "9 7 1 5 3 9 6 8"),
)
"""Case numbers are random: another one in place of each makes every run speak the same."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A prompt, and the seconds that espeak-ng takes for it."""

    language: str
    text: str
    seconds: float

    @property
    def counts(self) -> list[int]:
        """What of the text takes time, as far as it is fitted."""
        counted = counts(self.text, self.language)
        return [getattr(counted, name) for name in FITTED[self.language]]


def counts(text: str, language: str) -> SpokenParts:
    """Return what takes time in a text of one of :data:`PACKS`."""
    return parts(text, syllables=pack(PACKS[language]).seconds.numbers == "characters")


def speak(text: str, voice: str) -> float:
    """Return the seconds that a voice of espeak-ng takes, without the silence at both ends. Raises OSError."""
    command = ["espeak-ng", "-v", voice, "--stdout", "--", text]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    rate = int.from_bytes(wav[24:28], "little")
    sound = wav[wav.index(b"data") + 8 :]  # the length before it is unknown to who writes into a pipe
    samples = array.array("h", sound[: len(sound) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    loudest = max(map(abs, samples), default=0)
    loud = [place for place, sample in enumerate(samples) if abs(sample) > loudest * QUIET]
    return (loud[-1] - loud[0] + 1) / rate if loud else 0.0


def prompts(folder: Path) -> list[tuple[str, str]]:
    """Return what a hotline says: each text once, with the language that it is read in."""
    tree = load_tree(folder)
    texts = dict(fixed_prompts(tree))
    for text, tag in _in_calls(folder, tree):
        for pattern, usual in _CASE:
            text = pattern.sub(usual, text)  # noqa: PLW2901
        texts |= _unmixed(text, tag)
    return list(texts.items())


def fixed_prompts(tree: Tree) -> list[tuple[str, str]]:
    """Return the prompts that are the same in every call, with the language that each is read in."""
    texts: dict[str, str] = {}
    for speech in tree.speech.values():
        nodes = speech.nodes.values()
        spoken = [group for node in nodes for group in (*node.spoken.values(), node.announced)]
        for prompt in (prompt for group in (*spoken, *speech.phrases.values()) for prompt in group):
            if prompt.template is None:
                texts |= _unmixed(prompt.fixed.text, prompt.fixed.language)
    return list(texts.items())


def _in_calls(folder: Path, tree: Tree) -> Iterator[tuple[str, str]]:
    harnesses = DirectHarnesses(folder, tree)
    for file, call in read_calls(folder)[0]:
        for item in play(file, call, harnesses).happened:
            if isinstance(item, Heard):
                yield item.text, item.language


def _unmixed(text: str, tag: str) -> dict[str, str]:
    """Return a text with its language, or nothing where it is empty or mixes the scripts."""
    chinese = tag.startswith("zh")
    mixed = re.search("[A-Za-z]", text) if chinese else parts(text, syllables=False).characters
    return {} if mixed or not text else {text: "Chinese" if chinese else "English"}


PACK_VOICES = {
    "ar": "ar", "de-DE": "de", "en-GB": "en-gb", "es-ES": "es", "es-MX": "es-419", "fr-CA": "fr-fr", "fr-FR": "fr-fr",
    "hi-IN": "hi", "it-IT": "it", "ko-KR": "ko", "pt-BR": "pt-br", "ru-RU": "ru", "vi-VN": "vi", "yue-HK": "yue",
}  # fmt: skip
"""The voice of each pack. espeak-ng reads no kanji, and zh-TW is to the ear what zh-CN is."""
_VALUES = {"{length}": "6", "{value}": "3 8 1 5", "{account}": "3 9 0 2"}


def pack_sentences(tag: str) -> list[str]:
    """Return the machine's own sentences in a pack, whole and, where they are several, each alone."""
    of = pack(tag)
    values = {**_VALUES, "{key}": of.keys.digits.replace("{digits}", "3")}
    values |= dict.fromkeys(("{for}", "{to}", "{reason}"), of.seconds.value)
    texts: list[str] = []
    for name in Phrases.model_fields:
        said = getattr(of.sentences, name)
        for text in said if isinstance(said, list) else [said]:
            for place, value in values.items():
                text = text.replace(place, value)  # noqa: PLW2901
            texts += [text, *(sentences(text) if len(sentences(text)) > 1 else ())]
    return [text for text in dict.fromkeys(texts) if len(text) > _SHORTEST]


_SHORTEST = 6
"""Characters of a sentence. A shorter one is a name, such as that of a key."""


def report_pack(tag: str) -> None:
    """Print the constants and the error of one pack."""
    seconds = pack(tag).seconds
    by_character = seconds.numbers == "characters"
    names = FITTED["Chinese"] if by_character else FITTED["English"]
    names = ("prompts", *(name for name in names if name != "prompts"))
    texts = pack_sentences(tag)
    spoken = [speak(text, PACK_VOICES[tag]) for text in texts]
    counted = [parts(text, syllables=by_character) for text in texts]
    fitted = fit([[getattr(each, name) for name in names] for each in counted], spoken)
    off = mean(abs(cost(each, seconds) / time - 1) for each, time in zip(counted, spoken, strict=True))
    shown = ", ".join(
        f"{name.removesuffix('s')} {value:.4f} ({getattr(seconds, name.removesuffix('s')):.4f})"
        for name, value in zip(names, fitted, strict=True)
    )
    print(f"{tag:7}{len(texts):4} sentences, {off:5.1%} off; fitted (the model): {shown}")


def fit(rows: Sequence[Sequence[int]], seconds: Sequence[float]) -> list[float]:
    """Return the seconds of each part that fit best, none of them negative."""
    used = list(range(len(rows[0])))
    while True:
        weighted = [(row, each, 1 / each) for row, each in zip(rows, seconds, strict=True)]
        squares = [[sum(row[i] * row[j] * weight for row, _, weight in weighted) for j in used] for i in used]
        sides = [sum(row[i] * each * weight for row, each, weight in weighted) for i in used]
        found = dict(zip(used, solved(squares, sides), strict=True))
        negative = [place for place, value in found.items() if value < 0]
        if not negative:
            return [found.get(place, 0.0) for place in range(len(rows[0]))]
        used.remove(min(negative, key=found.__getitem__))


def solved(squares: Sequence[Sequence[float]], sides: Sequence[float]) -> list[float]:
    """Solve a few linear equations (Gauss and Jordan)."""
    rows = [[*row, side] for row, side in zip(squares, sides, strict=True)]
    for step in range(len(rows)):
        best = max(range(step, len(rows)), key=lambda other: abs(rows[other][step]))
        rows[step], rows[best] = rows[best], rows[step]
        rows[step] = [value / rows[step][step] for value in rows[step]]
        for other, row in enumerate(rows):
            if other != step:
                rows[other] = [
                    value - row[step] * pivot for value, pivot in zip(row, rows[step], strict=True)
                ]
    return [row[-1] for row in rows]


def report(language: str, spoken: Sequence[Spoken]) -> bool:
    """Print the constants and the errors of one language; return whether the model has these constants."""
    constants = fit([each.counts for each in spoken], [each.seconds for each in spoken])
    names = [name.removesuffix("s") for name in FITTED[language]]
    seconds = pack(PACKS[language]).seconds
    have = [float(getattr(seconds, name)) for name in names]
    whole = [(each, cost(counts(each.text, language), seconds)) for each in spoken]
    off = [(abs(model - each.seconds), each, model) for each, model in whole]
    _, worst, said = max(off, key=lambda each: each[0] / each[1].seconds)
    print(
        f"{language}: {len(spoken)} prompts, {sum(each.seconds for each in spoken):.0f} s by {VOICES[language]}"
    )
    print(f"{'':12}{'fitted':>9}{'the model':>11}")
    for name, fitted, ours in zip(names, constants, have, strict=True):
        print(f"{name:12}{fitted:9.4f}{ours:11.4f}")
    print(
        f"error of the model: {mean(each[0] for each in off):.2f} s, {mean(each[0] / each[1].seconds for each in off):.1%}"
    )
    print(f"worst: {said:.2f} s for {worst.seconds:.2f} s: {worst.text}")
    print(
        f"all prompts together: {sum(model for _, model in whole) / sum(each.seconds for each in spoken) - 1:+.1%}\n"
    )
    return all(
        abs(ours - fitted) <= MOST_APART * fitted for ours, fitted in zip(have, constants, strict=True)
    )


def main() -> int:
    """Measure, fit and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("hotline", type=Path, nargs="?", default=Path("menus/yuebao"))
    parser.add_argument("--packs", action="store_true", help="the language packs, in place of a hotline")
    options = parser.parse_args()
    configure(level="critical")
    if options.packs:
        for tag in PACK_VOICES:
            report_pack(tag)
        return 0
    texts = prompts(options.hotline)
    try:
        with ThreadPoolExecutor() as pool:
            seconds = list(pool.map(lambda each: speak(each[0], VOICES[each[1]]), texts))
    except FileNotFoundError:
        print("espeak-ng is not installed (make voice)", file=sys.stderr)
        return 1
    spoken = [Spoken(language, text, each) for (text, language), each in zip(texts, seconds, strict=True)]
    same = [report(language, [each for each in spoken if each.language == language]) for language in VOICES]
    if not all(same):
        print("ivr/menu/speech/languages/ has other constants than these (more than 5 % apart)")
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
