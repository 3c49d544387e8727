"""The routes and steps of a version."""

import secrets
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import CampaignVersion
from campaigns.models.segments import Segment
from channels.kinds import Channel
from channels.models import Sender


class Condition(models.TextChoices):
    """The target action of a step: what counts as success. Weakest first (DESIGN §3.6 says what implies what)."""

    DELIVERED = "delivered", _("it is delivered")
    OPENED = "opened", _("they open it")
    CLICKED = "clicked", _("they follow the link")
    REPLIED = "replied", _("they reply")
    ANSWERED = "answered", _("they answer the call")
    GOAL = "goal", _("the goal is reached")


class Route(models.Model):
    """An ordered list of steps for a segment. The first route whose segment matches wins; the last has none."""

    version = models.ForeignKey(CampaignVersion, on_delete=models.CASCADE, related_name="routes")
    position = models.PositiveSmallIntegerField()
    segment = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="routes",
        verbose_name=_("segment"),
    )
    # The segment's rule as it was when the version was frozen; None for everyone else.
    rule = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"],
                name="route_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(segment=None),
                name="route_one_default",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return str(self.segment or _("Everyone else"))


def step_key() -> str:
    """A key that a step keeps through all versions of its campaign."""
    return secrets.token_hex(4)


class Step(models.Model):
    """Channel, sender, success condition and timeout."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=16, default=step_key)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    # A draft may still lack one; launching asks for it.
    sender = models.ForeignKey(
        Sender,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="steps",
        verbose_name=_("sender"),
    )
    condition = models.CharField(_("stops if"), max_length=10, choices=Condition, default=Condition.CLICKED)
    timeout = models.DurationField(_("wait up to"), default=timedelta(hours=2))
    # Do quiet hours not count towards the timeout?
    is_waking_time = models.BooleanField(_("count waking time only"), default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "position"],
                name="step_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["route", "key"], name="step_key_once"),
            models.CheckConstraint(condition=Q(timeout__gt=timedelta(0)), name="step_timeout_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.position + 1}. {self.get_channel_display()}"
