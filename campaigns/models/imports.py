"""Uploads of contact files."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def upload_path(instance: "ContactImport", filename: str) -> str:
    """Where an upload is kept: under a name of ours, never the sender's."""
    suffix = filename.rpartition(".")[2].lower()[:5]
    return f"imports/{uuid.uuid4().hex}.{suffix if suffix.isalnum() else 'bin'}"


class ContactImport(models.Model):
    """One contact file, from its upload to the counts of what came of its rows."""

    class State(models.TextChoices):
        """Where it is."""

        UPLOADED = "uploaded", _("Waiting for your mapping")
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    name = models.CharField(_("file"), max_length=255)
    file = models.FileField(upload_to=upload_path)
    size = models.PositiveBigIntegerField()
    # How the file is read: encoding, delimiter, sheet, header row.
    file_format = models.JSONField(default=dict)
    # What the person chose: column mapping, country, date order, consent channels and purpose, declaration.
    choices = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    error = models.TextField(blank=True)
    # Rows of the file with something in them, known after the first pass.
    rows_total = models.PositiveIntegerField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    repeated_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    # People for whom the file has a consent, but who had withdrawn theirs: nothing was granted to them.
    kept_withdrawn_count = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # The worker at it says so regularly; a silent one is taken over.
    lease_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class ImportedContact(models.Model):
    """Which row of a running import named a contact first, so that later rows about them are repetitions.

    Written with each chunk, read by a worker that takes over, and deleted when the import ends.
    """

    contact_import = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="+", db_index=False)
    # No constraint and no index of its own: they would cost a look-up per row for rows of a short life.
    contact = models.ForeignKey(
        "campaigns.Contact", on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    row_number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact_import", "contact"], name="importedcontact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.row_number}: {self.contact_id}"


class RejectedRow(models.Model):
    """A row that was not taken, repeats an earlier one or lost a value, and why; as it stood in the file."""

    contact_import = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="rejected_rows")
    row_number = models.PositiveIntegerField()
    is_repeated = models.BooleanField(default=False)
    # The contact was taken, without a value that could not be used (a phone number of a person with mail).
    is_taken = models.BooleanField(default=False)
    reason = models.TextField()
    values = models.JSONField(default=list)

    class Meta:
        ordering = ["row_number"]
        constraints = [
            models.UniqueConstraint(fields=["contact_import", "row_number"], name="rejectedrow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.row_number}: {self.reason}"
