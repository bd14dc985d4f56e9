"""A hotline's own actions in Python: the module that its actions.yaml names."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from textwrap import dedent
from typing import Any, get_type_hints

import pytest

from ivr.actions import (
    Account,
    AccountContext,
    AccountService,
    IdentityRules,
    Level,
    OpenReset,
    PasswordResets,
)
from ivr.actions.accounts import RESET_METHODS, SERVICE_METHODS
from ivr.actions.base import ActionRequest, ActionResult
from ivr.actions.builtin import ACTIONS
from ivr.actions.perform import perform
from ivr.actions.python_module import BadModule, PythonModule, load_module
from ivr.actions.registry import registry_of
from ivr.calls.hotline_loader import load_hotline, read_registry
from ivr.menu.language.hotline import MessageLimits
from ivr.menu.reading.problems import BadFile
from tests.support.action_caller import NOW, Caller, moment
from tests.support.menus import small

ONE = """\
from ivr.actions import ActionResult, Outcome, action

@action(
    "Tells whether an order is ready.",
    inputs={"order": "its number"},
    outcomes={"ready": Outcome("It is.", tells={"shelf": "where it lies"}), "not_yet": Outcome("It is not.")},
)
def order_status(services, request):
    if request.inputs["order"] == "42":
        return ActionResult("ready", {"shelf": "B"})
    return ActionResult("not_yet")
"""
ACCOUNTS = """
class Shop:
    def find(self, phone): return None
    def is_at_least(self, years, phone, on): return False
    def tail_matches(self, phone, tail): return False
    def rules(self): return IdentityRules()
    def close(self): pass
"""
RESETS = """
    def open_reset(self, phone, which, ticket_digest, *, key, at): return "00000000"
    def reset(self, ticket_digest, at): return None
    def set_password(self, ticket_digest, password, at): return False
"""
OPEN = "\ndef open_accounts(context) -> Shop:\n    return Shop()\n"


def loaded(folder: Path, text: str, name: str = "actions.py") -> PythonModule:
    """Write a module beside a menu and load it."""
    (folder / name).write_text(dedent(text), encoding="utf-8")
    return load_module(folder, name, ACTIONS)


def test_ten_lines_are_an_action(tmp_path: Path) -> None:
    """With the name of the function, and what it promises."""
    module = loaded(tmp_path, ONE)
    order_status = module.actions["order_status"]
    assert order_status.CONTRACT.does == "Tells whether an order is ready."
    assert list(order_status.CONTRACT.all_outcomes()) == ["ready", "not_yet", "unavailable"]
    assert module.open_accounts is None
    assert not module.has_resets


def test_a_module_with_a_contract_and_a_run_is_an_action(tmp_path: Path) -> None:
    """As ours are."""
    text = """
    from ivr.actions import ActionResult, Contract, Outcome
    CONTRACT = Contract("say_hello", "Says hello.", {"ok": Outcome("It is said.")})
    def run(services, request):
        return ActionResult("ok")
    """
    assert list(loaded(tmp_path, text).actions) == ["say_hello"]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a package that can be imported."""
    package = tmp_path / "site" / "shop_for_tests"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(package.parent))
    yield package
    for name in [name for name in sys.modules if name.startswith("shop_for_tests")]:
        del sys.modules[name]


def test_an_installed_module_is_named_with_dots(installed: Path, tmp_path: Path) -> None:
    """It stands nowhere near the menu."""
    (installed / "telephone.py").write_text(ONE, encoding="utf-8")
    assert list(load_module(tmp_path, "shop_for_tests.telephone", ACTIONS).actions) == ["order_status"]


