"""Who may be messaged for what, and which addresses must not be."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.contacts import Contact
from channels.kinds import AddressKind, Channel


class Purpose(models.TextChoices):
    """What a message is for: consent is given for one."""

    MARKETING = "marketing", _("Marketing")
    TRANSACTIONAL = "transactional", _("Transactional")


class ConsentStatus(models.TextChoices):
    """What the person has said last."""

    GRANTED = "granted", _("Granted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ConsentSource(models.TextChoices):
    """Where a consent or its withdrawal came from."""

    IMPORT = "import", _("Import")
    DECLARATION = "declaration", _("Declared at import")
    API = "api", _("API")
    PAGE = "page", _("Entered by a colleague")
    UNSUBSCRIBE = "unsubscribe", _("Unsubscribe page")
    STOP_WORD = "stop_word", _("Stop word")
    COMPLAINT = "complaint", _("Complaint")


class Consent(models.Model):
    """The permission in force of a contact for a channel and a purpose."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    status = models.CharField(_("status"), max_length=10, choices=ConsentStatus)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(fields=["contact", "channel", "purpose"], name="consent_once"),
        ]
        indexes = [
            models.Index(
                fields=["channel", "purpose", "contact"],
                condition=Q(status="granted"),
                name="consent_granted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose} {self.status}"


class ConsentChange(models.Model):
    """The history of consents: append-only."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consent_changes")
    channel = models.CharField(max_length=20, choices=Channel)
    purpose = models.CharField(max_length=20, choices=Purpose)
    status = models.CharField(max_length=10, choices=ConsentStatus)
    source = models.CharField(max_length=20, choices=ConsentSource)
    # How it was obtained, in the words of whoever declared it.
    evidence = models.TextField(blank=True)
    changed_at = models.DateTimeField()
    contact_import = models.ForeignKey(
        "campaigns.ContactImport",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        indexes = [models.Index(fields=["contact", "changed_at"], name="consentchange_of_contact")]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose} {self.status}"


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Questions about suppressions."""

    def active(self) -> "SuppressionQuerySet":
        """Those in force."""
        return self.filter(lifted_at=None)


class Suppression(models.Model):
    """Do not message this address, on one channel or on all that use it.

    Only a keyed hash of the address is kept, so that it survives the contact's deletion and is
    honoured at the next import.
    """

    class Reason(models.TextChoices):
        """Why."""

        HARD_BOUNCE = "hard_bounce", _("Hard bounce")
        COMPLAINT = "complaint", _("Complaint")
        UNSUBSCRIBE = "unsubscribe", _("Unsubscribed")
        MANUAL = "manual", _("By hand")

    address_kind = models.CharField(max_length=20, choices=AddressKind)
    address_hash = models.CharField(max_length=32)
    # '' is every channel that uses this kind of address.
    channel = models.CharField(max_length=20, choices=Channel, blank=True)
    reason = models.CharField(max_length=20, choices=Reason)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            models.UniqueConstraint(
                fields=["address_hash", "address_kind", "channel"],
                condition=Q(lifted_at=None),
                name="suppression_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address_kind} {self.reason}"
