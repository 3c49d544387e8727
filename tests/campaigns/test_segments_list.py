"""The list of segments: whom each selects, who uses it, and what archiving means."""

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import AuditEntry, Segment
from campaigns.models.campaigns import CampaignStatus
from campaigns.pagination import PAGE_SIZE
from tests.factories import NOON, RoutePlan, make_campaign, make_contact, make_segment

pytestmark = pytest.mark.django_db

ADULTS = {"op": "all", "rules": [{"field": "age", "is": "at_least", "value": 18}]}


def test_the_list_reads_each_segment_and_says_who_uses_it(marketer: Client) -> None:
    segment = make_segment(name="Grown-ups", rule=ADULTS)
    make_campaign(name="Spring", segment=segment)
    make_campaign(name="Autumn", routes=[RoutePlan(segment=segment), RoutePlan()], status=CampaignStatus.RUNNING)
    html = marketer.get(reverse("segment_list")).content.decode()
    for text in ("Grown-ups", "People who are 18 or older", "Spring", "Autumn", "Running"):
        assert text in html


def test_the_list_counts_a_segment_when_it_is_shown(marketer: Client) -> None:
    make_contact(birth_date=date(1990, 1, 1))
    segment = make_segment(rule=ADULTS)
    assert marketer.get(reverse("segment_count", args=[segment.pk])).content.decode().strip() == "1"


def test_a_rule_that_can_no_longer_be_read_breaks_no_page(marketer: Client) -> None:
    segment = make_segment(rule={"op": "all", "rules": [{"field": "shoe size", "is": "equals", "value": 43}]})
    assert "can no longer be read" in marketer.get(reverse("segment_list")).content.decode()
    assert marketer.get(reverse("segment_count", args=[segment.pk])).content.decode().strip() == "—"
    assert "can no longer be read" in marketer.get(reverse("segment_edit", args=[segment.pk])).content.decode()


# --- Searching and sorting ------------------------------------------------------------------


def listed(client: Client, **query: str) -> list[str]:
    found = client.get(reverse("segment_list"), query).context["found"]
    assert found.number == len(found.lines)
    return [line.segment.name for line in found.lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("львів", ["Жінки, ЛЬВІВ", "Львів: чоловіки"]),
        ("ЖІНКИ", ["Жінки, ЛЬВІВ", "Жінки: Київ"]),
        ("київ жінки", ["Жінки: Київ"]),
        ("  київ  ", ["Жінки: Київ"]),
        ("100%", ["100% loyal"]),
        ("%", ["100% loyal"]),
        ("nobody", []),
    ],
)
def test_segments_are_found_by_parts_of_their_names(marketer: Client, text: str, expected: list[str]) -> None:
    for name in ("Жінки: Київ", "Жінки, ЛЬВІВ", "Львів: чоловіки", "100% loyal"):
        make_segment(name=name)
    assert sorted(listed(marketer, q=text)) == sorted(expected)


def test_nothing_found_leads_back_to_all(marketer: Client) -> None:
    make_segment(name="Grown-ups", archived_at=NOON)
    html = marketer.get(reverse("segment_list"), {"q": "players", "archived": "1"}).text
    assert "No segment like this" in html
    assert 'href="?archived=1"' in html
    assert 'value="players"' in html
    assert listed(marketer, q="grown") == []
    assert listed(marketer, q="grown", archived="1") == ["Grown-ups"]


def test_htmx_gets_the_rows_alone(marketer: Client) -> None:
    make_segment(name="Grown-ups")
    html = marketer.get(reverse("segment_list"), {"q": "grown"}, headers={"HX-Request": "true"}).text
    assert html.strip().startswith('<div id="rows">')


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["Anna", "Bea", "Cleo"]),
        ("-name", ["Cleo", "Bea", "Anna"]),
        ("newest", ["Anna", "Cleo", "Bea"]),
        ("oldest", ["Bea", "Cleo", "Anna"]),
        ("changed", ["Bea", "Anna", "Cleo"]),
        ("price", ["Anna", "Bea", "Cleo"]),
    ],
)
def test_the_list_is_sorted(marketer: Client, sort: str, expected: list[str]) -> None:
    first, _second, _third = (make_segment(name=name) for name in ("Bea", "Cleo", "Anna"))
    first.save()
    assert listed(marketer, sort=sort) == expected


@pytest.mark.parametrize("sort", ["name", "-name", "newest", "oldest", "changed"])
def test_pages_keep_to_the_order_and_the_search(marketer: Client, sort: str) -> None:
    Segment.objects.bulk_create(Segment(name=f"Loyal {number}", rule={}) for number in range(PAGE_SIZE + 1))
    make_segment(name="Players")
    first = marketer.get(reverse("segment_list"), {"sort": sort, "q": "loyal"})
    rest = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert rest
    second = marketer.get(reverse("segment_list") + unescape(rest[1]))
    shown = [line.segment.name for page in (first, second) for line in page.context["found"].lines]
    assert len(shown) == len(set(shown)) == first.context["found"].number == PAGE_SIZE + 1


# --- Archiving ------------------------------------------------------------------------------


def test_archiving_asks_and_says_who_goes_on_using_it(marketer: Client) -> None:
    segment = make_segment(name="Grown-ups", rule=ADULTS)
    make_campaign(name="Spring", segment=segment, status=CampaignStatus.RUNNING)
    url = reverse("segment_archive", args=[segment.pk])
    html = marketer.get(url).content.decode()
    assert "1 campaign uses it and goes on using it: “Spring”." in html
    assert Segment.objects.present().exists()
    marketer.post(url)
    assert not Segment.objects.present().exists()
    assert "1 archived segment" in marketer.get(reverse("segment_list")).content.decode()


def test_an_archived_segment_can_be_restored(marketer: Client) -> None:
    segment = make_segment(name="Grown-ups")
    marketer.post(reverse("segment_archive", args=[segment.pk]))
    assert "Grown-ups" in marketer.get(reverse("segment_list"), {"archived": "1"}).content.decode()
    marketer.post(reverse("segment_restore", args=[segment.pk]))
    assert Segment.objects.present().get() == segment
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == ["archive", "restore"]
