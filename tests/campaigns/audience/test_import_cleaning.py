"""Cells as they are stored, whatever they look like in the file."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience import cleaning
from campaigns.audience.birth_dates import DateOrder, ambiguous_date, clean_birth_date
from campaigns.audience.contact_resource import ContactResource
from campaigns.audience.drafts import ContactDraft, RowRejected
from campaigns.audience.file_reading.formats import FileRow
from campaigns.audience.import_choices import ColumnChoice, ConsentBasis, ConsentChoice, ImportChoices
from campaigns.audience.targets import Target
from campaigns.audience.zones import single_zones

TODAY = date(2026, 2, 11)
DMY, MDY = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_clean_text_can_be_stored_and_is_clean(cell: str) -> None:
    text = cleaning.clean_text(cell)
    assert text == text.strip()
    assert "\x00" not in text
    assert "  " not in text
    assert unicodedata.is_normalized("NFC", text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="'#")))
def test_cleaning_twice_is_cleaning_once(cell: str) -> None:
    once = cleaning.clean_text(cell)
    assert cleaning.clean_text(once) == once


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Омелян\N{NO-BREAK SPACE}", "Омелян"),
        ("  two \t\n words ", "two words"),
        ("zero\N{ZERO WIDTH SPACE}width", "zerowidth"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("Вʼячеслав", "Вʼячеслав"),
        ("'+380676433012", "+380676433012"),
        ("'quoted'", "'quoted'"),
        ("#N/A", ""),
        ("nul\x00", "nul"),
    ],
)
def test_dirt_goes_and_letters_stay(cell: str, text: str) -> None:
    assert cleaning.clean_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "order", "born"),
    [
        ("21.07.1959", DMY, date(1959, 7, 21)),
        ("07/21/1959", MDY, date(1959, 7, 21)),
        ("3-4-1990", DMY, date(1990, 4, 3)),
        ("1959-07-21", MDY, date(1959, 7, 21)),
        ("1959/7/21", DMY, date(1959, 7, 21)),
        ("19590721", DMY, date(1959, 7, 21)),
        ("1959-07-21 00:00:00", DMY, date(1959, 7, 21)),
        ("21.07.59", DMY, date(1959, 7, 21)),
        ("21.07.09", DMY, date(2009, 7, 21)),
        ("29.02.2000", DMY, date(2000, 2, 29)),
        ("", DMY, None),
    ],
)
def test_dates(cell: str, order: DateOrder, born: date | None) -> None:
    assert clean_birth_date(cell, order, TODAY) == born


@pytest.mark.parametrize(
    ("cell", "order", "sentence"),
    [
        ("31.02.1990", DMY, "“31.02.1990” is not a date."),
        ("07/21/1959", DMY, "is not a date"),
        ("29.02.1999", DMY, "is not a date"),
        ("yesterday", DMY, "is not a date"),
        ("12345", DMY, "is not a date"),
        ("12.02.2026", DMY, "is in the future"),
        ("01.01.1899", DMY, "is too long ago"),
    ],
)
def test_what_is_no_birth_date_says_so(cell: str, order: DateOrder, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        clean_birth_date(cell, order, TODAY)


@given(born=st.dates(date(1900, 1, 1), TODAY), order=st.sampled_from(DateOrder))
def test_a_date_written_in_an_order_is_read_in_it(born: date, order: DateOrder) -> None:
    written = born.strftime("%d.%m.%Y" if order == DMY else "%m/%d/%Y")
    assert clean_birth_date(written, order, TODAY) == born
    assert clean_birth_date(born.isoformat(), order, TODAY) == born


def test_only_a_date_that_is_another_one_the_other_way_is_ambiguous() -> None:
    assert ambiguous_date(["1990-04-03", "05.05.1990", "25.04.1990", "03.04.1990"]) == "03.04.1990"
    assert ambiguous_date(["05.05.1990", "25.04.1990"]) == ""


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("uk", "uk"),
        ("UA", "uk"),
        ("Українська", "uk"),
        ("испанский", "es"),
        ("inglés", "en"),
        ("es-MX", "es"),
        ("", ""),
    ],
)
def test_languages(word: str, code: str) -> None:
    assert cleaning.clean_language(word) == code


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("ua", "UA"),
        ("Україна", "UA"),
        ("España", "ES"),
        ("UK", "GB"),
        ("США", "US"),
        ("Estados Unidos", "US"),
        ("", ""),
    ],
)
def test_countries(word: str, code: str) -> None:
    assert cleaning.clean_country(word) == code


def test_time_zones() -> None:
    assert cleaning.clean_time_zone("europe/kyiv") == "Europe/Kyiv"
    assert cleaning.clean_time_zone("America/New York") == "America/New_York"
    with pytest.raises(ValueError, match="is not a time zone"):
        cleaning.clean_time_zone("GMT plus two")


def test_a_country_has_a_time_zone_if_it_has_one() -> None:
    zones = single_zones()
    known = {country: zones.get(country) for country in ("UA", "PL", "GB", "DE", "HR", "ES", "US", "RU", "MX")}
    assert known == {
        "UA": "Europe/Kyiv",
        "PL": "Europe/Warsaw",
        "GB": "Europe/London",
        "DE": "Europe/Berlin",
        "HR": "Europe/Zagreb",
        "ES": None,
        "US": None,
        "RU": None,
        "MX": None,
    }


def test_preferences_are_separated_by_any_usual_sign_and_stand_once() -> None:
    assert cleaning.clean_preferences("спорт, кава;Музика|спорт\nКАВА,,") == ["спорт", "кава", "Музика"]


@pytest.mark.parametrize("word", ["maybe", "?", "later"])
def test_a_word_that_is_neither_yes_nor_no_says_so(word: str) -> None:
    with pytest.raises(ValueError, match=r"neither yes nor no"):
        cleaning.clean_consent(word)


@pytest.mark.parametrize(
    ("cell", "target", "names"),
    [
        ("Ana María López", Target.FULL_NAME, ("Ana", "María López", {})),
        ("Anna", Target.FULL_NAME, ("Anna", "", {})),
        ("Петренко Олена Іванівна", Target.FULL_NAME_LAST_FIRST, ("Олена", "Петренко", {"middle_name": "Іванівна"})),
        ("López García, Ana", Target.FULL_NAME_LAST_FIRST, ("Ana", "López García", {})),
        ("Олена", Target.FULL_NAME_LAST_FIRST, ("Олена", "", {})),
    ],
)
def test_a_whole_name_is_taken_apart(cell: str, target: Target, names: tuple[str, str, dict[str, str]]) -> None:
    draft = read(["anna@example.com", cell], Target.EMAIL, target)
    assert (draft.first_name, draft.last_name, draft.attributes) == names


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    with pytest.raises(RowRejected) as rejection:
        read(["12345", "broken@", "31.02.1990"], Target.PHONE, Target.EMAIL, Target.BIRTH_DATE)
    assert str(rejection.value) == (
        "“broken@” is not an email address. “31.02.1990” is not a date. “12345” is not a phone number."
    )


def test_a_row_that_is_wider_than_its_headers_is_not_guessed_at() -> None:
    with pytest.raises(RowRejected, match="3 cells under 2 headers"):
        read(["anna@example.com", "Anna", "Kyiv"], Target.EMAIL, Target.FIRST_NAME)


def test_a_language_that_is_none_is_left_out_of_the_row() -> None:
    draft = read(["anna@example.com", "Klingonish"], Target.EMAIL, Target.LANGUAGE)
    assert draft.left_out == ["“Klingonish” is not a language."]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_any_row_is_taken_or_rejected_with_a_reason(cells: list[str]) -> None:
    targets = [Target.PHONE, Target.EMAIL, Target.BIRTH_DATE, Target.CONSENT, Target.LANGUAGE, Target.PREFERENCES]
    try:
        outcome = "taken" if read(cells, *targets).addresses else ""
    except RowRejected as rejection:
        outcome = str(rejection)
    assert outcome == "taken" or outcome.endswith(".")


def read(cells: list[str], *targets: Target) -> ContactDraft:
    """The draft of a row whose columns are `targets`, read for Ukraine, day first."""
    choices = ImportChoices(
        columns=tuple(ColumnChoice(target=target) for target in targets),
        country="UA",
        date_order=DMY,
        consent=ConsentChoice(basis=ConsentBasis.NOBODY),
    )
    return ContactResource(choices).read(FileRow(2, cells))
