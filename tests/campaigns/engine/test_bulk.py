"""Many rows in one statement."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DataError

from campaigns.engine.bulk import insert_rows, update_rows
from campaigns.models import Message
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from tests.factories import NOON, make_campaign, make_enrolment, make_message

pytestmark = pytest.mark.django_db


def unsaved(count: int) -> list[Message]:
    """Messages of as many people, each queued a second after the one before."""
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    enrolments = [make_enrolment(campaign=campaign) for _ in range(count)]
    step = enrolments[0].route.steps.get()
    return [
        Message(
            campaign=campaign,
            enrolment=enrolment,
            step=step,
            sender=step.sender,
            channel=step.channel,
            status=MessageStatus.QUEUED,
            created_at=NOON,
            queued_at=NOON + timedelta(seconds=number),
            cost=Decimal("0.0064"),
        )
        for number, enrolment in enumerate(enrolments)
    ]


def test_rows_are_written_as_they_are_in_their_order() -> None:
    messages = unsaved(3)
    insert_rows(Message, messages)
    stored = list(Message.objects.order_by("pk"))
    for meant, row in zip(messages, stored, strict=True):
        for field in Message._meta.concrete_fields:
            if not field.primary_key:
                assert getattr(row, field.attname) == getattr(meant, field.attname), field.attname


def test_one_value_for_all_and_one_for_each_are_set_alike() -> None:
    insert_rows(Message, unsaved(2))
    first, second = Message.objects.order_by("pk").values_list("pk", flat=True)
    names = ["status", "error_detail", "queued_at"]
    words = {second: "no such number", first: 'it said "100%"'}
    changed = [Message(pk=pk, status=MessageStatus.FAILED, error_detail=said) for pk, said in words.items()]
    update_rows(Message, changed, names)
    rows = Message.objects.order_by("pk").values_list("pk", "status", "error_detail", "queued_at")
    assert list(rows) == [(first, "failed", 'it said "100%"', None), (second, "failed", "no such number", None)]


def test_nothing_is_nothing() -> None:
    insert_rows(Message, [])
    update_rows(Message, [], ["status"])
    assert not Message.objects.exists()


def test_an_error_is_one_of_djangos() -> None:
    message = make_message(enrolment=make_enrolment(campaign=make_campaign(status=CampaignStatus.RUNNING)))
    with pytest.raises(DataError):
        update_rows(Message, [Message(pk=message.pk, tries=1_000_000)], ["tries"])
