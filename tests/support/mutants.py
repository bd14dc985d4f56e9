"""Files of a hotline with mistakes that a machine has made.

A mutant is known by its kind and its number: ``mutant("menu", 17)`` is the same in every run.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from tests.support.phone import YUEBAO

SEED = 20261129
EXAMPLES = YUEBAO.parents[1] / "examples"
MENU = """\
hotline: h
languages: [en-US, zh-CN]
voices: {en-US: Polly.Joanna-Neural, zh-CN: Polly.Zhiyu-Neural}
timezone: Asia/Shanghai
start: hello
agent: agent
include: [more.yaml]
anywhere: {"0": {go: agent, for: a person}, "*": back, "9": repeat}
variables: {topic: "", visits: 0}
phrases: {farewell: Goodbye then.}
limits: {turns: 60, seconds: 600}
desks:
  day: {number: "+12025550100", hours: {mon-fri: "09:00-18:00"}, busy: sorry, no_answer: sorry, failed: sorry, closed: sorry}
  night: {number: "+12025550101", hours: always, ring: 20, busy: sorry, no_answer: sorry, failed: sorry}
nodes:
  hello: {say: "Hello, it is {{ now | clock }}.", then: main}
  main:
    say: What can I do?
    menu:
      "1": {for: opening hours, hear: [hours, open], go: hours}
      "2": {for: leaving a number, go: number}
      "3": {for: Chinese, language: zh-CN, go: main}
    noinput: [I heard nothing., Please press a key.]
  agent: {say: One moment., transfer: day, reason: "{{ topic }}"}
  sorry: {say: "Nobody is here. Please leave a message.", record: voicemail, then: bye, nothing: bye}
  bye: {end: Goodbye.}
"""
MORE = """\
nodes:
  hours: {say: We are open from nine to six., then: visit}
  visit: {say: Type the day of your visit., ask: date, as: day, then: sure}
  sure: {say: "On {{ day | day }}?", ask: yes_no, yes: count, no: visit}
  count: {set: {topic: visit, visits: "{{ visits + 1 }}"}, then: which}
  which: {choose: [{if: visits > 2, go: agent}, {if: withheld, go: bye}], else: night}
  night: {say: One moment., transfer: night}
  number: {say: Type your number., ask: digits, length: 4-8, as: typed, secret: true, then: texted}
  texted: {text: "Call us, {{ caller | tail }}.", then: bye, unable: agent, rationed: agent}
"""
WORDS = """\
language: zh-CN
anywhere: {agent: {for: 人工服务}}
nodes:
  hello: 您好，现在{{ now | clock }}。
  main: {say: 请问您需要什么？, menu: {hours: {for: 营业时间, hear: [营业]}, number: 留下号码}, noinput: [我没有听到。, 请按键。]}
  agent: 请稍候。
  sorry: 现在没有人，请留言。
  bye: 再见。
  hours: 九点到六点。
  visit: 请输入日期。
  sure: "{{ day | day }}？"
  night: 请稍候。
  number: 请输入号码。
  texted: {text: 请联系我们。}
phrases: {farewell: 再见。}
"""
PLAIN = """\
hotline: h
languages: [en-US]
timezone: Asia/Shanghai
start: hello
desks: {s: {number: "+8657100000001", hours: always, busy: bye, no_answer: bye, failed: bye}}
nodes:
  hello: {say: Hello., then: agent}
  agent: {say: One moment., transfer: s}
  bye: {end: Goodbye.}
