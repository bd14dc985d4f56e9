"""The whole dialogue: one event in, the next session and a list of commands out.

Everything that decides where a call goes is in this file, and nothing else decides it. :func:`step` is pure: it
executes nothing, reads no clock, and the session that it was given stays as it was. It is total: an event that does
not fit where the call is repeats the present place, without counting as a mistake.
"""

from __future__ import annotations

from ivr.engine.commands import Command, Record, RunAction, SendText, Transfer
from ivr.engine.entries import Entry, fixed_length, read_entry
from ivr.engine.events import (
    ActionFinished,
    CallerHungUp,
    CallStarted,
    DigitsPressed,
    Event,
    LimitReached,
    NoInput,
    RecordingEnded,
    SpeechHeard,
    TransferEnded,
    TroubleStruck,
)
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.engine.wording import listen
from ivr.menu.contract import Level
from ivr.menu.desks import is_open
from ivr.menu.hearing import meant, spoken_digits, spoken_key
from ivr.menu.nodes import (
    AskNode,
    ChooseNode,
    EndNode,
    Listening,
    MenuNode,
    RecordNode,
    RunNode,
    SayNode,
    SetNode,
    TextNode,
    TransferNode,
)
from ivr.menu.templates import evaluate
from ivr.menu.tree import Tree

MAX_STEPS = 100
"""Nodes that one event may pass before the call must listen: more is a loop that the checks did not see."""
MAX_REPEATS = 3
"""How often a caller may ask for the same again before a human asks what he needs."""


class EndlessMenu(Exception):
    """The menu passed :data:`MAX_STEPS` nodes without listening to the caller."""


def step(tree: Tree, session: Session, event: Event) -> tuple[Session, list[Command]]:
    """Take a call one event further."""
    turn = Turn(tree, session.copy(), event.at, goes_on=isinstance(event, ActionFinished))
    _happen(turn, event)
    return turn.session, turn.commands


def _happen(turn: Turn, event: Event) -> None:
    """Every transition that an event can cause."""
    session = turn.session
    match turn.node, event:
        case _, CallerHungUp():
            turn.end("hung_up")
        case _, _ if session.ending:
            turn.end(session.ending)
        case _, TroubleStruck():
            _seek_human(turn, "trouble")
        case _, LimitReached(hard=hard):
            _reach_limit(turn, hard=hard)
        case None, CallStarted(caller=caller, called=called):
            session.caller, session.called = caller, called
            session.language = turn.tree.languages[0]
            turn.speak_in(event.language)
            session.variables = dict(turn.tree.variables)
            _go(turn, turn.tree.declared.start)
        case None, _:
            _go(turn, turn.tree.declared.start)
        case AskNode() as node, DigitsPressed() | SpeechHeard() | NoInput() if session.confirming is not None:
            _take_confirmation(turn, node, event)
        case MenuNode() as node, DigitsPressed(digits=keys):
            _choose_option(turn, node, keys)
        case MenuNode() as node, SpeechHeard(text=text):
            heard = {**turn.speech.heard, **turn.words.heard}
            _choose_option(turn, node, meant(text, heard) or spoken_key(text))
        case AskNode() as node, DigitsPressed():
            _take_entry(turn, node, event)
        case AskNode() as node, SpeechHeard(text=text):
            _take_speech(turn, node, text)
        case MenuNode() | AskNode(), NoInput():
            _miss(turn, "noinput")
        case MenuNode() | AskNode(), _:
            listen(turn, "repeat")
        case RunNode() as node, ActionFinished() if event.action == node.run:
            _take_outcome(turn, node, event)
        case TransferNode() as node, TransferEnded(result="answered"):
            turn.end("transferred")
        case TransferNode() as node, TransferEnded(result=result):
            session.human_tried = True
            _go(turn, getattr(turn.tree.desks[node.transfer], result, None) or turn.tree.declared.agent)
        case RecordNode() as node, RecordingEnded(url=url, seconds=seconds):
            _go(turn, node.then if url and seconds else node.nothing)
        case _:
            _go(turn, session.node)


# --- going on: until the call must wait


def _go(turn: Turn, target: str) -> None:
    """Go to a node, and on from there until the call waits for somebody."""
    if target != "repeat" and not turn.goes_on:
        turn.session.told.clear()
    on: str | None = target
    for _ in range(MAX_STEPS):
        if on is None:
            return
        name = _resolve(turn, on)
        on = _enter(turn, name) if name else None
    raise EndlessMenu(f"more than {MAX_STEPS} nodes at once, the last was {turn.session.node}")


