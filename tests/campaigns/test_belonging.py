"""The segments on a person's page: those that select them today, looked for among some at a time."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.audience import belonging
from campaigns.audience.belonging import belonging_of
from campaigns.models import Contact
from campaigns.permissions import Permission
from tests.factories import NOON, make_contact, make_segment, make_user

pytestmark = pytest.mark.django_db

OF_UKRAINE: dict[str, Any] = {"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]}
NOBODY: dict[str, Any] = {"op": "none", "rules": OF_UKRAINE["rules"]}


def told(client: Client, contact: Contact, **query: Any) -> str:
    return client.get(reverse("contact_segments", args=[contact.pk]), query, headers={"HX-Request": "true"}).text


def test_segments_are_asked_about_together_and_unreadable_or_archived_ones_left_out(
    django_assert_num_queries: Any,
) -> None:
    contact = make_contact(country="UA")
    belongs = [make_segment(rule=OF_UKRAINE) for _ in range(60)]
    make_segment(rule=OF_UKRAINE, archived_at=NOON)
    make_segment(rule={"op": "perhaps"})
    make_segment(rule=NOBODY)
    belonging_of(contact)
    # The segments, today's date, and fifty at a time.
    with django_assert_num_queries(4):
        found = belonging_of(contact)
    assert {segment.pk for segment in found.segments} == {segment.pk for segment in belongs}
    assert found.goes_on_before is None


def test_of_many_the_newest_are_looked_through_and_then_older_ones(
    marketer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belonging, "STRETCH", 2)
    contact = make_contact(country="UA")
    first, second, third, fourth, fifth = (
        make_segment(name=name, rule=rule)
        for name, rule in (("E", OF_UKRAINE), ("D", NOBODY), ("C", NOBODY), ("B", OF_UKRAINE), ("A", OF_UKRAINE))
    )
    make_segment(name="Archived", rule=OF_UKRAINE, archived_at=NOON)
    newest = belonging_of(contact)
    assert (newest.segments, newest.goes_on_before) == ([fifth, fourth], fourth.pk)
    assert (newest.looked_through, newest.segment_count) == (2, 5)
    assert "Looked through: the newest 2 of 5 segments." in told(marketer, contact)
    shown = told(marketer, contact, before=fourth.pk)
    assert "They fit none of these segments today." in shown
    assert f"?before={second.pk}" in shown
    assert third.name not in told(marketer, contact, before=third.pk)
    oldest = belonging_of(contact, before=second.pk)
    assert (oldest.segments, oldest.goes_on_before) == ([first], None)
    assert "They fit none of the others." in told(marketer, contact, before=first.pk)


def test_their_page_asks_for_them_and_without_script_leads_there(marketer: Client) -> None:
    contact = make_contact(first_name="Anna", country="UA")
    address = reverse("contact_segments", args=[contact.pk])
    assert f'hx-get="{address}"' in marketer.get(reverse("contact_detail", args=[contact.pk])).text
    assert "They fit none of the segments today." in told(marketer, contact)
    segment = make_segment(name="From Ukraine", rule=OF_UKRAINE)
    page = marketer.get(address, {"before": "no number"}).text
    assert f'href="{reverse("segment_edit", args=[segment.pk])}"' in page
    assert f'href="{reverse("contact_detail", args=[contact.pk])}"' in page


def test_only_those_who_may_see_people_are_told(client: Client) -> None:
    contact = make_contact(country="UA")
    segment = make_segment(rule=OF_UKRAINE)
    client.force_login(make_user(permissions=[Permission.VIEW_PEOPLE]))
    assert f'href="{reverse("contact_list")}?segment={segment.pk}"' in told(client, contact)
    client.force_login(make_user(permissions=[Permission.MANAGE_CONTACTS]))
    address = reverse("contact_segments", args=[contact.pk])
    assert client.get(address).status_code == 403
    client.force_login(make_user(permissions=[Permission.VIEW_PEOPLE]))
    assert client.get(reverse("contact_segments", args=[99_999_999])).status_code == 404
