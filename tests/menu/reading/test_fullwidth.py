"""Chinese punctuation: told where YAML needs the English one, and never inside a text."""

from __future__ import annotations

import pytest

from ivr.menu.reading.yaml import read

COLON = "`：` is a Chinese colon"
COMMA = "`，` is a Chinese comma"
SPACE = "a Chinese (wide) space stands here"
NO_BREAK = "a no-break space stands here"


def slips(text: str) -> list[tuple[int, int, str]]:
    """Return line, column and what is wrong, of every problem in a text."""
    return [(problem.line, problem.column, problem.what) for problem in read(text, "menu.yaml")[1]]


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("a:\n  say: 您好\n  then：booked\nb: c", (3, 7, COLON)),
        ("a:\n  say：请输入身份证号码。\n  ask: date\nb: c", (2, 6, COLON)),
        ("a:\n  say：您好\n", (2, 6, COLON)),
        ("nodes：\n  a: b", (1, 6, COLON)),
        ('menu:\n  "1"：{for: 时间, go: hours}', (2, 6, COLON)),
        ("- call: x\n  from：withheld", (2, 7, COLON)),
        ("- press：1", (1, 8, COLON)),
        ('"1": {for: 营业时间，go: hours}', (1, 16, COMMA)),
        ('"1": {for: 营业时间，go：hours}', (1, 16, COMMA)),
        ('"1": {for：营业时间, go: hours}', (1, 10, COLON)),
        ('"1": {for: 营业时间, go：hours}', (1, 20, COLON)),
        ('"1": {for: "营业时间"，go: hours}', (1, 18, COMMA)),
        ('"1": {hear: [时间]，for: x}', (1, 17, COMMA)),
        ("languages: [zh-CN，en-US]", (1, 18, COMMA)),
        ('menu: {"1": {for: x，\n  go: hours}}', (1, 20, COMMA)),
        ('"1": ｛for: 营业时间, go: hours｝', (1, 6, "`｛` is a Chinese bracket")),
        ('"1": {for: 营业时间, go: hours｝', (1, 27, "`｝` is a Chinese bracket")),
        ("include: ［a.yaml］", (1, 10, "`［` is a Chinese bracket")),
        ("include: 【a.yaml】", (1, 10, "`【` is a Chinese bracket")),
        ("include: [a.yaml】", (1, 17, "`】` is a Chinese bracket")),
        ("a:\n　　say: 您好\n", (2, 1, SPACE)),
        ("a:\n  　say: 您好\n", (2, 3, SPACE)),
        ("a:\n\u00a0\u00a0say: 您好\n", (2, 1, NO_BREAK)),
        ("a:\n  say:　您好\n", (2, 7, SPACE)),
        ("say:\u00a0您好", (1, 5, NO_BREAK)),
        ("“say”: 您好", (1, 1, "`“` is a curly quote")),
        ("menu:\n  “1”：{for: x, go: y}", (2, 3, "`“` is a curly quote")),
        ("say: “您好，请按1”", (1, 6, "`“` is a curly quote")),
        ("say: ”您好”  # why", (1, 6, "`”` is a curly quote")),
        ('"1": {for: “营业时间”, go: hours}', (1, 12, "`“` is a curly quote")),
        ("hear: [“登录”, “密码”]", (1, 8, "`“` is a curly quote")),
    ],
)
def test_chinese_punctuation_in_the_place_of_yamls(text: str, slip: tuple[int, int, str]) -> None:
    """One problem, on the line and at the column of the character, and none that follows from it."""
    assert slips(text) == [slip]


@pytest.mark.parametrize(
    "text",
    [
        "say: 您好，请按1。",
        "say: 时间：九点",
        "say: 下载app：余额宝，go：好",
        "say: “余额宝”是您的好帮手，叫“余额宝”",
        "say: 请说“余额宝”",
        "say: 【重要】请注意",
        "say: ｜您好（一）｝",
        "say: 请选择, app：第一",
        'say: "时间：九点，go: x"',
        "say: '“您好”'",
        'say: "“您好”"',
        'say: "第一行\n\n  then：第二行"',
        "say: >\n  app：九点\n  　　第二段，“您好”\n\n  then：x\nthen: a",
        "say: |-\n  app：九点\nthen: a",
        "say: 第一行\n  app：九点\nthen: a",
        "- 第一行\n  app：九点\n- 时间：九点",
        "a: b  # then：x，{for：y}",
        "# then：x",
        "a: it's\nb: 时间：九点，'好'",
        "a: {for: 时间：九点, hear: [上午，下午, “早上”好], go: x}",
        "a: {for: 我的“余额宝”, go: x}",
        "a: {for: 【新】服务, go: x}",
        'a: {for: "营业时间，go: x", go: y}',
        "say: 您好{{ name }}，app：九点",
        "a: {\n  for: 时间：九点,\n  go: x\n}\nb: 请选择, app：一",
        "say: 您好　请按1",
    ],
)
def test_in_a_text_it_is_right(text: str) -> None:
    """Colons, commas, brackets, quotes and spaces of every text are the editor's own."""
    assert [what for _, _, what in slips(text) if "Chinese" in what or "no-break" in what] == []


def test_the_remedy_is_to_type_the_english_one() -> None:
    """Or to quote a text that it belongs to."""
    problem = read("then：booked", "menu.yaml")[1][0]
    assert problem.remedy == (
        "type the English `:` and a space; if it belongs to a text, put English quotes around the text"
    )


def test_every_line_is_told() -> None:
    """An editor who types so does it more than once."""
    assert slips("say：您好\nthen：a") == [(1, 4, COLON), (2, 5, COLON)]
