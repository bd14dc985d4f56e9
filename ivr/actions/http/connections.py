"""The connections to a company's services, and whether each of them is up.

The log has the kind of a failure. It never has a URL, a header or a body, because they may hold what a caller typed.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pybreaker

from ivr.actions.http.client import HttpAnswer, HttpClient, HttpFailure, NothingSent
from ivr.config import BadSetting
from ivr.menu.language.http_services import ACTIONS_FILE, SETTING, Breaker, Service

LARGEST_ANSWER = 256 * 1024
"""Bytes. An action needs a few hundred; far more is a mistake, or an attack on our memory."""


class ServiceError(Exception):
    """A service failed. The text is for the log."""


class ServiceDown(ServiceError):
    """It did not answer, or it answered that it cannot. Trying again may help; too many of these open the breaker."""


class NoConnection(ServiceDown):
    """There was no connection and nothing was sent, so that even a request with an effect may be repeated."""


class NoServiceAnswer(ServiceDown, TimeoutError):
    """The request has left, and its answer did not come in time or at all: it may have been done."""


class UnexpectedAnswer(ServiceError):
    """It answered something unexpected. Trying again would not help."""


class BrokenAnswer(UnexpectedAnswer):
    """It answered that it is done, without all that the outcome tells."""


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """A status, and the JSON that came with it, or None."""

    status: int
    data: Any


class _SteadyState(pybreaker.CircuitMemoryStorage):
    """The state of a breaker. No clock that is set back prolongs its pause: pybreaker itself reads the time of day."""

    _opened: float | None = None
    """When it was opened, as ``time.monotonic`` counts."""

    @property
    def opened_at(self) -> datetime | None:
        if self._opened is None:
            return None
        return datetime.now(UTC) - timedelta(seconds=time.monotonic() - self._opened)

    @opened_at.setter
    def opened_at(self, at: datetime) -> None:
        self._opened = time.monotonic() - (datetime.now(UTC) - at).total_seconds()


class ServiceClient:
    """The connections to one service, and whether it is up. Safe from any thread."""

    def __init__(self, breaker: Breaker, authorities: str | None) -> None:
        self._client = HttpClient(authorities)
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=breaker.failures,
            reset_timeout=breaker.seconds,
            exclude=[lambda error: not isinstance(error, ServiceDown)],
            throw_new_error_on_trip=False,
            state_storage=_SteadyState(pybreaker.STATE_CLOSED),
        )
        self._trial = threading.Lock()

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Guard one request. Raises ``CircuitBreakerError`` at once while the service counts as down.

        The breaker's ``call`` would hold its lock during the request, and so let through one request at a time;
        ``calling`` does not. After the pause, a single request tries whether the service is up again.
        """
        if self._breaker.current_state == pybreaker.STATE_CLOSED:
            with self._breaker.calling():
                yield
        elif self._trial.acquire(blocking=False):
            try:
                with self._breaker.calling():
                    yield
            finally:
                self._trial.release()
        else:
            raise pybreaker.CircuitBreakerError

    def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float
    ) -> ServiceAnswer:
        """Make one request, which ends within ``seconds``."""
        try:
            answer = self._client.ask(
                method, url, headers=headers, data=body, seconds=seconds, largest=LARGEST_ANSWER
            )
            return ServiceAnswer(answer.status, _json(answer))
        except HttpFailure as failure:
            raise (NoConnection if isinstance(failure, NothingSent) else NoServiceAnswer)(
                str(failure)
            ) from None


def _json(answer: HttpAnswer) -> Any:
    if not answer.body:
        return None
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise ServiceDown(f"status {answer.status}, not JSON")
    try:
        return json.loads(answer.body, parse_float=exact, parse_int=_whole, parse_constant=exact)
    except (ValueError, RecursionError):
        raise ServiceDown(f"status {answer.status}, not JSON") from None


_MOST_DIGITS = 18


def exact(text: str) -> Decimal:
    """Return a number exactly. Raises ``ValueError`` if the text is no number, or one too long to speak."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise ValueError("no number") from None
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError("no number that can be said")
    return number


def _whole(text: str) -> int:
    return int(exact(text))


def plain_json(value: Any) -> Any:
    """Return a number or a date as JSON has it, for :func:`json.dumps`. Raises ``TypeError`` for anything else."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not plain data")


class Connections:
    """The clients of all services. They outlive a menu version: a changed menu does not make a service look up again."""

    def __init__(self) -> None:
        self._clients: dict[tuple[str, Breaker, str | None], ServiceClient] = {}
        self._lock = threading.Lock()

    def to(self, url: str, breaker: Breaker, authorities: str | None = None) -> ServiceClient:
        """Return the client for an address.

        ``authorities`` is the file of the trusted certificate authorities; None means the public ones.
        """
        known = url, breaker, authorities
        with self._lock:
            if known not in self._clients:
                self._clients[known] = ServiceClient(breaker, authorities)
            return self._clients[known]

    def close(self) -> None:
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()


# --- one service of a hotline

_OWN_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "ivr"}
"""Nothing is compressed, so that the limit on an answer's size is a limit on our memory."""
_URL = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[^\s?#@\\]*)?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service that an ``actions.yaml`` declares, with its address and secrets filled in."""

    client: ServiceClient
    url: str
    headers: Mapping[str, str] = field(repr=False)

    def ask(self, method: str, path: str, body: Any, *, key: str, seconds: float) -> ServiceAnswer:
        """Make one request. A body other than None is sent as JSON, and a key that is not empty as the idempotency key.

        It belongs inside ``client.guarded()``, with the check of the status, because an answer of 500 is a failure
        too.
        """
        headers = {**self.headers, **_OWN_HEADERS}
        if key:
            headers["Idempotency-Key"] = key
        sent = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            sent = json.dumps(body, default=plain_json, allow_nan=False).encode()
        return self.client.ask(method, self.url + path, headers, sent, seconds)


def endpoint_of(
    name: str, service: Service, environ: Mapping[str, str], connections: Connections
) -> Endpoint:
    """Return where a declared service is found. Raises :class:`ivr.config.BadSetting` for a missing value."""
    url = _filled_in(name, service.url, environ).rstrip("/")
    if not _URL.fullmatch(url):
        raise BadSetting(
            f"{ACTIONS_FILE}: the `url` of the service `{name}` is no web address; "
            "write it like https://accounts.example.com"
        )
    headers = {header: _filled_in(name, typed, environ) for header, typed in service.headers.items()}
    authorities = environ.get("REQUESTS_CA_BUNDLE") or None
    return Endpoint(connections.to(url, service.breaker, authorities), url, headers)


def _filled_in(service: str, typed: str, environ: Mapping[str, str]) -> str:
    """Return a text with the values of the environment in it."""

    def of(found: re.Match[str]) -> str:
        given = environ.get(found["name"], "").strip()
        if not given:
            raise BadSetting(
                f"{found['name']} is missing; the service `{service}` in {ACTIONS_FILE} needs it"
            )
        return given

    return re.sub(SETTING, of, typed)
