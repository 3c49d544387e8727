"""Each field and operator of a segment's rule, on small tables of people."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from campaigns.models import Contact, ContactImport, Purpose
from campaigns.models.consent import ConsentStatus
from channels.kinds import Channel
from tests.campaigns.audience.rule_tables import condition, names, person, rule
from tests.factories import make_consent, make_contact

pytestmark = pytest.mark.django_db


# --- Ages and birthdays --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth_date", "age"),
    [
        # The birthday itself counts.
        (date(2008, 2, 11), 18),
        # Tomorrow is the birthday: not yet.
        (date(2008, 2, 12), 17),
        (date(2000, 2, 10), 26),
        # Born on 29 February, one ages on 1 March of a year without it.
        (date(2008, 2, 29), 17),
        (date(2026, 2, 11), 0),
    ],
)
def test_ages_are_full_years(birth_date: date, age: int) -> None:
    person("Anna", birth_date=birth_date)
    assert names(rule(condition("age", "between", value=[age, age]))) == {"Anna"}
    assert names(rule(condition("age", "at_least", value=age))) == {"Anna"}
    assert names(rule(condition("age", "at_least", value=age + 1))) == set()
    assert names(rule(condition("age", "at_most", value=age))) == {"Anna"}
    assert age == 0 or names(rule(condition("age", "at_most", value=age - 1))) == set()


@pytest.mark.parametrize(
    ("today", "is_18"), [(date(2026, 2, 28), False), (date(2026, 3, 1), True), (date(2028, 2, 29), True)]
)
def test_somebody_born_on_the_29th_of_february_ages_on_the_1st_of_march(today: date, is_18: bool) -> None:
    person("Leap", birth_date=date(2008, 2, 29))
    assert bool(names(rule(condition("age", "at_least", value=18)), today)) is is_18


def test_an_age_asked_for_on_the_29th_of_february_works() -> None:
    person("Anna", birth_date=date(2010, 2, 28))
    person("Bea", birth_date=date(2010, 3, 1))
    assert names(rule(condition("age", "at_least", value=18)), date(2028, 2, 29)) == {"Anna"}


def test_a_birth_date_in_the_future_is_no_age() -> None:
    person("Unborn", birth_date=date(2030, 1, 1))
    assert names(rule(condition("age", "at_most", value=25))) == set()


def test_without_a_birth_date_there_is_no_age_and_no_birthday() -> None:
    person("Anna")
    for asked in (
        condition("age", "at_least", value=0),
        condition("age", "at_most", value=150),
        condition("birthday", "within_days", value=366),
        condition("birth_date", "known"),
    ):
        assert names(rule(asked)) == set()
        assert names(rule(asked, op="none")) == {"Anna"}
    assert names(rule(condition("birth_date", "unknown"))) == {"Anna"}


@pytest.mark.parametrize(
    ("today", "operator", "expected"),
    [
        (date(2026, 2, 11), condition("birthday", "today"), {"11 Feb"}),
        (date(2026, 2, 11), condition("birthday", "within_days", value=3), {"11 Feb", "14 Feb"}),
        # In a year without 29 February its birthdays are on the 28th.
        (date(2026, 2, 28), condition("birthday", "today"), {"29 Feb"}),
        (date(2028, 2, 28), condition("birthday", "today"), set()),
        (date(2028, 2, 29), condition("birthday", "today"), {"29 Feb"}),
        (date(2026, 2, 27), condition("birthday", "within_days", value=2), {"29 Feb", "1 Mar"}),
        # Across the new year.
        (date(2026, 12, 30), condition("birthday", "within_days", value=3), {"31 Dec", "1 Jan"}),
        (
            date(2026, 6, 1),
            condition("birthday", "within_days", value=366),
            {"11 Feb", "14 Feb", "29 Feb", "1 Mar", "31 Dec", "1 Jan"},
        ),
    ],
)
def test_birthdays(today: date, operator: dict[str, Any], expected: set[str]) -> None:
    for name, month, day in [
        ("11 Feb", 2, 11),
        ("14 Feb", 2, 14),
        ("29 Feb", 2, 29),
        ("1 Mar", 3, 1),
        ("31 Dec", 12, 31),
        ("1 Jan", 1, 1),
    ]:
        person(name, birth_date=date(1992, month, day))
    assert names(rule(operator), today) == expected


# --- What is known of a person -------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (condition("preferences", "any_of", value=["fashion", "food"]), {"Both", "Fashion"}),
        (condition("preferences", "any_of", value=["FASHION"]), {"Both", "Fashion"}),
        (condition("preferences", "all_of", value=["Fashion", "Sport"]), {"Both"}),
        (condition("preferences", "none_of", value=["Fashion"]), {"Sport", "Nothing"}),
        (condition("preferences", "all_of", value=["fashion", "sport"]), {"Both"}),
        (condition("preferences", "none_of", value=["fashion"]), {"Sport", "Nothing"}),
        (condition("language", "in", value=["uk", "es"]), {"Both"}),
        (condition("language", "not_in", value=["uk"]), {"Fashion", "Sport", "Nothing"}),
        (condition("country", "in", value=["ua"]), {"Fashion"}),
        (condition("country", "not_in", value=["UA", "US"]), {"Both", "Nothing"}),
    ],
)
def test_preferences_language_and_country(asked: dict[str, Any], expected: set[str]) -> None:
    person("Both", preferences=["fashion", "sport"], language="uk")
    person("Fashion", preferences=["fashion"], country="UA")
    person("Sport", preferences=["sport", "travel"], country="US")
    person("Nothing")
    assert names(rule(asked)) == expected


@pytest.mark.parametrize("text", ["ОЛЕНА", "олен", "лена Кова", "КОВАЛЬ", "100%_"])
def test_a_name_is_found_in_any_script_and_case_and_taken_literally(text: str) -> None:
    make_contact(first_name="Олена", last_name="Ковальчук 100%_")
    make_contact(first_name="Anna", last_name="Smith 100")
    assert names(rule(condition("name", "contains", value=text))) == {"Олена"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (condition("created_at", "before", value="2026-02-10"), {"9th"}),
        (condition("created_at", "since", value="2026-02-10"), {"10th", "11th"}),
        (condition("created_at", "within_days", value=1), {"10th", "11th"}),
        (condition("created_at", "within_days", value=2), {"9th", "10th", "11th"}),
    ],
)
def test_when_they_were_added(asked: dict[str, Any], expected: set[str]) -> None:
    for name, instant in [
        ("9th", datetime(2026, 2, 9, 23, 59, 59, tzinfo=UTC)),
        ("10th", datetime(2026, 2, 10, tzinfo=UTC)),
        ("11th", datetime(2026, 2, 11, 12, tzinfo=UTC)),
    ]:
        contact = person(name)
        Contact.objects.filter(pk=contact.pk).update(created_at=instant)
    assert names(rule(asked)) == expected


def test_by_which_file_they_were_added() -> None:
    one, other = (ContactImport.objects.create(name=name, size=1) for name in ("one.csv", "other.csv"))
    for name, file in (("One", one), ("Other", other), ("None", None)):
        person(name, contact_import=file)
    assert names(rule(condition("contact_import", "is", value=one.pk))) == {"One"}
    assert names(rule(condition("contact_import", "is_not", value=one.pk))) == {"Other", "None"}
    assert names(rule(condition("contact_import", "is", value=other.pk + 1))) == set()


# --- Attributes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (condition("attribute", "equals", name="city", value="Київ"), {"Text"}),
        (condition("attribute", "equals", name="city", value="київ"), {"Text"}),
        (condition("attribute", "not_equals", name="city", value="Київ"), {"Number", "Comma", "Junk", "Nothing"}),
        (condition("attribute", "contains", name="city", value="КИЇ"), {"Text", "Junk"}),
        # The form types text; an API may have stored a number or true.
        (condition("attribute", "equals", name="points", value="120"), {"Number"}),
        (condition("attribute", "equals", name="is_vip", value="true"), {"Number"}),
        (condition("attribute", "at_least", name="points", value="100"), {"Text", "Number", "Comma"}),
        (condition("attribute", "at_least", name="points", value="120.5"), {"Text", "Comma"}),
        (condition("attribute", "at_most", name="points", value=120), {"Number"}),
        (condition("attribute", "before", name="last_order", value="2026-01-02"), {"Text"}),
        (condition("attribute", "since", name="last_order", value="2026-01-02"), {"Comma"}),
        # Empty text and null are no value, and a name that is a number is a name.
        (condition("attribute", "set", name="points"), {"Text", "Number", "Comma", "Junk"}),
        (condition("attribute", "not_set", name="7"), {"Text", "Comma", "Junk", "Nothing"}),
        (condition("attribute", "equals", name="7", value="seven"), {"Number"}),
        (condition("attribute", "contains", name="7", value="eve"), {"Number"}),
        # Nobody has it: nobody matches, and it is no error.
        (condition("attribute", "equals", name="shoe size", value="43"), set()),
        (condition("attribute", "at_most", name="shoe size", value="43"), set()),
        (condition("attribute", "set", name='it\'s "quoted" 100%'), set()),
    ],
)
def test_attributes(asked: dict[str, Any], expected: set[str]) -> None:
    person("Text", attributes={"city": "Київ", "points": " 150 ", "last_order": "2026-01-01T10:00:00"})
    person("Number", attributes={"city": "Lviv", "points": 120, "is_vip": True, "7": "seven"})
    person("Comma", attributes={"points": "120,75", "last_order": "2026-01-02"})
    person("Junk", attributes={"points": "many", "last_order": "soon", "city": ["Київ"]})
    person("Nothing", attributes={"points": "", "last_order": None})
    found = names(rule(asked))
    assert found == expected
    assert names(rule(asked, op="none")) == {"Text", "Number", "Comma", "Junk", "Nothing"} - found


def test_a_number_too_long_to_be_one_is_no_error() -> None:
    person("Endless", attributes={"points": "9" * 500})
    assert names(rule(condition("attribute", "at_least", name="points", value="1"))) == set()


# --- Reach and consent ---------------------------------------------------------------------


def test_reachable_on_a_channel() -> None:
    person("Reachable", phone="+380671234567", consents=[Channel.SMS])
    person("No consent", phone="+380671234568")
    person("No address", consents=[Channel.SMS])
    assert names(rule(condition("reachable", "on", channel="sms"))) == {"Reachable"}
    assert names(rule(condition("reachable", "not_on", channel="sms"))) == {"No consent", "No address"}
    transactional = condition("reachable", "on", channel="sms", purpose="transactional")
    assert names(rule(transactional)) == {"Reachable", "No consent"}


@pytest.mark.parametrize(("status", "name"), [("granted", "Yes"), ("withdrawn", "No"), ("none", "Silent")])
def test_consent_for_a_channel_and_purpose(status: str, name: str) -> None:
    make_consent(contact=person("Yes"), channel=Channel.EMAIL)
    make_consent(contact=person("No"), channel=Channel.EMAIL, status=ConsentStatus.WITHDRAWN)
    make_consent(contact=person("Silent"), channel=Channel.EMAIL, purpose=Purpose.TRANSACTIONAL)
    assert names(rule(condition("consent", status, channel="email", purpose="marketing"))) == {name}
