"""Secrets that callers confide, and those that the program keeps, are found nowhere but where they belong."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import TypeAdapter

from ivr import logs
from ivr.actions import one_time_codes, reset_password
from ivr.actions.accounts import PasswordKind
from ivr.actions.http import connections as peers
from ivr.actions.http import service_actions as http
from ivr.calls import action_results as outcomes
from ivr.calls import turns as switchboard
from ivr.calls.worker_pool import WorkerPool
from ivr.channels.reset_page import pages
from ivr.channels.terminal import simulator, trace
from ivr.channels.terminal.transcript import Transcript
from ivr.channels.twilio.admin import rest
from ivr.cli.simulator_setup import CallSaver, local_simulator, remote_simulator
from ivr.demo.accounts import accounts_file as customers
from ivr.demo.accounts import service, tables
from ivr.engine import commands, step
from ivr.engine import redaction as record
from ivr.menu.speech.prompts import Prompt
from ivr.messaging import outbox as messages
from ivr.storage import sealing as seals
from ivr.storage import sql
from tests.support import rest_stub, stub_service
from tests.support.accounts import password_matches
from tests.support.bank import accounts_of
from tests.support.changing import change
from tests.support.confiding import (
    ANOTHER_CODE,
    CHINESE,
    ENGLISH,
    GOOD,
    REFUSED,
    SUMMARY,
    TO_THE_TAIL,
    YES,
    Browser,
    Scene,
    scene,
    typed_tail,
)
from tests.support.phone import PUBLIC

EXAMPLE = Path(__file__).parents[1] / "examples" / "http" / "actions.yaml"
WHICH: tuple[PasswordKind, ...] = ("login", "payment")
SERVICE_TOKEN = "token-of-the-service-Yx81"


# --- what is confided


def resets(scene: Scene, caller: str, which: PasswordKind) -> None:
    """Reset a password with every mistake that a caller can make, up to the page where the new one is set."""
    phone = scene.rings(caller)
    for keys in TO_THE_TAIL[which]:
        phone.presses(keys)
    phone.presses(scene.plant("an entry that is too long", "7395181"))
    phone.says(f"尾号是 {scene.plant('a tail that was said', '9157')}")
    phone.presses(scene.plant("a wrong tail", "8264"))
    phone.presses(typed_tail(caller))
    first = scene.code(phone.call)
    phone.presses(scene.plant("a wrong code", "582913"))
    phone.says(f"it is {scene.plant('a code that was said', '317 604')}")
    phone.presses(ANOTHER_CODE, "#")
    second = scene.code(phone.call)
    scene.sends()
    if which == "login":
        phone.presses(first)
    else:
        scene.waits(301)
        phone.presses(second)
        second = scene.code(phone.call)
    phone.presses(second)
    phone.presses(YES)
    link = scene.link(phone.call)
    phone.presses(SUMMARY)
    scene.sends()
    sets_password(scene, link, which)
    phone.hangs_up()


def sets_password(scene: Scene, link: str, which: PasswordKind) -> None:
    """Set a password behind a link, after the usual mistakes."""
    browser = Browser(scene, link)
    browser.types(REFUSED[which])
    browser.types(GOOD[which], again=scene.plant("a mistyped password", f"{GOOD[which]}5"))
    browser.types(GOOD[which], token="forged")
    browser.types(GOOD[which])
    Browser(scene, link)


def slow_resets(scene: Scene, caller: str) -> None:
    """Reset a password with every action taking longer than a webhook waits."""
    phone = scene.proves(caller)
    scene.presses(phone, YES)
    scene.link(phone.call)
    scene.sends()


# --- what goes wrong


def breaking(patch: pytest.MonkeyPatch, owner: object, name: str, *secrets: str) -> None:
    """Let a method fail in the worst way: what it was given, and more, is in its exception."""

    def broken(*given: object, **named: object) -> object:
        raise RuntimeError(f"no way: {given} {named} {secrets}") from ValueError(secrets)

    patch.setattr(owner, name, broken)


def broken_machinery(scene: Scene, caller: str) -> None:
    """Actions, the store, the words and the attempts fail with the secret in their exceptions."""
    application, tail = scene.application, typed_tail(caller)
    for owner, name in (
        (application.services.accounts, "tail_matches"),
        (application.switchboard, "perform"),
        (application.services.attempts, "count_try"),
        (application.store, "save"),
        (application.store, "look"),
        (application.store, "claim"),
    ):
        phone = scene.rings(caller)
        for keys in TO_THE_TAIL["login"]:
            phone.presses(keys)
        with pytest.MonkeyPatch.context() as patch:
            breaking(patch, owner, name, tail)
            phone.presses(tail)
        assert phone.answer.dials
    phone = scene.rings(caller)
    for keys in TO_THE_TAIL["login"]:
        phone.presses(keys)
    with pytest.MonkeyPatch.context() as patch:
        breaking(patch, Prompt, "utter")
        phone.presses(tail)
    scene.waits(3 * 3600)
    phone = scene.proves(caller)
    with pytest.MonkeyPatch.context() as patch:
        breaking(patch, application.services.accounts, "open_reset", tail)
        phone.presses(YES)


def broken_after_a_while(scene: Scene, caller: str) -> None:
    """What goes on in a thread of its own fails there."""
    for owner, name in ((scene.application.store, "keep_run"), (scene.application.switchboard, "perform")):
        phone = scene.rings(caller)
        for keys in TO_THE_TAIL["login"]:
            scene.presses(phone, keys)
        with pytest.MonkeyPatch.context() as patch:
            breaking(patch, owner, name, typed_tail(caller))
            phone.presses(typed_tail(caller))
            scene.application.switchboard.action_runner.close()
        scene.application.switchboard.action_runner = WorkerPool()


def broken_pages(scene: Scene, caller: str) -> None:
    """The page fails, with the ticket in its path and the password in its exception."""
    phone = scene.proves(caller)
    phone.presses(YES)
    link = scene.link(phone.call)
    ticket = link.removeprefix("/reset/")
    browser = Browser(scene, link)
    for name in ("set_password", "reset"):
        with pytest.MonkeyPatch.context() as patch:
            breaking(patch, scene.application.services.accounts, name, ticket, GOOD["login"])
            browser.types(GOOD["login"])
            browser.client.get(link, base_url=PUBLIC)
    with pytest.MonkeyPatch.context() as patch:
        breaking(patch, pages, "render_template", ticket)
        browser.client.get("/reset", base_url=PUBLIC)
    knocks(scene, link)


def broken_cookies(scene: Scene, caller: str) -> None:
    """What fails outside of the page itself, where Flask would log the path and the exception."""
    phone = scene.proves(caller)
    phone.presses(YES)
    link = scene.link(phone.call)
    for name in ("open_session", "save_session"):
        with pytest.MonkeyPatch.context() as patch:
            breaking(patch, pages._Sessions, name, link)
            scene.app.test_client().get(link, base_url=PUBLIC)


def wrong_links(scene: Scene, caller: str) -> None:
    """A link leads below the webhooks, as where the public URL was set to the first webhook's."""
    phone = scene.proves(caller)
    phone.presses(YES)
    link = scene.link(phone.call)
    for path in (f"/voice{link}", f"/voice/status{link}", f"/messages{link}"):
        scene.app.test_client().get(path, base_url=PUBLIC)


