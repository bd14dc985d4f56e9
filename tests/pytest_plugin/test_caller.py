"""The fixture `call`: what passes without a word, and what fails with which sentence."""

from __future__ import annotations

import inspect

import pytest

from ivr.pytest_plugin.caller import CALL_SETTINGS, Call
from ivr.written.model import STEP_KINDS, STEP_WORDS, WrittenCall
from tests.support.embedding import STRICT, YUEBAO, run

TO_THE_DESK = 'call.press("0")'


@pytest.mark.parametrize(
    "lines",
    [
        ['call.hears("欢迎致电")'],
        ['call.press("1")', 'call.hears("周一到周五", "营业时间请按1")', 'call.hears_not("再见")'],
        ['call.press("2")', 'call.hears("press 1")', 'call.at_node("main")'],
        ['call.press("2", "3")', 'call.ends("completed")'],
        ['call.press("1", "2", "1")', 'call.hears_not("周一", "欢迎")'],
        [TO_THE_DESK, 'call.ends("transferred")'],
        [TO_THE_DESK, 'call.ends("transfer")'],
        ["call.silence()", 'call.hears("没有")'],
        ["call.hang_up()", 'call.ends("hung_up")'],
        ['call.ends("hung_up")'],
        ['call.begins(desks={"service": "busy"})', TO_THE_DESK, "call.record(5)", 'call.ends("completed")'],
        ['call.begins(at="2026-11-22T23:00")', TO_THE_DESK, 'call.at_node("leave_message")'],
        [
            'call.begins(desks={"service": "busy"})',
            'call.begins(at="2026-11-23T10:00")',
            TO_THE_DESK,
            "call.record(1)",
        ],
        ["call.wait(30)", "call.nothing_texted()"],
        ['call.begins(language="en-US")', 'call.hears("press 1")'],
        [
            'call.choose("hours")',
            'call.hears("周一到周五")',
            'call.choose("结束通话")',
            'call.ends("completed")',
        ],
        ['call.press("1")', "call.rings()", 'call.hears("欢迎致电")'],
        ['assert call.heard.splitlines()[0] == "您好，欢迎致电。"', 'assert call.node == "main"'],
        ["assert call.texts == []"],
        ["assert not call.begun", "repr(call)", "assert not call.begun", "call.node", "assert call.begun"],
        ["from ivr.pytest_plugin import Call", "assert isinstance(call, Call)"],
    ],
    ids=" ".join,
)
def test_a_call_that_goes_as_it_should(pytester: pytest.Pytester, lines: list[str]) -> None:
    """The test passes, without a word."""
    run(pytester, *lines).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (['call.hears("再见")'], "NotAsWritten: `再见` was not heard"),
        (['call.hears("营业时间", "欢迎")'], "NotAsWritten: `欢迎` was not heard at this place"),
        (['call.hears_not("欢迎")'], "NotAsWritten: `欢迎` was said"),
        (['call.at_node("hours")'], "NotAsWritten: the call is at `main`, not at `hours`"),
        (['call.texted("x")'], "NotAsWritten: no new text message has `x`"),
        (['call.ends("transfer")'], "NotAsWritten: the call still waits for keys at `main`"),
        ([TO_THE_DESK, 'call.ends("completed")'], "NotAsWritten: the call ended as `transferred`"),
        ([TO_THE_DESK, 'call.press("1")'], "NotAsWritten: the call is over"),
        (
            ['call.choose("huors")'],
            "NotAsWritten: no option at `main` is called `huors`; did you mean `hours`?",
        ),
        (["call.record(5)"], "NotAsWritten: the hotline does not record here"),
        (["call.code()"], "NotAsWritten: no code was texted that could be typed"),
        # what can be no call
        (['call.ends("transfered")'], "BadCall: `ends` cannot be `transfered`; did you mean `transferred`?"),
        (['call.at_node("mian")'], "BadCall: there is no node `mian`; did you mean `main`?"),
        (['call.press("one")'], "BadCall: `one` is no row of keys; write it like `1` or `1237#`"),
        (['call.code("newest")'], "BadCall: `code` cannot be `newest`; use one of"),
        (['call.rings("agian")'], "BadCall: `agian` is no calling number"),
        (
            ['call.begins(desks={"servce": "busy"})'],
            "BadCall: there is no desk `servce`; did you mean `service`?",
        ),
        (
            ['call.begins(desks={"service": "bsy"})'],
            "BadCall: `service` cannot be `bsy`; did you mean `busy`?",
        ),
        (['call.begins(at="tomorrow")'], "BadCall: `tomorrow` is no day and time"),
        (["call.hears('欢迎')", "call.begins(at='2026-11-23T10:00')"], "BadCall: the call has begun already"),
    ],
)
def test_a_call_that_does_not(pytester: pytest.Pytester, lines: list[str], sentence: str) -> None:
    """The test fails at its own line, with a sentence that says what is wrong, and no frame of ours."""
    result = run(pytester, *lines)
    result.assert_outcomes(failed=1)
    output = result.stdout.str()
    assert sentence in output
    assert f">       {lines[-1]}" in output
    assert "ivr/pytest_plugin/" not in output
    assert "ivr/harness.py" not in output


