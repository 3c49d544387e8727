"""The channels of the sample: one account at the sandbox, a sender on every channel, what messages cost."""

from decimal import Decimal

from campaigns import connecting
from campaigns.models import User
from channels import own_sandbox
from channels.kinds import Channel
from channels.models import Account, Sender

ACCOUNT = "marigold"

# Channel: what colleagues call the sender, what people see, how many messages a second.
SENDERS: dict[Channel, tuple[str, str, int]] = {
    Channel.SMS: ("MARIGOLD", "MARIGOLD", 20),
    Channel.PUSH: ("Marigold app", "com.example.marigold", 100),
    Channel.EMAIL: ("Marigold news", "news@marigold.example", 50),
    Channel.VIBER: ("Marigold on Viber", "Marigold", 50),
    Channel.WHATSAPP: ("Marigold on WhatsApp", "+12025550100", 40),
    Channel.TELEGRAM: ("Marigold bot", "@marigold_shop_bot", 30),
    Channel.RCS: ("Marigold RCS agent", "marigold@rbm.example", 50),
    Channel.VOICE: ("Marigold's voice", "+12025550101", 4),
    Channel.MESSENGER: ("Marigold's page", "marigold.shop", 40),
    Channel.INSTAGRAM: ("Marigold on Instagram", "@marigold.shop", 40),
    Channel.VK: ("Marigold on VK", "club_marigold", 20),
    Channel.CALL_TASK: ("Marigold's call centre", "Marigold", 2),
}

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

# Twenty times as fast as life, so that the demo is worth watching, and no faster: whoever acts within two
# seconds is taken for a machine. A few more than usual answer and opt out, because a sample is small.
AUDIENCE = {
    "is_on": True,
    "time_factor": 20,
    "behaviours": {
        "sms": {"clicked": {"chance": 0.24}, "replied": {"chance": 0.07}, "opted_out": {"chance": 0.04}},
        "push": {"clicked": {"chance": 0.25}},
        "email": {"opened": {"chance": 0.5}, "opted_out": {"chance": 0.04}, "scanned": {"chance": 0.15}},
        "telegram": {"clicked": {"chance": 0.35}},
    },
}


def connect_vendor(*, by: User) -> dict[Channel, Sender]:
    """Connect the sandbox, with prices and a sender on each channel; gives the senders."""
    own_sandbox.prefer(AUDIENCE)
    account = connecting.save_account(
        account=Account(provider="sandbox", name="Sandbox"), settings=own_sandbox.account_settings(ACCOUNT), by=by
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
    return {channel: _sender(account, channel, by=by) for channel in Channel}


def _sender(account: Account, channel: Channel, *, by: User) -> Sender:
    name, identity, rate = SENDERS[channel]
    sender = Sender(account=account, channel=channel, name=name, identity=identity, rate_per_second=rate)
    return connecting.save_sender(sender=sender, by=by)


def follow_sandbox() -> None:
    """Have accounts at this machine's sandbox find it where it listens this time: PORT= moves it."""
    here = own_sandbox.account_settings(ACCOUNT)["url"]
    for account in Account.objects.filter(provider="sandbox", settings__url__startswith="http://127.0.0.1:"):
        if account.settings["url"] != here:
            account.settings["url"] = here
            account.save(update_fields=["settings"])
