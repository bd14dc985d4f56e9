"""The mistakes of a command line: what could not be done, and what was typed wrong."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator


class CommandFailed(click.ClickException):
    """A command could not do what it was asked; the message says why and what to do."""


@contextmanager
def as_usage_error() -> Iterator[None]:
    """Turn a ``ValueError`` about an argument into click's own kind of error, which has exit status 2."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from error
