"""What is wrong with the shape of a hotline, although each of its sections is well written.

Every check is a small function that notes problems in a draft; :func:`check` names them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ivr.menu import phrases
from ivr.menu.compiler import OptionSpeech, option_speech, target_of
from ivr.menu.contract import Contract, Level
from ivr.menu.desks import knows_holidays
from ivr.menu.flow import Flow
from ivr.menu.nodes import (
    FIXED_LENGTHS,
    SPECIAL_TARGETS,
    Anywhere,
    AskNode,
    ChooseNode,
    Hotline,
    Listening,
    MenuNode,
    Node,
    NodeWords,
    OptionWords,
    Recorded,
    RunNode,
    SetNode,
    TextNode,
    TransferNode,
    wordings,
)
from ivr.menu.problems import did_you_mean
from ivr.menu.templates import FACTS, examine

if TYPE_CHECKING:
    from ivr.menu.loader import Draft, VoiceProblem


def check(draft: Draft, contracts: Mapping[str, Contract], voice_problem: VoiceProblem | None) -> None:
    """Note every structural problem. Reachability is judged only when every node could be read."""
    hotline = draft.hotline
    assert hotline is not None
    _hotline(draft, hotline, voice_problem)
    for name, node in draft.nodes.items():
        _node(draft, hotline, name, node, contracts)
    for language in hotline.languages:
        _language(draft, hotline, language)
    flow = Flow(hotline, draft.nodes, contracts)
    _targets(draft, hotline, flow)
    _templates(draft, hotline, flow)
    if len(draft.nodes) == len(draft.names) and not any(p.severity == "error" for p in draft.problems):
        _reach(draft, flow)
        _knowledge(draft, flow, contracts)


# --- the hotline as a whole


def _hotline(draft: Draft, hotline: Hotline, voice_problem: VoiceProblem | None) -> None:
    from ivr.menu.loader import zone

    for field, name in (("start", hotline.start), ("agent", hotline.agent)):
        if name not in draft.names:
            written = draft.top is not None and field in draft.top
            what = f"`{field}` names `{name}`, and there is no such node"
            remedy = (
                did_you_mean(name, draft.names) if written else f"write a node `{name}`: it is the human's"
            )
            draft.problem("", (field,), what, remedy)
    for level, name in hotline.identity.items():
        if name not in draft.names:
            draft.problem(
                "", ("identity", level), f"there is no node `{name}`", did_you_mean(name, draft.names)
            )
    if zone(hotline.timezone) is None:
        from zoneinfo import available_timezones

        remedy = did_you_mean(hotline.timezone, available_timezones(), "write one such as `Asia/Shanghai`")
        draft.problem("", ("timezone",), f"there is no time zone `{hotline.timezone}`", remedy)
    if len(set(hotline.languages)) < len(hotline.languages):
        draft.problem("", ("languages",), "a language stands twice", "keep one of the two")
    for language, voice in hotline.voices.items():
        if language not in hotline.languages:
            remedy = did_you_mean(language, hotline.languages)
            draft.problem("", ("voices", language), f"`{language}` is not among `languages:`", remedy)
        elif voice_problem and (wrong := voice_problem(language, voice)):
            draft.problem("", ("voices", language), wrong, "choose a voice of this language")
    _desks(draft, hotline)


def _desks(draft: Draft, hotline: Hotline) -> None:
    for name, desk in hotline.desks.items():
        sometimes_closed = desk.hours != "always" or desk.closed_on or desk.holidays
        if sometimes_closed and desk.closed is None:
            what = f"the desk `{name}` closes, and nothing says what follows"
            draft.problem("", ("desks", name), what, "add `closed:` with a node, such as a voicemail")
        if desk.holidays and not knows_holidays(desk.holidays):
            what = f"the holidays of `{desk.holidays}` are not known"
            draft.problem("", ("desks", name, "holidays"), what, "write the days under `closed_on:`")
        for field in ("closed", "busy", "no_answer", "failed"):
            target = getattr(desk, field)
            if target and target not in draft.names:
                what = f"there is no node `{target}`"
                draft.problem("", ("desks", name, field), what, did_you_mean(target, draft.names))


# --- single nodes


def _node(draft: Draft, hotline: Hotline, name: str, node: Node, contracts: Mapping[str, Contract]) -> None:
    if node.needs and node.needs not in hotline.identity:
        remedy = f"add `identity: {{{node.needs}: …}}` to the hotline with the node that begins the questions"
        draft.problem(name, ("needs",), f"nothing says how a caller becomes `{node.needs}`", remedy)
    match node:
        case MenuNode():
            _menu(draft, hotline, name, node)
        case AskNode():
            _ask(draft, name, node)
        case RunNode():
            _run(draft, name, node, contracts)
        case TransferNode() if node.transfer not in hotline.desks:
            remedy = did_you_mean(node.transfer, hotline.desks, "add it under `desks:`")
            draft.problem(name, ("transfer",), f"there is no desk `{node.transfer}`", remedy)
        case SetNode() if "language" in node.set and "{{" not in node.set["language"]:
            language = node.set["language"]
            if language not in hotline.languages:
                remedy = did_you_mean(language, hotline.languages)
                draft.problem(name, ("set", "language"), f"`{language}` is not among `languages:`", remedy)


def _menu(draft: Draft, hotline: Hotline, name: str, node: MenuNode) -> None:
    for key, option in node.menu.items():
        if option.language and option.language not in hotline.languages:
            remedy = did_you_mean(option.language, hotline.languages)
            what = f"`{option.language}` is not among `languages:`"
            draft.problem(name, ("menu", key, "language"), what, remedy)
        if node.wait:
            continue
        longer = [other for other in node.menu if other != key and other.startswith(key)]
        for other in longer:
            what = f"`{other}` can never be pressed, because `{key}` is taken at once"
            draft.problem(name, ("menu", other), what, "choose other keys, or add `wait: true` to the menu")
    if node.wait and "#" in node.menu:
        draft.problem(name, ("menu", "#"), "in a menu that waits, `#` ends the entry", "choose another key")
    if "0" in node.menu and "0" in hotline.anywhere:
        what = "`0` means the human everywhere, and something else here"
        draft.problem(name, ("menu", "0"), what, "choose another key for this option")


def _ask(draft: Draft, name: str, node: AskNode) -> None:
    if node.ask == "yes_no":
        if not (node.then or (node.yes and node.no)):
            draft.problem(
                name, ("ask",), "`yes_no` does not say where to go", "add `yes:` and `no:`, or `then:`"
            )
    elif node.then is None:
        draft.problem(
            name, ("ask",), "`then` is missing", "add `then:` with the node that follows a good entry"
        )
    elif node.yes or node.no:
        draft.problem(
            name, ("yes" if node.yes else "no",), "`yes` and `no` are for `ask: yes_no`", "write `then:`"
        )
    if node.ask == "digits" and node.length is None:
        draft.problem(name, ("ask",), "`digits` does not say how many", "add `length: 6`, or `length: 4-8`")
    if node.length and node.ask not in ("digits", "code", "pin"):
        what = f"`length` is not for `{node.ask}`"
        remedy = f"delete it: it is {FIXED_LENGTHS[node.ask]}" if node.ask in FIXED_LENGTHS else "delete it"
        draft.problem(name, ("length",), what, remedy)
    if node.range and node.ask not in ("digits", "amount"):
        draft.problem(name, ("range",), f"`range` is not for `{node.ask}`", "delete it")
    if node.is_secret and node.read_back:
        draft.problem(name, ("read_back",), "a secret must not be read back", "delete `read_back`")


def _run(draft: Draft, name: str, node: RunNode, contracts: Mapping[str, Contract]) -> None:
    contract = contracts.get(node.run)
    if contract is None:
        draft.problem(name, ("run",), f"there is no action `{node.run}`", did_you_mean(node.run, contracts))
        return
    known = contract.all_outcomes()
    for outcome in node.outcomes:
        if outcome not in known:
            what = f"`{node.run}` has no outcome `{outcome}`"
            draft.problem(name, ("outcomes", outcome), what, did_you_mean(outcome, known))
    for outcome, promised in known.items():
        if outcome not in node.outcomes:
            what = f"the outcome `{outcome}` of `{node.run}` leads nowhere ({promised.means.rstrip('.')})"
            draft.problem(name, ("outcomes",), what, f"add `{outcome}:` with the node that follows")
    for given in node.with_:
        if given not in contract.inputs:
            what = f"`{node.run}` takes no `{given}`"
            draft.problem(name, ("with", given), what, did_you_mean(given, contract.inputs, "delete it"))


# --- words


def _language(draft: Draft, hotline: Hotline, language: str) -> None:
    first = hotline.languages[0]
    words = draft.words.get(language)
    if language != first and words is None:
        return
    own = hotline.phrases if words is None else words.phrases
    missing = phrases.complete(language, own)[1]
    if missing:
        what = f"the machine has no sentences in `{language}` for {', '.join(missing)}"
        remedy = "add them under `phrases:`"
        if words is None:
            draft.problem("", ("languages",), what, remedy)
        else:
            draft.word_problem(language, "", ("phrases",), what, remedy)
    if words is not None:
        _translated(draft, hotline, language)
    for name, node in draft.nodes.items():
        if isinstance(node, MenuNode):
            node_words = words.nodes.get(name) if words else None
            _announced(draft, hotline, language, name, node, node_words)


def _translated(draft: Draft, hotline: Hotline, language: str) -> None:
    words = draft.words[language]
    for name, own in words.nodes.items():
        if name not in draft.names:
            draft.word_problem(
                language, name, ("nodes", name), "there is no such node", did_you_mean(name, draft.names)
            )
        elif name in draft.nodes and isinstance(own, NodeWords):
            _superfluous(draft, language, name, draft.nodes[name], own)
    for name, node in draft.nodes.items():
        lacking = list(_lacking(node, words.nodes.get(name)))
        if lacking:
            path = ("nodes", name) if name in words.nodes else ("nodes",)
            what = f"the words for {', '.join(f'`{part}`' for part in lacking)} are missing in `{language}`"
            draft.word_problem(language, name, path, what, f"add them under `{name}:`")
    for key in words.anywhere:
        if key not in hotline.anywhere:
            what = f"`{key}` is no key of the hotline's `anywhere:`"
            draft.word_problem(language, "", ("anywhere", key), what, did_you_mean(key, hotline.anywhere))
    for key, entry in hotline.anywhere.items():
        spoken = words.anywhere.get(key)
        if isinstance(entry, Anywhere) and entry.for_ and not (spoken and spoken.for_):
            what = f"the words of the key `{key}` are missing in `{language}`"
            draft.word_problem(language, "", ("anywhere",), what, f'add `"{key}": {{for: …}}`')


def _lacking(node: Node, own: str | NodeWords | None) -> Iterator[str]:
    """Yield the fields of a node that are spoken in the first language and have no words in another."""
    spoken = NodeWords(say=own) if isinstance(own, str) else own or NodeWords()
    for field in ("say", "end", "noinput", "nomatch", "text"):
        if getattr(node, field, None) is not None and getattr(spoken, field) is None:
            yield field
    if isinstance(node, MenuNode):
        for key, option in node.menu.items():
            words = spoken.menu.get(key)
            said = words.for_ if isinstance(words, OptionWords) else words
            if option.for_ and option.language is None and not said:
                yield f"menu {key}"


def _superfluous(draft: Draft, language: str, name: str, node: Node, own: NodeWords) -> None:
    for field in ("say", "end", "noinput", "nomatch", "text"):
        if getattr(own, field) is not None and not hasattr(node, field):
            what = f"the node has no `{field}`"
            draft.word_problem(
                language, name, ("nodes", name, field), what, "delete it, or move it to its node"
            )
    for key in own.menu:
        if not isinstance(node, MenuNode) or key not in node.menu:
            known = node.menu if isinstance(node, MenuNode) else ()
            what = f"the menu has no key `{key}`"
            draft.word_problem(
                language, name, ("nodes", name, "menu", key), what, did_you_mean(key, known, "delete it")
            )
        elif isinstance(node, MenuNode) and node.menu[key].language:
            what = f"the option `{key}` is always spoken in `{node.menu[key].language}`"
            draft.word_problem(language, name, ("nodes", name, "menu", key), what, "delete it here")


_SAID_KEY = re.compile(
    r"(?:请?按|拨)\s*(?P<zh>[0-9]|星号?|井号?|\*|#)(?:号?键)?|\b(?:press|dial)\s+(?P<en>[0-9]|star|pound|hash|\*|#)\b",
    re.IGNORECASE,
)
_KEY_NAMES = {"星": "*", "星号": "*", "star": "*", "井": "#", "井号": "#", "pound": "#", "hash": "#"}


def said_keys(text: str) -> list[str]:
    """Return the keys that a text tells a caller to press."""
    found = (match["zh"] or match["en"] for match in _SAID_KEY.finditer(text))
    return [_KEY_NAMES.get(key.lower(), key) for key in found]


def _announced(
    draft: Draft, hotline: Hotline, language: str, name: str, node: MenuNode, words: str | NodeWords | None
) -> None:
    """A key that is said must be taken, and a key that is taken must be said."""
    is_first = language == hotline.languages[0]
    own: Node | NodeWords = (
        node if is_first else words if isinstance(words, NodeWords) else NodeWords(say=words)
    )
    texts = [
        (field, wording.text if isinstance(wording, Recorded) else wording)
        for field in ("say", "noinput", "nomatch")
        for wording in wordings(getattr(own, field, None))
    ]

    def note(path: tuple[object, ...], what: str, remedy: str) -> None:
        if is_first:
            draft.problem(name, path, what, remedy)
        elif name in draft.words[language].nodes:
            draft.word_problem(language, name, ("nodes", name, *path), what, remedy)

    for field, text in texts:
        for key in said_keys(text):
            if key not in node.menu and key not in hotline.anywhere:
                note(
                    (field,),
                    f"the words say `{key}`, and the menu does not take it",
                    f'add `"{key}":`, or change the words',
                )
    said = {key for field, text in texts if field == "say" for key in said_keys(text)}
    for option in option_speech(node, language, hotline.languages[0], words):
        if (
            not option.purpose
            and option.key not in said
            and not _lacks_words(node, option, is_first=is_first)
        ):
            note(
                ("menu", option.key),
                f"the key `{option.key}` is taken, and nothing says so",
                "add `for:` to it",
            )


def _lacks_words(node: MenuNode, option: OptionSpeech, *, is_first: bool) -> bool:
    """Whether the words of an option are merely not translated yet, which is another problem."""
    return not is_first and bool(node.menu[option.key].for_)


# --- ways


def _targets(draft: Draft, hotline: Hotline, flow: Flow) -> None:
    for name, node in flow.nodes.items():
        for edge in flow.edges[name]:
            if edge.path[:1] in {("transfer",), ("anywhere",), ("needs",)} or edge.target in draft.names:
                continue
            if edge.path == ("after_tries",) and not getattr(node, "after_tries", None):
                continue
            if edge.target in SPECIAL_TARGETS:
                _special_target(draft, flow, name, edge.target, edge.path)
            else:
                what = f"there is no node `{edge.target}`"
                draft.problem(name, edge.path, what, did_you_mean(edge.target, draft.names))
    for key, entry in hotline.anywhere.items():
        target = target_of(entry)
        if target not in draft.names and target not in ("back", "repeat"):
            what = f"there is no node `{target}`"
            draft.problem("", ("anywhere", key), what, did_you_mean(target, [*draft.names, "back", "repeat"]))


def _special_target(draft: Draft, flow: Flow, name: str, target: str, path: tuple[str | int, ...]) -> None:
    if target == "repeat" and not isinstance(flow.nodes[name], Listening):
        draft.problem(name, path, "`repeat` is for menus and entries", "name a node, or write `back`")
    if target == "return" and not flow.hotline.identity:
        what = "`return` leads back from the questions of identity, and the hotline has none"
        draft.problem(name, path, what, "name a node, or add `identity:`")


def _reach(draft: Draft, flow: Flow) -> None:
    reachable = flow.reachable()
    ending = flow.can_end()
    for name in flow.nodes:
        if name not in reachable:
            draft.problem(name, (), "no call can come here", "lead an option or a `then:` here, or delete it")
        elif name not in ending:
            draft.problem(
                name,
                (),
                "no ending can be reached from here by its own keys and ways",
                "lead it to an `end`, a `transfer`, or `back`",
            )
    for loop in flow.fast_loops():
        what = f"a loop in which nobody listens to the caller: {' → '.join([*loop, loop[0]])}"
        draft.problem(loop[0], (), what, "put a menu or an entry into it, or lead it out")


def _knowledge(draft: Draft, flow: Flow, contracts: Mapping[str, Contract]) -> None:
    """A variable that is used must have a value, and an action must be run at its level of identity."""
    for name, at in flow.knowledge().items():
        node = flow.nodes[name]
        level = max(at.level, Level[node.needs]) if node.needs else at.level
        available = at.variables | FACTS.keys()
        for path, source, language in _sources(draft, flow.hotline, name, node):
            uses = examine(source, flow.hotline.languages[0], expression=path[-1:] == ("if",))
            for variable in sorted(uses.variables - available):
                remedy = did_you_mean(
                    variable,
                    available,
                    f"set it on every way to this node, or write `{variable} | default(…)`",
                )
                note = f"`{variable}` may have no value here"
                if language is None:
                    draft.problem(name, path, note, remedy)
                else:
                    draft.word_problem(language, name, ("nodes", name, *path), note, remedy)
        if isinstance(node, RunNode):
            _inputs(draft, name, node, contracts[node.run], available, level)


def _inputs(
    draft: Draft, name: str, node: RunNode, contract: Contract, available: Iterable[str], level: Level
) -> None:
    for wanted, meaning in contract.inputs.items():
        if wanted not in node.with_ and wanted not in available:
            what = f"`{node.run}` needs `{wanted}` ({meaning.rstrip('.')}), which may have no value here"
            draft.problem(
                name, ("run",), what, f"ask for it right before, or give it with `with: {{{wanted}: …}}`"
            )
    if level < contract.needs:
        what = f"`{node.run}` is only for callers who are `{contract.needs.name}`"
        draft.problem(name, ("run",), what, f"add `needs: {contract.needs.name}` to this node")


# --- templates


Source = tuple[tuple[str | int, ...], str, str | None]
"""Where a template stands in its node, the template, and the language of its words file (None: in the tree)."""


def _sources(draft: Draft, hotline: Hotline, name: str, node: Node) -> Iterator[Source]:
    """Yield every text of a node in which a template may stand."""
    yield from ((path, text, None) for path, text in _spoken(node))
    match node:
        case RunNode():
            yield from ((("with", key), text, None) for key, text in node.with_.items())
        case SetNode():
            yield from ((("set", key), text, None) for key, text in node.set.items())
        case ChooseNode():
            yield from ((("choose", number, "if"), case.if_, None) for number, case in enumerate(node.choose))
        case TextNode() if node.to:
            yield ("to",), node.to, None
        case TransferNode() if node.reason:
            yield ("reason",), node.reason, None
        case MenuNode():
            yield from ((("menu", key, "for"), option.for_ or "", None) for key, option in node.menu.items())
    for language in hotline.languages[1:]:
        words = draft.words.get(language)
        own = words.nodes.get(name) if words else None
        if isinstance(own, str):
            yield (), own, language
        elif own is not None:
            yield from ((path, text, language) for path, text in _spoken(own))
            for key, said in own.menu.items():
                text = (said.for_ or "") if isinstance(said, OptionWords) else said
                yield ("menu", key), text, language


def _spoken(words: Node | NodeWords) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for field in ("say", "end", "noinput", "nomatch", "text"):
        for wording in wordings(getattr(words, field, None)):
            yield (field,), wording.text if isinstance(wording, Recorded) else wording


def _templates(draft: Draft, hotline: Hotline, flow: Flow) -> None:
    secrets = {
        node.as_ or name for name, node in flow.nodes.items() if isinstance(node, AskNode) and node.is_secret
    }
    for name, node in flow.nodes.items():
        for path, source, language in _sources(draft, hotline, name, node):
            uses = examine(source, language or hotline.languages[0], expression=path[-1:] == ("if",))
            note: Callable[[str, str], None] = _noter(draft, name, path, language)
            for mistake in uses.mistakes:
                note(mistake.what, mistake.remedy)
            for secret in sorted(uses.variables & secrets):
                if path[:1] != ("with",):
                    note(
                        f"`{secret}` is a secret", "give it to an action only; it is never said, sent or kept"
                    )


def _noter(
    draft: Draft, name: str, path: tuple[str | int, ...], language: str | None
) -> Callable[[str, str], None]:
    def note(what: str, remedy: str) -> None:
        if language is None:
            draft.problem(name, path, what, remedy)
        else:
            draft.word_problem(language, name, ("nodes", name, *path), what, remedy)

    return note
