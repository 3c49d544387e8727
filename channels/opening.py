"""From an account in the database to the provider that speaks for it."""

from django.conf import settings
from django.urls import reverse

from channels import own_sandbox
from channels.crypto import unseal
from channels.models import Account
from channels.provider import AccountSettings, Provider
from channels.registry import provider_class


def account_settings(account: Account) -> AccountSettings:
    """`account` as its provider sees it, credentials decrypted. Raises UnreadableCredentials."""
    return AccountSettings(
        account_id=account.pk,
        settings={**account.settings, **unseal(account.credentials)},
        webhook_url=webhook_url(account),
        private_hosts=own_sandbox.private_hosts(),
    )


def open_provider(account: Account) -> Provider:
    """The provider that speaks for `account`; whoever opens it closes it.

    Raises UnreadableCredentials, and KeyError for a vendor that this version does not know.
    """
    return provider_class(account.provider)(account_settings(account))


def webhook_url(account: Account) -> str:
    """Where the vendor of `account` reports to."""
    return f"{settings.PUBLIC_URL}{reverse('webhook', args=[account.webhook_token])}"
