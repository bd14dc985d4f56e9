"""The model of spoken seconds beside espeak-ng: on durations that were measured once, and on what is installed here."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import mean

import pytest

from benchmarks.spoken import FITTED, PACK_VOICES, VOICES, fit, fixed_prompts, pack_sentences, solved, speak
from ivr.calls.hotline_loader import load_tree
from ivr.menu.speech.durations import parts, spoken_seconds

YUEBAO = Path(__file__).parents[3] / "menus" / "yuebao"
TAGS = {"Chinese": "zh-CN", "English": "en-US"}
MOST_OFF = 0.1
"""The mean relative error that the model may have; that of one prompt may be larger."""

MEASURED = (
    ("Chinese", "不用发请按2。", 1.43),
    (
        "Chinese",
        "今天您已经快速转出10000元，不能再快速转出了，零点恢复。普通转出没有限额，现在申请，11月24日星期二到账。",
        14.01,
    ),
    ("Chinese", "冻结以后，转出和付款都会停。", 3.56),
    ("Chinese", "好的，短信马上就发。", 2.21),
    ("Chinese", "很抱歉，公告暂时读不出来。", 3.13),
    ("Chinese", "您可以在嘀声后留言，说完按井号键。不留言的话，请稍等片刻。", 7.38),
    (
        "Chinese",
        "您转出的5000元没有成功。中国农业银行没有确认，尾号三九零二的卡是您本人的。请在应用里重新绑定自己的卡，或者向银行核实，电话九五五九九。",
        17.50,
    ),
    ("Chinese", "收益请按2。", 1.25),
    ("Chinese", "没有听到您的输入。", 1.84),
    ("Chinese", "登记的是别的手机号，请按1再按井号键。", 4.39),
    ("Chinese", "请别着急，我马上为您转接安全专席。", 4.34),
    ("Chinese", "还是对不上，请您看准了再输一次。", 3.87),
    ("Chinese", "重设支付密码请按2。", 2.34),
    ("English", "A new code is on its way.", 1.35),
    ("English", "For a different registered number, press 1, then pound.", 3.34),
    ("English", "For earnings, press 2.", 1.43),
    ("English", "For not freezing anything, press 3.", 2.14),
    ("English", "For yesterday's earnings, press 1.", 2.08),
    ("English", "I'm getting someone on the line. One moment, please.", 3.14),
    (
        "English",
        "I'm sorry, something went wrong on our side. I'll get someone to help you right away.",
        4.71,
    ),
    ("English", "No problem. I'm getting the security desk to do it right now.", 3.62),
    (
        "English",
        "Please enter the six digits I've texted to your registered phone. They're for this call only.",
        4.92,
    ),
    ("English", "Take your time. A message can take a few seconds.", 3.04),
    (
        "English",
        "That's three tries that didn't check out. For the next 2 hours 50 minutes, we can't check by phone again.",
        6.22,
    ),
    ("English", "This has taken a while. Let me get someone to help you.", 2.86),
    ("English", "You don't hold anything in the fund, so there was no earning yesterday.", 3.61),
)
"""What espeak-ng 1.51 took for every so many of the shipped prompts, in order of the alphabet: seconds."""

needs_voice = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed (make voice)"
)


def off(language: str, text: str, seconds: float) -> float:
    """Return the model's error relative to the seconds that were measured; above 0 it is too long."""
    return spoken_seconds(text, TAGS[language]) / seconds - 1


@pytest.mark.parametrize("language", TAGS)
def test_the_model_is_near_to_what_was_measured(language: str) -> None:
    """On average a prompt is less than a tenth off, and the errors of many cancel out."""
    errors = [off(*each) for each in MEASURED if each[0] == language]
    assert mean(map(abs, errors)) < MOST_OFF
    assert abs(mean(errors)) < MOST_OFF / 2


@pytest.mark.parametrize("language", TAGS)
@needs_voice
def test_the_model_is_near_to_the_voice_that_is_installed(language: str) -> None:
    """Every tenth fixed prompt of the shipped hotline, spoken now."""
    texts = sorted({text for text, of in fixed_prompts(load_tree(YUEBAO)) if of == language})[::10]
    assert len(texts) >= 10
    errors = [off(language, text, speak(text, VOICES[language])) for text in texts]
    assert mean(map(abs, errors)) < MOST_OFF
    assert abs(mean(errors)) < MOST_OFF / 2


@pytest.mark.parametrize("tag", PACK_VOICES)
@needs_voice
def test_the_model_of_a_pack_is_near_to_its_voice(tag: str) -> None:
    """Some of the machine's own sentences, spoken now."""
    texts = pack_sentences(tag)[::8]
    assert len(texts) >= 5
    errors = [spoken_seconds(text, tag) / speak(text, PACK_VOICES[tag]) - 1 for text in texts]
    assert mean(map(abs, errors)) < MOST_OFF


@needs_voice
def test_silence_at_the_ends_does_not_count() -> None:
    """A sentence and a part of it, with the pause that espeak-ng makes after a sentence: the end is cut off alike."""
    assert speak("请稍等。", VOICES["Chinese"]) == pytest.approx(speak("请稍等", VOICES["Chinese"]), abs=0.02)
    assert speak("", VOICES["Chinese"]) == 0


@pytest.mark.parametrize("language", TAGS)
def test_the_fit_finds_the_constants_that_made_the_seconds(language: str) -> None:
    """Seconds that are made of known constants give them back; one that would be negative is 0."""
    texts = [text for of, text, _ in MEASURED if of == language]
    counts = [
        [getattr(parts(text, syllables=language == "Chinese"), name) for name in FITTED[language]]
        for text in texts
    ]
    constants = [0.1 * (place + 1) for place in range(len(FITTED[language]))]
    made = [sum(count * each for count, each in zip(row, constants, strict=True)) for row in counts]
    assert fit(counts, made) == pytest.approx(constants)
    assert fit([[1, 1], [1, 2], [1, 4]], [3, 2, 1])[1] == 0


def test_equations_are_solved() -> None:
    """Also where the first one does not begin with the first unknown."""
    assert solved([[0, 2], [4, 1]], [6, 7]) == pytest.approx([1, 3])
