"""`ivr diff`: folders and git revisions, three formats, exit statuses, and names that git must not take for options."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ivr.cli.errors import CommandFailed
from ivr.cli.git_revisions import Repository
from tests.support import old_hotline
from tests.support.command import YUEBAO, ivr
from tests.support.starters import write_chinese_first

SOMEBODY = {
    "GIT_AUTHOR_NAME": "Somebody",
    "GIT_AUTHOR_EMAIL": "somebody@example.com",
    "GIT_COMMITTER_NAME": "Somebody",
    "GIT_COMMITTER_EMAIL": "somebody@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
SERVICE = """
services: {shop: {url: "https://shop.example.com", headers: {Authorization: "Bearer ${SECRET}"}}}
actions:
  stock:
    service: shop
    does: Tells what is there.
    get: /stock
    outcomes:
      ok: {status: 200, means: It is known., tells: {loaves: {path: loaves, means: Loaves.}}}
"""
MOVED = (('"3": {for: 结束通话', '"4": {for: 结束通话'), ('"3": ending', '"4": ending'))


def git(folder: Path, *arguments: str) -> None:
    """Run git for somebody, with no configuration of this machine."""
    environ = {**os.environ, **SOMEBODY}
    subprocess.run(["git", "-C", str(folder), *arguments], env=environ, check=True, capture_output=True)


def edit(hotline: Path, *changes: tuple[str, str]) -> None:
    """Change words of a hotline, wherever they stand."""
    for path in sorted(hotline.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    """Return a hotline in a folder that is in no repository."""
    write_chinese_first(tmp_path / "bakery")
    return tmp_path / "bakery"


@pytest.fixture
def changed(bakery: Path) -> Path:
    """Return a copy of it in which a key has moved."""
    copy = bakery.with_name("changed")
    shutil.copytree(bakery, copy)
    edit(copy, *MOVED)
    return copy


@pytest.fixture
def committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a hotline in a git repository with two commits, from inside the repository; a key moves in the second."""
    top = tmp_path / "repository"
    for name, value in SOMEBODY.items():
        monkeypatch.setenv(name, value)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    write_chinese_first(top / "menus" / "bakery")
    git(top, "init", "--quiet", ".")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "-m", "one")
    edit(top / "menus" / "bakery", *MOVED)
    git(top, "commit", "--quiet", "-am", "two")
    monkeypatch.chdir(top)
    return Path("menus/bakery")


# --- folders


def test_two_folders(bakery: Path, changed: Path) -> None:
    """The difference is told, and is no failure."""
    result = ivr("diff", bakery, changed)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{bakery} → {changed}: ")
    assert "`main`: “结束通话” moved from key 3 to key 4; nothing is on key 3 now" in result.stdout


def test_nothing_to_notice(bakery: Path) -> None:
    """Is said, also with --exit-code."""
    copy = bakery.with_name("copy")
    shutil.copytree(bakery, copy)
    edit(copy, ("nodes:\n", "# a comment\nnodes:\n"))
    result = ivr("diff", bakery, copy, "--exit-code")
    assert result.exit_code == 0
    assert result.stdout == f"{bakery} → {copy}: nothing that a caller would notice\n"


def test_the_exit_status_says_on_request_that_something_differs(bakery: Path, changed: Path) -> None:
    """As `git diff --exit-code` does."""
    assert ivr("diff", bakery, changed, "--exit-code").exit_code == 1


@pytest.mark.parametrize("asked", [("--markdown",), ("--format", "markdown")])
def test_markdown(bakery: Path, changed: Path, asked: tuple[str, ...]) -> None:
    """By either option."""
    shown = ivr("diff", bakery, changed, *asked).stdout
    assert "### Keys\n\n- `main`: “结束通话” moved from key 3 to key 4; nothing is on key 3 now\n" in shown
    assert "| `goodbye` (“结束通话”) | zh-CN | 3: " in shown


def test_json(bakery: Path, changed: Path) -> None:
    """For tools: what differs, about what."""
    data = json.loads(ivr("diff", bakery, changed, "--format", "json").stdout)
    assert data["differs"]
    assert {change["about"] for change in data["changes"]} == {"keys", "goals"}
    figures = next(change["figures"] for change in data["changes"] if change["about"] == "goals")
    assert figures["goals"][0]["languages"]["zh-CN"]["new"]["keys"] == "4"


