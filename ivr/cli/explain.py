"""`ivr explain`: the rules by which `ivr check` judges what a caller hears."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from ivr.cli.arguments import format_option
from ivr.cli.output import print_json
from ivr.lint import FAMILIES, PROFILES, RULES, Rule
from ivr.menu.language.suggestions import did_you_mean

LINE_WIDTH = 100


@click.command(
    epilog="""\b
Examples:
  ivr explain
  ivr explain W03
  ivr explain W03 --format json"""
)
@click.argument("rule", required=False, default="")
@format_option
def explain_command(rule: str, form: str) -> None:
    """Explain a rule of the voice by its id: why, how to set it, an example. Without RULE, list all of them."""
    found = RULES.get(rule.upper())
    if rule and found is None:
        raise click.UsageError(f"there is no rule `{rule}`; {did_you_mean(rule, RULES)}")
    if form == "json":
        print_json(found.model_dump() if found else [each.model_dump() for each in RULES.values()])
        return
    for line in _explained(found) if found else _listed():
        click.echo(line)


# --- all of them


def _listed() -> Iterator[str]:
    for letter, family in FAMILIES.items():
        yield click.style(family, bold=True)
        for each in RULES.values():
            if each.id.startswith(letter):
                limit = f" ({each.limit:g} {each.unit})" if each.limit else ""
                yield f"  {each.id}  {_how_bad(each):<12}{each.title}{limit}"
        yield ""
    yield "`program`: kept by the program itself; `-`: not decidable from a menu."
    yield "ivr explain RULE says why, and gives an example."


def _how_bad(rule: Rule) -> str:
    """Return a rule's severity, or `program` or `-` for a rule that `ivr check` does not judge."""
    if rule.by == "nobody":
        return "-"
    return rule.by if rule.by == "program" else rule.severity


# --- one


_BY = {
    "check": "Found by the other checks of `ivr check`, always.",
    "explore": "Proved by `ivr explore`.",
    "program": "Kept by the program itself.",
    "nobody": "Not decidable from a menu.",
}


def _explained(rule: Rule) -> Iterator[str]:
    yield click.style(f"{rule.id}  {rule.title}", bold=True)
    yield ""
    yield from textwrap.wrap(rule.why, LINE_WIDTH)
    if rule.kept:
        yield from textwrap.wrap(f"{_BY[rule.by]} {rule.kept}", LINE_WIDTH)
    yield ""
    yield from _facts(rule)
    for name, example in (("Before", rule.before), ("After", rule.after)):
        if example:
            yield ""
            yield f"{name}:"
            yield from textwrap.indent(example, "  ").splitlines()


def _facts(rule: Rule) -> Iterator[str]:
    yield f"Source:    {rule.source}"
    if rule.by == "explore":
        yield f"To allow:  allow: {{{rule.id}: the reason in words}} on one node"
    if rule.by != "lint":
        return
    yield f"Severity:  {rule.severity}"
    for profile, raised in PROFILES.items():
        if rule.id in raised:
            yield f"           {raised[rule.id]} with `lint: {{profile: {profile}}}`"
    if rule.limit:
        yield f"Limit:     {rule.limit:g} {rule.unit}"
        yield f"To set:    lint: {{rules: {{{rule.id}: {{limit: {rule.limit:g}}}}}}} in menu.yaml"
        yield f"           lint: {{rules: {{{rule.id}: off}}}}, or another severity"
    else:
        yield f"To set:    lint: {{rules: {{{rule.id}: off}}}} in menu.yaml, or another severity"
    yield f"To allow:  allow: {{{rule.id}: the reason in words}} on one node"
