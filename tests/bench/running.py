"""Campaigns that a measurement launches, lets run and ends, and the people in them."""

import time
import uuid
from functools import partial
from typing import Any

from campaigns.engine import control
from campaigns.engine.launch import launch
from campaigns.models import Attempt, Campaign, Contact, Enrolment, Message, Purpose
from campaigns.models.campaigns import CampaignKind
from channels.kinds import Channel
from channels.models import Sender
from tests import until
from tests.bench.crowd import make_crowd
from tests.bench.sink import KEY_HEADER, Sink
from tests.campaigns.api.calling import make_caller
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_segment, make_sender

BODY = '{"to": "{{ to }}", "text": "{{ text }}"}'
# Of all people, in a language that nobody else speaks.
SMALL = 2_000
URGENT = 50
wait_until = partial(until.wait_until, patience_s=900)


def sender_at(vendor: Sink, rate: int) -> Sender:
    """A sender of SMS at `vendor`."""
    settings = {"url": vendor.url, "body": BODY, "key_header": KEY_HEADER, "id_path": "id", "requests_at_once": 256}
    account = make_account(provider="generic_http", settings=settings)
    return make_sender(channel=Channel.SMS, account=account, rate_per_second=rate)


def launched(sender: Sender, rule: dict[str, Any] | None = None) -> Campaign:
    """A running campaign by `sender`, for everybody or those whom `rule` selects, all of them enrolled."""
    segment = make_segment(name=uuid.uuid4().hex, rule=rule) if rule else None
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(sender=sender)])], segment=segment)
    launch(campaign=campaign, actor=None)
    enrolled = Campaign.objects.filter(pk=campaign.pk, enrolled_at__isnull=False)
    wait_until(enrolled.exists, what="everybody is enrolled")
    return campaign


def urgent_campaign(sender: Sender) -> Campaign:
    """A running transactional campaign that a program starts."""
    steps = [StepPlan(sender=sender)]
    campaign = make_campaign(
        routes=[RoutePlan(steps=steps)], kind=CampaignKind.API, purpose=Purpose.TRANSACTIONAL, text="{{ link }}"
    )
    launch(campaign=campaign, actor=None)
    return campaign


def call_often(campaign: Campaign) -> dict[int, float]:
    """Enrol people by the API, one after another; gives the instant of each call, by enrolment."""
    caller = make_caller()
    caller.client.defaults["SERVER_NAME"] = "localhost"
    called = {}
    for number in range(URGENT):
        now = time.time()
        body = {
            "campaign_id": campaign.pk,
            "contact": {"phone": f"+38067{time.time_ns() % 10_000_000:07}"},
            "consent": {"channels": ["sms"], "purpose": "transactional", "evidence": "the order itself"},
        }
        answer = caller.post("enrolments", body, key=f"{campaign.pk}-{number}")
        assert answer.status_code == 201, answer.content
        called[answer.json()["id"]] = now
        time.sleep(0.1)
    return called


def cancel(campaign: Campaign) -> None:
    """End a campaign, and wait until nobody is inside."""
    control.cancel(campaign=campaign, actor=None)
    inside = Enrolment.objects.open().filter(campaign=campaign)
    wait_until(lambda: not inside.exists(), what="the campaign has ended")


def accepted_of(campaign: Campaign) -> int:
    """How many messages of the campaign the vendor has accepted."""
    return Message.objects.filter(campaign=campaign, status="accepted").count()


def people_in(campaign: Campaign) -> int:
    """How many people have entered the campaign."""
    return Enrolment.objects.filter(campaign=campaign).count()


def keys_of(campaign: Campaign) -> set[str]:
    """The idempotency keys of the campaign."""
    return {key for _, key in attempts_of(campaign)}


def attempts_of(campaign: Campaign) -> list[tuple[int, str]]:
    """The enrolment and the key of each attempt of the campaign."""
    rows = Attempt.objects.filter(campaign=campaign).values_list("message__enrolment_id", "key")
    return [(enrolment_id, key.hex) for enrolment_id, key in rows]


def make_people(count: int) -> None:
    """Contacts with a phone number and consent, some of whom speak Polish."""
    make_crowd(count)
    some = Contact.objects.order_by("id").values("id")[:SMALL]
    Contact.objects.filter(id__in=some).update(language="pl")
