"""The list of segments: whom each selects, who uses it, and what archiving means."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import AuditEntry, Segment
from campaigns.models.campaigns import CampaignStatus
from tests.factories import RoutePlan, make_campaign, make_contact, make_segment

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
