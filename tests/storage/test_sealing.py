"""Seals, digests and signatures: what opens, what does not, and what nobody can read."""

from __future__ import annotations

import hashlib
import hmac
import re
import string
import subprocess
import sys
from collections.abc import Callable

import pytest

from ivr.storage.sealing import BrokenSeal, Seal

OLD = "an old secret that was used for years 1"
NEW = "a new secret that has come after it 22"
TEXT = "您的验证码是 482913。Your code is 482913."

KEPT_SEAL = (
    "gAAAAABrAwaX8u6jx7_Xm_QvLH2TPBThrnyIwQ6qxxG7i2yH_zLFfmS5hA40USvKzSUOpWOQFi1-JSjBX4UqFJcHKjScZoNlWg=="
)
KEPT_SIGNATURE = "dGlja2V0IDc.uDCvle0V5cbU3TA9N_qHtIvhdFjIBAnbayS3lBelUAg"
KEPT_DIGEST = "dd540560d67534a6547761c0bdb9602967d8133df79b4181e9861e51aa538e90"

SEAL = Seal(NEW)

WAYS: dict[str, tuple[Callable[[Seal, str, str], str], Callable[[Seal, str, str], str]]] = {
    "seal": (Seal.seal, Seal.open),
    "sign": (Seal.sign, Seal.unsign),
}
both_ways = pytest.mark.parametrize(("close", "reopen"), WAYS.values(), ids=list(WAYS))


@both_ways
@pytest.mark.parametrize("text", [TEXT, "", "a.b.c", "?"])
def test_a_text_comes_back(
    close: Callable[[Seal, str, str], str], reopen: Callable[[Seal, str, str], str], text: str
) -> None:
    """Whatever was sealed or signed is what comes back, in any language, in the letters of a URL."""
    closed = close(SEAL, "message", text)
    assert reopen(SEAL, "message", closed) == text
    assert re.fullmatch(r"[0-9A-Za-z_.=-]+", closed)


def test_a_sealed_text_tells_nothing() -> None:
    """Nothing of the text is to be seen, and the same text looks different each time."""
    first, second = SEAL.seal("message", TEXT), SEAL.seal("message", TEXT)
    assert "482913" not in first
    assert first != second


@both_ways
def test_another_purpose_key_or_way_does_not_open(
    close: Callable[[Seal, str, str], str], reopen: Callable[[Seal, str, str], str]
) -> None:
    """What was made for one purpose is nothing to another, nor to another key, nor is a seal a signature."""
    closed = close(SEAL, "reset", TEXT)
    for seal, purpose in (
        (SEAL, "message"),
        (SEAL, ""),
        (SEAL, "rese"),
        (Seal(OLD), "reset"),
        (Seal.random(), "reset"),
    ):
        with pytest.raises(BrokenSeal):
            reopen(seal, purpose, closed)
    for _, other in WAYS.values():
        if other is not reopen:
            with pytest.raises(BrokenSeal):
                other(SEAL, "reset", closed)


@both_ways
@pytest.mark.parametrize(
    "junk", ["", ".", "..", "a", "gAAAAA", "gAAAAABq", "余额宝", "\udc80.\udc80", "=" * 99, "%00", "\0"]
)
def test_junk_is_a_broken_seal(
    close: Callable[[Seal, str, str], str], reopen: Callable[[Seal, str, str], str], junk: str
) -> None:
    """Whatever a stranger writes behind our address is refused in one way."""
    with pytest.raises(BrokenSeal):
        reopen(SEAL, "reset", junk)


@both_ways
def test_one_changed_letter_breaks_it(
    close: Callable[[Seal, str, str], str], reopen: Callable[[Seal, str, str], str]
) -> None:
    """At each place, each other letter is refused, or (in the last letters of a seal's Base64) means the same."""
    closed = close(SEAL, "reset", "+8613800138000")
    for place, letter in enumerate(closed):
        for other in {"A", "z", "-", "."} - {letter}:
            try:
                assert reopen(SEAL, "reset", closed[:place] + other + closed[place + 1 :]) == "+8613800138000"
                assert close is Seal.seal
            except BrokenSeal:
                continue


def test_a_signed_text_has_one_spelling() -> None:
    """Base64 leaves bits over at the end: whoever changes only those has not written our signature."""
    signed = SEAL.sign("reset", "ticket")
    letters = string.ascii_letters + string.digits + "-_="
    for spelling in [signed[:-1] + letter for letter in letters] + [signed + letter for letter in letters]:
        if spelling != signed:
            with pytest.raises(BrokenSeal):
                SEAL.unsign("reset", spelling)


