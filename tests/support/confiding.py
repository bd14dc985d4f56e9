"""Scenes in which callers confide secrets to the whole program, while everything that it says and keeps is recorded.

A scene plants its secrets by name and collects its evidence; :mod:`tests.support.searching` looks for the one in the other.
"""

from __future__ import annotations

import io
import itertools
import json
import logging
import re
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner
from flask.testing import FlaskClient

from ivr.app import Application, build_application, open_outbox, web_program
from ivr.calls.hotline_loader import load_hotline
from ivr.channels.twilio.signature import Signature
from ivr.cli import main
from ivr.config import Settings
from ivr.logs import configure
from ivr.menu.language.contract import Times
from ivr.menu.tree import Tree
from ivr.storage import file_beside
from ivr.storage.base import SEALED_AS, CallFilter
from ivr.storage.sealing import BrokenSeal
from tests.support import rest_stub
from tests.support.keys import key_of, keys_to
from tests.support.phone import DAYTIME, HOTLINE, PUBLIC, YUEBAO, Phone, demonstration, phrase
from tests.support.searching import Evidence, Secret

AUTH_TOKEN = "b7Qw-twilio-auth-Zk3"
SECRET_KEY = "Ivr-secret-key-9xKq2-longer-than-32-letters"
CHINESE, ENGLISH = "+8613905724831", "+12125550187"
CARDS = {CHINESE: "990101" + "19910307" + "739X", ENGLISH: "990101" + "19700415" + "5862"}
TO_THE_TAIL = {which: keys_to(demonstration(), "login", f"reset_{which}") for which in ("login", "payment")}
"""The keys to where the tail is asked for, to reset each password."""
YES = "1"
ANOTHER_CODE = key_of(demonstration(), "code", "resend_code")
SUMMARY = key_of(demonstration(), "anything_else", "summary")
GOOD = {"login": "seven <lamps> & 竹林 %7e", "payment": "805274"}
REFUSED = {"login": "13905724831", "payment": "474747"}
"""The one is nothing but digits, the other a repeat."""
RECORDS = ("record", "printed calls", "table")
"""What is kept of a call on purpose; a file's bytes also hold what was deleted lately."""
_MESSAGES = "/Messages.json"


def hotline(folder: Path, actions: str = "") -> Path:
    """Write the demonstration hotline with two customers whose ID cards occur nowhere else."""
    folder.mkdir()
    for source in YUEBAO.glob("*.yaml"):
        (folder / source.name).write_bytes(source.read_bytes())
    (folder / "accounts.yaml").write_text(_accounts(), encoding="utf-8")
    if actions:
        (folder / "actions.yaml").write_text(actions, encoding="utf-8")
    return folder


@cache
def _accounts() -> str:
    filed = yaml.safe_load((YUEBAO / "accounts.yaml").read_text(encoding="utf-8"))
    first, last = filed["accounts"][0], filed["accounts"][-1]
    filed["accounts"] = [
        first | {"phone": CHINESE, "id_card": CARDS[CHINESE]},
        last | {"phone": ENGLISH, "id_card": CARDS[ENGLISH]},
    ]
    return yaml.safe_dump(filed)


def typed_tail(caller: str) -> str:
    """Return the tail of a customer's ID card as he types it: a star for the X."""
    return CARDS[caller][-4:].replace("X", "*")


@cache
def _working() -> frozenset[str]:
    """Return what is said while an action goes on."""
    return frozenset(
        phrase("working", language, count) for language in ("zh-CN", "en-US") for count in (1, 2)
    )


