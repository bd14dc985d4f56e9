"""Errors of a command, and of its arguments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


class CommandFailed(click.ClickException):
    """A command could not do its work. The message says why, and what to do about it."""


@contextmanager
def as_usage_error() -> Iterator[None]:
    """Turn a ``ValueError`` about an argument into click's usage error, which has exit status 2."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from error
