"""The whole dialogue: one event in, the next session and a list of commands out.

Everything that decides where a call goes is in this file, and nothing else decides it. :func:`step` is pure: it
executes nothing, reads no clock, and the session that it was given stays as it was. It is total: an event that does
not fit where the call is repeats the present place, without counting as a mistake. Only a faulty menu makes it raise.

Between two events a call is in one of these states (:mod:`ivr.engine.states`). Each has the events that it waits for:

====================== ==================================== ==========================================================
state                  node                                 events
====================== ==================================== ==========================================================
``new``                none yet                             ``CallStarted``
``menu``               ``menu``                             ``DigitsPressed``, ``SpeechHeard``, ``NoInput``
``entry``              ``ask``                              the same
``confirmation``       ``ask`` that reads back              the same
``action``             ``run``, ``text``                    ``ActionFinished``, ``ActionGoesOn``
``slow_action``        the same                             the same, and ``DigitsPressed`` or ``NoInput`` meanwhile
``desk``               ``transfer``                         ``TransferEnded``
``recording``          ``record``                           ``RecordingEnded``
``stray``              any other, after a change of the menu none: the node is entered again
``over``               whichever it was                     none: the ending is told again
====================== ==================================== ==========================================================

Four events can come in any state. :func:`_happen` looks at them first, and in this order:

1. ``CallerHungUp``: whatever else is so, nobody hears anything any more.
2. Any event after the ending: an ended call stays ended, also where our own machinery fails.
3. ``InternalError`` and ``LimitReached``: the call goes to the human, whatever it waited for.

Then the kind of node decides, and in the function for that kind the event does. Silence comes before keys, since a
``DigitsPressed`` without digits is a silence too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from ivr.engine import events
from ivr.engine.callers import first_language
from ivr.engine.commands import Command, Record, RunAction, SendText, Transfer
from ivr.engine.entries import InvalidEntry, Typing, ValidEntry, read_entry
from ivr.engine.keys import keys_here
from ivr.engine.prompting import listen, listen_meanwhile
from ivr.engine.recognition import as_keys, breaks_off
from ivr.engine.session import Session
from ivr.engine.turn import Turn, translated, words_in
from ivr.menu.language import nodes
from ivr.menu.language.contract import Level
from ivr.menu.opening_hours import is_open, may_close
from ivr.menu.tree import Tree

MAX_STEPS = 100
"""Nodes that one event may pass before the call must listen: more is a loop that the checks did not see."""
MAX_REPEATS = 3
"""How often a caller may ask for the same again before a human asks what they need."""


_SPEAKING_LATER = (nodes.EndNode, nodes.HandoffNode)


class EndlessMenu(Exception):
    """The menu passed :data:`MAX_STEPS` nodes without listening to the caller."""


def step(tree: Tree, session: Session, event: events.Event) -> tuple[Session, list[Command]]:
    """Take a call one event further.

    Raises :class:`EndlessMenu`, and whatever a template or a condition of the menu raises.
    """
    turn = happen(tree, session, event)
    return turn.session, turn.commands


def happen(tree: Tree, session: Session, event: events.Event, turn_of: Callable[..., Turn] = Turn) -> Turn:
    """Do what :func:`step` does, and return its working table too: which nodes were passed, which prompts said."""
    turn = turn_of(tree, session.copy(), event.at, continues=isinstance(event, events.ActionFinished))
    try:
        _happen(turn, event)
    except Exception as error:
        error.add_note(turn.session.node)  # where the menu is at fault
        raise
    return turn


def _happen(turn: Turn, event: events.Event) -> None:
    """Every transition that an event can cause."""
    session = turn.session
    if turn.node is None:
        _begin(turn)
    match event:
        case events.CallerHungUp():
            turn.end("hung_up")
        case _ if session.ending:
            turn.end(session.ending)
        case events.InternalError():
            _seek_human(turn, "internal_error")
        case events.LimitReached(hard=hard):
            _reach_limit(turn, hard=hard)
        case (
            events.CallStarted()
            | events.DigitsPressed()
            | events.SpeechHeard()
            | events.NoInput()
            | events.ActionFinished()
            | events.ActionGoesOn()
            | events.TransferEnded()
            | events.RecordingEnded()
        ):
            _at_node(turn, event)
        case _:
            assert_never(event)


def _at_node(turn: Turn, event: events.Event) -> None:
    """What an event does at the kind of node where the call is."""
    node = turn.node
    match node:
        case None:
            _start(turn, event)
        case nodes.MenuNode() | nodes.AskNode():
            _at_listening(turn, node, event)
        case nodes.RunNode() | nodes.TextNode():
            _at_action(turn, node, event)
        case nodes.TransferNode():
            _at_desk(turn, node, event)
        case nodes.RecordNode():
            _at_recording(turn, node, event)
        case nodes.SayNode() | nodes.ChooseNode() | nodes.SetNode() | nodes.EndNode():
            _go(turn, turn.session.node)
        case _:
            assert_never(node)


# --- one function for each kind of node at which a call waits


def _at_listening(turn: Turn, node: nodes.MenuNode | nodes.AskNode, event: events.Event) -> None:
    match event:
        case events.NoInput() | events.DigitsPressed(digits=""):
            _miss(turn, "noinput")
        case events.DigitsPressed() | events.SpeechHeard():
            typed = as_keys(turn.tree, turn.session, event)
            if isinstance(node, nodes.MenuNode):
                _choose_option(turn, typed.digits)
            elif turn.session.confirming is None:
                _take_entry(turn, node, typed)
            else:
                _take_confirmation(turn, node, typed.digits)
        case _:
            listen(turn, "repeat")


def _at_action(turn: Turn, node: nodes.RunNode | nodes.TextNode, event: events.Event) -> None:
    """The end of another action than the node's own is no end. It comes from a menu that has been changed."""
    session = turn.session
    match node, event:
        case nodes.RunNode() as run, events.ActionFinished() as finished if finished.action == run.run:
            _take_outcome(turn, run, finished)
        case nodes.TextNode() as text, events.ActionFinished() as finished if finished.action == text.action:
            _take_text(turn, text, finished)
        case _, events.ActionGoesOn(key=key) if session.running != key:  # else it goes on still
            session.running, session.running_since, session.repeats = key, event.at, 0
            listen_meanwhile(turn)
        case _, events.DigitsPressed(digits=keys) if breaks_off(turn.tree, session, event):
            session.action_uncertain = True
            session.rate = keys_here(turn)[keys].rate or session.rate
            _go(turn, turn.tree.anywhere[keys])
        case _ if session.running:
            listen_meanwhile(turn)
        case _:
            _go(turn, session.node)


