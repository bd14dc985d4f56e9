"""How often a password may be tried on the page: for each link, each client, and over all.

A try costs half a second of a processor. The limits are those of all workers together, and a normal day never meets
them. Whoever meets one is told when to try again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Lock
from typing import Self

from flask import Request

from ivr.storage.attempts import Attempts, RateLimit

WITHIN = timedelta(minutes=10)
MOST_OF_A_LINK = 10
"""A customer who is refused so often in ten minutes needs a human more than another try."""
MOST_OF_A_CLIENT = 60
"""An office or a mobile network may share one address."""
MOST_OVER_ALL = 600
"""One a second, of which a machine with two processors still answers calls."""


class TooManyTries(Exception):
    """A limit is reached. ``seconds`` is when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries; again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class TryLimits:
    """Counts the tries to set a password."""

    attempts: Attempts
    _under_way: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def claim(self, link: str) -> Claim:
        """Claim a link for one try in this process, until the block ends. Raises :class:`TooManyTries`."""
        with self._lock:
            if link in self._under_way:
                raise TooManyTries(1)
            self._under_way.add(link)
        return Claim(self, link)

    def count(self, link: str, client: str, at: datetime) -> None:
        """Count a try with this link (its digest) by this client, if it is known. Raises :class:`TooManyTries`."""
        limits = [
            RateLimit(f"password-link:{link}", MOST_OF_A_LINK, WITHIN),
            RateLimit("password-over-all", MOST_OVER_ALL, WITHIN),
        ]
        if client:
            limits.append(RateLimit(f"password-client:{client}", MOST_OF_A_CLIENT, WITHIN))
        # The first look writes nothing, so that a flood fills no table.
        reached = any(self.attempts.used_up(limit, at=at) for limit in limits)
        if reached or not self.attempts.consume(limits, key=f"password/{secrets.token_hex(16)}", at=at):
            raise TooManyTries(int(WITHIN.total_seconds()))

    def release(self, link: str) -> None:
        with self._lock:
            self._under_way.discard(link)


@dataclass(frozen=True, slots=True)
class Claim:
    """A link on which one try is under way."""

    limits: TryLimits
    link: str

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.limits.release(self.link)


def client_of(request: Request) -> str:
    """Return whom a request comes from, or nothing if that is unknown.

    Behind a proxy on this machine or in our network, it is the address that the proxy itself has added last to
    ``X-Forwarded-For``. What a client wrote there stands before it. Of an IPv6 address, only the network counts, because
    one client has all of it.
    """
    peer = _address(request.environ.get("REMOTE_ADDR", ""))
    if peer is None or not peer.is_global:
        peer = _address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2])
    if peer is None:
        return ""
    return str(IPv6Address(int(peer) >> 64 << 64)) if isinstance(peer, IPv6Address) else str(peer)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip()[:64])
    except ValueError:
        return None
