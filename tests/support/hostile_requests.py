"""Requests that no carrier sends, as bytes on the wire, and a client that sends a hundred thousand of them.

The requests are drawn with a fixed seed. Each of them holds :data:`CANARY`, which must turn up in no log.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from tests.support.phone import FORM, PUBLIC, signed

CANARY = "canary-7f3a9"
"""Stands in every target, header or body, in place of a secret."""
PATIENCE = 12.0
"""Seconds until an answer is given up: longer than the server gives a request."""
STRANGE_TURNS = (
    "0",
    "-1",
    "999999",
    "1000000",
    "9" * 400,
    "1e9",
    "0x1",
    "٣",
    "1%00",
    "01",
    "+1",
    "NaN",
    "1.0",
    " ",
)
LANGUAGES = ("zh-CN", "en-US", "xx", "../..", "zh-CN%2f..", "%ff%fe", "z" * 300, "<b>", "{{ 7*7 }}")
METHODS = (
    "GET",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "VOICE",
    "post",
)
KINDS = (
    "multipart/form-data; boundary=x",
    "application/json",
    "text/xml",
    FORM + "; charset=utf-7",
    "",
    "x" * 200,
)
STRANGE_VALUES = (
    "",
    "\0\x1b[31m",
    "<Say>&",
    "{{ 9 ** 9 }}",
    "𝟙" * 50,
    "\u202e\ufeff",
    "../" * 20,
    "' OR 1=1 --",
    "9" * 3000,
    "+" * 40,
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
)

Draw = random.Random


def plain(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return a request that is well formed, whatever is in it."""
    lines = [f"{method} {target} HTTP/1.1", "Host: ivr.example.com"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if body or method == "POST" else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def target(draw: Draw) -> str:
    """Return the target of a webhook, seldom a good one."""
    strange = f"/voice/{draw.choice(LANGUAGES)}/{draw.choice(STRANGE_TURNS)}"
    return draw.choice(
        [
            "/voice",
            "/voice/fallback",
            "/voice/status",
            "/voice/recording",
            "/voice/whisper",
            f"/messages/{draw.choice(STRANGE_TURNS)}/status",
            f"/voice/zh-CN/{draw.randint(0, 10**7)}",
            strange,
        ]
    ).replace(" ", "%20")


def form(draw: Draw) -> dict[str, str]:
    """Return the fields of a webhook with something strange in them."""
    fields = {
        "CallSid": draw.choice([f"CA{draw.getrandbits(128):032x}", "no-call", "x" * 65]),
        "From": draw.choice(["+8613800138000", "anonymous", f"+1{draw.randint(0, 10**10)}"]),
        "To": "+8657100000000",
        "CallStatus": draw.choice(["ringing", "in-progress", "completed", CANARY]),
        "Digits": draw.choice(["1", "1237", "*" * 30]),
        CANARY: CANARY,
    }
    for name in draw.sample([*fields, "SpeechResult", "RecordingUrl", "ErrorUrl", "DialCallStatus"], 2):
        fields[name] = draw.choice(STRANGE_VALUES)
    return fields


def unsigned(draw: Draw) -> bytes:
    """Return a webhook without a signature."""
    return plain("POST", target(draw), {"Content-Type": FORM}, urlencode(form(draw)).encode())


def forged(draw: Draw) -> bytes:
    """Return a webhook that is signed with another token, or with nonsense."""
    path, fields = target(draw), form(draw)
    signature = draw.choice([signed(PUBLIC + path, fields, CANARY), CANARY, "=" * 28, "é" * 28, "A" * 4000])
    header = {"Content-Type": FORM, "X-Twilio-Signature": signature}
    return plain("POST", path, header, urlencode(fields).encode())


def wrong_path(draw: Draw) -> bytes:
    """Return a request for something that is not there, or that nobody may have."""
    path = draw.choice(
        [
            f"/{CANARY}",
            f"/reset/{CANARY}",
            f"/reset/{draw.getrandbits(256):x}",
            "/reset/" + "a" * 5000,
            f"/audio/zh-CN/{CANARY}.wav",
            "/audio/../menu.yaml",
            "/audio/%2e%2e/%2e%2e/etc/passwd",
            f"//{CANARY}/voice",
            f"/voice/zh-CN/1/{CANARY}",
            "/%00/%0d%0aX:%20y",
            "/" + quote("语音".encode("gbk")),
            "/" + "/" * 3000,
            f"/healthz?{CANARY}=" + "%" * 50,
            "*",
            f"http://evil.example/{CANARY}",
        ]
    )
    return plain(draw.choice(["GET", "POST", "HEAD"]), path, {"Cookie": f"session={CANARY}"})


def wrong_method(draw: Draw) -> bytes:
    """Return a webhook with another method, or a header that asks for one."""
    method = draw.choice(METHODS)
    headers = {"X-HTTP-Method-Override": "POST", "X-Forwarded-For": CANARY}
    if method in {"PUT", "PATCH"}:
        headers["Content-Length"] = "0"
    return plain(method, target(draw), headers)


def odd_body(draw: Draw) -> bytes:
    """Return a webhook whose body is no form, or one that is coded strangely."""
    body = draw.choice(
        [
            draw.randbytes(draw.randint(0, 300)),
            b"%" * 200,
            b"&" * 5000,
            b"=&" * 2000,
            b"CallSid=%ff%fe&From=%zz&=" + CANARY.encode(),
            ("a" * 70_000).encode(),
            b"&".join(b"k%d=1" % i for i in range(3000)),
            '{"CallSid": "CA1"}'.encode("utf-16"),
            b'--x\r\nContent-Disposition: form-data; name="CallSid"\r\n\r\nCA1\r\n--x--',
        ]
    )
    header = {"Content-Type": draw.choice(KINDS), "Content-Encoding": draw.choice(["gzip", "br", CANARY])}
    return plain("POST", target(draw), header, body)


def huge_header(draw: Draw) -> bytes:
    """Return a request with more or longer headers than any client has; some are just short enough."""
    headers = {
        f"X-{CANARY}-{number}": "x" * draw.choice([1, 100, 1000])
        for number in range(draw.choice([3, 60, 120]))
    }
    headers["Cookie"] = "x" * draw.choice([10, 4_000, 15_000, 20_000])
    headers["X_Twilio_Signature"] = CANARY
    return plain("POST", "/voice", headers)


def malformed(draw: Draw) -> bytes:
    """Return bytes that are no request. Each of them is complete, so that nobody waits for more."""
    return draw.choice(
        [
            f"POST /{CANARY}\r\n\r\n",
            f"{CANARY}\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
            f"POST /voice HTTP/1.1\r\nHost: x\r\nContent-Length: {CANARY}\r\n\r\n",
            "POST /voice HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST /voice HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST /voice HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            "POST /voice HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
            "GET /voice HTTP/1.1\r\nHost: x\r\n folded: x\r\nX\r\n\r\n",
            "GET /voice HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nHost: x\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        ]
    ).encode("latin-1")


def signed_but_strange(draw: Draw) -> bytes:
    """Return a webhook that is signed and has strange fields: what a carrier's fault could look like."""
    path, fields = target(draw), form(draw)
    header = {"Content-Type": FORM, "X-Twilio-Signature": signed(PUBLIC + path, fields)}
    return plain("POST", path, header, urlencode(fields).encode())


ATTACKS: dict[str, tuple[Callable[[Draw], bytes], int]] = {
    "unsigned": (unsigned, 20),
    "forged": (forged, 20),
    "wrong path": (wrong_path, 15),
    "wrong method": (wrong_method, 15),
    "odd body": (odd_body, 10),
    "huge header": (huge_header, 8),
    "malformed": (malformed, 10),
    "signed but strange": (signed_but_strange, 2),
}
"""What is sent, and how many of a hundred requests are of this kind."""


def requests(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Return so many requests with their kinds."""
    draw = random.Random(seed)
    kinds, weights = list(ATTACKS), [weight for _, weight in ATTACKS.values()]
    for kind in draw.choices(kinds, weights, k=count):
        yield kind, ATTACKS[kind][0](draw)


@dataclass
class Answers:
    """What came back. A connection that was ended without an answer has the status 0."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    served: list[bytes] = field(default_factory=list)
    """The requests that were not signed, and got TwiML all the same."""
    failed: list[tuple[int, bytes]] = field(default_factory=list)
    """The requests that were answered with 5xx."""

    def of(self, status: int) -> int:
        """Return how many requests were answered with a status."""
        return sum(count for (_, each), count in self.statuses.items() if each == status)

    def note(self, kind: str, request: bytes, status: int, body: bytes) -> None:
        """Count an answer, and keep a request that should not have got it."""
        self.statuses[kind, status] += 1
        if kind != "signed but strange" and b"<Response" in body:
            self.served.append(request)
        if status >= 500:
            self.failed.append((status, request))


async def flood(port: int, hostile: Iterator[tuple[str, bytes]], connections: int) -> Answers:
    """Send requests over so many connections at once, each as soon as the one before it is answered."""
    answers = Answers()
    await asyncio.gather(*(_attack(port, hostile, answers) for _ in range(connections)))
    return answers


async def _attack(port: int, hostile: Iterator[tuple[str, bytes]], answers: Answers) -> None:
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    for kind, request in hostile:
        if reader is None or writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(request)
            async with asyncio.timeout(PATIENCE):
                status, body, kept = await _answer(reader, bodyless=request.startswith(b"HEAD "))
        except (OSError, asyncio.IncompleteReadError):
            status, body, kept = 0, b"", False
        answers.note(kind, request, status, body)
        if not kept:
            writer.close()
            reader = writer = None
    if writer is not None:
        writer.close()


async def _answer(reader: asyncio.StreamReader, *, bodyless: bool) -> tuple[int, bytes, bool]:
    """Read one answer: its status, its body, and whether the connection is kept."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head[9:12])
    lines = dict(line.partition(b": ")[::2] for line in head.split(b"\r\n")[1:])
    body = (
        b""
        if bodyless or status in {204, 304}
        else await reader.readexactly(int(lines.get(b"content-length", b"0")))
    )
    return status, body, lines.get(b"connection") != b"close"