def knocks(scene: Scene, link: str) -> None:
    """Ask for what is not there, or not allowed, or too much, with secrets in the path, the form and the headers."""
    client, secret, found = scene.app.test_client(), typed_tail(CHINESE), set[int]()
    webhook = {"CallSid": "CA-of-call-1", "Digits": secret, "SpeechResult": secret}
    for path in (link, f"{link}x", f"/{link}", f"/nothing{link}", f"/audio{link}"):
        for method in ("GET", "POST", "PUT"):
            found.add(client.open(path, method=method, base_url=PUBLIC).status_code)
    for path in ("/voice", f"/voice/zh-CN/4?Digits={secret}"):
        for headers in ({}, {"X-Twilio-Signature": "forged"}):
            found.add(client.post(path, data=webhook, headers=headers).status_code)
            client.post(path, data=webhook | {"more": GOOD["login"] * 20_000}, headers=headers)
    too_much = {"password": GOOD["login"] * 20_000}
    found.add(Browser(scene, link).client.post("/reset", data=too_much, base_url=PUBLIC).status_code)
    for headers in (
        {"Host": "a b:c"},
        {"Host": "[::1"},
        {"Cookie": f"reset={link}"},
        {"Accept-Language": link},
    ):
        client.get(link, headers=headers)
    assert found >= {403, 404, 405, 413}


def stubborn_carrier(scene: Scene, caller: str) -> None:
    """The carrier refuses messages in all of its ways, and repeats their words, their number and our credentials."""
    for status, code in ((400, 21610), (400, 98765), (401, 20003), (429, 20429), (500, 20500), (200, 0)):
        scene.waits(3 * 3600)
        phone = scene.proves(caller)
        phone.presses(YES)
        link = scene.link(phone.call)
        echo = f"cannot send {PUBLIC}{link} to {caller} for {scene.settings.auth_tokens}"
        scene.carrier.answers["/Messages.json"] = (
            rest_stub.refusal(status, code, echo) if code else rest_stub.answer(echo)
        )
        scene.sends()
        assert scene.status(phone.call) in {"waiting", "failed", "unknown"}
        scene.waits(24 * 3600)


