"""Checks of a hotline whose sections are well-formed: the hotline as a whole, and its single nodes.

:mod:`ivr.menu.checks.words` checks the words, :mod:`ivr.menu.checks.templates` the templates, and
:mod:`ivr.menu.checks.paths` where a call can go.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from typing import assert_never

from ivr.menu.checks.fallen_back import check_fallen_back
from ivr.menu.checks.markup import check_markup
from ivr.menu.checks.named_keys import check_named_keys
from ivr.menu.checks.paths import check_ways
from ivr.menu.checks.recorded import check_recorded
from ivr.menu.checks.templates import (
    check_braces,
    check_conditions,
    check_messages,
    check_templates,
    check_translated_values,
    template_texts,
)
from ivr.menu.checks.timezones import zone, zone_meant, zone_misleads
from ivr.menu.checks.voices import check_voices
from ivr.menu.checks.words import check_words
from ivr.menu.graph.flow import Flow
from ivr.menu.graph.languages import languages_heard
from ivr.menu.language.contract import Contract
from ivr.menu.language.desks import Desk
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.nodes import (
    FIXED_LENGTHS,
    USUAL_LENGTHS,
    AskNode,
    ChooseNode,
    EndNode,
    HandoffNode,
    MenuNode,
    Node,
    RecordNode,
    RunNode,
    SayNode,
    SetNode,
    TextNode,
)
from ivr.menu.language.options import NamedOption, names_in, target_of
from ivr.menu.language.suggestions import did_you_mean, nearest, one_of
from ivr.menu.language.words_files import words_for
from ivr.menu.opening_hours import knows_holidays, may_close, narrowest_names
from ivr.menu.reading.draft import Draft
from ivr.menu.speech.templates import RESERVED, is_template


def check(draft: Draft, hotline: Hotline, contracts: Mapping[str, Contract]) -> None:
    """Note every problem of a hotline whose files have been declared."""
    _whole(draft, hotline)
    _desks(draft, hotline)
    for name, node in draft.nodes.items():
        _node(draft, hotline, name, node, contracts)
    flow = Flow(hotline, draft.nodes, contracts)
    draft.heard = languages_heard(flow)
    check_words(draft, hotline, draft.heard)
    check_fallen_back(draft, hotline, draft.heard)
    check_named_keys(draft, hotline)
    texts = template_texts(draft, hotline)
    check_templates(draft, texts)
    check_conditions(draft, contracts, texts)
    check_messages(draft, contracts, texts)
    check_braces(draft, texts)
    check_markup(draft, hotline, texts)
    check_recorded(draft, hotline, texts)
    check_ways(draft, flow, texts)
    check_translated_values(draft, texts)


# --- the hotline as a whole


def _whole(draft: Draft, hotline: Hotline) -> None:
    for field, name in (("start", hotline.start), ("agent", hotline.agent)):
        if name not in draft.names:
            written = draft.top is not None and field in draft.top.section
            what = f"there is no node `{name}`"
            if written:
                what = f"`{field}` names `{name}`, and there is no such node"
            remedy = did_you_mean(name, draft.node_names(), "" if written else draft.remedy_without_agent())
            draft.note("", (field,), what, remedy)
    for level, name in hotline.identity.items():
        draft.check_target("", ("identity", level), name)
    if zone(hotline.timezone) is None:
        remedy = zone_meant(hotline.timezone)
        draft.note("", ("timezone",), f"there is no time zone `{hotline.timezone}`", remedy)
    elif misleads := zone_misleads(hotline.timezone):
        draft.note("", ("timezone",), *misleads, severity="warning")
    if len(set(hotline.languages)) < len(hotline.languages):
        draft.note("", ("languages",), "a language stands twice", "keep one of the two")
    _names_of_options(draft, hotline, "", "anywhere", hotline.anywhere)
    check_voices(draft, hotline)
    for name, text in hotline.variables.items():
        _variable_name(draft, "", ("variables", name), name)
        if is_template(text):
            what = "a first value is a plain text, and no template"
            draft.note("", ("variables", name), what, "set it in a `set` node")
    _begin_in(draft, hotline)
    _fall_back(draft, hotline)


def _begin_in(draft: Draft, hotline: Hotline) -> None:
    begin = hotline.begin_in
    named = [(("countries", country), language) for country, language in begin.countries.items()]
    for path, language in [*named, (("elsewhere",), begin.elsewhere)]:
        if language and language not in hotline.languages:
            _unknown_language(draft, hotline, "", ("begin_in", *path), language)


def _fall_back(draft: Draft, hotline: Hotline) -> None:
    """Note languages that fall back in a circle, or where nothing falls back. The loader notes words that are not there."""
    first = hotline.languages[0]
    for language in hotline.fall_back:
        chain = hotline.sources_of_words(language)
        if language == first:
            what = f"`{first}` is the hotline's first language, which has all words"
            draft.note("", ("fall_back", language), what, "delete it")
        elif hotline.fall_back.get(chain[-1]) == language:
            circle = " → ".join(f"`{each}`" for each in [*chain, language])
            draft.note(
                "", ("fall_back", language), f"the languages fall back in a circle: {circle}", "delete one"
            )
        elif language not in [*hotline.languages, *hotline.fall_back.values()]:
            _unknown_language(draft, hotline, "", ("fall_back", language), language)


def _unknown_language(
    draft: Draft, hotline: Hotline, node: str, path: tuple[str, ...], language: str
) -> None:
    what = f"`{language}` is not among the hotline's `languages:`"
    draft.note(node, path, what, did_you_mean(language, hotline.languages))


def _names_of_options(
    draft: Draft, hotline: Hotline, node: str, field: str, options: Mapping[str, str | NamedOption]
) -> None:
    """Note options whose words in another language would be the same, because they have the same name."""
    keys: dict[str, list[str]] = {}
    for key, name in names_in(options).items():
        if getattr(options[key], "language", None) is None:
            keys.setdefault(name, []).append(key)
    for name, alike in keys.items():
        spoken = any(isinstance(each := options[key], NamedOption) and _has_words(each) for key in alike)
        for number, key in enumerate(alike[1:] if spoken and len(hotline.languages) > 1 else (), 2):
            what = f"`{key}` and `{alike[0]}` are both called `{name}`, under which their words stand in another language"
            draft.note(node, (field, key), what, f"write `name: {name}_{number}`, or a better one, for it")


def _has_words(option: NamedOption) -> bool:
    return option.announcement is not None or bool(option.hear)


def _variable_name(draft: Draft, node: str, path: tuple[str, ...], name: str) -> None:
    if name in RESERVED:
        draft.note(node, path, f"`{name}` has a meaning of its own", "choose another name for the variable")


def _desks(draft: Draft, hotline: Hotline) -> None:
    for name, desk in hotline.desks.items():
        _days_named_twice(draft, name, desk)
        if may_close(desk) and desk.closed is None:
            what = f"the desk `{name}` closes, and nothing says what follows"
            remedy = "add `closed:` with a node, such as a voicemail"
            draft.note("", ("desks", name), what, remedy, rule="H07")
        if desk.holidays and not knows_holidays(desk.holidays):
            what = f"the holidays of `{desk.holidays}` are not known"
            draft.note("", ("desks", name, "holidays"), what, "write the days under `closed_on:`")
        for follow_up, target in desk.follow_ups.items():
            draft.check_target("", ("desks", name, follow_up.value), target)


def _days_named_twice(draft: Draft, name: str, desk: Desk) -> None:
    """Note hours of which nobody can say which ones hold, at the first such day of each two names."""
    told = set[str]()
    for weekday, day in enumerate(calendar.day_name if isinstance(desk.hours, dict) else ()):
        names = narrowest_names(desk.hours, weekday)
        if len(names) > 1 and names[1] not in told:
            told.add(names[1])
            what = f"`{names[0]}` and `{names[1]}` both name {day}"
            draft.note("", ("desks", name, "hours", names[1]), what, "name it once")


# --- single nodes


def _node(draft: Draft, hotline: Hotline, name: str, node: Node, contracts: Mapping[str, Contract]) -> None:
    if node.needs and node.needs not in draft.typed("identity"):
        remedy = f"add `identity: {{{node.needs}: …}}` to the hotline with the node that begins the questions"
        draft.note(name, ("needs",), f"nothing says how a caller becomes `{node.needs}`", remedy)
    if node.desk is not None and node.desk not in draft.typed("desks"):
        remedy = did_you_mean(node.desk, hotline.desks, "add it under `desks:`")
        draft.note(name, (node.kind,), f"there is no desk `{node.desk}`", remedy)
    match node:
        case MenuNode():
            _menu(draft, hotline, name, node)
        case AskNode():
            _ask(draft, hotline, name, node)
        case RunNode():
            _run(draft, name, node, contracts)
        case SetNode():
            _set(draft, hotline, name, node)
        case SayNode(language=str(language)) if language not in hotline.languages:
            _unknown_language(draft, hotline, name, ("language",), language)
        case SayNode() | ChooseNode() | HandoffNode() | RecordNode() | TextNode() | EndNode():
            pass  # their targets, templates and words are checked with everybody's
        case other:
            assert_never(other)


def _menu(draft: Draft, hotline: Hotline, name: str, node: MenuNode) -> None:
    _names_of_options(draft, hotline, name, "menu", node.menu)
    several_digits = node.wait or max(map(len, node.menu)) > 1
    for key, option in node.menu.items():
        if option.language and option.language not in hotline.languages:
            _unknown_language(draft, hotline, name, ("menu", key, "language"), option.language)
        shorter = (key[:length] for length in range(1, len(key)))
        taken = next((each for each in shorter if each in node.menu or each in hotline.anywhere), None)
        if taken and not node.wait:
            what = f"`{key}` can never be pressed, because `{taken}` is taken at once"
            draft.note(name, ("menu", key), what, "choose other keys, or add `wait: true` to the menu")
        if "#" in key and several_digits:
            what = "in a menu with keys of several digits `#` ends the entry"
            draft.note(name, ("menu", key), what, "choose another key")
        if key in hotline.anywhere and target_of(hotline.anywhere[key]) != option.go:
            _other_meaning(draft, hotline, name, key)


def _other_meaning(draft: Draft, hotline: Hotline, name: str, key: str, field: str = "menu") -> None:
    """Note a key that has another meaning under `anywhere:`. It is an error only for the human's key."""
    target, remedy = target_of(hotline.anywhere[key]), "choose another key for this option"
    if target == hotline.agent:
        what = f"`{key}` means the human everywhere, and something else here"
        draft.note(name, (field, key), what, remedy, rule="M09" if key == "0" else "M05")
    else:
        what = f"`{key}` means `{target}` everywhere, and something else here"
        draft.note(name, (field, key), what, remedy, severity="warning", rule="M05")


