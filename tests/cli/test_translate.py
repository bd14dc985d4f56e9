"""`ivr translate`, as it is typed: what it shows, writes, marks, exports and takes back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.support.command import ivr

MENU = """\
hotline: salon
languages: [en-US, es-MX]
timezone: America/Mexico_City
start: greeting
anywhere: {"0": {go: agent, for: a person}}
desks: {desk: {number: "+525550000000", busy: sorry, no_answer: sorry, failed: sorry}}
nodes:
  greeting: {say: "Hello. <pause> This is the salon.", then: main}
  main:
    say: [What would you like?, Please choose.]
    menu:
      "1": {for: opening hours, go: hours}
      "2": {to: end the call, go: bye}
      "3": {for: Español, language: es-MX, go: main}
  hours: {say: We're open until six., then: visit}
  visit: {say: "Your visit is on {{ today | day }}. To hear it again, press {key of again}.", menu: {"1": {for: it again, name: again, go: visit}}}
  agent: {say: One moment., transfer: desk}
  sorry: {text: "Sorry.\\nWe call you back on {{ today | day }}.", then: bye, unable: bye, rationed: bye}
  bye: {end: Goodbye.}
"""
WORDS = """\
# Words of ours
language: es-MX
anywhere: {agent: {to: hablar con alguien}}
nodes:
  bye: {end: Hasta luego.}   # said last
  # Ask María about this one
  main:
    say:
      - ¿Qué desea?
      - Elija, por favor.
    menu: {hours: el horario, bye: {to: terminar}}
  hours: Abrimos hasta las seis.
"""


@pytest.fixture
def salon(tmp_path: Path) -> Path:
    """Return a hotline of which some words are missing."""
    folder = tmp_path / "salon"
    folder.mkdir()
    (folder / "menu.yaml").write_text(MENU, encoding="utf-8")
    (folder / "prompts.es-MX.yaml").write_text(WORDS, encoding="utf-8")
    return folder


def words(folder: Path) -> str:
    """Return the words file as it is now."""
    return (folder / "prompts.es-MX.yaml").read_text(encoding="utf-8")


def change(path: Path, was: str, becomes: str) -> None:
    """Change a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert was in text, text
    path.write_text(text.replace(was, becomes), encoding="utf-8")


BROUGHT_UP = """\
# Words of ours
language: es-MX
# en-US agent: a person
anywhere: {agent: {to: hablar con alguien}}
nodes:
  # Ask María about this one
  # en-US menu hours: opening hours
  # en-US menu bye: to: end the call
  main:
    # en-US: What would you like? ⏎ Please choose.
    say:
      - ¿Qué desea?
      - Elija, por favor.
    menu: {hours: el horario, bye: {to: terminar}}
  # en-US: We're open until six.
  hours: Abrimos hasta las seis.
  #- visit:
  #-   # en-US: Your visit is on {{ today | day }}. To hear it again, press {key of again}.
  #-   say:
  #-   menu:
  #-     # en-US: it again
  #-     again:
  #- # en-US: One moment.
  #- agent:
  #- sorry:
  #-   # en-US: Sorry. ⏎ We call you back on {{ today | day }}.
  #-   text:
  # en-US end: Goodbye.
  bye: {end: Hasta luego.}   # said last
"""


def test_a_file_is_brought_up_to_date(salon: Path) -> None:
    """The first language stands above each text, what is missing stands where it belongs, and everything of the translator's stays."""
    result = ivr("translate", salon, "es-MX", "--write")
    assert result.exit_code == 0, result.output
    assert words(salon) == BROUGHT_UP
    assert f"{salon}: es-MX has 6 of 10 texts; 4 missing" in result.stdout
    again = ivr("translate", salon, "es-MX", "--write")
    assert "nothing to change" in again.stdout
    assert words(salon) == BROUGHT_UP


def test_nothing_is_written_unasked(salon: Path) -> None:
    """The difference is shown, and the file stays."""
    result = ivr("translate", salon, "es-MX")
    assert result.exit_code == 1
    assert "+  # en-US: We're open until six." in result.stdout
    assert "--write writes it" in result.stderr
    assert words(salon) == WORDS


def test_what_has_changed_is_marked_until_its_words_are_others(salon: Path) -> None:
    """The mark keeps the text that the words were made for; new words, or nobody's objection, take it away."""
    ivr("translate", salon, "es-MX", "--write")
    change(salon / "menu.yaml", "until six", "until seven")
    check = ivr("translate", salon, "es-MX", "--check")
    assert check.exit_code == 1
    assert (
        "hours: say was made for “We're open until six.”; it says “We're open until seven.” today"
        in check.stdout
    )
    ivr("translate", salon, "es-MX", "--write")
    assert "  # CHANGED from: We're open until six. [" in words(salon)
    assert "1 changed since" in ivr("translate", salon, "es-MX", "--check").stdout
    ivr("translate", salon, "es-MX", "--write")
    assert "  # CHANGED from: We're open until six. [" in words(salon), "it stays until somebody has looked"
    change(salon / "prompts.es-MX.yaml", "hasta las seis", "hasta las siete")
    assert "changed since" not in ivr("translate", salon, "es-MX", "--check").stdout
    ivr("translate", salon, "es-MX", "--write")
    assert "CHANGED" not in words(salon)
    change(salon / "menu.yaml", "until seven", "till seven")
    ivr("translate", salon, "es-MX", "--write")
    text = "".join(line for line in words(salon).splitlines(keepends=True) if "CHANGED" not in line)
    (salon / "prompts.es-MX.yaml").write_text(text, encoding="utf-8")
    assert "changed since" not in ivr("translate", salon, "es-MX", "--check").stdout, "its line was deleted"


def test_what_is_filled_in_is_a_translation(salon: Path) -> None:
    """Without `#- ` a line is right YAML, in its place."""
    ivr("translate", salon, "es-MX", "--write")
    path = salon / "prompts.es-MX.yaml"
    change(path, "  #- # en-US: One moment.\n  #- agent:\n", "  # en-US: One moment.\n  agent: Un momento.\n")
    visit = "  #- visit:\n  #-   # en-US: Your visit"
    change(path, visit, visit.replace("#- ", ""))
    change(
        path,
        "  #-   say:\n  #-   menu:\n",
        '    say: "Su cita es el {{ today | day }}. Para repetirlo, marque {key of again}."\n    menu:\n',
    )
    change(path, "  #-     again:\n", "      again: {to: repetir}\n")
    result = ivr("translate", salon, "es-MX", "--write")
    assert "es-MX has 9 of 10 texts; 1 missing" in result.stdout, result.output
    assert "      # en-US: it again\n      again: {to: repetir}\n" in words(salon)


def test_a_language_that_the_hotline_does_not_speak_yet(salon: Path) -> None:
    """Its file is begun, and what is to be added is said."""
    result = ivr("translate", salon, "fr-FR", "--write")
    assert result.exit_code == 0
    assert "fr-FR has 0 of 11 texts; 11 missing" in result.stdout, result.stdout
    assert "Next: write `languages: [en-US, es-MX, fr-FR]` in menu.yaml" in result.stdout
    text = (salon / "prompts.fr-FR.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=.schema/prompts.json\nlanguage: fr-FR\n")
    assert "  #- # en-US: Hello. <pause> This is the salon.\n  #- greeting:\n" in text


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["en-US"], "`en-US` is the first language of"),
        (["spanish"], "is no language; write it like `zh-CN` or `en-US`"),
        (["es-MX", "fr-FR"], "unexpected extra argument"),
        (["es-MX", "--check", "--export", "x.po"], "--check, --export and --import are for one at a time"),
        (["es-MX", "--export", "x.xls"], "name a file that ends in .po or .csv"),
    ],
)
def test_mistakes_of_the_command_line(salon: Path, arguments: list[str], error: str) -> None:
    """Each says what to type instead."""
    result = ivr("translate", salon, *arguments)
    assert result.exit_code in {1, 2}
    assert error in " ".join(result.output.split()), result.output


