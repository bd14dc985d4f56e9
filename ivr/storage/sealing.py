"""Keeps secrets: seals what must wait, digests what is only compared, signs what leaves and must come back unchanged.

Every use (sealing, digesting, signing) for every purpose has its own key, so that nothing made for one can be used
for another. The keys are derived with HKDF-SHA256 (RFC 5869). It assumes that a secret is as hard to guess as it is
long: secrets must be random, not invented.
"""

from __future__ import annotations

import base64
import hmac
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

# The package `cryptography` takes long to import, so it is imported where it is used.


class BrokenSeal(ValueError):
    """A text was not sealed or signed with our key for this purpose, or has been changed."""


class Seal:
    """Seals with the secrets of ``IVR_SECRET_KEY``. The first one seals; each of them opens, so that they can be rotated.

    Raises ``ValueError`` for no secret, or an empty one. Safe from any thread.
    """

    def __init__(self, *secrets: str) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a seal needs at least one secret, and none of them empty")
        self._secrets = tuple(secret.encode() for secret in secrets)

    @classmethod
    def random(cls) -> Self:
        """Return a seal whose key exists in this process only."""
        return cls(token_urlsafe(32))

    def seal(self, purpose: str, text: str) -> str:
        """Return the text encrypted and authenticated (Fernet), in the letters of a URL.

        The result shows the length of the text, in steps of 16 bytes, and when it was sealed.
        """
        return self._fernet(purpose).encrypt(text.encode()).decode()

    def open(self, purpose: str, sealed: str) -> str:
        """Return the sealed text. Raises :class:`BrokenSeal`."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet(purpose).decrypt(_ascii(sealed)).decode()
        except InvalidToken:
            raise BrokenSeal(f"this was not sealed here for {purpose}, or was changed") from None

    def digest(self, purpose: str, *parts: str) -> str:
        """Return the HMAC-SHA256 of the parts, in hexadecimal. Without the key nothing can be guessed from it.

        Only the first secret is used: after a rotation, earlier digests no longer match.
        """
        return hmac.digest(self._keys("digest", purpose)[0], _framed(parts), "sha256").hex()

    def sign(self, purpose: str, text: str) -> str:
        """Return the text with a signature, in the letters of a URL. Anybody can read the text."""
        body = _letters(text.encode())
        return f"{body}.{_mark(self._keys('sign', purpose)[0], body)}"

    def unsign(self, purpose: str, signed: str) -> str:
        """Return the text that :meth:`sign` was given. Raises :class:`BrokenSeal`.

        Only one spelling of the signed text is accepted, so that it can serve as a name.
        """
        body, _, mark = signed.rpartition(".")
        for key in self._keys("sign", purpose):
            if hmac.compare_digest(_ascii(mark), _ascii(_mark(key, body))):
                return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
        raise BrokenSeal(f"this was not signed here for {purpose}, or was changed")

    def _fernet(self, purpose: str) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet(Fernet(base64.urlsafe_b64encode(key)) for key in self._keys("seal", purpose))

    def _keys(self, use: str, purpose: str) -> list[bytes]:
        """Derive the keys of a use and purpose, one from each secret. It takes microseconds, so none is kept."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        info = _framed(("ivr", use, purpose))
        return [HKDF(SHA256(), length=32, salt=None, info=info).derive(secret) for secret in self._secrets]


def _framed(parts: tuple[str, ...]) -> bytes:
    """Join parts, each with its length in front, so that no two lists of parts give the same bytes."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(8) + part for part in encoded)


def _mark(key: bytes, body: str) -> str:
    return _letters(hmac.digest(key, _ascii(body), "sha256"))


def _letters(data: bytes) -> str:
    """Write bytes in the letters of a URL (RFC 4648, section 5), without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _ascii(foreign: str) -> bytes:
    """Return a text from outside as bytes. A letter that we never write becomes ``?``, which we never write either."""
    return foreign.encode("ascii", "replace")