def _ask(draft: Draft, hotline: Hotline, name: str, node: AskNode) -> None:
    _names_of_options(draft, hotline, name, "keys", node.keys)
    for path, what, remedy in _ask_problems(node):
        draft.note(name, (path,), what, remedy, rule="D05" if path == "read_back" else "")
    written = node.length or USUAL_LENGTHS.get(node.ask) or str(FIXED_LENGTHS.get(node.ask, 99))
    most = int(written.partition("-")[2] or written)
    for key, option in node.keys.items():
        if "#" in key:
            draft.note(name, ("keys", key), "`#` ends an entry and is no key beside it", "choose a digit")
        elif len(key) >= most:
            what = f"`{key}` is as long as the entry, and would be taken for it"
            draft.note(name, ("keys", key), what, "choose a shorter key")
        elif key in hotline.anywhere and target_of(hotline.anywhere[key]) != option.go:
            _other_meaning(draft, hotline, name, key, "keys")
    if node.as_ is None and name in RESERVED:
        what = f"`{name}` has a meaning of its own, and the entry would be kept under the node's name"
        draft.note(name, ("ask",), what, "give the node another name, or add `as:` with one for the variable")
    else:
        _variable_name(draft, name, ("as",), node.variable(name))


def _ask_problems(node: AskNode) -> list[tuple[str, str, str]]:
    """Return the problems of an entry. Each has the key it belongs to, what is wrong, and the remedy."""
    found: list[tuple[str, str, str]] = []
    if node.ask == "yes_no":
        if not (node.then or (node.yes and node.no)):
            found.append(("ask", "nothing says what follows", "add `yes:` and `no:`, or `then:`"))
    elif node.then is None:
        found.append(("ask", "`then` is missing", "add `then:` with the node that follows a good entry"))
    if node.ask != "yes_no":
        typed = [field for field in ("yes", "no") if getattr(node, field)]
        found += [(field, f"`{field}` is for `ask: yes_no`", "write `then:`") for field in typed]
    if node.ask == "digits" and node.length is None:
        found.append(("ask", "`digits` does not say how many", "add `length: 6`, or `length: 4-8`"))
    if node.ask == "digits" and node.length == "1" and node.range is None:
        what = "an entry of one digit takes `0` for a number, and the human is never reached with it"
        found.append(("length", what, "add `range: 1-9`, or offer the digits in a menu"))
    if node.length and node.ask not in ("digits", "code", "pin"):
        remedy = f"delete it: it is {FIXED_LENGTHS[node.ask]}" if node.ask in FIXED_LENGTHS else "delete it"
        found.append(("length", f"`length` is not for `{node.ask}`", remedy))
    if node.range and node.ask not in ("digits", "amount"):
        found.append(("range", f"`range` is not for `{node.ask}`", "delete it"))
    if node.read_back and node.is_secret:
        found.append(("read_back", "a secret must not be read back", "delete `read_back`"))
    return found