def _at_desk(turn: Turn, node: nodes.TransferNode, event: events.Event) -> None:
    match event:
        case events.TransferEnded(result="answered"):
            turn.end("transferred")
        case events.TransferEnded(result=result):
            desk, turn.session.human_tried = turn.tree.desks[node.transfer], True
            _go(turn, desk.after(result))
        case _:
            _go(turn, turn.session.node)


def _at_recording(turn: Turn, node: nodes.RecordNode, event: events.Event) -> None:
    match event:
        case events.RecordingEnded() if not event.is_empty:
            _go(turn, node.then)
        case events.RecordingEnded() | events.NoInput():
            _go(turn, node.nothing)
        case _:
            _go(turn, turn.session.node)


def _begin(turn: Turn) -> None:
    """Make a session ready for its first node. It has none yet, or one that this menu does not have."""
    session, tree = turn.session, turn.tree
    session.history, session.replayable, session.pending_returns = [], [], []
    session.variables = {**tree.variables, **session.variables}
    if session.language not in tree.speech:
        session.language = tree.languages[0]


def _start(turn: Turn, event: events.Event) -> None:
    """Go to the first node, with what is known of the call when it begins."""
    if isinstance(event, events.CallStarted):
        turn.session.caller, turn.session.called = event.caller, event.called
        turn.speak_in(event.language or first_language(turn.tree, event.caller))
    _go(turn, turn.tree.declared.start)


# --- going on: until the call must wait


def _go(turn: Turn, target: str) -> None:
    """Go to a node, and on from there until the call waits for somebody."""
    if target != "repeat" and not turn.continues:
        turn.session.replayable.clear()
    for _ in range(MAX_STEPS):
        name = _resolve(turn, target)
        following = enter(turn, name) if name else None
        if following is None:
            return
        target = following
    raise EndlessMenu(f"more than {MAX_STEPS} nodes at once, the last was {turn.session.node}")


