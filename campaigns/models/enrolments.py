"""Contacts on their way through campaigns."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models.campaigns import Campaign, CampaignVersion
from campaigns.models.cascades import Route
from campaigns.models.contacts import Contact


class Outcome(models.TextChoices):
    """Why an enrolment ended."""

    # The target action was reached.
    ENGAGED = "engaged", pgettext_lazy("one person", "Acted")
    # Something was accepted or is unknown, and the chain ran out.
    EXHAUSTED = "exhausted", _("Not reached")
    # Nothing reached a vendor for want of a usable address.
    UNREACHABLE = "unreachable", _("No address")
    # Opted out in it, or every step was skipped for consent or suppression.
    SUPPRESSED = "suppressed", _("Opted out")
    # Fell due while the product was down for longer than the campaign's grace.
    MISSED = "missed", _("Missed")
    # By a person: the campaign was cancelled, the contact deleted, the entry restarted.
    CANCELLED = "cancelled", _("Cancelled")
    # Nothing was accepted or unknown, for reasons of sender or content.
    FAILED = "failed", _("Failed")


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Questions about enrolments."""

    def open(self) -> "EnrolmentQuerySet":
        """Those that have not ended."""
        return self.filter(outcome="")


class Enrolment(models.Model):
    """One contact's passage through one campaign."""

    # Which references have an index or a constraint, and why: docs/decisions/0003.
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="enrolments", db_index=False, db_constraint=False
    )
    version = models.ForeignKey(
        CampaignVersion, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    route = models.ForeignKey(Route, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="enrolments", db_constraint=False)
    # '' for a one-off, else the event's id, the birthday's year or the caller's idempotency key.
    entry_key = models.CharField(max_length=200, blank=True)
    variant = models.CharField(max_length=20, blank=True)
    # Told by the trigger, for the variables of the text: a flat object of strings.
    data = models.JSONField(default=dict)
    # The contact's language when enrolled, by which figures are told apart.
    language = models.CharField(max_length=8, blank=True)
    # The step that is current; None before the first.
    step_position = models.PositiveSmallIntegerField(null=True)
    # When the engine looks at it again: always set while open (DESIGN §3.1).
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # '' while open.
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    # The rule or signal that ended it, as a code of engine/reasons.py.
    ended_by = models.CharField(max_length=40, blank=True)
    # The step whose message was acted upon; '' is before any message.
    credit_step_key = models.CharField(max_length=16, blank=True)
    # The success came from a step that was no longer current.
    is_late = models.BooleanField(default=False)
    # The first target action after the end, when the outcome was already another.
    engaged_late_at = models.DateTimeField(null=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "contact", "entry_key"], name="enrolment_once"),
            models.CheckConstraint(
                condition=Q(outcome="", next_at__isnull=False, ended_at=None)
                | (~Q(outcome="") & Q(next_at=None, ended_at__isnull=False)),
                name="enrolment_open_has_next_at",
            ),
        ]
        indexes = [
            # By campaign, so that a batch is shared between campaigns and the urgent ones come first.
            models.Index(fields=["campaign", "next_at"], condition=Q(outcome=""), name="enrolment_due_of_campaign"),
            models.Index(fields=["campaign", "outcome", "id"], name="enrolment_of_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.campaign_id}"