def test_the_hotline_of_the_present_folder(salon: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One name alone is the language; none is a mistake."""
    monkeypatch.chdir(salon)
    assert "es-MX has 6 of 10 texts" in ivr("translate", "es-MX", "--check").stdout
    assert "name the language, such as `es-MX`" in ivr("translate").stderr


def test_a_file_with_mistakes_is_not_touched(salon: Path) -> None:
    """They are named first."""
    change(salon / "prompts.es-MX.yaml", "say:\n", "sya:\n")
    result = ivr("translate", salon, "es-MX", "--write")
    assert result.exit_code == 1
    assert "did you mean `say`?" in result.stdout
    assert "sya:" in words(salon)


def test_values_of_the_menu_are_named(salon: Path) -> None:
    """Words that only the menu itself has are missing, too."""
    change(
        salon / "menu.yaml",
        "  hours: {say",
        "  part: {set: {part: {en-US: early}}, then: hours}\n  hours: {say",
    )
    result = ivr("translate", salon, "es-MX", "--check")
    assert result.exit_code == 1
    assert "the value `part` has no words in es-MX; write `es-MX: …` beside the others" in result.stdout
    assert "the value `part` has no words" in ivr("translate", salon, "es-MX", "--write").stdout


# --- PO and CSV


@pytest.mark.parametrize("suffix", ["po", "csv"])
def test_an_export_comes_back_without_a_change(salon: Path, suffix: str) -> None:
    """What nobody has changed leaves the file as it is."""
    ivr("translate", salon, "es-MX", "--write")
    before, file = words(salon), salon.parent / f"texts.{suffix}"
    assert ivr("translate", salon, "es-MX", "--export", file).exit_code == 0
    assert "nothing to change" in ivr("translate", salon, "es-MX", "--import", file).stdout
    assert words(salon) == before


def test_a_table_opens_in_a_spreadsheet_and_comes_back(salon: Path) -> None:
    """It has a byte order mark; a spreadsheet may change the separator, and the ends of lines."""
    file = salon.parent / "texts.csv"
    ivr("translate", salon, "es-MX", "--write")
    change(salon / "menu.yaml", "until six", "until seven")
    ivr("translate", salon, "es-MX", "--export", file)
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    states = {row["place"]: (row["state"], row["before"]) for row in rows if row["state"]}
    assert states["nodes.hours.say"] == ("changed", "We're open until six.")
    assert states["nodes.agent.say"] == ("missing", "")
    given = {
        "nodes.agent.say": "Un momento.",
        "nodes.sorry.text": "Lo sentimos.\nLe llamamos el {{ today | day }}.",
        "nodes.visit.menu.again": "to: repetirlo",
    }
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {**row, "translation": given.get(row["place"], row["translation"]).replace("\n", "\r\n")}
        )
    file.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())
    result = ivr("translate", salon, "es-MX", "--import", file, "--write")
    assert result.exit_code == 0, result.output
    text = words(salon)
    assert "  # en-US: One moment.\n  agent: Un momento.\n" in text
    assert "# Ask María about this one" in text
    assert "{{ today | day }}." in text.split("sorry:")[1]
    assert "again:\n        to: repetirlo\n" in text
    assert "CHANGED from: We're open until six." in text, "its state says that nobody has looked"


PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.mark.parametrize(
    ("place", "source", "text", "problem"),
    [
        ("nodes.visit.say", "Your visit is on {{ today | day }}. To hear it again, press {key of again}.", "Su cita. Marque {key of again}.", "texts.po:5:1: visit: say: the translation lacks the value `{{ today | day }}`"),
        ("nodes.visit.say", "Your visit is on {{ today | day }}. To hear it again, press {key of again}.", "{{ today | day }}", "the translation lacks `{key of again}`"),
        ("nodes.hours.say", "We're open until six.", "Hasta las {{ six }}.", "the translation has the value `six`, which the source lacks"),
        ("nodes.hours.say", "We're open until six.", "Hasta las {{ six.", "has `{{` without `}}`"),
        ("nodes.greeting.say", "Hello. <pause> This is the salon.", "Hola.", "the translation lacks the mark `<pause>`"),
        ("nodes.greeting.say", "Hello. <pause> This is the salon.", "Hola. <pausa>", "would be read aloud"),
        ("nodes.sorry.text", "Sorry.\\nWe call you back on {{ today | day }}.", "{{ today | dia }}", "in the translation there is no filter `dia`"),
        ("nodes.main.menu.hours", "opening hours", "say: Marque.", "says a whole sentence, and lacks `{key}`"),
        ("nodes.main.menu.ours", "opening hours", "el horario", "the hotline has no text at `nodes.main.menu.ours`"),
    ],
)  # fmt: skip
def test_a_wrong_translation_is_refused(
    salon: Path, place: str, source: str, text: str, problem: str
) -> None:
    """Each mistake has its file and line, and then nothing is written."""
    file = salon.parent / "texts.po"
    file.write_text(f'{PO}msgctxt "{place}"\nmsgid "{source}"\nmsgstr "{text}"\n', encoding="utf-8")
    result = ivr("translate", salon, "es-MX", "--import", file, "--write")
    assert result.exit_code == 1
    assert problem in result.stdout, result.stdout
    assert "texts.po:5:1: " in result.stdout, result.stdout
    assert words(salon) == WORDS


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("texts.po", b"nonsense\n", "the catalog cannot be read"),
        ("texts.po", b"\xff\xfe", "texts.po:1:1: the file is not UTF-8"),
        ("texts.csv", b"a,b\n1,2\n", "the table has no column `place`"),
        ("texts.csv", b'place,source,translation\nx,"y,z\n', "texts.csv:2:1: the table cannot be read"),
        ("texts.csv", "place,source,translation\nnodes.bye.end,Goodbye.,Adiós.\nnodes.bye.end,Goodbye.,Adiós.\n".encode(), "texts.csv:3:1: `nodes.bye.end` stands in line 2, too"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read(salon: Path, name: str, data: bytes, problem: str) -> None:
    """It says where, and what to do."""
    file = salon.parent / name
    file.write_bytes(data)
    result = ivr("translate", salon, "es-MX", "--import", file, "--write")
    assert result.exit_code == 1
    assert problem in result.stdout, result.output
    assert words(salon) == WORDS


def test_comments_of_a_text_that_comes_back_stay(salon: Path) -> None:
    """Also one behind the words, which are written anew; other nodes stay as they are, letter for letter."""
    file = salon.parent / "texts.csv"
    file.write_text(
        "place,source,translation\nnodes.bye.end,Goodbye.,Adiós.\nnodes.main.menu.hours,opening hours,horario\n",
        encoding="utf-8",
    )
    ivr("translate", salon, "es-MX", "--import", file, "--write")
    text = words(salon)
    assert "  # said last\n  bye:\n    # en-US: Goodbye.\n    end: Adiós.\n" in text
    assert "  # Ask María about this one\n" in text
    assert "- ¿Qué desea?\n" in text
    assert "anywhere: {agent: {to: hablar con alguien}}\n" in text


def test_a_fuzzy_text_stays_marked(salon: Path) -> None:
    """A catalog says what has changed as gettext does, and its translator decides."""
    ivr("translate", salon, "es-MX", "--write")
    change(salon / "menu.yaml", "until six", "until seven")
    file = salon.parent / "texts.po"
    ivr("translate", salon, "es-MX", "--export", file)
    text = file.read_text(encoding="utf-8")
    assert '#, fuzzy\n#| msgid "We\'re open until six."\nmsgctxt "nodes.hours.say"\n' in text
    ivr("translate", salon, "es-MX", "--import", file, "--write")
    assert "CHANGED from: We're open until six." in words(salon)
    file.write_text(text.replace('#, fuzzy\n#| msgid "We\'re open until six."\n', ""), encoding="utf-8")
    ivr("translate", salon, "es-MX", "--import", file, "--write")
    assert "CHANGED" not in words(salon)
