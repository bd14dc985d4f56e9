"""Small hotlines from YAML, for tests of the menu language and of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent

from ivr.menu.language.contract import Contract, Level, Outcome
from ivr.menu.loader import Loaded, load
from ivr.menu.tree import Tree

CONTRACTS: Mapping[str, Contract] = {
    "find_account": Contract(
        "find_account",
        "Looks for an account by the calling number.",
        {
            "found": Outcome("There is one.", {"holder": "Whose it is."}, raises=Level.known),
            "not_found": Outcome("There is none."),
        },
    ),
    "check_tail": Contract(
        "check_tail",
        "Compares the tail of the ID card.",
        {"ok": Outcome("It is right.", raises=Level.verified), "mismatch": Outcome("It is wrong.")},
        inputs={"id_tail": "The last four characters."},
        needs=Level.known,
    ),
    "limits": Contract(
        "limits",
        "Tells what may be withdrawn today.",
        {"ok": Outcome("They are known.", {"remaining": "Yuan."})},
        needs=Level.verified,
    ),
}

MENU = """\
hotline: sample
languages: [zh-CN, en-US]
voices: {zh-CN: Polly.Zhiyu-Neural, en-US: Polly.Joanna-Neural}
timezone: Asia/Shanghai
start: greeting

anywhere: {"0": agent, "*": back, "9": repeat}

identity: {known: who, verified: prove}
variables: {topic: 其他}

desks:
  service:
    number: +8657100000001
    hours: {mon-fri: 09:00-21:00}
    closed: voicemail
    busy: voicemail
    no_answer: voicemail
    failed: voicemail

include: [people.yaml]

nodes:
  greeting:
    say: 您好，这里是样例热线。
    then: main

  main:
    menu:
      "1": {for: 转出限额, hear: [限额, 额度], go: limits}
      "2": {for: 预约回电, go: when}
      "3": {for: English, language: en-US, go: main}

  limits:
    run: limits
    needs: verified
    outcomes: {ok: limits_told, unavailable: agent}

  limits_told:
    say: 您今天还可以转出{{ remaining | money }}。
    then: main

  when:
    say: 请输入八位日期。
    ask: date
    read_back: true
    then: booked

  booked:
    set: {topic: "预约{{ when | day }}"}
    then: message

  message:
    text: 已为您预约{{ when | day }}。
    then: goodbye
    unable: goodbye
    rationed: goodbye

  goodbye:
    end: 再见。
"""

PEOPLE = """\
nodes:
  agent:
    say: 正在为您转接。
    transfer: service
    reason: "{{ topic }}"

  voicemail:
    say: 现在无人接听，请留言。
    record: voicemail
    then: goodbye
    nothing: goodbye

  who:
    run: find_account
    outcomes: {found: return, not_found: agent, unavailable: agent}

  prove:
    say: 请输入身份证后四位。
    ask: id_tail
    as: id_tail
    needs: known
    then: check

  check:
    run: check_tail
    outcomes: {ok: return, mismatch: prove, unavailable: agent}
"""

WORDS = """\
language: en-US
nodes:
  greeting: Hello, this is the sample hotline.
  main:
    menu:
      limits: {for: withdrawal limits, hear: [limit]}
      when: a call back
  limits_told: You can still withdraw {{ remaining | money }} today.
  when: Please enter the date as eight digits.
  message: {text: "Booked for {{ when | day }}."}
  goodbye: Goodbye.
  agent: I'm connecting you now.
  voicemail: Nobody can take your call. Please leave a message.
  prove: Please enter the last four characters of your ID.
"""

FILES: Mapping[str, str] = {"people.yaml": PEOPLE, "prompts.en-US.yaml": WORDS}
"""The files beside :data:`MENU`."""


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Return a text with each first part replaced by the second; the first must be there once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def bilingual(menu: str = MENU, **files: str) -> Loaded:
    """Load the sample hotline; ``files`` replaces some of its further files."""
    return load({"menu.yaml": menu, **FILES, **files}, CONTRACTS)


def small(nodes: str, top: str = "") -> str:
    """Return a hotline in English that begins at `main`, with an `agent`, a desk and a `bye` beside these nodes."""
    frame = """\
        hotline: small
        languages: [en-US]
        start: main
        desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
        """
    people = """\
        agent: {say: One moment., transfer: service}
        bye: {end: Goodbye.}
        """
    parts = [dedent(frame), dedent(top), "\nnodes:\n"]
    return "".join([*parts, indent(dedent(people), "  "), indent(dedent(nodes), "  ")])


def hotline(text: str, **files: str) -> Loaded:
    """Load a hotline from the text of its menu file and of further files."""
    return load({"menu.yaml": dedent(text), **files}, CONTRACTS)


def tree(text: str, **files: str) -> Tree:
    """Return the tree of a hotline that has no problem."""
    loaded = hotline(text, **files)
    assert loaded.tree is not None, "\n".join(map(str, loaded.problems))
    return loaded.tree


def said(loaded: Loaded) -> list[str]:
    """Return the problems as an editor reads them."""
    return [str(problem) for problem in loaded.problems]