def _resolve(turn: Turn, target: str) -> str | None:
    """Return the node that a target means; None when it has been dealt with here."""
    session = turn.session
    if target == "return":
        if session.wanted:
            return session.wanted.pop()
        target = "back"
    if target == "back":
        before = turn.back()
        if before is None:
            listen(turn, "top") if isinstance(turn.node, Listening) else _go(turn, turn.tree.declared.start)
        return before
    if target == "repeat":
        session.repeats += 1
        if session.repeats > MAX_REPEATS:
            _seek_human(turn, "giving_up")
        else:
            _tell_again(turn)
            listen(turn, "repeat")
        return None
    return target


def _tell_again(turn: Turn) -> None:
    """Say again what was told on the way to this place: an answer, as much as the menu after it."""
    for name in turn.session.told:
        node = turn.tree.nodes[name]
        turn.say(turn.speech.nodes[name].say[:1], barge_in=node.barge_in)


def _enter(turn: Turn, name: str) -> str | None:
    """Do a node's work; return where to go next, or None when the call now waits or has ended."""
    session, node = turn.session, turn.tree.nodes[name]
    if node.needs and session.level < Level[node.needs]:
        if name not in session.wanted:
            session.wanted.append(name)
        return turn.tree.declared.identity[node.needs]
    match node:
        case MenuNode() | AskNode():
            turn.come_to(name)
            listen(turn)
            return None
    session.node = name
    if isinstance(node, SayNode):
        session.told.append(name)
    if not isinstance(node, EndNode | TransferNode):
        turn.say(turn.words.say[:1], barge_in=node.barge_in)
    match node:
        case SayNode():
            return node.then
        case ChooseNode():
            variables = turn.variables()
            conditions = turn.tree.conditions[name]
            return next((target for holds, target in conditions if holds(**variables)), node.else_)
        case SetNode():
            _set(turn)
            return node.then
        case RunNode():
            _run(turn, node)
        case TextNode():
            return _text(turn, node)
        case TransferNode():
            return _transfer(turn, node)
        case RecordNode():
            turn.commands.append(Record(node.record, node.at_most, node.silence, turn.speech.language))
        case EndNode():
            turn.say(turn.words.end[:1], barge_in=False)
            turn.end("completed")
    return None


def _set(turn: Turn) -> None:
    variables = turn.variables()
    values = {
        name: evaluate(compiled, variables) for name, compiled in turn.tree.values[turn.session.node].items()
    }
    turn.speak_in(values.pop("language", None))
    turn.session.variables.update(values)


def _run(turn: Turn, node: RunNode) -> None:
    known = {**turn.variables(), **turn.secrets}
    given = {
        name: evaluate(compiled, known)
        for name, compiled in turn.tree.values.get(turn.session.node, {}).items()
    }
    named = {name: known[name] for name in turn.tree.inputs[turn.session.node] if name in known}
    turn.commands.append(RunAction(node.run, {**named, **given}))


def _text(turn: Turn, node: TextNode) -> str:
    variables = turn.variables()
    compiled = turn.tree.values.get(turn.session.node, {}).get("to")
    to = str(evaluate(compiled, variables)) if compiled is not None else turn.session.caller
    if not to.startswith("+") or turn.words.text is None:
        return node.unable
    body = turn.words.text.utter(variables).text
    turn.commands.append(SendText(to, body, turn.speech.language))
    return node.then


def _transfer(turn: Turn, node: TransferNode) -> str | None:
    desk = turn.tree.desks[node.transfer]
    turn.session.wanted.clear()
    if desk.closed and not is_open(desk, turn.at, turn.tree.timezone):
        turn.session.human_tried = True
        return desk.closed
    turn.say(turn.words.say[:1], barge_in=False)
    reason = turn.tree.values.get(turn.session.node, {}).get("reason")
    turn.commands.append(
        Transfer(
            node.transfer,
            desk.number,
            desk.ring,
            turn.speech.language,
            urgent=node.urgent,
            reason=str(evaluate(reason, turn.variables())) if reason is not None else "",
        )
    )
    return None


# --- what the caller did


def _choose_option(turn: Turn, node: MenuNode, keys: str) -> None:
    option = node.menu.get(keys)
    if option is not None:
        turn.speak_in(option.language)
        _go(turn, option.go)
    elif keys in turn.tree.anywhere:
        _go(turn, turn.tree.anywhere[keys])
    else:
        _miss(turn, "nomatch")


