"""Test messages: sent once, at once, marked, and nothing that a campaign counts knows of them."""

import json
import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns import blueprints
from campaigns.audience.addresses import address_hash
from campaigns.audience.deleting import delete_contact
from campaigns.engine import clock, inbound, retention, ticking
from campaigns.engine.routes import load_surroundings
from campaigns.engine.standing import judge_sender
from campaigns.links import click_url, open_url, trap_url, unsubscribe_url
from campaigns.models import (
    Attempt,
    BudgetState,
    Campaign,
    Consent,
    Contact,
    Enrolment,
    Event,
    Flow,
    Hit,
    Link,
    Message,
    StepDelta,
    StepStats,
    StepTotal,
    Suppression,
    TestAddress,
    TestMessage,
    TestPerson,
    TestSend,
    User,
    VendorReference,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.testing import TestStatus
from campaigns.permissions import Role
from campaigns.reports_home import alive
from campaigns.reports_home_needs import needs_of_user
from campaigns.testing import confirming
from campaigns.testing.planning import TestPlan, make_plan
from campaigns.testing.refusals import Refusal
from campaigns.testing.sending import ANSWER_WITHIN, LATE, claim, give_up, send_tests
from channels.errors import ErrorClass
from channels.kinds import AddressKind, Channel
from channels.messages import Receipt, ReceiptStatus
from channels.models import Account, Sender, SenderState
from channels.opening import open_provider
from channels.provider import Provider
from tests.campaigns.engine.stage import Stage, enrolment_of, messages_of
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

PHONE, EMAIL = "+380501112233", "olena@example.com"
COUNTED = (
    Campaign,
    Enrolment,
    Message,
    Attempt,
    Event,
    Hit,
    StepDelta,
    StepStats,
    StepTotal,
    BudgetState,
    Flow,
    Consent,
    VendorReference,
)


def colleague(name: str = "Olena") -> TestPerson:
    person = TestPerson.objects.create(name=name)
    for kind, value in ((AddressKind.PHONE, PHONE), (AddressKind.EMAIL, EMAIL)):
        TestAddress.objects.create(person=person, kind=kind, value=value)
    return person


def draft(stage: Stage, *channels: Channel, **fields: object) -> Campaign:
    """A draft whose steps send through the stage's vendor."""
    steps = tuple(StepPlan(channel=channel, sender=stage.sender(channel)) for channel in channels or (Channel.SMS,))
    return make_campaign(routes=(RoutePlan(steps=steps),), **fields)


def plan_of(campaign: Campaign, people: Sequence[TestPerson], contact: Contact | None = None) -> TestPlan:
    blueprint = blueprints.load(campaign)
    return make_plan(blueprint, people=people, steps=list(blueprint.steps), contact=contact)


def confirm(campaign: Campaign, *people: TestPerson, contact: Contact | None = None, **given: Any) -> TestSend:
    """What the page does with its form."""
    plan = plan_of(campaign, people or [colleague()], contact)
    named = {"key": uuid.uuid4(), "seen": campaign.updated_at.isoformat(), "by": None, **given}
    named["by"] = named["by"] or User.objects.first() or make_user()
    return confirming.confirm(plan=plan, blueprint=blueprints.load(campaign), **named)


def counted() -> dict[str, list[Any]]:
    """Every row of every table that figures, limits and learning are made of."""
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in COUNTED}


def the_message() -> TestMessage:
    return TestMessage.objects.get()


def told(message: TestMessage, word: str, **fields: str) -> dict[str, str]:
    """One event as the vendor writes it."""
    named = {"client_key": message.key.hex, "message_id": message.vendor_message_id}
    return {"type": word, "event_id": uuid.uuid4().hex, "text": "", **named, **fields}


def path(url: str) -> str:
    return urlsplit(url).path


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


def test_a_link_leads_on_and_a_pixel_is_given_and_nobody_counts(stage: Stage, client: Client) -> None:
    contact = make_contact(first_name="Ann")
    confirm(draft(stage, Channel.EMAIL), contact=contact)
    message = the_message()
    answer = client.get(path(click_url(message.token, 0)))
    assert (answer.status_code, answer["Location"]) == (302, "https://shop.example.com/autumn")
    assert client.get(path(click_url(message.token, 1))).status_code == 404
    assert client.get(path(open_url(message.pk))).status_code == 200
    assert client.get(path(trap_url(message.pk))).status_code == 200
    assert not Hit.objects.exists()