def test_a_written_call_that_goes_another_way_is_told(bakery: Path) -> None:
    """With the first step that differs, and what is heard there now; not with --no-calls."""
    copy = bakery.with_name("copy")
    shutil.copytree(bakery, copy)
    menu = copy / "menu.yaml"
    menu.write_text(menu.read_text(encoding="utf-8").replace("周一到周五", "每一天"), encoding="utf-8")
    told = "in calls/first.yaml: after `press: 1`, `hears: 周一到周五`: `周一到周五` was not heard; heard: “我们的"
    assert told in ivr("diff", bakery, copy).stdout
    assert "calls/first.yaml" not in ivr("diff", bakery, copy, "--no-calls").stdout


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("actions.yaml", SERVICE, "the written calls are not played: services do the actions"),
        ("bulletins.yaml", "nonsense: [", "the written calls cannot be played: "),
    ],
)
def test_calls_that_cannot_be_played_spoil_nothing(
    bakery: Path, changed: Path, file: str, text: str, said: str
) -> None:
    """Above all, no version that is only looked at sends what the environment holds to an address of its own."""
    (changed / file).write_text(text, encoding="utf-8")
    result = ivr("diff", bakery, changed, SECRET="hush")
    assert result.exit_code == 0, result.stdout
    assert said in result.stderr
    assert "moved from key 3 to key 4" in result.stdout


def test_a_renamed_node_makes_no_call_fail(bakery: Path) -> None:
    """The written calls of the old version name it as it was."""
    copy = bakery.with_name("copy")
    shutil.copytree(bakery, copy)
    for name in ("menu.yaml", "prompts.en-US.yaml"):
        text = (copy / name).read_text(encoding="utf-8")
        text = (
            text.replace("  main:", "  top:")
            .replace("then: main", "then: top")
            .replace("go: main", "go: top")
        )
        (copy / name).write_text(text, encoding="utf-8")
    shown = ivr("diff", bakery, copy).stdout
    assert shown.startswith(f"{bakery} → {copy}: nothing that a caller would notice; 1 change for editors\n")
    assert "`main` is called `top` now" in shown


def test_a_version_of_0_3_is_compared_as_it_would_be_migrated(tmp_path: Path) -> None:
    """So that the change in which it is migrated can be reviewed like any other."""
    old = old_hotline.write(tmp_path / "old")
    new = tmp_path / "new"
    shutil.copytree(old, new)
    assert ivr("migrate", new, "--write").exit_code == 0
    assert ivr("diff", old, new).stdout == f"{old} → {new}: nothing that a caller would notice\n"


def test_a_lost_human_is_told_before_the_keys(bakery: Path) -> None:
    """By the ways of the menu, and by walking every path; the latter not with --no-explore, nor the other way round."""
    copy = bakery.with_name("copy")
    shutil.copytree(bakery, copy)
    edit(
        copy,
        ('  "0": {go: agent, for: 人工服务}\n', ""),
        ("anywhere:\n  agent: {to: speak to someone}\n", ""),
        (
            '  main:\n    menu:\n      "1": {for: 营业时间',
            '  main:\n    after_tries: goodbye\n    menu:\n      "1": {for: 营业时间',
        ),
    )
    shown = ivr("diff", bakery, copy).stdout
    assert shown.index(
        "! From `main` no way leads to a human; before: a human is reached by 0"
    ) < shown.index("\nKeys\n")
    waits = "silence, then silence, then silence"
    assert f"! `main`: a caller who only waits is never connected with a human ({waits}) [P03]" in shown
    assert "[P" not in ivr("diff", bakery, copy, "--no-explore").stdout
    assert "[P" not in ivr("diff", copy, bakery).stdout


@pytest.mark.parametrize("broken", ["old", "new"])
def test_a_version_with_problems_is_told_with_them(bakery: Path, changed: Path, broken: str) -> None:
    """On whichever side; nothing else is told, and the exit status says so."""
    edit(bakery if broken == "old" else changed, ("then: main", "then: mian"))
    result = ivr("diff", bakery, changed)
    assert result.exit_code == 1
    name = bakery if broken == "old" else changed
    assert f"{name} has problems\n  menu.yaml:" in result.stdout
    assert "did you mean `main`?" in result.stdout
    assert "Keys" not in result.stdout
    data = json.loads(ivr("diff", bakery, changed, "--format", "json").stdout)
    assert data["problems"][broken]


def test_a_folder_alone_is_not_enough(bakery: Path) -> None:
    """There is nothing to compare it with."""
    result = ivr("diff", bakery)
    assert result.exit_code == 1
    assert "name the folder or the git revision to compare it with" in result.stderr


