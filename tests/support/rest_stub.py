"""Twilio's REST interface on this machine, for tests: it keeps numbers, and answers what it is told to answer."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.wrappers import Request, Response

from ivr.channels.twilio.admin.rest import TwilioRest

ACCOUNT = "AC" + "1" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
OURS = "+14155550100"
HERS = "+8613800138000"
VERIFY = "VA" + "2" * 32
PN = "PN" + "3" * 32
_ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
_PERIOD = 0.01
"""Seconds between two looks whether the server shall stop."""


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    method: str
    path: str
    form: Mapping[str, str]


@dataclass
class Stub:
    """What the interface keeps, what it was asked, and what it answers where it does not do as it is asked."""

    url: str = ""
    answers: dict[str, Response] = field(default_factory=dict)
    """By the end of a path."""
    silent: bool = False
    """Whether it takes requests and never answers."""
    asked: list[Asked] = field(default_factory=list)
    numbers: list[dict[str, Any]] = field(default_factory=lambda: [own_number()])
    released: threading.Event = field(default_factory=threading.Event)

    def rest(self, **others: Any) -> TwilioRest:
        """Return our side of it."""
        given: dict[str, Any] = {
            "account": ACCOUNT,
            "token": TOKEN,
            "number": OURS,
            "api": self.url,
            "verify": f"{self.url}/verify",
            "lookups": self.url,
            **others,
        }
        return TwilioRest(**given)

    def last(self) -> Asked:
        """Return the latest request."""
        return self.asked[-1]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request (WSGI)."""
        request = Request(environ)
        self.asked.append(Asked(request.method, request.path, request.form.to_dict()))
        if self.silent:
            self.released.wait(30)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        told = next((told for end, told in self.answers.items() if request.path.endswith(end)), None)
        if told is not None:
            return told
        who = request.authorization
        if who is None or (who.username, who.password) != (ACCOUNT, TOKEN):
            return refusal(401, 20003, "Authenticate")
        return self._done(request)

    def _done(self, request: Request) -> Response:
        match request.method, request.path.removeprefix(_ROOT):
            case "POST", "/Messages.json":
                return answer({"sid": "SM" + "4" * 32, "status": "queued"}, 201)
            case "POST", "/Calls.json":
                return answer({"sid": "CA" + "5" * 32, "status": "queued"}, 201)
            case "GET", ".json":
                return answer({"sid": ACCOUNT, "friendly_name": "Demo", "status": "active", "type": "Full"})
            case "GET", "/IncomingPhoneNumbers.json":
                like = request.args.get("PhoneNumber", "")
                found = [number for number in self.numbers if like in number["phone_number"]]
                return answer({"incoming_phone_numbers": found, "page": 0, "next_page_uri": None})
            case "POST", path if path.startswith("/IncomingPhoneNumbers/PN"):
                return self._configured(path, request)
            case "POST", path if path.endswith("/Verifications"):
                return answer({"sid": "VE" + "6" * 32, "status": "pending"}, 201)
            case "POST", path if path.endswith("/VerificationCheck"):
                return answer({"status": "approved" if request.form["Code"] == "246810" else "pending"}, 201)
            case "GET", path if path.startswith("/v2/PhoneNumbers/"):
                facts = {
                    "valid": path.endswith(HERS),
                    "national_format": "138 0013 8000",
                    "country_code": "CN",
                }
                return answer(facts)
        return refusal(404, 20404, f"The requested resource {request.path} was not found")

    def _configured(self, path: str, request: Request) -> Response:
        number = next(number for number in self.numbers if number["sid"] in path)
        names = {"".join(word.title() for word in name.split("_")): name for name in number}
        number |= {names[name]: value for name, value in request.form.items()}
        return answer(number)


def own_number(number: str = OURS, **settings: Any) -> dict[str, Any]:
    """Return a number of the account as Twilio shows it, before anything was set."""
    return {
        "sid": PN,
        "phone_number": number,
        "capabilities": {"voice": True, "sms": True, "mms": False},
        "voice_url": None,
        "voice_method": "POST",
        "voice_fallback_url": None,
        "voice_fallback_method": "POST",
        "status_callback": "",
        "status_callback_method": "POST",
        "voice_application_sid": None,
        "trunk_sid": None,
        **settings,
    }


def answer(data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer in JSON."""
    return Response(json.dumps(data), status, headers, content_type="application/json")


def refusal(status: int, code: int, message: str = "", **headers: str) -> Response:
    """Return an error as Twilio words it; a header's name has ``_`` for ``-``."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    told = {"code": code, "message": message, "more_info": more, "status": status}
    return answer(told, status, {name.replace("_", "-"): value for name, value in headers.items()})


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Print nothing."""


class _Patient(WSGIServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing of a client that did not wait for its answer."""


@contextmanager
def serving(app: Any, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve a WSGI program on this machine, and return its URL."""
    with make_server("127.0.0.1", 0, app, _Patient, _Quiet) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(_PERIOD,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def twilio_stub() -> Iterator[Stub]:
    """Return the interface, while it is up."""
    stub = Stub()
    with serving(stub) as stub.url:
        try:
            yield stub
        finally:
            stub.released.set()


@contextmanager
def breaking_server() -> Iterator[str]:
    """Return the URL of a server that reads a request and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return what a server needs for TLS with a certificate that it gave itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now, serial = datetime.now(UTC), x509.random_serial_number()
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, now, now + timedelta(days=1))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(pem + builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def closed_port() -> str:
    """Return a URL at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
