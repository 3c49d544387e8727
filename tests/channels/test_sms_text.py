"""SMS cost shocks: nobody sees which character forces UCS-2 (braze-docs#10058, postmangovsg#1362)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms_text import GSM_BASIC, GSM_EXTENSION, ROOM, SmsEncoding, cheapened, count_parts, measure, split

GSM_TEXT = st.text(st.sampled_from(sorted(GSM_BASIC | GSM_EXTENSION)), max_size=700)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@pytest.mark.parametrize(
    ("text", "encoding", "characters", "parts", "left"),
    [
        ("", SmsEncoding.GSM, 0, 0, 160),
        ("a" * 160, SmsEncoding.GSM, 160, 1, 0),
        ("a" * 161, SmsEncoding.GSM, 161, 2, 145),
        ("a" * 306, SmsEncoding.GSM, 306, 2, 0),
        ("a" * 307, SmsEncoding.GSM, 307, 3, 152),
        ("€" * 80, SmsEncoding.GSM, 160, 1, 0),
        # 153 is odd: an escape pair does not fit into the last septet, which stays empty.
        ("€" * 81, SmsEncoding.GSM, 162, 2, 143),
        ("a" * 152 + "€" + "a" * 10, SmsEncoding.GSM, 164, 2, 141),
        ("я" * 70, SmsEncoding.UCS2, 70, 1, 0),
        ("я" * 71, SmsEncoding.UCS2, 71, 2, 63),
        ("я" * 134, SmsEncoding.UCS2, 134, 2, 0),
        ("😀" * 35, SmsEncoding.UCS2, 70, 1, 0),
        # 67 is odd: a surrogate pair is not cut.
        ("😀" * 36, SmsEncoding.UCS2, 72, 2, 61),
    ],
)
def test_a_text_takes_the_parts_that_the_network_carries(
    *, text: str, encoding: SmsEncoding, characters: int, parts: int, left: int
) -> None:
    measured = measure(text)
    assert (measured.encoding, measured.characters, measured.parts, measured.left_in_part) == (
        encoding,
        characters,
        parts,
        left,
    )


def test_the_character_that_costs_money_is_pointed_out_with_its_way_out() -> None:
    measured = measure("Sale –15% today “only” 🎉")
    told = [(one.position, one.character, one.replacement, one.has_replacement) for one in measured.costly]
    assert told == [(5, "–", "-", True), (16, "“", '"', True), (21, "”", '"', True), (23, "🎉", "", False)]


def test_an_invisible_character_is_pointed_out_and_left_out() -> None:
    text = "Your code\u200b: 1234"
    assert [(one.replacement, one.has_replacement) for one in measure(text).costly] == [("", True)]
    assert cheapened(text) == "Your code: 1234"


def test_one_kind_of_character_can_be_replaced_alone() -> None:
    assert cheapened("“Sale” – now – only", only="–") == "“Sale” - now - only"


def test_replacing_one_dash_halves_the_price() -> None:
    text = "a" * 100 + " – " + "b" * 30
    assert measure(text).parts == 2
    assert measure(cheapened(text)).parts == 1


def test_a_text_in_gsm_has_no_costly_character() -> None:
    assert measure("Grüße, 15 € [now]").costly == ()


@given(GSM_TEXT | ANY_TEXT)
def test_the_parts_are_the_text_and_each_has_room(text: str) -> None:
    measured = measure(text)
    parts = split(text)
    alone, shared = ROOM[measured.encoding]
    room = alone if len(parts) < 2 else shared
    assert "".join(parts) == text
    assert measured.parts == len(parts)
    assert all(measure(part).characters <= room for part in parts if measure(part).encoding == measured.encoding)
    assert 0 <= measured.left_in_part <= room


@given(ANY_TEXT)
def test_ucs2_is_chosen_exactly_when_a_character_asks_for_it(text: str) -> None:
    is_gsm = all(character in GSM_BASIC or character in GSM_EXTENSION for character in text)
    assert (measure(text).encoding is SmsEncoding.GSM) == is_gsm
    assert (measure(text).costly == ()) == is_gsm


@given(ANY_TEXT)
def test_no_surrogate_pair_is_ever_cut(text: str) -> None:
    for part in split(text):
        part.encode("utf-16-be").decode("utf-16-be")


@given(ANY_TEXT)
def test_cheapening_twice_changes_nothing_more_and_never_costs_more_characters_outside_gsm(text: str) -> None:
    once = cheapened(text)
    assert cheapened(once) == once
    assert len(measure(once).costly) <= len(measure(text).costly)


@pytest.mark.parametrize("text", ["", "plain", "€" * 81, "x" * 161, "Привет", "я" * 71, "🎉" * 36, "x" * 70 + "🎉"])
def test_parts_are_counted_as_they_are_measured(text: str) -> None:
    assert count_parts(text) == measure(text).parts == len(split(text))
