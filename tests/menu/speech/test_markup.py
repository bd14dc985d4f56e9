"""The markup of spoken texts: what is a mark, and what is a mistake with what to write instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.speech.markup import MAX_MARKS, PRIVATE, marked_text, plain, without_marks
from ivr.menu.speech.prompts import Voice


@pytest.mark.parametrize(
    ("text", "words", "marks"),
    [
        ("Hello.", "Hello.", []),
        ("Hello. <pause> Welcome.", "Hello. Welcome.", ["pause 500"]),
        ("您好。<pause 1s>请说。", "您好。请说。", ["pause 1000"]),
        ("<pause 1.5s> Hello <pause 250ms>", "Hello", ["pause 1500", "pause 250"]),
        ("Please <slow>listen well</slow>.", "Please listen well.", ["slow "]),
        ("Please <slow> listen well </slow> .", "Please listen well .", ["slow "]),
        ("An <spell>SMS</spell> comes.", "An SMS comes.", ["spell "]),
        ("Call <say as digits>95188</say>.", "Call 95188.", ["say digits"]),
        ("On <say as date>2026-10-01</say>.", "On 2026-10-01.", ["say date ymd"]),
        ("On <say as date mdy>10/01/2026</say>.", "On 10/01/2026.", ["say date mdy"]),
        ("<slow>Dial <say as phone>{{ n }}</say> <pause> now</slow>", "Dial {{ n }} now", ["slow ", "say phone", "pause 500"]),
        ("{% if a < b %}<slow>x</slow>{% else %}<pause>y{% endif %}", "{% if a < b %}x{% else %}y{% endif %}", ["slow ", "pause 500"]),
        # what looks like a tag only to a program
        ("3 < 5 and 7 > 5", "3 < 5 and 7 > 5", []),
        ("若 a<b 则<5元", "若 a<b 则<5元", []),
        ("请看《暂停交易公告》和<余额宝>", "请看《暂停交易公告》和<余额宝>", []),
        ("<kf@example.com> <https://example.com/a>", "<kf@example.com> <https://example.com/a>", []),
        ("Yes [optional] (pause) 【通知】", "Yes [optional] (pause) 【通知】", []),
        # what an editor has pasted cannot be taken for a mark
        ("a\U000f0000b", "ab", []),
    ],
)  # fmt: skip
def test_marks_are_read_and_leave_the_words(text: str, words: str, marks: list[str]) -> None:
    """A text has its marks in order, and its words without them, with one space where a mark stood between two."""
    found = marked_text(text)
    assert not found.mistakes
    assert found.plain == plain(text) == words
    assert [f"{mark.kind.value} {mark.argument}" for mark in found.marks] == marks


MISTAKES = [
    # times
    ("A <pause 20s>.", "`<pause 20s>` would be read aloud", "write `<pause 10s>`"),
    ("A <pause 50ms>.", "`<pause 50ms>` would be read aloud", "write `<pause 100ms>`"),
    ("A <pause long>.", "`<pause long>` would be read aloud", "`<pause 500ms>`"),
    ("A <pause/>.", "`<pause/>` would be read aloud", "write `<pause>`"),
    ("A <pause 1s.", "`<pause 1s.` is not ended by `>`", "write `<pause 1s>`"),
    ("A <pause {{ n }}ms>.", "`<pause` is not ended by `>`", "`<pause 500ms>`"),
    ("A </pause>.", "a pause has no end", "delete `</pause>`"),
    ("<pause>", "there is a pause and there are no words", "write it into a sentence"),
    # pairs
    ("<slow>A.", "`<slow>` is not closed", "write `</slow>` where it ends"),
    ("A.</slow>", "`</slow>` closes nothing", "write `<slow>…</slow>`"),
    ("<slow>A <spell>B</slow></spell>", "`<spell>` is not closed before `</slow>`", "write `</spell>` before `</slow>`"),
    ("<slow>A <slow>B</slow></slow>", "`<slow>` stands within `<slow>`", "delete one of them"),
    ("<spell>A <pause>B</spell>", "`<spell>` holds words only", "write `</spell>` before `<pause>`"),
    ("<spell> </spell>A", "`<spell></spell>` holds no words", "delete it"),
    ("{% if a %}<slow>{% endif %}A</slow>", "different branches", "write `</slow>` in the branch of `<slow>`"),
    ("{% if a %}<slow>A{% else %}B</slow>{% endif %}", "different branches", "write `</slow>` in the branch"),
    ("{{ '<pause>' if a }}", "`<pause>` within `{{` would be read aloud", "write it outside of the braces"),
    # say as
    ("<say as money>5</say>", "`<say as money>` would be read aloud", "`digits`, `phone`, `number`"),
    ("<say as date dmyy>5</say>", "`<say as date dmyy>` would be read aloud", "write `<say as digits>"),
    ("<say as digits>five</say>", "`five` has no figure, and cannot be said as digits", "write it in figures"),
    # other spellings
    ("A < pause> B", "`< pause>` would be read aloud", "write `<pause>`"),
    ("<Slow>A</Slow>", "`<Slow>` would be read aloud", "write `<slow>…</slow>`"),
    ("<slwo>A", "`<slwo>` would be read aloud", "write `<slow>…</slow>`"),
    ("A [pause 500ms] B", "`[pause 500ms]` would be read aloud", "write `<pause 500ms>`"),
    ("您好【pause】请说", "`【pause】` would be read aloud", "write `<pause>`"),
    ("您好<停顿>请说", "`<停顿>` would be read aloud", "write `<pause>`"),
    ("您好【停顿 500毫秒】请说", "would be read aloud", "write `<pause 500ms>`"),
    ("您好《慢速》请说《/慢速》", "`《慢速》` would be read aloud", "write `<slow>`"),
    ("您好《/slow》请说", "`《/slow》` would be read aloud", "write `</slow>`"),
    # SSML and HTML
    ('A <break time="1s"/> B', '`<break time="1s"/>` would be read aloud', "write `<pause 1s>`"),
    ("A <break time='750ms'></break>", "`<break time='750ms'>` would be read aloud", "write `<pause 750ms>`"),
    ('A <break strength="strong"/>', "would be read aloud", "write `<pause>`"),
    ('<prosody rate="slow">A</prosody>', "would be read aloud", "write `<slow>…</slow>`"),
    ('<say-as interpret-as="digits">5</say-as>', "would be read aloud", "write `<say as digits>…</say>`"),
    ('<say-as interpret-as="telephone">5</say-as>', "would be read aloud", "write `<say as phone>…</say>`"),
    ('<say-as interpret-as="spell-out">A</say-as>', "would be read aloud", "write `<spell>…</spell>`"),
    ('<sub alias="x">A</sub>', "would be read aloud", "under `pronounce:` how it is said"),
    ("<phoneme alphabet='ipa' ph='x'>A</phoneme>", "would be read aloud", "under `pronounce:` how it is said"),
    ("<b>A</b>", "`<b>` would be read aloud", "delete it"),
    ("A<br/>B", "`<br/>` would be read aloud", "write `<pause>`"),
    ("<amazon:effect name='whispered'>A", "would be read aloud", "delete it"),
    ("<foobar>A", "`<foobar>` would be read aloud", "write it in words, or delete it"),
    ("<pause>" * (MAX_MARKS + 1) + "A", "a text has at most 100 marks", "several nodes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "what", "remedy"), MISTAKES, ids=[text[:40] for text, _, _ in MISTAKES])
def test_a_mistake_says_what_to_write(text: str, what: str, remedy: str) -> None:
    """Whatever looks like a mark and is none would be read to the caller, and has a remedy."""
    first = marked_text(text).mistakes[0]
    assert what in first.what
    assert remedy in first.remedy


@pytest.mark.parametrize(
    "remedy", ["<pause>", "<pause 500ms>", "<slow>A</slow>", "<spell>A</spell>", "<say as digits>1</say>"]
)
def test_what_the_remedies_say_is_a_mark(remedy: str) -> None:
    """An editor who follows a remedy has no further problem."""
    assert not marked_text(f"A {remedy}").mistakes


PARTS = ["<", ">", "/", "pause", "slow", "spell", "<slow>", "</slow>", "<spell>", "</spell>", "<pause>", "<say as digits>", "</say>", " ", "1", "a", "{{", "}}", "{% if a %}", "{% endif %}", "[", "]", "好", "\n", "\U000f0000"]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_any_text_can_be_read(text: str) -> None:
    """Nothing that an editor types breaks the reading, and the words have no character of a mark."""
    found = marked_text(text)
    assert not PRIVATE.search(found.plain)
    if not found.mistakes:
        assert marked_text(found.plain).marks == ()


@pytest.mark.parametrize("part", ["<停顿" + " " * 50_000, "<pause" + " " * 50_000, "< " * 50_000, "<a " * 50_000, "[pause " * 20_000, "{{" * 50_000, "<slow>" * 20_000, "<say as date " * 9_000, "【停顿 1" + "1" * 50_000])  # fmt: skip
def test_no_text_takes_long_to_read(part: str) -> None:
    """A file is a megabyte at most, and an editor waits for the check."""
    assert marked_text(part).plain is not None


VALUES = ["<pause>", "<slow>x</slow>", "[pause]", "<break time='1h'/>", "</Say><Hangup/>", "{{ 1 }}", "\U000f0000x\U000f0001", "\U000f0002x\U000f0003", "\U000f0001x\U000f0000", "\U000f0002"]  # fmt: skip
"""The last ones are what stands for the marks of these texts."""


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("text", ["You are {{ name }}.", "<slow>You</slow> are {{ name }}.", "<spell>{{ name }}</spell>, <pause>well."])  # fmt: skip
def test_a_value_brings_no_mark(text: str, value: str) -> None:
    """What a caller types or a service tells is said as it stands: its spans are those of an ordinary name."""
    prompt = Voice("en-US", "Polly.Joanna-Neural").prompt(text)
    said, usual = prompt.utter({"name": value + "x"}), prompt.utter({"name": "Ada"})
    assert [span.element for span in said.spans] == [span.element for span in usual.spans]
    assert without_marks(said.text) == plain(text).replace("{{ name }}", without_marks(value) + "x")


def test_a_constant_of_a_template_brings_no_mark() -> None:
    """A private character that is written as an escape within braces is left out, too."""
    prompt = Voice("en-US", "Polly.Joanna-Neural").prompt(
        '<slow>You</slow> {{ "\\U000f0000" ~ name ~ "\\U000f0001" }}'
    )
    said = prompt.utter({"name": "Ada"})
    assert said.text == "You Ada"
    assert len(said.spans) == 1
