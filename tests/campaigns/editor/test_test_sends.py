"""The pages of tests: people, what would be sent, sending it, what became of it."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from campaigns.models import (
    AuditEntry,
    Campaign,
    Contact,
    Content,
    TestAddress,
    TestMessage,
    TestPerson,
    TestSend,
    User,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.pagination import PAGE_SIZE
from campaigns.permissions import Permission, Role
from channels import kinds
from channels.kinds import Channel
from channels.models import Sender
from tests.campaigns.editor.pages import HTMX, page, text, the_step
from tests.factories import RoutePlan, StepPlan, make_campaign, make_price, make_user

pytestmark = pytest.mark.django_db

NEW = "/test-people/new/"


def mona() -> TestPerson:
    person = TestPerson.objects.create(name="Mona")
    TestAddress.objects.create(person=person, kind="phone", value="+380501112233")
    return person


def form_of(response: Any) -> dict[str, list[str]]:
    """What the form that confirms would send."""
    form = re.search(r'<form class="card" method="post".*?</form>', response.content.decode(), re.DOTALL)
    assert form is not None
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]):
        found.setdefault(name, []).append(value)
    return found


def sent(marketer: Client, campaign: Campaign) -> TestSend:
    """A test that was looked at and confirmed."""
    address = page("campaign_test", campaign)
    answer = marketer.post(address, form_of(marketer.get(address)))
    assert answer.status_code == 302
    test = TestSend.objects.get()
    assert answer["Location"] == page("campaign_test_result", campaign, test.pk)
    return test


def test_a_test_person_is_saved_with_addresses_as_an_import_writes_them(marketer: Client) -> None:
    given = {"name": "Mona", "phone": "+380 (50) 111-22-33", "email": "Mona@Example.com", "telegram_id": "12345678"}
    assert marketer.post(NEW, given).status_code == 302
    person = TestPerson.objects.get()
    assert dict(person.addresses.values_list("kind", "value")) == {
        "phone": "+380501112233",
        "email": "mona@example.com",
        "telegram_id": "12345678",
    }
    assert AuditEntry.objects.get().subject_kind == "test person"
    edit = reverse("test_person_edit", args=[person.pk])
    assert "+380501112233" in marketer.get(edit).content.decode()
    marketer.post(edit, {"name": "Mona K.", "email": "mona@example.com"})
    assert [str(person.addresses.get().kind), TestPerson.objects.get().name] == ["email", "Mona K."]
    remove = reverse("test_person_remove", args=[person.pk])
    asked = text(marketer.get(remove))
    assert "Remove Mona K. from the test people?" in asked
    assert "Tests already sent keep their addresses for 30 days." in asked
    marketer.post(remove)
    assert not TestAddress.objects.exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "Mona", "phone": "12"}, "“12” is not a phone number."),
        ({"name": "Mona", "email": "mona@"}, "“mona@” is not an email address."),
        ({"name": "Mona", "telegram_id": "@mona"}, "“@mona” is not a Telegram id: it is a number."),
        ({"name": "Mona"}, "Give at least one address"),
        ({"name": "", "phone": "+380501112233"}, "This field is required."),
        ({"name": "Known", "phone": "+380501112233"}, "Somebody of this name is among the test people already."),
    ],
)
def test_what_is_wrong_with_a_test_person_is_told_and_nothing_typed_is_lost(
    marketer: Client, given: dict[str, str], told: str
) -> None:
    TestPerson.objects.create(name="Known")
    response = marketer.post(NEW, given)
    assert response.status_code == 422
    assert told in text(response)
    assert all(value in response.content.decode() for value in given.values())
    assert TestPerson.objects.count() == 1


def test_whoever_adds_a_person_from_a_test_comes_back_to_it_and_nowhere_else(marketer: Client) -> None:
    given = {"name": "Mona", "phone": "+380501112233"}
    assert marketer.post(f"{NEW}?next=/campaigns/7/test/", given)["Location"] == "/campaigns/7/test/"
    away = marketer.post(f"{NEW}?next=https://evil.example.com/", {**given, "name": "Ann"})
    assert away["Location"] == "/test-people/"


def test_the_page_says_what_is_sent_to_whom_and_what_it_costs(marketer: Client, olena: Contact) -> None:
    mona()
    campaign = make_campaign()
    sender = the_step(campaign).sender
    assert sender is not None
    make_price(account=sender.account, channel=Channel.SMS, amount="0.03")
    shown = text(marketer.get(page("campaign_test", campaign), {"at_person": olena.pk}))
    assert "[Test] Hello Олена, look: http" in shown
    assert "+380501112233 · 1 part · $0.03" in shown
    assert "1 message leaves at once It costs $0.03." in shown
    assert "counts in no figures" in shown


def test_the_choice_is_kept_and_only_the_plan_is_sent_again(marketer: Client) -> None:
    person, campaign = mona(), make_campaign()
    address = page("campaign_test", campaign)
    nobody = marketer.get(address, {"chosen": "1", "step": the_step(campaign).pk}, headers=HTMX)
    assert "Choose who gets the test." in text(nobody)
    assert "Which steps" not in text(nobody)
    no_step = marketer.get(address, {"chosen": "1", "to": person.pk}, headers=HTMX)
    assert "Choose at least one step." in text(no_step)
    strange = marketer.get(address, {"chosen": "1", "to": ["x", "999"], "step": "zz", "after": "x"}, headers=HTMX)
    assert strange.status_code == 200


def test_a_test_is_sent_once_however_often_its_form_comes(marketer: Client) -> None:
    mona()
    campaign = make_campaign()
    address = page("campaign_test", campaign)
    form = form_of(marketer.get(address))
    answers = [marketer.post(address, form) for _ in range(3)]
    assert len({answer["Location"] for answer in answers}) == 1
    message = TestMessage.objects.get()
    assert (message.address, message.outbound["text"][:6]) == ("+380501112233", "[Test]")
    assert AuditEntry.objects.get().verb == "tested"


def test_what_was_changed_after_it_was_shown_is_shown_again_first(marketer: Client) -> None:
    mona()
    campaign = make_campaign()
    address = page("campaign_test", campaign)
    form = form_of(marketer.get(address))
    campaign.save()
    refused = marketer.post(address, form)
    assert refused.status_code == 422
    assert "was changed meanwhile" in text(refused)
    assert not TestSend.objects.exists()
    assert marketer.post(address, form_of(refused)).status_code == 302


@pytest.mark.parametrize("form", [{}, {"key": "no key", "chosen": "1"}, {"key": str(uuid.uuid4()), "to": "1"}])
def test_a_form_that_makes_no_sense_sends_nothing(marketer: Client, form: dict[str, str]) -> None:
    assert marketer.post(page("campaign_test", make_campaign()), form).status_code == 422
    assert not TestSend.objects.exists()


def test_a_step_that_cannot_be_sent_says_why(marketer: Client) -> None:
    mona()
    steps = (StepPlan(channel=Channel.SMS), StepPlan(channel=Channel.EMAIL))
    campaign = make_campaign(routes=(RoutePlan(steps=steps),))
    Sender.objects.filter(channel=Channel.SMS).update(is_active=False)
    shown = text(marketer.get(page("campaign_test", campaign)))
    assert "The sender, or its account, is switched off." in shown
    assert "has no address for this channel" in shown
    assert "Nothing to send yet What keeps each message back is told below." in shown


def test_a_running_campaign_is_tested_and_one_that_is_over_is_not(marketer: Client) -> None:
    mona()
    running = make_campaign(status=CampaignStatus.RUNNING)
    assert sent(marketer, running).campaign == running
    over = make_campaign(status=CampaignStatus.FINISHED)
    assert marketer.get(page("campaign_test", over))["Location"] == page("campaign_watch", over)
    assert marketer.post(page("campaign_test", over))["Location"] == page("campaign_watch", over)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"status": "queued"}, "Queued"),
        ({"status": "delivered"}, "Delivered"),
        ({"status": "opened"}, "Opened"),
        ({"status": "refused", "refusal": "deleted"}, "was deleted meanwhile."),
        ({"status": "refused", "refusal": "held"}, "The sender is held: the vendor refused it."),
        ({"status": "unknown"}, "It is not sent again by itself."),
        (
            {"status": "failed", "error_class": "account", "code": "401", "detail": "no credit"},
            "should look at its credentials and balance. The vendor says: 401 no credit",
        ),
        ({"status": "failed", "error_class": "", "code": "7"}, "The vendor could not deliver it."),
    ],
)
def test_what_became_of_each_is_told_in_words(marketer: Client, fields: dict[str, str], told: str) -> None:
    mona()
    campaign = make_campaign()
    test = sent(marketer, campaign)
    TestMessage.objects.update(**fields)
    response = marketer.get(page("campaign_test_result", campaign, test.pk), headers=HTMX)
    assert told in text(response)
    assert ('hx-trigger="every 1s, seen-again"' in response.content.decode()) == (fields["status"] == "queued")


def test_a_test_belongs_to_its_campaign(marketer: Client) -> None:
    mona()
    test = sent(marketer, make_campaign())
    assert marketer.get(page("campaign_test_result", make_campaign(), test.pk)).status_code == 404


def test_only_whoever_makes_campaigns_sends_tests(client: Client) -> None:
    person, campaign = mona(), make_campaign()
    test = TestSend.objects.create(key=uuid.uuid4(), campaign=campaign, at=campaign.created_at)
    addresses = [
        page("campaign_test", campaign),
        page("campaign_test_result", campaign, test.pk),
        page("campaign_tests", campaign),
        reverse("test_people"),
        NEW,
        reverse("test_person_edit", args=[person.pk]),
        reverse("test_person_remove", args=[person.pk]),
    ]
    assert all(client.get(address).status_code == 302 for address in addresses)
    client.force_login(make_user(roles=[Role.MANAGER, Role.ADMIN]))
    assert all(client.get(address).status_code == 403 for address in addresses)
    assert client.post(addresses[0]).status_code == 403


def test_who_may_not_see_people_tests_without_their_data(client: Client, olena: Contact) -> None:
    client.force_login(make_user(permissions=[Permission.MANAGE_CAMPAIGNS]))
    mona()
    shown = text(client.get(page("campaign_test", make_campaign()), {"at_person": olena.pk}))
    assert "[Test] Hello friend, look:" in shown
    assert "Олена" not in shown


def test_more_people_and_steps_take_no_more_queries(
    marketer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    steps = tuple(StepPlan(channel=channel) for channel in (Channel.SMS, Channel.EMAIL, Channel.VIBER, Channel.VOICE))
    campaign = make_campaign(routes=(RoutePlan(steps=steps),))
    for number in range(10):
        person = TestPerson.objects.create(name=f"Person {number}")
        TestAddress.objects.create(person=person, kind="phone", value=f"+38050111220{number}")
    chosen = {"chosen": "1", "to": [str(pk) for pk in TestPerson.objects.values_list("pk", flat=True)]}
    chosen["step"] = [str(step.pk) for route in campaign.version.routes.all() for step in route.steps.all()]
    with django_assert_max_num_queries(20):
        shown = marketer.get(page("campaign_test", campaign), chosen)
    assert "30 messages leave at once" in text(shown)


def past(campaign: Campaign, **fields: Any) -> TestMessage:
    """A message of a test that was sent a while ago, to Mona's phone."""
    sender = the_step(campaign).sender
    assert sender is not None
    test = TestSend.objects.create(
        key=uuid.uuid4(), campaign=campaign, sent_by=User.objects.last(), at=timezone.now() - timedelta(hours=1)
    )
    defaults = {
        "id": test.pk,
        "person_name": "Mona",
        "channel": "sms",
        "address": "+380501112233",
        "address_hash": "0" * 32,
        "token": f"t{test.pk}",
        "outbound": {},
        "status": "delivered",
    }
    return TestMessage.objects.create(test=test, sender=sender, **{**defaults, **fields})


