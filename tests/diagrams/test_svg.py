"""The drawing as a picture: well formed, whole, the same in every run, and each text within its box."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ivr.diagrams.node_shapes import BOX_WIDTH, PAD, SIZES, faces, lines_within
from ivr.diagrams.svg import svg
from ivr.diagrams.text_metrics import width_of
from ivr.menu.loader import Loaded
from tests.support.drawings import EVIL, drawing_of, evil, plain, yuebao

SVG = "{http://www.w3.org/2000/svg}"
ALL = pytest.mark.parametrize("loaded", [plain(), evil(), yuebao()], ids=["plain", "evil", "yuebao"])


def boxes(root: ET.Element) -> list[ET.Element]:
    """Return the boxes of a picture."""
    return [each for each in root.iter(f"{SVG}g") if each.get("data-box")]


@ALL
@pytest.mark.parametrize("full", [True, False])
def test_every_box_is_there_once(loaded: Loaded, *, full: bool) -> None:
    """The document is well formed, and every box can be reached with the keyboard and is read aloud."""
    drawing = drawing_of(loaded, full=full)
    root = ET.fromstring(svg(drawing))
    assert sorted(box.get("data-box", "") for box in boxes(root)) == sorted(drawing.boxes)
    assert all(box.get("tabindex") == "0" and box.get("aria-label") for box in boxes(root))
    identifiers = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(identifiers) == len(set(identifiers))
    links = [each.get("href", "") for each in root.iter(f"{SVG}a")]
    assert {link.removeprefix("#") for link in links} <= set(identifiers)


@ALL
def test_every_way_is_a_line_or_a_name(loaded: Loaded) -> None:
    """Whatever no line is drawn for says where it leads."""
    drawing = drawing_of(loaded)
    within = lines_within(drawing)
    seen = faces(drawing, within)
    rows = [row for face in seen.values() for row in face.rows]
    assert all(row.drawn or row.goal for row in rows)
    arrows = [*(row.arrow for row in rows), *(row.onward for row in rows if row.onward)]
    assert sorted(map(str, arrows)) == sorted(map(str, drawing.arrows))


def test_what_is_written_stays_within_its_box() -> None:
    """As far as the width of letters can be told; a closing mark may hang over by itself."""
    for language in ("zh-CN", "en-US"):
        drawing = drawing_of(yuebao(), language)
        for face in faces(drawing, lines_within(drawing)).values():
            for text in face.texts:
                assert (
                    width_of(text.text.rstrip("，。、！？；：…"), SIZES[text.kind])
                    <= BOX_WIDTH - 2 * PAD + 0.01
                )
                assert 0 < text.y < face.size.height
            for row in face.rows:
                told = width_of(f"{row.label} {row.goal}".strip(), SIZES["row"])
                assert told <= BOX_WIDTH - 2 * PAD + 1
                assert row.bottom <= face.size.height


def test_words_stay_text() -> None:
    """Nothing of a menu becomes an element."""
    text = svg(drawing_of(evil()))
    root = ET.fromstring(text)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {
        "svg",
        "style",
        "rect",
        "text",
        "g",
        "title",
        "path",
        "a",
    }
    assert "<script" not in text
    assert any(EVIL in (title.text or "") for title in root.iter(f"{SVG}title"))


def test_the_shipped_hotline_fits_a_page() -> None:
    """It has about the form of a sheet on its side, and fewer places than nodes."""
    drawing = drawing_of(yuebao())
    root = ET.fromstring(svg(drawing))
    _, _, width, height = map(float, root.get("viewBox", "").split())
    assert 1.2 < width / height < 2.2
    assert width * height < 10e6
    tree = yuebao().tree
    assert tree
    assert len(faces(drawing, lines_within(drawing))) < 0.75 * len(tree.nodes)


def test_it_is_the_same_in_every_run() -> None:
    """Whatever the order of sets is in a process: a picture in a repository changes when the menu does."""
    program = (
        "import hashlib\nfrom tests.support.drawings import drawing_of, yuebao\nfrom ivr.diagrams import dot, mermaid, page, svg\n"
        "drawing = drawing_of(yuebao())\n"
        "text = ''.join([svg.svg(drawing), page.page([drawing]), dot.dot(drawing), mermaid.mermaid(drawing)])\n"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(runs) == 1


def test_a_large_file_becomes_a_page_and_no_endless_tree() -> None:
    """Menus of a file with many boxes stand side by side, and names lead from one to the next."""

    def menu(name: str, first: int) -> str:
        options = ", ".join(f'"{key}": {{for: goal, go: m{first + key}}}' for key in range(1, 9))
        return f"{name}: {{menu: {{{options}}}}}"

    menus = [menu("main", 0), *(menu(f"m{at}", 8 * at) for at in range(1, 9))]
    said = [f"m{at}: {{say: Words., then: agent}}" for at in range(9, 73)]
    root = ET.fromstring(svg(drawing_of(plain("\n".join([*menus, *said]), ""), full=True)))
    _, _, width, height = map(float, root.get("viewBox", "").split())
    assert 0.5 < width / height < 3
