"""Accounts at vendors, the senders configured on them, and what they charge."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.kinds import Channel


def webhook_token() -> str:
    """An unguessable part of a webhook's address, for vendors that sign nothing."""
    return secrets.token_urlsafe(24)


class Account(models.Model):
    """One set of credentials at a vendor."""

    provider = models.CharField(_("vendor"), max_length=40)
    name = models.CharField(_("name"), max_length=100, unique=True)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    # A Fernet token over a JSON object; channels/crypto.py reads and writes it.
    credentials = models.BinaryField(default=bytes, editable=False)
    webhook_token = models.CharField(max_length=64, unique=True, default=webhook_token, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name


class SenderQuerySet(models.QuerySet["Sender"]):
    """Questions about senders."""

    def usable(self) -> "SenderQuerySet":
        """Those that a campaign may be sent from."""
        return self.filter(is_active=True, archived_at=None, account__is_active=True, account__archived_at=None)


class Sender(models.Model):
    """A configured identity on an account: alpha name, number, from-address, bot."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="senders", verbose_name=_("account"))
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    name = models.CharField(_("name"), max_length=100, help_text=_("What your colleagues call it."))
    identity = models.CharField(
        _("identity"), max_length=200, help_text=_("What the person sees: a name, a number, a from-address, a bot.")
    )
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    rate_per_second = models.PositiveIntegerField(_("messages per second"), default=50)
    is_active = models.BooleanField(_("active"), default=True)
    # Set at the first account error: nothing leaves until somebody releases it.
    held_at = models.DateTimeField(null=True, blank=True, editable=False)
    held_reason = models.TextField(blank=True, editable=False)
    released_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SenderQuerySet.as_manager()

    class Meta:
        verbose_name = _("sender")
        verbose_name_plural = _("senders")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "channel", "identity"],
                condition=Q(archived_at=None),
                name="sender_once_per_account",
            ),
            models.CheckConstraint(condition=Q(rate_per_second__gte=1), name="sender_rate_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """What one message (one part, for SMS) costs on an account's channel, everywhere or in one country."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="prices")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    country = models.CharField(_("country"), max_length=2, blank=True)
    amount = models.DecimalField(_("price"), max_digits=12, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3)
    # How much of the reporting currency one unit of `currency` is.
    rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=8, default=1)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["account", "channel", "country"], name="price_once_per_country"),
            models.CheckConstraint(condition=Q(amount__gte=0) & Q(rate__gt=0), name="price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
