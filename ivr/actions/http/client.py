"""HTTP requests of which every byte is bounded: by one deadline, and by one number of bytes.

The timeout of an ordinary client is from one byte to the next, so a peer that sends a byte now and then is waited for
without end. Here each ``recv`` and ``send`` of a socket gets the time that is left until the deadline of the whole
request. So it holds for the connection, the handshake, our body, the status line, headers, chunks and trailers alike,
and no watchdog is needed. What is received is counted in the same place. Only the look-up of a name cannot be
interrupted; it is left to a thread of its own.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ProxyError
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)
from urllib3.util.connection import create_connection
from urllib3.util.ssl_ import create_urllib3_context

LARGEST_HEAD = 64 * 1024
"""Bytes of an answer beside its body: status line, headers, interim answers, sizes of chunks and trailers."""
_CONNECTIONS = 32
"""Kept open to each service; more are opened if necessary."""

# The warnings of urllib3 have URLs, which name accounts.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class HttpFailure(Exception):
    """No whole answer came. The text is the kind of failure; it never has a URL, which may name an account."""


class NothingSent(HttpFailure):
    """There was no connection, or it was not safe. Even a request with an effect may be repeated."""


class Untrusted(NothingSent):
    """The certificate of the peer is not trusted."""


class AnswerTooSlow(HttpFailure):
    """The deadline has passed."""


class AnswerTooLarge(HttpFailure):
    """More came than is allowed."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The answer to a request. It may have broken off after the headers."""

    status: int
    headers: Mapping[str, str]
    _body: bytes | HttpFailure

    @property
    def body(self) -> bytes:
        """The whole body, as it came. Raises :class:`HttpFailure` if it did not come whole."""
        if isinstance(self._body, HttpFailure):
            raise self._body
        return self._body


