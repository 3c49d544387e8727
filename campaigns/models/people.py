"""The people who use the product, and what holds for the whole installation."""

from datetime import time
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users, who are known by their e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with `email`; without a password they can only sign in after setting one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with every permission, who may open the back office."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A colleague who signs in. What they may do comes from their groups (campaigns/permissions.py)."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [
            ("view_people", _("See lists of people and their pages")),
            ("manage_contacts", _("Upload contacts and make segments")),
            ("manage_campaigns", _("Make and launch campaigns")),
            ("view_reports", _("See reports")),
            ("export_reports", _("Export reports")),
            ("schedule_reports", _("Mail reports regularly")),
            ("manage_accounts", _("Connect vendors and senders")),
            ("manage_users", _("Manage users")),
            ("manage_settings", _("Change settings")),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Installation(models.Model):
    """What holds for the whole installation: the only row of its table."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name of your organisation"), max_length=100, blank=True)
    default_country = models.CharField(_("default country"), max_length=2, default="US")
    reporting_currency = models.CharField(_("currency of reports"), max_length=3, default="USD")
    quiet_from = models.TimeField(_("quiet hours from"), null=True, blank=True, default=time(21))
    quiet_until = models.TimeField(_("quiet hours until"), null=True, blank=True, default=time(9))
    cap_campaigns = models.PositiveSmallIntegerField(_("campaigns per person"), null=True, blank=True)
    cap_days = models.PositiveSmallIntegerField(_("in so many days"), default=7)
    time_zone = models.CharField(_("time zone of contacts without one"), max_length=64, default="UTC")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="installation_only_one"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="installation_quiet_hours_both",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Installation":
        """The settings in force, with the defaults where nobody has saved any."""
        return cls.objects.first() or cls()
