"""The account at this installation's own sandbox: connected with a sender on every channel, and found after a move."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import chain, count
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from campaigns import connecting
from campaigns.models import User
from channels import own_sandbox
from channels.kinds import Channel
from channels.models import Account, Sender


class Identity(NamedTuple):
    """A sender to be made: what colleagues call it, what people see, how many messages a second."""

    name: str
    seen: str
    rate: int


# In US dollars, as vendors charge them: everywhere (''), and where a country's price differs.
PRICES: dict[Channel, dict[str, str]] = {
    Channel.TELEGRAM: {"": "0"},
    Channel.MESSENGER: {"": "0"},
    Channel.INSTAGRAM: {"": "0"},
    Channel.PUSH: {"": "0.001"},
    Channel.EMAIL: {"": "0.002"},
    Channel.VK: {"": "0.009"},
    Channel.RCS: {"": "0.012"},
    Channel.VIBER: {"": "0.016", "UA": "0.011", "ES": "0.021"},
    Channel.WHATSAPP: {"": "0.032", "US": "0.025", "ES": "0.062"},
    Channel.SMS: {"": "0.045", "US": "0.0079", "ES": "0.055", "UA": "0.071", "RU": "0.043"},
    Channel.VOICE: {"": "0.06", "US": "0.014"},
    Channel.CALL_TASK: {"": "0.9"},
}

# As lively as the demo: somebody acts within minutes, so that the first cascade can be watched.
_AUDIENCE = {"is_on": True, "time_factor": 20}
_NAME = "Sandbox"
_KNOWN_AS = "tryout"
_RATE = 50
# Where a name would not do for what people see.
_SEEN = {
    Channel.EMAIL: "news@sandbox.example",
    Channel.PUSH: "com.example.sandbox",
    Channel.WHATSAPP: "+12025550100",
    Channel.VOICE: "+12025550101",
    Channel.TELEGRAM: "@sandbox_bot",
    Channel.RCS: "sandbox@rbm.example",
    Channel.INSTAGRAM: "@sandbox",
}


class NoSandbox(Exception):
    """This installation neither has a sandbox of its own nor could start one."""


@transaction.atomic
def use_sandbox(*, by: User) -> None:
    """Ask for this installation's sandbox and connect it, unless it is connected already. Raises NoSandbox."""
    if not own_sandbox.is_possible():
        raise NoSandbox
    if is_connected():
        return
    if not own_sandbox.is_there():
        own_sandbox.prefer(_AUDIENCE)
        own_sandbox.ask_for()
    connect_sandbox(known_as=_KNOWN_AS, identities={channel: _identity(channel) for channel in Channel}, by=by)


def why_not_running() -> str:
    """The sentences that say why this installation's sandbox is not running, and how to mend it; '' where it is."""
    if not own_sandbox.is_kept_out():
        return ""
    words = gettext(
        "Another program has taken its port, %(port)s. Free that port, or choose another with CASCADE_SANDBOX_PORT, "
        "and start Cascade again. Until then nothing is sent to it."
    )
    return words % {"port": urlsplit(settings.SANDBOX_URL).port}


def is_connected() -> bool:
    """Whether an account in use is at this installation's sandbox."""
    at_sandbox = Account.objects.filter(provider="sandbox", settings__url=settings.SANDBOX_URL)
    return at_sandbox.filter(archived_at=None).exists()


def connect_sandbox(*, known_as: str, identities: Mapping[Channel, Identity], by: User) -> dict[Channel, Sender]:
    """Connect the sandbox, which knows the account as `known_as`, with prices and senders; gives the senders."""
    account = connecting.save_account(
        account=Account(provider="sandbox", name=_free_name()),
        settings=own_sandbox.account_settings(known_as),
        by=by,
    )
    connecting.save_prices(
        account=account,
        prices={
            (channel.value, country): (Decimal(amount), "USD", Decimal(1))
            for channel, amounts in PRICES.items()
            for country, amount in amounts.items()
        },
        by=by,
    )
    return {channel: _sender(account, channel, identity, by=by) for channel, identity in identities.items()}


def follow_sandbox() -> None:
    """Have accounts at this machine's sandbox find it where it listens this time: PORT= moves it."""
    here = settings.SANDBOX_URL
    for account in Account.objects.filter(provider="sandbox", settings__url__startswith="http://127.0.0.1:"):
        if account.settings["url"] != here:
            account.settings["url"] = here
            account.save(update_fields=["settings"])


def _identity(channel: Channel) -> Identity:
    name = f"{_NAME} {channel.label}" if channel is not Channel.SMS else "SANDBOX"
    return Identity(name, _SEEN.get(channel, "SANDBOX"), _RATE)


def _sender(account: Account, channel: Channel, identity: Identity, *, by: User) -> Sender:
    name, seen, rate = identity
    sender = Sender(account=account, channel=channel, name=name, identity=seen, rate_per_second=rate)
    return connecting.save_sender(sender=sender, by=by)


def _free_name() -> str:
    names = chain([_NAME], (f"{_NAME} {number}" for number in count(2)))
    return next(name for name in names if not Account.objects.filter(name=name).exists())
