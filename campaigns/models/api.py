"""Keys of the API, and the requests that must not be carried out twice."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiKey(models.Model):
    """A key that a program signs in with. Only its hash is kept; `prefix` tells keys apart on the page."""

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=8)
    key_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name


class ApiRequest(models.Model):
    """The answer given to an Idempotency-Key, given again when the same request comes again."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE)
    idempotency_key = models.CharField(max_length=200)
    # A hash of method, path and body: another request under the same key is refused.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_key", "idempotency_key"], name="apirequest_once"),
        ]

    def __str__(self) -> str:
        return self.idempotency_key