def _take_entry(turn: Turn, node: AskNode, event: DigitsPressed) -> None:
    """Read an entry. A key of ``anywhere`` acts only as the whole of it, ended by ``#`` or by silence."""
    keys, length = event.digits, fixed_length(node)
    whole = len(keys) != length or event.finished_by or (node.ask == "yes_no" and keys not in {"1", "2"})
    if keys in turn.tree.anywhere and whole:
        _go(turn, turn.tree.anywhere[keys])
        return
    finished = bool(event.finished_by) or len(keys) == length
    _take_keys(turn, node, keys, finished=finished)


def _take_keys(turn: Turn, node: AskNode, keys: str, *, finished: bool) -> None:
    region = turn.tree.languages[0].partition("-")[2]
    today = turn.at.astimezone(turn.tree.timezone).date()
    read = read_entry(node, keys, finished=finished, region=region, today=today)
    if not isinstance(read, Entry):
        _miss(turn, "unfinished" if read.unfinished else "nomatch")
    elif node.read_back and turn.session.confirming is None and node.ask != "yes_no":
        turn.session.confirming = read.value
        turn.session.noinputs = turn.session.nomatches = 0
        listen(turn)
    else:
        _accept(turn, node, read.value)


def _take_speech(turn: Turn, node: AskNode, text: str) -> None:
    key = meant(text, turn.speech.heard)
    if key:
        _go(turn, turn.tree.anywhere[key])
    elif node.ask == "yes_no":
        _take_keys(turn, node, meant(text, YES_OR_NO) or spoken_key(text), finished=True)
    else:
        _take_keys(turn, node, "" if node.is_secret else spoken_digits(text), finished=True)


YES_OR_NO = {
    **dict.fromkeys(
        ("是", "是的", "对", "对的", "好", "好的", "没错", "yes", "yeah", "right", "correct"), "1"
    ),
    **dict.fromkeys(("不", "不是", "不对", "不用", "不要", "没有", "no", "nope", "wrong"), "2"),
}
"""Words that mean the keys 1 and 2 where a yes or a no is asked for; the longest one that was said counts."""


def _take_confirmation(turn: Turn, node: AskNode, event: DigitsPressed | SpeechHeard | NoInput) -> None:
    match event:
        case NoInput():
            _miss(turn, "noinput")
            return
        case DigitsPressed(digits=keys):
            answer = keys
        case SpeechHeard(text=text):
            answer = meant(text, YES_OR_NO) or spoken_key(text)
    if answer == "1":
        _accept(turn, node, turn.session.confirming)
    elif answer == "2":
        turn.session.confirming = None
        listen(turn)
    elif answer in turn.tree.anywhere:
        _go(turn, turn.tree.anywhere[answer])
    else:
        _miss(turn, "nomatch")


def _accept(turn: Turn, node: AskNode, value: object) -> None:
    """Keep an entry, a secret one only for this turn, and go on."""
    kept = turn.secrets if node.is_secret else turn.session.variables
    kept[node.as_ or turn.session.node] = value
    turn.session.confirming = None
    target = node.then
    if node.ask == "yes_no":
        target = (node.yes if value else node.no) or node.then
    assert target is not None
    _go(turn, target)


def _take_outcome(turn: Turn, node: RunNode, event: ActionFinished) -> None:
    session = turn.session
    session.variables.update(event.results)
    if event.account is not None:
        session.account = event.account
    session.level = max(session.level, event.raises)
    target = node.outcomes.get(event.outcome) or node.outcomes.get("unavailable")
    _go(turn, target or turn.tree.declared.agent)


# --- what went wrong


def _miss(turn: Turn, how: str) -> None:
    """Count silence and wrong keys apart; after the last try a human takes over."""
    session, node = turn.session, turn.node
    assert isinstance(node, MenuNode | AskNode)
    if how == "noinput":
        session.noinputs += 1
    else:
        session.nomatches += 1
    if max(session.noinputs, session.nomatches) < node.tries:
        listen(turn, how)
    elif node.after_tries:
        _go(turn, node.after_tries)
    else:
        _seek_human(turn, "giving_up")


def _seek_human(turn: Turn, phrase: str) -> None:
    """Say what happens next and go to the human; where one was sought in vain already, say goodbye."""
    session = turn.session
    session.confirming = None
    session.wanted.clear()
    if session.human_tried:
        turn.say(turn.phrase("farewell"), barge_in=False)
        turn.end("farewell")
        return
    session.human_tried = True
    turn.say(turn.phrase(phrase), barge_in=False)
    _go(turn, turn.tree.declared.agent)


def _reach_limit(turn: Turn, *, hard: bool) -> None:
    if hard:
        turn.session.human_tried = True
    turn.session.limited = True
    _seek_human(turn, "too_long")
