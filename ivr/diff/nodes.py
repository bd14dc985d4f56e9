"""Differences in what a node does: where it leads, what it asks for, how long it waits, who may reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ivr.diff.changes import Change, Heading, Side, changed, in_quotes, named, shown
from ivr.diff.pairs import Pairs
from ivr.diff.sentences import SENTENCES, FieldSentence
from ivr.diff.wording import first_words
from ivr.menu.language.contract import Level
from ivr.menu.language.markers import TARGETS as ALL_TARGETS
from ivr.menu.language.nodes import KINDS, ChooseNode, Node, RunNode, SetNode, as_one, translated_keys
from ivr.menu.language.walk import fields_with

_ELSEWHERE = frozenset({*translated_keys(), "menu", "keys", "needs", "secret"})
"""Fields that are reported elsewhere."""


def compare_nodes(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield the changes of every node, and the nodes that are new, gone, renamed, or in another file."""
    for name, now in pairs.names.items():
        before, after = old.tree.nodes[name], new.tree.nodes[now]
        yield from _identity(now, before, after)
        yield from _node(now, before, after, pairs)
        if name != now:
            yield Change(Heading.editors, f"`{name}` is called `{now}` now", now)
    for name in pairs.added:
        yield Change(Heading.ways, f"`{name}` is new, {_introduced(new, name)}", name)
    for name in pairs.gone:
        yield Change(Heading.ways, f"`{name}` is gone, {_introduced(old, name)}", name)
    yield from _actions_run(old, new)
    yield from _files(old, new, pairs)


def _introduced(side: Side, name: str) -> str:
    words = first_words(side, name)
    kind = side.tree.nodes[name].kind
    return f"{'an' if kind[0] in 'ae' else 'a'} `{kind}`" + (f": {in_quotes(words)}" if words else "")


def _identity(name: str, old: Node, new: Node) -> Iterator[Change]:
    before, after = (Level[node.needs] if node.needs else Level.unknown for node in (old, new))
    if after < before:
        what = f"asks only for `{after.name}` now" if after else "asks nobody any more who they are"
        sentence = f"`{name}` {what}; before: `{before.name}`"
        yield Change(Heading.identity, sentence, name, grave=True)
    elif after > before:
        what = f"`{name}` asks for `{after.name}` now; before: {f'`{before.name}`' if before else 'nothing'}"
        yield Change(Heading.identity, what, name)
    was_secret, is_secret = (bool(node.secrets(name)) for node in (old, new))
    if was_secret and not is_secret:
        yield Change(Heading.identity, f"what is typed at `{name}` is not secret any more", name, grave=True)
    elif is_secret and not was_secret:
        yield Change(Heading.identity, f"what is typed at `{name}` is secret now", name)


def _node(name: str, old: Node, new: Node, pairs: Pairs) -> Iterator[Change]:
    if old.kind != new.kind:
        what = f"`{name}` is another kind of node, `{new.kind}`; before: `{old.kind}`"
        yield Change(Heading.ways, what, name)
    shared = [field for field in type(new).model_fields if field in type(old).model_fields]
    targets = fields_with(type(new), ALL_TARGETS).values()
    for field in shared:
        was, now = getattr(old, field), getattr(new, field)
        if field in _SECTIONS or field in _ELSEWHERE:
            continue
        if field in targets:
            when = SENTENCES.targets.get(field, f"when it ends as `{field}`, the call goes")
            yield from _target(name, when, was and pairs.now(was), now)
        elif was != now and (old.kind == new.kind or field not in KINDS):
            sentence = SENTENCES.fields.get(field) or FieldSentence(now=f"`{field.rstrip('_')}` is")
            yield Change(sentence.about, f"`{name}`: {sentence.told(was, now)}", name)
    for field, compare in _SECTIONS.items():
        if field in shared:
            yield from compare(name, old, new, pairs)


def _target(name: str, when: str, old: str | None, new: str | None) -> Iterator[Change]:
    if old != new:
        before, after = (f"to `{target}`" if target else "to a human" for target in (old, new))
        yield Change(Heading.ways, f"`{name}`: {when} {after}; before: {before}", name)