def test_the_whole_call_is_shown_beside_what_was_wanted(pytester: pytest.Pytester) -> None:
    """The same three columns as those of `ivr test`, and one line of summary that says what is wrong."""
    result = run(pytester, 'call.press("1")', 'call.hears("周六")')
    result.stdout.fnmatch_lines(
        [
            "E*written*happened*not as written",
            "E*(rings)*您好，欢迎致电。",
            "E*press: 1*我们的营业时间是周一到周五，*",
            "E*hears: 周六*`周六` was not heard",
            "FAILED test_hotline.py::test_it - NotAsWritten: `周六` was not heard",
        ]
    )


def test_a_plain_assertion_shows_the_call_too(pytester: pytest.Pytester) -> None:
    """As a section of the report, and only where the call does not stand there already."""
    result = run(pytester, 'call.press("1")', 'assert "周六" in call.heard')
    result.stdout.fnmatch_lines(["*the call so far*", "press: 1*我们的营业时间是周一到周五*"])
    assert "the call so far" not in run(pytester, 'call.hears("周六")').stdout.str()
    assert "the call so far" not in run(pytester, "assert 0").stdout.str()


def test_somebody_elses_call_is_left_alone(pytester: pytest.Pytester) -> None:
    """A project may have a fixture of that name."""
    before = "@pytest.fixture\ndef call():\n    return 'mine'\n\n"
    run(pytester, "assert call == 'mine'", before=before).assert_outcomes(passed=1)
    result = run(pytester, "assert call == 'yours'", before=before)
    result.assert_outcomes(failed=1)
    assert "the call so far" not in result.stdout.str()


def test_a_caught_failure_does_not_end_the_call(pytester: pytest.Pytester) -> None:
    """It is an assertion like any other, and the next one speaks for itself."""
    run(
        pytester,
        "with pytest.raises(AssertionError, match='周六'):",
        "    call.hears('周六')",
        "call.press('1')",
        "call.hears('周一')",
    ).assert_outcomes(passed=1)


def test_every_call_has_a_house_of_its_own(pytester: pytest.Pytester) -> None:
    """Three wrong tails lock the account in one test, and the next one knows nothing of it."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("time", [1, 2])
        def test_three_wrong_tails(call, time):
            call.choose("withdrawals", "limits")
            call.press("0000", "0000")
            call.hears_not("已经三次不一致了")
            call.press("0000")
            call.hears("已经三次不一致了")
        """
    )
    result = pytester.runpytest_inprocess(*STRICT, f"--ivr-hotline={YUEBAO}", "-k", "tails")
    result.assert_outcomes(passed=2, deselected=1)


