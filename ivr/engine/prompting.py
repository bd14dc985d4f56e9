"""What is said where the call listens: tapered by the number of tries, and never the greeting again."""

from __future__ import annotations

from dataclasses import replace

from ivr.engine.commands import Gather
from ivr.engine.entries import fixed_length, lengths, say_value
from ivr.engine.keys import keys_here
from ivr.engine.turn import Turn
from ivr.menu.language.nodes import AskNode, MenuNode
from ivr.menu.speech.packs import pack
from ivr.menu.speech.prompts import Prompt, Utterance, pick


def listen(turn: Turn, how: str = "first") -> None:
    """Say what belongs here and listen.

    ``how`` is ``first`` or ``repeat`` (everything), ``noinput``, ``nomatch`` or ``unfinished`` (a sentence for this
    try, then what to do), or ``top`` (there is no way back).
    """
    node = turn.node
    assert isinstance(node, MenuNode | AskNode)
    tries = _tries(turn, how)
    if tries:
        turn.say(_sorry(turn, node, how, tries))
    elif how == "top":
        turn.say(turn.phrase("top"))
    if turn.session.confirming is not None:
        turn.commands.append(_read_back(turn, node))
        return
    again = _menu_again if isinstance(node, MenuNode) else _ask_again
    turn.say(again(turn, tries, how) if tries else pick(turn.words.say, 1), barge_in=node.barge_in)
    turn.commands.append(_gather(turn, node, turn.utter(_options(turn, node))))


MEANWHILE = 1
"""Seconds of silence between two sentences while an action takes long; then the call asks whether it has ended."""


def listen_meanwhile(turn: Turn) -> None:
    """Say that we are at it, and listen for a key that leads away: an action takes long."""
    said = turn.phrase("working", 1 + (turn.session.repeats > 0))
    turn.session.repeats += 1
    keys = tuple(key for key, target in turn.tree.anywhere.items() if target in turn.tree.nodes)
    turn.commands.append(
        Gather(turn.utter(said), turn.speech.language, keys=keys, length=1, timeout=MEANWHILE)
    )


def _tries(turn: Turn, how: str) -> int:
    """Return how often the caller has been silent, or wrong, by now; 0 when that is not why we speak."""
    if how == "noinput":
        return turn.session.noinputs
    return turn.session.nomatches if how in {"nomatch", "unfinished"} else 0


def _sorry(turn: Turn, node: MenuNode | AskNode, how: str, tries: int) -> tuple[Prompt, ...]:
    """Return the sentence after silence or a wrong key: the node's own, or the machine's."""
    kind = "noinput" if how == "noinput" else "nomatch"
    if turn.session.confirming is not None:
        return turn.phrase(kind, tries)
    if how == "unfinished":
        return turn.phrase("unfinished")
    own = turn.words.spoken[kind]
    if own:
        return pick(own, tries)
    return turn.phrase(kind if isinstance(node, MenuNode) else f"ask_{kind}", tries)


def _menu_again(turn: Turn, tries: int, _how: str) -> tuple[Prompt, ...]:
    """A menu's lead-in is not repeated; only a further wording of it is said."""
    return (turn.words.say[tries],) if len(turn.words.say) > tries else ()


def _ask_again(turn: Turn, tries: int, how: str) -> tuple[Prompt, ...]:
    """An entry's question is repeated; after a second wrong entry the kind's own hint says more."""
    node = turn.node
    assert isinstance(node, AskNode)
    hint = turn.speech.patterns.get(f"hint_{node.ask}")
    if how == "noinput" or tries < 2 or hint is None or len(turn.words.say) > tries:
        return pick(turn.words.say, tries + 1)
    least, most = lengths(node) or (0, 0)
    between = pack(turn.speech.language).keys.between
    varies = between.replace("{least}", str(least)).replace("{most}", str(most))
    said = hint.fill(length=str(least) if least == most else varies)
    return (Prompt(replace(said, static=True)),)


def _options(turn: Turn, node: MenuNode | AskNode) -> tuple[Prompt, ...]:
    if isinstance(node, MenuNode):
        return turn.words.announced
    return (*(turn.phrase("yes_no") if node.ask == "yes_no" else ()), *turn.words.announced)


def _gather(turn: Turn, node: MenuNode | AskNode, utterances: tuple[Utterance, ...]) -> Gather:
    if isinstance(node, MenuNode):
        longest = max(map(len, node.menu))
        return Gather(
            utterances,
            turn.speech.language,
            keys=tuple(keys_here(turn)),
            length=longest,
            finish="#" if longest > 1 else "",
            timeout=turn.patience(node.timeout),
            speech=turn.words.hints if _hears(turn) else None,
        )
    listens = _hears(turn) and not node.is_secret
    return Gather(
        utterances,
        turn.speech.language,
        keys=("1", "2", *keys_here(turn)) if node.ask == "yes_no" else (),
        length=fixed_length(node),
        finish="#",
        timeout=turn.patience(node.timeout),
        speech=() if listens else None,
        secret=node.is_secret,
    )


def _read_back(turn: Turn, node: MenuNode | AskNode) -> Gather:
    """Read an entry back and listen for 1 (right) or 2 (again)."""
    speech = turn.speech
    kind = node.ask if isinstance(node, AskNode) else ""
    recorder, entry = speech.speaker.recorder, turn.session.confirming
    if recorder is not None:
        value = recorder.entry(entry, node)
    else:
        value = say_value(entry, speech.language, turn.tree.territory, kind=kind)
    return Gather(
        (turn.at_rate(speech.patterns["read_back"].fill(value=value)),),
        speech.language,
        keys=("1", "2", *keys_here(turn)),
        length=1,
        timeout=turn.patience(node.timeout),
        speech=() if _hears(turn) else None,
    )


def _hears(turn: Turn) -> bool:
    """Whether words are listened to. No language without a voice is recognised either."""
    return turn.tree.declared.speech and not turn.speech.is_recorded