def test_unsubscribing_in_a_test_is_honoured(stage: Stage, client: Client) -> None:
    campaign, person = draft(stage, Channel.EMAIL), colleague()
    confirm(campaign, person)
    address = path(unsubscribe_url(the_message().pk))
    asked = client.get(address)
    assert "link of a test message" in asked.content.decode()
    assert "o•••@example.com" in asked.content.decode()
    assert client.post(address, {"scope": "nonsense"}).status_code == 422
    assert not Suppression.objects.exists()
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    suppression = Suppression.objects.get()
    assert (suppression.channel, suppression.reason) == ("email", "unsubscribe")
    assert plan_of(campaign, [person]).sendable == []


def test_a_stop_by_reply_suppresses_the_test_address(stage: Stage) -> None:
    confirm(draft(stage))
    send_tests()
    stage.post([told(the_message(), "reply", text="STOP")])
    stage.run()
    assert Suppression.objects.get().address_hash == the_message().address_hash


def test_a_reply_that_names_no_message_is_about_what_came_last(stage: Stage) -> None:
    """To the same address: first a campaign's message, then a test, then a campaign's again."""
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    route = RoutePlan(steps=(StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS), condition="replied"),))
    campaign = stage.launch(route)
    clock.run_at(shown_at=clock.now() + timedelta(minutes=1), speed=0)
    confirm(campaign)
    send_tests()
    stage.post([reply(PHONE)])
    stage.run()
    assert enrolment_of(contact).outcome == ""
    assert the_message().status == TestStatus.OPENED
    clock.run_at(shown_at=clock.now() + timedelta(minutes=1), speed=0)
    other = stage.launch(route)
    stage.post([reply(PHONE)])
    stage.run()
    assert Enrolment.objects.get(campaign=other).outcome == "engaged"
    assert len(messages_of(contact)) == 2


def statements_of_a_drain() -> list[str]:
    """What the database is asked while the stored webhooks are read."""
    with CaptureQueriesContext(connection) as queries:
        inbound.drain(clock.now(), load=load_surroundings)
    return [query["sql"] for query in queries]


def reply(address: str) -> dict[str, str]:
    """A reply that names no message, as the vendor writes it."""
    named = {"address": address, "client_key": "", "message_id": ""}
    return {"type": "reply", "event_id": uuid.uuid4().hex, "text": "Yes", **named}


def test_where_no_test_has_left_webhooks_cost_not_one_query_more(stage: Stage) -> None:
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    stage.launch(RoutePlan(steps=(StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS)),)))
    stage.post([stage.told(messages_of(contact)[0], "handset_delivered"), reply("+380509990000")])
    without = statements_of_a_drain()
    confirm(draft(stage))
    stage.post([stage.told(messages_of(contact)[0], "handset_delivered"), reply("+380509990000")])
    queued = statements_of_a_drain()
    send_tests()
    stage.post([stage.told(messages_of(contact)[0], "handset_delivered"), reply("+380509990000")])
    after = statements_of_a_drain()
    of_tests = [[sql for sql in asked if "testmessage" in sql] for asked in (without, queued, after)]
    assert [len(sql) for sql in of_tests] == [1, 1, 2]
    assert all(sql[0].startswith(inbound.CLAIM[:40]) for sql in of_tests)


def test_replies_of_many_to_tests_take_no_more_queries_than_one(stage: Stage) -> None:
    numbers = [f"+3805011122{number:02}" for number in range(12)]
    people = [TestPerson.objects.create(name=number) for number in numbers]
    for person in people:
        TestAddress.objects.create(person=person, kind=AddressKind.PHONE, value=person.name)
    confirm(draft(stage), *people)
    send_tests()
    stage.post([reply(numbers[0])])
    one = statements_of_a_drain()
    stage.post([reply(number) for number in numbers[1:]])
    many = statements_of_a_drain()
    assert len(one) == len(many)
    assert set(TestMessage.objects.values_list("status", flat=True)) == {TestStatus.OPENED}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("seen", "handset_delivered"), TestStatus.OPENED),
        (("handset_delivered", "undelivered"), TestStatus.DELIVERED),
        (("undelivered", "handset_delivered"), TestStatus.FAILED),
    ],
)
def test_a_test_only_moves_forward(stage: Stage, words: tuple[str, ...], status: TestStatus) -> None:
    confirm(draft(stage))
    send_tests()
    stage.post([told(the_message(), word) for word in words])
    stage.run()
    assert the_message().status == status


