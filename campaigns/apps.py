"""The domain: contacts, segments, campaigns, the engine, and their pages."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CampaignsConfig(AppConfig):
    """Everything between a contact file and a report."""

    name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the roles whenever the tables have been migrated."""
        from campaigns.permissions import (
            create_roles,
        )  # models are not loaded when this module is

        post_migrate.connect(create_roles, sender=self)
