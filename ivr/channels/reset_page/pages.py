"""The page behind the link of a reset, where customers set a new password.

The first GET takes the ticket out of the URL and puts it into a cookie, so that neither the address bar, the history
nor a Referer keeps it. It does not use the ticket up, because messengers fetch links to show a preview. Only the POST
of the form does. All links that do not work get the same answer.

Anybody may ask for these pages, and whoever has a link may try passwords. So all that may take long is done in threads
of its own, of which there are few, and tries are counted. The threads that answer calls are never held up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request
from flask_wtf import FlaskForm
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse
from wtforms import PasswordField

from ivr.actions.accounts import OpenReset, PasswordKind, PasswordResets
from ivr.actions.passwords import LONGEST, BadPassword, Reason, login_reasons, normal, payment_reasons
from ivr.channels.reset_page.bounded_pool import BoundedPool, NoRoom
from ivr.channels.reset_page.limits import TooManyTries, TryLimits, client_of
from ivr.channels.reset_page.words import PageProblem, PageWords, near, words_of_hotline
from ivr.logs import BoundedLog, origin_of
from ivr.storage.attempts import Attempts
from ivr.storage.sealing import BrokenSeal, Seal

_PATH = "/reset"
_STYLE = Path(__file__).with_name("page.css").read_bytes()
_STYLE_PATH = f"{_PATH}/page.{hashlib.sha256(_STYLE).hexdigest()[:8]}.css"

LARGEST_FORM = 8 * 1024
"""Bytes of a form. Two passwords of 128 characters have at most three thousand, with everything escaped."""
_PAUSE = 5
"""Seconds after which to try again if too much is under way."""
_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
"""For every answer without headers of its own. Only our style is loaded, and nothing is cached or passed on."""

log = structlog.get_logger(__name__)


class NewPassword(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The form. It has a token of the session, so that no other site can post it."""

    password = PasswordField()
    again = PasswordField()


class BrokenRules(Exception):
    """A password that is not taken. ``problems`` are what the page says about it."""

    def __init__(self, problems: Sequence[PageProblem]) -> None:
        super().__init__()
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a reset."""

    resets: PasswordResets
    limits: TryLimits
    seal: Seal
    clock: Callable[[], datetime]
    prefix: str
    pool: BoundedPool
    languages: Callable[[], Sequence[str]]
    """Returns the languages of the hotline, the first one first."""
    bounded: BoundedLog = field(default_factory=BoundedLog)

    def enter(self, ticket: str) -> AnyResponse:
        """Take the ticket out of the URL, and go on without it."""
        session.clear()
        if self._opened(ticket) is None:
            return self._dead()
        session["ticket"] = ticket
        return self._go_on()

    def show(self) -> Response:
        """Show the form. Right after a post, show once what was wrong, or that the password is set."""
        if "done" in session:
            return self._done(*session.pop("done"))
        opened = self._opened(session.get("ticket", ""))
        if opened is None:
            return self._dead()
        return self._form(opened, NewPassword(formdata=None), session.pop("problems", []))

    def set(self) -> AnyResponse:
        """Set the password, or note what is wrong. The answer is a redirect, so that "back" and "reload" do no harm."""
        if request.content_length is None or request.content_length > LARGEST_FORM:
            abort(413)
        ticket = session.get("ticket", "")
        # Without `formdata` the form would look for files first, and read the body in another way.
        form = NewPassword(formdata=request.form)
        if not form.validate():
            opened = self._opened(ticket)
            return self._dead() if opened is None else make_response(self._form(opened, form, ["stale"]), 400)
        if not self._is_ours(ticket):
            return self._dead()
        password = form.password.data or ""
        if password != form.again.data:
            session["problems"] = ["differ"]
            return self._go_on()
        link, client = self._digest(ticket), client_of(request)
        try:
            with self.limits.claim(link):
                opened = self.pool.do(lambda: self._try(link, client, password))
        except BrokenRules as broken:
            session["problems"] = broken.problems
            return self._go_on()
        if opened is None:
            return self._dead()
        log.info("password set", case=opened.case)
        session.clear()
        session["done"] = opened.which, opened.case, opened.language
        return self._go_on()

    def _try(self, link: str, client: str, password: str) -> OpenReset | None:
        """Set the password of a link, and return its reset, or None if the link is dead. This may take long.

        What costs least comes first. Raises :class:`BrokenRules` and :class:`TooManyTries`.
        """
        now = self.clock()
        self.limits.count(link, client, now)
        opened = self.resets.reset(link, now)
        if opened is None:
            return None
        if problems := _broken_rules(opened, password):
            raise BrokenRules(problems)
        try:
            return opened if self.resets.set_password(link, password, now) else None
        except BadPassword as bad:
            raise BrokenRules([_BEYOND_OURS.get(reason, reason) for reason in bad.reasons]) from None

    def too_many(self, refusal: TooManyTries) -> Response:
        """Answer a try that comes too soon."""
        self.bounded.warning("password try refused", seconds=refusal.seconds)
        words = self._words()
        text = words.under_way if refusal.seconds == 1 else words.too_many
        return self._wait(429, refusal.seconds, words, text)

    def busy(self, _refusal: NoRoom) -> Response:
        """Answer a request for which there is no room now."""
        self.bounded.warning("page is busy")
        words = self._words()
        return self._wait(503, _PAUSE, words, words.busy)

    def failed(self, error: Exception) -> Response | HTTPException:
        """Answer after any other exception here. The path may have a ticket, so it is neither logged nor shown."""
        if isinstance(error, HTTPException):
            return error
        self.bounded.error("page failed", **origin_of(error))
        return Response(self._words().internal_error, status=500, mimetype="text/plain")

    def _opened(self, ticket: str) -> OpenReset | None:
        """Return the reset of a ticket. A ticket that we did not sign is not even looked up."""
        if not self._is_ours(ticket):
            return None
        link, now = self._digest(ticket), self.clock()
        return self.pool.do(lambda: self.resets.reset(link, now))

    def _is_ours(self, ticket: str) -> bool:
        try:
            self.seal.unsign("ticket", ticket)
        except BrokenSeal:
            return False
        return True

    def _digest(self, ticket: str) -> str:
        return self.seal.digest("ticket", ticket)

    def _go_on(self) -> AnyResponse:
        """Redirect to the form. Its address has nothing but the language, if one was chosen."""
        chosen = self._chosen_language()
        return redirect(self.prefix + _PATH + (f"?lang={chosen}" if chosen else ""), 303)

    def _form(self, opened: OpenReset, form: NewPassword, problems: Sequence[str]) -> Response:
        words = self._words(opened.language)
        return self._page("form", words, opened=opened, form=form, problems=problems)

    def _done(self, which: PasswordKind, case: str, language: str) -> Response:
        words = self._words(language)
        return self._page("notice", words, title=words.done_title, text=words.done[which], case=case)

    def _dead(self) -> Response:
        """Give one answer for every link that does not work. Only the browser's language changes it."""
        session.clear()
        words = self._words()
        page = self._page("notice", words, title=words.dead_title, text=words.dead)
        return make_response(page, 404)

    def _wait(self, status: int, seconds: int, words: PageWords, text: str) -> Response:
        page = make_response(self._page("notice", words, title=words.wait_title, text=text), status)
        page.headers["Retry-After"] = str(seconds)
        return page

    def _page(self, name: str, words: PageWords, **values: object) -> Response:
        here, style = self.prefix + _PATH, self.prefix + _STYLE_PATH
        languages = [other for other in self._offered().values() if other is not words]
        page = render_template(
            f"reset/{name}.html", words=words, languages=languages, here=here, style=style, **values
        )
        return make_response(page)

    def _offered(self) -> Mapping[str, PageWords]:
        return words_of_hotline(self.languages())

    def _chosen_language(self) -> str:
        """Return the language that a link of ours asks for, or nothing."""
        chosen = request.args.get("lang", "")
        return chosen if chosen in self._offered() else ""

    def _words(self, customers_language: str = "") -> PageWords:
        """Return the words in the language that was chosen, or is the customer's, the browser's, or the hotline's first."""
        offered = self._offered()
        wanted = (self._chosen_language(), customers_language, *request.accept_languages.values())
        found = (near(tag, offered) for tag in wanted if tag)
        return next((words for words in found if words), next(iter(offered.values())))


