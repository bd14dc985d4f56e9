"""Written calls that passed on the old version and fail on the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ivr.calls.line import Heard
from ivr.diff.changes import Change, Heading, in_quotes, named
from ivr.diff.pairs import Pairs
from ivr.written.model import At, CallStep, Choose, WrittenCall
from ivr.written.runner import PlayedCall

Calls = Sequence[tuple[str, WrittenCall]]
"""Written calls, each with its file."""
PlayOnVersion = Callable[[str, WrittenCall], PlayedCall]
_HEARD = 80
"""Characters that are quoted of what was heard instead."""


def compare_calls(
    old: Calls, new: Calls, pairs: Pairs, play_old: PlayOnVersion, play_new: PlayOnVersion
) -> Iterator[Change]:
    """Yield the calls of both versions that pass on the old one and fail on the new one.

    A renamed node is followed under its new name. Calls that fail at the same step are one change.
    """
    back = {now: was for was, now in pairs.names.items()}
    todo = [(file, call, renamed(call, pairs.names)) for file, call in old]
    known = [after for _, _, after in todo]
    today = [(file, renamed(call, pairs.names)) for file, call in new]
    todo += [(file, renamed(call, back), call) for file, call in today if call not in known]
    rewritten = {call.call: call for _, call in today}
    alike: dict[tuple[str, str, bool], list[PlayedCall]] = {}
    for file, before, after in todo:
        if not play_old(file, before).failures:
            played = play_new(file, after)
            if played.failures:
                row = played.rows[_first_failure(played)]
                is_rewritten = rewritten.get(after.call, after) != after
                alike.setdefault((row.written, row.failure, is_rewritten), []).append(played)
    for (_, _, is_rewritten), failed in alike.items():
        yield _failed(failed, is_rewritten=is_rewritten)


def renamed(call: WrittenCall, names: Mapping[str, str]) -> WrittenCall:
    """Return a written call with its nodes renamed. An option is mostly called like the node that it leads to."""
    return call.model_copy(update={"steps": [_renamed(step, names) for step in call.steps]})


def _renamed(step: CallStep, names: Mapping[str, str]) -> CallStep:
    match step:
        case At(node=name):
            return At(node=names.get(name, name))
        case Choose(choose=name):
            return Choose(choose=names.get(name, name))
        case _:
            return step


def _first_failure(played: PlayedCall) -> int:
    return next(number for number, row in enumerate(played.rows) if row.failure)


def _failed(alike: Sequence[PlayedCall], *, is_rewritten: bool) -> Change:
    """Describe the first step that fails, what was done before it, and what was heard instead."""
    first, number = alike[0], _first_failure(alike[0])
    row = first.rows[number]
    done = next((each for each in reversed(first.rows[:number]) if each.happened), None)
    after = f"after {named(done.written)}, " if done else ""
    happened = row.happened or (done.happened if done else ())
    heard = " ".join(item.text for item in happened if isinstance(item, Heard))
    heard = heard if len(heard) <= _HEARD else heard[:_HEARD].rstrip() + " …"
    instead = f"; heard: {in_quotes(heard)}" if heard else ""
    more = f" and {len(alike) - 1} more" if len(alike) > 1 else ""
    ending = ", rewritten in the new version" if is_rewritten else ""
    failure = " ".join(row.failure.partition("; ")[0].split())
    what = f"{in_quotes(first.call.call)} in {first.file}{more}{ending}: {after}{named(row.written)}: {failure}{instead}"
    calls = [{"file": played.file, "call": played.call.call} for played in alike]
    return Change(Heading.calls, what, grave=not is_rewritten, figures={"calls": calls})
