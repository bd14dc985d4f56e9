"""Small menus, each full of what one clever part of the explorer must not lose."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ivr.menu.language.contract import Contract, Outcome
from ivr.menu.tree import Tree
from tests.support.engine_call import CONTRACTS as USUAL
from tests.support.engine_call import tree_of
from tests.support.menus import bilingual

CONTRACTS: Mapping[str, Contract] = {
    **USUAL,
    "weather": Contract(
        "weather",
        "Tells the weather.",
        {"told": Outcome("It is known.", {"degrees": "Celsius.", "sky": "A word."})},
    ),
    "skies": Contract("skies", "Tells the sky.", {"told": Outcome("It is known.", {"sky": "A word."})}),
    "find": Contract(
        "find",
        "Finds the account of a number.",
        {
            "found": Outcome("There is one.", finds_account=True),
            "none": Outcome("There is none."),
        },
    ),
}

IDENTITY = """
    main: {tries: 2, menu: {"1": {for: the balance, go: balance}, "2": {for: who you are, go: asked}}}
    find: {run: look_up, outcomes: {found: return, not_found: bye, unavailable: main}}
    balance: {run: balance, needs: verified, outcomes: {ok: asked, unavailable: agent}}
    asked: {choose: [{if: verified and not withheld, go: again}, {if: known, go: main}], else: bye}
    again: {tries: 2, menu: {"1": {for: the balance again, go: balance}, "2": {for: the end, go: bye}}}
    tail: {say: The tail., ask: id_tail, as: tail, needs: known, tries: 2, then: check}
    check: {run: prove, outcomes: {ok: return, mismatch: tail, unavailable: bye}}
"""
VALUES = """
    main:
      tries: 2
      menu:
        "1": {for: the weather, go: weather}
        "2": {for: a wish, go: wished}
        "3": {for: no wish, go: unwished}
        "4": {for: the way, go: way}
    weather: {run: weather, outcomes: {told: way, unavailable: main}}
    wished: {set: {wish: more, matched: "yes"}, then: main}
    unwished: {set: {wish: less, matched: "no"}, then: way}
    way:
      choose:
        - {if: withheld and wish == 'more', go: hidden}
        - {if: "degrees is defined and degrees > 30 and sky == 'blue'", go: hot}
        - {if: "matched == 'yes'", go: matched_told}
      else: bye
    hidden: {say: Hidden., then: main}
    hot: {say: Hot., then: main}
    matched_told: {say: Matched., then: main}
"""
ENTRIES = """
    main: {say: Yes or no?, ask: yes_no, tries: 2, yes: amount, no: amount}
    amount: {say: How much?, ask: amount, range: 1-50000, read_back: true, tries: 2, then: much}
    much: {choose: [{if: amount > 1000, go: large}], else: bye}
    large: {say: That is much., then: back}
"""
DAYS = """
    main:
      tries: 2
      say: Which day?
      ask: date
      as: day
      keys: {"1": {for: no day, go: bye}, "2": {for: the day again, go: repeat}}
      then: late
    late: {choose: [{if: day < today, go: past}], else: sorry}
    past: {say: That is over., then: sorry}
"""
SLOW = """
    main: {tries: 2, menu: {"1": {for: news, go: news}, "2": {for: a code, go: code}}}
    news: {say: One moment., run: news, outcomes: {some: told, none: nothing, unavailable: night}}
    told: {say: "{{ news }}", then: main}
    nothing: {say: None., then: back}
    code: {run: send_code, text: "{{ code }}", outcomes: {sent: message, rationed: nothing, unavailable: agent}}
    message: {text: Hello., then: main, unable: bye, rationed: nothing, unavailable: night}
    night: {transfer: night, urgent: true}
    leave: {say: After the beep., record: voicemail, then: bye, nothing: main}
