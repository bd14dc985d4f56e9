"""One turn's working table: the session that is being changed, what is to be said, and the entry that must be forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ivr.engine.commands import Command, Hangup, Say
from ivr.engine.entries import say_value
from ivr.engine.session import Session
from ivr.menu.language.contract import Level
from ivr.menu.language.nodes import MenuNode, Node
from ivr.menu.speech.prompts import Prompt, Utterance, pick, slowed
from ivr.menu.speech.sandbox import evaluate
from ivr.menu.tree import Compiled, NodeSpeech, Speech, Tree

MAX_NOTES = 8
"""Notes of one summary: more would not be read on a telephone."""


_IN_EACH_LANGUAGE = "$language"


def translated(texts: Mapping[str, str]) -> dict[str, Any]:
    """Return a value with words for each language, as a session keeps it."""
    return {_IN_EACH_LANGUAGE: dict(texts)}


def words_in(value: Any) -> Mapping[str, str] | None:
    """Return the words of such a value by language, or None for any other value."""
    match value:
        case {"$language": dict(texts)}:
            return texts
    return None


def said_in(value: Any, language: str) -> Any:
    """Return what a value is in a language."""
    texts = words_in(value)
    return value if texts is None else texts.get(language, next(iter(texts.values()), ""))


@dataclass(slots=True)
class Turn:
    """What :func:`ivr.engine.step.step` works on; it lives for one event."""

    tree: Tree
    session: Session
    at: datetime
    commands: list[Command] = field(default_factory=list)
    secrets: dict[str, Any] = field(default_factory=dict)
    """Entries of this turn that no session, record or prompt may have."""
    secret_asked_at: str = ""
    """Where the latest of them was asked for."""
    visited: list[str] = field(default_factory=list)
    """The nodes that were entered, in order. The session forgets them; tests and proofs ask for them."""
    uttered: list[Prompt] = field(default_factory=list)
    """What was said, as it is written."""
    input_kind: str = ""
    """What the caller's keys or silence were taken as: ``option``, ``anywhere``, ``entry`` (accepted), ``again`` (to be
    typed anew), ``noinput``, ``nomatch`` or ``unfinished``; empty: nothing of these happened."""
    continues: bool = False
    """Whether this event continues what the caller did before: an action has ended that they asked for."""

    @property
    def node(self) -> Node | None:
        """The node where the call waits."""
        return self.tree.nodes.get(self.session.node)

    @property
    def speech(self) -> Speech:
        return self.tree.speech[self.session.language]

    @property
    def words(self) -> NodeSpeech:
        """The words of the present node."""
        return self.speech.nodes[self.session.node]

    @property
    def now(self) -> datetime:
        """The time in the hotline's time zone."""
        return self.at.astimezone(self.tree.timezone)

    def today(self) -> date:
        return self.now.date()

    def variables(self, language: str = "") -> dict[str, Any]:
        """Return what templates and conditions may use: the facts of the call over its variables.

        Values with words for each language have those of ``language``, or of the call's.
        """
        here, session, said = self.now, self.session, dict[str, Any]()
        if self.tree.translated_variables:
            language = language or session.language
            known = self.tree.translated_variables & session.variables.keys()
            said = {name: said_in(session.variables[name], language) for name in known}
        return {
            **session.variables,
            **said,
            "caller": session.caller,
            "language": session.language,
            "now": here,
            "today": here.date(),
            "known": session.level >= Level.known,
            "verified": session.level >= Level.verified,
            "confirmed": session.level >= Level.confirmed,
            "withheld": not session.caller,
            "summary": "\n".join(session.notes),
        }

    def evaluate(self, compiled: Compiled, *, into: str = "", language: str = "") -> Any:  # noqa: ARG002 - a walk records it
        """Return what a condition or a value of the menu yields; ``into`` is the variable that is set to it."""
        return evaluate(compiled, self.variables(language))

    # --- what is said or passed on, and decides nothing

    def words_of(self, prompt: Prompt, more: Mapping[str, Any] | None = None) -> str:
        """Return the words of a note or of a message; ``more`` is what only the message may tell."""
        variables = self.variables(prompt.fixed.language)
        return prompt.utter({**variables, **more} if more else variables).text

    def note(self) -> None:
        """Keep the present node's note for the summary. What is told again is noted once."""
        if "note" not in self.words.messages:
            return
        note, notes = self.words_of(self.words.messages["note"]), self.session.notes
        if note and note not in notes:
            self.session.notes = [*notes, note][-MAX_NOTES:]

    def inputs(self) -> dict[str, Any]:
        """Return what the action of the present node is given: its ``with``, and the variables that it asks for."""
        name, known = self.session.node, self.variables()
        known.update(self.secrets)
        given = {each: evaluate(compiled, known) for each, compiled in self.tree.values.get(name, {}).items()}
        return {**{each: known[each] for each in self.tree.inputs[name] if each in known}, **given}

    def reason_for_desk(self, compiled: Compiled | None) -> str:
        """Return what a desk hears, in the hotline's first language: why, of which account, and what is proved of it.

        The account is named, since it need not be the calling number's. Else a desk could take the proof of one account
        for that of another.
        """
        first = self.tree.languages[0]
        reason = "" if compiled is None else str(evaluate(compiled, self.variables(first)))
        if not self.tree.declared.identity:
            return reason
        session, speech = self.session, self.tree.speech[first]
        if session.action_uncertain:
            reason = speech.patterns["desk_unsure"].fill(reason=reason).text
        proved = session.level.name if session.level >= Level.matched else "unproved"
        account = say_value(session.account[-4:], speech.language, self.tree.territory)
        said = speech.patterns[f"desk_{proved}"].fill(reason=reason, account=account).text
        return said.lstrip("，。,. ")

    def utter(self, prompts: Iterable[Prompt]) -> tuple[Utterance, ...]:
        """Return what prompts become in this call; those without a word are left out."""
        said: list[Utterance] = []
        known: dict[str, dict[str, Any]] = {}
        for prompt in prompts:
            self.uttered.append(prompt)
            utterance = prompt.fixed
            if prompt.template is not None:
                language = prompt.fixed.language if self.tree.translated_variables else ""
                if language not in known:
                    known[language] = self.variables(language)
                utterance = prompt.utter(known[language])
            if utterance.text:
                said.append(self.at_rate(utterance))
        return tuple(said)

    def at_rate(self, utterance: Utterance) -> Utterance:
        """Return what is said as fast as the caller wants it."""
        return slowed(utterance) if self.session.rate == "slow" else utterance

    def patience(self, seconds: int) -> int:
        """Return how long to wait for keys: half as long again for a caller who wants it slow."""
        return -(-seconds * 3 // 2) if self.session.rate == "slow" else seconds

    def say(self, prompts: Iterable[Prompt], *, barge_in: bool = True) -> None:
        """Say prompts before whatever comes next."""
        utterances = self.utter(prompts)
        if utterances:
            self.commands.append(Say(utterances, barge_in))

    def phrase(self, name: str, count: int = 1) -> tuple[Prompt, ...]:
        """Return one of the machine's own sentences, in its wording for the ``count``-th time."""
        return pick(self.speech.phrases[name], count)

    def end(self, ending: str) -> None:
        self.session.ending = self.session.ending or ending
        self.session.variables, self.session.notes = {}, []
        self.session.confirming, self.session.running = None, ""
        self.commands.append(Hangup(self.session.ending))

    def arrive(self, name: str) -> None:
        """Be at a listening node: count afresh, and remember the way, loop-erased.

        The questions about identity are no part of the way: ``back`` skips them. Returning to a node of the way
        forgets what came after it, so that what the past costs to remember stays bounded by the size of the tree.
        """
        session = self.session
        session.node = name
        session.noinputs = session.nomatches = session.repeats = 0
        if name in session.history:
            del session.history[session.history.index(name) + 1 :]
            if isinstance(self.node, MenuNode):
                session.pending_returns.clear()
        elif not session.pending_returns:
            session.history.append(name)

    def clear_pending_return(self, name: str) -> None:
        """Forget that a node was wanted, since the call is there; and with it what was wanted after it."""
        wanted = self.session.pending_returns
        if name in wanted:
            del wanted[wanted.index(name) :]

    def back(self) -> str | None:
        """Return the listening node before this one on the caller's way, or None when there is none."""
        session = self.session
        before = session.history[:-1] if session.history[-1:] == [session.node] else session.history
        if not before:
            return None
        session.pending_returns.clear()
        return before[-1]

    def last_menu(self) -> str | None:
        """Return the menu from which the caller chose last, or None when they have heard none."""
        return next(
            (name for name in reversed(self.session.history) if isinstance(self.tree.nodes[name], MenuNode)),
            None,
        )

    def speak_in(self, language: object) -> None:
        """Change the language for the rest of the call; one that the hotline lacks is passed over."""
        if isinstance(language, str) and language in self.tree.speech:
            self.session.language = language
