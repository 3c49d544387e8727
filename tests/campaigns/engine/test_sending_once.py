"""Sending once (DESIGN §4): eligibility at the last moment, stops, leases, budget, caps, quiet hours, pauses."""

import uuid
from collections.abc import Sequence
from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from campaigns.drafting import change_sender
from campaigns.engine import clock, control, leases
from campaigns.engine.advance import advance
from campaigns.engine.deliver import deliver
from campaigns.engine.due import Due
from campaigns.engine.launch import enrol_audience
from campaigns.engine.marking import mark_sending
from campaigns.engine.opting_out import opt_out
from campaigns.engine.snapshots import Batch, load_batch
from campaigns.models import Attempt, BudgetState, Campaign, Consent, Contact, Enrolment, Message, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.consent import ConsentSource
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import AttemptStatus, HoldReason, MessageStatus, SkipReason
from campaigns.reports import campaign_report
from channels.kinds import Channel
from tests.campaigns.engine.stage import Stage, enrolment_of, messages_of, requests_of
from tests.campaigns.engine.workers import claimed_by, let_leases_die
from tests.factories import RoutePlan, StepPlan, make_campaign, make_contact, make_price

TIMEOUT = timedelta(seconds=20)


@pytest.fixture
def person() -> Contact:
    return make_contact(phone="+380671234567", consents=(Channel.SMS, Channel.VIBER), time_zone="Europe/Kyiv")


def two_steps(stage: Stage) -> RoutePlan:
    return RoutePlan(
        steps=(
            StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS), timeout=timedelta(hours=2)),
            StepPlan(channel=Channel.VIBER, sender=stage.sender(Channel.VIBER), timeout=timedelta(hours=2)),
        )
    )


def queue_only(stage: Stage, **fields: object) -> Campaign:
    """A campaign whose messages wait in the queue, because their sender is held."""
    with stage.holding(Channel.SMS):
        return stage.launch(two_steps(stage), **fields)


def test_consent_withdrawn_after_the_claim_is_seen_by_the_statement_that_marks(stage: Stage, person: Contact) -> None:
    queue_only(stage)
    sender = stage.sender(Channel.SMS)
    token, _, outgoing = claimed_by(sender)
    Consent.objects.filter(contact=person, channel=Channel.SMS).update(status="withdrawn")
    marked = mark_sending(outgoing, token=token, now=clock.now(), request_timeout=TIMEOUT)
    assert marked.pieces == []
    assert [reason for _, reason in marked.skipped] == [SkipReason.NO_CONSENT]


def test_a_stop_after_the_claim_withdraws_the_message(stage: Stage, person: Contact) -> None:
    """DESIGN §3.2: no message becomes sending after a committed stop."""
    campaign = queue_only(stage)
    token, _, outgoing = claimed_by(stage.sender(Channel.SMS))
    control.cancel(campaign=campaign, actor=None)
    control.end_cancelled()
    marked = mark_sending(outgoing, token=token, now=clock.now(), request_timeout=TIMEOUT)
    assert marked.pieces == []
    assert messages_of(person)[0].status == MessageStatus.WITHDRAWN
    assert enrolment_of(person).outcome == Outcome.CANCELLED
    assert campaign_report(campaign.pk).problems() == []


def test_a_worker_thought_dead_is_fenced_off(stage: Stage, person: Contact) -> None:
    """A lease shorter than its batch repeated rows: PostHog#70400."""
    queue_only(stage)
    sender = stage.sender(Channel.SMS)
    token, _, outgoing = claimed_by(sender)
    let_leases_die()
    assert leases.reclaim(clock.now()) == 1
    deliver(sender.pk)
    assert mark_sending(outgoing, token=token, now=clock.now(), request_timeout=TIMEOUT).pieces == []
    assert len(requests_of(person)) == 1


def test_what_a_dead_worker_had_on_the_wire_is_unknown_where_keys_are_not_kept(stage: Stage, person: Contact) -> None:
    stage.account.settings = stage.account.settings | {"deduplicates_hours": 0}
    stage.account.save(update_fields=["settings"])
    campaign = queue_only(stage)
    token, _, outgoing = claimed_by(stage.sender(Channel.SMS))
    mark_sending(outgoing, token=token, now=clock.now(), request_timeout=TIMEOUT)
    let_leases_die()
    stage.run()
    (sms,) = messages_of(person)
    assert (sms.status, [attempt.status for attempt in requests_of(person)]) == (
        MessageStatus.UNKNOWN,
        [AttemptStatus.UNKNOWN],
    )
    assert campaign_report(campaign.pk).problems() == []


