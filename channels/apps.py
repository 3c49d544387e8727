"""How a message leaves and how an event comes back."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Accounts, senders, prices, and the providers that speak to vendors."""

    name = "channels"
    default_auto_field = "django.db.models.BigAutoField"
