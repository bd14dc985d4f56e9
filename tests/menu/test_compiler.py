"""From declared nodes to a tree: what a call needs is decided when the menu is loaded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ivr.menu.loader import load, version_of
from ivr.menu.speech.prompts import Prompt
from ivr.menu.speech.sandbox import evaluate
from ivr.menu.tree import Tree
from tests.support.menus import CONTRACTS, FILES, MENU, bilingual, changed, small, tree


def texts(prompts: tuple[Prompt, ...]) -> list[str]:
    """Return what prompts say."""
    return [prompt.utter({}).text for prompt in prompts]


def sample() -> Tree:
    """Return the sample hotline."""
    loaded = bilingual()
    assert loaded.tree is not None
    return loaded.tree


def test_options_are_announced_in_both_languages() -> None:
    """The words are made from `for`, in the order of the keys; a change of language is said in the new one."""
    speech = sample().speech
    assert texts(speech["zh-CN"].nodes["main"].announced) == [
        "转出限额请按1。",
        "预约回电请按2。",
        "For English, press 3.",
    ]
    assert texts(speech["en-US"].nodes["main"].announced) == [
        "For withdrawal limits, press 1.",
        "For a call back, press 2.",
        "For English, press 3.",
    ]
    assert speech["zh-CN"].nodes["main"].announces == ("1", "2", "3")
    chinese = [prompt.utter({}) for prompt in speech["zh-CN"].nodes["main"].announced]
    assert [(said.language, said.voice) for said in chinese] == [
        ("zh-CN", "Polly.Zhiyu-Neural"),
        ("zh-CN", "Polly.Zhiyu-Neural"),
        ("en-US", "Polly.Joanna-Neural"),
    ]


def test_every_node_speaks_every_language() -> None:
    """A text alone is what the node says; of an `end`, its last words."""
    speech = sample().speech
    assert {language: texts(words.nodes["greeting"].say) for language, words in speech.items()} == {
        "zh-CN": ["您好，这里是样例热线。"],
        "en-US": ["Hello, this is the sample hotline."],
    }
    assert texts(speech["en-US"].nodes["goodbye"].end) == ["Goodbye."]
    assert speech["en-US"].nodes["limits_told"].say[0].utter({"remaining": Decimal(500)}).text == (
        "You can still withdraw 500 yuan today."
    )
    message = speech["zh-CN"].nodes["message"].text
    assert message is not None
    assert message.utter({"when": date(2026, 11, 24)}).text == "已为您预约11月24日星期二。"


def test_star_and_pound_have_names() -> None:
    """They are announced as they are called, also in a key of several digits."""
    made = tree(small('main: {menu: {"*": {for: news, go: bye}, "#": {for: more, go: bye}}}'))
    assert texts(made.speech["en-US"].nodes["main"].announced) == [
        "For news, press star.",
        "For more, press pound.",
    ]


def test_keys_that_work_anywhere_are_announced_after_the_options() -> None:
    """Where they have a `for`, and the menu does not use the key itself."""
    top = 'anywhere: {"0": {go: agent, for: a person, hear: [human]}, "*": back, "9": {go: repeat, for: this again}}'
    made = tree(
        small('main: {menu: {"1": {for: news, hear: [latest], go: bye}, "9": {for: more, go: bye}}}', top)
    )
    speech = made.speech["en-US"]
    assert texts(speech.nodes["main"].announced) == [
        "For news, press 1.",
        "For more, press 9.",
        "For a person, press 0.",
    ]
    assert made.anywhere == {"0": "agent", "*": "back", "9": "repeat"}
    assert speech.heard == {"human": "0"}
    assert speech.nodes["main"].heard == {"latest": "1", "news": "1", "more": "9"}
    assert speech.nodes["main"].hints == ("latest", "news", "more", "human")


def test_an_announcement_may_hold_a_value() -> None:
    """A purpose is a template; as such it is nothing that a caller could say."""
    made = tree(small('main: {menu: {"1": {for: "the {{ topic }}", go: bye}}}', "variables: {topic: news}"))
    words = made.speech["en-US"].nodes["main"]
    assert words.announced[0].utter({"topic": "news"}).text == "For the news, press 1."
    assert words.heard == {}


def test_a_hotlines_own_announcement() -> None:
    """`announce` replaces the words of every option."""
    made = tree(small('main: {menu: {"1": {for: news, go: bye}}}', 'phrases: {announce: "{key} is {for}."}'))
    assert texts(made.speech["en-US"].nodes["main"].announced) == ["1 is news."]
    assert made.speech["en-US"].patterns["announce"].text == "{key} is {for}."


def test_sentences_and_patterns_are_apart() -> None:
    """A sentence is a prompt for each try, a pattern a text with a place."""
    speech = sample().speech["zh-CN"]
    assert len(speech.phrases["noinput"]) == 2
    assert "{value}" in speech.patterns["read_back"].text
    assert not speech.phrases.keys() & speech.patterns.keys()


def test_several_wordings() -> None:
    """One for each try."""
    made = tree(
        small(
            'main: {say: [First., Second., Third.], noinput: [Silent., Still.], menu: {"1": {for: x, go: bye}}}'
        )
    )
    words = made.speech["en-US"].nodes["main"]
    assert texts(words.say) == ["First.", "Second.", "Third."]
    assert texts(words.spoken["noinput"]) == ["Silent.", "Still."]
    assert texts(words.spoken["nomatch"]) == []


def test_values_conditions_and_inputs_are_compiled() -> None:
    """`set`, `with`, `to` and `reason` yield values; an action is given what its menu does not name otherwise."""
    made = sample()
    assert evaluate(made.values["booked"]["topic"], {"when": date(2026, 11, 24)}) == "预约11月24日星期二"
    assert evaluate(made.values["agent"]["reason"], {"topic": "其他"}) == "其他"
    assert made.inputs == {"limits": (), "who": (), "check": ("id_tail",)}
    named = changed(
        FILES["people.yaml"], ("run: check_tail\n", 'run: check_tail\n    with: {id_tail: "{{ id_tail }}"}\n')
    )
    loaded = bilingual(**{"people.yaml": named})
    assert loaded.tree is not None
    assert loaded.tree.inputs["check"] == ()
    chosen = tree(small("main: {choose: [{if: age >= 65, go: agent}], else: bye}", "variables: {age: '70'}"))
    holds = chosen.conditions["main"]["choose", 0, "if"]
    assert (holds(age=70), holds(age=5)) == (True, False)


def test_recordings_belong_to_their_language() -> None:
    """A file under `audio/<language>/` is played in that language alone."""
    menu = changed(MENU, ("say: 您好，这里是样例热线。", "say: {text: 您好。, audio: hello.wav}"))
    words = changed(
        FILES["prompts.en-US.yaml"],
        ("greeting: Hello, this is the sample hotline.", "greeting: {say: {text: Hello., audio: hello.wav}}"),
    )
    sources = {"menu.yaml": menu, **FILES, "prompts.en-US.yaml": words}
    made = load(sources, CONTRACTS, {"zh-CN/hello.wav": "zh-CN/hello.1f.wav"}).tree
    assert made is not None
    played = {
        language: speech.nodes["greeting"].say[0].fixed.audio for language, speech in made.speech.items()
    }
    assert played == {"zh-CN": ("zh-CN/hello.1f.wav",), "en-US": ()}


def test_a_tree_keeps_its_sources_under_their_hash() -> None:
    """The same sources are the same version, any change is another."""
    made = sample()
    assert made.sources == {"menu.yaml": MENU, **FILES}
    assert made.version == version_of(dict(reversed(list(made.sources.items()))))
    assert made.version != version_of({**made.sources, "menu.yaml": MENU + " "})
    assert (made.name, made.languages, made.limits.turns) == ("sample", ["zh-CN", "en-US"], 60)
    assert (list(made.desks), str(made.timezone)) == (["service"], "Asia/Shanghai")
    assert made.variables == {"topic": "其他"}


MONEY = """\
hotline: shop
languages: [{languages}]
{currency}
start: main
desks: {{staff: {{number: "+12025550100", hours: always, busy: bye, no_answer: bye, failed: bye}}}}
nodes:
  main: {{say: "{{{{ 3.5 | money }}}}", then: note}}
  note: {{text: "{{{{ 3.5 | money }}}}", to: "+12025550100", then: bye, unable: bye, rationed: bye, unavailable: bye}}
  agent: {{transfer: staff}}
  bye: {{end: bye}}