_BEYOND_OURS: Mapping[Reason, PageProblem] = {
    Reason.too_short: "too_short_here",
    Reason.too_long: "too_long_here",
    Reason.not_six_digits: Reason.refused,
}
"""What the page says where the service asks for another length than the page does."""


def _broken_rules(opened: OpenReset, password: str) -> list[PageProblem]:
    """Return the page's own rules that a password breaks. Only the service knows the name and the birthday."""
    if len(password) > LONGEST:  # length first: the rest may take seconds
        return [Reason.too_long if opened.which == "login" else Reason.not_six_digits]
    judge = login_reasons if opened.which == "login" else payment_reasons
    return [*judge(normal(password), phone=opened.phone)]


class _Sessions(SecureCookieSessionInterface):
    """Sessions for these pages alone: a webhook has no cookie, and should not pay for a look."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if request.path.startswith(_PATH) else None


def install_reset_page(
    app: Flask,
    resets: PasswordResets,
    attempts: Attempts,
    seal: Seal,
    clock: Callable[[], datetime],
    languages: Callable[[], Sequence[str]],
    public_url: str = "",
    pool: BoundedPool | None = None,
) -> None:
    """Add the pages to the program, and the session that they need.

    ``languages`` returns those of the hotline. ``public_url`` is the program's URL from outside. Its path goes before
    ours; if it is https, so is the cookie.
    """
    prefix = urlsplit(public_url).path.rstrip("/")
    app.secret_key = seal.digest("session")
    app.session_interface = _Sessions()
    app.config.update(
        SESSION_COOKIE_NAME="reset",
        SESSION_COOKIE_PATH=prefix + _PATH,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=public_url.startswith("https:"),
    )
    pages = Pages(resets, TryLimits(attempts), seal, clock, prefix, pool or BoundedPool(), languages)
    blueprint = Blueprint("reset", __name__, template_folder="templates")
    blueprint.add_url_rule(_STYLE_PATH, view_func=_style)
    blueprint.add_url_rule(f"{_PATH}/<path:ticket>", view_func=pages.enter)
    blueprint.add_url_rule(_PATH, view_func=pages.show, strict_slashes=False)
    blueprint.add_url_rule(_PATH, view_func=pages.set, methods=["POST"])
    app.after_request(_with_headers)
    blueprint.register_error_handler(TooManyTries, pages.too_many)
    blueprint.register_error_handler(NoRoom, pages.busy)
    blueprint.register_error_handler(Exception, pages.failed)
    app.register_blueprint(blueprint)


def _style() -> Response:
    """Return the style. Its name changes with it, so that it may be cached for ever."""
    return Response(
        _STYLE, mimetype="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


def _with_headers(response: Response) -> Response:
    if not request.path.startswith(_PATH):
        return response
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
