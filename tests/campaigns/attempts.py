"""Attempts for tests of what comes back from messages."""

import itertools
from typing import Any

from campaigns import links
from campaigns.models import Attempt, Campaign
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from channels.kinds import AddressKind, Channel
from tests.factories import (
    RoutePlan,
    StepPlan,
    make_campaign,
    make_contact,
    make_enrolment,
    make_message,
)

_addresses = itertools.count(1)


def make_attempt(
    channel: Channel = Channel.SMS, *, campaign: Campaign | None = None, contact: dict[str, Any] | None = None
) -> Attempt:
    """An accepted attempt with a token, to a contact with a phone and a mail address."""
    number = next(_addresses)
    person = make_contact(
        phone=f"+49151123400{number:02}",
        email=f"olena{number}@example.com",
        consents=[Channel.SMS, Channel.EMAIL],
        **(contact or {}),
    )
    plan = RoutePlan(steps=[StepPlan(channel=channel)])
    campaign = campaign or make_campaign(routes=[plan], status=CampaignStatus.RUNNING)
    enrolment = make_enrolment(campaign=campaign, contact=person, step_position=0, data={"code": "A 1"})
    message = make_message(enrolment=enrolment, status=MessageStatus.ACCEPTED)
    address = person.addresses.get(kind=AddressKind.EMAIL if channel == Channel.EMAIL else AddressKind.PHONE)
    sender = message.sender
    assert sender is not None
    return Attempt.objects.create(
        message=message,
        campaign=campaign,
        step=message.step,
        account=sender.account,
        sender=sender,
        address=address,
        address_hash=address.value_hash,
        token=links.new_token(),
        status="accepted",
        created_at=message.created_at,
        sending_at=message.created_at,
    )
