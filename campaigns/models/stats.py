"""Counters: deltas appended with each change, folded into totals by a task."""

from django.db import models
from django.db.models import Q


class Counted(models.Model):
    """What a counter counts, and where. `step_key` is '' for the campaign as a whole."""

    campaign_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    step_key = models.CharField(max_length=16, blank=True)
    route_id = models.BigIntegerField()
    variant = models.CharField(max_length=20, blank=True)
    sender_id = models.BigIntegerField(default=0)
    language = models.CharField(max_length=8, blank=True)
    hour = models.DateTimeField()
    counter = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.counter} {self.value}"


KEY = (
    "campaign_id",
    "version_id",
    "step_key",
    "route_id",
    "variant",
    "sender_id",
    "language",
    "hour",
    "counter",
)


class StepDelta(Counted):
    """A change of a counter, appended in the transaction that made it; gone once folded."""

    class Meta:
        indexes = [models.Index(fields=["campaign_id"], name="stepdelta_of_campaign")]


class StepTotal(models.Model):
    """The folded total of a counter on a route: a page reads some hundred of these, however long a campaign runs."""

    pk = models.CompositePrimaryKey("campaign_id", "route_id", "step_key", "counter")
    campaign_id = models.BigIntegerField()
    route_id = models.BigIntegerField()
    step_key = models.CharField(max_length=16, blank=True)
    counter = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=18, decimal_places=6)

    def __str__(self) -> str:
        return f"{self.counter} {self.value}"


class StepStats(Counted):
    """The same by hour, version, variant, sender and language."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=KEY, name="stepstats_once")]
        # Of the last day, by sender, without reading what there ever was.
        indexes = [
            models.Index(fields=["hour"], condition=Q(counter="unknown"), name="stepstats_unknown"),
            # What happened in the days of a report in campaigns that people enter one by one.
            models.Index(fields=["campaign_id", "counter", "hour"], name="stepstats_by_hour"),
            # What the first page tells of the last days.
            models.Index(
                fields=["hour"],
                include=["counter", "value"],
                condition=Q(counter__in=["accepted", "outcome_engaged", "cost", "opted_out"]),
                name="stepstats_lately",
            ),
        ]
