"""A hotline's own actions in Python: the module that its ``actions.yaml`` names under ``python:``.

The name is an importable module (``my_bank.ivr_actions``) or a file beside the menu (``actions.py``). Operators must
trust this code as much as the program. Nothing but the folder's own ``actions.yaml`` can name it.

Every public name of the module with a ``CONTRACT`` and a ``run`` is an action. The module itself is one if it has
both. It may also offer ``open_accounts``, ``sample_callers``, ``check_folder`` and ``FILES``; see
:class:`PythonModule`.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
import traceback
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, TypeVar

from pydantic import StringConstraints, TypeAdapter, ValidationError

from ivr.actions.accounts import RESET_METHODS, SERVICE_METHODS, AccountContext, AccountService
from ivr.actions.base import Action, FunctionAction
from ivr.config import BadSetting
from ivr.menu.language.contract import Contract, Level, Outcome
from ivr.menu.language.http_services import ACTIONS_FILE, MODULE_NAME, REQUEST_FACTS
from ivr.menu.language.model import Model
from ivr.menu.reading.problems import BadFile, Problem


class BadModule(Exception):
    """A module cannot be used."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what, self.remedy = what, remedy


@dataclass(frozen=True, slots=True)
class PythonModule:
    """What a hotline's module offers."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    open_accounts: Callable[[AccountContext], AccountService] | None = None
    """Opens the company's account service, once in each process."""
    has_resets: bool = False
    """Whether that service resets passwords too."""
    sample_callers: Callable[[Path], Sequence[str]] = lambda _folder: ()
    """Numbers to try the hotline with. A written call without a caller uses the first."""
    check_folder: Callable[[Path], Sequence[Problem]] = lambda _folder: ()
    """Returns what is wrong with the module's own files in that folder, for ``ivr check``."""
    files: Mapping[str, type[Model]] = field(default_factory=dict)
    """The declarations of those files, by their names without ``.yaml``, for ``ivr schema --write``."""


def load_module(folder: Path, name: str, taken: Collection[str]) -> PythonModule:
    """Import the module of a hotline. ``taken`` are the names of our own actions. Raises :class:`BadModule`."""
    if wrong := MODULE_NAME.wrong(name):
        raise BadModule(*wrong)
    try:
        module = _imported_file(folder / name, name) if name.endswith(".py") else _imported(name)
        return _offers(module, folder, name, taken)
    except BadModule:
        raise
    except (Exception, SystemExit) as error:  # also a name of the module may raise anything when it is read
        raise _broken(name, error) from error


def _offers(module: ModuleType, folder: Path, name: str, taken: Collection[str]) -> PythonModule:
    actions: dict[str, Action] = {}
    for found in _actions_in(module, name):
        contract: Contract = found.CONTRACT
        problem = _contract_problem(contract, taken)
        if not problem and contract.name in actions:
            problem = "two actions have this name", "rename one"
        function = found.function if isinstance(found, FunctionAction) else found.run
        problem = problem or _call_problem(function, "services", "request")
        if problem:
            raise BadModule(f"`{name}`, action `{contract.name}`: {problem[0]}", problem[1])
        actions[contract.name] = found
    opener = getattr(module, "open_accounts", None)
    if not actions and opener is None:
        raise BadModule(
            f"`{name}` has no actions",
            "write `@action(…)` from `ivr.actions` above a function, or give it a `CONTRACT` and a `run`",
        )
    hooks = _hooks(module, name, folder)
    return PythonModule(actions, has_resets=opener is not None and _has_resets(name, opener), **hooks)


# --- its hooks

Given = TypeVar("Given")
Made = TypeVar("Made")


def _hooks(module: ModuleType, name: str, folder: Path) -> dict[str, Any]:
    """Return what a module offers beside its actions, by the fields of :class:`PythonModule`."""
    hooks: dict[str, Any] = {}
    for hook, (is_right, shape) in _HOOKS.items():
        if (function := getattr(module, hook, None)) is None:
            continue
        if not callable(function):
            raise BadModule(f"`{name}`: `{hook}` is no function", f"write a function that returns {shape}")
        if problem := _call_problem(function, "folder" if hook != "open_accounts" else "context"):
            raise BadModule(f"`{name}`: `{hook}`: {problem[0]}", problem[1])
        hooks[hook] = _checked(function, f"`{name}`: `{hook}`", folder, is_right, shape)
    try:
        given = getattr(module, "FILES", {})
        files = _FILES.validate_python(dict(given) if isinstance(given, Mapping) else given, strict=True)
    except ValidationError:
        raise BadModule(
            f"`{name}`: `FILES` is no dictionary of file names and models",
            'write `FILES = {"patients": PatientsFile}`, with a subclass of `ivr.menu.language.model.Model`',
        ) from None
    return {**hooks, "files": files}


