"""The page: it opens from a disk without a network, and its search, its words and its languages work in a browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from ivr.diagrams.card import make_card
from ivr.diagrams.card_formats import card_page
from ivr.diagrams.page import page
from tests.support.drawings import EVIL, drawing_of, evil, yuebao

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
wants_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: make browser")
TAGS = re.compile(r"<(/?[a-z0-9]+)[\s>]")


def test_it_fetches_nothing() -> None:
    """No address, no import and no element that loads something stands in it; its policy forbids all the same."""
    for text in (page([drawing_of(yuebao(), language) for language in ("zh-CN", "en-US")]), _card("en-US")):
        markup = re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL)
        assert not re.search(r'\b(src|srcset|action|data|poster)="', markup)
        assert not re.search(r"url\(|@import|<link|<img|<iframe|<object|fetch\(|XMLHttp|sendBeacon", markup)
        assert all(link.startswith("#") for link in re.findall(r'href="([^"]*)"', markup))
        assert "default-src 'none'" in text


def test_words_are_neither_markup_nor_program() -> None:
    """What is behind a click is JSON in which no tag ends; all of the attack is in it, as text."""
    text = page([drawing_of(evil())])
    assert text.count("<script") == text.count("</script") == 2
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert data
    words = json.loads(data[1])["en-US"]["boxes"]["main"]["steps"][0]["words"]
    assert words == [["says", [EVIL]], ["after silence", [EVIL]]]
    assert "<!--" not in text
    assert {tag.strip("/") for tag in TAGS.findall(text)} <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "header",
            "h1",
            "div",
            "button",
            "input",
            "output",
        ),
        *("span", "main", "svg", "rect", "text", "g", "path", "a", "aside", "script"),
    }


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def sheet(chromium: Browser) -> Iterator[Page]:
    """Open a page in which every request but that for the file itself is refused; complaints fail the test."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, offline=True)
    opened = context.new_page()
    wrong = list[str]()

    def refuse(route: Route) -> None:
        if not route.request.url.startswith("file:") or route.request.resource_type != "document":
            wrong.append(route.request.url)
            route.abort()
            return
        route.continue_()

    opened.route("**/*", refuse)
    opened.on(
        "console",
        lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None,
    )
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    yield opened
    context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of the demonstration hotline."""
    path = tmp_path_factory.mktemp("page") / "yuebao.html"
    drawings = [drawing_of(yuebao(), language) for language in ("zh-CN", "en-US")]
    path.write_text(page(drawings), encoding="utf-8")
    return path


@wants_chromium
def test_a_click_shows_all_words_of_a_box(file: Path, sheet: Page) -> None:
    """Also those that the picture cuts short; a way leads on to the next box, and Escape closes."""
    sheet.goto(file.as_uri())
    side = sheet.locator("#side")
    expect(side).to_be_hidden()
    sheet.locator('[data-box="main"]:visible .name').click()
    expect(side).to_contain_text("冻结账户或有不明扣款")
    expect(side).to_contain_text("重听按9，返回按星号键")
    side.get_by_role("button", name="withdrawals").click()
    expect(side.get_by_role("heading", name="withdrawals_menu")).to_be_visible()
    expect(sheet.locator('[data-box="withdrawals_menu"]:visible')).to_be_focused()
    sheet.keyboard.press("Escape")
    expect(side).to_be_hidden()


@wants_chromium
def test_the_search_finds_nodes_and_words(file: Path, sheet: Page) -> None:
    """Enter goes from one to the next and shows it."""
    sheet.goto(file.as_uri())
    search = sheet.locator("#search")
    search.fill("尾号")
    count = int(sheet.locator("#found").inner_text())
    assert count > 3
    search.press("Enter")
    expect(sheet.locator("#found")).to_have_text(f"1 / {count}")
    expect(sheet.locator("#side")).to_contain_text("尾号")
    search.fill("no such words")
    expect(sheet.locator("#found")).to_have_text("0")


@wants_chromium
def test_one_click_changes_the_language(file: Path, sheet: Page) -> None:
    """The picture, the words of the box that is open, and the page's own."""
    sheet.goto(file.as_uri())
    sheet.locator('[data-box="goodbye"]:visible').click()
    sheet.get_by_role("button", name="English", exact=True).click()
    expect(sheet.locator("#side")).to_contain_text("Thank you for calling")
    expect(sheet.locator("#whole")).to_have_text("whole picture")
    expect(sheet.locator("svg:visible")).to_have_attribute("lang", "en-US")
    assert sheet.evaluate("document.documentElement.lang") == "en-US"