def test_a_module_that_lacks_another_one_is_told_apart_from_one_that_is_not_there(
    installed: Path, tmp_path: Path
) -> None:
    """Each has a remedy of its own."""
    (installed / "telephone.py").write_text("import no_such_driver", encoding="utf-8")
    with pytest.raises(
        BadModule,
        match=r"cannot be imported: ModuleNotFoundError: No module named 'no_such_driver'",
    ):
        load_module(tmp_path, "shop_for_tests.telephone", ACTIONS)
    with pytest.raises(BadModule, match=r"there is no Python module `shop_for_tests\.nothing`"):
        load_module(tmp_path, "shop_for_tests.nothing", ACTIONS)


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        ("x = 1", "`actions.py` has no actions", "write `@action(…)`"),
        ("def broken(:", "cannot be imported: SyntaxError: invalid syntax (line 1)", "correct the module"),
        ("import sys\nsys.exit(1)", "cannot be imported: SystemExit (actions.py, line 2)", "correct the module"),
        ("x = 1\nraise RuntimeError('no key')", "cannot be imported: RuntimeError (actions.py, line 2)", "correct the module"),
        (ONE.replace("order_status", "send_code"), "action `send_code`: the program has an action of this name", "name the function otherwise"),
        (ONE.replace("order_status", "OrderStatus"), "`OrderStatus` is no name", "write small letters"),
        (ONE.replace("Tells whether an order is ready.", " "), "nothing says what it does", "write one sentence"),
        (ONE.replace('"ready": Outcome("It is."', '"ready": Outcome(""'), "nothing says what `ready` means", "Outcome("),
        (ONE.replace('"not_yet": Outcome("It is not.")', '"not_yet": "It is not."'), "nothing says what `not_yet` means", "Outcome("),
        (ONE.replace('"not_yet":', '"unavailable":'), "an exception is `unavailable` by itself", "delete that outcome"),
        (ONE.replace('"order"', '"caller"'), "the input `caller` is known without being given", "read `request.caller`"),
        (ONE.replace('tells={"shelf"', 'tells={"the shelf"'), "`the shelf` is no name", "write small letters"),
        (ONE + "\n@action('Again.', outcomes={'ok': Outcome('Yes.')})\ndef other(s, r): ...\nother.CONTRACT = order_status.CONTRACT", "two actions have this name", "rename one"),
        (ONE.replace("def order", "async def order"), "action `order_status`: `async def` cannot be run (actions.py, line 3)", "write `def order_status(services, request):`"),
        (ONE.replace("(services, request)", "(request)"), "it takes other parameters (actions.py, line 3)", "write `def order_status(services, request):`"),
        (ONE.replace('inputs={"order": "its number"}', 'inputs=["order"]'), "`inputs` is no dictionary", "write `inputs={"),
        (ONE.replace('"its number"', "3"), "`inputs` is no dictionary of names and texts", "write `inputs={"),
        (ONE.replace("outcomes={", "outcomes=[*{").replace('not.")}', 'not.")}]'), "`outcomes` is no dictionary", "write `outcomes={"),
        (ONE.replace('tells={"shelf": "where it lies"}', 'tells=["shelf"]'), "`tells` of `ready` is no dictionary", "write `tells={"),
        (ONE.replace('tells={"shelf": "where it lies"}', 'texts=["shelf"]'), "`texts` of `ready` is no dictionary", "write `texts={"),
        (ONE.replace('tells={"shelf": "where it lies"}', 'raises="verified"'), "`raises` of `ready` is no level", "`Level.verified`"),
        (ONE + "\nclass Odd:\n    @property\n    def CONTRACT(self): raise RuntimeError('4711')\nodd = Odd()", "the contract of `odd` cannot be read: RuntimeError (actions.py, line 15)", "give it a `CONTRACT`"),
        (ONE + "\nopen_accounts = 3", "`open_accounts` is no function", "write a function that returns an account service"),
        (ONE + "\nsample_callers = ['+12025550142']", "`sample_callers` is no function", "write a function that returns a list"),
        (ONE + "\ncheck_folder = []", "`check_folder` is no function", "write a function that returns a list"),
        (ONE + "\ndef sample_callers(): return []", "`sample_callers`: it takes other parameters (actions.py, line 13)", "write `def sample_callers(folder):`"),
        (ONE + "\nasync def check_folder(folder): return []", "`check_folder`: `async def` cannot be run (actions.py, line 13)", "write `def check_folder(folder):`"),
        (ONE + "\ndef __getattr__(name): raise SystemExit('4711')", "cannot be imported: SystemExit (actions.py, line 13)", "correct the module"),
        (ONE + "\nFILES = {'x': int}", "`FILES` is no dictionary of file names and models", "write `FILES = {"),
        (ONE + "\nFILES = ['x']", "`FILES` is no dictionary of file names and models", "write `FILES = {"),
        (ONE + "\ndef open_accounts(context): ...", "`open_accounts` does not say what it returns", "annotate it"),
        (ONE + "\nclass Shop: ...\n" + OPEN, "`Shop` is no account service, as it has no `find`", "add the method"),
        (ONE + ACCOUNTS + RESETS.replace("def reset(", "def resets(") + OPEN, "`Shop` is no account service, as it has no `reset`", "add the method"),
        (ONE + ACCOUNTS.replace("(self, phone)", "(self)") + OPEN, "`Shop.find`: it takes other parameters (actions.py, line 14)", "write `def find(self, phone):`"),
        (ONE + ACCOUNTS.replace("rules(self)", "rules(self, phone)") + OPEN, "`Shop.rules`: it takes other parameters", "write `def rules(self):`"),
        (ONE + ACCOUNTS.replace("def tail", "async def tail") + OPEN, "`Shop.tail_matches`: `async def` cannot be run (actions.py, line 16)", "write `def tail_matches(self, phone, tail):`"),
        (ONE + ACCOUNTS + RESETS.replace("key, at", "at") + OPEN, "`Shop.open_reset`: it takes other parameters", "write `def open_reset(self, phone, which, ticket_digest, *, key, at):`"),
    ],
)  # fmt: skip
def test_a_module_that_cannot_be_used(tmp_path: Path, text: str, what: str, remedy: str) -> None:
    """It says what is wrong and what to write instead."""
    with pytest.raises(BadModule) as raised:
        loaded(tmp_path, text)
    assert what in raised.value.what
    assert remedy in raised.value.remedy


