"""A hotline with every kind of node at which something can happen to a caller, in two languages."""

from __future__ import annotations

from pathlib import Path

MENU = """
hotline: bakery
languages: [zh-CN, en-US]
voices: {zh-CN: Polly.Zhiyu-Neural, en-US: Polly.Joanna-Neural}
timezone: Asia/Shanghai
start: greeting
anywhere: {"0": {go: agent, for: 人工}, "*": back}
variables: {cake: ""}
desks:
  shop:
    number: "+8657100000000"
    hours: {mon-fri: "09:00-18:00"}
    closed: voicemail
    busy: voicemail
    no_answer: voicemail
    failed: voicemail
nodes:
  greeting: {say: 您好。, then: main}
  main:
    tries: 2
    say: [您要什么？, 请您选一个。]
    menu:
      "1": {for: 订蛋糕, go: order}
      "2": {for: English, language: en-US, go: main}
      "3": {for: 新闻, go: news}
      "4": {for: 短信, go: text}
      "5": {for: 再见, go: goodbye}
  order:
    say: 请输入蛋糕编号，按井号键结束。
    ask: digits
    as: cake
    length: 2-4
    read_back: true
    keys: {"7": {for: 不订了, go: main}}
    then: sure
  sure: {say: 确定吗？, ask: yes_no, "yes": goodbye, "no": main}
  news:
    run: bulletins
    outcomes: {some: news_told, none: main, unavailable: agent}
  news_told: {say: 有新闻。, then: main}
  text:
    text: 蛋糕都在店里。
    then: main
    unable: agent
    rationed: main
  agent: {say: 请稍等。, transfer: shop}
  voicemail: {say: 请留言。, record: voicemail, then: goodbye, nothing: main}
  goodbye: {end: 再见。}
"""
WORDS = """
language: en-US
anywhere: {agent: {for: a person}}
nodes:
  greeting: Hello.
  main:
    say: [What would you like?, Please choose.]
    menu: {order: a cake, news: news, text: a text message, goodbye: goodbye}
  order: {say: "Type the cake's number, then pound.", keys: {main: no cake}}
  sure: Are you sure?
  news_told: There is news.
  text: {text: All cakes are in the shop.}
  agent: One moment.
  voicemail: Leave a message.
  goodbye: Goodbye.
"""


def write(folder: Path) -> Path:
    """Write the hotline into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "menu.yaml").write_text(MENU, encoding="utf-8")
    (folder / "prompts.en-US.yaml").write_text(WORDS, encoding="utf-8")
    return folder