@wants_chromium
def test_it_works_with_the_keyboard_alone(file: Path, sheet: Page) -> None:
    """Tab comes to the first box, Enter opens it, + and 0 zoom, / searches."""
    sheet.goto(file.as_uri())
    whole = sheet.locator("svg:visible").get_attribute("viewBox")
    for _ in range(12):
        sheet.keyboard.press("Tab")
        if sheet.evaluate("document.activeElement.dataset.box"):
            break
    sheet.keyboard.press("Enter")
    expect(sheet.locator("#side")).to_be_visible()
    sheet.keyboard.press("+")
    assert sheet.locator("svg:visible").get_attribute("viewBox") != whole
    sheet.keyboard.press("0")
    expect(sheet.locator("svg:visible")).to_have_attribute("viewBox", re.compile("^0 0 "))
    sheet.keyboard.press("/")
    expect(sheet.locator("#search")).to_be_focused()


@wants_chromium
def test_it_zooms_and_can_be_pulled(file: Path, sheet: Page) -> None:
    """With the wheel and the pointer; pulling opens no box."""
    sheet.goto(file.as_uri())
    view = "document.querySelector('.picture:not([hidden]) svg').viewBox.baseVal"
    width = sheet.evaluate(f"{view}.width")
    sheet.mouse.move(600, 400)
    sheet.mouse.wheel(0, -400)
    sheet.wait_for_function(f"{view}.width < {width}")
    x = sheet.evaluate(f"{view}.x")
    sheet.mouse.down()
    sheet.mouse.move(500, 350, steps=4)
    sheet.mouse.up()
    assert sheet.evaluate(f"{view}.x") > x
    expect(sheet.locator("#side")).to_be_hidden()


@wants_chromium
def test_an_attack_in_a_menu_is_only_shown(tmp_path: Path, sheet: Page) -> None:
    """It is read in full behind a click, and does nothing."""
    path = tmp_path / "evil.html"
    path.write_text(page([drawing_of(evil())]), encoding="utf-8")
    sheet.goto(path.as_uri())
    sheet.locator('[data-box="main"]').click()
    expect(sheet.locator("#side")).to_contain_text(EVIL)
    assert sheet.locator("script").count() == 2


@wants_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_text_can_be_read_in_light_and_dark(file: Path, chromium: Browser, scheme: str) -> None:
    """Names of boxes stand out from their box by a contrast of 7 or more (WCAG AAA), figures and links by 4.5."""
    opened = chromium.new_page(color_scheme="dark" if scheme == "dark" else "light")
    opened.goto(file.as_uri())
    for text, least in ((".name", 7.0), (".about", 4.5), (".goal", 4.5), (".told", 4.5)):
        ground = ".ground" if text == ".told" else ".box .body"
        colours = opened.evaluate(
            "([text, ground]) => [text, ground].map(each => getComputedStyle(document.querySelector(each)).fill)",
            [text, ground],
        )
        assert _contrast(*colours) >= least, (text, colours)
    opened.close()


def _contrast(one: str, other: str) -> float:
    lights = sorted(_light(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@wants_chromium
def test_the_drawing_prints_on_one_sheet(file: Path, sheet: Page) -> None:
    """In the language that is shown, without the buttons."""
    sheet.goto(file.as_uri())
    assert _pages(sheet) == 1


@wants_chromium
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_the_card_prints_on_one_sheet(tmp_path: Path, sheet: Page, language: str) -> None:
    """Of A4."""
    path = tmp_path / "card.html"
    path.write_text(_card(language), encoding="utf-8")
    sheet.goto(path.as_uri())
    assert _pages(sheet) == 1


def _pages(sheet: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", sheet.pdf(prefer_css_page_size=True)))


def _card(language: str) -> str:
    loaded = yuebao()
    assert loaded.tree
    assert loaded.draft
    return card_page(make_card(loaded.tree, language))
