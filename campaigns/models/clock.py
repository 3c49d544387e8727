"""The product's clock and the record that it was being watched."""

from django.db import models
from django.db.models import Q


class EngineClock(models.Model):
    """How the product's time runs: `shown_at` + (real time - `real_at`) * `speed`; the only row of its table.

    Without the row, time is real. engine/clock.py refuses to move it outside the demo and tests.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    real_at = models.DateTimeField()
    shown_at = models.DateTimeField()
    speed = models.FloatField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="engineclock_only_one"),
            models.CheckConstraint(condition=Q(speed__gte=0), name="engineclock_not_backwards"),
        ]

    def __str__(self) -> str:
        return f"{self.shown_at} x{self.speed}"


class Tick(models.Model):
    """When the engine last looked for due rows, in the product's time; the only row of its table."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    ticked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="tick_only_one")]

    def __str__(self) -> str:
        return f"{self.ticked_at}"


class DowntimeGap(models.Model):
    """A time in which nothing ticked. What fell due in it, or waited through it, may have been missed."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gt=models.F("started_at")),
                name="downtimegap_lasts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at} - {self.ended_at}"