def _checked(
    function: Callable[[Given], Made], what: str, folder: Path, is_right: Callable[[Any], bool], shape: str
) -> Callable[[Given], Made]:
    """Return a hook that raises :class:`BadFile` if it fails. An error that an operator can mend stays as it is.

    The text of another exception stays out, because it may hold an address with a password.
    """

    def bad(problem: str, remedy: str) -> BadFile:
        return BadFile.of(folder, [Problem(ACTIONS_FILE, 1, 1, "", f"{what} {problem}", remedy)])

    def run(given: Given) -> Made:
        try:
            made = function(given)
        except (BadFile, BadSetting):
            raise
        except (Exception, SystemExit) as error:
            raise bad(f"failed: {_kind_and_place(error)}", "correct it, or set what it needs") from error
        if not is_right(made):
            raise bad(f"returned {type(made).__name__}", f"return {shape}")
        return made

    return run


def _is_list_of(kind: type) -> Callable[[Any], bool]:
    return lambda made: isinstance(made, list | tuple) and all(isinstance(each, kind) for each in made)


_HOOKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "open_accounts": (lambda made: not _lacking(made), "an account service"),
    "sample_callers": (_is_list_of(str), 'a list of numbers, such as `["+8613800138000"]`'),
    "check_folder": (_is_list_of(Problem), "a list of `Problem`s, empty if all is well"),
}
"""How each result is checked, and what it should be."""


_FILES = TypeAdapter(Mapping[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], type[Model]])


# --- importing it


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise BadModule(
                f"there is no Python module `{name}`",
                "install its package where `ivr` runs, or name a file beside the menu, such as `actions.py`",
            ) from None
        raise


def _imported_file(path: Path, name: str) -> ModuleType:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadModule(
            f"`{name}` cannot be read: {error.strerror}",
            "write the file beside menu.yaml, or correct the name",
        ) from None
    return _executed(path.resolve(), content)