@cache
def menu_with(actions: str) -> Tree:
    """Return the demonstration's menu with actions that a service does; it is compiled once."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        loaded = load_hotline(hotline(Path(folder) / "menu", actions))
    assert loaded.tree is not None, loaded.problems
    return loaded.tree


@dataclass
class Scene:
    """A hotline on files, signed webhooks, a carrier, and all that is seen and kept of them."""

    folder: Path
    carrier: rest_stub.Stub
    log: io.StringIO
    actions: str = ""
    slow: bool = False
    now: datetime = DAYTIME
    secrets: list[Secret] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)
    sealed: dict[int, str] = field(default_factory=dict)
    """The bodies of messages, by number, as they are kept until they are sent."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    application: Application = field(init=False)

    def __post_init__(self) -> None:
        """Open the hotline."""
        self.settings = Settings(
            auth_tokens=(AUTH_TOKEN,),
            account_sid=rest_stub.ACCOUNT,
            number=HOTLINE,
            twilio_api_url=self.carrier.url,
            public_url=PUBLIC,
            secret_keys=(SECRET_KEY,),
            database_url=f"sqlite:///{self.folder / 'calls.sqlite3'}",
        )
        self.delivers()
        tree = menu_with(self.actions) if self.actions else demonstration()
        if self.slow:
            tree = replace(tree, times=dict.fromkeys(tree.contracts, Times(wait=0, give_up=60)))
        self.application = build_application(
            hotline(self.folder / "hotline", self.actions), self.settings, tree=tree
        )
        signature = Signature(self.settings.auth_tokens, PUBLIC)
        self.app = web_program(self.application, self.settings, signature, lambda: self.now)
        self.app.wsgi_app = self._recorded(self.app.wsgi_app)  # type: ignore[method-assign]
        self.plant("the auth token", AUTH_TOKEN)
        self.plant("the secret key", SECRET_KEY)
        self.plant("the key of the sessions", str(self.app.secret_key))
        self.plant("the carrier's password", f"{rest_stub.ACCOUNT}:{AUTH_TOKEN}")
        for number, card in CARDS.items():
            self.plant("an ID card", card)
            self.plant("the tail of an ID card", card[-4:])
            self.plant("the tail as it is typed", typed_tail(number))
            self.plant("a caller's number", number, only={"log"})

    def plant(self, name: str, text: str, only: Iterable[str] = (), but: Iterable[str] = ()) -> str:
        """Take note of a secret, and return it."""
        self.secrets.append(Secret(name, text, frozenset(only), frozenset(but)))
        return text

    def search(self) -> list[str]:
        """Return what was found of all secrets."""
        self.collect()
        return self.evidence.leaks(self.secrets)

    # --- what is seen and kept

    def _recorded(self, wsgi: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """Record every answer: its headers but for the cookie, where it leads, and its body."""

        def recorded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            kind = "TwiML" if environ["PATH_INFO"].startswith("/voice") else "page"

            def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                self.evidence.add(kind, status)
                for name, value in headers:
                    if name != "Set-Cookie":
                        self.evidence.add("URL" if name == "Location" else kind, f"{name}: {value}")
                return start_response(status, headers, *more)

            body = b"".join(wsgi(environ, start))
            self.evidence.add(kind, body)
            return [body]

        return recorded

    def collect(self) -> None:
        """Take up what was kept: files, tables, records, and what `ivr calls` prints of them."""
        self.application.switchboard.action_runner.close()
        calls = self._collect_records()
        for asked in self.carrier.asked:
            self.evidence.add("URL", asked.path, asked.form.get("StatusCallback", ""))
        url = self.settings.database_url
        self.evidence.add_database(Path(url.removeprefix("sqlite:///")))
        self.evidence.add_database(Path(file_beside(url, "accounts")), "accounts.id_card")
        for line in self.log.getvalue().splitlines():
            self.evidence.add("log", _without_time(line))
        shown = {"IVR_DATABASE_URL": self.settings.database_url}
        for arguments in ([], *([call] for call in calls)):
            for form in ("text", "json"):
                result = CliRunner().invoke(main, ["calls", *arguments, "--format", form], env=shown)
                assert result.exit_code == 0, result.output
                self.evidence.add("printed calls", result.output)
        self.application.close()

    def _collect_records(self) -> list[str]:
        """Take up the records of the calls, and return the calls."""
        store = self.application.store
        calls = [record.call for record in store.calls(CallFilter(limit=1000))]
        for history in map(store.call, calls):
            assert history is not None
            self.evidence.add("record", repr(history), *(message.body for message in history.messages))
            for message in history.messages:
                if message.status != "waiting" and message.number in self.sealed:
                    self.plant("a message that was sent", self.sealed[message.number], only=RECORDS)
        return calls

    # --- what a caller does

    def rings(self, caller: str) -> Phone:
        """Ring; the call begins in the language of this customer."""
        phone = Phone(self.app, caller, f"CA-of-call-{next(self.numbers)}", token=AUTH_TOKEN)
        self.does(phone, phone.rings)
        return phone

    def presses(self, phone: Phone, keys: str, finished_by: str = "") -> None:
        """Press keys; where an action takes long, wait until it has ended."""
        self.does(phone, lambda: phone.presses(keys, finished_by))

    def does(self, phone: Phone, act: Callable[[], object]) -> None:
        """Do something, and poll while its action goes on."""
        act()
        patience = time.monotonic() + 10
        while _working() & set(phone.answer.said.splitlines()):
            assert time.monotonic() < patience, "the action never ended"
            time.sleep(0.01)
            phone.is_silent()

    def reads(self, call: str) -> str:
        """Return the latest message of a call, as its recipient reads it."""
        history = self.application.store.call(call)
        assert history is not None
        message = history.messages[-1]
        self.sealed[message.number] = message.body
        try:
            return self.application.services.seal.open(SEALED_AS, message.body)
        except BrokenSeal:  # the program was changed, so that it is not sealed
            return message.body

    def status(self, call: str) -> str:
        """Return what has become of the latest message of a call."""
        history = self.application.store.call(call)
        assert history is not None
        return history.messages[-1].status

    def code(self, call: str) -> str:
        """Return the code that the latest message tells."""
        (code,) = re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", self.reads(call))
        return self.plant("a code", code)

    def link(self, call: str) -> str:
        """Return the path of the link that the latest message tells."""
        (ticket,) = re.findall(rf"{PUBLIC}/reset/(\S+)", self.reads(call))
        return f"/reset/{self.plant('a ticket', ticket)}"

    def proves(self, caller: str, which: str = "login") -> Phone:
        """Ring, and come in the quickest way to the question whether a password shall be reset."""
        phone = self.rings(caller)
        for keys in (*TO_THE_TAIL[which], typed_tail(caller)):
            self.presses(phone, keys)
        self.presses(phone, self.code(phone.call))
        return phone

    # --- the carrier

    def delivers(self) -> None:
        """Let the carrier take messages."""
        self.carrier.answers[_MESSAGES] = rest_stub.answer({"sid": "SM" + "4" * 32, "status": "queued"}, 201)

    def sends(self) -> None:
        """Send what is due."""
        store, seal = self.application.store, self.application.services.seal
        open_outbox(store, seal, self.settings, lambda: self.now).send_due()

    def waits(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Browser:
    """A browser with the page of a reset."""

    scene: Scene
    link: str
    client: FlaskClient = field(init=False)
    form_token: str = ""

    def __post_init__(self) -> None:
        """Open the link, and follow it to the form."""
        self.client = self.scene.app.test_client()
        self.client.get(self.link, base_url=PUBLIC)
        self.looks()

    def looks(self) -> None:
        """Show the page."""
        page = self.client.get("/reset", base_url=PUBLIC)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        if found:
            self.form_token = self.scene.plant("a form's token", found[1], but={"page"})
        cookie = self.client.get_cookie("reset", "ivr.example.com", "/reset")
        if cookie is not None:
            self.scene.plant("a cookie", cookie.value)

    def types(self, password: str, again: str | None = None, token: str | None = None) -> None:
        """Post a new password, and look at what comes of it."""
        self.scene.plant("a password", password)
        form = {"password": password, "again": password if again is None else again}
        form["csrf_token"] = self.form_token if token is None else token
        self.client.post("/reset", data=form, base_url=PUBLIC)
        self.looks()


def _without_time(line: str) -> str:
    """Take the time out of a line of the log: its microseconds are six digits too."""
    try:
        return json.dumps(
            {name: value for name, value in json.loads(line).items() if name != "timestamp"},
            ensure_ascii=False,
        )
    except ValueError:
        return line


@contextmanager
def scene(folder: Path, *, actions: str = "", slow: bool = False) -> Iterator[Scene]:
    """Open a scene, with every log at its most talkative, and every warning in it."""
    log = io.StringIO()
    configure("json", "debug", log)
    handler, root = logging.StreamHandler(log), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    with ExitStack() as after:
        after.callback(root.setLevel, level)
        after.callback(root.removeHandler, handler)
        caught = after.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")
        carrier = after.enter_context(rest_stub.twilio_stub())
        opened = Scene(folder, carrier, log, actions, slow)
        after.callback(opened.application.close)
        yield opened
        log.writelines(f"{warning.message}\n" for warning in caught)