_NO_ACCOUNTS = (
    "name one in actions.yaml: a module with `open_accounts` under `python:`, or a service under `accounts:` "
    "(`resets: true` for resets); see docs/actions.md"
)


def _run(draft: Draft, name: str, node: RunNode, contracts: Mapping[str, Contract]) -> None:
    contract = contracts.get(node.run)
    if contract and not contract.outcomes and not draft.all_actions_known:
        return  # what stands in actions.yaml are the times of an action of the module
    if contract is None:
        if node.run in draft.withheld:
            what = f"`{node.run}` asks the company's account service, and this hotline has none"
            if draft.actions and (draft.actions.python or draft.actions.accounts):
                what = f"`{node.run}` asks more of the account service than the hotline's can do"
            draft.note(name, ("run",), what, _NO_ACCOUNTS)
        elif draft.all_actions_known:
            draft.note(name, ("run",), f"there is no action `{node.run}`", did_you_mean(node.run, contracts))
        return
    known = contract.all_outcomes()
    unrouted = [outcome for outcome in known if outcome not in node.outcomes]
    for outcome in node.outcomes.keys() - known.keys():
        what, meant = f"`{node.run}` has no outcome `{outcome}`", nearest(outcome, unrouted)
        draft.note(name, ("outcomes", outcome), what, did_you_mean(outcome, unrouted, one_of(known)))
        unrouted = [each for each in unrouted if each != meant]
    for outcome in unrouted:
        what = f"the outcome `{outcome}` of `{node.run}` leads nowhere ({known[outcome].means.rstrip('.')})"
        draft.note(name, ("outcomes",), what, f"add `{outcome}:` with the node that follows", rule="E07")
    sends = [name for name, outcome in known.items() if outcome.texts is not None]
    if sends and node.text is None:
        what = f"`{node.run}` sends a message when it ends as `{sends[0]}`, and there are no words for it"
        draft.note(name, ("run",), what, "add `text:` with the message")
    if node.text is not None and not sends:
        draft.note(name, ("text",), f"`{node.run}` sends no message", "delete it, or write a `text` node")
    for given in node.with_.keys() - contract.inputs.keys():
        what = f"`{node.run}` takes no `{given}`"
        draft.note(name, ("with", given), what, did_you_mean(given, contract.inputs, "delete it"))


def _set(draft: Draft, hotline: Hotline, name: str, node: SetNode) -> None:
    for variable, text in node.set.items():
        if not isinstance(text, str):
            _translated(draft, hotline, name, variable, text)
        if variable != "language":
            _variable_name(draft, name, ("set", variable), variable)
        elif not isinstance(text, str):
            what, remedy = (
                "the language cannot have words for each language",
                "write one, such as `language: en-US`",
            )
            draft.note(name, ("set", variable), what, remedy)
        elif not is_template(text) and text not in hotline.languages:
            _unknown_language(draft, hotline, name, ("set", variable), text)


def _translated(draft: Draft, hotline: Hotline, name: str, variable: str, texts: Mapping[str, str]) -> None:
    """Note a value that lacks the words of a language, or has those of one that the hotline does not speak."""
    for language in texts.keys() - {*hotline.languages, *hotline.fall_back.values()}:
        _unknown_language(draft, hotline, name, ("set", variable, language), language)
    for language in hotline.languages:
        if words_for(texts, hotline, language) is None:
            what = f"`{variable}` has no words in `{language}`"
            draft.note(name, ("set", variable), what, f"add `{language}: …`", rule="W11")
