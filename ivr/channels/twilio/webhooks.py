"""The webhooks: what Twilio posts, and the TwiML that answers it.

A voice webhook is never answered with 5xx, a redirect or plain text. Whatever breaks, callers hear an apology in
their language and are connected with a human. A request that Twilio did not sign gets 403 and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Flask, Response, abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ivr.calls.new_calls import NewCallLimit
from ivr.calls.served_hotline import ServedHotline
from ivr.calls.turns import Switchboard
from ivr.channels.twilio import twiml
from ivr.channels.twilio.forms import FORM_TYPE, LARGEST_FORM
from ivr.channels.twilio.signature import Signature, raw_target
from ivr.channels.twilio.webhook_events import OVER, called_number, caller_number, event_from
from ivr.engine.commands import Command
from ivr.engine.events import CallStarted, RecordingEnded
from ivr.engine.session import Session
from ivr.logs import BoundedLog, origin_of
from ivr.menu.speech.prompts import Utterance
from ivr.menu.tree import Tree

_CALL = re.compile(r"[0-9A-Za-z_-]{1,64}")
"""A call's identifier: `CA` and 32 digits from Twilio. Other carriers that speak TwiML use a UUID, for example."""
_LANGUAGE_IN_URL = re.compile(r"/voice/([A-Za-z0-9-]+)/")
_MOST_TURNS = 999_999
"""Far more than any call has. A larger number is no turn, and no database could hold it."""
_SIGNED = ("/voice", "/messages")
"""Only Twilio may post to paths that begin with these."""
_MOST_MESSAGES = 2**53
_DIALED = "/dialed"
"""The end of the path to which Twilio posts the result of the apology's call to a human."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Apologies:
    """The documents of last resort. They are made in advance, so that an answer needs no store and no tree."""

    documents: Mapping[str, bytes]
    shown: Mapping[str, bytes]
    """The same, with our own number for the human to see: for callers who withhold theirs."""
    goodbyes: Mapping[str, bytes]
    """What callers hear if the human does not answer."""
    many_calls: tuple[bytes, bytes]
    """For a call that is one too many, in every language, because none is chosen yet. The second one shows our own number."""
    first: str

    def for_request(self, language: str) -> bytes:
        """Return the apology for the current request, in this language or else in the hotline's first one."""
        documents = self.documents if caller_number(form_fields()) else self.shown
        return documents.get(language) or documents[self.first]

    def for_one_too_many(self) -> bytes:
        """Return the answer for the current request if it begins a call more than the hotline takes."""
        return self.many_calls[0 if caller_number(form_fields()) else 1]

    def goodbye(self, language: str) -> bytes:
        """Return the goodbye in this language, or else in the hotline's first one."""
        return self.goodbyes.get(language) or self.goodbyes[self.first]


def apologies(tree: Tree, human: str, own_number: str, prefix: str = "") -> Apologies:
    """Make the documents of last resort of a menu.

    ``human`` is the number to ring; if it is empty, there is only the goodbye. ``prefix`` is the path of the public
    URL.
    """

    def words(language: str, name: str) -> list[Utterance]:
        prompts = tree.speech[language].phrases[name][:1]
        return [prompt.fixed for prompt in prompts]

    audio = f"{prefix}/audio/"
    goodbyes = {language: twiml.goodbye(words(language, "farewell"), audio) for language in tree.languages}

    def document(language: str, caller_id: str) -> bytes:
        if not human:
            return goodbyes[language]
        action = f"{prefix}/voice/{language}{_DIALED}"
        return twiml.apology(words(language, "internal_error"), human, action, caller_id, audio)

    def too_many(caller_id: str) -> bytes:
        if not human:
            return twiml.goodbye(
                [each for language in tree.languages for each in words(language, "farewell")], audio
            )
        said = [each for language in tree.languages for each in words(language, "many_calls")]
        return twiml.apology(said, human, f"{prefix}/voice/{tree.languages[0]}{_DIALED}", caller_id, audio)

    return Apologies(
        {language: document(language, "") for language in tree.languages},
        {language: document(language, own_number) for language in tree.languages},
        goodbyes,
        (too_many(""), too_many(own_number)),
        tree.languages[0],
    )