def test_the_tests_of_a_campaign_are_listed_the_latest_first(marketer: Client) -> None:
    campaign, other = make_campaign(), make_campaign()
    past(campaign, status="failed", error_class="account", code="402", detail="no credit")
    past(campaign, person_name="Ann", status="opened")
    past(other, person_name="Bob")
    response = marketer.get(page("campaign_tests", campaign))
    shown = text(response)
    assert shown.index("Ann") < shown.index("Mona")
    assert "Mona SMS · +380501112233" in shown
    assert "The vendor says: 402 no credit" in shown
    assert f"sent by {User.objects.get()}" in shown
    assert "Bob" not in shown
    assert "It is kept for 30 days." in shown
    assert "data-asks-again" not in response.content.decode()


def test_the_list_goes_on_while_something_may_come_and_is_led_to_from_everywhere(marketer: Client) -> None:
    mona()
    campaign = make_campaign()
    address = page("campaign_tests", campaign)
    assert "No tests yet" in text(marketer.get(address))
    test = sent(marketer, campaign)
    part = marketer.get(address, headers=HTMX).content.decode()
    assert 'hx-trigger="every 2s, seen-again"' in part
    assert "<html" not in part
    assert page("campaign_test_result", campaign, test.pk) in part
    for name, args in (("campaign_editor", ()), ("campaign_test", ()), ("campaign_test_result", (test.pk,))):
        assert address in marketer.get(page(name, campaign, *args)).content.decode()
    Campaign.objects.update(status=CampaignStatus.FINISHED)
    watched = marketer.get(page("campaign_watch", campaign)).content.decode()
    assert address in watched
    assert f'href="{page("campaign_test", campaign)}"' not in marketer.get(address).content.decode()


