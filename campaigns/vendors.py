"""What the Channels pages show of vendors and accounts."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise

from campaigns import wording
from campaigns.sandbox_account import why_not_running
from channels import own_sandbox
from channels.kinds import Channel
from channels.models import Account, Price, Sender
from channels.opening import webhook_url
from channels.registry import PROVIDERS, provider_class


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """A vendor that can be connected, and the channels it carries."""

    key: str
    label: str | Promise
    channels: tuple[Channel, ...]


@dataclass(frozen=True, kw_only=True)
class PriceLine:
    """The prices of a channel: `everywhere` ('' where only some countries have one), and by country."""

    channel: Channel
    everywhere: str
    countries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class AccountCard:
    """An account as its page shows it; `webhook` is '' where the vendor reports nothing.

    `is_out_of_reach` says that no vendor elsewhere can reach that address; `has_inbox`, that the account is at
    this installation's own sandbox; `why_not_running` why that is not running, '' for any other account.
    """

    account: Account
    vendor: str | Promise
    senders: tuple[Sender, ...]
    prices: tuple[PriceLine, ...]
    webhook: str
    is_out_of_reach: bool
    has_inbox: bool
    why_not_running: str


def vendors() -> list[Vendor]:
    """Every vendor that this version speaks to."""
    return [
        Vendor(key=key, label=provider_class(key).label, channels=tuple(_in_order(provider_class(key).channels)))
        for key in PROVIDERS
    ]


def cards() -> list[AccountCard]:
    """All accounts that have not been archived, by name."""
    accounts = Account.objects.filter(archived_at=None, provider__in=PROVIDERS).order_by("name")
    return [card(account) for account in accounts.prefetch_related("senders", "prices")]


def card(account: Account) -> AccountCard:
    """One account, with its senders in the usual order of channels."""
    provider = provider_class(account.provider)
    has_inbox = own_sandbox.is_there() and _is_at_sandbox(account)
    return AccountCard(
        account=account,
        vendor=provider.label,
        senders=tuple(_sorted(sender for sender in account.senders.all() if sender.archived_at is None)),
        prices=_lines(account.prices.all()),
        webhook=webhook_url(account) if provider.has_webhooks else "",
        is_out_of_reach=not has_inbox and _is_private(settings.PUBLIC_URL),
        has_inbox=has_inbox,
        why_not_running=why_not_running() if _is_at_sandbox(account) else "",
    )


def _in_order(channels: Iterable[Channel]) -> list[Channel]:
    wanted = set(channels)
    return [channel for channel in Channel if channel in wanted]


def _sorted(senders: Iterable[Sender]) -> list[Sender]:
    order = [channel.value for channel in Channel]
    return sorted(senders, key=lambda sender: (order.index(sender.channel), sender.name))


def _lines(prices: Iterable[Price]) -> tuple[PriceLine, ...]:
    order = [channel.value for channel in Channel]
    sorted_prices = sorted(prices, key=lambda price: (order.index(price.channel), price.country))
    return tuple(
        _line(Channel(channel), list(group)) for channel, group in groupby(sorted_prices, key=lambda row: row.channel)
    )


def _line(channel: Channel, prices: list[Price]) -> PriceLine:
    return PriceLine(
        channel=channel,
        everywhere=next((_amount(price) for price in prices if not price.country), ""),
        countries=tuple((price.country, _amount(price)) for price in prices if price.country),
    )


def _amount(price: Price) -> str:
    """As "0.0079 USD": to the last digit, because a price is multiplied by millions."""
    return f"{wording.number(Decimal(f'{price.amount.normalize():f}'))} {price.currency}"


def _is_at_sandbox(account: Account) -> bool:
    url = str(account.settings.get("url", ""))
    return account.provider == "sandbox" and urlsplit(url).netloc == urlsplit(str(settings.SANDBOX_URL)).netloc


def _is_private(url: str) -> bool:
    """Does `url` lead to this machine or its neighbours only? A name other than localhost is taken for public."""
    host = str(urlsplit(url).hostname or "")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost"