def test_the_text_of_an_exception_is_not_shown(tmp_path: Path) -> None:
    """It may hold a password."""
    with pytest.raises(BadModule) as raised:
        loaded(tmp_path, "import sys\nsys.exit('password=hunter2')")
    assert "hunter2" not in str(raised.value)


def test_a_stand_in_for_something_else_is_no_action(tmp_path: Path) -> None:
    """As Flask's `request`, which raises for every attribute outside of a request."""
    text = "\nclass Lazy:\n    def __getattr__(self, name): raise RuntimeError\nrequest = Lazy()"
    assert list(loaded(tmp_path, ONE + text).actions) == ["order_status"]


FAILING = [
    "raise SystemExit('4711')",
    "raise RuntimeError('4711')",
    "raise sqlite3.OperationalError('4711')",
    "raise OSError(2, '4711', '4711')",
    "return 3",
    "return 'none'",
    "return [3]",
]


@pytest.mark.parametrize("body", FAILING)
@pytest.mark.parametrize("hook", ["open_accounts", "sample_callers", "check_folder"])
def test_a_hook_that_fails_is_a_problem_of_the_module(tmp_path: Path, hook: str, body: str) -> None:
    """With the file and what to do, whatever it raises or returns, and without the text of what it raised."""
    text = f"{ONE}{ACCOUNTS}\nimport sqlite3\ndef {hook}(folder) -> Shop:\n    {body}\n"
    run = getattr(loaded(tmp_path, text), hook)
    with pytest.raises(BadFile) as raised:
        run(tmp_path)
    (problem,) = raised.value.problems
    assert str(problem).startswith(f"actions.yaml:1:1: `actions.py`: `{hook}` ")
    assert problem.remedy
    assert "4711" not in str(raised.value)


def test_an_unchanged_file_is_run_once(tmp_path: Path) -> None:
    """However often it is asked for; its classes stay the same."""
    first, again = loaded(tmp_path, ONE), loaded(tmp_path, ONE)
    assert first.actions["order_status"] is again.actions["order_status"]
    assert loaded(tmp_path, ONE + "\n").actions["order_status"] is not first.actions["order_status"]


@pytest.mark.parametrize(
    ("text", "identity", "resets"),
    [(ONE, False, False), (ACCOUNTS + OPEN, True, False), (ACCOUNTS + RESETS + OPEN, True, True)],
)
def test_what_an_account_service_can_do_decides_which_actions_there_are(
    tmp_path: Path,
    text: str,
    identity: bool,  # noqa: FBT001
    resets: bool,  # noqa: FBT001
) -> None:
    """Those of identity with any; those of a reset with one that resets."""
    (tmp_path / "actions.py").write_text(text, encoding="utf-8")
    registry = registry_of(tmp_path, "actions.py")
    assert ("verify_identity" in registry.actions) is identity
    assert ("reset_login_password" in registry.actions) is resets
    assert registry.contracts.keys() | registry.withheld.keys() >= ACTIONS.keys()


def test_the_methods_of_an_account_service_are_checked_as_they_are_called() -> None:
    """The table of their parameters is that of the protocols."""
    for protocol, methods in ((AccountService, SERVICE_METHODS), (PasswordResets, RESET_METHODS)):
        assert methods.keys() == {
            each for each in vars(protocol) if callable(getattr(protocol, each)) and each[0] != "_"
        }
        for name, given in methods.items():
            _, *wanted = inspect.signature(getattr(protocol, name)).parameters.values()
            star = [*given, "*"].index("*")
            assert [each.name for each in wanted if each.kind is not each.KEYWORD_ONLY] == [*given[:star]]
            assert [each.name for each in wanted if each.kind is each.KEYWORD_ONLY] == [*given[star + 1 :]]


