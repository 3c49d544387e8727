"""The judge of the figures itself: it finds what rows say and events do not."""

import pytest

from campaigns.engine import counters
from campaigns.models import Enrolment
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from channels.events import EventType
from tests.campaigns.histories import count, count_passage
from tests.campaigns.recounting import differences
from tests.factories import NOON, make_campaign, make_enrolment, make_event, make_message

pytestmark = pytest.mark.django_db


def counted(**happened: object) -> Enrolment:
    """Somebody whose only message was accepted, and what `happened` to it by its row, counted."""
    enrolment = make_enrolment(campaign=make_campaign(status=CampaignStatus.RUNNING))
    make_message(enrolment=enrolment, status=MessageStatus.ACCEPTED, **happened)
    count_passage(enrolment)
    return enrolment


def tell(enrolment: Enrolment, event_type: EventType, *, is_machine: bool = False) -> None:
    """An event of the message, counted as one."""
    message = enrolment.messages.get()
    make_event(message=message, event_type=event_type, is_machine=is_machine)
    count(enrolment, counters.events(event_type), step=message.step)


def test_a_click_of_which_no_event_tells_is_a_difference() -> None:
    enrolment = counted(clicked_at=NOON)
    (told,) = differences(enrolment.campaign_id)
    assert "clicked is 1" in told
    assert told.endswith("recounted from the events 0")


def test_a_click_that_is_told_of_twice_counts_one_message() -> None:
    enrolment = counted(clicked_at=NOON)
    tell(enrolment, EventType.CLICKED)
    tell(enrolment, EventType.CLICKED)
    assert differences(enrolment.campaign_id) == []


def test_a_click_of_a_machine_is_none_of_a_person() -> None:
    enrolment = counted(machine_clicked_at=NOON)
    tell(enrolment, EventType.CLICKED, is_machine=True)
    assert differences(enrolment.campaign_id) == []


def test_what_machines_do_counts_where_the_campaign_says_so() -> None:
    enrolment = counted(opened_at=NOON)
    tell(enrolment, EventType.OPENED, is_machine=True)
    campaign = enrolment.campaign
    assert len(differences(campaign.pk)) == 2
    campaign.do_machine_signals_count = True
    campaign.save(update_fields=["do_machine_signals_count"])
    assert differences(campaign.pk) == []
