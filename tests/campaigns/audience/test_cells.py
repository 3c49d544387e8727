"""What we export is text to every spreadsheet program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience.cells import safe_cell, without_guard


@pytest.mark.parametrize(
    "value",
    ['=HYPERLINK("http://evil.example","x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"],
)
def test_what_begins_like_a_formula_gets_an_apostrophe(value: str) -> None:
    assert safe_cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["", "Kyiv", "1=1", "'quoted'", "a@example.com"])
def test_other_text_stays_as_it_is(value: str) -> None:
    assert safe_cell(value) == value
    assert without_guard(value) == value


@given(st.text())
def test_the_guard_can_be_taken_off_again(value: str) -> None:
    if not value.startswith("'"):
        assert without_guard(safe_cell(value)) == value
