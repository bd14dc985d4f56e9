"""A hotline as version 0.3 wrote it, with the words of options under their keys."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MENU = """\
# The menu of an old hotline.
hotline: old
languages: [zh-CN, en-US]
timezone: Asia/Shanghai
start: greeting
anywhere:
  "0": {go: agent, for: 人工服务}
  "*": back
phrases: {trouble: 出错了。}
identity: {known: who, verified: tail}
desks:
  service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}
include: [more.yaml]
nodes:
  greeting: {say: 您好。, then: main}
  main:
    menu:
      "1": {for: 营业时间, go: hours}
      "2": {for: 再听一遍时间, go: hours}   # for those who did not listen
      "3": {for: English, language: en-US, go: main}
      "4": {for: 限额, go: limits}
      "5": {for: 冻结账户, go: sure}
  hours: {say: 九点到六点。, then: main}
  agent: {say: 请稍候。, transfer: service}
  bye: {end: 再见。}
"""
MORE = """\
nodes:
  limits:
    run: withdrawal_limits
    needs: verified
    outcomes: {ok: limits_told, unavailable: agent}
  limits_told: {say: "还可以转出{{ fast_left | money }}。", then: main}
  who: {run: find_account, outcomes: {found: return, not_found: agent, unavailable: agent}}
  tail: {say: 请输入证件后四位。, ask: id_tail, as: id_tail, needs: known, keys: {"*7": {for: 换个号码, go: resend}}, then: check}
  check:
    run: verify_identity
    outcomes: {ok: return, elsewhere: agent, mismatch: tail, locked: agent, frozen: agent, sim_changed: agent, unreachable: agent, unavailable: agent}
  resend: {say: 请换一部电话打来。, then: bye}
  sure:
    say: 要冻结吗？
    menu:
      "1": {for: 冻结, go: freeze}
      "2": {for: 不冻结, go: main}
  freeze:
    run: freeze_account
    with: {number: "{{ caller }}"}
    outcomes: {done: frozen, not_proved: agent, unavailable: agent}
  frozen: {say: 已经冻结。, then: main}
"""
WORDS = """\
language: en-US
phrases: {trouble: Something went wrong.}
anywhere: {"0": {for: a person}}
nodes:
  greeting: Hello.
  main:
    menu:
      '1': 'opening hours'   # the most wanted
      "2": {for: the hours once more}
      "4":   # how much
        for: your limits
      "5": freezing your account
  hours: We're open from nine to six.
  agent: One moment.
  bye: Goodbye.
  limits_told: You can still withdraw {{ fast_left | money }}.
  tail: {say: Please enter the last four of your ID., keys: {"*7": a new code}}
  resend: Please call from another phone.
  sure:
    say: Shall I freeze it?
    menu:
      "1": yes
      "2": no
  frozen: It's frozen.
"""
CALLS = """\
calls:
  - call: English hours, by key
    steps:
      - press: "3"
      - press: "1"
      - hears: [We're open, "For opening hours, press 1"]
"""
SOURCES: Mapping[str, str] = {"menu.yaml": MENU, "more.yaml": MORE, "prompts.en-US.yaml": WORDS}


def write(folder: Path) -> Path:
    """Write the hotline into a folder."""
    (folder / "calls").mkdir(parents=True)
    for name, text in {**SOURCES, "calls/some.yaml": CALLS}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
