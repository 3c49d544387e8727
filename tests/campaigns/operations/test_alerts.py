"""Alerts: a stuck campaign tells the admins by itself, once, and what waits for a reason does not."""

from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from campaigns.engine import advance, clock, control, decide, stats, ticking
from campaigns.engine.deliver import deliver
from campaigns.engine.launch import enrol_audience
from campaigns.engine.shifts import Shift
from campaigns.models import Alert, AlertKind, Campaign, Enrolment, HoldReason, Message, Pulse
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.models.consent import Purpose
from campaigns.models.messages import MessageStatus
from campaigns.operations import alerts
from campaigns.operations.problems import find_problems
from campaigns.operations.readings import STUCK_AFTER, read
from campaigns.permissions import Role
from channels.kinds import Channel
from channels.models import Sender, SenderState
from tests.campaigns.engine.stage import Stage
from tests.campaigns.operations.running import campaign_of, let_all_time_pass, let_real_time_pass, show_everybody
from tests.factories import RoutePlan, StepPlan, make_campaign, make_contact, make_price, make_user

pytestmark = pytest.mark.django_db

LONG = STUCK_AFTER + timedelta(minutes=1)


@pytest.fixture
def running(stage: Stage) -> Stage:
    """A product at work, with one admin."""
    make_user(roles=[Role.ADMIN], email="admin@example.com")
    show_everybody()
    return stage


def look_again(times: int = 4) -> None:
    """Look once a minute, for longer than any patience."""
    now = clock.real_now()
    for minute in range(times):
        alerts.look(now + timedelta(minutes=minute))


def raised() -> list[tuple[str, str]]:
    """The alerts that people are shown."""
    return [(alert.kind, alert.subject) for alert in Alert.objects.raised().order_by("pk")]


def test_a_campaign_that_no_worker_decides_about_raises_one_alert_and_one_mail(
    running: Stage, mailoutbox: list[EmailMessage]
) -> None:
    campaign = campaign_of(running, 3)
    let_all_time_pass(timedelta(hours=2))
    let_all_time_pass(LONG)
    assert Enrolment.objects.filter(next_at__lte=clock.now() - STUCK_AFTER).count() == 3
    look_again()
    assert raised() == [(AlertKind.CAMPAIGN_STUCK, str(campaign.pk))]
    (mail,) = mailoutbox
    assert (mail.to, campaign.name in mail.subject) == (["admin@example.com"], True)
    assert "/operations/" in mail.body

    running.run()
    look_again(1)
    assert raised() == []
    alert = Alert.objects.get()
    assert alert.ended_at is not None
    assert len(mailoutbox) == 1


def test_messages_that_no_worker_sends_raise_an_alert(running: Stage) -> None:
    with running.holding(Channel.SMS):
        campaign = campaign_of(running, 3)
    let_all_time_pass(LONG)
    look_again()
    assert raised() == [(AlertKind.CAMPAIGN_STUCK, str(campaign.pk))]


def test_a_campaign_that_another_of_its_sender_leaves_behind_raises_an_alert(running: Stage) -> None:
    with running.holding(Channel.SMS) as sender:
        passed, starved = campaign_of(running, 3), campaign_of(running, 0)
    let_all_time_pass(LONG)
    Campaign.objects.filter(pk=starved.pk).update(status=CampaignStatus.PAUSED)
    assert deliver(sender.pk).sent == 3
    Campaign.objects.filter(pk=starved.pk).update(status=CampaignStatus.RUNNING)
    stats.fold()
    assert read().moved.sent == {(passed.pk, sender.pk)}
    look_again()
    assert raised() == [(AlertKind.CAMPAIGN_STUCK, str(starved.pk))]


def resumed(campaign: Campaign, sender: Sender) -> None:
    control.pause(campaign=campaign, actor=None)
    control.resume(campaign=campaign, actor=None)


def released(campaign: Campaign, sender: Sender) -> None:
    control.release_sender(sender=sender, actor=None)


@pytest.mark.parametrize("let_go", [resumed, released])
def test_messages_that_were_held_until_now_are_given_time_to_leave(
    running: Stage, let_go: Callable[[Campaign, Sender], None]
) -> None:
    with running.holding(Channel.SMS) as sender:
        campaign = campaign_of(running, 3)
    let_all_time_pass(LONG)
    assert [problem.kind for problem in find_problems(read())] == [AlertKind.CAMPAIGN_STUCK]
    let_go(campaign, sender)
    assert find_problems(read()) == []
    let_all_time_pass(LONG)
    assert [problem.kind for problem in find_problems(read())] == [AlertKind.CAMPAIGN_STUCK]