class HttpClient:
    """Connections that are kept open for further requests. Safe from any thread.

    Cookies and ``~/.netrc`` are never used; the latter would even replace our Authorization header.
    """

    def __init__(self, authorities: str | None = None) -> None:
        """Prepare for requests. ``authorities`` is a file of certificate authorities; None means the public ones."""
        self._session = _Session()
        self._session.trust_env = False
        self._session.verify = authorities or True
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(pool_maxsize=_CONNECTIONS))

    @classmethod
    def of_environment(cls) -> Self:
        """Return a client with the certificate authorities that the environment names, as requests knows them."""
        return cls(os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def ask(
        self, method: str, url: str, *, seconds: float, largest: int, proxies: bool = False, **sent: Any
    ) -> HttpAnswer:
        """Make one request. It ends within ``seconds``, and the body has at most ``largest`` bytes.

        ``sent`` is what requests knows as ``headers``, ``data`` and so on. ``proxies`` uses those of the environment.
        A redirect is not followed. Raises :class:`HttpFailure`.
        """
        allowance = _Allowance(time.monotonic() + seconds, largest + LARGEST_HEAD)
        outer = _ALLOWANCE.set(allowance)
        try:
            with self._session.request(
                method.upper(),
                url,
                **sent,
                timeout=seconds,
                proxies=get_environ_proxies(url) if proxies else None,
                stream=True,
            ) as response:
                return HttpAnswer(response.status_code, response.headers, _read(response, largest))
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _failure(error, allowance) from None  # its text has the URL
        finally:
            _ALLOWANCE.reset(outer)


def _read(response: requests.Response, largest: int) -> bytes | HttpFailure:
    """Return the body as it came: nothing is unpacked, so that its size is a limit on our memory."""
    body = bytearray()
    try:
        while part := response.raw.read1(largest + 1, decode_content=False):
            body += part
            if len(body) > largest:
                return AnswerTooLarge("answer too large")
    except (HTTPError, OSError, HttpFailure) as error:
        return error if isinstance(error, HttpFailure) else _failure(error, _ALLOWANCE.get())
    return bytes(body)


def _failure(error: Exception, allowance: _Allowance) -> HttpFailure:
    """Return what an error of the libraries means."""
    reason = getattr(error.args[0], "reason", error.args[0]) if error.args else None
    cause = reason.args[0] if isinstance(reason, HTTPError) and reason.args else reason
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Untrusted(type(error).__name__)
    if not allowance.sent or isinstance(error, ProxyError):
        return NothingSent(type(error).__name__)
    if isinstance(error, requests.Timeout | ReadTimeoutError | TimeoutError) or allowance.is_over:
        return AnswerTooSlow("answer too slow")
    return HttpFailure(type(error).__name__)


# --- what one request may use


@dataclass(slots=True)
class _Allowance:
    """What is left to one request."""

    until: float
    size: int
    """Bytes that may still come."""
    sent: bool = False
    """Whether any of the request may have left."""

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until

    def seconds(self) -> float:
        """Return the time that is left. Raises ``TimeoutError`` if there is none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def receive(self, count: int) -> None:
        self.size -= count
        if self.size < 0:
            raise AnswerTooLarge("answer too large")


_ALLOWANCE: ContextVar[_Allowance] = ContextVar("allowance of the request of this thread")
"""Connections are kept for other threads and other requests, so a socket asks whose request it works for now."""


class _Bounded(socket.socket):
    """A socket of which every operation ends in time."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """As in the base class."""
        self.settimeout(_ALLOWANCE.get().seconds())
        received = super().recv(buflen, flags)
        _ALLOWANCE.get().receive(len(received))
        return received

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """As in the base class."""
        self.settimeout(_ALLOWANCE.get().seconds())
        count = super().recv_into(buffer, nbytes or 0, flags)
        _ALLOWANCE.get().receive(count)
        return count

    def send(self, data: Any, flags: int = 0, /) -> int:
        """As in the base class."""
        self.settimeout(_ALLOWANCE.get().seconds())
        return super().send(data, flags)

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """As in the base class: without TLS, the timeout is that of all the data; with TLS, each part is sent above."""
        self.settimeout(_ALLOWANCE.get().seconds())
        super().sendall(data, flags)


class _BoundedTls(_Bounded, ssl.SSLSocket):
    """The same with TLS."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as in the base class
        """As in the base class."""
        self.settimeout(_ALLOWANCE.get().seconds())
        super().do_handshake(block)


# --- connections


class _Session(requests.Session):
    def get_redirect_target(self, _resp: requests.Response) -> None:
        """Return nothing, so that no redirect is followed: requests would read its whole body, even if told not to follow."""


class _Connection(HTTPConnection):
    """A connection whose sockets are bounded."""

    def _new_conn(self) -> socket.socket:
        """Connect within the time that is left. Each of several addresses gets its share of it."""
        allowance = _ALLOWANCE.get()
        try:
            addresses = _NAMES.addresses(self._dns_host, self.port, allowance.seconds())
        except TimeoutError:
            raise ConnectTimeoutError(self, "the name is not found in time") from None
        except OSError as error:
            found = error if isinstance(error, socket.gaierror) else socket.gaierror(*error.args)
            raise NameResolutionError(self.host, self, found) from None
        failed: OSError = OSError("the name has no address")
        for place, address in enumerate(addresses):
            try:
                share = allowance.seconds() / (len(addresses) - place)
                opened = create_connection((address, self.port), share, socket_options=self.socket_options)
                return _Bounded(fileno=opened.detach())
            except OSError as error:
                failed = error
        if isinstance(failed, TimeoutError):
            raise ConnectTimeoutError(self, "no connection in time") from None
        raise NewConnectionError(self, "no connection") from None

    def send(self, data: Any) -> None:
        """Send, and note that something may have left from now on."""
        if self.sock is None:
            self.connect()
        _ALLOWANCE.get().sent = True
        super().send(data)


class _TlsConnection(_Connection, HTTPSConnection):
    """The same with TLS."""

    def connect(self) -> None:
        """Connect, with bounded sockets above those without TLS too."""
        if self.ssl_context is None:
            self.ssl_context = create_urllib3_context()
            self.ssl_context.sslsocket_class = _BoundedTls
        super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS: Mapping[str, Any] = {"http": _Pool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of connections: ours."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Make the pools for a proxy: ours too."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Names:
    """Looks up names. A look-up that hangs holds up whoever waits for it until their deadline, and one thread a name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[tuple[str, int | None], Future[list[str]]] = {}

    def addresses(self, host: str, port: int | None, seconds: float) -> list[str]:
        """Return the addresses of a host. Raises ``TimeoutError`` and ``socket.gaierror``."""
        with self._lock:
            look_up = self._running.get((host, port))
            if look_up is None:
                look_up = self._running[host, port] = Future()
                run = threading.Thread(
                    target=self._run, args=(host, port, look_up), daemon=True, name="names"
                )
                run.start()
        return look_up.result(seconds)

    def _run(self, host: str, port: int | None, look_up: Future[list[str]]) -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            look_up.set_result(list(dict.fromkeys(str(address[0]) for *_, address in found)))
        except (OSError, UnicodeError) as error:
            look_up.set_exception(error if isinstance(error, OSError) else socket.gaierror("no name"))
        finally:
            with self._lock:
                del self._running[host, port]


_NAMES = _Names()