def _resolve(turn: Turn, target: str) -> str | None:
    """Return the node that a target means; None when it has been dealt with here."""
    session, start = turn.session, turn.tree.declared.start
    if target == "return":
        return session.pending_returns.pop() if session.pending_returns else turn.last_menu() or start
    if target == "back":
        before = turn.back()
        if before is None and isinstance(turn.node, nodes.ListeningNode):
            listen(turn, "top")
            return None
        return before or start
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
    for name in turn.session.replayable:
        node = turn.tree.nodes[name]
        turn.say(turn.speech.nodes[name].say[:1], barge_in=node.barge_in)


def enter(turn: Turn, name: str) -> str | None:
    """Do a node's work; return where to go next, or None when the call now waits or has ended."""
    session, node = turn.session, turn.tree.nodes[name]
    session.confirming, session.running = None, ""
    turn.visited.append(name)
    turn.clear_pending_return(name)
    if node.needs and not session.reached(Level[node.needs]):
        # A secret that was typed for this node is gone when they come back: then it is asked for again.
        session.pending_returns.append(turn.secret_asked_at or name)
        return turn.tree.declared.identity[node.needs]
    if not isinstance(node, nodes.ListeningNode):
        session.node = name  # else :meth:`Turn.arrive` does it, after a look at where the call was
        if not isinstance(node, _SPEAKING_LATER):
            turn.say(turn.words.say[:1], barge_in=node.barge_in)
    if isinstance(node, nodes.SayNode) and name not in session.replayable:
        session.replayable.append(name)
    match node:
        case nodes.MenuNode() | nodes.AskNode():
            turn.arrive(name)
            listen(turn)
        case nodes.SayNode():
            turn.note()
            return node.then
        case nodes.ChooseNode():
            holds = turn.tree.conditions[name]
            chosen = (
                case
                for number, case in enumerate(node.choose)
                if turn.evaluate(holds["choose", number, "if"])
            )
            return next((case.go for case in chosen), node.else_)
        case nodes.SetNode():
            _set(turn)
            return node.then
        case nodes.RunNode():
            turn.commands.append(RunAction(node.run, turn.inputs()))
        case nodes.TextNode():
            return _ask_to_text(turn, node)
        case nodes.TransferNode():
            return _transfer(turn, node)
        case nodes.RecordNode():
            turn.commands.append(Record(node.record, node.at_most, node.silence, turn.speech.language))
        case nodes.EndNode():
            turn.say(turn.words.end[:1])
            turn.end("completed")
        case _:
            assert_never(node)
    return None


def _set(turn: Turn) -> None:
    compiled = turn.tree.values.get(turn.session.node, {})
    values = {name: turn.evaluate(value, into=name) for name, value in compiled.items()}
    for name, words in turn.tree.translated.get(turn.session.node, {}).items():
        values[name] = translated(
            {
                language: str(turn.evaluate(value, into=name, language=language))
                for language, value in words.items()
            }
        )
    turn.speak_in(values.pop("language", None))
    turn.session.remember(values)


def _ask_to_text(turn: Turn, node: nodes.TextNode) -> str | None:
    """Ask whether a message may be sent: they are rationed, across calls."""
    compiled = turn.tree.values.get(turn.session.node, {}).get("to")
    session = turn.session
    if compiled is not None:
        to = str(turn.evaluate(compiled))
    else:
        to = (session.account if session.reached(Level.verified) else "") or session.caller
    if not to.startswith("+"):
        return node.unable
    turn.commands.append(RunAction(node.action, {"to": to}))
    return None


def _transfer(turn: Turn, node: nodes.TransferNode) -> str | None:
    session, desk = turn.session, turn.tree.desks[node.transfer]
    session.pending_returns.clear()
    session.urgent = session.urgent or node.urgent
    reason = turn.tree.values.get(session.node, {}).get("reason")
    if reason is not None or not session.reason:
        session.reason = turn.reason_for_desk(reason)
    if may_close(desk) and not is_open(desk, turn.now, turn.tree.timezone) and desk.closed:
        session.human_tried = True
        return desk.closed
    turn.say(turn.words.say[:1])
    turn.commands.append(
        Transfer(
            node.transfer,
            desk.number,
            desk.ring,
            turn.speech.language,
            urgent=session.urgent,
            reason=session.reason,
        )
    )
    return None


# --- what the caller did


def _choose_option(turn: Turn, keys: str) -> None:
    key = keys_here(turn).get(keys)
    if key is None:
        _miss(turn, "nomatch")
        return
    turn.input_kind = key.kind
    turn.speak_in(key.language)
    turn.session.rate = key.rate or turn.session.rate
    _go(turn, key.go)