"""
ENVIRONMENT = {"ACCOUNT_SERVICE_URL": "https://accounts.example.com", "ACCOUNT_SERVICE_TOKEN": "x" * 32}
DEMO = {"menu.yaml": PLAIN, "actions.yaml": "python: ivr.demo.actions\n"}


@cache
def originals(kind: str) -> tuple[str, tuple[Mapping[str, bytes], ...]]:
    """Return which file of a hotline is changed, and the hotlines in turn of which it is."""
    menu = {"menu.yaml": MENU, "more.yaml": MORE, "prompts.zh-CN.yaml": WORDS}
    own = _files(EXAMPLES / "python", "*.*", "calls/*.yaml")
    http = {
        "menu.yaml": PLAIN.encode(),
        "actions.yaml": (EXAMPLES / "http" / "actions.yaml").read_bytes(),
    }
    demo = {**_encoded(DEMO), **_files(YUEBAO, "bulletins.yaml", "accounts.yaml")}
    found: dict[str, tuple[str, tuple[Mapping[str, bytes], ...]]] = {
        "menu": ("menu.yaml", (_encoded(menu), own)),
        "included menu": ("more.yaml", (_encoded(menu),)),
        "words": ("prompts.zh-CN.yaml", (_encoded(menu), own)),
        "actions": ("actions.yaml", (http, own, _encoded(DEMO))),
        "written calls": (
            "calls/x.yaml",
            tuple({"calls/x.yaml": path.read_bytes()} for path in sorted(YUEBAO.glob("calls/[b-m]*.yaml"))),
        ),
        "bulletins": ("bulletins.yaml", (demo,)),
        "accounts": ("accounts.yaml", (demo,)),
        "recordings": ("audio/en-US/x", tuple({"audio/en-US/x": sound} for sound in SOUNDS)),
    }
    return found[kind]


SOUNDS = (
    b"RIFF\x24\0\0\0WAVEfmt " + b"\x10\0\0\0" * 9,
    b"ID3\x04rest",
    b"\xff\xfb\x90\0" * 9,
    b"FORM\0\0\0\x20AIFF" * 2,
)
ENDINGS = ("wav", "mp3", "aiff", "gsm", "ulaw", "WAV", "yaml", "")
SHARES = {
    "menu": 18_000,
    "included menu": 8_000,
    "words": 8_000,
    "actions": 10_000,
    "written calls": 8_000,
    "bulletins": 3_000,
    "accounts": 3_000,
    "recordings": 2_000,
}
"""How many mutants of each kind there are: 60,000."""


def _encoded(files: Mapping[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in files.items()}


def _files(folder: Path, *patterns: str) -> dict[str, bytes]:
    paths = sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a hotline into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


# --- what is done to a text

Draw = random.Random
ODD_VALUES = (
    '""', "~", "null", "true", "on", "0", "-1", "1e999", ".nan", "0x10", "1_000", "12:30:45", "2026-02-30", "00", "９",
    "!!python/object/apply:os.system [ls]", "!!binary aGk=", "!x y", "<<", "=", "?", "- a", "&a b", "*a", "*nobody",
    "{a: b}", "[a, [b, {c: d}]]", "{}", "[]", "{? [a]: b}", "[{}]", "'it''s'", '"\\ud800"', '"\\x00"', '"\\N{x}"', '"a\\\n  b"',
    "|\n  a\n  b", ">-\n  a", "../../etc/passwd", "audio/../x.wav", "https://x.example/{{ a }}", "${HOME}", "${}",
    "+8613800138000", "09:00-25:00", "24:00-00:00", "en-US", "xx-YY", "Asia/Shanghai", "Mars/Olympus", "Polly.Nobody",
    "'{{ '", "'{{ a.b.c }}'", "'{% for a in b %}x{% endfor %}'", "'{{ \"a\" * 10000000 }}'", "'{{ 9 ** 9 ** 9 }}'", "'}} {{'",
    "'{{ caller | money }}'", "a == ", "'[?a==`1`].b'", "'a || b && !c'", "visits > visits", "'((((((((((('", "now.weekday == 6",
    "<Say>&amp;</Say>", "]]>", "\u202e", "\ufeff", "\u2028", "e\u0301" * 40, "👩‍👩‍👧‍👦", "ｆｕｌｌ：ｗｉｄｔｈ", "。，：", "\t", "\x07", "\x85",
)  # fmt: skip
ODD_PIECES = (
    "\0", "\ufeff", "\u2028", "\t", "\r", "\r\n", "：", "，", "“", "\u202e", "%YAML 9.9\n", "---\n", "...\n", "? ", "|", ">", "&a ",
    "*a ", "!!", "{{", "}}", "{%", "`", "@", "[", "]", "{", "}", ": ", " #", "'", '"', "\\", "- ", "\n", "  ", "<<: *a\n", "\ud800",
)  # fmt: skip


_SCALAR = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[^\s,:\[\]{}#"\']+')
"""What looks like a value or a key. A real scanner takes a minute for some mutants."""
LONGEST = 1_500_000
"""Characters of a mutant: more than a file may have."""


@lru_cache(maxsize=64)
def _scalars(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the scalars of a text are."""
    return tuple(found.span() for found in _SCALAR.finditer(text))


def _replaced(text: str, at: tuple[int, int], new: str) -> str:
    return text[: at[0]] + new + text[at[1] :]


def _a_scalar(text: str, draw: Draw) -> tuple[int, int]:
    spans = _scalars(text)
    return draw.choice(spans) if spans else (0, len(text))


def odd_value(text: str, draw: Draw) -> str:
    """Put something strange in the place of a scalar."""
    return _replaced(text, _a_scalar(text, draw), draw.choice(ODD_VALUES))


def other_value(text: str, draw: Draw) -> str:
    """Put one scalar of the file in the place of another."""
    start, end = _a_scalar(text, draw)
    return _replaced(text, _a_scalar(text, draw), text[start:end])


def alias(text: str, draw: Draw) -> str:
    """Name a value, and use it elsewhere: perhaps in itself."""
    one, two = sorted([_a_scalar(text, draw), _a_scalar(text, draw)])
    text = _replaced(text, two, draw.choice(["*a", "[*a, *a]", "{<<: *a}", "<<: *a"]))
    return _replaced(text, one, draw.choice(["&a ", "&a [*a, ", "&a {b: "]) + text[one[0] : one[1]])


