"""Whole cascades, played on a frozen clock against a real vendor."""

import itertools
from datetime import timedelta

from campaigns.models import Condition, Contact, Suppression
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import Fate, MessageStatus, SkipReason
from campaigns.reports import campaign_report
from channels.kinds import AddressKind, Channel
from tests.campaigns.engine.stage import Stage, enrolment_of, messages_of, requests_of
from tests.factories import RoutePlan, StepPlan, make_contact

ALL = (Channel.SMS, Channel.VIBER, Channel.VOICE)


_number = itertools.count(1_000_001)


def somebody(**fields: object) -> Contact:
    return make_contact(phone=f"+38067{next(_number)}", consents=ALL, **fields)


def sms_then_viber(stage: Stage) -> RoutePlan:
    return RoutePlan(
        steps=(
            StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS), timeout=timedelta(hours=2)),
            StepPlan(
                channel=Channel.VIBER,
                sender=stage.sender(Channel.VIBER),
                condition=Condition.OPENED,
                timeout=timedelta(hours=4),
            ),
        )
    )


def test_the_first_message_leaves_at_once_and_its_window_opens(stage: Stage) -> None:
    person = somebody()
    stage.launch(sms_then_viber(stage))
    (message,) = messages_of(person)
    assert message.status == MessageStatus.ACCEPTED
    assert message.decide_at == message.accepted_at + timedelta(hours=2)
    assert enrolment_of(person).next_at == message.decide_at
    assert requests_of(person)[0].vendor_message_id


def test_without_a_click_the_next_channel_starts_when_the_time_is_up(stage: Stage) -> None:
    person = somebody()
    stage.launch(sms_then_viber(stage))
    stage.forward(hours=1, minutes=59)
    assert len(messages_of(person)) == 1
    stage.forward(minutes=2)
    sms, viber = messages_of(person)
    assert (sms.fate, viber.status) == (Fate.ADVANCED, MessageStatus.ACCEPTED)


def test_a_click_stops_the_cascade(stage: Stage) -> None:
    person = somebody()
    campaign = stage.launch(sms_then_viber(stage))
    stage.hit(messages_of(person)[0])
    stage.forward(hours=10)
    (message,) = messages_of(person)
    enrolment = enrolment_of(person)
    assert (enrolment.outcome, message.fate, enrolment.credit_step_key) == (
        Outcome.ENGAGED,
        Fate.ENGAGED,
        message.step.key,
    )
    campaign.refresh_from_db()
    assert campaign.status == "finished"
    assert campaign_report(campaign.pk).problems() == []


def test_a_late_click_stops_the_cascade_and_is_shown_as_late(stage: Stage) -> None:
    person = somebody()
    campaign = stage.launch(sms_then_viber(stage))
    stage.forward(hours=3)
    sms, viber = messages_of(person)
    stage.hit(sms)
    enrolment = enrolment_of(person)
    viber.refresh_from_db()
    assert (enrolment.outcome, enrolment.is_late, enrolment.credit_step_key) == (Outcome.ENGAGED, True, sms.step.key)
    assert viber.fate == Fate.ENGAGED
    assert campaign_report(campaign.pk).problems() == []


def test_after_the_end_the_outcome_stays_and_the_success_is_noted(stage: Stage) -> None:
    person = somebody()
    campaign = stage.launch(sms_then_viber(stage))
    stage.forward(hours=7)
    assert enrolment_of(person).outcome == Outcome.EXHAUSTED
    stage.hit(messages_of(person)[0])
    enrolment = enrolment_of(person)
    assert (enrolment.outcome, enrolment.engaged_late_at is not None) == (Outcome.EXHAUSTED, True)
    assert campaign_report(campaign.pk).problems() == []


def test_a_scanner_stops_nothing(stage: Stage) -> None:
    """False opens and clicks of scanners ended chains: listmonk#1025, mautic#9162."""
    person = somebody()
    stage.launch(sms_then_viber(stage))
    stage.hit(messages_of(person)[0], agent="Barracuda Sentinel (EE)")
    (message,) = messages_of(person)
    assert message.machine_clicked_at
    assert not message.clicked_at
    stage.forward(hours=3)
    assert len(messages_of(person)) == 2


