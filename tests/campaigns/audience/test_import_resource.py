"""The django-import-export resource as the back office exports with it."""

import pytest

from campaigns.audience.contact_resource import EXPORTED, ContactResource
from campaigns.models import Contact
from channels.kinds import AddressKind
from tests.contact_files.importing import counts, imported
from tests.factories import make_address, make_contact

pytestmark = pytest.mark.django_db


def test_an_export_has_a_column_for_each_particular_and_main_address() -> None:
    contact = make_contact(
        phone="+380676433012",
        email="olena@example.com",
        external_id="A-1",
        preferences=["sport", "coffee"],
        attributes={"city": '=HYPERLINK("http://evil.example")'},
    )
    make_address(contact=contact, kind=AddressKind.PHONE, value="+380679990608", is_primary=False)
    make_contact(deleted_at="2026-01-01T00:00Z")
    dataset = ContactResource().export()
    assert tuple(dataset.headers) == EXPORTED
    assert len(dataset) == 1
    row = dataset.dict[0]
    assert (row["phone"], row["email"], row["external_id"]) == ("'+380676433012", "olena@example.com", "A-1")
    assert (row["preferences"], row["attributes"]) == ("sport, coffee", 'city: =HYPERLINK("http://evil.example")')


def test_an_export_begins_no_cell_like_a_formula() -> None:
    make_contact(first_name="=1+1", last_name="@SUM(A1)", phone="+380676433012")
    (row,) = ContactResource().export().dict
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_what_was_exported_changes_nothing_when_it_is_imported() -> None:
    make_contact(phone="+380676433012", external_id="A-1", first_name="=1", country="UA", time_zone="Europe/Kyiv")
    columns = ["external_id", "first_name", "last_name", "phone", "country", "time_zone"]
    exported = ContactResource().export(queryset=Contact.objects.all(), export_fields=columns)
    done = imported(exported.csv)
    assert counts(done) == {"unchanged": 1}
