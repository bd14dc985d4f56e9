"""The page behind the link of a reset, where customers set a new password.

The first GET takes the ticket out of the URL and puts it into a cookie, so that neither the address bar, the history
nor a Referer keeps it. It does not use the ticket up, because messengers fetch links to show a preview. Only the POST
of the form does. All links that do not work get the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request
from flask_wtf import FlaskForm
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse
from wtforms import PasswordField

from ivr.actions.accounts import OpenReset, PasswordKind, PasswordResets
from ivr.actions.passwords import BadPassword, Reason, login_reasons, normal, payment_reasons
from ivr.channels.reset_page.words import PAGE_WORDS, PageProblem, PageWords
from ivr.logs import origin_of
from ivr.storage.sealing import BrokenSeal, Seal

_PATH = "/reset"
_STYLE = Path(__file__).with_name("page.css").read_bytes()
_STYLE_PATH = f"{_PATH}/page.{hashlib.sha256(_STYLE).hexdigest()[:8]}.css"

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


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a reset."""

    resets: PasswordResets
    seal: Seal
    clock: Callable[[], datetime]
    prefix: str

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
        ticket = session.get("ticket", "")
        opened = self._opened(ticket)
        if opened is None:
            return self._dead()
        # Without `formdata` the form would look for files first, and read the body in another way.
        form = NewPassword(formdata=request.form)
        if not form.validate():
            return make_response(self._form(opened, form, ["stale"]), 400)
        password = form.password.data or ""
        problems = _broken_rules(opened, password) if password == form.again.data else ["differ"]
        try:
            if not problems and not self.resets.set_password(self._digest(ticket), password, self.clock()):
                return self._dead()
        except BadPassword as bad:
            problems = [_BEYOND_OURS.get(reason, reason) for reason in bad.reasons]
        if problems:
            session["problems"] = problems
            return self._go_on()
        log.info("password set", case=opened.case)
        session.clear()
        session["done"] = opened.which, opened.case, opened.language
        return self._go_on()

    def _opened(self, ticket: str) -> OpenReset | None:
        """Return the reset of a ticket. A ticket that we did not sign is not even looked up."""
        try:
            self.seal.unsign("ticket", ticket)
        except BrokenSeal:
            return None
        return self.resets.reset(self._digest(ticket), self.clock())

    def _digest(self, ticket: str) -> str:
        return self.seal.digest("ticket", ticket)

    def _go_on(self) -> AnyResponse:
        """Redirect to the form. Its address has nothing but the language, if one was chosen."""
        chosen = _chosen_language()
        return redirect(self.prefix + _PATH + (f"?lang={chosen}" if chosen else ""), 303)

    def _form(self, opened: OpenReset, form: NewPassword, problems: Sequence[str]) -> Response:
        words = _words(opened.language)
        return self._page("form", words, opened=opened, form=form, problems=problems)

    def _done(self, which: PasswordKind, case: str, language: str) -> Response:
        words = _words(language)
        return self._page("notice", words, title=words.done_title, text=words.done[which], case=case)

    def _dead(self) -> Response:
        """Give one answer for every link that does not work. Only the browser's language changes it."""
        session.clear()
        words = _words()
        page = self._page("notice", words, title=words.dead_title, text=words.dead)
        return make_response(page, 404)

    def _page(self, name: str, words: PageWords, **values: object) -> Response:
        here, style = self.prefix + _PATH, self.prefix + _STYLE_PATH
        languages = [other for other in PAGE_WORDS.values() if other is not words]
        page = render_template(
            f"reset/{name}.html", words=words, languages=languages, here=here, style=style, **values
        )
        return make_response(page)


_BEYOND_OURS: Mapping[Reason, PageProblem] = {
    Reason.too_short: "too_short_here",
    Reason.too_long: "too_long_here",
    Reason.not_six_digits: Reason.refused,
}
"""What the page says where the service asks for another length than the page does."""


def _broken_rules(opened: OpenReset, password: str) -> list[PageProblem]:
    """Return the page's own rules that a password breaks. Only the service knows the name and the birthday."""
    judge = login_reasons if opened.which == "login" else payment_reasons
    return [*judge(normal(password), phone=opened.phone)]


class _Sessions(SecureCookieSessionInterface):
    """Sessions for these pages alone: a webhook has no cookie, and should not pay for a look."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if request.path.startswith(_PATH) else None


def install_reset_page(
    app: Flask, resets: PasswordResets, seal: Seal, clock: Callable[[], datetime], public_url: str = ""
) -> None:
    """Add the pages to the program, and the session that they need.

    ``public_url`` is the program's URL from outside. Its path goes before ours; if it is https, so is the cookie.
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
    pages = Pages(resets, seal, clock, prefix)
    blueprint = Blueprint("reset", __name__, template_folder="templates")
    blueprint.add_url_rule(_STYLE_PATH, view_func=_style)
    blueprint.add_url_rule(f"{_PATH}/<path:ticket>", view_func=pages.enter)
    blueprint.add_url_rule(_PATH, view_func=pages.show, strict_slashes=False)
    blueprint.add_url_rule(_PATH, view_func=pages.set, methods=["POST"])
    app.after_request(_with_headers)
    blueprint.register_error_handler(Exception, _internal_error)
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


def _internal_error(error: Exception) -> Response | HTTPException:
    """Answer after an exception here. The path may have a ticket, so it is neither logged nor shown."""
    if isinstance(error, HTTPException):
        return error
    log.error("page failed", **origin_of(error))
    return Response(_words().internal_error, status=500, mimetype="text/plain")


def _chosen_language() -> str:
    """Return the language that a link of ours asks for, or nothing."""
    chosen = request.args.get("lang", "")
    return chosen if chosen in PAGE_WORDS else ""


def _words(customers_language: str = "") -> PageWords:
    """Return the words in the language that was chosen, or is the customer's, or the browser's."""
    for language in (_chosen_language(), customers_language):
        if language in PAGE_WORDS:
            return PAGE_WORDS[language]
    for tag in request.accept_languages.values():
        for language, words in PAGE_WORDS.items():
            if language.partition("-")[0] == tag.partition("-")[0].lower():  # for en-GB ours is near enough
                return words
    return next(iter(PAGE_WORDS.values()))
