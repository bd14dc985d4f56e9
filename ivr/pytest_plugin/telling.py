"""The text of a failed test: one sentence, what was written beside what happened, and logged errors."""

from __future__ import annotations

from ivr.written.log_capture import Log, error_lines
from ivr.written.report import played_as_text
from ivr.written.runner import PlayedCall


def failure_sentence(played: PlayedCall, log: Log) -> str:
    return "\n".join([*played.failures[-1:], played_as_text(played), *error_lines(log)])
