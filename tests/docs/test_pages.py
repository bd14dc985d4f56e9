"""The pages tell the truth: each command prints what is shown under it.

``IVR_UPDATE_DOCS=1 pytest tests/docs`` writes the present output into the pages.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import pytest

from ivr.actions.accounts import PasswordKind
from ivr.actions.passwords import Reason
from ivr.menu.language.contract import Level
from tests.support.pages import PAGES, README, ROOT, Example, blocks, examples, made_again, text_of
from tests.support.rest_stub import twilio_stub

SHOWING = [page for page in PAGES if blocks(text_of(page))]
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def named(page: Path) -> str:
    """Return a page's path from the project's folder."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", SHOWING, ids=named)
def test_every_command_prints_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    """The examples of a page are real output, run one after the other in a fresh folder. Twilio is not rung."""
    with twilio_stub() as twilio:
        text, different = made_again(page, tmp_path / "reader", {"IVR_TWILIO_API_URL": twilio.url})
    if os.environ.get("IVR_UPDATE_DOCS") == "1":
        page.write_text(text, encoding="utf-8")
    else:
        assert not different, "\n".join(different)


def test_the_pages_have_examples() -> None:
    """The check above cannot pass because it found nothing to run."""
    assert len(SHOWING) >= 5
    assert README in SHOWING
    assert sum(len(list(examples(block))) for page in SHOWING for block in blocks(text_of(page))) >= 30


@pytest.mark.parametrize(
    ("shown", "made", "agrees"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\nd\n", "a\nb\n", False),
        ("en-US   1.4 s  Hello\n", "en-US  11.6 s  Hello\n", True),
        ("en-US   1.4 s  Hello\n", "en-US   1.4 s  Good day\n", False),
        ("5 states, 10 steps, 0.1 s, 60 MiB\n", "5 states, 10 steps, 0.0 s, 9 MiB\n", True),
        ("5 states, 10 steps, 0.1 s, 60 MiB\n", "5 states, 11 steps, 0.1 s, 60 MiB\n", False),
        ("80123 states, 210000 steps, 9.1 s, 60 MiB\n", "80124 states, 210001 steps, 9.1 s, 60 MiB\n", True),
        ("menus/yuebao: 735 calls, 735 passed\n", "menus/yuebao: 740 calls, 739 passed, 1 failed\n", False),
        ("shop: 1 call, 1 passed\n", "shop: 2 calls, 2 passed\n", False),
    ],
)
def test_a_figure_that_is_promised_nowhere_may_change(shown: str, made: str, *, agrees: bool) -> None:
    """Seconds, memory and what grows with the demonstration hotline may; words and everything else may not."""
    assert Example("ivr", shown).agrees_with(made) is agrees


def test_a_server_is_compared_by_its_first_lines() -> None:
    """What it logs later comes when it comes."""
    assert Example("ivr serve &", "ready\n").agrees_with("ready\nlogged\n")
    assert not Example("ivr serve &", "ready\n").agrees_with("broken\n")


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A file that is linked is there, and has the heading."""
    for link in _LINK.findall(re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)):
        if re.match(r"https?://", link):
            continue
        name, _, heading = unquote(link).partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if heading:
            assert heading in headings(target), link


def headings(page: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in found}


def test_every_page_is_in_the_readmes_list() -> None:
    """A page that nothing leads to is not read."""
    for page in PAGES[1:]:
        assert f"]({named(page)})" in text_of(README)


def test_the_pages_name_no_place_of_one_machine() -> None:
    """Documents suit every machine."""
    for page in (*PAGES, ROOT / "CONTRIBUTING.md"):
        assert not re.search(r"/(root|home|work|tmp|Users)/", text_of(page)), page


def test_no_text_has_somebody_elses_package_installed() -> None:
    """`ivr` on PyPI is not ours; what we tell people to install is `ivrkit`, or this folder."""
    texts = [*PAGES, ROOT / "CONTRIBUTING.md", *(ROOT / "ivr").rglob("*.py")]
    for path in texts:
        for named in re.findall(r"pip install (?:-\S+ )*['\"]?([\w.]+)", text_of(path)):
            assert named in {"ivrkit", "."}, path


def test_the_page_on_identity_has_every_level() -> None:
    """In their order, as menus and actions write them."""
    rows = re.findall(r"^\| `(\w+)` \|", text_of(ROOT / "docs" / "identity.md"), re.MULTILINE)
    assert rows == [level.name for level in Level]


def test_the_page_on_actions_has_every_reason() -> None:
    """And the two texts that a kind of password is."""
    page = text_of(ROOT / "docs" / "actions.md")
    rows = re.findall(r"^\| `Reason\.(\w+)` \| \w", page, re.MULTILINE)
    assert rows == [reason.value for reason in Reason]
    assert all(f'`"{kind}"`' in page for kind in get_args(PasswordKind))


def test_the_page_on_operating_has_every_line_of_the_log() -> None:
    """What a server writes, but for what only `debug` shows and for the demonstration's own service."""
    page = text_of(ROOT / "docs" / "operating.md").partition("## The log")[2].partition("\n## ")[0]
    rows = {event for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for event in row.split(", ")}
    written = {
        f"`{event}`"
        for path in (ROOT / "ivr").rglob("*.py")
        if "demo" not in path.parts
        for event in re.findall(
            r'(?:\blog|_log|bounded|get_logger\(\))\.(?:info|warning|error)\(\s*(?:#.*\s*)?"([^"]+)"',
            text_of(path),
        )
    }
    assert rows == written


def test_the_pages_can_be_followed_one_after_the_other_in_one_place() -> None:
    """No page makes a folder that another one has made."""
    makes = re.compile(r"(?:ivr new|mkdir|cp -r \S+) ([\w/]+)")
    made = [folder for page in PAGES for block in blocks(text_of(page)) for folder in makes.findall(block)]
    assert len(made) >= 8
    assert sorted(made) == sorted(set(made))
