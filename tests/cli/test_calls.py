"""`ivr calls`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command import YUEBAO, ivr


def test_calls_are_looked_back_at_and_forgotten(tmp_path: Path) -> None:
    """In the list, in whole, by a tool; and after a purge they are gone."""
    from ivr.app import build_application
    from ivr.calls.line import DirectLine, VirtualClock
    from ivr.config import Settings
    from ivr.harness import at_moment

    url = f"sqlite:///{tmp_path}/calls.sqlite3"
    application = build_application(YUEBAO, Settings(database_url=url))
    clock = VirtualClock(at_moment("2026-11-23T10:00", application.hotline.current()))
    line = DirectLine(application.switchboard, clock, "+8613800138000")
    line.start()
    line.press("1")
    line.hang_up()
    application.close()
    assert line.call in ivr("calls", IVR_DATABASE_URL=url).stdout
    assert "DigitsPressed" in ivr("calls", line.call, IVR_DATABASE_URL=url).stdout
    (listed,) = json.loads(
        ivr("calls", "--ending", "hung_up", "--format", "json", IVR_DATABASE_URL=url).stdout
    )
    assert listed["caller"] == "**********8000"
    missing = ivr("calls", "CA1", IVR_DATABASE_URL=url)
    assert (missing.exit_code, missing.stderr) == (
        1,
        "Error: there is no call CA1 in the store; `ivr calls` lists them\n",
    )
    forgotten = ivr("purge", "--older-than", "0d", "--yes", IVR_DATABASE_URL=url)
    assert forgotten.stdout.startswith("forgot ")
    assert ivr("calls", IVR_DATABASE_URL=url).exit_code == 0


def test_a_sealed_message_is_shown_to_who_has_the_key(tmp_path: Path) -> None:
    """Where nobody sends messages, a tester gets at his code with the server's secret, and not without."""
    from ivr.app import build_application
    from ivr.calls.line import DirectLine, VirtualClock
    from ivr.config import Settings
    from ivr.harness import at_moment

    url, key = f"sqlite:///{tmp_path}/calls.sqlite3", "0123456789abcdef0123456789abcdef"
    application = build_application(YUEBAO, Settings(database_url=url, secret_keys=(key,)))
    line = DirectLine(
        application.switchboard,
        VirtualClock(at_moment("2026-11-23T10:00", application.hotline.current())),
        "+8613800138000",
    )
    line.start()
    for keys in ("1", "1", "1", "1237"):
        line.press(keys)
    line.hang_up()
    application.close()
    assert "(its words are secret)" in ivr("calls", line.call, IVR_DATABASE_URL=url).stdout
    for form in ("text", "json"):
        hidden = ivr("calls", line.call, "--format", form, IVR_DATABASE_URL=url).stdout
        opened = ivr("calls", line.call, "--open", "--format", form, IVR_DATABASE_URL=url, IVR_SECRET_KEY=key)
        assert ("验证码" in hidden, "验证码" in opened.stdout) == (False, True)
    without = ivr("calls", line.call, "--open", IVR_DATABASE_URL=url)
    assert (without.exit_code, "IVR_SECRET_KEY is missing" in without.stderr) == (1, True)
    other = ivr("calls", line.call, "--open", IVR_DATABASE_URL=url, IVR_SECRET_KEY=key[::-1])
    assert (other.exit_code, "another key" in other.stderr) == (1, True)
