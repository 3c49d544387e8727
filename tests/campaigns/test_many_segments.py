"""Ten thousand segments: what the pages that list them or let one choose cost, and how one is found and chosen."""

import gzip
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.forms.segment_choice import MOST_LISTED
from campaigns.models import Campaign, Route, Segment
from campaigns.permissions import Permission, Role
from tests.campaigns.many_segments import make_many_segments
from tests.factories import NOON, RoutePlan, make_campaign, make_contact, make_segment, make_user

pytestmark = pytest.mark.django_db


def test_no_page_is_dearer_with_ten_thousand_segments() -> None:
    make_many_segments()
    draft, person = make_campaign(segment=Segment.objects.order_by("-name")[0]), make_contact(country="UA")
    client = signed_in()
    pages = {
        reverse("segment_list"): (10, 8),
        f"{reverse('segment_list')}?q=12+kyiv&sort=newest": (10, 8),
        reverse("campaign_create"): (10, 8),
        reverse("campaign_editor", args=[draft.pk]): (36, 20),
        reverse("contact_list"): (12, 12),
        f"{reverse('contact_list')}?segment_name=kyiv": (14, 12),
        reverse("contact_detail", args=[person.pk]): (18, 10),
        reverse("contact_segments", args=[person.pk]): (12, 10),
        reverse("segment_names"): (10, 2),
    }
    too_dear: list[str] = []
    for path, (most_queries, most_kilobytes) in pages.items():
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        kilobytes = len(gzip.compress(answer.content)) / 1000
        cost = f"{path}: {answer.status_code}, {len(queries)} queries, {kilobytes:.1f} kB"
        if answer.status_code != 200 or len(queries) > most_queries or kilobytes > most_kilobytes:
            too_dear.append(cost)
    assert too_dear == []


# --- Choosing one -----------------------------------------------------------------------------


@pytest.fixture
def plenty() -> list[Segment]:
    """More than a list shows."""
    return [make_segment(name=f"Loyal {number}") for number in range(MOST_LISTED + 1)]


def offered(client: Client, **query: Any) -> list[str]:
    return re.findall(r'role="option"[^>]*>([^<]+)<', client.get(reverse("segment_names"), query).text)


def test_few_are_a_list_and_more_a_field_for_a_name(marketer: Client) -> None:
    for number in range(MOST_LISTED):
        make_segment(name=f"Loyal {number}")
    assert '<select name="segment"' in marketer.get(reverse("campaign_create")).text
    chosen = make_segment(name="One <more>")
    html = marketer.get(reverse("campaign_create"), {"segment": chosen.pk}).text
    assert '<select name="segment"' not in html
    assert 'name="segment_name" value="One &lt;more&gt;"' in html
    assert "Loyal" not in html


def test_the_names_offered_hold_all_words_and_those_that_begin_so_come_first(marketer: Client) -> None:
    for name in ("Коти: Київ", "Собаки: київ", "Київ: коти", "Київ: птахи"):
        make_segment(name=name)
    make_segment(name="Київ, колись", archived_at=NOON)
    assert offered(marketer, sought="київ") == ["Київ: коти", "Київ: птахи", "Коти: Київ", "Собаки: київ"]
    assert offered(marketer, sought="КОТИ київ\0") == ["Київ: коти", "Коти: Київ"]
    assert "No segment fits." in marketer.get(reverse("segment_names"), {"sought": "x" * 2000}).text


@pytest.mark.usefixtures("plenty")
def test_more_names_than_are_offered_are_told(marketer: Client) -> None:
    assert len(offered(marketer)) == 20
    assert "More of them fit" in marketer.get(reverse("segment_names")).text


def test_names_are_for_those_who_choose_segments(client: Client) -> None:
    allowed = {permission: signed_in(permission).get(reverse("segment_names")).status_code for permission in Permission}
    assert {permission for permission, status in allowed.items() if status == 200} == {
        Permission.MANAGE_CAMPAIGNS,
        Permission.VIEW_PEOPLE,
    }
    assert set(allowed.values()) == {200, 403}
    assert client.get(reverse("segment_names")).status_code == 302


