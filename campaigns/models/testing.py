"""Test people, and the test messages sent to them: apart from everything that a campaign counts (decision 0060)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign
from campaigns.models.contacts import Contact
from channels.kinds import AddressKind, Channel
from channels.models import Sender


class TestPerson(models.Model):
    """A colleague to whom messages are sent on trial."""

    # pytest would take it for tests.
    __test__ = False

    name = models.CharField(_("name"), max_length=100, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("test person")
        verbose_name_plural = _("test people")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TestAddress(models.Model):
    """Where a test person is reached, one of a kind; `value` as `audience.addresses.normalise` writes it."""

    __test__ = False

    person = models.ForeignKey(TestPerson, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=20, choices=AddressKind)
    value = models.CharField(max_length=500)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="testaddress_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"


class TestSend(models.Model):
    """One confirmed test of a campaign; `key` is of the form, so that it is sent once however often it comes."""

    __test__ = False

    key = models.UUIDField(unique=True)
    # A draft that is deleted leaves the test, which still counts for the limit of whoever sent it.
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, related_name="tests")
    # Whose data fill its texts; when that contact is deleted, they go.
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # In real time, like all times of a test but one: vendors and the limit live in it.
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["sent_by", "at"], name="testsend_of_user")]

    def __str__(self) -> str:
        return str(self.key)


class TestStatus(models.TextChoices):
    """How far a test message has come, with the transition beside each value."""

    __test__ = False

    # → sending, refused
    QUEUED = "queued", _("Queued")
    # Committed just before the wire: → accepted, failed, unknown
    SENDING = "sending", _("Sending")
    # → delivered, opened, failed
    ACCEPTED = "accepted", _("Sent")
    # → opened
    DELIVERED = "delivered", _("Delivered")
    # As the vendor says: a read receipt, a reply. Pixel and links of a test tell nothing.
    OPENED = "opened", _("Opened")
    FAILED = "failed", _("Failed")
    # We did not send it.
    REFUSED = "refused", _("Not sent")
    # → accepted, delivered, opened, failed, when an event proves it; never sent again
    UNKNOWN = "unknown", _("Unknown")


class TestMessage(models.Model):
    """One message of a test, composed when it was confirmed: what was seen is what leaves.

    Its id is of the attempts' sequence, so that a signed address (pixel, unsubscribing) names either an attempt or a
    test message. `targets` are where its tracked links lead, by their positions. Whoever is deleted is taken out of it
    (campaigns/testing/erasing.py): name and address are empty then, and the hash is left to know receipts by.
    """

    __test__ = False

    id = models.BigIntegerField(primary_key=True)
    test = models.ForeignKey(TestSend, on_delete=models.CASCADE, related_name="messages")
    person_name = models.CharField(max_length=100)
    channel = models.CharField(max_length=20, choices=Channel)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=500)
    address_hash = models.CharField(max_length=32)
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    token = models.CharField(max_length=11, unique=True)
    outbound = models.JSONField()
    targets = models.JSONField(default=dict)
    parts = models.PositiveSmallIntegerField(default=1)
    # In the reporting currency; None where nobody has told a price.
    cost = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    status = models.CharField(max_length=10, choices=TestStatus, default=TestStatus.QUEUED)
    # A Refusal (campaigns/testing/refusals.py), or what the vendor said.
    refusal = models.CharField(max_length=20, blank=True)
    error_class = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=60, blank=True)
    detail = models.TextField(blank=True)
    vendor_message_id = models.CharField(max_length=200, blank=True)
    sending_at = models.DateTimeField(null=True)
    # The same instant in the product's time, in which attempts have theirs.
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["sender"], condition=Q(status__in=["queued", "sending"]), name="testmessage_open"),
            models.Index(fields=["vendor_message_id"], name="testmessage_of_vendor"),
            models.Index(fields=["address_hash"], name="testmessage_of_address"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.person_name}"
