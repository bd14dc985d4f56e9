"""A hotline in English and in Hausa, which Twilio has no voice for, with every recording that it wants."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ivr.calls.hotline_loader import load_hotline, tree_despite_errors
from ivr.menu.tree import ScriptLine

WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(28)
HAUSA = "ha-NG"
MENU = """\
hotline: cooperative
languages: [en-US, ha-NG]
timezone: Africa/Lagos
currency: NGN
start: greeting
variables: {balance: "1250.50"}
anywhere: {"0": {go: agent, for: a person}, "*": back, "9": repeat}
desks: {office: {number: "+2348000000000", hours: always, busy: sorry, no_answer: sorry, failed: sorry}}
nodes:
  greeting: {say: Welcome to the cooperative., then: main}
  main:
    menu:
      "1": {for: your balance, go: balance}
      "2": {to: leave a message, go: sorry}
      "3": {say: "Don Hausa, latsa {key}.", language: ha-NG, go: main}
      "4": {for: sending money, go: amount}
  balance: {say: "You have {{ balance | money }}.", then: main}
  amount: {say: "Please enter the amount, then press pound.", ask: amount, as: sum, read_back: true, then: main}
  agent: {say: One moment., transfer: office, reason: "balance {{ balance }}"}
  sorry: {say: Please leave a message after the tone., record: voicemail, then: bye, nothing: bye}
  bye: {end: Goodbye.}
"""
WORDS = """\
language: ha-NG
phrases:
  announce: "Don {for}, latsa {key}."
  announce_to: "Domin {to}, latsa {key}."
  noinput: [Ban ji komai ba., "Don Allah, latsa lamba."]
  nomatch: Wannan lamba ba ta nan.
  ask_noinput: Ban ji komai ba.
  ask_nomatch: Wannan bai yi daidai ba.
  unfinished: Ba a gama ba.
  hint_amount: Rubuta adadin.
  read_back: "Ka rubuta {value}. Idan haka ne, latsa 1. In ba haka ba, latsa 2."
  giving_up: Zan haɗa ka da mutum.
  too_long: Mun daɗe a waya. Zan haɗa ka da mutum.
  top: Babu wani menu a baya.
  internal_error: Yi haƙuri, akwai matsala.
  many_calls: Muna da kira da yawa.
  farewell: Sai an jima.
clips:
  numbers:
    {"0": sifili, "1": ɗaya, "2": biyu, "3": uku, "4": huɗu, "5": biyar, "6": shida, "7": bakwai, "8": takwas, "9": tara,
     "10": "goma[ sha {rest}]", "20": "ashirin[ da {rest}]", "50": "hamsin[ da {rest}]",
     "100": "ɗari[ da {rest}]", "200": "ɗari {times}[ da {rest}]", "1000": "dubu[ da {rest}]", "2000": "dubu {times}[ da {rest}]"}
  minus: "ban {number}"
  money: {NGN: "naira {amount}[ da kobo {cents}]"}
anywhere: {agent: yin magana da mutum}
nodes:
  greeting: Barka da zuwa ƙungiyar.
  main: {menu: {balance: kuɗinka, sorry: {to: barin saƙo}, amount: aika kuɗi}}
  balance: "Kana da {{ balance | money }}."
  amount: Rubuta adadin.
  agent: Ɗan jira.
  sorry: Bar saƙonka bayan ƙara.
  bye: Sai an jima.
"""


def script(folder: Path, language: str = HAUSA) -> tuple[ScriptLine, ...]:
    """Return what the hotline of a folder wants recorded."""
    tree = tree_despite_errors(folder, load_hotline(folder))
    assert tree is not None
    return tree.speech[language].script


def record_all(folder: Path, but: Collection[str] = ()) -> None:
    """Write every recording that is missing, except these."""
    for line in script(folder):
        path = folder / "audio" / HAUSA / line.file
        if line.file not in but and not line.there:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(WAV)


def cooperative(folder: Path, menu: str = MENU, words: str = WORDS, but: Collection[str] = ()) -> Path:
    """Write the hotline with its recordings, except these."""
    folder.mkdir(exist_ok=True)
    (folder / "menu.yaml").write_text(menu, encoding="utf-8")
    (folder / "prompts.ha-NG.yaml").write_text(words, encoding="utf-8")
    record_all(folder, but)
    return folder
