"""What a caller types: whole entries, half ones, keys that mean something else, and what is read back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ivr.menu.tree import Tree
from tests.support.engine_call import Call, tree_of


def asking(ask: str, languages: str = "zh-CN") -> Call:
    """Ring a hotline that asks for this at once; a good entry leads to ``done``."""
    return Call(_tree(ask, languages))


def _tree(ask: str, languages: str) -> Tree:
    return tree_of(
        f"""
        main: {{say: 请输入。, {ask}, as: typed, then: done}}
        done: {{say: 好的。, menu: {{"1": {{for: 结束, go: bye}}}}}}
        """,
        languages=languages,
    )


def typed(call: Call) -> object:
    """Return the entry that was kept, and see that the call went on."""
    assert call.node == "done", call.heard
    return call.session.variables["typed"]


@pytest.mark.parametrize(
    ("ask", "keys", "value"),
    [
        ("ask: digits, length: '4'", "0123", "0123"),
        ("ask: digits, length: 4-8", "12345#", "12345"),
        ("ask: digits, length: '1-5', range: 1-50", "50#", "50"),
        ("ask: phone", "13800138000#", "+8613800138000"),
        ("ask: phone", "02112345678#", "+862112345678"),
        ("ask: phone", "008613800138000#", "+8613800138000"),
        ("ask: phone", "0016502530000#", "+16502530000"),
        ("ask: phone", "12025550142#", "+12025550142"),  # with its country code, and nothing before it
        ("ask: phone", "8613800138000#", "+8613800138000"),
        ("ask: phone", "13035551234#", "+8613035551234"),  # at home first: in Denver it would be good as well
        ("ask: amount", "100#", Decimal(100)),
        ("ask: amount", "99*5#", Decimal("99.5")),
        ("ask: amount, range: 0.01-1000", "0*01#", Decimal("0.01")),
        ("ask: date", "20240229", date(2024, 2, 29)),
        ("ask: yes_no", "1", True),
        ("ask: yes_no", "2", False),
    ],
)
def test_a_good_entry_becomes_a_value(ask: str, keys: str, value: object) -> None:
    """Each kind of entry is kept as what it is."""
    assert typed(asking(ask).press(keys)) == value


@pytest.mark.parametrize(
    ("ask", "keys"),
    [
        ("ask: digits, length: '4'", "12*4"),
        ("ask: digits, length: '1-5', range: 1-50", "51#"),
        ("ask: digits, length: 4-8", "123456789#"),
        ("ask: phone", "12345#"),
        ("ask: phone", "99912345678#"),  # a code that no country has
        ("ask: phone", "1380013*000#"),
        ("ask: amount", "*5#"),
        ("ask: amount", "1*2*3#"),
        ("ask: amount", "1*234#"),
        ("ask: amount, range: 1-1000", "1000*01#"),
        ("ask: date", "20230229"),
        ("ask: date", "20261301"),
        ("ask: date", "00000101"),
        ("ask: id_card", "110101199003070018"),
        ("ask: id_tail", "1*23"),
        ("ask: yes_no", "7"),
    ],
)
def test_a_bad_entry_is_asked_for_again(ask: str, keys: str) -> None:
    """What cannot be right is a wrong entry, and nothing of it is kept."""
    call = asking(ask).press(keys)
    assert (call.node, call.heard[0]) == ("main", "Bad entry once.")
    assert "typed" not in call.session.variables


def test_a_national_number_belongs_to_the_hotline_s_country() -> None:
    """The country is that of the hotline's first language."""
    assert typed(asking("ask: phone", "en-US").press("6502530000#")) == "+16502530000"


@pytest.mark.parametrize(
    ("ask", "keys"),
    [
        ("ask: digits, length: '4'", "123"),
        ("ask: digits, length: 4-8", "12345"),
        ("ask: id_tail", "001"),
        ("ask: id_card", "11010119900307001"),
        ("ask: amount", "100"),
        ("ask: phone", "1380013"),
        ("ask: date", "2024022"),
    ],
)
def test_a_part_at_a_silence_is_no_entry(ask: str, keys: str) -> None:
    """Keys that were not ended are not taken for an entry; the caller hears that they were only a part."""
    call = asking(ask).press(keys)
    assert (call.node, call.heard[0]) == ("main", "Only a part.")
    assert (call.session.noinputs, call.session.nomatches) == (0, 1)


@pytest.mark.parametrize(("ask", "keys"), [("ask: digits, length: 4-8", "123#"), ("ask: date", "2024#")])
def test_an_entry_that_was_ended_too_early_is_a_part(ask: str, keys: str) -> None:
    """``#`` does not make a short entry whole."""
    assert asking(ask).press(keys).heard[0] == "Only a part."


@pytest.mark.parametrize(
    ("ask", "keys", "value"),
    [
        ("ask: digits, length: 4-8", "12345678", "12345678"),
        ("ask: phone", "13800138000", "+8613800138000"),
    ],
)
def test_an_entry_to_which_nothing_can_be_added_needs_no_pound_key(ask: str, keys: str, value: str) -> None:
    """The longest entry, and a whole telephone number, count although the caller only stopped typing."""
    assert typed(asking(ask).press(keys)) == value


# --- keys that work anywhere


