"""Takes a deleted contact out of tests: whose data filled the texts, and whoever had an address that got one."""

from collections.abc import Collection

from django.db.models import Q

from campaigns.models import Contact, TestMessage, TestSend
from campaigns.models.testing import TestStatus
from campaigns.testing.refusals import Refusal


def erase(*, contact: Contact, hashes: Collection[str]) -> None:
    """Forget what tests tell of `contact`, whose addresses have `hashes`. In the transaction that deletes the contact.

    1. What has not left is not sent.
    2. Texts go, and the links filled with the contact's data, which end.
    3. Of messages to the contact's addresses the name, the address and the vendor's words go. The hash of the address
       stays, and the vendor's id: a late receipt, a STOP and unsubscribing still find the message.
    """
    filled = Q(test__in=TestSend.objects.filter(contact=contact))
    to_address = Q(address_hash__in=hashes)
    # In the order in which whoever hears of tests locks them.
    about = TestMessage.objects.filter(filled | to_address).select_for_update().order_by("-id")
    messages = TestMessage.objects.filter(pk__in=[message.pk for message in about])
    messages.filter(status=TestStatus.QUEUED).update(status=TestStatus.REFUSED, refusal=Refusal.DELETED)
    messages.update(outbound={}, targets={})
    messages.filter(to_address).update(person_name="", address="", detail="")
    TestSend.objects.filter(contact=contact).update(contact=None)
