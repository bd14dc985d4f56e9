"""Checks of an ``actions.yaml`` whose entries are well-formed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from ivr.menu.http_actions import LANGUAGE
from ivr.menu.language.contract import Contract, Outcome
from ivr.menu.language.http_services import (
    METHODS,
    REQUEST_FACTS,
    SETTING,
    WITH_BODY,
    ActionEntry,
    ActionsFile,
    AnswerValue,
    OutcomeCase,
)
from ivr.menu.language.nodes import RunNode
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.reading.draft import Draft, entries
from ivr.menu.reading.problems import Problem
from ivr.menu.reading.yaml import place
from ivr.menu.speech.templates import examine

_LOOPBACK = re.compile(r"http://(localhost|127(\.[0-9]+){3}|\[::1\])(:[0-9]+)?(/.*)?", re.IGNORECASE)
_SECRET_HEADER = re.compile(r"authorization|cookie|token|secret|key", re.IGNORECASE)
_PROMISES = ("does", "needs", "inputs", "changes")
"""The keys that declare a new action. An action that is built in declares these itself."""


class FileProblem(NamedTuple):
    """One problem, with its place in the file."""

    path: tuple[str | int, ...]
    what: str
    remedy: str
    severity: str = "error"

    def under(self, *path: str | int) -> FileProblem:
        """Return this problem with its place inside ``path``."""
        return self._replace(path=(*path, *self.path))


FileProblems = Iterator[FileProblem]


def can_be_read_on_its_way(url: str) -> bool:
    """Return whether a URL sends data off this machine without TLS."""
    return url.casefold().startswith("http://") and not _LOOPBACK.fullmatch(url)


def check_actions(draft: Draft, built_in: Mapping[str, Contract]) -> None:
    """Note every problem of the services and of the actions that use them."""
    if draft.action_parts is None or draft.actions_file is None:
        return
    file, section = draft.actions_file
    for found in _file(draft, draft.action_parts, built_in):
        if any(left[: len(found.path)] == found.path for left in draft.left_out):
            continue  # the value that seems missing may be one that was reported and left out
        at = place(section, *found.path)
        draft.problems.append(Problem(file, *at, "", found.what, found.remedy, found.severity))


def _file(draft: Draft, actions: ActionsFile, built_in: Mapping[str, Contract]) -> FileProblems:
    for name, service in actions.services.items():
        for found in _service(service.url, service.headers):
            yield found.under("services", name)
    if actions.accounts and actions.accounts.service not in entries(draft.actions_file, "services"):
        name = actions.accounts.service
        remedy = did_you_mean(name, actions.services, "add it under `services:`")
        yield FileProblem(("accounts", "service"), f"there is no service `{name}`", remedy)
    for name, entry in actions.actions.items():
        for found in _entry(draft, name, entry, built_in):
            yield found.under("actions", name)


def _service(url: str, headers: Mapping[str, str]) -> FileProblems:
    if can_be_read_on_its_way(url):
        what = "without TLS anybody on the way can read and change it"
        yield FileProblem(("url",), what, "write `https://`", "warning")
    for header, typed in headers.items():
        if _SECRET_HEADER.search(header) and not re.search(SETTING, typed):
            what = f"the secret of `{header}` stands in the file, and the file is kept with the calls"
            remedy = "write `${NAME}`, and set NAME in the environment"
            yield FileProblem(("headers", header), what, remedy, "warning")


def _entry(draft: Draft, name: str, entry: ActionEntry, built_in: Mapping[str, Contract]) -> FileProblems:
    if entry.wait >= entry.give_up:
        what = "it is given up before the wait is over"
        yield FileProblem(("wait",), what, f"write less than {entry.give_up:g}")
    if entry.service is None:
        if name in built_in or draft.all_actions_known:
            yield from _without_service(name, entry, built_in)
        return
    contract = built_in.get(name)
    services = draft.action_parts.services if draft.action_parts else {}
    if entry.service not in entries(draft.actions_file, "services"):
        remedy = did_you_mean(entry.service, services, "add it under `services:`")
        yield FileProblem(("service",), f"there is no service `{entry.service}`", remedy)
    yield from _request(entry)
    yield from _new(entry) if contract is None else _replaced(entry, contract)
    inputs = contract.inputs if contract else entry.inputs
    yield from _templates(entry, inputs, _secrets(draft, name, inputs))


def _without_service(name: str, entry: ActionEntry, built_in: Mapping[str, Contract]) -> FileProblems:
    """Yield what is wrong with an entry that may only set times."""
    if entry.model_fields_set - {"wait", "give_up"}:
        yield FileProblem((), "nothing says who does it", "add `service:`")
    elif name not in built_in:
        yield FileProblem((), f"there is no action `{name}`", did_you_mean(name, built_in, "add `service:`"))


def _request(entry: ActionEntry) -> FileProblems:
    methods = entry.methods
    if not methods:
        remedy = "add a method with a path, such as `get: /accounts`"
        yield FileProblem((), "nothing says what is asked", remedy)
    for method in methods[1:]:
        what = f"a request has one method, and this one has `{methods[0]}` and `{method}`"
        yield FileProblem((method,), what, "delete one")
    if entry.body is not None and methods and methods[0] not in WITH_BODY:
        remedy = "write `post:`, or put the values into the path"
        yield FileProblem(("body",), f"`{methods[0]}` has no body", remedy)
    if not entry.outcomes:
        yield FileProblem((), "no answer means anything", "add `outcomes:`")
    if "unavailable" in entry.outcomes:
        what = "an answer that fits no outcome is `unavailable` by itself"
        yield FileProblem(("outcomes", "unavailable"), what, "delete it")


# --- contracts


def _replaced(entry: ActionEntry, contract: Contract) -> FileProblems:
    """Yield where an entry that replaces a built-in action breaks its contract."""
    for key in _PROMISES:
        if key in entry.model_fields_set:
            what = f"`{contract.name}` is an action of the program, which says this itself"
            yield FileProblem((key,), what, "delete it")
    for word in contract.outcomes.keys() - entry.outcomes.keys():
        means = contract.outcomes[word].means.rstrip(".")
        yield FileProblem(("outcomes",), f"no answer means `{word}` ({means})", f"add `{word}:`")
    for word, case in entry.outcomes.items():
        if word in contract.outcomes:
            for found in _kept(case, contract.outcomes[word], word):
                yield found.under("outcomes", word)
        elif word != "unavailable":
            what = f"`{contract.name}` has no outcome `{word}`"
            yield FileProblem(("outcomes", word), what, did_you_mean(word, contract.outcomes))


def _kept(case: OutcomeCase, outcome: Outcome, word: str) -> FileProblems:
    for key in ("means", "raises"):
        if key in case.model_fields_set:
            yield FileProblem((key,), "the program says this itself", "delete it")
    yield from (found.under("tells") for found in _same(case.tells, outcome.tells, f"`{word}` tells"))
    if outcome.finds_account and case.account is None:
        yield FileProblem((), f"`{word}` finds an account, and nothing says which", "add `account:`")
    if outcome.texts is None and case.text:
        yield FileProblem(("text",), f"`{word}` sends no message", "delete it")
    elif outcome.texts is not None and case.text:
        same = _same(case.text.secrets, outcome.texts, f"the message of `{word}` tells")
        yield from (found.under("text", "secrets") for found in same)


def _same(typed: Mapping[str, str | AnswerValue], promised: Mapping[str, str], who: str) -> FileProblems:
    for name in promised.keys() - typed.keys():
        what = f"{who} `{name}` ({promised[name]}), and nothing says where it stands"
        yield FileProblem((), what, f"add `{name}:`")
    for name, told in typed.items():
        if name not in promised:
            what = f"{who} no `{name}`"
            yield FileProblem((name,), what, did_you_mean(name, promised, "delete it"))
        elif isinstance(told, AnswerValue) and told.means:
            yield FileProblem((name, "means"), "the program says this itself", "delete it")


def _new(entry: ActionEntry) -> FileProblems:
    """Yield what is missing from an entry that declares a new action."""
    if entry.does is None:
        remedy = "add `does:` with one sentence, or correct the action's name"
        yield FileProblem((), "`does` is missing", remedy)
    for name in entry.inputs.keys() & REQUEST_FACTS.keys():
        yield FileProblem(("inputs", name), f"`{name}` is known without being given", "delete it")
    for word, case in entry.outcomes.items():
        if case.means is None:
            yield FileProblem(("outcomes", word), "`means` is missing", "add `means:` with one sentence")
        secrets = case.text.secrets if case.text else {}
        told: list[tuple[tuple[str, ...], str | AnswerValue]] = [
            *((("tells", name), each) for name, each in case.tells.items()),
            *((("text", "secrets", name), each) for name, each in secrets.items()),
        ]
        for path, each in told:
            if isinstance(each, str) or each.means is None:
                remedy = f"write `{path[-1]}: {{path: …, means: …}}`"
                yield FileProblem(("outcomes", word, *path), "nothing says what it means", remedy)


# --- templates


def _secrets(draft: Draft, action: str, inputs: Collection[str]) -> frozenset[str]:
    """Return the inputs of an action that are secret in at least one node that runs it."""
    asked = {secret for name, node in draft.nodes.items() for secret in node.secrets(name)}
    language = draft.hotline.languages[0] if draft.hotline else LANGUAGE
    found = set()
    for node in draft.nodes.values():
        if isinstance(node, RunNode) and node.run == action:
            given = {name: examine(text, language).variables for name, text in node.with_.items()}
            found |= {name for name in inputs if given.get(name, {name}) & asked}
    return frozenset(found)


def _templates(entry: ActionEntry, inputs: Collection[str], secrets: frozenset[str]) -> FileProblems:
    for method in METHODS:
        typed = getattr(entry, method)
        if typed is None:
            continue
        yield from _template((method,), typed, inputs)
        for secret in sorted(examine(typed, LANGUAGE).variables & secrets):
            what = f"`{secret}` is a secret, and paths stand in logs"
            yield FileProblem((method,), what, "write it into `body:`")
    for path, text in _texts(entry.body, ("body",)):
        yield from _template(path, text, inputs)
        if "${" in text:
            what = "`${…}` stands only under `url` and `headers`"
            yield FileProblem(path, what, "move the secret into a header")


def _template(path: tuple[str | int, ...], text: str, inputs: Collection[str]) -> FileProblems:
    uses = examine(text, LANGUAGE)
    yield from (FileProblem(path, mistake.what, mistake.remedy) for mistake in uses.mistakes)
    for name in sorted(uses.variables - {*inputs, *REQUEST_FACTS}):
        remedy = did_you_mean(name, [*inputs, *REQUEST_FACTS])
        yield FileProblem(path, f"the action is not given `{name}`", remedy)


def _texts(typed: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match typed:
        case Mapping():
            for key, each in typed.items():
                yield from _texts(each, (*path, key))
        case list():
            for position, each in enumerate(typed):
                yield from _texts(each, (*path, position))
        case str():
            yield path, typed
