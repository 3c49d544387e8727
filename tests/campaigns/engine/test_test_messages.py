"""Test messages: sent once, at once, marked, and nothing that a campaign counts knows of them."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import Client

from campaigns.audience.addresses import address_hash
from campaigns.engine import clock, ticking
from campaigns.engine.standing import judge_sender
from campaigns.links import click_url
from campaigns.models import (
    BudgetState,
    Suppression,
    TestMessage,
    TestPerson,
    TestSend,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.testing import TestStatus
from campaigns.permissions import Role
from campaigns.reports_home import alive
from campaigns.reports_home_needs import needs_of_user
from campaigns.testing import confirming
from campaigns.testing.refusals import Refusal
from campaigns.testing.sending import ANSWER_WITHIN, LATE, claim, give_up, send_tests
from channels.errors import ErrorClass
from channels.kinds import AddressKind, Channel
from channels.messages import Receipt, ReceiptStatus
from channels.models import Account, Sender, SenderState
from channels.opening import open_provider
from channels.provider import Provider
from tests.campaigns.engine.stage import Stage, enrolment_of
from tests.campaigns.engine.trying import (
    EMAIL,
    PHONE,
    colleague,
    confirm,
    counted,
    draft,
    path,
    plan_of,
    the_message,
    told,
)
from tests.factories import (
    NOON,
    RoutePlan,
    StepPlan,
    make_account,
    make_campaign,
    make_contact,
    make_price,
    make_sender,
    make_user,
)


def test_each_step_leaves_at_once_marked_and_filled_and_nothing_is_counted(stage: Stage) -> None:
    contact = make_contact(first_name="Ann", phone="+380509998877", consents=[Channel.SMS])
    campaign = draft(stage, Channel.SMS, Channel.EMAIL, quiet_from="00:00", quiet_until="23:59")
    before = counted()
    confirm(campaign, contact=contact)
    send_tests()
    stage.run()
    taken = {message.channel: message for message in stage.vendor.taken(stage.name)}
    assert taken["sms"].address == PHONE
    assert taken["sms"].text.startswith("[Test] Hello Ann, look: http")
    assert (taken["email"].address, taken["email"].subject) == (EMAIL, "[Test] News")
    assert set(TestMessage.objects.values_list("status", flat=True)) == {TestStatus.ACCEPTED}
    assert counted() == before


def test_a_running_campaign_goes_on_as_if_there_had_been_no_test(stage: Stage) -> None:
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    steps = (StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS)),)
    campaign = stage.launch(RoutePlan(steps=steps), budget=Decimal(10))
    before = counted()
    confirm(campaign)
    send_tests()
    message = the_message()
    assert stage.post([told(message, "handset_delivered"), told(message, "seen")]) == 200
    Client().get(path(click_url(message.token, 0)))
    stage.run()
    assert counted() == before
    assert enrolment_of(contact).outcome == ""
    assert the_message().status == TestStatus.OPENED


def test_a_form_that_comes_twice_sends_once(stage: Stage) -> None:
    campaign, key, person = draft(stage), uuid.uuid4(), colleague()
    first, second = (confirm(campaign, person, key=key) for _ in range(2))
    assert first == second
    send_tests()
    send_tests()
    assert len(stage.vendor.taken(stage.name)) == 1


def test_a_key_of_another_campaign_sends_nothing(stage: Stage) -> None:
    key, person = uuid.uuid4(), colleague()
    confirm(draft(stage), person, key=key)
    with pytest.raises(confirming.NotConfirmed):
        confirm(draft(stage), person, key=key)
    assert TestMessage.objects.count() == 1


def test_two_workers_claim_a_message_once(stage: Stage) -> None:
    confirm(draft(stage))
    assert len(claim(stage.sender(Channel.SMS), 10)) == 1
    assert claim(stage.sender(Channel.SMS), 10) == []


def test_what_a_dead_worker_left_is_unknown_and_never_sent_again(stage: Stage) -> None:
    confirm(draft(stage))
    claim(stage.sender(Channel.SMS), 10)
    give_up()
    assert the_message().status == TestStatus.SENDING
    TestMessage.objects.update(sending_at=clock.real_now() - ANSWER_WITHIN - timedelta(seconds=1))
    assert ticking.tick().has_tests
    send_tests()
    assert the_message().status == TestStatus.UNKNOWN
    assert stage.vendor.asked(stage.name) == []
    assert not ticking.tick().has_tests
    # Somebody has it after all.
    stage.post([told(the_message(), "handset_delivered")])
    stage.run()
    assert the_message().status == TestStatus.DELIVERED


def test_what_nobody_sent_in_time_is_not_sent_late(stage: Stage) -> None:
    confirm(draft(stage))
    TestSend.objects.update(at=clock.real_now() - LATE - timedelta(seconds=1))
    send_tests()
    assert (the_message().status, the_message().refusal) == (TestStatus.REFUSED, Refusal.LATE)
    assert stage.vendor.asked(stage.name) == []


@pytest.mark.parametrize("purpose", ["marketing", "transactional"])
def test_a_stop_is_a_stop_also_between_confirming_and_sending(stage: Stage, purpose: str) -> None:
    campaign, person = draft(stage, purpose=purpose), colleague()
    confirm(campaign, person)
    Suppression.objects.create(
        address_kind=AddressKind.PHONE,
        address_hash=address_hash(AddressKind.PHONE, PHONE),
        channel="sms",
        reason=Suppression.Reason.UNSUBSCRIBE,
        created_at=clock.now(),
    )
    send_tests()
    assert (the_message().status, the_message().refusal) == (TestStatus.REFUSED, Refusal.SUPPRESSED)
    assert stage.vendor.asked(stage.name) == []
    (step,) = plan_of(campaign, [person]).steps
    assert step.letters[0].refusal is Refusal.SUPPRESSED


def test_a_held_sender_sends_no_tests(stage: Stage) -> None:
    campaign, person = draft(stage), colleague()
    confirm(campaign, person)
    Sender.objects.update(held_at=clock.now())
    send_tests()
    assert the_message().refusal == Refusal.HELD
    (step,) = plan_of(campaign, [person]).steps
    assert step.refusal is Refusal.HELD


def test_a_sender_that_rests_after_failures_says_so(stage: Stage) -> None:
    confirm(draft(stage))
    real_now = clock.real_now()
    SenderState.objects.create(
        sender=stage.sender(Channel.SMS), tokens_at=real_now, closed_until=real_now + timedelta(minutes=1)
    )
    send_tests()
    assert the_message().refusal == Refusal.RESTING


def test_the_senders_pace_is_kept(stage: Stage) -> None:
    campaign, people = draft(stage), [colleague("Ann"), colleague("Bob")]
    Sender.objects.update(rate_per_second=5)
    confirm(campaign, *people)
    send_tests()
    assert len(stage.vendor.taken(stage.name)) == 2
    assert SenderState.objects.get().tokens < 1


def test_a_vendor_that_refuses_the_account_has_its_sender_held_once_as_by_a_campaigns_message(stage: Stage) -> None:
    marketer = make_user(roles=[Role.MARKETER])
    held, heard = [], []
    for name in ("by a campaign", "by a test"):
        sender = stage.sender(Channel.SMS, fault="wrong_credentials")
        steps = (StepPlan(channel=Channel.SMS, sender=sender),)
        if name == "by a test":
            # One after the other: when the first is refused, the second stays here.
            Sender.objects.filter(pk=sender.pk).update(rate_per_second=1)
            confirm(make_campaign(routes=(RoutePlan(steps=steps),)), colleague("Ann"), colleague("Bob"))
            send_tests()
        else:
            make_contact(phone=PHONE, consents=[Channel.SMS])
            stage.launch(RoutePlan(steps=steps))
        sender.refresh_from_db()
        held.append((sender.held_at is not None, sender.held_reason))
        heard.append([need.why for need in needs_of_user(marketer, alive()) if need.key == f"sender-{sender.pk}"])
    assert held[0] == held[1]
    assert held[0][1].startswith("http_401")
    assert heard[0] == heard[1] != []
    answers = set(TestMessage.objects.values_list("status", "error_class", "refusal"))
    assert answers == {(TestStatus.FAILED, "account", ""), (TestStatus.REFUSED, "", Refusal.HELD)}


def test_a_sender_that_is_held_already_keeps_its_reason(stage: Stage) -> None:
    sender = stage.sender(Channel.SMS, fault="wrong_credentials")
    campaign = make_campaign(routes=(RoutePlan(steps=(StepPlan(channel=Channel.SMS, sender=sender),)),))
    confirm(campaign)
    known = claim(sender, 1)
    Sender.objects.filter(pk=sender.pk).update(held_at=NOON, held_reason="402 balance is empty")
    receipt = Receipt(key=known[0].key.hex, status=ReceiptStatus.FAILED, error_class=ErrorClass.ACCOUNT, code="401")
    with transaction.atomic():
        judge_sender(sender.pk, [receipt], now=clock.now())
    sender.refresh_from_db()
    assert (sender.held_at, sender.held_reason) == (NOON, "402 balance is empty")


def test_a_vendor_that_goes_on_failing_is_tried_with_one_test_and_left_alone(stage: Stage) -> None:
    sender = stage.sender(Channel.SMS, fault="error_500")
    campaign = make_campaign(routes=(RoutePlan(steps=(StepPlan(channel=Channel.SMS, sender=sender),)),))
    confirm(campaign, *[colleague(f"Person {number}") for number in range(3)])
    SenderState.objects.create(sender=sender, tokens=10, tokens_at=clock.real_now(), failures_in_a_row=12)
    send_tests()
    assert SenderState.objects.get().failures_in_a_row == 13
    answers = sorted(TestMessage.objects.values_list("status", "refusal"))
    assert answers == [("refused", "resting"), ("refused", "resting"), ("unknown", "")]


def test_a_sender_that_breaks_keeps_no_other_from_sending(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = make_sender(channel=Channel.EMAIL, account=make_account(settings={"url": stage.vendor.sandbox.url}))
    steps = (StepPlan(channel=Channel.EMAIL, sender=broken), StepPlan(sender=stage.sender(Channel.SMS)))
    assert broken.pk < stage.sender(Channel.SMS).pk
    confirm(make_campaign(routes=(RoutePlan(steps=steps),)))

    def opened(account: Account) -> Provider:
        if account == broken.account:
            raise RuntimeError("a defect")
        return open_provider(account)

    monkeypatch.setattr("campaigns.testing.sending.open_provider", opened)
    send_tests()
    assert dict(TestMessage.objects.values_list("channel", "status")) == {"email": "queued", "sms": "accepted"}
    assert "cannot be sent" in caplog.text


def test_no_answer_is_unknown(stage: Stage) -> None:
    sender = stage.sender(Channel.SMS, fault="reset_taken")
    confirm(make_campaign(routes=(RoutePlan(steps=(StepPlan(channel=Channel.SMS, sender=sender),)),)))
    send_tests()
    send_tests()
    assert the_message().status == TestStatus.UNKNOWN
    assert len(stage.vendor.taken(stage.name)) == 1


def test_a_test_counts_the_mark_in_its_price(stage: Stage) -> None:
    make_price(account=stage.account, channel=Channel.SMS, amount="0.03")
    plan = plan_of(draft(stage, text="a" * 157), [colleague()])
    # 157 characters, and the link below, and nine for the mark.
    (step,) = plan.steps
    assert step.look is not None
    assert step.look.preview.message.text.startswith("[Test] aaa")
    assert (step.letters[0].parts, plan.cost, plan.is_cost_known) == (2, Decimal("0.06"), True)


def test_a_test_dearer_than_what_is_left_of_the_budget_is_refused(stage: Stage) -> None:
    make_price(account=stage.account, channel=Channel.SMS, amount="0.03")
    with pytest.raises(confirming.NotConfirmed, match="budget"):
        confirm(draft(stage, budget=Decimal("0.02")))
    running = draft(stage, status=CampaignStatus.RUNNING, budget=Decimal(1))
    BudgetState.objects.update(committed=Decimal("0.99"))
    with pytest.raises(confirming.NotConfirmed, match="budget"):
        confirm(running, TestPerson.objects.get())


def test_a_user_may_send_so_many_an_hour(stage: Stage, settings: LazySettings) -> None:
    settings.TEST_MESSAGES_PER_HOUR = 2
    campaign, person = draft(stage), colleague()
    test = confirm(campaign, person)
    confirm(campaign, person)
    with pytest.raises(confirming.NotConfirmed, match="2 test messages an hour"):
        confirm(campaign, person)
    confirm(campaign, person, by=make_user())
    # Deleting the draft gives nothing back; an hour does.
    test.at -= timedelta(hours=1)
    test.save()
    confirm(campaign, person)


def test_a_draft_changed_since_it_was_looked_at_is_not_sent(stage: Stage) -> None:
    with pytest.raises(confirming.NotConfirmed, match="changed meanwhile"):
        confirm(draft(stage), seen="2000-01-01T00:00:00+00:00")
