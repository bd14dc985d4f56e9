"""What is promised of every path of a menu, and what a broken promise looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.explore.moves import Move


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that is promised of every path."""

    id: str
    title: str
    why: str
    source: str
    how: str
    """How it is proved."""
    before: str
    """An example that breaks it."""
    after: str
    """The same, mended."""


_PROOFS = (
    Proof(
        "P01",
        "From everywhere an ending can be reached",
        "A caller who is caught in a circle can only hang up.",
        "graph theory",
        "From every state an ending is looked for, by keys, silence and what the world answers; hang-ups, bounds and troubles do not count.",
        """
            main: {say: Tell us after the beep., record: opinion, then: main, nothing: main}
            """,
        """
            main: {say: Tell us after the beep., record: opinion, then: bye, nothing: bye}
            """,
    ),
    Proof(
        "P02",
        "From everywhere a human is reached in a few keys, or voicemail when all desks fail",
        "Whatever backend fails and whatever was pressed before, a person must stay near.",
        "GetHuman standard 1.0; dial tests of hotlines by the Chinese ministry (MIIT)",
        "The caller presses the best keys and the world answers the worst. A ringing desk counts; a voicemail counts once a desk was closed or sought in vain. `--keys` says how many keys.",
        """
            main: {menu: {"1": {for: news, go: news}, "2": {for: the end, go: bye}}}
            news: {say: There is no news., then: main}
            """,
        """
            anywhere: {"0": {go: agent, for: a person}}
            nodes:
              main: {menu: {"1": {for: news, go: news}, "2": {for: the end, go: bye}}}
              news: {say: There is no news., then: main}
            """,
    ),
    Proof(
        "P03",
        "A caller who only waits is connected with a human",
        "Who cannot press keys, or does not understand, must not be left in silence or hung up on.",
        "GetHuman standard 1.0; 36 CFR 1194.23",
        "The seconds of all words and pauses are added up from each place until a desk is rung, whatever the world answers. `--seconds` says how many seconds.",
        """
            main: {menu: {"1": {for: the end, go: bye}, "2": {for: a person, go: agent}}, after_tries: bye}
            """,
        """
            main: {menu: {"1": {for: the end, go: bye}, "2": {for: a person, go: agent}}}
            """,
    ),
    Proof(
        "P04",
        "No circle without a listener",
        "Nobody could leave it, and it costs money until somebody notices.",
        "engineering",
        "Neither outcomes nor answers of desks alone lead a call back to where it was.",
        """
            desks:
              service: {number: "+8657100000001", busy: second, no_answer: bye, failed: bye}
              night: {number: "+8657100000002", busy: agent, no_answer: bye, failed: bye}
            nodes:
              main: {say: One moment., then: agent}
              second: {say: Another moment., transfer: night}
            """,
        """
            desks:
              service: {number: "+8657100000001", busy: second, no_answer: bye, failed: bye}
              night: {number: "+8657100000002", busy: bye, no_answer: bye, failed: bye}
            nodes:
              main: {say: One moment., then: agent}
              second: {say: Another moment., transfer: night}
            """,
    ),
    Proof(
        "P05",
        "Nobody listens to silence",
        "A caller who hears nothing believes that the line is dead.",
        "VoiceXML 2.0, 4.1.6 (prompts are queued before input is collected)",
        "Each step that ends in listening, in a recording or in the end of the call must say something first.",
        """
            main: {record: opinion, then: bye, nothing: agent}
            """,
        """
            main: {say: Tell us after the beep., record: opinion, then: bye, nothing: agent}
            """,
    ),
    Proof(
        "P06",
        "No secret is said, kept or shown",
        "A code or an ID number lives for the turn that uses it.",
        "PCI DSS, requirement 3",
        "Known secrets are typed and sent on the walk, and looked for in all words, variables, notes, reasons and messages.",
        """
            main: {say: The secret number., ask: pin, read_back: true, then: agent}
            """,
        """
            main: {say: The secret number., ask: pin, then: agent}
            """,
    ),
    Proof(
        "P07",
        "No action runs below its level of identity",
        "Otherwise somebody hears, or changes, what is another's.",
        "engineering",
        "In every state in which an action runs, the level that the call has proved is compared with the one that the action needs.",
        """
            identity: {verified: proof}
            nodes:
              main: {run: find_account, outcomes: {found: limits, not_found: agent, unavailable: agent}}
              limits: {run: withdrawal_limits, outcomes: {ok: told, unavailable: agent}}
              told: {say: "{{ fast_left | money }}", then: agent}
              proof: {say: "The last four characters of your ID, please.", ask: id_tail, as: id_tail, then: check}
              check: {run: verify_identity, outcomes: {ok: return, elsewhere: agent, mismatch: proof, locked: agent, frozen: agent, sim_changed: agent, unreachable: agent, unavailable: agent}}
            """,
        """
            identity: {verified: proof}
            nodes:
              main: {run: find_account, outcomes: {found: limits, not_found: agent, unavailable: agent}}
              limits: {run: withdrawal_limits, needs: verified, outcomes: {ok: told, unavailable: agent}}
              told: {say: "{{ fast_left | money }}", then: agent}
              proof: {say: "The last four characters of your ID, please.", ask: id_tail, as: id_tail, then: check}
              check: {run: verify_identity, outcomes: {ok: return, elsewhere: agent, mismatch: proof, locked: agent, frozen: agent, sim_changed: agent, unreachable: agent, unavailable: agent}}
            """,
    ),
    Proof(
        "P08",
        "An urgent call rings a human at any hour",
        "A stolen telephone does not wait for the morning.",
        "engineering",
        "At every hour that the desks can tell apart, a call that comes to an `urgent` transfer rings a desk. Only after a desk was sought in vain may it be another way.",
        """
            desks:
              service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}
              security: {number: "+8657100000002", hours: {mon-fri: 09:00-17:00}, closed: shut, busy: bye, no_answer: bye, failed: bye}
            nodes:
              main: {menu: {"1": {for: a stolen phone, go: stolen}, "2": {for: a person, go: agent}}}
              stolen: {say: One moment., transfer: security, urgent: true}
              shut: {say: "The desk is open from Monday to Friday, nine to five. Call again then.", then: bye}
            """,
        """
            desks:
              service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}
              security: {number: "+8657100000002", hours: always, busy: bye, no_answer: bye, failed: bye}
            nodes:
              main: {menu: {"1": {for: a stolen phone, go: stolen}, "2": {for: a person, go: agent}}}
              stolen: {say: One moment., transfer: security, urgent: true}
            """,
    ),
    Proof(
        "P09",
        "Every outcome of an action leads somewhere",
        "An outcome that was forgotten is a caller who is lost.",
        "engineering",
        "Every outcome that an action declares is tried wherever it runs, also `unavailable` and a slow one.",
        """
            main: {run: find_account, outcomes: {found: bye, not_found: agent}}
            """,
        """
            main: {run: find_account, outcomes: {found: bye, not_found: agent, unavailable: agent}}
            """,
    ),
    Proof(
        "P10",
        "A key that is said is taken",
        "Who is told to press a key and then hears that it is wrong gives up.",
        "ISO/IEC 13714",
        "What is said at each menu, in each language and at each try, is read for keys.",
        """
            main: {say: "For news, press 7.", menu: {"1": {for: the end, go: bye}, "2": {for: a person, go: agent}}}
            """,
        """
            main: {menu: {"1": {for: the end, go: bye}, "2": {for: a person, go: agent}}}
            """,
    ),
    Proof(
        "P11",
        "No closed desk is rung",
        "It would ring until the caller hangs up.",
        "engineering",
        "At every hour that the desks can tell apart, only open desks are rung.",
        """
            desks:
              service: {number: "+8657100000001", hours: {mon-fri: 09:00-17:00}, busy: bye, no_answer: bye, failed: bye}
            nodes:
              main: {say: Hello., then: agent}
            """,
        """
            desks:
              service: {number: "+8657100000001", hours: {mon-fri: 09:00-17:00}, closed: shut, busy: bye, no_answer: bye, failed: bye}
            nodes:
              main: {say: Hello., then: agent}
              shut: {say: "The desk is open from Monday to Friday, nine to five. Call again then.", then: bye}
            """,
    ),
    Proof(
        "P12",
        "Nothing breaks, with any value that was tried",
        "Then the caller hears an apology, and does not get what they came for.",
        "engineering",
        "No template, condition or loop of the menu raises an exception in any step.",
        """
            main: {say: "{{ 10 // (1 - 1) }} yuan.", then: agent}
            """,
        """
            main: {say: Ten yuan., then: agent}
            """,
    ),
    Proof(
        "P13",
        "Every node can be reached",
        "What nobody can come to is forgotten, or a key is missing.",
        "graph theory",
        "Each node is passed by some step of the walk; `ivr check` looks only at the arrows.",
        """
            main: {choose: [{if: "1 > 2", go: lost}], else: agent}
            lost: {say: Nobody hears this., then: bye}
            """,
        """
            main: {say: Hello., then: agent}
            """,
    ),
)
PROOFS: Mapping[str, Proof] = {proof.id: proof for proof in _PROOFS}


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that is broken, and the shortest way there."""

    proof: str
    node: str
    language: str
    what: str
    remedy: str
    way: tuple[Move, ...] = ()
    severity: str = "error"
    """``warning``: it needs something unlikely, or cannot be known for sure."""