# --- git revisions


def test_two_revisions(committed: Path) -> None:
    """Each as it was, whatever stands in the folder now."""
    edit(committed, ("您好", "再见"))
    result = ivr("diff", "HEAD~1", "HEAD", "--hotline", committed)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("menus/bakery at HEAD~1 → menus/bakery at HEAD: ")
    assert "moved from key 3 to key 4" in result.stdout
    assert "再见" not in result.stdout


@pytest.mark.parametrize("named", [("HEAD",), ()])
def test_a_revision_and_the_folder_as_it_is(committed: Path, named: tuple[str, ...]) -> None:
    """Without a revision, what has changed since the last commit."""
    edit(committed, ("您好，欢迎致电", "您好，这里是面包店"))
    shown = ivr("diff", *named, "--hotline", committed).stdout
    assert "`greeting` says (zh-CN): 您好，[-欢迎致电-]{+这里是面包店+}。" in shown
    assert "moved" not in shown


def test_a_revision_and_a_folder(committed: Path) -> None:
    """The folder names the hotline."""
    assert "moved from key 3 to key 4" in ivr("diff", "HEAD~1", committed).stdout
    assert "moved from key 4 to key 3" in ivr("diff", committed, "HEAD~1").stdout


def test_a_hotline_that_is_gone_from_the_folder(committed: Path) -> None:
    """Two revisions that had it can still be compared."""
    shutil.rmtree(committed)
    assert "moved from key 3 to key 4" in ivr("diff", "HEAD~1", "HEAD", "--hotline", committed).stdout


def test_a_hotline_that_is_the_repository(tmp_path: Path, committed: Path) -> None:
    """With its menu.yaml at the top."""
    top = tmp_path / "alone"
    write_chinese_first(top)
    git(top, "init", "--quiet", ".")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "-m", "one")
    edit(top, *MOVED)
    assert "moved from key 3 to key 4" in ivr("diff", "--hotline", top).stdout


def test_the_comparison_leaves_the_repository_as_it_was(committed: Path, tmp_path: Path) -> None:
    """Nothing is checked out, and nothing is left behind."""
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    ivr("diff", "HEAD~1", "HEAD", "--hotline", committed)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before


