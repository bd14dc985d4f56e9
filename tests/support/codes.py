"""Somebody else who sends codes and judges them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.support.action_caller import Caller


@dataclass
class Others:
    """Takes every order, and knows one code; it has none any more when that is empty."""

    code: str = ""
    sent: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def send(self, to: str, language: str) -> None:
        self.sent.append((to, language))

    def right(self, to: str, code: str) -> bool:
        self.asked.append((to, code))
        if not self.code:
            raise LookupError
        return code == self.code


class Broken(Others):
    """Does not answer."""

    def send(self, to: str, language: str) -> None:
        raise OSError

    def right(self, to: str, code: str) -> bool:
        raise OSError


def served_by(caller: Caller, others: Others) -> Caller:
    """Return the caller at a hotline that leaves codes to these others."""
    return replace(caller, services=replace(caller.services, codes=others))
