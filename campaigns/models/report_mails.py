"""Reports that leave by mail: when, to whom, and what became of each mail."""

from datetime import time

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.exporting import FileFormat


class ReportScheduleQuerySet(models.QuerySet["ReportSchedule"]):
    """Questions about schedules."""

    def present(self) -> "ReportScheduleQuerySet":
        """Those that have not been deleted."""
        return self.filter(deleted_at=None)


class ReportSchedule(models.Model):
    """A report of the last week or month that is mailed again and again."""

    class Rhythm(models.TextChoices):
        """How often, and so about how long a period."""

        WEEKLY = "weekly", _("Every week, about the seven days before")
        MONTHLY = "monthly", _("Every month, about the month before")

    class Weekday(models.IntegerChoices):
        """As Python counts them."""

        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    name = models.CharField(_("name"), max_length=100)
    rhythm = models.CharField(_("how often"), max_length=10, choices=Rhythm, default=Rhythm.WEEKLY)
    weekday = models.PositiveSmallIntegerField(_("on"), choices=Weekday, default=Weekday.MONDAY)
    # No month is without its 28th.
    month_day = models.PositiveSmallIntegerField(_("on the day of the month"), default=1)
    at = models.TimeField(_("at"), default=time(8))
    # The clock that the days and the hour are of: that of whoever made it.
    time_zone = models.CharField(max_length=64)
    # Of those who get it and are no users.
    language = models.CharField(max_length=8)
    file_format = models.CharField(_("file"), max_length=5, choices=FileFormat, default=FileFormat.PDF)
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("colleagues"), blank=True, related_name="+")
    # One a line.
    addresses = models.TextField(_("other e-mail addresses"), blank=True)
    is_active = models.BooleanField(_("goes out"), default=True)
    next_at = models.DateTimeField()
    # Who answers for the addresses outside: whoever saved it last.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # It stays for its history, and is not active.
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = ReportScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(month_day__range=(1, 28)), name="reportschedule_day_of_any_month")
        ]

    def __str__(self) -> str:
        return self.name


class ReportMail(models.Model):
    """One mail of a schedule to one address."""

    class State(models.TextChoices):
        """What became of it."""

        # → sending, failed. Its report is made meanwhile.
        WAITING = "waiting", _("Queued")
        # Handed to the mail server. → sent, failed, waiting
        SENDING = "sending", _("Going out")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")

    class Reason(models.TextChoices):
        """Why it was not sent, or not yet."""

        NOT_PERMITTED = "not_permitted", _("This colleague may no longer read reports.")
        NO_OWNER = (
            "no_owner",
            _("Whoever set this report up may no longer mail reports. Saving it again takes it over."),
        )
        TAKEN_OUT = "taken_out", _("This address is no longer among the recipients.")
        SWITCHED_OFF = "switched_off", _("The report was switched off before this mail left.")
        DELETED = "deleted", _("The report was deleted before this mail left.")
        NO_CONNECTION = "no_connection", _("The mail server was not reached.")
        REFUSED = "refused", _("The mail server refused it.")
        UNSURE = "unsure", _("The connection broke off. It may have arrived, so it is not sent again by itself.")
        UNMADE = "unmade", _("The report could not be made.")

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.CASCADE, related_name="mails")
    # When it fell due; of those sent by hand, the minute.
    due_at = models.DateTimeField()
    address = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    is_manual = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=15, choices=Reason, blank=True)
    # What the mail server said.
    details = models.TextField(blank=True)
    # How often it was begun.
    tries = models.PositiveSmallIntegerField(default=0)
    # Waiting: not before; while it is being made, when another worker may. Sending: since.
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Two ticks that find a schedule due make its mails once.
            models.UniqueConstraint(fields=["schedule", "due_at", "address"], name="reportmail_once")
        ]
        indexes = [
            models.Index(
                fields=["changed_at"], condition=models.Q(state__in=["waiting", "sending"]), name="reportmail_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.due_at}"