def test_a_signed_text_is_the_same_each_time() -> None:
    """A repeated webhook gives the same link."""
    assert Seal(NEW).sign("reset", "ticket") == Seal(NEW).sign("reset", "ticket")


def test_while_secrets_rotate_the_first_one_closes_and_each_opens() -> None:
    """What the old secret closed opens still; what is closed now no longer needs it."""
    rotating = Seal(NEW, OLD)
    for close, reopen in WAYS.values():
        assert reopen(rotating, "message", close(Seal(OLD), "message", TEXT)) == TEXT
        assert reopen(Seal(NEW), "message", close(rotating, "message", TEXT)) == TEXT
        with pytest.raises(BrokenSeal):
            reopen(Seal(OLD), "message", close(rotating, "message", TEXT))
    assert rotating.digest("code", "1") == Seal(NEW).digest("code", "1") != Seal(OLD).digest("code", "1")


def test_a_digest_is_of_purpose_and_parts() -> None:
    """The same question has the same digest; moving a letter from one part to the next makes another."""
    asked: list[tuple[str, ...]] = [
        ("code", "a", "bc"),
        ("code", "ab", "c"),
        ("code", "abc"),
        ("code", "abc", ""),
        ("code", "", "abc"),
        ("code",),
        ("code", ""),
        ("code", "", ""),
        ("codea", "bc"),
        ("tail", "a", "bc"),
        ("code", "bc", "a"),
        ("code", "a\0bc"),
    ]
    digests = [SEAL.digest(*question) for question in asked]
    assert len(set(digests)) == len(asked)
    assert digests == [Seal(NEW).digest(*question) for question in asked]
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)


def test_a_digest_is_no_plain_hash() -> None:
    """Without the key, all six digits can be tried and none is found; nor does the secret itself serve as the key."""
    digest = SEAL.digest("code", "482913")
    framed = [b"482913", (6).to_bytes(8) + b"482913"]
    assert digest not in {hashlib.sha256(text).hexdigest() for text in framed}
    assert digest not in {hmac.digest(NEW.encode(), text, "sha256").hex() for text in framed}


def test_a_digest_is_no_signature() -> None:
    """Who is shown digests of texts of his own cannot make a link of them."""
    body, _, _ = SEAL.sign("reset", "ticket").partition(".")
    for forged in (SEAL.digest("reset", body), SEAL.digest("reset", "ticket")):
        with pytest.raises(BrokenSeal):
            SEAL.unsign("reset", f"{body}.{forged}")


def test_the_keys_stay_what_they_are() -> None:
    """What waits sealed or digested must be understood by the next release: these were made by this one."""
    assert Seal(OLD).open("message", KEPT_SEAL) == "482913"
    assert Seal(OLD).unsign("reset", KEPT_SIGNATURE) == "ticket 7"
    assert Seal(OLD).digest("code", "a", "b") == KEPT_DIGEST


@pytest.mark.parametrize("secrets", [(), ("",), (NEW, "")])
def test_a_seal_needs_a_secret(secrets: tuple[str, ...]) -> None:
    """A setting that is empty must not become a key that everybody knows."""
    with pytest.raises(ValueError, match="at least one secret"):
        Seal(*secrets)


def test_a_random_seal_has_a_key_of_its_own() -> None:
    """It opens what it closed, and nothing of another one."""
    mine, other = Seal.random(), Seal.random()
    assert mine.open("message", mine.seal("message", TEXT)) == TEXT
    assert mine.digest("code", "1") != other.digest("code", "1")


def test_no_secret_shows() -> None:
    """Neither a seal nor what it raises tells a secret or the text."""
    with pytest.raises(BrokenSeal) as caught:
        SEAL.open("reset", Seal(OLD).seal("reset", TEXT))
    for shown in (repr(SEAL), str(SEAL), repr(caught.value), repr(caught.value.__context__)):
        assert not any(hidden in shown for hidden in (NEW, OLD, "482913"))


def test_importing_it_is_cheap() -> None:
    """``ivr --help`` must feel instant: the package that does the work is imported when there is work."""
    program = "import sys, ivr.storage.sealing; print('cryptography' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout == "False\n"