"""
SLOW_DESKS = """
desks:
  service:
    number: "+8657100000001"
    hours: {mon-fri: 09:00-17:00}
    closed: night
    busy: night
    no_answer: leave
    failed: leave
  night: {number: "+8657100000002", hours: {mon-sun: 12:00-23:00}, closed: leave, busy: sorry, no_answer: leave, failed: leave}
"""
LANGUAGES = """
    main:
      wait: true
      timeout: 4
      tries: 2
      menu:
        "1": {for: news, go: news}
        "12": {for: 中文, language: zh-CN, go: main}
        "2": {for: your own language, go: own}
    own: {run: look_up, outcomes: {found: spoken, not_found: news, unavailable: news}}
    spoken: {set: {language: "{{ holder }}", topic: spoken}, then: news}
    news: {say: News., then: here}
    here: {choose: [{if: language == 'zh-CN', go: chinese}, {if: "topic == 'spoken'", go: back}], else: bye}
    chinese: {say: So you speak Chinese., then: back}
"""
CHINESE = """
nodes:
  main: {menu: {news: 新闻, own: 您的语言}}
  news: 新闻。
  chinese: 您说中文。
  agent: 请稍候。
  sorry: {say: 没有人接听。, menu: {main: 主菜单, bye: 结束}}
  bye: {end: 再见。}
"""
ACCOUNTS = """
    main:
      tries: 2
      menu:
        "1": {for: this account, go: find}
        "2": {for: red, go: red}
        "3": {for: the sky, go: skies}
    find: {run: find, outcomes: {found: colour, none: bye, unavailable: bye}}
    red: {set: {sky: red}, then: main}
    skies: {run: skies, outcomes: {told: main, unavailable: bye}}
    colour: {choose: [{if: sky == 'blue', go: blue}], else: main}
    blue: {say: Blue., then: bye}
"""
LEVELS = """
    main:
      tries: 2
      menu:
        "1": {for: proving it, go: look}
        "2": {for: what is yours, go: asked}
        "3": {for: red, go: red}
        "4": {for: the colour, go: colour}
      after_tries: tired
    look: {run: look_up, outcomes: {found: right, not_found: bye, unavailable: bye}}
    right: {run: prove, with: {tail: "1"}, outcomes: {ok: main, mismatch: main, unavailable: bye}}
    asked: {choose: [{if: verified, go: yours}, {if: known, go: nearly}], else: bye}
    yours: {say: It is yours., then: bye}
    nearly: {say: It may be yours., then: bye}
    red: {set: {sky: red}, then: main}
    colour: {choose: [{if: sky == 'red', go: is_red}], else: bye}
    is_red: {say: Red., then: bye}
    tired: {say: You are tired., then: bye}
"""
NEEDS = """
    main: {tries: 2, menu: {"1": {for: proving it, go: look}, "2": {for: what is yours, go: yours}}}
    look: {run: look_up, outcomes: {found: right, not_found: bye, unavailable: bye}}
    right: {run: prove, with: {tail: "1"}, outcomes: {ok: main, mismatch: main, unavailable: bye}}
    yours: {needs: verified, say: It is yours., then: mine}
    mine: {say: And mine., then: bye}
    stop: {say: Prove it first., then: bye}
"""
NOTES = """
    main: {menu: {"1": {for: news, go: told}, "2": {for: a summary, go: any_notes}, "3": {for: an account, go: find}}}
    find: {run: find, outcomes: {found: main, none: main, unavailable: main}}
    told: {say: News., note: News., then: main}
    any_notes: {choose: [{if: summary, go: noted}], else: main}
    noted: {say: There are some., then: bye}
"""
PEOPLE = """
    main: {say: How many?, tries: 2, ask: digits, as: people, length: 1-2, then: way}
    way: {choose: [{if: "people | int >= 40", go: crowd}, {if: "people | int % 2 == 1", go: odd}], else: main}
    crowd: {say: A crowd., then: main}
    odd: {say: Odd., then: bye}
