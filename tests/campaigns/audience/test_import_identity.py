"""Whom a row is about: the external id, else the phone number, else the email address."""

import pytest

from campaigns.models import Address, Contact
from channels.kinds import AddressKind
from tests.contact_files.importing import counts, imported, reasons
from tests.factories import make_address, make_contact

pytestmark = pytest.mark.django_db

PHONE, OTHER_PHONE = "+380676433012", "+380679990608"


def test_a_phone_number_names_its_contact_whatever_its_spelling() -> None:
    contact = make_contact(phone=PHONE, first_name="Olena")
    done = imported("phone,first name\n38 (067) 643-30-12,Олена\n")
    assert counts(done) == {"updated": 1}
    contact.refresh_from_db()
    assert contact.first_name == "Олена"


def test_an_email_address_names_its_contact_where_the_phone_number_is_new() -> None:
    contact = make_contact(phone=PHONE, email="olena@example.com")
    done = imported(f"phone,email\n{OTHER_PHONE},OLENA@example.com\n")
    assert counts(done) == {"updated": 1}
    assert main_and_other_phones(contact) == (OTHER_PHONE, [PHONE])


def test_a_new_phone_number_becomes_the_main_one_and_the_old_one_stays() -> None:
    contact = make_contact(phone=PHONE, email="olena@example.com")
    imported(f"phone,email\n{OTHER_PHONE},olena@example.com\n")
    imported(f"phone,email\n{PHONE},olena@example.com\n")
    assert main_and_other_phones(contact) == (PHONE, [OTHER_PHONE])


def test_a_row_whose_phone_and_email_belong_to_two_people_is_refused_naming_both() -> None:
    make_contact(phone=PHONE, first_name="Olena", last_name="Kovalenko")
    make_contact(email="max@example.com", first_name="Max", last_name="Bond")
    done = imported(f"phone,email\n{PHONE},max@example.com\n")
    assert counts(done) == {"rejected": 1}
    assert reasons(done) == [
        f"The phone number belongs to Olena Kovalenko ({PHONE}), the email address to Max Bond (max@example.com)."
    ]


def test_two_people_of_the_same_file_are_not_mixed_either() -> None:
    done = imported(f"name,phone,email\nOlena,{PHONE},\nMax,,max@example.com\n,{PHONE},max@example.com\n")
    assert counts(done) == {"created": 2, "rejected": 1}
    assert reasons(done) == [
        f"The phone number belongs to Olena ({PHONE}, row 2), the email address to Max (max@example.com, row 3)."
    ]


def test_the_external_id_goes_before_the_phone_number() -> None:
    contact = make_contact(external_id="A-1", phone=PHONE)
    done = imported(f"id,phone,first name\nA-1,{OTHER_PHONE},Anna\n")
    assert counts(done) == {"updated": 1}
    contact.refresh_from_db()
    assert contact.first_name == "Anna"
    assert main_and_other_phones(contact) == (OTHER_PHONE, [PHONE])


def test_people_with_ids_of_their_own_may_share_a_phone_number() -> None:
    done = imported(f"id,phone,first name\nA-1,{PHONE},Anna\nA-2,{PHONE},Oleh\n")
    assert counts(done) == {"created": 2}
    assert Address.objects.filter(value=PHONE, is_primary=True).count() == 2


def test_an_id_is_given_to_the_contact_who_had_none() -> None:
    contact = make_contact(phone=PHONE)
    done = imported(f"id,phone\nA-1,{PHONE}\n")
    assert counts(done) == {"updated": 1}
    contact.refresh_from_db()
    assert contact.external_id == "A-1"


def test_an_id_of_one_and_the_address_of_another_without_id_are_refused() -> None:
    make_contact(external_id="A-1", phone=PHONE, first_name="Anna", last_name="")
    make_contact(phone=OTHER_PHONE, first_name="Oleh", last_name="")
    done = imported(f"id,phone\nA-1,{OTHER_PHONE}\n")
    assert reasons(done) == [f"The id belongs to Anna (A-1, {PHONE}), the address to Oleh ({OTHER_PHONE})."]


