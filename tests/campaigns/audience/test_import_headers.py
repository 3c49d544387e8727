"""What columns are called, in four languages, and what is proposed for them."""

import pytest

from campaigns.audience.birth_dates import DateOrder
from campaigns.audience.file_reading.formats import FileRow
from campaigns.audience.guessing import guess
from campaigns.audience.headers import attribute_name, is_age, propose
from campaigns.audience.targets import REPEATABLE, Target

T = Target


def proposed(*headers: str) -> list[str]:
    """The targets of `headers`; attributes by their names behind a colon."""
    return [f":{choice.attribute}" if choice.attribute else choice.target.value for choice in propose(headers)]


@pytest.mark.parametrize(
    "headers",
    [
        ("First name", "Last name", "Mobile phone", "E-mail", "Date of birth", "Interests", "Opt-in", "Customer ID"),
        ("Имя", "Фамилия", "Мобильный телефон", "Эл. почта", "Дата рождения", "Интересы", "Согласие", "Код клиента"),
        ("Ім’я", "Прізвище", "Мобільний", "Ел. пошта", "Дата народження", "Інтереси", "Згода", "Код клієнта"),
        ("Nombre", "Apellidos", "Móvil", "Correo electrónico", "Fecha de nacimiento", "Preferencias", "Acepta", "Id"),
    ],
)
def test_headers_are_recognised_in_four_languages(headers: tuple[str, ...]) -> None:
    targets = [T.FIRST_NAME, T.LAST_NAME, T.PHONE, T.EMAIL, T.BIRTH_DATE, T.PREFERENCES, T.CONSENT, T.EXTERNAL_ID]
    assert proposed(*headers) == targets


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("PHONE_NUMBER", T.PHONE),
        ("  e-mail: ", T.EMAIL),
        ("Email (work)", T.EMAIL),
        ("Customer's mobile number", T.PHONE),
        ("Subscribed to the newsletter", T.CONSENT),
        ("Язык", T.LANGUAGE),
        ("Країна", T.COUNTRY),
        ("Zona horaria", T.TIME_ZONE),
        ("Push token", T.PUSH_TOKEN),
        ("Telegram ID", T.TELEGRAM_ID),
        ("ID ВК", T.VK_ID),
        ("ФИО", T.FULL_NAME_LAST_FIRST),
        ("ПІБ", T.FULL_NAME_LAST_FIRST),
        ("Nombre completo", T.FULL_NAME),
        ("№", T.IGNORE),
        ("Вік", T.IGNORE),
        ("???", T.IGNORE),
    ],
)
def test_other_spellings_and_fields(header: str, target: Target) -> None:
    assert proposed(header) == [target]


def test_unknown_headers_become_attributes() -> None:
    assert proposed("Місто", "Город", "Ciudad", "Favourite colour", "Любимый цвет") == [
        ":city",
        ":city",
        ":city",
        ":favourite_colour",
        ":любимый_цвет",
    ]


def test_an_attribute_has_no_name_that_texts_know_otherwise() -> None:
    assert attribute_name("Country") == "country_2"
    assert attribute_name("Name") == "name_2"


def test_an_age_is_recognised_and_not_proposed() -> None:
    assert all(is_age(header) for header in ("Age", "Возраст", "вік", "EDAD"))
    assert not is_age("Birth date")


def test_of_two_phone_numbers_the_mobile_one_is_the_main_one() -> None:
    assert proposed("Phone", "Mobile") == [T.OTHER_PHONE, T.PHONE]
    assert proposed("Phone", "Home phone") == [T.PHONE, T.OTHER_PHONE]


def test_name_beside_last_name_is_the_first_name() -> None:
    assert proposed("Name", "Surname") == [T.FIRST_NAME, T.LAST_NAME]
    assert proposed("Name", "Phone") == [T.FULL_NAME, T.PHONE]
    assert proposed("Name", "First name", "Last name") == [T.IGNORE, T.FIRST_NAME, T.LAST_NAME]


def test_no_target_is_proposed_twice() -> None:
    choices = propose(["Email", "E-mail", "Phone", "Телефон", "Tel", "ID", "Customer ID", "Language", "Lang"])
    single = [choice.target for choice in choices if choice.target not in REPEATABLE]
    assert len(single) == len(set(single))


def test_a_file_without_headers_is_known_by_its_values() -> None:
    rows = [FileRow(1, ["Anna", "+380676433012", "anna@example.com"]), FileRow(2, ["Oleh", "", "oleh@example.com"])]
    found = guess(["Column 1", "Column 2", "Column 3"], rows)
    assert [choice.target for choice in found.columns] == [T.ATTRIBUTE, T.PHONE, T.EMAIL]


def test_the_country_is_that_of_most_whole_numbers() -> None:
    phones = ["0676433012", "+380676433013", "+380676433014", "+34612345678"]
    assert guess(["phone"], [FileRow(2, [phone]) for phone in phones]).country == "UA"
    assert guess(["phone"], [FileRow(2, ["0676433012"])]).country == ""


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["03.04.1990", "25.04.1990"], DateOrder.DAY_FIRST),
        (["03/04/1990", "04/25/1990"], DateOrder.MONTH_FIRST),
        (["03/04/1990", "05/06/1990"], None),
        (["1990-04-03"], None),
    ],
)
def test_the_order_of_dates_is_told_by_the_whole_column(dates: list[str], order: DateOrder | None) -> None:
    assert guess(["birthday"], [FileRow(2, [born]) for born in dates]).date_order == order
