"""Reports whose files are made in the background, because they are about many campaigns."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.exporting import FileFormat
from campaigns.periods import Period, Preset


class MadeReport(models.Model):
    """The report of a period as one file for whoever asked, from the asking until it is forgotten."""

    class State(models.TextChoices):
        """How far it is."""

        # → making
        WAITING = "waiting", _("Queued")
        # → ready, failed; made anew when its worker is silent
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    begins_on = models.DateField()
    ends_on = models.DateField()
    # How the period was asked for, which decides what it is compared with.
    preset = models.CharField(max_length=10, choices=Preset, default=Preset.OWN)
    file_format = models.CharField(max_length=5, choices=FileFormat)
    # The key of the section; a CSV holds one table.
    table = models.CharField(max_length=20, blank=True)
    # Of whoever asked: words, days and instants are theirs.
    language = models.CharField(max_length=8)
    time_zone = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    campaigns_total = models.PositiveIntegerField()
    campaigns_counted = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    # The worker at it says so regularly; from then on anybody may take it.
    lease_until = models.DateTimeField()
    asked_at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True)
    # What the file is called, without its ending.
    title = models.CharField(max_length=300, blank=True)
    # Written together with the state, so that no file is without its row.
    file = models.BinaryField(null=True)

    class Meta:
        constraints = [
            # Who asks again for what is under way is led to it.
            models.UniqueConstraint(
                fields=[
                    "user",
                    "begins_on",
                    "ends_on",
                    "preset",
                    "file_format",
                    "table",
                    "language",
                    "time_zone",
                ],
                condition=models.Q(state__in=["waiting", "making"]),
                name="madereport_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="ready", file__isnull=False) | ~models.Q(state="ready") & models.Q(file=None),
                name="madereport_ready_with_its_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_format} {self.begins_on} {self.ends_on}"

    @property
    def period(self) -> Period:
        """What it is about, as it was asked for."""
        return Period(begins_on=self.begins_on, ends_on=self.ends_on, preset=Preset(self.preset))

    @property
    def is_under_way(self) -> bool:
        """Is it still to be made?"""
        return self.state in {self.State.WAITING, self.State.MAKING}
