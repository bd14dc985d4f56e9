"""Which hotline a test rings, and what is said where that cannot be told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.embedding import run


def test_the_hotline_of_the_settings(pytester: pytest.Pytester, hello: Path) -> None:
    """From the file of settings, wherever pytest is started; the command line is stronger, the marker strongest."""
    shutil.copytree(hello, pytester.path / "phones" / "two")
    shutil.copytree(hello, pytester.path / "menus" / "three")
    for name in ("two", "three"):
        menu = next(pytester.path.glob(f"*/{name}/menu.yaml"))
        menu.write_text(menu.read_text(encoding="utf-8").replace("欢迎致电", name), encoding="utf-8")
    pytester.makeini("[pytest]\nivr_hotline = phones/two\n")
    run(pytester, "call.hears('two')").assert_outcomes(passed=1)
    place = pytester.mkdir("elsewhere")
    (place / "test_there.py").write_text("def test_it(call):\n    call.hears('two')\n")
    pytester.runpytest_inprocess("elsewhere").assert_outcomes(passed=1)
    pytester.makepyfile(test_hotline="def test_it(call):\n    call.hears('three')\n")
    pytester.runpytest_inprocess("test_hotline.py").assert_outcomes(failed=1)
    pytester.runpytest_inprocess("test_hotline.py", "--ivr-hotline=menus/three").assert_outcomes(passed=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        there = f"--rootdir={pytester.path}", "../test_hotline.py", "--ivr-hotline=../menus/three"
        pytester.runpytest_inprocess(*there).assert_outcomes(passed=1)
    marked = "@pytest.mark.ivr(hotline='menus/hello')\n"
    run(pytester, "call.hears('欢迎致电')", before=marked).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("", "*There is menus/hello, menus/two in *; set `ivr_hotline = FOLDER`*"),
        ("@pytest.mark.ivr(hotline='menus/non')\n", "*/menus/non is not there; name a hotline's folder*"),
        ("@pytest.mark.ivr(hotline='menus')\n", "*/menus has no menu.yaml; name a hotline's folder*"),
        ("@pytest.mark.ivr(hotlin='menus/two')\n", "*has no `hotlin`; did you mean `hotline`[?]"),
        ("@pytest.mark.ivr('menus/two')\n", "*`pytest.mark.ivr` wants names*"),
        (
            "@pytest.mark.ivr(hotline='menus/two', desks={'x': 'busy'})\n",
            "there is no desk `x`; use one of `service`",
        ),
    ],
)
def test_a_hotline_that_cannot_be_told(
    pytester: pytest.Pytester, hello: Path, before: str, sentence: str
) -> None:
    """The test is an error, which says what to set."""
    shutil.copytree(hello, pytester.path / "menus" / "two")
    result = run(pytester, "call.press('1')", before=before)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([sentence])
    assert "Traceback" not in result.stdout.str()
    assert "another exception" not in result.stdout.str()


def test_no_hotline_at_all(pytester: pytest.Pytester, hello: Path) -> None:
    """The same."""
    shutil.rmtree(hello)
    result = run(pytester, "call.press('1')")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*There is no menus/[*]/menu.yaml in *"])


def test_a_menu_with_problems(pytester: pytest.Pytester, hello: Path) -> None:
    """They are told once with their places, of a test and of a file of written calls."""
    menu = hello / "menu.yaml"
    menu.write_text(menu.read_text(encoding="utf-8").replace("then: main", "then: mian"), encoding="utf-8")
    problem = "*menus/hello/menu.yaml:29:5: greeting: there is no node `mian`; did you mean `main`[?]"
    result = run(pytester, "call.press('1')")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([problem])
    result = pytester.runpytest_inprocess("menus")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ERROR collecting menus/hello/calls/first.yaml*", problem])
