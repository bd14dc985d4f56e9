"""Markup and pronunciations in a hotline: where they may stand, and what a voice cannot do."""

from __future__ import annotations

import pytest

from ivr.engine.commands import Gather
from ivr.engine.events import DigitsPressed
from ivr.menu.speech.ssml import Break, Prosody, Sub
from tests.support.engine_call import Call
from tests.support.menus import MENU as SAMPLE
from tests.support.menus import WORDS as SAMPLE_WORDS
from tests.support.menus import bilingual, changed, hotline, said, small, tree

MENU = 'main: {say: "Hello.", menu: {"1": {for: hours, go: bye}}}'
CHIRP = "voices: {en-US: Google.en-US-Chirp3-HD-Kore}"


def problems(nodes: str = MENU, top: str = "") -> list[str]:
    """Return the problems of a small hotline, without their places."""
    return [each.partition(": ")[2] for each in said(hotline(small(nodes, top)))]


@pytest.mark.parametrize(
    ("nodes", "problem"),
    [
        ("main: {say: A <break time='1s'/> b., then: bye}", "main: `<break time='1s'/>` would be read aloud; write `<pause 1s>`"),
        ("main: {say: [A <slow>b.], then: bye}", "main: `<slow>` is not closed; write `</slow>` where it ends"),
        ("main: {say: {text: 'A [pause] b.', audio: a.wav}, then: bye}", "main: `[pause]` would be read aloud; write `<pause>`"),
        ('main: {say: Hi., menu: {"1": {for: <b>hours</b>, go: bye}}}', "main: `<b>` would be read aloud; delete it"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_spoken_text_is_named_where_it_stands(nodes: str, problem: str) -> None:
    """In any wording, in the words of a recording, and in what a key is for."""
    assert problem in problems(nodes)


@pytest.mark.parametrize("text", ["[slow]Hello[/slow]", "{say: Hello [slow]there[/slow]., then: bye}"])
def test_a_mark_in_brackets_that_yaml_cannot_read_is_named(text: str) -> None:
    """YAML takes the bracket for a list, and would speak of something else."""
    nodes = f"main: {text}" if text[0] == "{" else f"main:\n  say: {text}\n  then: bye"
    (problem,) = problems(nodes)
    assert problem == "`[slow]` is no mark of a text; write `<slow>`"


def test_a_words_file_is_checked_as_well() -> None:
    """The place is in that file."""
    words = changed(SAMPLE_WORDS, ("Goodbye.", "Goodbye. </slow>"))
    (problem,) = bilingual(SAMPLE, **{"prompts.en-US.yaml": words}).problems
    assert (problem.file, problem.node) == ("prompts.en-US.yaml", "goodbye")
    assert problem.what == "`</slow>` closes nothing"


@pytest.mark.parametrize(
    "nodes",
    [
        "main: {text: 'Hello <pause>', then: bye, unable: bye, rationed: bye}",
        "main: {set: {a: 'x <slow>y</slow>'}, then: bye}",
        "main: {say: 'Hello.', note: 'x <break/>', then: bye}",
        'main: {say: Hi., menu: {"1": {for: hours, hear: ["<spell>x</spell>"], go: bye}}}',
    ],
)
def test_what_is_written_or_kept_has_no_marks(nodes: str) -> None:
    """A text message, a note, a value and a phrase that a caller says are plain: a mark would be read aloud."""
    assert any("this text is not spoken as it is typed" in each for each in problems(nodes))


def test_a_first_value_has_no_marks() -> None:
    """As any other value."""
    (problem,) = problems(top="variables: {price: five <pause> cents}")
    assert "this text is not spoken as it is typed" in problem


def test_the_machines_sentences_may_have_marks() -> None:
    """Those that are spoken, and not the names of keys or what a desk reads."""
    assert (
        problems(top="phrases: {read_back: 'You typed <slow>{value}</slow>.', noinput: Hm. <pause> Well?}")
        == []
    )
    (problem,) = problems(top="phrases: {star: '<spell>star</spell>'}")
    assert "this text is not spoken as it is typed" in problem


def test_what_an_action_is_given_may_have_tags() -> None:
    """A service may want HTML."""
    run = "main: {run: limits, with: {body: '<b>x</b>'}, needs: verified, outcomes: {ok: bye, unavailable: bye}}"
    assert not any("read aloud" in each for each in problems(run))


def test_a_voice_that_cannot_follow_is_told_once_with_what_happens_instead() -> None:
    """A warning for each kind of loss, at its first place; the hotline is served."""
    nodes = 'main: {say: "A <pause> b <pause> c.", menu: {"1": {for: "<slow>hours</slow> <pause>", go: bye}}}'
    loaded = hotline(small(nodes, CHIRP))
    assert loaded.tree is not None
    assert [each.severity for each in loaded.problems] == ["warning", "warning"]
    pause, slow = sorted(each.what for each in loaded.problems)
    voice = "the voice `Google.en-US-Chirp3-HD-Kore`"
    assert pause == f"{voice} makes no pause of less than a second: it is left out (so in 2 more texts)"
    assert slow == f"{voice} says nothing more slowly: these words come at the usual speed"
    assert problems(nodes, "voices: {en-US: Polly.Joanna}") == []


def test_an_option_is_judged_by_the_voice_that_says_it() -> None:
    """One that changes the language is said in the new one."""
    menu = changed(
        SAMPLE,
        (
            "{for: English, language: en-US, go: main}",
            "{for: English <pause> please, language: en-US, go: main}",
        ),
        ("en-US: Polly.Joanna-Neural", "en-US: Polly.Joanna-Generative"),
    )
    (problem,) = bilingual(menu).problems
    assert problem.what.startswith("the voice `Polly.Joanna-Generative` makes no pause")


def test_a_sentence_in_a_language_of_its_own_is_judged_by_its_voice() -> None:
    """In every call it is said in that language."""
    menu = changed(
        SAMPLE,
        ("say: 您好，这里是样例热线。", "say: Hello <pause> you.\n    language: en-US"),
        ("en-US: Polly.Joanna-Neural", "en-US: Polly.Joanna-Generative"),
    )
    words = changed(SAMPLE_WORDS, ("  greeting: Hello, this is the sample hotline.\n", ""))
    (problem,) = bilingual(menu, **{"prompts.en-US.yaml": words}).problems
    assert problem.what.startswith("the voice `Polly.Joanna-Generative` makes no pause")


@pytest.mark.parametrize(
    ("pronounce", "problem"),
    [
        ("{SMS: {zh-CN: 短信}}", "`zh-CN` is not among the hotline's `languages:`; use one of `en-US`"),
        ("{SMS: {en-US: {}}}", "nothing says how `SMS` is pronounced; write `alias:`"),
        ("{one: {en-US: two}}", "`one` names a key, and a key is said as it is pressed"),
        ("{'1': {en-US: two}}", "`1` is no word as it stands in a text"),
        ("{star: {en-US: asterisk}}", "`star` names a key"),
        ("{SMS: {en-US: '<b>x</b>'}}", "`<b>x</b>` is no text to say instead"),
        ("{SMS: {en-US: {ipa: /x/}}}", "write `x`"),
        ("{SMS: {en-US: {pinyin: duan}}}", "`duan` is no text in Pinyin, each syllable with its tone"),
        (
            "{SMS: {en-US: {pinyin: duan3}}}",
            "takes no pinyin: the word is read as it is written; add `alias:`",
        ),
    ],
)
def test_a_wrong_pronunciation_is_named(pronounce: str, problem: str) -> None:
    """With what to write instead."""
    found = problems(top=f"pronounce: {pronounce}")
    assert any(problem in each for each in found), found


def test_phonemes_that_a_voice_does_not_take_are_told() -> None:
    """Without an alias the word is read as it is written."""
    top = "pronounce: {SMS: {en-US: {ipa: 'ɛs'}}}\n" + CHIRP
    told = "takes no ipa: the word is read as it is written; add `alias:`"
    assert any(told in each for each in problems(top=top))
    found = problems(top=top.replace("'ɛs'", "'ɛs', alias: es"))
    assert found == [
        "no text in `en-US` has the word `SMS`; check its spelling, unless it comes from a value"
    ]


def test_a_word_that_no_text_has_is_told_and_no_mistake() -> None:
    """It may come from a value; one that is written in another way would never be pronounced."""
    top = "pronounce: {Helo: {en-US: hello}, Hello: {en-US: hullo}}"
    (problem,) = hotline(small(MENU, top)).problems
    assert (problem.severity, problem.what) == ("information", "no text in `en-US` has the word `Helo`")


PRONOUNCED = tree(
    small(
        """\
        main: {say: "An <pause> SMS.", menu: {"1": {for: an SMS, hear: [text], go: ask}}}
        ask: {say: Please enter an amount., ask: amount, read_back: true, then: bye}
        """,
        "pronounce: {SMS: {en-US: text message}}\nphrases: {read_back: 'You typed <slow>{value}</slow>.'}",
    )
)


def test_every_sentence_is_pronounced() -> None:
    """The words of a node, what a key is for, and what a desk hears; the phrases that a caller says are plain."""
    speech = PRONOUNCED.speech["en-US"]
    main = speech.nodes["main"]
    assert [type(span.element) for span in main.say[0].fixed.spans] == [Break, Sub]
    assert main.announced[0].fixed.text == "For an SMS, press 1."
    assert [span.element for span in main.announced[0].fixed.spans] == [Sub("text message")]
    assert speech.utter("An SMS").spans[0].element == Sub("text message")
    assert main.hints == ("text", "an SMS")


def test_an_entry_is_read_back_slowly() -> None:
    """The mark is that of the hotline's sentence, around the value of the call."""
    call = Call(PRONOUNCED)
    call.press("1")
    call.happens(DigitsPressed(call.at, "300", finished_by="#"))
    gather = call.commands[-1]
    assert isinstance(gather, Gather)
    (said,) = gather.utterances
    (span,) = said.spans
    assert isinstance(span.element, Prosody)
    assert said.text == f"You typed {said.text[span.start : span.end]}."
