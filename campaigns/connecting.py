"""The verbs of the Channels pages: connect accounts, configure senders, tell prices."""

import asyncio
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from campaigns.models import AuditEntry, Campaign, User
from campaigns.models.campaigns import CampaignStatus
from channels import own_sandbox
from channels.crypto import UnreadableCredentials, seal, unseal
from channels.errors import NotSupported
from channels.models import Account, Price, Sender
from channels.opening import open_provider
from channels.provider import ConnectionTest, FieldKind
from channels.registry import provider_class

# A campaign in one of these still needs its senders.
ALIVE = (CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.PAUSED)


class InUse(Exception):
    """Campaigns that have not ended send from it; it can be switched off, but not archived."""

    def __init__(self, campaigns: list[str]) -> None:
        super().__init__(", ".join(campaigns))
        self.campaigns = campaigns


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What a test of a connection found: `answer` is the vendor's own, or ours where it `was_asked` nothing."""

    is_ok: bool
    answer: str
    was_asked: bool = True


def known_settings(account: Account) -> dict[str, Any]:
    """The settings of `account`, secrets included; without those that can no longer be read.

    Of an account that is not saved yet they are what this installation's own sandbox wants to be told.
    """
    if account._state.adding:  # noqa: SLF001  documented, for all its underscore
        is_ours = account.provider == "sandbox" and own_sandbox.is_there()
        return own_sandbox.account_settings(secrets.token_hex(4)) if is_ours else {}
    try:
        return {**account.settings, **unseal(account.credentials)}
    except UnreadableCredentials:
        return dict(account.settings)


@transaction.atomic
def save_account(*, account: Account, settings: Mapping[str, Any], by: User) -> Account:
    """Save `account` with valid `settings`: secrets are sealed, everything else stays readable."""
    secret_names = {
        asked.name for asked in provider_class(account.provider).settings_fields if asked.kind is FieldKind.SECRET
    }
    account.settings = {name: value for name, value in settings.items() if name not in secret_names}
    account.credentials = seal({name: str(settings[name]) for name in secret_names if settings.get(name)})
    is_new = account.pk is None
    account.save()
    _note(by, "connected" if is_new else "changed", account)
    return account


def test_connection(account: Account) -> Connection:
    """Ask the vendor something harmless; its own answer, or what keeps us from asking."""

    async def ask() -> ConnectionTest:
        provider = open_provider(account)
        try:
            return await provider.test_connection()
        finally:
            await provider.close()

    try:
        told = asyncio.run(ask())
    except NotSupported:
        told_instead = gettext("This vendor has nothing harmless to be asked. Send a message to yourself to try.")
        return Connection(is_ok=True, was_asked=False, answer=told_instead)
    except UnreadableCredentials:
        return Connection(
            is_ok=False, was_asked=False, answer=gettext("The saved credentials cannot be read. Type them again.")
        )
    return Connection(is_ok=told.is_ok, answer=told.answer)


@transaction.atomic
def archive_account(*, account: Account, by: User) -> None:
    """Take `account` and its senders out of use for good; reports still know them. Raises InUse."""
    for sender in account.senders.filter(archived_at=None):
        archive_sender(sender=sender, by=by)
    account.archived_at = timezone.now()
    account.save(update_fields=["archived_at"])
    _note(by, "archived", account)


@transaction.atomic
def archive_sender(*, sender: Sender, by: User) -> None:
    """Take `sender` out of use for good. Raises InUse."""
    names = campaigns_using(sender)
    if names:
        raise InUse(names)
    sender.archived_at = timezone.now()
    sender.save(update_fields=["archived_at"])
    _note(by, "archived", sender)


def campaigns_using(sender: Sender) -> list[str]:
    """The names of the campaigns that have not ended and send from `sender`."""
    return list(
        Campaign.objects.filter(status__in=ALIVE, version__routes__steps__sender=sender)
        .distinct()
        .order_by("name")
        .values_list("name", flat=True)
    )


@transaction.atomic
def save_sender(*, sender: Sender, by: User) -> Sender:
    """Save a valid `sender`."""
    is_new = sender.pk is None
    sender.save()
    _note(by, "made" if is_new else "changed", sender)
    return sender


Quote = tuple[Decimal, str, Decimal]


@transaction.atomic
def save_prices(
    *,
    account: Account,
    prices: Mapping[tuple[str, str], Quote],
    by: User,
    replaced: Collection[tuple[str, str]] = (),
) -> None:
    """Save `prices` of `account`: by (channel, country or ''), the amount, its currency and the exchange rate.

    What was `replaced` and is not among them is deleted; what a colleague added meanwhile stays.
    """
    for (channel, country), (amount, currency, rate) in prices.items():
        Price.objects.update_or_create(
            account=account,
            channel=channel,
            country=country,
            defaults={"amount": amount, "currency": currency, "rate": rate},
        )
    for channel, country in set(replaced) - set(prices):
        account.prices.filter(channel=channel, country=country).delete()
    _note(by, "priced", account)


def _note(by: User, verb: str, subject: Account | Sender) -> None:
    kind = "account" if isinstance(subject, Account) else "sender"
    AuditEntry.objects.create(
        actor=by, verb=verb, subject_kind=kind, subject_id=subject.pk, details={"name": subject.name}
    )
