"""Saved rules that select contacts."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SegmentQuerySet(models.QuerySet["Segment"]):
    """Questions about segments."""

    def present(self) -> "SegmentQuerySet":
        """Those that have not been archived."""
        return self.filter(archived_at=None)


class Segment(models.Model):
    """A saved rule that selects contacts; campaigns/audience/rules.py turns `rule` into a query."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    rule = models.JSONField(_("rule"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