def test_who_may_not_see_people_is_told_of_tests_without_addresses(client: Client) -> None:
    client.force_login(make_user(permissions=[Permission.MANAGE_CAMPAIGNS]))
    campaign = make_campaign()
    message = past(campaign, status="failed", code="21211", detail="380501112233 (+380501112233) is no number")
    for address in (page("campaign_tests", campaign), page("campaign_test_result", campaign, message.test_id)):
        shown = client.get(address).content.decode()
        assert "+38•••33" in shown
        assert "380501112233" not in shown
        assert "21211" in shown


def test_somebody_who_was_deleted_has_no_name_in_a_test(marketer: Client) -> None:
    campaign = make_campaign()
    past(campaign, person_name="", address="")
    assert "Somebody who was deleted SMS Delivered" in text(marketer.get(page("campaign_tests", campaign)))


def test_many_tests_are_paged_and_take_no_more_queries(
    marketer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    campaign = make_campaign()
    for number in range(PAGE_SIZE + 2):
        past(campaign, person_name=f"Person {number}")
    with django_assert_max_num_queries(9):
        first = marketer.get(page("campaign_tests", campaign))
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert following is not None
    second = text(marketer.get(page("campaign_tests", campaign) + following[1]))
    assert "Person 1 " in second
    assert "Person 2 " not in second
    assert marketer.get(page("campaign_tests", campaign), {"cursor": "nonsense"}).status_code == 200


def test_a_text_that_the_mark_makes_too_long_is_told(marketer: Client) -> None:
    mona()
    steps = (StepPlan(channel=Channel.VIBER),)
    limit = kinds.facts(Channel.VIBER).text_limit
    campaign = make_campaign(routes=(RoutePlan(steps=steps),), text="a" * limit)
    assert "characters – too long" in text(marketer.get(page("campaign_test", campaign)))
    Content.objects.update(text="a")
    assert "characters" not in text(marketer.get(page("campaign_test", campaign)))