HOSTILE = [
    "--output=x",
    "-x",
    "--upload-pack=touch x",
    "--all",
    "",
    "HEAD --all",
    "HEAD;touch x",
    "HEAD\nHEAD",
    "HEAD..HEAD~1",
    "nope",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_no_revision_is_refused(committed: Path, name: str) -> None:
    """Nothing of it reaches git as an option or a shell as a command."""
    before = sorted(Path().rglob("*"))
    for sides in ((name, "HEAD"), ("HEAD", name)):
        result = ivr("diff", "--hotline", committed, "--", *sides)
        assert result.exit_code == 1
        assert f"`{name}` is neither a hotline's folder nor a git revision" in result.stderr
    assert sorted(Path().rglob("*")) == before


def test_a_revision_without_the_hotline(committed: Path) -> None:
    """The sentence says where it was looked for."""
    result = ivr("diff", "HEAD", "HEAD", "--hotline", "menus/nowhere")
    assert result.exit_code == 1
    assert "there is no hotline menus/nowhere in HEAD; name its folder with --hotline" in result.stderr
    assert "has no menu.yaml" in ivr("diff", "HEAD", "--hotline", "menus/nowhere").stderr


@pytest.fixture
def acct(committed: Path) -> Path:
    """Return a hotline that the last commit added."""
    write_chinese_first(Path("acct"))
    git(Path(), "add", "acct")
    git(Path(), "commit", "--quiet", "-m", "three")
    return Path("acct")


@pytest.mark.parametrize(
    ("sides", "fate"),
    [
        (("HEAD~1", "HEAD"), "is new in HEAD: there is nothing to compare it with"),
        (("HEAD~1",), "is new: there is nothing to compare it with"),
        (("HEAD", "HEAD~1"), "is gone in HEAD~1: nobody answers its callers"),
    ],
)
def test_a_hotline_that_only_one_version_has(acct: Path, sides: tuple[str, ...], fate: str) -> None:
    """It is a difference like any other, in each format: a gate for pull requests stays green."""
    is_gone = "gone" in fate
    for form, shown in (
        ("text", f"\n{'! ' if is_gone else '  '}`acct` {fate}\n"),
        ("markdown", f"\n- {'⚠️ ' if is_gone else ''}`acct` {fate}\n"),
    ):
        result = ivr("diff", *sides, "--hotline", acct, "--format", form)
        assert (result.exit_code, result.stderr) == (0, "")
        assert shown in result.stdout.replace("\\~", "~")
    (told,) = json.loads(ivr("diff", *sides, "--hotline", acct, "--format", "json").stdout)["changes"]
    assert (told["what"], told["grave"]) == (f"`acct` {fate}", is_gone)
    assert ivr("diff", *sides, "--hotline", acct, "--exit-code").exit_code == 1


def test_a_hotline_that_is_gone_from_the_folder_alone(acct: Path) -> None:
    """Its callers hear nothing any more."""
    shutil.rmtree(acct)
    result = ivr("diff", "HEAD", "--hotline", acct)
    assert (result.exit_code, "! `acct` is gone: nobody answers its callers" in result.stdout) == (0, True)


def test_what_git_cannot_read_is_no_new_hotline(acct: Path) -> None:
    """A broken repository must not pass for a hotline that nobody had before."""
    repository = Repository.around(acct)
    with pytest.raises(CommandFailed, match="git cannot read HEAD: fatal: not a tree object"):
        repository.read("0" * 40, "HEAD", acct)


def test_a_folder_in_no_repository(bakery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two folders can be compared there, and revisions cannot."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(bakery.parent))
    result = ivr("diff", "HEAD", "HEAD", "--hotline", bakery)
    assert result.exit_code == 1
    assert "is in no git repository; name two folders" in result.stderr


def test_no_git(bakery: Path, changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two folders need none."""
    monkeypatch.setenv("PATH", str(bakery))
    assert "`git` is not there" in ivr("diff", "HEAD", "HEAD", "--hotline", bakery).stderr
    assert ivr("diff", bakery, changed).exit_code == 0


def test_a_path_is_taken_as_it_is(committed: Path, tmp_path: Path) -> None:
    """A folder whose name looks like a pattern names itself alone."""
    odd = committed.with_name("b*")
    assert Repository.around(odd).hotline == "menus/b*"
    (tmp_path / "empty").mkdir()
    assert not Repository.around(odd).read(_head(odd), "HEAD", tmp_path / "empty").exists()


def _head(hotline: Path) -> str:
    found = Repository.around(hotline).commit("HEAD")
    assert found is not None
    return found


def test_the_code_of_a_revision_is_not_run(tmp_path: Path) -> None:
    """Nobody may have reviewed it: both versions are read with the code that stands in the folder."""
    clinic = tmp_path / "clinic"
    shutil.copytree(Path(__file__).parents[2] / "examples" / "python", clinic)
    code = (clinic / "actions.py").read_text(encoding="utf-8")
    (clinic / "actions.py").write_text("raise SystemExit('run')", encoding="utf-8")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(clinic), *command], check=True)
    (clinic / "actions.py").write_text(code, encoding="utf-8")
    result = ivr("diff", "HEAD", "--hotline", clinic)
    assert result.exit_code == 0, result.stdout + result.stderr
    assert "nothing that a caller would notice" in result.stdout


def test_a_revision_that_had_other_python_code_is_not_blamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its actions are those of the folder: the last line says so, and what to do."""
    for name, value in SOMEBODY.items():
        monkeypatch.setenv(name, value)
    clinic = tmp_path / "clinic"
    shutil.copytree(Path(__file__).parents[2] / "examples" / "python", clinic)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "clinic")
    git(tmp_path, "commit", "-qm", "one")
    shutil.rmtree(clinic)
    write_chinese_first(clinic)
    monkeypatch.chdir(tmp_path)
    result = ivr("diff", "HEAD", "--hotline", "clinic")
    assert result.exit_code == 1
    assert "there is no action" in result.stdout
    assert result.stdout.splitlines()[-1].strip() == (
        "actions.yaml:1:1: the Python actions are those of clinic as it is now, not of HEAD; compare two checkouts: "
        "`git worktree add ../old HEAD`, then `ivr diff ../old/clinic clinic`"
    )


def test_a_version_that_names_no_code_has_that_of_the_other(tmp_path: Path) -> None:
    """So a hotline from before it had to name the bank can still be compared."""
    old = tmp_path / "yuebao"
    shutil.copytree(YUEBAO, old)
    (old / "actions.yaml").unlink()
    result = ivr("diff", old, YUEBAO, "--no-calls", "--no-explore")
    assert result.exit_code == 0, result.stdout
    assert "nothing that a caller would notice" in result.stdout
