"""The pages of contacts: finding people, what a person's page shows and changes, and who may."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from campaigns.models import Address, Contact, ContactImport, Suppression, TestAddress, TestPerson
from campaigns.models.campaigns import CampaignStatus
from campaigns.pagination import Page
from campaigns.permissions import Permission, Role
from channels.kinds import AddressKind, Channel
from tests.campaigns.turning import turned
from tests.factories import (
    NOON,
    make_address,
    make_campaign,
    make_contact,
    make_enrolment,
    make_segment,
    make_user,
)

pytestmark = pytest.mark.django_db

PHONE = "+380671234567"


def found(client: Client, **query: Any) -> list[str]:
    response = client.get(reverse("contact_list"), query)
    return sorted(line.contact.first_name for line in response.context["lines"])


def detail(client: Client, contact: Contact) -> str:
    return client.get(reverse("contact_detail", args=[contact.pk])).content.decode()


# --- Finding -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A name in any script and case, whole or in part, in both orders.
        ("олена", ["Олена"]),
        ("КОВАЛ", ["Олена"]),
        ("коваленко олена", ["Олена"]),
        ("SOFÍA", ["Sofía"]),
        # Half a phone number, as people write it.
        ("067 123", ["Олена"]),
        ("+38 (067) 123-45", ["Олена"]),
        ("00380671234567", ["Олена"]),
        # An email address or a part of it; the id of one's own system.
        ("sofia@exa", ["Sofía"]),
        ("Example.com", ["Sofía"]),
        ("crm-0042", ["Олена"]),
        ("0042", ["Олена"]),
        ("", ["Sofía", "Олена"]),
        # Every word has to fit; signs of patterns are taken literally.
        ("олена smith", []),
        ("%", []),
        ("_", []),
        ("\x00", ["Sofía", "Олена"]),
    ],
)
def test_people_are_found_by_what_is_remembered_of_them(marketer: Client, text: str, expected: list[str]) -> None:
    make_contact(first_name="Олена", last_name="Коваленко", phone=PHONE, external_id="CRM-0042")
    sofia = make_contact(first_name="Sofía", last_name="García", email="sofia@example.com")
    make_address(contact=sofia, kind=AddressKind.PUSH_TOKEN, value="token-0042-олена")
    assert found(marketer, q=text) == expected


def test_the_list_is_narrowed_by_a_segment(marketer: Client) -> None:
    make_contact(first_name="Anna", country="UA")
    make_contact(first_name="Bea", country="ES")
    segment = make_segment(rule={"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]})
    assert found(marketer, segment=segment.pk) == ["Anna"]
    assert found(marketer, segment=segment.pk, q="bea") == []
    assert found(marketer, segment="no number") == ["Anna", "Bea"]
    unreadable = make_segment(rule={"op": "perhaps"})
    assert found(marketer, segment=unreadable.pk) == []


def test_pages_follow_one_another_without_gap_or_repetition(marketer: Client) -> None:
    Contact.objects.bulk_create(Contact(first_name=f"Person {n}") for n in range(120))

    def page_at(cursor: str) -> Page[Contact]:
        page: Page[Contact] = marketer.get(reverse("contact_list"), {"cursor": cursor}).context["page"]
        return page

    assert [contact.first_name for page in turned(page_at) for contact in page.rows] == [
        f"Person {n}" for n in reversed(range(120))
    ]


def test_the_number_of_queries_does_not_grow_with_the_page(
    marketer: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        make_contact(phone=f"+3806712345{n:02}")
    with django_assert_max_num_queries(12):
        marketer.get(reverse("contact_list"))


def test_htmx_gets_the_rows_alone(marketer: Client) -> None:
    make_contact(first_name="Anna")
    html = marketer.get(reverse("contact_list"), headers={"HX-Request": "true"}).content.decode()
    assert "Anna" in html
    assert "<html" not in html


def test_deleted_contacts_are_not_listed(marketer: Client) -> None:
    make_contact(deleted_at=NOON)
    assert found(marketer) == []


# --- A person's page -----------------------------------------------------------------------


def test_the_page_shows_what_is_known(marketer: Client) -> None:
    contact = make_contact(
        first_name="Олена",
        phone=PHONE,
        email="olena@example.com",
        consents=[Channel.SMS],
        birth_date=date(1990, 5, 1),
        language="uk",
        country="UA",
        preferences=["fashion"],
        attributes={"city": "Київ", "points": 12},
    )
    make_address(contact=contact, kind=AddressKind.PHONE, value="+380501112233", is_primary=False)
    make_contact(phone=PHONE)
    campaign = make_campaign(name="Autumn", status=CampaignStatus.RUNNING)
    make_enrolment(campaign=campaign, contact=contact)
    html = detail(marketer, contact)
    for text in ("Олена", "olena@example.com", "+380501112233", "May 1, 1990", "Ukrainian", "Ukraine", "fashion"):
        assert text in html
    for text in ("Київ", "12", "1 campaign", "granted", "1 other contact has it too"):
        assert text in html
    timeline_url = reverse("contact_timeline", args=[contact.pk])
    assert timeline_url in html
    told = marketer.get(timeline_url).content.decode()
    assert "Autumn" in told
    assert "Still in the chain" in told


def test_the_page_says_who_brought_them_where_they_are_now_and_what_they_belong_to(marketer: Client) -> None:
    file = ContactImport.objects.create(name="shop.csv", size=1, created_by=make_user(email="ira@example.com"))
    contact = make_contact(country="UA", time_zone="Europe/Kyiv", contact_import=file)
    make_segment(name="Ukraine", rule={"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]})
    make_segment(name="Spain", rule={"op": "all", "rules": [{"field": "country", "is": "in", "value": ["ES"]}]})
    html = detail(marketer, contact)
    for text in ("shop.csv", "ira@example.com", "there now", "Ukraine"):
        assert text in html
    assert "Spain" not in html
    assert "there now" not in detail(marketer, make_contact(time_zone="Nowhere/Land"))


@time_machine.travel(datetime(2026, 11, 22, 12, 30, tzinfo=UTC), tick=False)
def test_the_clock_is_that_of_the_person_not_of_the_reader(marketer: Client) -> None:
    assert "It is 04:30 there now" in detail(marketer, make_contact(time_zone="America/Los_Angeles"))


def test_a_long_history_is_told_some_campaigns_at_a_time(marketer: Client, django_assert_max_num_queries: Any) -> None:
    contact = make_contact()
    for number in range(23):
        make_enrolment(
            campaign=make_campaign(name=f"Campaign {number}.", status=CampaignStatus.RUNNING), contact=contact
        )
    url, told = reverse("contact_timeline", args=[contact.pk]), []
    cursor = ""
    with django_assert_max_num_queries(3 * 12):
        for _ in range(3):
            response = marketer.get(url, {"cursor": cursor})
            told += [row.enrolment.campaign.name for row in response.context["page"].timelines]
            cursor = response.context["page"].next_cursor
    assert not cursor
    assert told == [f"Campaign {number}." for number in reversed(range(23))]


def test_the_order_is_in_the_address_and_the_headings_turn_it(marketer: Client) -> None:
    make_contact(first_name="Борис")
    make_contact(first_name="Анна")
    response = marketer.get(reverse("contact_list"), {"sort": "name"})
    assert [line.contact.first_name for line in response.context["lines"]] == ["Анна", "Борис"]
    html = response.content.decode()
    assert 'aria-sort="ascending"' in html
    assert "sort=-name" in html


def test_what_makes_no_sense_narrows_nothing(marketer: Client) -> None:
    make_contact(first_name="Анна")
    nonsense = {
        "country": "XX",
        "language": "?",
        "channel": "pigeon",
        "file": "9" * 30,
        "sort": "tallest",
        "cursor": "x",
    }
    assert found(marketer, **nonsense) == ["Анна"]


def test_an_import_and_a_segment_lead_to_their_people(marketer: Client) -> None:
    file = ContactImport.objects.create(name="shop.csv", size=1, state=ContactImport.State.DONE, created_count=1)
    contact = make_contact(first_name="Анна", contact_import=file)
    make_contact(first_name="Ольга")
    page = marketer.get(reverse("import_detail", args=[file.pk])).content.decode()
    assert f"{reverse('contact_list')}?file={file.pk}" in page
    assert found(marketer, file=file.pk) == [contact.first_name]
    segment = make_segment(rule={"op": "all", "rules": []})
    assert (
        f"{reverse('contact_list')}?segment={segment.pk}"
        in marketer.get(reverse("segment_edit", args=[segment.pk])).content.decode()
    )


def test_a_deleted_contact_has_a_page_that_says_so(marketer: Client) -> None:
    contact = make_contact(deleted_at=NOON)
    response = marketer.get(reverse("contact_detail", args=[contact.pk]))
    assert response.status_code == 410
    assert "This contact was deleted" in response.content.decode()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Suppression.Reason.HARD_BOUNCE, "it bounced"),
        (Suppression.Reason.COMPLAINT, "the person complained"),
        (Suppression.Reason.UNSUBSCRIBE, "the person unsubscribed"),
        (Suppression.Reason.MANUAL, "a colleague entered it"),
    ],
)
def test_a_suppression_is_told_in_its_own_words(marketer: Client, reason: str, words: str) -> None:
    contact = make_contact(phone=PHONE)
    suppress(contact.addresses.get(), reason=reason, channel=Channel.SMS, note="on the phone")
    html = detail(marketer, contact)
    assert words in html
    assert "Only SMS." in html
    assert "on the phone" in html


def suppress(address: Address, **fields: Any) -> Suppression:
    defaults = {"address_kind": address.kind, "address_hash": address.value_hash, "created_at": NOON}
    return Suppression.objects.create(**{**defaults, "reason": Suppression.Reason.MANUAL, **fields})


# --- Deleting ------------------------------------------------------------------------------


def test_deleting_says_that_a_test_person_with_the_same_address_stays(marketer: Client) -> None:
    contact = make_contact(phone="+380501112233")
    address = reverse("contact_delete", args=[contact.pk])
    assert "A test person has the same address" not in marketer.get(address).text
    TestAddress.objects.create(person=TestPerson.objects.create(name="Mona"), kind="phone", value="+380501112233")
    assert "A test person has the same address" in marketer.get(address).text


def test_deleting_asks_and_says_how_many_campaigns_end(marketer: Client) -> None:
    contact = make_contact(first_name="Олена")
    make_enrolment(campaign=make_campaign(status=CampaignStatus.RUNNING), contact=contact)
    url = reverse("contact_delete", args=[contact.pk])
    html = marketer.get(url).content.decode()
    assert "Delete Олена" in html
    assert "They are inside 1 campaign, which ends for them at once." in html
    assert marketer.post(url).status_code == 302
    contact.refresh_from_db()
    assert contact.deleted_at


# --- Who may -------------------------------------------------------------------------------

VIEWS = [("get", "contact_list"), ("get", "contact_detail")]
CHANGES = [
    ("get", "contact_edit"),
    ("post", "contact_delete"),
    ("post", "address_add"),
    ("post", "address_remove"),
    ("post", "address_promote"),
    ("post", "address_suppress"),
    ("post", "suppression_lift"),
    ("post", "consent_change"),
]


def address_of(name: str, contact: Contact) -> str:
    address = contact.addresses.get()
    arguments: dict[str, list[Any]] = {
        "contact_list": [],
        "address_remove": [address.pk],
        "address_promote": [address.pk],
        "address_suppress": [address.pk],
        "suppression_lift": [contact.pk, suppress(address).pk],
        "consent_change": [contact.pk, "sms", "marketing"],
    }
    return reverse(name, args=arguments.get(name, [contact.pk]))


@pytest.mark.parametrize(("method", "name"), [*VIEWS, *CHANGES])
def test_managers_without_a_grant_and_visitors_see_nobody(client: Client, method: str, name: str) -> None:
    url = address_of(name, make_contact(phone=PHONE))
    assert re.match("/accounts/login/", getattr(client, method)(url).headers["Location"])
    client.force_login(make_user(roles=[Role.MANAGER, Role.ADMIN]))
    assert getattr(client, method)(url).status_code == 403


@pytest.mark.parametrize(("method", "name"), VIEWS)
def test_managers_with_a_grant_see_people(client: Client, method: str, name: str) -> None:
    client.force_login(make_user(roles=[Role.MANAGER], permissions=[Permission.VIEW_PEOPLE]))
    contact = make_contact(phone=PHONE)
    response = getattr(client, method)(address_of(name, contact))
    assert response.status_code == 200
    assert reverse("contact_edit", args=[contact.pk]) not in response.content.decode()


@pytest.mark.parametrize(("method", "name"), CHANGES)
@pytest.mark.parametrize("only", [Permission.VIEW_PEOPLE, Permission.MANAGE_CONTACTS])
def test_changing_somebody_needs_both_permissions(client: Client, method: str, name: str, only: Permission) -> None:
    client.force_login(make_user(permissions=[only]))
    assert getattr(client, method)(address_of(name, make_contact(phone=PHONE))).status_code == 403