def test_a_method_of_an_account_service_may_be_written_in_any_way(tmp_path: Path) -> None:
    """Under other names of parameters, with more that may be left out, for any arguments, without ``self``."""
    text = """
    import functools
    class Shop:
        def find(self, number, depth=1): ...
        def is_at_least(self, *args): ...
        @staticmethod
        def tail_matches(phone, tail): ...
        @classmethod
        def rules(cls): ...
        @functools.lru_cache
        def close(self): ...
        def open_reset(self, *args, **more): ...
        reset = functools.partialmethod(open_reset)
        set_password = max
    """
    assert loaded(tmp_path, dedent(text) + OPEN).has_resets


def test_its_messages_count_against_the_limits(tmp_path: Path, caller: Caller) -> None:
    """Whoever writes an action need not think of it, and cannot get round it."""
    text = """
    from ivr.actions import ActionResult, Outcome, action
    def texting(name, **more):
        def run(services, request):
            return ActionResult("sent", text_to=request.caller)
        run.__name__ = name
        return action("Texts.", outcomes={"sent": Outcome("It is sent.", texts={}), **more})(run)
    polite = texting("polite", rationed=Outcome("No more."))
    rude = texting("rude")
    """
    module = loaded(tmp_path, text)

    def outcome(name: str, turn: int) -> ActionResult:
        request = ActionRequest(
            f"CA1/{turn}/1", moment(NOW), "en-US", "+12025550142", message_limits=MessageLimits(per_caller=1)
        )
        return perform(name, caller.services, request, module.actions)

    assert outcome("polite", 1).text_to == "+12025550142"
    assert outcome("polite", 2) == ActionResult("rationed")
    assert outcome("rude", 3) == ActionResult("unavailable")


# --- in a hotline


def problems(folder: Path, nodes: str, **files: str) -> list[str]:
    """Return what is wrong with a small hotline."""
    for name, text in {"menu.yaml": small(nodes), **files}.items():
        (folder / name).write_text(dedent(text), encoding="utf-8")
    return [str(problem) for problem in load_hotline(folder).problems]


NODES = (
    "main: {run: order_status, with: {order: '42'}, outcomes: {ready: bye, not_yet: bye, unavailable: bye}}"
)


def test_a_menu_runs_the_module_s_actions(tmp_path: Path) -> None:
    """They are checked like ours."""
    files = {"actions.yaml": "python: actions.py", "actions.py": ONE}
    assert problems(tmp_path, NODES, **files) == []
    told = problems(tmp_path, NODES.replace(" not_yet: bye,", ""), **files)
    assert "the outcome `not_yet` of `order_status` leads nowhere" in told[0]
    assert (
        "did you mean `order_status`"
        in problems(tmp_path, NODES.replace("order_status", "order_statu"), **files)[0]
    )


def test_a_broken_module_is_told_once_where_it_is_named(tmp_path: Path) -> None:
    """And not again at every node that runs one of its actions."""
    found = problems(
        tmp_path,
        NODES,
        **{"actions.yaml": "# ours\npython: ./actions.py", "actions.py": "import nothing_like_it"},
    )
    assert len(found) == 1
    assert found[0].startswith("actions.yaml:2:1: `./actions.py` cannot be imported: ModuleNotFoundError")


@pytest.mark.parametrize(
    "name", ["../actions.py", "/etc/actions.py", "lib/actions.py", "os; x", "a-b", ".py"]
)
def test_a_module_is_named_in_one_of_two_ways(tmp_path: Path, name: str) -> None:
    """Nothing outside the folder is run because a text in it says so."""
    (tmp_path.parent / "actions.py").write_text("raise SystemExit", encoding="utf-8")
    found = problems(tmp_path, NODES, **{"actions.yaml": f"python: '{name}'"})
    assert len(found) == 1
    assert "is no Python module" in found[0]


def test_a_broken_module_is_the_only_problem(tmp_path: Path) -> None:
    """Nobody knows its actions. So neither their times in actions.yaml nor their outcomes in the menu are mistakes."""
    actions = "python: actions.py\nactions: {order_status: {wait: 1}}"
    nodes = "main: {run: order_status, with: {order: '1'}, outcomes: {ready: bye, unavailable: bye}}"
    (found,) = problems(tmp_path, nodes, **{"actions.yaml": actions, "actions.py": "1 // 0"})
    assert "`actions.py` cannot be imported: ZeroDivisionError" in found


def test_an_included_file_names_no_module(tmp_path: Path) -> None:
    """Only the folder's own actions.yaml does."""
    found = problems(
        tmp_path, "main: {say: Hello., then: bye}", **{"more.yaml": "python: actions.py\nnodes: {}"}
    )
    assert not any("cannot be read" in each for each in found)