def _take_entry(turn: Turn, node: nodes.AskNode, typed: events.DigitsPressed) -> None:
    """Read an entry.

    A key acts only as the whole of it, ended by ``#`` or by silence; where a single key is asked for,
    it acts if it is no good entry.
    """
    keys, ended = typed.digits, bool(typed.finished_by)
    typing = Typing(turn.tree.territory, turn.speech.date_order, turn.today)
    entry = read_entry(node, keys, typing, ended=ended)
    is_data = isinstance(entry, ValidEntry) and not ended
    if not is_data and (keys in node.options or keys in turn.tree.anywhere):
        _choose_option(turn, keys)
    elif isinstance(entry, InvalidEntry):
        _miss(turn, "unfinished" if entry.unfinished else "nomatch")
    elif node.read_back and node.ask != "yes_no":
        turn.session.confirming = entry.value
        turn.session.noinputs = turn.session.nomatches = 0
        listen(turn)
    else:
        _accept(turn, node, entry.value)


def _take_confirmation(turn: Turn, node: nodes.AskNode, keys: str) -> None:
    if keys == "1":
        _accept(turn, node, turn.session.confirming)
    elif keys == "2":
        turn.input_kind = "again"
        turn.session.confirming = None
        listen(turn)
    else:
        _choose_option(turn, keys)


def _accept(turn: Turn, node: nodes.AskNode, value: object) -> None:
    """Keep an entry, a secret one only for this turn, and go on."""
    turn.input_kind = "entry"
    name = node.variable(turn.session.node)
    if node.is_secret:
        turn.secrets[name], turn.secret_asked_at = value, turn.session.node
    else:
        turn.session.remember({name: value})
    turn.session.confirming = None
    target = node.then
    if node.ask == "yes_no":
        target = (node.yes if value else node.no) or node.then
    assert target is not None
    _go(turn, target)


def _take_outcome(turn: Turn, node: nodes.RunNode, event: events.ActionFinished) -> None:
    session = turn.session
    session.action_uncertain = event.uncertain or (bool(session.running) and event.outcome == "unavailable")
    if event.account is not None and event.account != session.account:
        _change_account(turn, event.account)
    session.remember(event.results)
    if event.raises:
        session.raise_level(event.raises)
    _send(turn, event)
    target = node.outcomes.get(event.outcome) or node.outcomes.get("unavailable")
    _go(turn, target or turn.tree.declared.agent)


def _take_text(turn: Turn, node: nodes.TextNode, event: events.ActionFinished) -> None:
    _send(turn, event)
    otherwise = node.unavailable or turn.tree.declared.agent
    _go(turn, {"sent": node.then, "rationed": node.rationed}.get(event.outcome, otherwise))


def _send(turn: Turn, event: events.ActionFinished) -> None:
    """Send the message that came of an action, in the words of its node; what only it may tell goes nowhere else."""
    known = event.text_language in turn.tree.speech
    speech = turn.tree.speech[event.text_language] if known else turn.speech
    text = speech.nodes[turn.session.node].text
    if not event.text_to or text is None:
        return
    body = turn.words_of(text, event.secrets)
    turn.commands.append(
        SendText(
            event.text_to,
            body,
            speech.language,
            event.key,
            secret=bool(event.secrets),
            expires=event.expires,
        )
    )


def _change_account(turn: Turn, account: str) -> None:
    """Begin with another account: what was proved, told or found out about the first one is not its owner's."""
    session = turn.session
    if session.account:
        plain = {
            name: value for name, value in session.variables.items() if _is_plain(turn.tree, name, value)
        }
        session.variables = {**turn.tree.variables, **plain}
        session.replayable.clear()
        session.notes = []
    session.account, session.level = account, Level.unknown


def _is_plain(tree: Tree, name: str, value: object) -> bool:
    """Say whether a `set` gave a variable this value, which stands in the menu."""
    if words := words_in(value):
        return (name, tuple(words.values())) in tree.plain_translated
    return isinstance(value, str) and (name, value) in tree.plain


# --- what went wrong


def _miss(turn: Turn, how: str) -> None:
    """Count silence and wrong keys apart; after the last try a human takes over."""
    session, node = turn.session, turn.node
    assert isinstance(node, nodes.MenuNode | nodes.AskNode)
    turn.input_kind = how
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
    session.pending_returns.clear()
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