def test_a_written_name_is_the_audience_and_a_wrong_one_is_told_with_those_like_it(
    marketer: Client, plenty: list[Segment]
) -> None:
    answers = {"name": "Autumn", "kind": "once", "purpose": "marketing", "recipe": "", "link_url": ""}
    made = marketer.post(reverse("campaign_create"), answers | {"segment_name": "loyal 3\0"})
    assert made.status_code == 302
    assert Campaign.objects.get().segment == plenty[3]
    wrong = marketer.post(reverse("campaign_create"), answers | {"segment_name": "al 50 loy"})
    assert wrong.status_code == 422
    assert "No segment to choose is called “al 50 loy”. Like it: “Loyal 50”." in wrong.text
    assert 'name="segment_name" value="al 50 loy"' in wrong.text
    unknown = marketer.post(reverse("campaign_create"), answers | {"segment_name": "<nobody>"}).text
    assert "No segment to choose is called “&lt;nobody&gt;”." in unknown
    assert Campaign.objects.count() == 1
    marketer.post(reverse("campaign_create"), answers | {"name": "Winter", "segment_name": " "})
    assert Campaign.objects.get(name="Winter").segment is None


@pytest.mark.usefixtures("plenty")
def test_of_names_that_differ_in_case_the_one_written_is_meant(marketer: Client) -> None:
    Segment.objects.bulk_create([Segment(name=name, rule={}) for name in ("gold", "GOLD", "Gold")])
    draft = make_campaign()
    answers = {"name": "Autumn", "kind": "once", "purpose": "marketing"}
    for name in ("GOLD", "Gold", "gold"):
        marketer.post(reverse("audience_save", args=[draft.pk]), answers | {"segment_name": name})
        draft.refresh_from_db()
        assert draft.segment
        assert draft.segment.name == name


@pytest.mark.usefixtures("plenty")
def test_an_archived_audience_stays_chosen(marketer: Client) -> None:
    archived = make_segment(name="Players", archived_at=NOON)
    draft = make_campaign(segment=archived)
    assert 'name="segment_name" value="Players"' in marketer.get(reverse("campaign_editor", args=[draft.pk])).text
    answers = {"name": "Autumn", "kind": "once", "purpose": "marketing", "segment_name": "Players"}
    assert marketer.post(reverse("audience_save", args=[draft.pk]), answers).status_code == 302
    draft.refresh_from_db()
    assert draft.segment == archived
    other = make_campaign()
    refused = marketer.post(reverse("audience_save", args=[other.pk]), answers)
    assert "No segment to choose is called “Players”." in refused.text


def test_a_route_is_offered_and_taken_only_for_segments_without_one(marketer: Client, plenty: list[Segment]) -> None:
    make_segment(name="Loyal at last")
    draft = make_campaign(routes=[RoutePlan(segment=plenty[0]), RoutePlan()])
    assert "Loyal 0" not in offered(marketer, campaign=draft.pk, sought="loyal 0")
    assert "Loyal 0" in offered(marketer, sought="loyal 0")
    assert f"{reverse('segment_names')}?campaign={draft.pk}" in marketer.get(page_of(draft)).text
    add = reverse("route_add", args=[draft.pk])
    assert marketer.post(add, {"route-segment_name": "Loyal 0"}).status_code == 422
    assert "This field is required" in marketer.post(add, {"route-segment_name": ""}).text
    marketer.post(add, {"route-segment_name": "loyal 7"})
    assert Route.objects.filter(version=draft.version_id, segment=plenty[7]).exists()
    for wrong in ("x", "99999999", ""):
        assert marketer.get(reverse("segment_names"), {"campaign": wrong}).status_code == 404


def test_the_list_of_contacts_is_narrowed_by_a_written_name(marketer: Client, plenty: list[Segment]) -> None:
    make_contact(first_name="Anna", country="UA")
    make_contact(first_name="Bea", country="ES")
    rule = {"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]}
    # By its name, though there is one with this id.
    ukraine = make_segment(name=str(plenty[0].pk), rule=rule)

    def found(**query: Any) -> list[str]:
        return sorted(line.contact.first_name for line in marketer.get(reverse("contact_list"), query).context["lines"])

    assert found(segment_name=ukraine.name) == ["Anna"]
    assert found(segment=ukraine.pk) == ["Anna"]
    assert found(segment_name="") == found(segment_name="nobody") == ["Anna", "Bea"]
    fragment = marketer.get(reverse("contact_list"), {"segment_name": "nobody"}, headers={"HX-Request": "true"}).text
    assert "No segment to choose is called “nobody”." in fragment


def page_of(draft: Campaign) -> str:
    return reverse("campaign_editor", args=[draft.pk])


def signed_in(*permissions: Permission) -> Client:
    client = Client()
    client.force_login(make_user(roles=() if permissions else [Role.MARKETER], permissions=permissions))
    return client
