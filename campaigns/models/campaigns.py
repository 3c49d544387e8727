"""Campaigns and their immutable versions."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.consent import Purpose
from campaigns.models.segments import Segment


class CampaignKind(models.TextChoices):
    """What starts an enrolment."""

    ONCE = "once", _("Once, for an audience")
    TRIGGERED = "triggered", _("When something happens")
    API = "api", _("When your system asks")


class CampaignStatus(models.TextChoices):
    """Where a campaign is in its life."""

    # → scheduled, running
    DRAFT = "draft", _("Draft")
    # → running, draft
    SCHEDULED = "scheduled", _("Scheduled")
    # → paused, finished, cancelled
    RUNNING = "running", _("Running")
    # → running, cancelled
    PAUSED = "paused", _("Paused")
    # No enrolment is open, and none can come.
    FINISHED = "finished", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Questions about campaigns."""

    def alive(self) -> "CampaignQuerySet":
        """Those that have people inside or may get some."""
        return self.filter(status__in=[CampaignStatus.RUNNING, CampaignStatus.PAUSED])


class Priority(models.IntegerChoices):
    """How much of a sender a campaign gets that others use too: so many messages for each one of a low campaign."""

    LOW = 1, _("low")
    NORMAL = 3, _("normal")
    HIGH = 9, _("high")


class Campaign(models.Model):
    """One use of a cascade."""

    class OnCap(models.TextChoices):
        """What happens to a person who has had enough campaigns lately."""

        HOLD = "hold", _("wait until they may be messaged again")
        END = "end", _("leave them out")

    class Untracked(models.TextChoices):
        """What to do with a person who may not be tracked where no vendor reports a success."""

        ALL_STEPS = "all_steps", _("go through all steps")
        FIRST_ONLY = "first_only", _("stop after the first message that was accepted")

    class EntryPolicy(models.TextChoices):
        """What to do when a contact is still inside."""

        IGNORE = "ignore", _("ignore the new entry")
        RESTART = "restart", _("start again")
        PARALLEL = "parallel", _("let both run")

    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=10, choices=CampaignKind, default=CampaignKind.ONCE)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, default=Purpose.MARKETING)
    # Between campaigns for the same purpose: a transactional one overtakes every marketing one.
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    status = models.CharField(_("status"), max_length=10, choices=CampaignStatus, default=CampaignStatus.DRAFT)
    # None is every contact. Only a campaign of kind once has an audience.
    segment = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("audience"),
        related_name="campaigns",
    )
    starts_at = models.DateTimeField(_("start"), null=True, blank=True)
    # After it nobody new enters and no step starts.
    ends_at = models.DateTimeField(_("end"), null=True, blank=True)
    quiet_from = models.TimeField(_("quiet hours from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet hours until"), null=True, blank=True)
    cap_campaigns = models.PositiveSmallIntegerField(_("campaigns per person"), null=True, blank=True)
    cap_days = models.PositiveSmallIntegerField(_("in so many days"), default=7)
    on_cap = models.CharField(_("then"), max_length=5, choices=OnCap, default=OnCap.END)
    budget = models.DecimalField(_("budget"), max_digits=14, decimal_places=4, null=True, blank=True)
    grace = models.DurationField(_("grace after downtime"), default=timedelta(hours=12))
    do_machine_signals_count = models.BooleanField(_("opens and clicks of machines count"), default=False)
    untracked = models.CharField(
        _("people who may not be tracked"),
        max_length=10,
        choices=Untracked,
        default=Untracked.ALL_STEPS,
    )
    entry_policy = models.CharField(
        _("when somebody is still inside"),
        max_length=10,
        choices=EntryPolicy,
        default=EntryPolicy.IGNORE,
    )
    # The version that new enrolments get, and the one being edited.
    version = models.ForeignKey(
        "campaigns.CampaignVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Of the draft, the last one who did.
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    launched_at = models.DateTimeField(null=True, editable=False)
    # When the whole audience was enrolled; before that the campaign cannot be finished.
    enrolled_at = models.DateTimeField(null=True, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    # What waited through a pause or a hold is never missed, however long it was.
    resumed_at = models.DateTimeField(null=True, editable=False)
    # Set by the engine when the same content error keeps coming back: nothing leaves until a person looks.
    held_at = models.DateTimeField(null=True, editable=False)
    held_reason = models.TextField(blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        indexes = [models.Index(fields=["status", "starts_at"], name="campaign_by_status")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="campaign_quiet_hours_both",
            ),
            models.CheckConstraint(condition=Q(grace__gt=timedelta(0)), name="campaign_grace_positive"),
            models.CheckConstraint(
                condition=Q(budget=None) | Q(budget__gt=0),
                name="campaign_budget_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_editable(self) -> bool:
        """May its steps and texts be changed? Only a draft's."""
        return self.status == CampaignStatus.DRAFT

    @property
    def is_over(self) -> bool:
        """Has it ended for good?"""
        return self.status in {CampaignStatus.FINISHED, CampaignStatus.CANCELLED}


class BudgetState(models.Model):
    """What a launched campaign with a budget is committed to, in the reporting currency: reserved, unknown or spent.

    Apart from the campaign because it changes. It is there as long as there is a budget.
    """

    campaign = models.OneToOneField(
        Campaign,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="budget_state",
    )
    committed = models.DecimalField(max_digits=16, decimal_places=6, default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(committed__gte=0), name="budgetstate_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.committed)


class CampaignVersion(models.Model):
    """The routes, steps, contents, links and rules that an enrolment runs on; immutable once frozen.

    A trigger in the database refuses every change to the parts of a frozen version, but for a step's sender.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    # The audience's rule as it was at launch.
    audience_rule = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.number}"