def nesting(text: str, draw: Draw) -> str:
    """Nest a value deeply, closed or not."""
    start, end = _a_scalar(text, draw)
    depth, (opening, closing) = (
        draw.choice([3, 39, 41, 400, 5000]),
        draw.choice(["[]", "{}", ("{a: ", "}"), ("- ", "")]),
    )
    return _replaced(
        text, (start, end), opening * depth + text[start:end] + closing * draw.choice([depth, 0, depth + 1])
    )


def huge(text: str, draw: Draw) -> str:
    """Let a value be long: one that is too long, or is just not."""
    unit = draw.choice(["x", "字", "{{ a }} ", "a b ", "👍", "[", "1", "&", "\\n", "请按1。"])
    value = unit * (draw.choice([99, 1_600, 9_999, 10_001, 60_000]) // len(unit))
    return _replaced(text, _a_scalar(text, draw), draw.choice(['"{}"', "'{}'", "{}"]).replace("{}", value, 1))


def many(text: str, draw: Draw) -> str:
    """Repeat a line, a few times or thousands of times."""
    lines = text.splitlines(keepends=True)
    at = draw.randrange(len(lines) or 1)
    return "".join(
        [*lines[: at + 1], *lines[at : at + 1] * draw.choice([1, 1, 2, 50, 3000]), *lines[at + 1 :]]
    )


def _block(lines: list[str], draw: Draw) -> tuple[int, int]:
    """Return a line and all that is below it, as a range of lines."""
    start = draw.randrange(len(lines))
    depth = len(lines[start]) - len(lines[start].lstrip(" "))
    end = start + 1
    while end < len(lines) and (
        len(lines[end]) - len(lines[end].lstrip(" ")) > depth or not lines[end].strip()
    ):
        end += 1
    return start, end


def moved_block(text: str, draw: Draw) -> str:
    """Move, copy or drop a key with all that is below it."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    start, end = _block(lines, draw)
    block, how = lines[start:end], draw.choice(["move", "copy", "drop"])
    if how != "copy":
        del lines[start:end]
    at = draw.randint(0, len(lines))
    indent = draw.choice(["", "", "  ", "    "])
    return "".join(lines if how == "drop" else [*lines[:at], *(indent + line for line in block), *lines[at:]])


def indented(text: str, draw: Draw) -> str:
    """Move a line to the left or to the right."""
    lines = text.splitlines(keepends=True) or [""]
    at = draw.randrange(len(lines))
    lines[at] = draw.choice(
        [" " + lines[at], "  " + lines[at], "\t" + lines[at], lines[at].lstrip(), lines[at][1:]]
    )
    return "".join(lines)


def odd_piece(text: str, draw: Draw) -> str:
    """Put a sign anywhere that means something in YAML or in a template, or nothing."""
    at = draw.randint(0, len(text))
    return text[:at] + draw.choice(ODD_PIECES) + text[at:]


def cut(text: str, draw: Draw) -> str:
    """Cut the text short, or something out of it."""
    at = draw.randint(0, len(text))
    return text[:at] + draw.choice(["", text[at + draw.choice([1, 2, 10, 100]) :]])


def typo(text: str, draw: Draw) -> str:
    """Change one letter of a scalar."""
    start, end = _a_scalar(text, draw)
    at = draw.randint(start, max(end - 1, start))
    return text[:at] + draw.choice(["", "e", "E", "_", "-", "0", text[at : at + 1] * 2]) + text[at + 1 :]


Mutation = Callable[[str, Draw], str]
MUTATIONS: tuple[Mutation, ...] = (
    odd_value, odd_value, other_value, other_value, other_value, typo, typo, moved_block, moved_block, moved_block, indented,
    odd_piece, odd_piece, cut, alias, nesting, huge, many,
)  # fmt: skip
"""What is drawn from. What leaves a file readable stands here more often than what does not."""


def flipped(data: bytes, draw: Draw) -> bytes:
    """Change some bytes of a file."""
    changed = bytearray(data)
    for _ in range(draw.choice([1, 2, 30])):
        if changed:
            changed[draw.randrange(len(changed))] = draw.choice([draw.randrange(256), 0, 0xFF, 0xC0])
    return bytes(changed[: draw.choice([len(changed), len(changed), draw.randint(0, len(changed))])])


def hotline_of(kind: str, number: int) -> Mapping[str, bytes]:
    """Return the files of the hotline of which a mutant changes one."""
    hotlines = originals(kind)[1]
    return hotlines[number % len(hotlines)]


def mutant(kind: str, number: int) -> tuple[str, bytes]:
    """Return the name of the file that is changed, and what it is now."""
    draw = Draw(f"{SEED} {kind} {number}")
    name = originals(kind)[0]
    data = hotline_of(kind, number)[name]
    if kind == "recordings":
        return f"{name}.{draw.choice(ENDINGS)}", flipped(data, draw)
    if draw.random() < 0.05:
        return name, flipped(data, draw)
    text = data.decode()
    for _ in range(draw.choice([1, 1, 1, 2, 2, 3, 6])):
        text = draw.choice(MUTATIONS)(text, draw)[:LONGEST]
    return name, text.encode("utf-8", "surrogatepass")
