"""The three files that people bring, each with its own defects, counted row by row."""

from collections.abc import Callable
from datetime import date

import pytest

from campaigns.models import Address, Consent, ConsentChange, Contact, ImportedContact, RejectedRow
from tests.contact_files.importing import counts, imported, reasons
from tests.contact_files.made_up import MadeUpFile, english_workbook, spanish_csv, ukrainian_csv

pytestmark = pytest.mark.django_db

FILES: tuple[Callable[[], MadeUpFile], ...] = (ukrainian_csv, spanish_csv, english_workbook)


@pytest.mark.parametrize("make", FILES)
def test_every_row_is_accounted_for(make: Callable[[], MadeUpFile]) -> None:
    """listmonk#1420: fewer rows than the file has, and no reason."""
    file = make()
    done = imported(file.content, name=file.name, country=file.country)
    expected = {"created": file.contacts, "repeated": file.repeated, "rejected": file.rejected}
    assert done.state == "done"
    assert counts(done) == {name: count for name, count in expected.items() if count}
    assert done.rows_done == done.rows_total == file.rows
    assert Contact.objects.count() == file.contacts
    assert RejectedRow.objects.filter(contact_import=done).count() == file.rejected + file.repeated


@pytest.mark.parametrize("make", FILES)
def test_the_same_file_twice_changes_nothing_the_second_time(make: Callable[[], MadeUpFile]) -> None:
    file = make()
    imported(file.content, name=file.name, country=file.country)
    before = everything()
    again = imported(file.content, name=file.name, country=file.country)
    expected = {"unchanged": file.contacts, "repeated": file.repeated, "rejected": file.rejected}
    assert counts(again) == {name: count for name, count in expected.items() if count}
    assert everything() == before
    # Who brought them stays who brought them first.
    assert not Contact.objects.filter(contact_import=again).exists()
    assert Contact.objects.exclude(contact_import=None).count() == file.contacts


def test_spellings_become_one() -> None:
    """Notifuse/notifuse#223: non-breaking spaces in names and phones."""
    file = ukrainian_csv(people=10, repetitions=0)
    imported(file.content, name=file.name, country=file.country)
    phones = Address.objects.filter(kind="phone").values_list("value", flat=True)
    assert set(phones) == {f"+38067{2_000_000 + 7 * number}" for number in range(10)}
    assert set(Contact.objects.values_list("country", "time_zone")) == {("UA", "Europe/Kyiv")}
    assert not Contact.objects.filter(first_name__contains="\N{NO-BREAK SPACE}").exists()
    assert Address.objects.filter(kind="email", value="ua.0@example.com").exists()


def test_a_repeated_row_names_the_earlier_one_and_does_not_apply() -> None:
    """Notifuse/notifuse#167: repeated rows in one batch break the import."""
    file = ukrainian_csv(people=5, repetitions=1)
    done = imported(file.content, name=file.name, country=file.country)
    assert reasons(done) == ["The same person as in row 2, which was taken."]
    assert not Contact.objects.filter(first_name="Інше імʼя").exists()


def test_a_workbook_keeps_its_dates_numbers_and_truth_values() -> None:
    file = english_workbook(people=4)
    imported(file.content, name=file.name, country=file.country)
    contact = Contact.objects.get(last_name="Smith1")
    assert contact.birth_date == date(1950, 4, 21)
    assert contact.addresses.get(kind="phone").value == "+12125551001"
    assert contact.attributes == {"city": "Lviv"}
    assert set(contact.consents.values_list("channel", "status")) == {("sms", "granted"), ("viber", "granted")}
    assert Contact.objects.get(last_name="Smith0").consents.filter(status="withdrawn").count() == 2
    assert Contact.objects.get(last_name="Smith3").attributes == {"city": '=HYPERLINK("http://evil.example","x")'}


def test_windows_letters_and_quotation_marks_survive() -> None:
    file = spanish_csv(people=8)
    imported(file.content, name=file.name, country=file.country)
    first = Contact.objects.get(addresses__value="es.0@example.com")
    assert (first.first_name, first.last_name) == ("Begoña", 'Peña, "el 0"')
    assert Contact.objects.get(addresses__value="es.1@example.com").preferences == ["café", "música"]
    assert first.time_zone == ""  # Spain has three, so the installation's own counts


def test_nothing_is_remembered_of_an_import_that_has_ended() -> None:
    file = spanish_csv(people=8)
    imported(file.content, name=file.name, country=file.country)
    assert not ImportedContact.objects.exists()


def everything() -> list[object]:
    """All that an import could change, with the instants at which it changed."""
    return [list(model.objects.order_by("pk").values()) for model in (Contact, Address, Consent, ConsentChange)]