def test_a_deleted_contact_is_in_no_test_from_then_on(stage: Stage, client: Client) -> None:
    """Their data filled the texts; what is not sent yet is not sent."""
    contact = make_contact(first_name="Ann", phone="+380509998877", consents=[Channel.SMS])
    campaign, person = draft(stage), colleague()
    Link.objects.update(url="https://shop.example.com/?to={{ first_name }}")
    sent = confirm(campaign, person, contact=contact)
    send_tests()
    confirm(campaign, person, contact=contact)
    other = confirm(campaign, person)
    delete_contact(contact=contact, actor=None)
    assert "Ann" not in json.dumps(list(TestMessage.objects.values("outbound", "targets", "person_name", "address")))
    assert not TestSend.objects.exclude(contact=None).exists()
    send_tests()
    first, second, third = TestMessage.objects.order_by("id")
    assert (first.test, first.status, first.person_name) == (sent, TestStatus.ACCEPTED, "Olena")
    assert (second.status, second.refusal) == (TestStatus.REFUSED, Refusal.DELETED)
    assert (third.test, third.status) == (other, TestStatus.ACCEPTED)
    assert client.get(path(click_url(first.token, 0))).status_code == 404
    assert client.get(path(click_url(third.token, 0))).status_code == 302
    stage.post([told(first, "handset_delivered")])
    stage.run()
    first.refresh_from_db()
    assert first.status == TestStatus.DELIVERED


def test_a_deleted_contacts_address_leaves_tests_and_late_receipts_still_find_them(
    stage: Stage, client: Client
) -> None:
    contact = make_contact(phone=PHONE, email=EMAIL)
    confirm(draft(stage, Channel.SMS, Channel.EMAIL))
    send_tests()
    TestMessage.objects.update(detail=f"{PHONE} is out of reach")
    delete_contact(contact=contact, actor=None)
    kept = json.dumps(list(TestMessage.objects.values()), default=str)
    assert not any(word in kept for word in (PHONE, EMAIL, "Olena"))
    sms, mail = TestMessage.objects.order_by("id")
    stage.post([reply(PHONE), told(mail, "undelivered", text=f"{EMAIL} is full")])
    stage.run()
    assert [message.status for message in TestMessage.objects.order_by("id")] == [TestStatus.OPENED, TestStatus.FAILED]
    stage.post([told(sms, "reply", text="STOP")])
    stage.run()
    assert Suppression.objects.get().address_hash == sms.address_hash
    asked = client.get(path(unsubscribe_url(mail.pk)))
    assert (asked.status_code, "•••" in asked.content.decode()) == (200, False)


def test_nobody_is_in_a_test_who_was_deleted_while_it_was_confirmed(stage: Stage) -> None:
    contact = make_contact(first_name="Ann")
    campaign, person = draft(stage), colleague()
    plan = plan_of(campaign, [person], contact)
    delete_contact(contact=Contact.objects.get(pk=contact.pk), actor=None)
    with pytest.raises(confirming.NotConfirmed, match="was deleted"):
        confirming.confirm(
            plan=plan,
            blueprint=blueprints.load(campaign),
            key=uuid.uuid4(),
            seen=campaign.updated_at.isoformat(),
            by=make_user(),
        )
    assert not TestSend.objects.exists()


def test_a_vendors_late_failure_is_shown(stage: Stage) -> None:
    confirm(draft(stage))
    send_tests()
    stage.post([told(the_message(), "undelivered")])
    stage.run()
    assert the_message().status == TestStatus.FAILED


def test_the_words_go_when_they_have_left_and_the_test_after_a_month(stage: Stage, settings: LazySettings) -> None:
    confirm(draft(stage))
    assert "Hello" in json.dumps(the_message().outbound)
    send_tests()
    assert the_message().outbound == {}
    retention.forget_tests()
    assert TestMessage.objects.exists()
    settings.INBOUND_KEPT = timedelta(0)
    retention.forget_tests()
    assert not TestMessage.objects.exists()
