"""What a vendor does wrong, and what becomes of the message (DESIGN §4, "Errors say what to do")."""

from datetime import timedelta

import pytest
from django.db import connection

from campaigns.engine.control import release_sender
from campaigns.models import Campaign, Contact, Message, Suppression, VendorReference
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import AttemptStatus, Fate, MessageStatus
from campaigns.reports import campaign_report
from channels.kinds import Channel
from channels.models import Sender, SenderState
from tests.campaigns.engine.stage import Stage, enrolment_of, messages_of, requests_of
from tests.factories import RoutePlan, StepPlan, make_account, make_contact


@pytest.fixture
def person() -> Contact:
    return make_contact(phone="+380671234567", consents=(Channel.SMS, Channel.VIBER))


def route(stage: Stage, fault: str, *, keeps_keys: bool = True) -> RoutePlan:
    """SMS that goes wrong, then Viber that does not."""
    account = stage.account
    if not keeps_keys:
        account = make_account(
            settings=stage.account.settings | {"deduplicates_hours": 0}, credentials=stage.account.credentials
        )
    sender = stage.sender(Channel.SMS, account=account, fault=fault)
    return RoutePlan(
        steps=(
            StepPlan(channel=Channel.SMS, sender=sender, timeout=timedelta(hours=2)),
            StepPlan(channel=Channel.VIBER, sender=stage.sender(Channel.VIBER), timeout=timedelta(hours=2)),
        )
    )


def test_a_bad_number_starts_the_next_step_at_once(stage: Stage, person: Contact) -> None:
    """One rejected recipient made a batch repeat to all others for ever: mautic#7226."""
    other = make_contact(phone="+380671234568", consents=(Channel.VIBER,))
    campaign = stage.launch(route(stage, "invalid_recipient"))
    sms, viber = messages_of(person)
    assert (sms.status, sms.fate, viber.status) == (MessageStatus.FAILED, Fate.ADVANCED, MessageStatus.ACCEPTED)
    assert Suppression.objects.active().filter(reason="hard_bounce", channel="sms").count() == 1
    assert messages_of(other)[1].status == MessageStatus.ACCEPTED
    assert campaign_report(campaign.pk).problems() == []


def test_refused_for_now_is_tried_again_until_the_time_is_used_up(stage: Stage, person: Contact) -> None:
    """A provider's 503 paused the run ten times: listmonk#1530."""
    campaign = stage.launch(route(stage, "throttled"))
    (sms,) = messages_of(person)
    assert (sms.status, sms.tries) == (MessageStatus.QUEUED, 1)
    assert requests_of(person)[0].status == AttemptStatus.NOT_SENT
    assert SenderState.objects.get(sender=sms.sender).closed_until
    for _ in range(6):
        SenderState.objects.update(closed_until=None)
        stage.forward(minutes=25)
    sms, viber = messages_of(person)
    assert (sms.status, sms.skip_reason, viber.status) == (
        MessageStatus.SKIPPED,
        "sender_down",
        MessageStatus.ACCEPTED,
    )
    assert campaign_report(campaign.pk).problems() == []


def test_no_clear_answer_is_unknown_and_never_resent(stage: Stage, person: Contact) -> None:
    """Resending what may have been taken is how people get a message twice: django-post_office, 1.8%."""
    campaign = stage.launch(route(stage, "error_500_taken", keeps_keys=False))
    (sms,) = messages_of(person)
    assert (sms.status, len(requests_of(person))) == (MessageStatus.UNKNOWN, 1)
    assert sms.decide_at == sms.sending_at + timedelta(hours=2)
    stage.forward(hours=1, minutes=50)
    assert len(messages_of(person)) == 1
    stage.forward(minutes=20)
    sms, viber = messages_of(person)
    assert (sms.fate_reason, len(requests_of(person)), viber.status) == ("timeout_unknown", 2, MessageStatus.ACCEPTED)
    assert campaign_report(campaign.pk).problems() == []


def test_where_the_vendor_knows_the_key_again_it_is_repeated_under_it(stage: Stage, person: Contact) -> None:
    stage.launch(route(stage, "error_500_taken"))
    stage.forward(minutes=1)
    stage.forward(minutes=1)
    assert len(requests_of(person)) == 1
    assert messages_of(person)[0].tries > 1


def test_a_repetition_that_is_refused_for_now_is_repeated_under_the_same_key(stage: Stage, person: Contact) -> None:
    """The first request may have been taken: under a key of its own the next would be a second message."""
    stage.launch(route(stage, "error_500_taken"))
    (sms,) = messages_of(person)
    for fault in ("throttled", "throttled", "no_receipts"):
        Sender.objects.filter(messages=sms).update(settings={"fault": fault})
        SenderState.objects.update(closed_until=None)
        stage.forward(minutes=1)
    assert len({one.key for one in stage.vendor.asked(stage.name)}) == 1
    assert len(stage.vendor.taken(stage.name)) == 1