def test_the_call_is_over_with_the_test(pytester: pytest.Pytester) -> None:
    """Who is still on the line hangs up, and the house is closed."""
    pytester.makepyfile(
        test_hotline="""
        kept = []

        def test_one(call):
            call.press("1")
            stage = call._playing.harness
            close = stage.close
            stage.close = lambda: (close(), kept.append("closed"))
            kept.append(stage.line)
            assert kept[0].ending == ""

        def test_two(call):
            assert kept[0].ending == "hung_up"
            assert kept[1] == "closed"
        """
    )
    pytester.runpytest_inprocess(*STRICT, "test_hotline.py").assert_outcomes(passed=2)


def test_codes_messages_and_faults(pytester: pytest.Pytester) -> None:
    """What a written call can do, a test can: in English, from another telephone, with what goes wrong."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.ivr(caller="+12025550142")
        class TestReset:
            def test_with_a_code(self, call):
                call.choose("login", "reset_login")
                call.press("0181")
                call.texted("code")
                call.nothing_texted()
                call.code("wrong")
                call.hears_not("case number")
                call.code()
                call.press("1")
                assert len(call.texts) == 2

            def test_with_a_code_that_cannot_be_sent(self, call):
                call.begins(unavailable=["send_code"])
                call.choose("login", "reset_login")
                call.press("0181")
                call.ends("transfer")

            @pytest.mark.ivr(caller="withheld")
            def test_the_nearest_marker_wins(self, call):
                call.begins(language="en-US")
                call.choose("login", "reset_login")
                call.hears("phone number")

            def test_an_outcome(self, call):
                call.begins(outcomes={"login_status": ("locked",)}, slow={"login_status": 4})
                call.choose("login", "login_status")
                call.press("0181")
                call.hears("moment")
                call.silence()
                call.hears("locked")
        """
    )
    result = pytester.runpytest_inprocess(*STRICT, f"--ivr-hotline={YUEBAO}", "-k", "TestReset")
    result.assert_outcomes(passed=4, deselected=1)


def test_what_is_secret_is_not_shown(pytester: pytest.Pytester) -> None:
    """The report of a call has dots for the keys of a secret."""
    result = run(
        pytester,
        "call.choose('withdrawals', 'limits')",
        "call.press(TAIL)",
        "call.hears('x')",
        before=f"TAIL = '12' + '37'\npytestmark = pytest.mark.ivr(hotline={str(YUEBAO)!r})\n",
    )
    result.stdout.fnmatch_lines(["E*press: ••••*"])
    assert "1237" not in result.stdout.str()


def test_the_projects_own_log_stays_as_it_is(pytester: pytest.Pytester) -> None:
    """What it has set up with structlog, or has not, is the same after every step."""
    run(
        pytester,
        "configured = structlog.is_configured(), list(structlog.get_config()['processors'])",
        "call.press('1')",
        "assert configured == (structlog.is_configured(), list(structlog.get_config()['processors']))",
        before="import structlog\n",
    ).assert_outcomes(passed=1)


def test_what_broke_is_told_and_nothing_else_is_printed(pytester: pytest.Pytester) -> None:
    """The log of a call that goes as it should is nobody's business."""
    before = "from ivr.calls import turns\n\nreal, errors = turns.happen, [OSError('no')]\n\n"
    before += "def broken(*given):\n    if errors:\n        raise errors.pop()\n    return real(*given)\n"
    result = run(
        pytester,
        "call.hears('欢迎')",
        "monkeypatch = pytest.MonkeyPatch()",
        "monkeypatch.setattr(turns, 'happen', broken)",
        "try:",
        "    call.press('1')",
        "    call.hears('周一')",
        "finally:",
        "    monkeypatch.undo()",
        before=before,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*log: turn failed*error=OSError*"])
    assert "Captured" not in result.stdout.str()


def test_whatever_a_written_call_can_say_a_test_can() -> None:
    """A new step, or a new thing to set, has its name here too."""
    said = {field.alias or name for name, field in WrittenCall.model_fields.items()}
    assert set(CALL_SETTINGS.values()) == said - {"call", "steps", "ends"}
    assert list(CALL_SETTINGS) == [
        name for name in inspect.signature(Call.begins).parameters if name != "self"
    ]
    for name in (*STEP_KINDS, *STEP_WORDS):
        assert callable(getattr(Call, "at_node" if name == "node" else name))
