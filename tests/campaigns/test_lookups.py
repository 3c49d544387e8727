"""A field that equals any of many values."""

import pytest

from campaigns.models import Address, Contact
from channels.kinds import AddressKind
from tests.factories import make_contact

pytestmark = pytest.mark.django_db


def test_any_finds_what_in_finds() -> None:
    people = [make_contact(phone=f"+38067000000{number}") for number in range(4)]
    wanted = [people[3].pk, people[1].pk, 0]
    assert set(Contact.objects.filter(pk__any=wanted)) == set(Contact.objects.filter(pk__in=wanted))
    of_wanted = Address.objects.filter(contact_id__any=set(wanted), kind=AddressKind.PHONE)
    assert {address.contact_id for address in of_wanted} == {people[1].pk, people[3].pk}
    assert set(Contact.objects.filter(addresses__value__any=["+380670000002"])) == {people[2]}


def test_any_of_nothing_finds_nothing() -> None:
    make_contact()
    assert not Contact.objects.filter(pk__any=[]).exists()
    assert Contact.objects.exclude(pk__any=[]).exists()
