"""Contacts found by what somebody remembers of them: a part of a name, number, mail address or id."""

import re

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.db.models.lookups import IContains

from campaigns.models import Address
from campaigns.models.contacts import ContactQuerySet
from channels.kinds import AddressKind

_NUMBER = re.compile(r"\+?[\d\s().\-]+")
_FEWEST_DIGITS = 3
_MOST_WORDS = 6


def search(contacts: ContactQuerySet, text: str) -> ContactQuerySet:
    """Those of `contacts` who fit every word of `text`, in any script and case; all for an empty text.

    A text of digits and the signs that stand between them is a part of a phone number or of an id.
    """
    text = text.replace("\x00", " ").strip()
    digits = re.sub(r"\D", "", text)
    if _NUMBER.fullmatch(text) and len(digits) >= _FEWEST_DIGITS:
        return contacts.filter(_has_number(digits) | Q(external_id__icontains=text))
    for word in text.split()[:_MOST_WORDS]:
        contacts = contacts.filter(_has_word(word))
    return contacts


def _has_number(digits: str) -> Q:
    # A mail address may hold a year, and a token anything: neither is meant by digits alone.
    named = Address.objects.exclude(kind__in=[AddressKind.EMAIL, AddressKind.PUSH_TOKEN])
    return Q(Exists(named.filter(contact=OuterRef("pk"), value__contains=digits.removeprefix("00"))))


def _has_word(word: str) -> Q:
    named = Q(IContains(Concat("first_name", Value(" "), "last_name"), word))
    address = Address.objects.filter(contact=OuterRef("pk"), value__icontains=word)
    return named | Q(external_id__icontains=word) | Q(Exists(address.exclude(kind=AddressKind.PUSH_TOKEN)))
