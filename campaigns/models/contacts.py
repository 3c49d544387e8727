"""People who may be messaged, and where they can be reached."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from campaigns.folding import WORDS, spelled
from channels.kinds import AddressKind


class ContactQuerySet(models.QuerySet["Contact"]):
    """Questions about contacts."""

    def present(self) -> "ContactQuerySet":
        """Those who have not been deleted (a deleted contact's row stays, blanked)."""
        return self.filter(deleted_at=None)


class Contact(models.Model):
    """A person who may be messaged."""

    external_id = models.CharField(_("id in your system"), max_length=100, null=True, blank=True, unique=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    preferences = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("preferences"),
        default=list,
        blank=True,
    )
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    # May opens and clicks of this person be recorded?
    is_trackable = models.BooleanField(_("may be tracked"), default=True)
    # The import that brought them; none of those who were added otherwise, or before it was noted. A column without a
    # constraint: that would be a look-up for each row of a file.
    contact_import = models.ForeignKey(
        "campaigns.ContactImport",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # Name and id as they are searched and sorted (campaigns/folding.py).
    words = models.GeneratedField(expression=WORDS, output_field=models.TextField(), db_persist=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(fields=["birth_date"], name="contact_birth_date"),
            models.Index(fields=["language", "words", "id"], name="contact_by_language"),
            models.Index(fields=["country", "words", "id"], name="contact_by_country"),
            GinIndex(fields=["preferences"], name="contact_preferences"),
            GinIndex(
                fields=["attributes"],
                name="contact_attributes",
                opclasses=["jsonb_path_ops"],
            ),
            models.Index(fields=["words", "id"], condition=Q(deleted_at=None), name="contact_by_words"),
            models.Index(
                fields=["contact_import", "id"], condition=Q(contact_import__isnull=False), name="contact_of_import"
            ),
            GinIndex(OpClass(spelled("words"), name="gin_trgm_ops"), name="contact_words_parts"),
        ]

    def __str__(self) -> str:
        return self.full_name or str(self.external_id or self.pk)

    @property
    def full_name(self) -> str:
        """First and last name, as far as known."""
        return f"{self.first_name} {self.last_name}".strip()


class Address(models.Model):
    """One reachable point of a contact; the only home of phone numbers, mail addresses and ids.

    `value` is normalised (E.164, lower-case mail) and `value_hash` is its keyed hash
    (campaigns/audience/addresses.py makes both), by which suppressions know it.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(_("kind"), max_length=20, choices=AddressKind)
    value = models.CharField(_("address"), max_length=500)
    value_hash = models.CharField(max_length=32, editable=False)
    is_primary = models.BooleanField(default=True)
    # A push token that the vendor calls dead is kept, so that the figures stay, but no longer used.
    is_live = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind", "value"], name="address_once_per_contact"),
            # A person may have many push tokens, all of them in use, but one main address of each other kind.
            models.UniqueConstraint(
                fields=["contact", "kind"],
                condition=Q(is_primary=True) & ~Q(kind=AddressKind.PUSH_TOKEN),
                name="address_one_primary",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "value"], name="address_by_value"),
            models.Index(fields=["value_hash"], name="address_by_hash"),
            # Nobody remembers a part of a token.
            GinIndex(
                OpClass(Lower("value"), name="gin_trgm_ops"),
                condition=~Q(kind=AddressKind.PUSH_TOKEN),
                name="address_value_parts",
            ),
        ]

    def __str__(self) -> str:
        return self.value