# --- a company's service


class Service:
    """An account service that takes a code and a ticket of its own, and repeats all that it was told when it fails."""

    code, ticket = "640927", "ticket-of-the-service-77aGq"

    def __init__(self) -> None:
        self.stub: stub_service.Stub | None = None
        self.fails: list[Callable[[BaseHTTPRequestHandler, Any], None]] = []
        """How it fails, one after the other, when it is asked for a tail."""

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        assert self.stub
        asked = self.stub.requests[-1]
        path = asked.path.partition("?")[0]
        if path == "/identity/tail" and self.fails:
            self.fails.pop(0)(handler, {"asked": asked.body, "headers": dict(asked.headers)})
            return
        message = {"to": CHINESE, "expires": "2026-12-24T00:00:00+00:00"}
        data: dict[str, object] = {"account": CHINESE, "elder": False, "preferred_language": "zh-CN"}
        match path:
            case "/identity/codes":
                data = {"code_minutes": 5, "message": message | {"code": self.code}}
            case _ if "/resets/" in path:
                link = f"{PUBLIC}/reset/{self.ticket}"
                data = {"case_number": "41870356", "message": message | {"link": link}}
        stub_service.answers(200, data)(handler)


def over_http(scene: Scene, service: Service) -> None:
    """Reset a password where a company's service does the work, and fails in between."""
    assert service.stub
    scene.plant("the service's token", SERVICE_TOKEN)
    scene.plant("the service's code", service.code)
    scene.plant("the service's ticket", service.ticket)
    service.fails = [
        lambda handler, echo: stub_service.answers(500, echo)(handler),
        lambda handler, echo: stub_service.answers(200, json.dumps(echo), kind="text/html")(handler),
        lambda handler, echo: stub_service.answers(418, echo)(handler),
        lambda handler, echo: stub_service.answers(302, echo, headers={"Location": f"/?{echo}"[:400]})(
            handler
        ),
        lambda handler, echo: stub_service.answers(200, {"account": echo})(handler),
        lambda handler, _echo: stub_service.hangs_up(handler),
    ]
    for _ in range(len(service.fails)):
        phone = scene.rings(CHINESE)
        for keys in (*TO_THE_TAIL["login"], typed_tail(CHINESE)):
            phone.presses(keys)
    assert not service.fails
    phone = scene.proves(CHINESE)
    phone.presses(YES)
    scene.link(phone.call)
    scene.sends()
    for asked in service.stub.requests:
        scene.evidence.add("URL", asked.path)


# --- the simulator


def simulates(scene: Scene, caller: str) -> None:
    """Reset a password in the simulator, with its trace; only the recipient's message may tell what is in it."""
    out = io.StringIO()
    sitting = local_simulator(
        CallSaver(scene.folder / "hotline", Transcript(out), trace=True), caller, None, None
    )

    def typed() -> Iterator[str]:
        yield from TO_THE_TAIL["login"]
        yield scene.plant("an entry that is too long", "7395181")
        yield f"it ends in {scene.plant('a tail that was said', '9157')}"
        yield scene.plant("a wrong tail", "8264")
        yield typed_tail(caller)
        yield scene.plant("a code", latest_code(out.getvalue()))
        yield YES
        yield "/hangup"

    sitting.run(typed())
    link = out.getvalue().rpartition("/reset/")[2].split()[0]
    scene.plant("a ticket", link)
    keeps_transcript(scene, out)


