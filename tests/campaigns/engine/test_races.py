"""Two workers at the same rows, on connections of their own: nobody gets a message twice."""

from decimal import Decimal
from threading import Event

import pytest
from django.db import connection, transaction

from campaigns.engine import budget, clock, ticking
from campaigns.engine.advance import advance
from campaigns.engine.deliver import deliver
from campaigns.engine.launch import enrol_audience, launch
from campaigns.engine.opting_out import opt_out
from campaigns.models import Attempt, Campaign, Enrolment, Message, Segment
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.consent import ConsentSource
from campaigns.models.messages import MessageStatus
from campaigns.reports import campaign_report
from campaigns.seen_rules import RulesChanged, marks_of
from channels.kinds import Channel
from tests.campaigns.engine.stage import Stage
from tests.campaigns.engine.threads import at_once
from tests.factories import RoutePlan, StepPlan, make_campaign, make_contact, make_price, make_segment
from tests.until import wait_until

PEOPLE = 30
WINDOW = StepPlan().timeout


def a_campaign(stage: Stage) -> Campaign:
    for number in range(PEOPLE):
        make_contact(phone=f"+38067100{number:04}", consents=(Channel.SMS, Channel.VIBER))
    steps = tuple(StepPlan(channel=channel, sender=stage.sender(channel)) for channel in (Channel.SMS, Channel.VIBER))
    return make_campaign(routes=(RoutePlan(steps=steps),), status=CampaignStatus.RUNNING)


def test_ticks_and_workers_at_once_send_each_message_once(open_stage: Stage) -> None:
    """Overlapping crons and queue workers sent the same mail twice: mautic#2215, #3669, #9880, #11763, #13070."""
    campaign = a_campaign(open_stage)
    at_once(*[lambda: enrol_audience(campaign.pk)] * 2)
    assert Enrolment.objects.count() == PEOPLE
    at_once(*[lambda: advance(clock.now(), limit=20)] * 4, ticking.tick, ticking.tick)
    while advance(clock.now())[0]:
        pass
    assert Message.objects.count() == PEOPLE
    sender = open_stage.sender(Channel.SMS)
    at_once(*[lambda: deliver(sender.pk)] * 3, ticking.tick)
    deliver(sender.pk)
    assert Attempt.objects.count() == PEOPLE
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.ACCEPTED}
    assert campaign_report(campaign.pk).problems() == []


def test_stops_race_sends(open_stage: Stage) -> None:
    """Half of the people opt out while two workers go on with the next step (DESIGN §3.2)."""
    campaign = a_campaign(open_stage)
    enrol_audience(campaign.pk)
    open_stage.run()
    clock.run_at(shown_at=clock.now() + WINDOW, speed=0)
    firsts = list(Attempt.objects.order_by("id").values_list("id", flat=True))
    viber = open_stage.sender(Channel.VIBER)

    def opt_outs() -> None:
        for attempt_id in firsts[: PEOPLE // 2]:
            opt_out(attempt_id=attempt_id, scope="channel", source=ConsentSource.STOP_WORD, at=clock.now())

    def work() -> None:
        for _ in range(8):
            advance(clock.now(), limit=10)
            deliver(viber.pk)

    at_once(opt_outs, work, work)
    open_stage.run()
    stopped = Enrolment.objects.filter(outcome="suppressed")
    assert stopped.count() == PEOPLE // 2
    assert not Message.objects.filter(enrolment__in=stopped, status__in=["queued", "claimed", "sending"]).exists()
    assert Attempt.objects.values("message_id").distinct().count() == Attempt.objects.count()
    assert campaign_report(campaign.pk).problems() == []


def test_a_refused_text_races_a_change_of_limits(open_stage: Stage) -> None:
    """Whoever changes limits has the campaign and waits for who counts its cost, who then must not wait for it."""
    for number in range(PEOPLE):
        make_contact(phone=f"+38067100{number:04}", consents=(Channel.SMS,))
    make_price(account=open_stage.account, channel=Channel.SMS, amount="0.10")
    refusing = open_stage.sender(Channel.SMS, fault="content_refused")
    campaign = make_campaign(
        routes=(RoutePlan(steps=(StepPlan(sender=refusing),)),), status=CampaignStatus.RUNNING, budget=Decimal(10)
    )
    budget.begin(campaign)
    enrol_audience(campaign.pk)
    advance(clock.now())
    is_locked = Event()

    def change_limits() -> None:
        with transaction.atomic():
            Campaign.objects.select_for_update().get(pk=campaign.pk)
            is_locked.set()
            wait_until(
                lambda: not Message.objects.exclude(status=MessageStatus.FAILED).exists(),
                what="all refused",
                patience_s=20,
            )
            budget.end(campaign)

    def work() -> None:
        is_locked.wait()
        deliver(refusing.pk)

    at_once(change_limits, work)
    campaign.refresh_from_db()
    assert campaign.held_at


def test_a_launch_waits_for_whoever_is_saving_a_segment_and_sees_that_it_changed(open_stage: Stage) -> None:
    campaign = make_campaign(segment=make_segment(name="18 to 25"))
    reviewed, is_changed = marks_of(campaign, ()), Event()

    def change_rule() -> None:
        with transaction.atomic():
            Segment.objects.update(rule={"op": "any", "rules": []})
            is_changed.set()
            wait_until(_is_somebody_waiting, what="the launch waits for the segment", patience_s=20)

    def launch_as_reviewed() -> None:
        is_changed.wait()
        with pytest.raises(RulesChanged, match="18 to 25"):
            launch(campaign=campaign, actor=None, seen_rules=reviewed)

    at_once(change_rule, launch_as_reviewed)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.DRAFT


def _is_somebody_waiting() -> bool:
    """Does another connection wait for what this one has locked?"""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
