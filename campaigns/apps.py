"""The domain: contacts, segments, campaigns, the engine, and their pages."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Everything between a contact file and a report."""

    name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"
