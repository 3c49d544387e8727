"""What is known of the running product itself: what flows through it, who is at work, what an admin was told."""

import uuid
from datetime import UTC, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Flow(models.Model):
    """How much of something there was, in real time; `at` begins the few seconds in which it was counted.

    What is no longer recent is summed into one row for each name and sender, `at` TOTAL: all rows of a name
    together are how much there ever was.
    """

    TOTAL = datetime(1970, 1, 1, tzinfo=UTC)

    name = models.CharField(max_length=40)
    # 0 where it is not about a campaign, or about a sender.
    campaign_id = models.BigIntegerField(default=0)
    sender_id = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    value = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["at", "name", "campaign_id", "sender_id"], name="flow_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Pulse(models.Model):
    """A process that is at work, as it says itself every few seconds, in real time; its last act takes it away."""

    class Kind(models.TextChoices):
        """What the process is."""

        WEB = "web", _("Web server")
        WORKER = "worker", _("Worker")
        BEAT = "beat", _("Beat")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=10, choices=Kind)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    # The queues that a worker takes tasks from.
    queues = models.JSONField(default=list)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.pid} on {self.host}"


class AlertKind(models.TextChoices):
    """What an admin has to know of."""

    # A running campaign in which something is due, nothing moves, and nothing explains it.
    CAMPAIGN_STUCK = "campaign_stuck"
    # A launched campaign whose audience nobody has enrolled.
    AUDIENCE_STUCK = "audience_stuck"
    # The engine holds it, because the same error kept coming back.
    CAMPAIGN_HELD = "campaign_held"
    SENDER_HELD = "sender_held"
    # Stored webhooks are not read.
    WEBHOOKS_STUCK = "webhooks_stuck"
    NO_WORKER = "no_worker"
    NO_BEAT = "no_beat"
    NO_TICK = "no_tick"
    BROKER_AWAY = "broker_away"
    # Rows came for whose time there is no partition.
    DEFAULT_PARTITION = "default_partition"


class AlertQuerySet(models.QuerySet["Alert"]):
    """Questions about alerts."""

    def present(self) -> "AlertQuerySet":
        """Those whose cause is still there, suspected ones included."""
        return self.filter(ended_at=None)

    def raised(self) -> "AlertQuerySet":
        """Those that people are shown now."""
        return self.present().exclude(raised_at=None)


class Alert(models.Model):
    """Something that is wrong, from when it was first noticed until it was gone; real time."""

    kind = models.CharField(max_length=20, choices=AlertKind)
    # What it is about: the id of a campaign or a sender, the name of a queue or a table; '' for the product.
    subject = models.CharField(max_length=60, blank=True)
    # How people call the subject, and what is known besides.
    name = models.CharField(max_length=200, blank=True)
    details = models.TextField(blank=True)
    began_at = models.DateTimeField()
    # None while it may still pass by itself within a moment.
    raised_at = models.DateTimeField(null=True)
    # None until the admins' mail has left.
    mailed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], condition=Q(ended_at=None), name="alert_once_at_a_time")
        ]
        indexes = [models.Index(fields=["ended_at"], name="alert_by_end")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class AlertLook(models.Model):
    """When somebody last looked whether something is wrong, in real time; the only row of its table."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="alertlook_only_one")]

    def __str__(self) -> str:
        return f"{self.looked_at}"
