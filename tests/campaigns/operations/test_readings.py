"""The readings tell what really is so: each situation is made, not written into a table."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from campaigns.engine import advance, clock, control, flows, leases, stats
from campaigns.engine.flows import Reclaimed
from campaigns.engine.marking import mark_sending
from campaigns.models import Flow, HoldReason, Message
from campaigns.models.messages import MessageStatus
from campaigns.operations import backlog
from campaigns.operations.metrics import expose
from campaigns.operations.page import operations_page
from campaigns.operations.readings import MINUTE, STUCK_AFTER, read
from channels.kinds import Channel
from channels.models import InboundRequest, Sender
from tests.campaigns.engine.stage import Stage
from tests.campaigns.engine.workers import claimed_by, let_leases_die
from tests.campaigns.operations.running import campaign_of, let_all_time_pass, let_real_time_pass, show_everybody
from tests.factories import make_price

pytestmark = pytest.mark.django_db

TIMEOUT = timedelta(seconds=20)
OPERATIONS = Path(__file__).resolve().parents[3] / "docs" / "operations.md"


def queue_only(stage: Stage, people: int) -> Sender:
    """People whose messages wait in the queue of a sender that sends again."""
    with stage.holding(Channel.SMS) as sender:
        campaign_of(stage, people)
    return sender


def test_an_empty_product_reads_as_nothing(stage: Stage) -> None:
    readings = read()
    assert (readings.backlog.due.count, readings.ready.count, readings.later.count, readings.unknown) == (0, 0, 0, 0)
    assert (readings.senders, readings.pulses, readings.default_partitions) == ((), (), ())


def test_people_who_are_due_are_counted_with_the_first(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign_of(stage, 5)
    let_all_time_pass(timedelta(hours=2, minutes=20))
    due = read().backlog.due
    assert (due.count, due.is_more) == (5, False)
    assert due.oldest_at == clock.now() - timedelta(minutes=20)
    monkeypatch.setattr(backlog, "LIMIT", 3)
    due = read().backlog.due
    assert (due.count, due.is_more) == (3, True)


def test_messages_are_told_apart_by_what_they_wait_for(stage: Stage) -> None:
    queue_only(stage, 4)
    assert (read().ready.count, read().stopped.count) == (4, 0)
    Sender.objects.update(held_at=clock.now(), held_reason="402")
    readings = read()
    assert (readings.ready.count, readings.stopped.count) == (0, 4)
    assert [(sender.held_reason, sender.ready.count) for sender in readings.senders] == [("402", 4)]


def test_a_paused_campaign_is_no_backlog_of_the_sender(stage: Stage) -> None:
    queue_only(stage, 4)
    (campaign,) = read().campaigns
    control.pause(campaign=Message.objects.first().campaign, actor=None)
    readings = read()
    assert list(readings.campaigns) == [campaign]
    assert (readings.ready.count, readings.stopped.count) == (0, 4)


def test_holds_are_counted_by_their_reason(stage: Stage) -> None:
    make_price(account=stage.account, channel=Channel.SMS, amount="0.10")
    campaign_of(stage, 3, budget=Decimal("0.15"))
    held = read().backlog.later
    assert {reason: depth.count for reason, depth in held.items()} == {HoldReason.OVER_BUDGET: 2}
    campaign_of(stage, 0, quiet_from=time(11), quiet_until=time(23))
    held = read().backlog.later
    assert {reason: depth.count for reason, depth in held.items()} == {
        HoldReason.OVER_BUDGET: 2,
        HoldReason.QUIET_HOURS: 3,
    }


def test_what_dead_workers_left_is_seen_taken_back_and_counted_once(stage: Stage) -> None:
    stage.account.settings = stage.account.settings | {"deduplicates_hours": 0}
    stage.account.save(update_fields=["settings"])
    sender = queue_only(stage, 5)
    now = clock.now()
    token, _, outgoing = claimed_by(sender)
    mark_sending(outgoing[:2], token=token, now=now, request_timeout=TIMEOUT)
    leased = read().backlog.leased
    assert (leased.claimed, leased.sending, leased.dead) == (3, 2, 0)

    let_leases_die()
    assert read().backlog.leased.dead == 5
    assert [leases.reclaim(now) for _ in range(2)] == [5, 0]
    readings = read()
    assert (readings.backlog.leased.claimed, readings.backlog.leased.sending) == (0, 0)
    assert readings.reclaimed == {Reclaimed.RETURNED: 3, Reclaimed.UNANSWERED: 2}
    assert (readings.ready.count, readings.unknown) == (3, 2)
    assert [(seen.name, seen.unknown) for seen in readings.senders] == [(sender.name, 2)]
    stats.fold()
    assert read().unknown == 2


def test_a_count_that_is_rolled_back_was_never_made(stage: Stage) -> None:
    flows.count(Reclaimed.RETURNED, 2)
    with transaction.atomic():
        flows.count(Reclaimed.RETURNED, 3)
        transaction.set_rollback(True)
    assert read().reclaimed[Reclaimed.RETURNED] == 2


def test_rates_tell_what_left_in_the_last_minutes_and_the_sum_stays(stage: Stage) -> None:
    campaign_of(stage, 6)
    rates = read().rates
    assert rates.last_minute["accepted"] == pytest.approx(6 / 60, rel=0.2)
    assert rates.last_five["accepted"] == pytest.approx(6 / 300, rel=0.2)
    let_real_time_pass(2 * MINUTE)
    rates = read().rates
    assert "accepted" not in rates.last_minute
    assert rates.last_five["accepted"] == pytest.approx(6 / 300, rel=0.2)

    before = flows.totals(["accepted"])
    let_real_time_pass(flows.KEPT)
    flows.fold_old()
    flows.fold_old()
    assert set(Flow.objects.values_list("at", flat=True)) == {Flow.TOTAL}
    assert flows.totals(["accepted"]) == before == {("accepted", stage.sender(Channel.SMS).pk): 6}


def test_what_moved_is_known_by_campaign_and_sender(stage: Stage) -> None:
    campaign = campaign_of(stage, 2)
    moved = read().moved
    assert (moved.campaign_ids, moved.sent) == ({campaign.pk}, {(campaign.pk, stage.sender(Channel.SMS).pk)})
    let_real_time_pass(STUCK_AFTER + flows.STEP)
    moved = read().moved
    assert (moved.campaign_ids, moved.sent) == (frozenset(), frozenset())


def test_webhooks_and_clicks_come_in_and_unread_ones_wait(stage: Stage) -> None:
    campaign_of(stage, 2)
    first, second = Message.objects.order_by("pk")
    assert stage.post([stage.told(first, "handset_delivered")]) == 200
    assert stage.post([stage.told(second, "handset_delivered")]) == 200
    readings = read()
    assert readings.backlog.inbound.count == 2
    assert readings.rates.last_minute["webhooks"] == pytest.approx(2 / 60)
    stage.hit(first)
    stage.forward(minutes=1)
    readings = read()
    assert (readings.backlog.inbound.count, readings.backlog.hits.count) == (0, 0)
    assert readings.rates.last_minute["event_clicked"] > 0
    assert InboundRequest.objects.count() == 2


def test_a_vendor_that_refuses_keeps_its_sender_from_being_called_stuck(stage: Stage) -> None:
    sender = stage.sender(Channel.SMS, fault="throttled")
    Sender.objects.filter(pk=stage.sender(Channel.SMS).pk).update(held_at=None)
    stage.senders[Channel.SMS] = sender
    campaign_of(stage, 6)
    (seen,) = [seen for seen in read().senders if seen.pk == sender.pk]
    assert (seen.is_refused, seen.may_send) == (True, False)


def questions(ask: Callable[[], object]) -> int:
    """How often the database is asked."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


def test_the_page_and_the_metrics_ask_as_many_questions_as_operations_tells_whatever_there_is(stage: Stage) -> None:
    told = re.search(
        r"It costs the database (\d+) small queries, a scrape of the metrics (\d+)", OPERATIONS.read_text()
    )
    assert told
    asked = [int(told[1]), int(told[2])]
    read()  # once, so that what is remembered for good has been asked
    assert [questions(operations_page), questions(expose)] == asked
    show_everybody()
    campaign_of(stage, 3)
    let_all_time_pass(timedelta(hours=3))
    advance.advance(clock.now())
    assert Message.objects.filter(status=MessageStatus.QUEUED).exists()
    assert [questions(operations_page), questions(expose)] == asked
