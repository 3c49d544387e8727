"""What happened to messages, and the hits on tracked links before they are classified."""

from django.db import models
from django.db.models import Q

from campaigns.models.content import Link
from campaigns.models.messages import Attempt
from channels.events import EventType


class Event(models.Model):
    """Anything that happened to a message, normalised, append-only, partitioned by the message's creation.

    The table is made by SQL in the migration: Django cannot declare partitions. Its references are
    not constrained (decision 0003); `message_id` is None for a goal before any message.
    """

    pk = models.CompositePrimaryKey("message_created_at", "id")
    id = models.BigIntegerField()
    message_created_at = models.DateTimeField()
    campaign_id = models.BigIntegerField()
    enrolment_id = models.BigIntegerField()
    message_id = models.BigIntegerField(null=True)
    attempt_id = models.BigIntegerField(null=True)
    link_id = models.BigIntegerField(null=True)
    inbound_request_id = models.BigIntegerField(null=True)
    type = models.CharField(max_length=12, choices=EventType)
    dedupe_key = models.CharField(max_length=64)
    # When it happened (the vendor's word, or the hit's arrival), and when it was recorded; product time.
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    is_machine = models.BooleanField(default=False)
    # Which rule of signals_policy.py said so.
    machine_rule = models.CharField(max_length=30, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "campaigns_event"

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"


class Hit(models.Model):
    """A request to a tracked link or pixel, stored before it is answered, classified soon after.

    Its references are not constrained (decision 0003).
    """

    class Kind(models.TextChoices):
        """What was asked for."""

        CLICK = "click"
        OPEN = "open"
        # The link in a mail that no person sees.
        TRAP = "trap"

    kind = models.CharField(max_length=5, choices=Kind)
    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="hits", db_index=False, db_constraint=False
    )
    link = models.ForeignKey(
        Link, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    user_agent = models.CharField(max_length=300, blank=True)
    # Undecided until then: another hit may still show that a machine is at work.
    decide_at = models.DateTimeField()
    # None while undecided.
    is_machine = models.BooleanField(null=True)
    machine_rule = models.CharField(max_length=30, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["decide_at"], condition=Q(is_machine=None), name="hit_undecided"),
            models.Index(fields=["attempt", "at"], name="hit_of_attempt"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.attempt_id}"