def test_an_event_proves_that_an_unknown_message_was_taken(stage: Stage, person: Contact) -> None:
    campaign = stage.launch(route(stage, "error_500_taken", keeps_keys=False))
    (sms,) = messages_of(person)
    stage.report(sms, "handset_delivered")
    sms.refresh_from_db()
    assert (sms.status, sms.delivered_at is not None) == (MessageStatus.ACCEPTED, True)
    report = campaign_report(campaign.pk)
    assert report.problems() == []
    assert report.routes[0].steps[0].figures.unknown == 0


def test_wrong_credentials_hold_the_sender_and_lose_nothing(stage: Stage, person: Contact) -> None:
    campaign = stage.launch(route(stage, "wrong_credentials"))
    (sms,) = messages_of(person)
    sender = sms.sender
    assert sender is not None
    assert sender.held_at
    assert sender.held_reason
    stage.forward(hours=24)
    (sms,) = messages_of(person)
    assert (sms.status, enrolment_of(person).outcome) == (MessageStatus.QUEUED, "")
    sender.settings = {}
    sender.save(update_fields=["settings"])
    release_sender(sender=sender, actor=None)
    stage.run()
    assert messages_of(person)[0].status == MessageStatus.ACCEPTED
    assert campaign_report(campaign.pk).problems() == []


def test_a_refused_text_holds_the_campaign_after_twenty(stage: Stage) -> None:
    for number in range(25):
        make_contact(phone=f"+3806755500{number:02}", consents=(Channel.SMS,))
    campaign = stage.launch(RoutePlan(steps=(StepPlan(sender=stage.sender(Channel.SMS, fault="content_refused")),)))
    campaign.refresh_from_db()
    assert campaign.held_at
    assert "content_refused" in campaign.held_reason
    assert campaign_report(campaign.pk).problems() == []


def test_a_receipt_that_comes_before_the_answer_is_matched(stage: Stage, person: Contact) -> None:
    """A callback came before the id was stored: chatwoot#14149, postmangovsg#2151."""
    stage.launch(route(stage, "no_receipts"))
    (sms,) = messages_of(person)
    early = stage.told(sms, "handset_delivered") | {"client_key": "", "message_id": "not-known-yet"}
    stage.post([early])
    stage.run()
    sms.refresh_from_db()
    assert sms.delivered_at is None
    attempt = sms.attempts.get()
    VendorReference.objects.create(
        account_id=attempt.account_id, vendor_message_id="not-known-yet", attempt_id=attempt.pk
    )
    _retry_inbound_now()
    stage.run()
    sms.refresh_from_db()
    assert sms.delivered_at is not None


def test_a_vendor_that_calls_every_message_the_same_confuses_nobody(stage: Stage) -> None:
    """Its answers are recorded all the same, and what it says of that id is about nobody."""
    people = [make_contact(phone=f"+3806755500{number:02}", consents=(Channel.SMS,)) for number in range(2)]
    stage.launch(route(stage, "no_receipts"))
    messages = [messages_of(one)[0] for one in people]
    for message in messages:
        attempt = message.attempts.get()
        VendorReference.objects.create(account_id=attempt.account_id, vendor_message_id="ok", attempt_id=attempt.pk)
    stage.post([stage.told(messages[0], "handset_delivered") | {"client_key": "", "message_id": "ok"}])
    stage.run()
    assert not Message.objects.filter(delivered_at__isnull=False).exists()


def _retry_inbound_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE channels_inboundrequest SET retry_at = clock_timestamp() WHERE state = 'waiting'")


def test_delivered_never_goes_back(stage: Stage, person: Contact) -> None:
    """Delivered went back to sent, a repeated failure erased the reason: chatwoot#14529."""
    campaign = stage.launch(route(stage, "no_receipts"))
    (sms,) = messages_of(person)
    stage.report(sms, "handset_delivered")
    stage.report(sms, "sent")
    stage.report(sms, "undelivered")
    (sms,) = messages_of(person)
    assert sms.delivered_at
    assert not sms.failed_at
    assert not sms.fate
    assert campaign_report(campaign.pk).problems() == []


def test_an_unknown_word_changes_nothing(stage: Stage, person: Contact) -> None:
    stage.launch(route(stage, "no_receipts"))
    (before,) = messages_of(person)
    stage.report(before, "abracadabra")
    (after,) = messages_of(person)
    assert (after.status, after.fate) == (before.status, before.fate)


def test_everybody_unreachable_is_not_an_error(stage: Stage) -> None:
    """Finished early when a whole batch was filtered out: listmonk#1931, #2860."""
    people = [make_contact(email=f"p{number}@example.com") for number in range(3)]
    campaign = stage.launch(route(stage, ""))
    assert {enrolment_of(person).outcome for person in people} == {Outcome.UNREACHABLE}
    assert Campaign.objects.get(pk=campaign.pk).status == "finished"
    assert campaign_report(campaign.pk).problems() == []


def test_a_bounce_outweighs_an_unsubscribe(stage: Stage, person: Contact) -> None:
    """An unsubscribe lets transactional messages through, a dead address does not."""
    stage.launch(route(stage, "no_receipts"))
    (sms,) = messages_of(person)
    stage.report(sms, "reply", text="STOP")
    assert Suppression.objects.get().reason == Suppression.Reason.UNSUBSCRIBE
    stage.report(sms, "bounced")
    assert Suppression.objects.get().reason == Suppression.Reason.HARD_BOUNCE
