"""What comes back of test messages, and what is forgotten of them."""

import json
import uuid
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns import blueprints
from campaigns.audience.deleting import delete_contact
from campaigns.engine import clock, inbound, retention
from campaigns.engine.routes import load_surroundings
from campaigns.links import click_url, open_url, trap_url, unsubscribe_url
from campaigns.models import (
    Contact,
    Enrolment,
    Hit,
    Link,
    Suppression,
    TestAddress,
    TestMessage,
    TestPerson,
    TestSend,
)
from campaigns.models.testing import TestStatus
from campaigns.testing import confirming
from campaigns.testing.refusals import Refusal
from campaigns.testing.sending import send_tests
from channels.kinds import AddressKind, Channel
from tests.campaigns.engine.stage import Stage, enrolment_of, messages_of
from tests.campaigns.engine.trying import EMAIL, PHONE, colleague, confirm, draft, path, plan_of, the_message, told
from tests.factories import (
    RoutePlan,
    StepPlan,
    make_contact,
    make_user,
)


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