def test_messages_that_let_transactional_ones_go_first_raise_no_alert(running: Stage) -> None:
    with running.holding(Channel.SMS) as sender:
        marketing = campaign_of(running, 3)
        let_all_time_pass(LONG)
        urgent = campaign_of(running, 0, purpose=Purpose.TRANSACTIONAL)
    assert {queued.campaign_id for queued in read().backlog.queued} == {marketing.pk, urgent.pk}
    assert find_problems(read()) == []
    assert deliver(sender.pk, is_urgent_only=True).sent == 3
    stats.fold()
    assert [problem.subject for problem in find_problems(read())] == [str(marketing.pk)]


@pytest.mark.parametrize("status", [CampaignStatus.RUNNING, CampaignStatus.PAUSED])
def test_an_audience_that_nobody_enrols_raises_an_alert(
    running: Stage, mailoutbox: list[EmailMessage], status: CampaignStatus
) -> None:
    make_contact()
    campaign = make_campaign(status=status, launched_at=clock.now())
    look_again()
    assert raised() == []
    let_all_time_pass(LONG)
    look_again()
    assert raised() == [(AlertKind.AUDIENCE_STUCK, str(campaign.pk))]
    assert "has not been enrolled" in mailoutbox[0].body
    assert "queue bulk" in mailoutbox[0].body
    assert enrol_audience(campaign.pk) == 1
    look_again(1)
    assert raised() == []


def test_an_audience_is_waited_for_from_the_start_of_its_campaign(running: Stage) -> None:
    launched_at = clock.now()
    make_campaign(status=CampaignStatus.SCHEDULED, launched_at=launched_at, starts_at=launched_at + timedelta(days=1))
    make_campaign(status=CampaignStatus.RUNNING, launched_at=launched_at, kind=CampaignKind.API)
    let_all_time_pass(timedelta(days=1))
    ticking.tick()
    assert find_problems(read()) == []
    let_all_time_pass(LONG)
    assert [problem.kind for problem in find_problems(read())] == [AlertKind.AUDIENCE_STUCK]


