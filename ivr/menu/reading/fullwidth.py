"""Finds Chinese punctuation where YAML needs the English one, the likeliest slip of somebody who writes Chinese.

YAML reads `then：booked` as a text and fails a line later, or not at all. So this module searches the file as it was typed.
Inside texts such punctuation is right. We blank out comments and texts, and report only what stands where YAML has a key,
a separator, a bracket, a quote or indentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ivr.menu.reading.problems import Problem

_SPACES = "\u3000\u00a0\u2002-\u200a\u202f\u205f"
_CURLY = "“”„‘’"
_QUOTES = _CURLY + "＂＇"
_ODD = re.compile(f"[：，｛｝［］【】{_QUOTES}{_SPACES}]")

_ENGLISH = {
    "：": ("colon", "type the English `:` and a space"),
    "，": ("comma", "type the English `,` and a space"),
    **dict.fromkeys("｛｝", ("bracket", "type the English `{` and `}`")),
    **dict.fromkeys("［］【】", ("bracket", "type the English `[` and `]`")),
    **dict.fromkeys(_QUOTES, ("quote", 'type the English `"` on both sides')),
}
_IF_SAID = "; if it belongs to a text, put English quotes around the text"


def chinese_punctuation(lines: Sequence[str], file: str) -> Iterator[Problem]:
    """Yield a problem for each line that has Chinese punctuation in place of YAML's, at the first such character."""
    if not any(map(_ODD.search, lines)):
        return
    depth = 0
    for number, line in enumerate(_without_texts(lines), 1):
        begin = 0 if depth else _flow_begins(line)
        flow = line[begin:]
        places = [found.start("here") for pattern in _IN_BLOCK if (found := pattern.match(line))]
        places += [begin + found.start("here") for pattern in _IN_FLOW if (found := pattern.search(flow))]
        if places:
            at = min(places)
            yield Problem(file, number, at + 1, "", *_slip(line[at]))
        depth = max(0, depth + _opened(flow))


def _slip(character: str) -> tuple[str, str]:
    if character == "\u00a0":
        return "a no-break space stands here", "type English spaces"
    if character in _ENGLISH:
        noun, remedy = _ENGLISH[character]
        kind = "curly" if character in _CURLY else "Chinese"
        return f"`{character}` is a {kind} {noun}", remedy + _IF_SAID
    return "a Chinese (wide) space stands here", "type English spaces"


# --- blanking out texts


_DASHES = r"[ ]*(?:-[ ]+)*"
_WORD = r"[A-Za-z0-9_*#+-]+"
_ENGLISH_QUOTED = r"\"[^\"]*\"|'[^']*'"
_KEY = rf"(?:{_WORD}|{_ENGLISH_QUOTED})"
_HOLDS_A_TEXT = re.compile(
    rf"(?P<before>{_DASHES})(?:{_KEY}[ ]*:[ ]+|(?<=- ))(?=[^\s{{\[｛［【{_QUOTES}\"'#])"
)


def _without_texts(lines: Sequence[str]) -> list[str]:
    """Blank out comments, quoted texts and the further lines of texts. Columns stay as they are."""
    kept: list[str] = []
    text_of = None
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if text_of is not None and (indent > text_of or not line.strip()):
            kept.append("")
            continue
        kept.append(line)
        holder = _HOLDS_A_TEXT.match(line)
        text_of = _key_column(holder["before"], line) if holder else None
    return _COMMENT_OR_QUOTED.sub(_blank, "\n".join(kept)).split("\n")


def _key_column(before: str, line: str) -> int:
    """Return the column of a text's key or dash. Its further lines are indented more."""
    has_key = re.match(rf"{_KEY}[ ]*:[ ]", line[len(before) :])
    return len(before) if has_key else before.rindex("-")


_COMMENT_OR_QUOTED = re.compile(
    r"(?P<comment>(?:(?<=[ \t])|^)\#[^\n]*)"
    r"|(?P<before>(?:^|[:,{\[：，｛［]|(?:^|(?<=[ ]))-[ ])[ ]*)"
    r"(?P<quoted>\"(?:[^\"\\]|\\.)*+\"|'(?:[^']|'')*+')",
    re.MULTILINE | re.DOTALL,
)


def _blank(found: re.Match[str]) -> str:
    if found["comment"]:
        return " " * len(found["comment"])
    quoted = found["quoted"]
    inside = re.sub(r"[^\n]", "_", quoted[1:-1])
    return f"{found['before']}{quoted[0]}{inside}{quoted[-1]}"


# --- patterns of what YAML would read


_WRAPPED = rf"[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]"
_LISTED = r"［[^［］]*］|【[^【】]*】"
_IN_BLOCK = (
    re.compile(rf"{_DASHES}(?:{_KEY}[ ]*:|-)?(?P<here>[{_SPACES}])"),
    re.compile(rf"{_DASHES}{_KEY}[ ]*(?P<here>：)"),
    re.compile(rf"{_DASHES}(?P<here>{_WRAPPED})[ ]*[:：]"),
    re.compile(rf"{_DASHES}(?:{_KEY}[ ]*:[ ]+)?(?P<here>｛)"),
    re.compile(rf"{_DASHES}(?:{_KEY}[ ]*:[ ]+)?(?P<here>{_WRAPPED}|{_LISTED})[ ]*$"),
)
"""At the beginning of a line: the indentation, the key, and the value as a whole."""
_IN_FLOW = (
    re.compile(rf"[{{\[,][ ]*{_KEY}[ ]*(?P<here>：)"),
    re.compile(rf"(?P<here>，)(?=[ ]*(?:{_KEY}|{_WRAPPED})[ ]*[:：])"),
    re.compile(rf"(?:[{{\[,:][ ]*(?:{_ENGLISH_QUOTED})|[\]}}])[ ]*(?P<here>，)"),
    re.compile(r"(?P<here>，)[ ]*$"),
    re.compile(r"\[[^\[\]]*?[A-Za-z0-9](?P<here>，)(?=[ ]*[A-Za-z0-9])"),
    re.compile(r"[{\[,:][ ]*(?P<here>｛)"),
    re.compile(rf"[{{\[,:][ ]*(?P<here>{_WRAPPED})[ ]*(?=[:：,，}}\]｝］]|$)"),
    re.compile(rf"[{{\[,:][ ]*(?P<here>{_LISTED})[ ]*(?=[,，}}\]｝］]|$)"),
    re.compile(r"^[^｛]*(?P<here>｝)[ ,，]*$"),
    re.compile(r"^[^［]*(?P<here>］)[ ,，｝}]*$"),
    re.compile(r"^[^【]*(?P<here>】)[ ,，｝}]*$"),
    re.compile(rf"[{{\[,:](?P<here>[{_SPACES}])"),
)
"""Between brackets: separators, further brackets, and keys and values as a whole."""
_FLOW_BEGINS = re.compile(rf"{_DASHES}(?:(?:{_KEY}|{_WRAPPED})[ ]*[:：][ ]*)?(?=[{{\[](?![{{%]))")


def _flow_begins(line: str) -> int:
    """Return the column at which a value in brackets begins, or the length of the line."""
    found = _FLOW_BEGINS.match(line)
    return found.end() if found else len(line)


def _opened(flow: str) -> int:
    """Return how many brackets are opened but not closed. A Chinese bracket closes too, since that was the intention."""
    return sum((character in "{[") - (character in "}]｝］】") for character in flow)