class LastResort:
    """Makes the apologies of the present menu, once for each menu. If a menu cannot be loaded, the last ones stay."""

    def __init__(self, hotline: ServedHotline, make: Callable[[Tree], Apologies]) -> None:
        self._hotline = hotline
        self._make = make
        self._tree = hotline.current()
        self._made = make(self._tree)

    def __call__(self) -> Apologies:
        try:
            tree = self._hotline.current()
            if tree is not self._tree:
                self._made, self._tree = self._make(tree), tree
        except Exception as error:  # noqa: BLE001 - the caller hears the apologies that were made before
            log.error("apologies not made again", **origin_of(error))  # noqa: TRY400 - its text may hold a secret
        return self._made


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The voice webhooks of one hotline."""

    switchboard: Switchboard
    clock: Callable[[], datetime]
    apologies: Callable[[], Apologies]
    signature: Signature | None
    """None if the operator has turned the check off with `--insecure`."""
    new_calls: NewCallLimit
    prefix: str = ""
    """The path of the public URL."""
    own_number: str = ""
    bounded: BoundedLog = field(default_factory=BoundedLog)

    def voice(self) -> Response:
        """Answer the first webhook of a call. One too many in its minute costs neither the store nor a turn."""
        if not self.new_calls.admits(self.clock()):
            return document(self.apologies().for_one_too_many())
        return self.turn("", 0)

    def turn(self, language: str, number: int) -> Response:
        """Answer a turn. The language of the URL is only for an apology; the session has its own."""
        form = form_fields()
        call = form.get("CallSid", "")
        if not _CALL.fullmatch(call):
            if not body_too_large():  # that is in the log already
                self.bounded.warning("no call", path=path_asked_for())
            return document(self.apologies().for_request(language))
        at, caller = self.clock(), caller_number(form)
        start, event = CallStarted(at, caller, called_number(form)), event_from(form, at)
        if isinstance(event, RecordingEnded) and event.url and event.seconds:
            self.switchboard.keep_voicemail(call, event.url, event.seconds, at)

        def render(session: Session, commands: Sequence[Command]) -> bytes:
            urls = twiml.Urls(
                turn=f"{self.prefix}/voice/{session.language}/{session.turn}",
                recording=f"{self.prefix}/voice/recording",
                audio=f"{self.prefix}/audio/",
                whisper=f"{self.prefix}/voice/whisper",
            )
            return twiml.render(commands, urls, None if session.caller else self.own_number or None)

        answer = self.switchboard.take_turn(call, number, event, start, render)
        return document(answer or twiml.goodbye())

    def fallback(self) -> Response:
        """Answer for a document that failed: an apology and a human, without store or tree."""
        form = form_fields()
        call, code = form.get("CallSid", ""), form.get("ErrorCode", "")
        log.error(
            "fallback", call=call if _CALL.fullmatch(call) else "", code=code[:5] if code.isdecimal() else ""
        )
        return document(self.last_words(form.get("ErrorUrl", "")))

    def dialed(self, language: str) -> Response:
        """Answer after the apology's call to a human: hang up if they answered, else say goodbye."""
        answered = event_from(form_fields(), self.clock()).connected
        return document(twiml.goodbye() if answered else self.apologies().goodbye(language))

    def last_words(self, failed: str) -> bytes:
        """Return the apology for a URL that failed, or a goodbye if the human was rung already."""
        language = language_in(failed)
        if urlsplit(failed).path.rstrip("/").endswith(_DIALED):
            return self.apologies().goodbye(language)
        return self.apologies().for_request(language)

    def whisper(self) -> Response:
        """Tell a desk, before it is connected, why the call comes and what is proved, so that it asks nothing twice.

        The request comes from the desk's own leg; ``ParentCallSid`` is the caller's call.
        """
        call = form_fields().get("ParentCallSid", "")
        history = self.switchboard.store.call(call) if _CALL.fullmatch(call) else None
        if history is None or not history.record.reason:
            return document(twiml.whisper([]))
        tree = self.switchboard.hotline.version(history.record.version)
        words = tree.speech[tree.languages[0]].utter(history.record.reason)
        return document(twiml.whisper([words]))

    def status(self) -> Response:
        """Note that a call is over."""
        form = form_fields()
        if form.get("CallStatus", "") in OVER and _CALL.fullmatch(form.get("CallSid", "")):
            self.switchboard.hang_up(form["CallSid"], self.clock())
        return Response(status=204)

    def recording(self) -> Response:
        """Note that a recording can be fetched now."""
        form = form_fields()
        seconds = form.get("RecordingDuration", "")
        if _CALL.fullmatch(form.get("CallSid", "")) and form.get("RecordingUrl") and seconds.isdecimal():
            self.switchboard.keep_voicemail(
                form["CallSid"], form["RecordingUrl"], int(seconds[:6]), self.clock()
            )
        return Response(status=204)

    def message(self, number: int) -> Response:
        """Note what became of a text message that Twilio has sent."""
        form = form_fields()
        status, error = form.get("MessageStatus", ""), form.get("ErrorCode", "")
        status = "delivered" if status == "read" else status
        if status:
            said = f"Twilio's error {error}" if error.isdecimal() else ""
            self.switchboard.report_message(
                number, status, carrier_id=form.get("MessageSid", "")[:64], error=said[:64]
            )
        return Response(status=204)

    def check(self) -> None:
        """Refuse a request that Twilio did not sign. A body that is too large is not read, so no signature covers it."""
        too_large = body_too_large()
        if too_large:
            self.bounded.warning("body too large", path=path_asked_for(), most=LARGEST_FORM)
        if self.signature is None:
            return
        environ = request.environ
        header = environ.get("HTTP_X_TWILIO_SIGNATURE")
        if not (is_form() and self.signature.valid(raw_target(environ), form_fields(), header)):
            if not too_large:
                self.bounded.warning("signature refused", path=path_asked_for(), signed=header is not None)
            abort(403)

    def trouble(self, error: Exception) -> Response | HTTPException:
        """Answer after any exception in a webhook."""
        if isinstance(error, HTTPException) and error.code == 403:
            return error
        call = form_fields().get("CallSid", "")
        call = call if _CALL.fullmatch(call) else ""
        self.bounded.error("webhook failed", call=call, path=path_asked_for(), **origin_of(error))
        if request.path in {"/voice/status", "/voice/recording"} or request.path.startswith("/messages"):
            return Response(status=204)
        if request.path == "/voice/whisper":
            return document(twiml.whisper([]))  # an apology here would end the caller's call
        return document(self.last_words(request.path))