def _outcomes(name: str, old: RunNode, new: RunNode, pairs: Pairs) -> Iterator[Change]:
    before = {outcome: pairs.now(target) for outcome, target in old.outcomes.items()}
    for outcome, was, now in changed(before, new.outcomes):
        if now:
            what = f"`{name}`: when `{new.run}` ends as `{outcome}`, the call goes to `{now}`"
        else:
            what = f"`{name}`: `{new.run}` does not end as `{outcome}` any more"
        yield Change(Heading.ways, f"{what}; before: {f'`{was}`' if was else 'no such ending'}", name)


def _given(
    name: str, what: str, old: Mapping[str, str], new: Mapping[str, str], pairs: Pairs
) -> Iterator[Change]:
    before = {variable: pairs.words_now(words) for variable, words in old.items()}
    for variable, was, now in changed(before, new):
        sentence = f"`{name}`: {what} `{variable}` as {shown(now)}; before: {shown(was)}"
        yield Change(Heading.ways, sentence, name)


def _conditions(name: str, old: ChooseNode, new: ChooseNode, pairs: Pairs) -> Iterator[Change]:
    before = {pairs.condition_now(case.if_): pairs.now(case.go) for case in reversed(old.choose)}
    after = {case.if_: case.go for case in reversed(new.choose)}
    gone = [condition for condition in reversed(before) if condition not in after]
    come = [condition for condition in reversed(after) if condition not in before]
    for was in gone:
        now = next((each for each in come if after[each] == before[was]), None)
        if now is None:
            sentence = f"`{name}`: the condition {named(was)}, which led to `{before[was]}`, is gone"
        else:
            come.remove(now)
            sentence = f"`{name}`: `{after[now]}` follows when {named(now)}; before: when {named(was)}"
        yield Change(Heading.ways, sentence, name)
    for now in come:
        sentence = f"`{name}`: the condition {named(now)} is new, and leads to `{after[now]}`"
        yield Change(Heading.ways, sentence, name)
    stayed = [condition for condition in reversed(after) if condition in before]
    for condition in stayed:
        when = f"when {named(condition)}, the call goes"
        yield from _target(name, when, before[condition], after[condition])
    if stayed != [condition for condition in reversed(before) if condition in after]:
        sentence = f"`{name}`: the conditions are tried in another order: {', '.join(map(named, stayed))}"
        yield Change(Heading.ways, sentence, name)


def _shown(node: SetNode) -> dict[str, str]:
    return {variable: as_one(value) for variable, value in node.set.items()}


_SECTIONS: Mapping[str, Callable[[str, Any, Any, Pairs], Iterator[Change]]] = {
    "outcomes": _outcomes,
    "with_": lambda name, old, new, pairs: _given(name, "gives the action", old.with_, new.with_, pairs),
    "set": lambda name, old, new, pairs: _given(name, "sets", _shown(old), _shown(new), pairs),
    "choose": _conditions,
}
"""Fields that hold several entries, and how their changes are reported."""


def _files(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield which nodes moved to another file. Nodes with the same move are one change."""
    moved: dict[tuple[str, str], list[str]] = {}
    for name, now in pairs.names.items():
        was, file = old.tree.files.get(name, ""), new.tree.files.get(now, "")
        if was != file:
            moved.setdefault((was, file), []).append(now)
    for (was, file), names in moved.items():
        stand = "stands" if len(names) == 1 else "stand"
        yield Change(Heading.editors, f"{', '.join(map(named, names))} {stand} in {file} now; before: {was}")


def _actions_run(old: Side, new: Side) -> Iterator[Change]:
    """Yield the actions that run for the first time, and those that run nowhere any more."""
    before, after = (
        {node.run: None for node in side.tree.nodes.values() if isinstance(node, RunNode)}
        for side in (old, new)
    )
    for name in [each for each in after if each not in before]:
        yield Change(Heading.ways, f"The action `{name}` is new here")
    for name in [each for each in before if each not in after]:
        yield Change(Heading.ways, f"The action `{name}` is run nowhere any more")