def test_what_a_dead_worker_had_on_the_wire_is_repeated_under_its_key(stage: Stage, person: Contact) -> None:
    campaign = queue_only(stage)
    token, _, outgoing = claimed_by(stage.sender(Channel.SMS))
    marked = mark_sending(outgoing, token=token, now=clock.now(), request_timeout=TIMEOUT)
    let_leases_die()
    stage.run()
    stage.forward(minutes=1)
    (attempt,) = requests_of(person)
    assert (attempt.status, attempt.key.hex) == (AttemptStatus.ACCEPTED, marked.pieces[0].outbound.key)
    assert campaign_report(campaign.pk).problems() == []


def test_the_database_itself_refuses_a_second_live_attempt(stage: Stage, person: Contact) -> None:
    stage.launch(two_steps(stage))
    (attempt,) = requests_of(person)
    attempt.pk, attempt.key, attempt.token, attempt.vendor_message_id = None, uuid.uuid4(), None, None
    with pytest.raises(IntegrityError):
        attempt.save(force_insert=True)


def test_two_people_with_one_phone_are_messaged_once(stage: Stage, person: Contact) -> None:
    make_price(account=stage.account, channel=Channel.SMS, amount="0.10")
    twin = make_contact(phone=person.addresses.get(kind="phone").value, consents=(Channel.SMS,))
    campaign = stage.launch(two_steps(stage), budget=Decimal(1))
    (skipped, _) = messages_of(twin)
    assert (skipped.status, skipped.skip_reason) == (MessageStatus.SKIPPED, SkipReason.REPEATED_ADDRESS)
    assert (skipped.tries, skipped.cost, skipped.first_attempt_at, skipped.sending_at) == (0, 0, None, None)
    assert skipped.attempts.count() == 0
    assert enrolment_of(twin).outcome == Outcome.UNREACHABLE
    assert Attempt.objects.count() == 1
    assert BudgetState.objects.get().committed == Decimal("0.10")
    assert campaign_report(campaign.pk).problems() == []


def test_quiet_hours_hold_and_never_skip(stage: Stage, person: Contact) -> None:
    """Sent at 3 in the morning: mautic#5318. It is noon in UTC, two in the afternoon in Kyiv."""
    campaign = stage.launch(two_steps(stage), quiet_from=time(13), quiet_until=time(16))
    (sms,) = messages_of(person)
    assert (sms.status, sms.hold_reason) == (MessageStatus.QUEUED, HoldReason.QUIET_HOURS)
    assert campaign_report(campaign.pk).routes[0].steps[0].figures.waiting.held == 1
    stage.forward(hours=1, minutes=50)
    assert messages_of(person)[0].status == MessageStatus.QUEUED
    stage.forward(minutes=20)
    assert messages_of(person)[0].status == MessageStatus.ACCEPTED
    assert campaign_report(campaign.pk).problems() == []


def test_pause_holds_and_resume_sends_only_the_rest(stage: Stage) -> None:
    """Resuming started from the first subscriber: two thirds got 3 to 5 copies: listmonk#2313, #2070."""
    people = [make_contact(phone=f"+3806710000{number:02}", consents=(Channel.SMS,)) for number in range(6)]
    campaign = queue_only(stage)
    Message.objects.filter(enrolment__contact__in=people[3:]).update(available_at=clock.now() + timedelta(hours=1))
    stage.run()
    control.pause(campaign=campaign, actor=None)
    stage.forward(hours=1, minutes=5)
    assert Attempt.objects.count() == 3
    control.resume(campaign=campaign, actor=None)
    stage.run()
    assert [len(requests_of(person)) for person in people] == [1] * 6
    assert campaign_report(campaign.pk).problems() == []


def test_the_clocks_run_on_in_a_pause(stage: Stage, person: Contact) -> None:
    campaign = stage.launch(two_steps(stage))
    control.pause(campaign=campaign, actor=None)
    stage.forward(hours=3)
    sms, viber = messages_of(person)
    assert (sms.fate, viber.status) == ("advanced", MessageStatus.QUEUED)
    control.resume(campaign=campaign, actor=None)
    stage.run()
    assert messages_of(person)[1].status == MessageStatus.ACCEPTED


def test_the_budget_holds_what_it_does_not_cover(stage: Stage) -> None:
    for number in range(5):
        make_contact(phone=f"+3806710000{number:02}", consents=(Channel.SMS,))
    make_price(account=stage.account, channel=Channel.SMS, amount="0.10")
    campaign = stage.launch(two_steps(stage), budget=Decimal("0.35"))
    held = Message.objects.filter(hold_reason=HoldReason.OVER_BUDGET).count()
    assert (Attempt.objects.count(), held) == (3, 2)
    state = BudgetState.objects.get(campaign=campaign)
    assert state.committed == Decimal("0.30")
    report = campaign_report(campaign.pk)
    assert report.cost == Decimal("0.30")
    assert report.problems() == []


