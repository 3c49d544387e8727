"""What grows for ever is kept in partitions that are there before their time, and read from sums, not from rows.

An event log of 205 GB: mautic#8261. What is forgotten, and when, is in test_retention.py.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection

from campaigns import tasks
from campaigns.engine import clock, partitions, stats
from campaigns.engine.deliver import deliver
from campaigns.models import Event
from campaigns.models.stats import StepDelta, StepTotal
from campaigns.reports import campaign_report
from campaigns.schedule import SCHEDULE
from channels.events import EventType
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.campaigns.engine.stage import Stage
from tests.campaigns.recounting import differences
from tests.factories import RoutePlan, StepPlan, make_contact, make_event

pytestmark = pytest.mark.django_db

DAILY = {task for _, task, every, period, *_ in SCHEDULE if (every, period) == (1, "days")}


def made_ahead() -> list[str]:
    """The partitions whose time has not come yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent IN ('campaigns_event'::regclass, 'channels_inboundrequest'::regclass)
            AND substring(pg_get_expr(c.relpartbound, c.oid) FROM $$FROM \\('(.*?)'\\)$$)::timestamptz > now()
            ORDER BY 1
            """
        )
        return [name for (name,) in cursor.fetchall()]


def drop(tables: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {', '.join(tables)}")


def partition_of(event: Event) -> str:
    """The table that `event` went to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM campaigns_event WHERE id = %s", [event.id])
        name: str = cursor.fetchone()[0]
    return name


def test_partitions_are_made_long_before_their_time_and_only_once() -> None:
    """mautic#8261: each day's run makes what is missing, three months ahead of events and four weeks of webhooks."""
    assert "campaigns.tasks.bulk_make_partitions" in DAILY
    partitions.make_ahead()
    there = made_ahead()
    assert len(there) == sum(ahead for _, _, ahead in partitions.PARTITIONED) == 7
    drop(there)
    assert made_ahead() == []
    tasks.bulk_make_partitions()
    assert made_ahead() == there
    assert partitions.make_ahead() == 0


def test_an_event_of_the_months_to_come_has_a_partition_of_its_own() -> None:
    """mautic#8261: what goes to the default partition can be neither dropped nor passed over."""
    partitions.make_ahead()
    message = make_attempt().message
    for months in range(3):
        message.created_at = first_of_the_month(clock.real_now(), months)
        event = make_event(message=message, event_type=EventType.DELIVERED)
        assert partition_of(event) == f"campaigns_event_{message.created_at:%Y%m%d}"


def first_of_the_month(now: datetime, months: int) -> datetime:
    """Midnight, so many months later."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    return first


def test_counters_are_rolled_up_into_few_rows_which_say_the_same(stage: Stage) -> None:
    """mautic#8261: however many people there are, a page reads a total for each counter of a step."""
    make_contact(phone="+380671110000", consents=(Channel.SMS,))
    route = RoutePlan(steps=(StepPlan(sender=stage.sender(Channel.SMS)),))
    stage.launch(route)
    of_one = StepTotal.objects.count()
    for number in range(1, 6):
        make_contact(phone=f"+38067111000{number}", consents=(Channel.SMS,))
    campaign = stage.launch(route)
    assert not StepDelta.objects.exists(), "each tick folds what there is"
    assert StepTotal.objects.filter(campaign_id=campaign.pk).count() == of_one
    report = campaign_report(campaign.pk)
    assert (report.audience.people, report.routes[0].steps[0].figures.accepted) == (6, 6)
    assert report.problems() == []
    assert differences(campaign.pk) == []


def test_a_page_reads_the_same_before_the_counters_are_folded_and_afterwards(stage: Stage) -> None:
    """mautic#8261: the sums may come late."""
    make_contact(phone="+380671110000", consents=(Channel.SMS,))
    with stage.holding(Channel.SMS) as sender:
        campaign = stage.launch(RoutePlan(steps=(StepPlan(sender=sender),)))
    deliver(sender.pk)
    assert StepDelta.objects.exists()
    before = campaign_report(campaign.pk)
    assert before.routes[0].steps[0].figures.accepted == 1
    while stats.fold():
        pass
    assert not StepDelta.objects.exists()
    assert campaign_report(campaign.pk) == before
