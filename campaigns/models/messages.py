"""Messages and the attempts to send them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models.campaigns import Campaign
from campaigns.models.cascades import Step
from campaigns.models.contacts import Address
from campaigns.models.enrolments import Enrolment
from channels.kinds import Channel
from channels.models import Account, Sender


class MessageStatus(models.TextChoices):
    """How far the sending has come, with the transition beside each value."""

    # → claimed, skipped, withdrawn
    QUEUED = "queued", _("Queued")
    # A worker has it under a lease: → sending, queued, skipped, withdrawn
    CLAIMED = "claimed", _("Claimed")
    # Committed just before the wire: → accepted, failed, unknown, queued (surely not sent)
    SENDING = "sending", _("Sending")
    ACCEPTED = "accepted", _("Accepted")
    FAILED = "failed", _("Failed")
    # → accepted, when an event proves it
    UNKNOWN = "unknown", _("Unknown")
    WITHDRAWN = "withdrawn", pgettext_lazy("message", "Withdrawn")
    SKIPPED = "skipped", _("Skipped")


class SkipReason(models.TextChoices):
    """This step will not happen, the next starts."""

    NO_ADDRESS = "no_address", _("no address")
    NO_CONSENT = "no_consent", _("no consent")
    SUPPRESSED = "suppressed", _("suppressed")
    REPEATED_ADDRESS = "repeated_address", _("address already messaged")
    UNSUPPORTED = "unsupported", _("not supported")
    SENDER_DOWN = "sender_down", _("sender down")


class HoldReason(models.TextChoices):
    """The message stays queued, nothing advances."""

    QUIET_HOURS = "quiet_hours", _("quiet hours")
    PAUSED = "paused", _("paused")
    RATE_LIMITED = "rate_limited", _("rate limit")
    SENDER_HELD = "sender_held", _("sender held")
    OVER_BUDGET = "over_budget", _("over budget")
    FREQUENCY_CAP = "frequency_cap", _("frequency cap")


class Fate(models.TextChoices):
    """What became of the step for this enrolment. '' is still waiting."""

    SKIPPED = "skipped", _("Skipped")
    ENGAGED = "engaged", _("Stopped here")
    ADVANCED = "advanced", _("Went on")
    ENDED = "ended", _("Ended here")


class Message(models.Model):
    """One step for one enrolment: the statistics count it.

    It is made when the enrolment comes to the step, also when the step is skipped. `status` tells
    the sending, `fate` the step, the instants what the person did.
    """

    # Which references have an index or a constraint, and why: docs/decisions/0003.
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="messages", db_index=False, db_constraint=False
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="messages", db_index=False, db_constraint=False
    )
    step = models.ForeignKey(
        Step, on_delete=models.DO_NOTHING, related_name="messages", db_index=False, db_constraint=False
    )
    sender = models.ForeignKey(
        Sender, on_delete=models.PROTECT, null=True, related_name="messages", db_index=False, db_constraint=False
    )
    channel = models.CharField(max_length=20, choices=Channel)
    status = models.CharField(max_length=10, choices=MessageStatus, default=MessageStatus.QUEUED)
    # A column, not a condition of an index: so marking a message and recording its answer change no index of it.
    is_queued = models.GeneratedField(
        expression=Case(When(status=MessageStatus.QUEUED, then=True), default=False),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    skip_reason = models.CharField(max_length=20, choices=SkipReason, blank=True)
    hold_reason = models.CharField(max_length=20, choices=HoldReason, blank=True)
    created_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    # Not claimed before this instant.
    available_at = models.DateTimeField(null=True)
    # None while it is queued; else the lease of the worker that has it, or had it last.
    claim_token = models.UUIDField(null=True)
    first_attempt_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sending_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    # When the decision window closes.
    decide_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    goal_at = models.DateTimeField(null=True)
    # The vendor gave up after it had accepted.
    failed_at = models.DateTimeField(null=True)
    opted_out_at = models.DateTimeField(null=True)
    machine_opened_at = models.DateTimeField(null=True)
    machine_clicked_at = models.DateTimeField(null=True)
    error_class = models.CharField(max_length=12, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(blank=True)
    fate = models.CharField(max_length=10, choices=Fate, blank=True)
    # The rule or signal that decided the fate, as a code of engine/reasons.py.
    fate_reason = models.CharField(max_length=40, blank=True)
    fate_at = models.DateTimeField(null=True)
    parts = models.PositiveSmallIntegerField(default=0)
    # In the reporting currency: reserved while sending or unknown, settled by the receipt.
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "enrolment", "step"], name="message_once"),
            models.CheckConstraint(
                condition=~Q(status="claimed") | Q(claim_token__isnull=False), name="message_claimed_has_token"
            ),
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(accepted_at__isnull=False),
                name="message_accepted_when",
            ),
        ]
        indexes = [
            # The claim: by sender, the urgent first, fairly between campaigns.
            models.Index(
                fields=["sender", "campaign", "available_at", "id"],
                condition=Q(is_queued=True),
                name="message_to_claim",
            ),
            models.Index(fields=["enrolment"], name="message_of_enrolment"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}/{self.step_id}"


class Lease(models.Model):
    """Messages that one worker claimed together: they are its own until `until`, which it extends while it lives."""

    token = models.UUIDField(primary_key=True)
    # Real database time, whatever the product's clock says.
    until = models.DateTimeField(db_index=True)
    messages = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return str(self.token)


class AttemptStatus(models.TextChoices):
    """What came of one request."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    FAILED = "failed"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