def test_the_frequency_cap_leaves_people_out_at_the_first_send_only(stage: Stage, person: Contact) -> None:
    stage.launch(two_steps(stage))
    second = stage.launch(two_steps(stage), cap_campaigns=1, cap_days=7)
    enrolment = Enrolment.objects.get(campaign=second)
    assert (enrolment.outcome, enrolment.ended_by) == (Outcome.CANCELLED, "frequency_cap")
    assert campaign_report(second.pk).problems() == []


def test_downtime_causes_no_late_blast(stage: Stage, person: Contact) -> None:
    """All "7 days later" mails left at once: mautic#2171. DESIGN §3.11."""
    campaign = stage.launch(two_steps(stage), grace=timedelta(hours=12))
    clock.run_at(shown_at=clock.now() + timedelta(hours=20), speed=0)
    stage.run()
    assert enrolment_of(person).outcome == Outcome.MISSED
    assert len(requests_of(person)) == 1
    assert campaign_report(campaign.pk).problems() == []


def test_a_downtime_within_the_grace_only_delays(stage: Stage, person: Contact) -> None:
    stage.launch(two_steps(stage), grace=timedelta(hours=12))
    clock.run_at(shown_at=clock.now() + timedelta(hours=11), speed=0)
    stage.run()
    assert messages_of(person)[1].status == MessageStatus.ACCEPTED


def test_unsubscribing_twice_changes_nothing_more(stage: Stage, person: Contact) -> None:
    stage.launch(two_steps(stage))
    attempt = requests_of(person)[0]
    for _ in range(2):
        opt_out(attempt_id=attempt.pk, scope="everything", source=ConsentSource.UNSUBSCRIBE, at=clock.now())
    assert enrolment_of(person).outcome == Outcome.SUPPRESSED
    assert person.consent_changes.count() == len(Channel)
    other = stage.launch(two_steps(stage))
    assert Enrolment.objects.get(campaign=other).outcome == Outcome.SUPPRESSED


def test_a_frozen_version_cannot_be_changed(stage: Stage, person: Contact) -> None:
    """Scheduled events were lost when a campaign was edited: mautic#2419, #2004."""
    campaign = stage.launch(two_steps(stage))
    step = campaign.version.routes.get().steps.first()
    step.timeout = timedelta(minutes=1)
    with pytest.raises(IntegrityError):
        step.save(update_fields=["timeout"])


def test_an_open_enrolment_without_a_next_look_cannot_be_written(stage: Stage, person: Contact) -> None:
    stage.launch(two_steps(stage))
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_enrolment SET next_at = NULL")


def test_a_key_is_not_repeated_after_the_vendor_has_forgotten_it(stage: Stage, person: Contact) -> None:
    """The sandbox promises to recognise a key for 24 hours."""
    campaign = queue_only(stage, grace=timedelta(days=9))
    token, _, outgoing = claimed_by(stage.sender(Channel.SMS))
    mark_sending(outgoing, token=token, now=clock.now(), request_timeout=TIMEOUT)
    let_leases_die()
    leases.reclaim(clock.now())
    assert messages_of(person)[0].status == MessageStatus.QUEUED
    clock.run_at(shown_at=clock.now() + timedelta(hours=1, minutes=59), speed=0)
    Message.objects.update(first_attempt_at=clock.now() - timedelta(hours=25))
    deliver(stage.sender(Channel.SMS).pk)
    (sms,) = messages_of(person)
    assert (sms.status, len(requests_of(person))) == (MessageStatus.UNKNOWN, 1)
    assert campaign_report(campaign.pk).problems() == []


def test_another_sender_takes_what_still_waits(stage: Stage, person: Contact) -> None:
    campaign = queue_only(stage)
    step = campaign.version.routes.get().steps.get(position=0)
    other = stage.sender(Channel.SMS, fault="no_receipts")
    change_sender(campaign=campaign, step=step, sender=other, actor=None)
    stage.run()
    (sms,) = messages_of(person)
    assert (sms.status, sms.sender) == (MessageStatus.ACCEPTED, other)
    assert campaign_report(campaign.pk).problems() == []


def test_who_is_decided_while_the_sender_changes_waits_for_the_new_one(
    stage: Stage, person: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message left with a sender that is held would wait for ever."""
    old, other = stage.sender(Channel.SMS), stage.sender(Channel.SMS, fault="no_receipts")
    campaign = make_campaign(routes=[RoutePlan(steps=(StepPlan(sender=old),))], status=CampaignStatus.RUNNING)
    enrol_audience(campaign.pk)

    def load_and_change(due: Sequence[Due]) -> Batch:
        batch = load_batch(due)
        Step.objects.filter(route__version__campaign=campaign).update(sender=other)
        return batch

    monkeypatch.setattr("campaigns.engine.advance.load_batch", load_and_change)
    assert advance(clock.now())[1] == {other.pk}
    assert messages_of(person)[0].sender == other
    assert campaign_report(campaign.pk).problems() == []
