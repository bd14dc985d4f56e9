"""The words of a prompt before any call."""

from __future__ import annotations

import pytest

from ivr.menu.speech.durations import spoken_seconds
from ivr.menu.speech.estimates import seconds_of, words
from ivr.menu.speech.prompts import Voice


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("zh-CN", "您好。", "您好。"),
        ("zh-CN", "还可以转出{{ left | money }}。", "还可以转出3512.4元。"),
        ("en-US", "It arrives on {{ arrives | day }}.", "It arrives on Tuesday, November 24."),
        ("en-US", "Case {{ case_number | string | digits }}.", "Case 6 6 8 8."),
        ("en-US", "You have {{ n | count('message', 'messages') }}.", "You have 3 messages."),
        ("en-US", "{{ n | money(currency) }}", "3,512 dollars and 40 cents"),
        ("en-US", "{{ n | money('CNY') }}", "3,512.40 yuan"),
        ("zh-CN", "转到{{ bank }}。", "转到招商银行。"),
        ("en-US", "a{% if few %} few{% else %} great many{% endif %} of them", "a great many of them"),
        ("en-US", "a{% if x %}{% if y %} b{% endif %} long one{% else %} c{% endif %}.", "a b long one."),
        ("en-US", "a {# never said #}b", "a b"),
    ],
)
def test_a_template_has_plausible_words(language: str, text: str, said: str) -> None:
    """Values of usual length, of branches the longest."""
    text = text.replace("| string ", "")
    assert words(Voice(language).prompt(text)) == said


def test_prompts_take_their_seconds_one_after_the_other() -> None:
    """By the same model as everywhere."""
    one, two = Voice("zh-CN").prompt("您好。"), Voice("en-US").prompt("Hello there.")
    wanted = spoken_seconds("您好。", "zh-CN") + spoken_seconds("Hello there.", "en-US")
    assert seconds_of((one, two)) == pytest.approx(wanted)