@functools.lru_cache(maxsize=64)
def _executed(path: Path, content: bytes) -> ModuleType:
    """Run a file as a module with a name of its own. An unchanged file runs once in each process."""
    known = f"ivr_hotline_{hashlib.sha256(bytes(path) + content).hexdigest()[:16]}"
    spec = importlib.util.spec_from_file_location(known, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[known] = module  # dataclasses and pickle look it up
    try:
        exec(compile(content, str(path), "exec"), module.__dict__)  # noqa: S102 - what the operator has written
    except BaseException:
        del sys.modules[known]
        raise
    return module


def _broken(name: str, error: Exception | SystemExit) -> BadModule:
    """Return what is wrong with a module that fails during import. Only Python's own words are repeated."""
    what = _kind_and_place(error)
    if isinstance(error, SyntaxError):
        what = f"SyntaxError: {error.msg}" + (f" (line {error.lineno})" if error.lineno else "")
    elif isinstance(error, ModuleNotFoundError):
        what = what.replace("Error", f"Error: No module named '{error.name}'", 1)
    return BadModule(f"`{name}` cannot be imported: {what}", "correct the module, then try again")


def _kind_and_place(error: BaseException) -> str:
    """Return an error without its text, which may hold a password."""
    traced = traceback.extract_tb(error.__traceback__)
    frames = [each for each in traced if not each.filename.startswith((__file__, "<frozen"))]
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{where}"


# --- what is in it


def _actions_in(module: ModuleType, name: str) -> Iterator[Any]:
    """Yield each action of a module once."""
    seen = set[int]()
    public = [(word, found) for word, found in vars(module).items() if not word.startswith("_")]
    for word, found in ((name, module), *public):
        try:
            is_action = isinstance(getattr(found, "CONTRACT", None), Contract) and callable(
                getattr(found, "run", None)
            )
        except (Exception, SystemExit) as error:
            if inspect.getattr_static(found, "CONTRACT", None) is None:
                continue  # a stand-in for something else, such as Flask's `request`
            what = f"`{name}`: the contract of `{word}` cannot be read: {_kind_and_place(error)}"
            raise BadModule(what, "give it a `CONTRACT` that is a `Contract`") from error
        if is_action and id(found) not in seen:
            seen.add(id(found))
            yield found


def _call_problem(function: Any, *parameters: str) -> tuple[str, str] | None:
    """Return why a function cannot be called so, and what to write instead, or None. After a ``*`` come names."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    where = f" ({Path(code.co_filename).name}, line {code.co_firstlineno})" if code else ""
    written = ["self", *parameters] if inspect.ismethod(function) else parameters
    remedy = f"write `def {getattr(function, '__name__', 'run')}({', '.join(written)}):`"
    star = [*parameters, "*"].index("*")
    if inspect.iscoroutinefunction(function):
        return f"`async def` cannot be run{where}", f"{remedy}; it may take its time"
    try:
        inspect.signature(function).bind(*parameters[:star], **dict.fromkeys(parameters[star + 1 :]))
    except TypeError:
        return f"it takes other parameters{where}", remedy
    except ValueError:
        pass  # a function in C may have no signature
    return None


_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _contract_problem(contract: Contract, taken: Collection[str]) -> tuple[str, str] | None:
    """Return what is wrong with a contract and what to write instead, or None. Nothing else checks its annotations."""
    if not _is_meanings(contract.inputs):
        return "`inputs` is no dictionary of names and texts", 'write `inputs={"order": "its number"}`'
    outcomes: object = contract.outcomes
    if not isinstance(outcomes, Mapping):
        return "`outcomes` is no dictionary", 'write `outcomes={"ok": Outcome("It is known.")}`'
    for word, outcome in contract.outcomes.items():
        if problem := _outcome_problem(word, outcome):
            return problem
    told = [name for each in contract.outcomes.values() for name in (*each.tells, *(each.texts or ()))]
    for word in (contract.name, *contract.outcomes, *contract.inputs, *told):
        if not isinstance(word, str) or not _NAME.fullmatch(word):
            return f"`{word}` is no name", "write small letters, digits and `_`, such as `order_status`"
    if contract.name in taken:
        return "the program has an action of this name", "name the function otherwise"
    if not _is_sentence(contract.does):
        return (
            "nothing says what it does",
            'write one sentence, such as @action("Tells whether an order is ready.", …)',
        )
    needs: object = contract.needs
    if not isinstance(needs, Level):
        return f"`needs` is {needs!r}", "write a level, such as `Level.verified`"
    if not contract.outcomes:
        return "it has no outcomes", 'write at least one, such as `outcomes={"ok": Outcome("It is known.")}`'
    if "unavailable" in contract.outcomes:
        return "an exception is `unavailable` by itself", "delete that outcome"
    for name in contract.inputs.keys() & REQUEST_FACTS.keys():
        return f"the input `{name}` is known without being given", f"delete it and read `request.{name}`"
    return None


def _outcome_problem(word: object, outcome: Any) -> tuple[str, str] | None:
    if not isinstance(outcome, Outcome) or not _is_sentence(outcome.means):
        return f"nothing says what `{word}` means", f'write `"{word}": Outcome("One sentence.")`'
    for key, value in (("tells", outcome.tells), ("texts", outcome.texts)):
        if not (_is_meanings(value) or (key == "texts" and value is None)):
            what = f"`{key}` of `{word}` is no dictionary of names and texts"
            return what, f'write `{key}={{"shelf": "where it lies"}}`'
    raises: object = outcome.raises
    if not isinstance(raises, Level):
        return f"`raises` of `{word}` is no level", "write a level, such as `Level.verified`"
    return None


def _is_meanings(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values())


def _is_sentence(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip()) and "\n" not in text


def _has_resets(name: str, opener: Any) -> bool:
    """Return whether the service resets passwords too. Raises :class:`BadModule` if it is no account service.

    The annotation of ``open_accounts`` says what it is, because a check of a menu must not open anything.
    """
    opened = opener if inspect.isclass(opener) else _annotated(opener)
    if not inspect.isclass(opened):
        raise BadModule(
            f"`{name}`: `open_accounts` does not say what it returns",
            "annotate it with your class, such as `def open_accounts(context: AccountContext) -> ShopAccounts:`",
        )
    resets = len(_lacking(opened, RESET_METHODS)) < len(RESET_METHODS)
    methods = SERVICE_METHODS | (RESET_METHODS if resets else {})
    if lacking := _lacking(opened, methods):
        raise BadModule(
            f"`{name}`: `{opened.__name__}` is no account service, as it has no `{lacking[0]}`",
            "add the method; `ivr.actions.AccountService` and `PasswordResets` say what each does",
        )
    for method, parameters in methods.items():
        found = inspect.getattr_static(opened, method)
        bound = found.__get__(object(), opened) if hasattr(found, "__get__") else found
        if problem := _call_problem(bound, *parameters):
            raise BadModule(f"`{name}`: `{opened.__name__}.{method}`: {problem[0]}", problem[1])
    return resets


def _lacking(opened: Any, methods: Iterable[str] = SERVICE_METHODS) -> list[str]:
    """Return the methods that an object, or a class, does not have."""
    return [each for each in methods if not callable(getattr(opened, each, None))]


def _annotated(opener: Any) -> Any:
    try:
        return typing.get_type_hints(opener).get("return")
    except Exception:  # noqa: BLE001 - a name in an annotation that is not there at run time
        return None
