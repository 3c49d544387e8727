"""The channels of the sample: one account at the sandbox, a sender on every channel, what messages cost."""

from campaigns.models import User
from campaigns.sandbox_account import Identity, connect_sandbox
from channels import own_sandbox
from channels.kinds import Channel
from channels.models import Sender

ACCOUNT = "marigold"

SENDERS: dict[Channel, Identity] = {
    Channel.SMS: Identity("MARIGOLD", "MARIGOLD", 20),
    Channel.PUSH: Identity("Marigold app", "com.example.marigold", 100),
    Channel.EMAIL: Identity("Marigold news", "news@marigold.example", 50),
    Channel.VIBER: Identity("Marigold on Viber", "Marigold", 50),
    Channel.WHATSAPP: Identity("Marigold on WhatsApp", "+12025550100", 40),
    Channel.TELEGRAM: Identity("Marigold bot", "@marigold_shop_bot", 30),
    Channel.RCS: Identity("Marigold RCS agent", "marigold@rbm.example", 50),
    Channel.VOICE: Identity("Marigold's voice", "+12025550101", 4),
    Channel.MESSENGER: Identity("Marigold's page", "marigold.shop", 40),
    Channel.INSTAGRAM: Identity("Marigold on Instagram", "@marigold.shop", 40),
    Channel.VK: Identity("Marigold on VK", "club_marigold", 20),
    Channel.CALL_TASK: Identity("Marigold's call centre", "Marigold", 2),
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
    return connect_sandbox(known_as=ACCOUNT, identities=SENDERS, by=by)