def form_fields() -> MultiDict[str, str]:
    """Return what was posted, or nothing if the body cannot be read, for example because it is too large."""
    try:
        return request.form
    except HTTPException:
        return MultiDict()


def body_too_large() -> bool:
    try:
        request.form  # noqa: B018 - reading it is what raises
    except RequestEntityTooLarge:
        return True
    except HTTPException:
        pass
    return False


def path_asked_for() -> str:
    """Return the path's rule, for the log. The path itself may be a secret link, if the public URL is set wrongly."""
    return str(request.url_rule.rule) if request.url_rule else ""


def is_form() -> bool:
    """Return whether a POST has a form, as Twilio's do. The signature would cover nothing of any other body."""
    environ = request.environ
    kind = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    return request.method != "POST" or kind == FORM_TYPE


def language_in(url: str) -> str:
    """Return the language in an action URL, or nothing."""
    found = _LANGUAGE_IN_URL.search(url)
    return found[1] if found else ""


def document(body: bytes) -> Response:
    return Response(body, content_type="text/xml; charset=utf-8")


def install_webhooks(app: Flask, webhooks: Webhooks) -> None:
    """Add the voice webhooks to the program."""
    blueprint = Blueprint("twilio", __name__)
    for path, view in (
        ("/voice", webhooks.voice),
        (f"/voice/<language>/<int(max={_MOST_TURNS}):number>", webhooks.turn),
        ("/voice/fallback", webhooks.fallback),
        (f"/voice/<language>{_DIALED}", webhooks.dialed),
        ("/voice/status", webhooks.status),
        ("/voice/whisper", webhooks.whisper),
        ("/voice/recording", webhooks.recording),
        (f"/messages/<int(max={_MOST_MESSAGES}):number>/status", webhooks.message),
    ):
        blueprint.add_url_rule(path, view_func=view, methods=["POST"], strict_slashes=False)
    app.register_blueprint(blueprint)

    @app.before_request
    def check() -> None:
        if request.path.startswith(_SIGNED):
            webhooks.check()

    @app.errorhandler(Exception)
    def trouble(error: Exception) -> Response | HTTPException:
        if request.path.startswith(_SIGNED):
            return webhooks.trouble(error)
        if isinstance(error, HTTPException):
            return error
        webhooks.bounded.error("request failed", path=path_asked_for(), **origin_of(error))
        return Response("something went wrong\n", status=500, content_type="text/plain; charset=utf-8")


def path_of(public_url: str) -> str:
    """Return the path of the public URL, without its last slash."""
    return urlsplit(public_url).path.rstrip("/")