def test_an_address_that_two_share_does_not_tell_which_of_them() -> None:
    make_contact(external_id="A-1", phone=PHONE, first_name="Anna", last_name="")
    make_contact(external_id="A-2", phone=PHONE, first_name="Oleh", last_name="")
    done = imported(f"phone,city\n{PHONE},Kyiv\n")
    assert counts(done) == {"rejected": 1}
    assert "Anna (A-1" in reasons(done)[0]
    assert "Oleh (A-2" in reasons(done)[0]


def test_a_number_that_somebody_gave_up_is_its_new_owners() -> None:
    past = make_contact(phone=OTHER_PHONE, first_name="Past")
    make_address(contact=past, kind=AddressKind.PHONE, value=PHONE, is_primary=False)
    present = make_contact(phone=PHONE, first_name="Present")
    done = imported(f"phone,city\n{PHONE},Kyiv\n")
    assert counts(done) == {"updated": 1}
    present.refresh_from_db()
    assert present.attributes == {"city": "Kyiv"}


def test_a_deleted_contact_is_nobody() -> None:
    make_contact(phone=PHONE, deleted_at="2026-01-01T00:00Z")
    assert counts(imported(f"phone\n{PHONE}\n")) == {"created": 1}


def test_an_id_alone_changes_a_known_contact_and_makes_no_new_one() -> None:
    contact = make_contact(external_id="A-1", phone=PHONE)
    done = imported("id,city\nA-1,Kyiv\nA-2,Lviv\n")
    assert counts(done) == {"updated": 1, "rejected": 1}
    contact.refresh_from_db()
    assert contact.attributes == {"city": "Kyiv"}


def test_empty_cells_blank_nothing() -> None:
    contact = make_contact(
        phone=PHONE, email="olena@example.com", first_name="Olena", preferences=["sport"], attributes={"city": "Kyiv"}
    )
    before = Contact.objects.filter(pk=contact.pk).values().get()
    done = imported(f"phone,email,first name,interests,city,language\n{PHONE},,,,,\n")
    assert counts(done) == {"updated": 1}  # the number implies a country, which was not known
    after = Contact.objects.filter(pk=contact.pk).values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"country", "time_zone", "updated_at"}


def test_what_a_number_implies_does_not_replace_what_is_known() -> None:
    contact = make_contact(phone=PHONE, country="PL", time_zone="Europe/Warsaw")
    assert counts(imported(f"phone\n{PHONE}\n")) == {"unchanged": 1}
    contact.refresh_from_db()
    assert (contact.country, contact.time_zone) == ("PL", "Europe/Warsaw")


def test_a_phone_number_that_cannot_be_used_is_left_out_of_a_person_with_mail() -> None:
    done = imported("first name,phone,email\nAnna,12345,anna@example.com\n")
    assert counts(done) == {"created": 1}
    assert reasons(done) == ["Taken without a part of it. “12345” is not a phone number."]
    assert not Address.objects.filter(kind="phone").exists()


def test_a_second_phone_number_is_kept_beside_the_main_one() -> None:
    imported(f"mobile,home phone\n{PHONE},{OTHER_PHONE}\n")
    assert main_and_other_phones(Contact.objects.get()) == (PHONE, [OTHER_PHONE])


def test_the_second_phone_number_serves_where_the_first_is_missing() -> None:
    imported(f"first name,mobile,home phone\nAnna,,{OTHER_PHONE}\n")
    assert main_and_other_phones(Contact.objects.get()) == (OTHER_PHONE, [])


def main_and_other_phones(contact: Contact) -> tuple[str, list[str]]:
    """The main phone number, and the others."""
    phones = contact.addresses.filter(kind="phone")
    return phones.get(is_primary=True).value, [address.value for address in phones.filter(is_primary=False)]