def latest_code(text: str) -> str:
    """Return the code that the latest message of a transcript tells."""
    return str(re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", text)[-1])


def keeps_transcript(scene: Scene, out: io.StringIO) -> None:
    """Take up a transcript, without the messages that it shows to whoever plays the recipient."""
    shown = [line for line in out.getvalue().splitlines() if "[text message to" not in line]
    scene.evidence.add("transcript", "\n".join(shown))


def simulates_from_afar(scene: Scene, caller: str) -> None:
    """Reset a password in the simulator of a running server."""
    out = io.StringIO()
    with rest_stub.serving(scene.app) as url:
        sitting = remote_simulator(
            CallSaver(scene.folder / "hotline", Transcript(out), trace=True), url, caller, scene.settings
        )

        def typed() -> Iterator[str]:
            yield from (*TO_THE_TAIL["login"], typed_tail(caller))
            assert sitting.line
            yield scene.code(sitting.line.call)
            yield YES
            scene.link(sitting.line.call)

        sitting.run(typed())
    keeps_transcript(scene, out)


# --- nothing is found


@dataclass(frozen=True)
class Play:
    """A scene, and what it needs."""

    act: Callable[[Scene, str], None]
    slow: bool = False


def all_resets(scene: Scene, caller: str) -> None:
    """Reset both passwords."""
    for which in WHICH:
        resets(scene, caller, which)
        assert password_matches(accounts_of(scene.application.services), caller, which, GOOD[which])


PLAYS = {
    "resets": Play(all_resets),
    "slow resets": Play(slow_resets, slow=True),
    "broken machinery": Play(broken_machinery),
    "broken after a while": Play(broken_after_a_while, slow=True),
    "broken pages": Play(broken_pages),
    "broken cookies": Play(broken_cookies),
    "wrong links": Play(wrong_links),
    "a stubborn carrier": Play(stubborn_carrier),
    "the simulator": Play(simulates),
    "the simulator from afar": Play(simulates_from_afar),
}


@pytest.mark.parametrize("name", PLAYS)
def test_no_secret_is_found(tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str) -> None:
    """In logs, tables, files, records, URLs, TwiML, pages, transcripts and output, in both languages."""
    play = PLAYS[name]
    with scene(tmp_path, slow=play.slow) as opened:
        for caller in (CHINESE, ENGLISH):
            play.act(opened, caller)
        opened.evidence.add("output", *capfd.readouterr())
        assert opened.search() == []
        assert len({secret.text for secret in opened.secrets}) >= 10


@contextmanager
def served(folder: Path) -> Iterator[tuple[Scene, Service]]:
    """Open a scene where a company's service does the work."""
    service = Service()
    with stub_service.serving(service) as service.stub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACCOUNT_SERVICE_URL", service.stub.url)
        patch.setenv("ACCOUNT_SERVICE_TOKEN", SERVICE_TOKEN)
        with scene(folder, actions=EXAMPLE.read_text(encoding="utf-8")) as opened:
            yield opened, service


def test_no_secret_is_found_where_a_service_does_the_work(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Also where it repeats what it was told in each of its failures."""
    with served(tmp_path) as (opened, service):
        over_http(opened, service)
        opened.evidence.add("output", *capfd.readouterr())
        assert opened.search() == []


# --- and it would be found

Change = Callable[[pytest.MonkeyPatch], None]


def line(module: ModuleType, function: str, old: str, new: str) -> Change:
    """Return what changes a line of a function."""
    return lambda patch: change(patch, attrgetter(function)(module), old, new)


def statement(name: str, old: str, new: str) -> Change:
    """Return what changes a statement of SQL."""

    def changes(patch: pytest.MonkeyPatch) -> None:
        said = getattr(sql, name)
        assert said.count(old) == 1, f"{name} no longer says {old!r} once"
        patch.setattr(sql, name, said.replace(old, new))

    return changes


def talkative(patch: pytest.MonkeyPatch) -> None:
    """Let urllib3 log again what it asks for."""
    for name in ("urllib3", "urllib3.connectionpool"):
        patch.setattr(logging.getLogger(name), "level", logging.NOTSET)
        patch.setattr(logging.getLogger(name), "_cache", {})


def reset(scene: Scene, caller: str) -> None:
    """Reset the login password."""
    resets(scene, caller, "login")


def ring(scene: Scene, caller: str) -> None:
    """Ring, and no more."""
    scene.rings(caller)


def prove(scene: Scene, caller: str) -> None:
    """Prove who calls, and have a link sent."""
    phone = scene.proves(caller)
    phone.presses(YES)
    scene.link(phone.call)
    scene.sends()


SLIPS: Mapping[str, tuple[Play, list[Change]]] = {
    "the record keeps the keys of a secret entry": (
        Play(prove),
        [line(record, "public_keys", "isinstance(node, AskNode) and node.is_secret", "False")],
    ),
    "the record keeps what was said": (
        Play(reset),
        [
            line(
                record,
                "public_keys",
                'may_be_kept:\n        return ""',
                "may_be_kept:\n        return repr(event)",
            )
        ],
    ),
    "an entry outlives its turn": (Play(prove), [line(step, "_accept", "if node.is_secret:", "if False:")]),
    "an exception is logged with its text": (
        Play(broken_machinery),
        [line(logs, "origin_of", '"error": type(error).__name__', '"error": str(error)')],
    ),
    "whole numbers are logged": (
        Play(prove),
        [line(logs, "masked", 'return "*" *', 'return number or "*" *')],
    ),
    "the inputs of an action are logged": (
        Play(prove),
        [
            line(
                switchboard,
                "_Turn._run_action",
                "self.runs += 1",
                "self.runs += 1; log.info('run', **wanted.inputs)",
            )
        ],
    ),
    "nothing is sealed": (
        Play(prove),
        [
            line(
                seals,
                "Seal.seal",
                "return self._fernet(purpose).encrypt(text.encode()).decode()",
                "return text",
            )
        ],
    ),
    "messages are not sealed": (
        Play(prove),
        [line(switchboard, "Switchboard._messages", "if command.secret else", "if False else")],
    ),
    "a message is kept after it was sent": (
        Play(prove),
        [statement("MARK_MESSAGE", "THEN '' ELSE body", "THEN body ELSE body")],
    ),
    "the result of a slow action is not sealed": (
        Play(slow_resets, slow=True),
        [
            line(outcomes, "sealed", 'seal.seal("run", to_json(data))', "to_json(data)"),
            line(outcomes, "opened", 'seal.open("run", sealed)', "sealed"),
        ],
    ),
    "the code itself is kept": (
        Play(prove),
        [
            line(
                one_time_codes,
                "send_code.function",
                'digest("code", request.account, request.call, code)',
                "digest.__call__ and code",
            ),
            line(
                one_time_codes,
                "_digest",
                'digest("code", request.account, request.call, code)',
                "digest.__call__ and code",
            ),
        ],
    ),
    "the ticket itself is kept": (
        Play(prove),
        [line(reset_password, "_reset", 'services.seal.digest("ticket", ticket)', "ticket")],
    ),
    "the ID card is kept with the account": (
        Play(ring),
        [lambda patch: patch.setattr(tables, "CUSTOMER", TypeAdapter(customers.FiledCustomer))],
    ),
    "the password itself is kept": (
        Play(reset),
        [line(service, "Accounts.set_password", "_HASHER.hash(password)", "password")],
    ),
    "a refused password is logged": (
        Play(reset),
        [
            line(
                pages,
                "Pages.set",
                'session["problems"] = broken.problems',
                'log.info("refused", password=password)',
            )
        ],
    ),
    "the ticket stays in the address": (
        Play(reset),
        [line(pages, "Pages._go_on", "self.prefix + _PATH +", "f\"{_PATH}/{session.get('ticket', '')}\" +")],
    ),
    "a page that fails is logged with its path": (
        Play(broken_pages),
        [line(pages, "Pages.failed", "**origin_of(error)", "path=request.path")],
    ),
    "a page that fails says why": (
        Play(broken_pages),
        [line(pages, "Pages.failed", "self._words().internal_error,", "str(error),")],
    ),
    "a carrier's own words are kept": (
        Play(stubborn_carrier),
        [line(rest, "_verdict", "known or", "str(error) or")],
    ),
    "a message that fails is logged with its words": (
        Play(stubborn_carrier),
        [
            line(
                messages,
                "Outbox._fail",
                "reason=_without",
                "body=self._seal.open(SEALED_AS, message.body), reason=_without",
            )
        ],
    ),
    "the simulator shows a secret entry": (
        Play(simulates),
        [line(simulator, "Simulator._typed", "if secret else text", "if False else text")],
    ),
    "the trace shows the inputs of an action": (
        Play(simulates),
        [
            line(
                commands,
                "RunAction.shown.fget",
                "', '.join(self.inputs)",
                "', '.join(map(str, self.inputs.values()))",
            )
        ],
    ),
    "the trace shows a long entry": (
        Play(simulates_from_afar),
        [line(trace, "_shown", 'name == "Digits" and len(value) != 1', "False")],
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_one_line_less_and_a_secret_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Each of these lines matters, and its absence shows."""
    play, changes = SLIPS[name]
    for each in changes:
        each(monkeypatch)
    with scene(tmp_path, slow=play.slow) as opened:
        play.act(opened, CHINESE)
        assert opened.search() != []


@pytest.mark.parametrize(
    "changes",
    [
        line(http, "meaning", 'f"status {answer.status}"', 'f"status {answer.data}"'),
        line(http, "ServiceAction.run", "service=self.declared.name", "service=repr(self.endpoint.headers)"),
        line(peers, "_json", 'not JSON")\n    try:', '{answer.body!r}")\n    try:'),
        talkative,
    ],
    ids=["what a service answers", "what a service is told", "what is not JSON", "where a service is asked"],
)
def test_one_line_less_of_a_service_and_a_secret_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: Change
) -> None:
    """Nothing of what is said to a service, or by it, may be logged."""
    changes(monkeypatch)
    with served(tmp_path) as (opened, service):
        over_http(opened, service)
        assert opened.search() != []