def test_a_bounce_starts_the_next_step_at_once(stage: Stage) -> None:
    person = somebody()
    stage.launch(sms_then_viber(stage))
    stage.report(messages_of(person)[0], "undelivered")
    sms, viber = messages_of(person)
    assert (sms.fate, sms.fate_reason, viber.status) == (Fate.ADVANCED, "bounced", MessageStatus.ACCEPTED)


def test_a_failure_of_an_earlier_step_starts_nothing(stage: Stage) -> None:
    person = somebody()
    stage.launch(sms_then_viber(stage))
    stage.forward(hours=3)
    stage.report(messages_of(person)[0], "undelivered")
    assert [message.status for message in messages_of(person)] == [MessageStatus.ACCEPTED, MessageStatus.ACCEPTED]


def test_seen_on_viber_stops_it_and_seen_twice_counts_once(stage: Stage) -> None:
    person = somebody()
    campaign = stage.launch(sms_then_viber(stage))
    stage.forward(hours=3)
    viber = messages_of(person)[1]
    event = stage.told(viber, "seen", event_id="same")
    assert stage.post([event, event]) == 200
    stage.post([event])
    stage.run()
    assert enrolment_of(person).outcome == Outcome.ENGAGED
    report = campaign_report(campaign.pk)
    assert report.problems() == []
    (route,) = report.routes
    assert route.steps[1].figures.opened == 1


def test_stop_ends_it_on_every_channel(stage: Stage) -> None:
    """An opt-out of one channel was ignored on another: mautic#11333, #3721."""
    person = somebody()
    stage.launch(sms_then_viber(stage))
    stage.report(messages_of(person)[0], "reply", text="СТОП")
    assert enrolment_of(person).outcome == Outcome.SUPPRESSED
    stage.forward(hours=10)
    assert len(messages_of(person)) == 1
    assert Suppression.objects.active().filter(reason="unsubscribe").count() == 1


def test_a_reply_counts_as_a_click(stage: Stage) -> None:
    person = somebody()
    stage.launch(sms_then_viber(stage))
    stage.report(messages_of(person)[0], "reply", text="Thanks!")
    assert enrolment_of(person).outcome == Outcome.ENGAGED


def test_a_missing_address_skips_the_step(stage: Stage) -> None:
    """A missing channel was shown as a failure: novu#4960."""
    person = make_contact(email="a@example.com", consents=(Channel.EMAIL, Channel.SMS))
    steps = (
        StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS)),
        StepPlan(channel=Channel.EMAIL, sender=stage.sender(Channel.EMAIL)),
    )
    stage.launch(RoutePlan(steps=steps))
    sms, email = messages_of(person)
    assert (sms.fate, sms.skip_reason, email.status) == (Fate.SKIPPED, SkipReason.NO_ADDRESS, MessageStatus.ACCEPTED)


def test_a_second_contact_with_the_address_is_skipped(stage: Stage) -> None:
    first = make_contact(phone="+380671112233", consents=ALL)
    second = make_contact(phone="+380671112233", consents=ALL)
    stage.launch(sms_then_viber(stage))
    statuses = sorted((messages_of(first)[0].status, messages_of(second)[0].status))
    assert statuses == [MessageStatus.ACCEPTED, MessageStatus.SKIPPED]


def test_push_goes_to_every_live_token(stage: Stage) -> None:
    person = make_contact(consents=(Channel.PUSH,))
    for token in ("token-a", "token-b"):
        person.addresses.create(kind=AddressKind.PUSH_TOKEN, value=token, value_hash=token)
    stage.launch(RoutePlan(steps=(StepPlan(channel=Channel.PUSH, sender=stage.sender(Channel.PUSH)),)))
    assert len(requests_of(person)) == 2
    assert len(messages_of(person)) == 1