@pytest.mark.parametrize("run", ["verify_identity", "reset_login_password"])
def test_without_accounts_a_menu_cannot_ask_for_them(tmp_path: Path, run: str) -> None:
    """The problem says what is missing, and not that there is no such action."""
    found = problems(tmp_path, f"main: {{run: {run}, outcomes: {{unavailable: bye}}}}")
    assert f"main: `{run}` asks the company's account service, and this hotline has none" in found[0]
    assert "a module with `open_accounts` under `python:`" in found[0]


def test_a_service_may_do_what_the_program_cannot(tmp_path: Path) -> None:
    """An HTTP service keeps the promise of an action of ours, also without an account service."""
    actions = """
    services: {s: {url: https://x.example}}
    actions:
      find_account:
        service: s
        get: /accounts/{{ caller }}
        outcomes:
          found: {status: 200, tells: {elder: elder, preferred_language: language}, account: account}
          not_found: {status: 404}
    """
    nodes = "main: {run: find_account, outcomes: {found: bye, not_found: bye, unavailable: bye}}"
    assert problems(tmp_path, nodes, **{"actions.yaml": actions}) == []


def test_levels_are_kept(tmp_path: Path) -> None:
    """A module's action that needs a verified caller is not run for anybody else."""
    text = ONE.replace("outcomes=", "needs=Level.verified, outcomes=", 1).replace(
        "import ", "import Level, ", 1
    )
    module = loaded(tmp_path, text)
    assert module.actions["order_status"].CONTRACT.needs is Level.verified
    found = problems(tmp_path, NODES, **{"actions.yaml": "python: actions.py", "actions.py": text})
    assert any("needs" in each or "verified" in each for each in found)


PAGE = (Path(__file__).parents[2] / "docs" / "actions.md").read_text(encoding="utf-8")


def test_the_page_s_first_action_works(tmp_path: Path) -> None:
    """What docs/actions.md tells a reader to type is typed here."""
    yaml, python = (PAGE.partition(f"```{kind}\n")[2].partition("```")[0] for kind in ("yaml", "python"))
    assert problems(tmp_path, NODES, **{"actions.yaml": yaml, "actions.py": python}) == []
    order_status = load_module(tmp_path, "actions.py", ACTIONS).actions["order_status"]
    assert list(order_status.CONTRACT.outcomes) == ["ready", "not_yet"]


def test_the_page_s_account_services_work(tmp_path: Path) -> None:
    """One finds accounts, the other resets passwords too. Their methods take and return what the protocols say."""
    _, service, resets = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    module = loaded(tmp_path, service)
    assert module.open_accounts is not None
    assert not module.has_resets
    opened = module.open_accounts(AccountContext(tmp_path, "memory://", {}))
    assert opened.find("+8613800138000") == Account(phone="+8613800138000", language="zh-CN")
    assert opened.rules() == IdentityRules()
    more = loaded(
        tmp_path, f"{service}{resets}\n\ndef open_accounts(context) -> BankAccountsWithResets: ...\n"
    )
    assert more.has_resets
    names: dict[str, Any] = {}
    exec(service + resets, names)
    for protocol, methods in ((AccountService, SERVICE_METHODS), (PasswordResets, RESET_METHODS)):
        for name in methods:
            shown = getattr(names["BankAccountsWithResets"], name)
            assert get_type_hints(shown) == get_type_hints(getattr(protocol, name))


def test_the_page_has_every_field_of_what_an_account_service_gets_and_gives() -> None:
    """With its type and its default."""
    rows = re.findall(r"^\| `(\w+\.\w+)` \| (.*?) \| (.*?) \|", PAGE, re.MULTILINE)
    assert rows == [
        (
            f"{kind.__name__}.{each.name}",
            f"`{each.type}`".replace(" | ", "` or `"),
            f"`{each.default!r}`"
            if each.default is not MISSING
            else "given"
            if kind is AccountContext
            else "needed",
        )
        for kind in (Account, IdentityRules, OpenReset, AccountContext)
        for each in fields(kind)
    ]


def test_a_module_that_cannot_be_read_makes_no_action_of_ours_a_mistake(tmp_path: Path) -> None:
    """It is one problem, and not one more at each node that needs the accounts or the resets that it may have."""
    registry, (problem,) = read_registry(tmp_path, {"actions.yaml": "python: missing.py\n"})
    assert problem.file == "actions.yaml"
    assert registry.contracts.keys() == ACTIONS.keys()
    assert registry.withheld == {}
