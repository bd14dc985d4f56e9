"""One turn's working table: the session that is being changed, what is to be said, and the entry that must be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.engine.commands import Command, Hangup, Say
from ivr.engine.session import Session
from ivr.menu.language.contract import Level
from ivr.menu.language.nodes import MenuNode, Node
from ivr.menu.speech.prompts import Prompt, Utterance
from ivr.menu.tree import NodeSpeech, Speech, Tree


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
    """The nodes that were entered, in order: what a session forgets, and a proof of the menu wants to know."""
    uttered: list[Prompt] = field(default_factory=list)
    """What was said, as it is written."""
    input_kind: str = ""
    """What the caller's keys or silence were taken as: ``option``, ``anywhere``, ``entry`` (accepted), ``again`` (to be
    typed anew), ``noinput``, ``nomatch`` or ``unfinished``; empty: nothing of these happened."""
    continues: bool = False
    """Whether this event continues what the caller did before: an action of his has ended."""

    @property
    def node(self) -> Node | None:
        """The node where the call waits."""
        return self.tree.nodes.get(self.session.node)

    @property
    def speech(self) -> Speech:
        """The words of the call's language."""
        return self.tree.speech[self.session.language]

    @property
    def words(self) -> NodeSpeech:
        """The words of the present node."""
        return self.speech.nodes[self.session.node]

    def variables(self) -> dict[str, Any]:
        """Return what templates and conditions may use: the facts of the call over its variables."""
        here = self.at.astimezone(self.tree.timezone)
        session = self.session
        return {
            **session.variables,
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

    def utter(self, prompts: Iterable[Prompt]) -> tuple[Utterance, ...]:
        """Return what prompts become in this call; those without a word are left out."""
        said: list[Utterance] = []
        variables: dict[str, Any] | None = None
        for prompt in prompts:
            self.uttered.append(prompt)
            if prompt.template is not None and variables is None:
                variables = self.variables()
            utterance = prompt.fixed if variables is None else prompt.utter(variables)
            if utterance.text:
                said.append(utterance)
        return tuple(said)

    def say(self, prompts: Iterable[Prompt], *, barge_in: bool = True) -> None:
        """Say prompts before whatever comes next."""
        utterances = self.utter(prompts)
        if utterances:
            self.commands.append(Say(utterances, barge_in))

    def phrase(self, name: str, count: int = 1) -> tuple[Prompt, ...]:
        """Return one of the machine's own sentences, in its wording for the ``count``-th time."""
        return pick(self.speech.phrases[name], count)

    def end(self, ending: str) -> None:
        """End the call, in this way."""
        self.session.ending = self.session.ending or ending
        self.session.variables, self.session.notes = {}, []
        self.session.confirming, self.session.running = None, ""
        self.commands.append(Hangup(self.session.ending))

    def arrive(self, name: str) -> None:
        """Be at a listening node: count afresh, and remember the way, loop-erased.

        The questions of identity are no part of the way: ``back`` leads over them. Returning to a node of the way
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
        """Return the menu from which the caller chose last, or None when he has not seen one."""
        return next(
            (name for name in reversed(self.session.history) if isinstance(self.tree.nodes[name], MenuNode)),
            None,
        )

    def speak_in(self, language: object) -> None:
        """Change the language for the rest of the call; one that the hotline lacks is passed over."""
        if isinstance(language, str) and language in self.tree.speech:
            self.session.language = language


def pick(wordings: tuple[Prompt, ...], count: int) -> tuple[Prompt, ...]:
    """Return the wording for the ``count``-th time; the last one serves from there on."""
    return (wordings[min(count, len(wordings)) - 1],) if wordings else ()