"""
CLOCK = """
    main: {menu: {"1": {for: the hour, go: hour}, "2": {for: the greeting, go: greeting}}}
    hour: {set: {hour: "{{ now.hour // 12 }}"}, then: main}
    greeting: {choose: [{if: "hour == '1'", go: early}, {if: now.hour > 20, go: late}], else: main}
    early: {say: Good morning., then: main}
    late: {say: Good night., then: bye}
"""
NUMBERS = """
    main: {menu: {"1": {for: a number, go: number}, "2": {for: a message, go: message}, "3": {for: two values, go: two}}}
    number: {say: The number., ask: phone, then: main}
    message: {text: Hello., to: "{{ number }}", then: main, unable: unable, rationed: main}
    unable: {say: There is no number., then: main}
    two: {run: weather, outcomes: {told: compared, unavailable: main}}
    compared: {choose: [{if: degrees > sky, go: warmer}, {if: degrees < sky, go: colder}], else: main}
    warmer: {say: Warmer., then: main}
    colder: {say: Colder., then: bye}
"""

RATES = """
    main:
      tries: 2
      menu:
        "1": {for: the amount, go: amount}
        "7": {to: hear it slowly, rate: slow, go: repeat}
        "8": {to: hear it at the usual speed, rate: normal, go: amount}
    amount: {say: The amount., ask: amount, read_back: true, tries: 2, then: main}
"""
"""How fast the call speaks is a part of the session that decides nothing."""
AMOUNTS = """
    main: {say: The amount., ask: amount, as: amount, tries: 2, then: told}
    told: {say: "It is {{ amount | money }}.", then: more}
    more: {tries: 2, menu: {"1": {for: another, go: main}, "2": {for: a message, go: message}}}
    message: {text: "{{ amount | money }}", then: main, unable: bye, rationed: main, unavailable: bye}
"""
"""What a caller has typed is said again at a repeat, and written into a message when its action has ended."""


@cache
def mazes() -> dict[str, Tree]:
    """Return all of them by name."""
    sample = bilingual().tree
    assert sample is not None
    quiet = 'anywhere: {"0": agent, "*": back}\n'
    return {
        "sample": sample,
        "identity": tree_of(IDENTITY, quiet + "identity: {known: find, verified: tail}", contracts=CONTRACTS),
        "values": tree_of(
            VALUES,
            quiet + 'variables: {wish: "", sky: "", matched: ""}',
            contracts=CONTRACTS,
        ),
        "entries": tree_of(ENTRIES, quiet, contracts=CONTRACTS),
        "slow": tree_of(SLOW, desks=SLOW_DESKS, contracts=CONTRACTS),
        "languages": tree_of(
            LANGUAGES,
            "variables: {topic: none}",
            languages="en-US, zh-CN",
            words=CHINESE,
            contracts=CONTRACTS,
        ),
        "accounts": tree_of(
            ACCOUNTS,
            quiet + "variables: {sky: blue}",
            contracts=CONTRACTS,
        ),
        "levels": tree_of(LEVELS, quiet + "variables: {sky: blue}", contracts=CONTRACTS),
        "needs": tree_of(NEEDS, quiet + "identity: {known: stop, verified: stop}", contracts=CONTRACTS),
        "notes": tree_of(NOTES, quiet, contracts=CONTRACTS),
        "days": tree_of(DAYS, quiet, contracts=CONTRACTS),
        "people": tree_of(PEOPLE, quiet, contracts=CONTRACTS),
        "clock": tree_of(CLOCK, quiet + 'variables: {hour: ""}', contracts=CONTRACTS),
        "rates": tree_of(RATES, 'anywhere: {"0": agent, "9": {to: slow down, rate: slow, go: repeat}}'),
        "amounts": tree_of(AMOUNTS, contracts=CONTRACTS),
        "numbers": tree_of(NUMBERS, quiet + 'variables: {number: ""}', contracts=CONTRACTS),
    }