@pytest.mark.parametrize("keys", ["0#", "0"])
@pytest.mark.parametrize(
    "ask",
    [
        "ask: digits, length: 1-8",
        "ask: digits, length: '6'",
        "ask: phone",
        "ask: amount",
        "ask: date",
        "ask: id_card",
        "ask: id_tail",
        "ask: code",
        "ask: pin",
        "ask: yes_no",
    ],
)
def test_zero_alone_is_the_human_in_every_entry(ask: str, keys: str) -> None:
    """``0`` as the whole entry, ended by ``#`` or by silence, leads to the human."""
    assert asking(ask).press(keys).transfer.desk == "service"


def test_inside_an_entry_those_keys_are_data() -> None:
    """0, ``*`` and 9 in the middle of an entry are part of it."""
    assert typed(asking("ask: amount").press("90*09#")) == Decimal("90.09")


def test_where_one_digit_is_asked_for_zero_is_that_digit() -> None:
    """An entry of one key is over with it, and a zero is as good as any."""
    assert typed(asking("ask: digits, length: '1', range: 0-9").press("0")) == "0"


def test_where_one_digit_is_asked_for_and_zero_is_none_it_is_the_human() -> None:
    """A zero that cannot be the entry keeps its meaning."""
    assert asking("ask: digits, length: '1', range: 1-5").press("0").node == "agent"


@pytest.mark.parametrize(("keys", "node"), [("*#", "main"), ("9#", "main")])
def test_back_and_repeat_act_as_whole_entries(keys: str, node: str) -> None:
    """They are no wrong entries."""
    call = asking("ask: digits, length: 4-8").press(keys)
    assert (call.node, call.session.nomatches) == (node, 0)


# --- how it is listened for


@pytest.mark.parametrize(
    ("ask", "length"),
    [
        ("ask: digits, length: '4'", 4),
        ("ask: digits, length: 4-8", None),
        ("ask: id_card", 18),
        ("ask: id_tail", 4),
        ("ask: code", 6),
        ("ask: date", 8),
        ("ask: phone", None),
        ("ask: yes_no", 1),
    ],
)
def test_an_entry_of_fixed_length_is_over_by_itself(ask: str, length: int | None) -> None:
    """Any other one is ended by ``#``, as the caller is told."""
    listens = asking(ask).listens
    assert (listens.length, listens.finish) == (length, "#")


# --- read back


@pytest.mark.parametrize(
    ("ask", "keys", "said"),
    [
        ("ask: digits, length: '4'", "1380", "Read back 幺三八零."),
        ("ask: amount", "1234*5#", "Read back 1234.5元."),
        ("ask: date", "20240229", "Read back 2024年2月29日."),
        ("ask: phone", "13800138000#", "Read back 幺三八，零零幺三，八零零零."),
    ],
)
def test_an_entry_is_read_back(ask: str, keys: str, said: str) -> None:
    """An entry is read back as one says it, and is not kept before the caller's yes."""
    call = asking(f"{ask}, read_back: true").press(keys).hears(said)
    assert call.listens.length == 1  # or the call would wait after the yes
    assert "typed" not in call.session.variables
    assert typed(call.press("1")) is not None


def read_back() -> Call:
    """Type an entry that is read back now."""
    return asking("ask: digits, length: '4', read_back: true").press("1234")


def test_a_wrong_read_back_asks_again() -> None:
    """``2`` asks for the entry again, without counting it as a mistake."""
    call = read_back().press("2")
    call.hears("请输入。")
    assert call.session.nomatches == 0
    assert typed(call.press("5678").press("1")) == "5678"


def test_silence_at_a_read_back_reads_it_again() -> None:
    """Silence and wrong keys are counted there as in a menu."""
    read_back().silence().hears("Silent once.", "Read back 幺二三四.")
    read_back().press("7").hears("Wrong once.", "Read back 幺二三四.")


def test_a_read_back_counts_afresh() -> None:
    """The mistakes that were made while typing are forgiven with the good entry."""
    call = asking("ask: digits, length: '4', read_back: true").press("1*34").silence().silence().press("1234")
    call.silence().hears("Silent once.", "Read back 幺二三四.")


def test_after_three_failures_at_a_read_back_comes_the_human() -> None:
    """And the entry is forgotten."""
    call = read_back().silence().silence().silence()
    call.hears("Giving up.", "Connecting.")
    assert call.session.confirming is None


@pytest.mark.parametrize(("key", "node"), [("0", "agent"), ("9", "main"), ("*", "main")])
def test_keys_that_work_anywhere_work_at_a_read_back(key: str, node: str) -> None:
    """The human, the same again, and back."""
    assert read_back().press(key).node == node


def test_repeating_reads_it_back_again() -> None:
    """``9`` says the same again."""
    read_back().press("9").hears("Read back 幺二三四.")


def test_back_at_the_top_says_so_before_it_reads_back_again() -> None:
    """The entry still waits for its yes."""
    call = read_back().press("*").hears("Top already.", "Read back 幺二三四.")
    assert typed(call.press("1")) == "1234"


def test_hanging_up_at_a_read_back_forgets_the_entry() -> None:
    """What was not confirmed does not stay behind."""
    assert read_back().hang_up().session.confirming is None


def test_yes_and_no_go_their_own_ways() -> None:
    """``yes`` and ``no`` name nodes of their own."""
    tree = tree_of("""
      main: {say: Sure?, ask: yes_no, yes: bye, no: other}
      other: {say: Other., menu: {"1": {for: the end, go: bye}}}
    """)
    Call(tree).hears("Sure?", "Yes or no.").press("1").hears("Goodbye.")
    Call(tree).press("2").hears("Other.", "For the end, press 1.")
