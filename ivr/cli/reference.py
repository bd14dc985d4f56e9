"""`ivr reference`: the menu language on one page, generated from the declarations that check the menus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from ivr.actions.builtin import CONTRACTS
from ivr.actions.bulletins import Bulletin
from ivr.calls.hotline_loader import load_hotline
from ivr.cli.errors import CommandFailed
from ivr.menu.language.contract import Contract, Outcome
from ivr.menu.language.http_services import (
    REQUEST_FACTS,
    AccountsEntry,
    ActionEntry,
    ActionsFile,
    AnswerValue,
    Breaker,
    MessageValues,
    OutcomeCase,
    Service,
)
from ivr.menu.reading.validation import keys_of
from ivr.menu.reference import heading, node_reference, section, table_rows
from ivr.written.model import STEP_KINDS, STEP_WORDS, CallsFile, WrittenCall


@click.command(
    epilog="""\b
Examples:
  ivr reference
  ivr reference menus/yuebao"""
)
@click.argument("hotline", type=click.Path(path_type=Path), required=False)
def reference_command(hotline: Path | None) -> None:
    """Print the reference of the menu language: node kinds, keys, filters, actions.

    With a HOTLINE, the actions are those that it has, its own ones too.
    """
    if hotline is None:
        click.echo(reference_page(CONTRACTS))
        return
    loaded = load_hotline(hotline)
    if loaded.tree is None:
        raise CommandFailed(f"{hotline} has errors; `ivr check {hotline}` tells them")
    click.echo(reference_page(loaded.tree.contracts))


def reference_page(contracts: Mapping[str, Contract]) -> str:
    """Return the reference as Markdown, with the actions of these contracts."""
    head = "# The menu language\n\nMade by `ivr reference` from the declarations that check the menus.\n"
    bulletins = section("A bulletin in `bulletins.yaml`, which is a list of them", Bulletin, level=2)
    files = "\n".join([*_services(), *bulletins, *_calls()])
    return "\n".join([head, node_reference().rstrip(), "", files, "## Actions", "", *_actions(contracts)])


def _services() -> Iterator[str]:
    yield from section("A hotline's own actions: `actions.yaml`", ActionsFile, level=2)
    yield from section("The service that answers for accounts, under `accounts:`", AccountsEntry)
    yield from section("A service, under `services:`", Service)
    yield from section("When it counts as down, under `breaker:`", Breaker)
    yield from section("An action, under `actions:`", ActionEntry)
    yield from section("An outcome of such an action", OutcomeCase)
    yield from section("A value of an answer, in place of its path", AnswerValue)
    yield from section("The message of an outcome, under `text:`", MessageValues)
    about = "The inputs of the action by their names, and these."
    yield from heading("What a path or body may use", 3, about)
    yield from table_rows("value", REQUEST_FACTS)


def _calls() -> Iterator[str]:
    yield from section("Written calls: `calls/*.yaml`", CallsFile, level=2)
    yield from section("A written call", WrittenCall)
    about = "A step is a word, or one of these keys, on a line of its own: `- press: 1`."
    yield from heading("The steps of a call", 3, about)
    steps = {
        name: f"{model.__doc__} {field.description}"
        for model in STEP_KINDS.values()
        for name, field in keys_of(model).items()
    }
    yield from table_rows("step", {**STEP_WORDS, **steps})


def _actions(contracts: Mapping[str, Contract]) -> Iterator[str]:
    for name, contract in contracts.items():
        needs = f" Only for callers who are `{contract.needs.name}`." if contract.needs else ""
        yield f"### `{name}`\n\n{contract.does}{needs}\n"
        if contract.inputs:
            yield "| input | means |\n|---|---|"
            yield from (f"| `{given}` | {meaning} |" for given, meaning in contract.inputs.items())
            yield ""
        yield "| outcome | means | tells |\n|---|---|---|"
        for word, outcome in contract.all_outcomes().items():
            raised = f" The caller is then `{outcome.raises.name}`." if outcome.raises else ""
            yield f"| `{word}` | {outcome.means}{raised} | {_tells(outcome)} |"
        yield ""


def _tells(outcome: Outcome) -> str:
    """Return the variables that an outcome sets, and what only its message may tell."""
    results = [f"`{variable}`: {meaning}" for variable, meaning in outcome.tells.items()]
    if outcome.texts is not None:
        secrets = [f"`{{{{ {name} }}}}`, {meaning}" for name, meaning in outcome.texts.items()]
        results.append(
            f"a message, whose `text:` alone may say {' and '.join(secrets)}" if secrets else "a message"
        )
    return "; ".join(results)