def test_people_who_cannot_be_decided_about_raise_an_alert(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is ever overdue, because each is looked at again in five minutes, for ever."""

    def broken(*_: object) -> None:
        raise ValueError("a bug of ours")

    monkeypatch.setattr(advance, "decide", broken)
    monkeypatch.setattr("campaigns.engine.advance.decide", broken)
    campaign = campaign_of(running, 2)
    assert Message.objects.count() == 0
    look_again()
    assert raised() == [(AlertKind.CAMPAIGN_STUCK, str(campaign.pk))]
    monkeypatch.setattr("campaigns.engine.advance.decide", decide.decide)
    running.forward(minutes=6)
    let_real_time_pass(LONG)
    look_again(1)
    assert raised() == []


def quiet_hours(stage: Stage) -> Campaign:
    return campaign_of(stage, 2, quiet_from=time(11), quiet_until=time(23))


def paused(stage: Stage) -> Campaign:
    with stage.holding(Channel.SMS):
        campaign = campaign_of(stage, 2)
    control.pause(campaign=campaign, actor=None)
    return campaign


def over_budget(stage: Stage) -> Campaign:
    make_price(account=stage.account, channel=Channel.SMS, amount="0.10")
    campaign = campaign_of(stage, 3, budget=Decimal("0.15"))
    assert Message.objects.filter(hold_reason=HoldReason.OVER_BUDGET).exists()
    return campaign


def capped(stage: Stage) -> Campaign:
    campaign_of(stage, 1)
    again = RoutePlan(steps=[StepPlan(sender=stage.sender(Channel.SMS))])
    campaign = stage.launch(again, cap_campaigns=1, cap_days=7, on_cap="hold")
    assert Message.objects.filter(hold_reason=HoldReason.FREQUENCY_CAP).exists()
    return campaign


@pytest.mark.parametrize("situation", [quiet_hours, paused, over_budget, capped])
def test_what_waits_for_a_reason_raises_no_alert(running: Stage, situation: Callable[[Stage], Campaign]) -> None:
    situation(running)
    for _ in range(6):
        let_all_time_pass(timedelta(minutes=10))
        now = clock.now()
        while advance.advance(now)[0]:
            pass
    assert Message.objects.filter(status=MessageStatus.QUEUED).exists()
    look_again()
    assert raised() == []


def test_a_sender_that_keeps_to_its_rate_raises_no_alert(running: Stage) -> None:
    """A queue of hours is no fault where messages leave all the time."""
    with running.holding(Channel.SMS) as sender:
        campaign_of(running, 3)
    Sender.objects.update(rate_per_second=1)
    SenderState.objects.filter(sender=sender).delete()
    clock.run_at(shown_at=clock.now() + LONG, speed=0)
    ticking.note_tick(clock.now())
    assert deliver(sender.pk, shift=Shift(timedelta(0))).sent == 1
    stats.fold()
    readings = read()
    (queued,) = readings.backlog.queued
    assert (queued.depth.count, readings.now - queued.depth.oldest_at > STUCK_AFTER) == (2, True)
    assert find_problems(readings) == []
    let_real_time_pass(LONG)
    assert [problem.kind for problem in find_problems(read())] == [AlertKind.CAMPAIGN_STUCK]


def test_a_missing_worker_a_missing_beat_and_missing_ticks_are_told_after_a_moment(
    running: Stage, mailoutbox: list[EmailMessage]
) -> None:
    Pulse.objects.filter(kind=Pulse.Kind.BEAT).delete()
    Pulse.objects.filter(kind=Pulse.Kind.WORKER).update(queues=["tick", "urgent", "track", "bulk"])
    clock.run_at(shown_at=clock.now() + timedelta(minutes=3), speed=0)
    look_again(1)
    assert raised() == []
    look_again(4)
    assert set(raised()) == {(AlertKind.NO_WORKER, "engine"), (AlertKind.NO_BEAT, ""), (AlertKind.NO_TICK, "")}
    assert len(mailoutbox) == 1
    assert mailoutbox[0].subject == "Cascade: 3 things need you"


def test_a_process_that_is_only_started_again_is_no_news(running: Stage, mailoutbox: list[EmailMessage]) -> None:
    Pulse.objects.filter(kind=Pulse.Kind.BEAT).delete()
    look_again(1)
    show_everybody()
    look_again(4)
    assert (Alert.objects.count(), mailoutbox) == (0, [])


def test_a_held_sender_is_told_at_once_and_ends_with_its_release(
    running: Stage, mailoutbox: list[EmailMessage]
) -> None:
    sender = running.sender(Channel.SMS, fault="account")
    Sender.objects.filter(pk=sender.pk).update(held_at=clock.now(), held_reason="402 balance is empty")
    look_again(1)
    assert raised() == [(AlertKind.SENDER_HELD, str(sender.pk))]
    assert "402 balance is empty" in mailoutbox[0].body
    control.release_sender(sender=sender, actor=None)
    look_again(1)
    assert raised() == []


def test_what_comes_back_within_the_hour_is_the_same_alert(running: Stage, mailoutbox: list[EmailMessage]) -> None:
    sender = running.sender(Channel.SMS)
    for _ in range(3):
        Sender.objects.filter(pk=sender.pk).update(held_at=clock.now(), held_reason="402")
        look_again(1)
        control.release_sender(sender=sender, actor=None)
        look_again(1)
    assert (Alert.objects.count(), len(mailoutbox)) == (1, 1)


def test_rows_in_a_default_partition_are_told(running: Stage) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channels_inboundrequest (received_at, account_id, method, path, body, state)"
            " VALUES ('2001-01-01Z', 1, 'POST', '/hooks/', '', 'done')"
        )
    look_again(1)
    assert raised() == [(AlertKind.DEFAULT_PARTITION, "channels_inboundrequest")]


def test_a_mail_that_cannot_leave_is_tried_again(
    running: Stage, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    Sender.objects.filter(pk=running.sender(Channel.SMS).pk).update(held_at=clock.now(), held_reason="402")
    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", lambda *_: (_ for _ in ()).throw(ConnectionRefusedError()))
        look_again(2)
    assert (len(raised()), mailoutbox) == (1, [])
    look_again(2)
    assert len(mailoutbox) == 1


def test_everybody_reads_the_mail_in_their_language(running: Stage, mailoutbox: list[EmailMessage]) -> None:
    make_user(roles=[Role.ADMIN], email="es@example.com", language="es")
    make_user(roles=[Role.MARKETER], email="marketer@example.com")
    Sender.objects.filter(pk=running.sender(Channel.SMS).pk).update(held_at=clock.now(), held_reason="402")
    look_again(1)
    assert sorted(mail.to[0] for mail in mailoutbox) == ["admin@example.com", "es@example.com"]
    assert len({mail.body for mail in mailoutbox}) == 2


@pytest.mark.usefixtures("running")
def test_of_several_processes_one_looks_each_minute() -> None:
    assert [alerts.look_when_due() for _ in range(3)] == [True, False, False]
    let_real_time_pass(timedelta(minutes=1))
    assert [alerts.look_when_due() for _ in range(2)] == [True, False]
