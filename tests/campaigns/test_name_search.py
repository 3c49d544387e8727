"""Parts of names find campaigns, segments and where the palette leads, in one way."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.name_search import named
from tests.factories import make_campaign, make_segment

pytestmark = pytest.mark.django_db


def test_campaigns_are_found_by_words_in_any_order(marketer: Client) -> None:
    for name in ("Осінь: знижки 20%", "Знижки весни", "Winter"):
        make_campaign(name=name)
    for text, expected in {
        "знижки ОСІНЬ": ["Осінь: знижки 20%"],
        "20% зниж": ["Осінь: знижки 20%"],
        "  ": ["Winter", "Знижки весни", "Осінь: знижки 20%"],
        "_": [],
    }.items():
        found = marketer.get(reverse("campaign_list"), {"q": text}).context["lines"]
        assert sorted(line.campaign.name for line in found) == sorted(expected), text


def test_the_palette_finds_segments_by_words_in_any_order(marketer: Client) -> None:
    make_segment(name="Київ: жінки")
    for text in ("жінки київ", "ЖІН"):
        assert "Київ: жінки" in marketer.get(reverse("palette"), {"sought": text}).text


def test_nothing_is_asked_by_an_empty_text() -> None:
    assert not named(" \0 ")
