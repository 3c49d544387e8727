"""The sink as an account of the product: its provider for JSON gateways, 256 requests at once, and no limit of rate."""

from campaigns.models import Campaign
from channels.kinds import Channel
from channels.models import Sender
from tests.bench.sink import KEY_HEADER, Sink
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_sender

BODY = '{"to": "{{ to }}", "from": "{{ sender }}", "text": "{{ text }}"}'
TEXT = "Hello {{ first_name | friend }}, our autumn collection is here. See it before the others do: {{ link }}"
MORE_THAN_ENOUGH = 1_000_000


def gateway_sender(vendor: Sink) -> Sender:
    """A sender of SMS to `vendor`."""
    account = make_account(
        provider="generic_http",
        settings={"url": vendor.url, "body": BODY, "key_header": KEY_HEADER, "id_path": "id", "requests_at_once": 256},
    )
    return make_sender(channel=Channel.SMS, account=account, rate_per_second=MORE_THAN_ENOUGH)


def draft(steps: list[StepPlan]) -> Campaign:
    """A personalised message with a tracked link, to everybody."""
    return make_campaign(routes=[RoutePlan(steps=steps)], text=TEXT)
