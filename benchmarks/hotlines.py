"""Makes hotlines of any size, of a usual shape, to see how something grows with the size of the tree.

A tree of menus with four to six options, in two languages. Up to three of the options lead deeper; the others to a thing
that is told, to an action, or to an action for which the caller proves who he is. All of them end at one common menu.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

A_FILE = 100
"""Nodes of an included file."""
DEEPER = 3
"""Options of a menu that lead deeper, at most."""
LEAST_OF_A_MENU = 5
"""Nodes that each menu brings with it, itself among them, at least."""
IN_HEAD = 8
"""Nodes of the head."""
HEAD = """
hotline: grown
languages: [zh-CN, en-US]
voices: {{zh-CN: Polly.Zhiyu-Neural, en-US: Polly.Joanna-Neural}}
timezone: Asia/Shanghai
start: greeting
anywhere: {{"0": {{go: agent, for: 人工服务}}, "*": back, "9": repeat}}
identity: {{verified: id_tail}}
desks:
  service:
    number: "+8657100000000"
    hours: {{mon-fri: "09:00-18:00"}}
    closed: voicemail
    busy: voicemail
    no_answer: voicemail
    failed: voicemail
include: [{included}]
nodes:
  greeting: {{say: 您好，欢迎致电。, then: language}}
  language:
    menu:
      "1": {{for: 普通话, language: zh-CN, go: menu_0}}
      "2": {{for: English, language: en-US, go: menu_0}}
  anything_else:
    say: 还需要别的帮助吗？
    menu: {{"1": {{for: 回主菜单, go: menu_0}}, "2": {{for: 结束通话, go: goodbye}}}}
  id_tail: {{say: 请输入身份证号码的最后四位。, ask: id_tail, then: check_tail}}
  check_tail:
    run: verify_identity
    outcomes:
      ok: return
      elsewhere: agent
      mismatch: id_tail
      locked: agent
      frozen: agent
      sim_changed: agent
      unreachable: agent
      unavailable: agent
  agent: {{say: 请稍等，正在转接。, transfer: service, reason: 要人工}}
  voicemail: {{say: 人工服务是周一到周五九点到十八点。请留言。, record: voicemail, then: goodbye, nothing: goodbye}}
  goodbye: {{end: 谢谢，再见。}}
"""
WORDS = """
language: en-US
anywhere: {agent: {for: a person}}
nodes:
  greeting: Welcome.
  anything_else: {say: Is there anything else?, menu: {menu_0: the main menu, goodbye: {to: end the call}}}
  id_tail: Please enter the last four characters of your ID number.
  agent: One moment, please.
  voicemail: Someone is here Monday to Friday, nine to six. Please leave a message.
  goodbye: {end: Thank you. Goodbye.}
"""


@dataclass
class _Grown:
    """Nodes as they are written, and their English words."""

    nodes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def add(self, node: str, words: str = "") -> None:
        """Write one node."""
        self.nodes.append(node)
        if words:
            self.words.append(words)


def grown(size: int) -> dict[str, str]:
    """Return the sources of a hotline of at most so many nodes, and hardly fewer; the smallest has ten."""
    menus = range(size // LEAST_OF_A_MENU + 1)
    made = _menus(bisect_right(menus, size, key=lambda count: IN_HEAD + len(_menus(count).nodes)) - 1)
    files = {
        f"part_{number}.yaml": "nodes:\n" + "".join(made.nodes[first : first + A_FILE])
        for number, first in enumerate(range(0, len(made.nodes), A_FILE))
    }
    head = HEAD.format(included=", ".join(files))
    return {
        "menu.yaml": head,
        "actions.yaml": "python: ivr.demo.actions\n",
        "prompts.en-US.yaml": WORDS + "".join(made.words),
        **files,
    }


def _menus(count: int) -> _Grown:
    """Return so many menus, with all that hangs on them."""
    made, leaves = _Grown(), _leaves()
    if not count:
        made.add(
            '  menu_0: {menu: {"1": {for: 转出限额, go: limits}}}\n', "  menu_0: {menu: {limits: a limit}}\n"
        )
        made.add(
            "  limits: {run: withdrawal_limits, needs: verified, outcomes: {ok: anything_else, unavailable: agent}}\n"
        )
    for number in range(count):
        below = range(number * DEEPER + 1, number * DEEPER + DEEPER + 1)
        targets = [f"menu_{other}" for other in below if other < count]
        while len(targets) < 4 + number % 3:
            targets.append(next(leaves)(made, f"{number}_{len(targets)}"))
        options = [f'"{key}": {{for: 第{key}件事, go: {target}}}' for key, target in enumerate(targets, 1)]
        english = [f"{target}: thing {key}" for key, target in enumerate(targets, 1)]
        made.add(
            f"  menu_{number}: {{menu: {{{', '.join(options)}}}}}\n",
            f"  menu_{number}: {{menu: {{{', '.join(english)}}}}}\n",
        )
    return made


def _leaves() -> Iterator[Callable[[_Grown, str], str]]:
    while True:
        yield from (_told, _news, _limits, _told, _news)


def _told(made: _Grown, name: str) -> str:
    made.add(
        f"  told_{name}: {{say: 这件事的回答是第{name}条。, then: anything_else}}\n",
        f"  told_{name}: The answer to this is number {name}.\n",
    )
    return f"told_{name}"


def _news(made: _Grown, name: str) -> str:
    outcomes = f"{{some: news_told_{name}, none: news_none_{name}, unavailable: agent}}"
    made.add(f"  news_{name}: {{run: bulletins, outcomes: {outcomes}}}\n")
    made.add(
        f'  news_told_{name}: {{say: "{{{{ bulletins }}}}", then: anything_else}}\n',
        f'  news_told_{name}: "{{{{ bulletins }}}}"\n',
    )
    made.add(
        f"  news_none_{name}: {{say: 今天没有消息。, then: anything_else}}\n",
        f"  news_none_{name}: There is no news today.\n",
    )
    return f"news_{name}"


def _limits(made: _Grown, name: str) -> str:
    outcomes = f"{{ok: left_{name}, unavailable: agent}}"
    made.add(f"  limits_{name}: {{run: withdrawal_limits, needs: verified, outcomes: {outcomes}}}\n")
    made.add(
        f"  left_{name}: {{choose: [{{if: fast_left > 0, go: left_told_{name}}}], else: none_left_{name}}}\n"
    )
    made.add(
        f'  left_told_{name}: {{say: "还可以转出{{{{ fast_left | money }}}}。", then: anything_else}}\n',
        f'  left_told_{name}: "You can still withdraw {{{{ fast_left | money }}}}."\n',
    )
    made.add(
        f"  none_left_{name}: {{say: 今天的额度用完了。, then: anything_else}}\n",
        f"  none_left_{name}: Nothing is left for today.\n",
    )
    return f"limits_{name}"