LIVE_ATTEMPT = Q(status__in=[AttemptStatus.SENDING, AttemptStatus.ACCEPTED, AttemptStatus.UNKNOWN])


class Attempt(models.Model):
    """One request for a message to one address."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attempts", db_constraint=False)
    # These four say again what the message says: it is the message that protects them (docs/decisions/0003).
    campaign = models.ForeignKey(
        Campaign, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    step = models.ForeignKey(Step, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    sender = models.ForeignKey(
        Sender, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    # None, or a row that is gone: what is left of a deleted address is its hash.
    address = models.ForeignKey(
        Address, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    address_hash = models.CharField(max_length=32)
    entry_key = models.CharField(max_length=200, blank=True)
    # The idempotency key, and our reference in the vendor's webhooks; the engine gives keys in the order of time.
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    # What stands in the tracked links of this attempt; None where it has none.
    token = models.CharField(max_length=11, null=True)
    status = models.CharField(max_length=10, choices=AttemptStatus, default=AttemptStatus.SENDING)
    # The address as long as nothing else may be sent to it. A column, not a condition of the indexes: so an answer,
    # which changes the status of every attempt, touches none of them.
    live_hash = models.GeneratedField(
        expression=Case(When(LIVE_ATTEMPT, then=F("address_hash")), default=None),
        output_field=models.CharField(max_length=32, null=True),
        db_persist=True,
    )
    vendor_message_id = models.CharField(max_length=200, null=True)
    created_at = models.DateTimeField()
    sending_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    error_class = models.CharField(max_length=12, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(blank=True)
    parts = models.PositiveSmallIntegerField(default=0)
    price = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True)
    # How much of the reporting currency one unit of `currency` was when sent.
    rate = models.DecimalField(max_digits=18, decimal_places=8, default=1)

    class Meta:
        constraints = [
            # Nobody is sent the same message twice, whatever a worker believes: within a campaign an address is
            # messaged once per step and entry, whoever has it. The address comes first, so that a reply that names
            # nothing finds what its sender was sent.
            models.UniqueConstraint(
                fields=["live_hash", "campaign", "step", "entry_key"],
                name="attempt_one_live_per_step",
            ),
            # Not `unique`: that would bring a second index, for searches by the beginning.
            models.UniqueConstraint(fields=["token"], name="attempt_token_once"),
        ]

    def __str__(self) -> str:
        return str(self.key)


class VendorReference(models.Model):
    """Which attempt a vendor's own id of a message stands for; apart from the attempt, whose indexes an answer spares.

    A vendor may repeat itself: an id of several attempts names none of them.
    """

    pk = models.CompositePrimaryKey("account_id", "vendor_message_id", "attempt_id")
    account_id = models.BigIntegerField()
    vendor_message_id = models.CharField(max_length=200)
    attempt_id = models.BigIntegerField()

    def __str__(self) -> str:
        return self.vendor_message_id