"""


@pytest.mark.parametrize(
    ("languages", "currency", "said"),
    [
        ("en-US", "", {"en-US": ("3 dollars and 50 cents", "3.50 dollars")}),
        ("en-US", "currency: EUR", {"en-US": ("3 euros and 50 cents", "3.50 euros")}),
        ("en-GB", "", {"en-GB": ("3 pounds and 50 pence", "3.50 pounds")}),
        ("zh-CN, en-US", "", {"zh-CN": ("3.5元", "3.50元"), "en-US": ("3.50 yuan", "3.50 yuan")}),
        ("zh-CN, en-US", "currency: USD", {"zh-CN": ("3.5美元", "3.50美元"), "en-US": ("3 dollars and 50 cents", "3.50 dollars")}),
    ],
)  # fmt: skip
def test_money_is_in_the_currency_of_the_hotline(
    languages: str, currency: str, said: dict[str, tuple[str, str]]
) -> None:
    """The currency is that of `currency:`, or of the first language's country, in every language and in text messages."""
    files = {"menu.yaml": MONEY.format(languages=languages, currency=currency)}
    own = "language: en-US\nnodes: {main: '{{ 3.5 | money }}', note: {text: '{{ 3.5 | money }}'}, bye: bye}"
    files |= {f"prompts.{language}.yaml": own for language in [*said][1:]}
    loaded = load(files, {})
    assert loaded.tree is not None, loaded.problems
    found = {}
    for language, speech in loaded.tree.speech.items():
        text = speech.nodes["note"].text
        assert text is not None
        found[language] = (speech.nodes["main"].say[0].utter({}).text, text.utter({}).text)
    assert found == said
