"""Ids as anybody may write them into an address."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.asked_ids import read_id
from campaigns.permissions import Role
from tests.factories import make_campaign, make_contact, make_user

# Python reads no number of so many figures, and PostgreSQL none of half as many.
ENDLESS = "9" * 5_000


@pytest.mark.parametrize(
    ("written", "number"), [("7", 7), ("", 0), ("x", 0), ("-1", 0), ("²", 0), ("9" * 19, 0), (ENDLESS, 0)]
)
def test_what_is_no_id_is_none(written: str, number: int) -> None:
    assert read_id(written) == number


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("campaign_test", "at_person"),
        ("campaign_test", "after"),
        ("campaign_review", "person"),
        ("campaign_editor", "person"),
        ("campaign_editor", "route"),
        ("campaign_create", "segment"),
        ("campaign_figures", "pk"),
        ("segment_list", "saved"),
    ],
)
def test_a_page_asked_for_an_endless_id_shows_what_it_shows_without(client: Client, name: str, asked: str) -> None:
    client.force_login(make_user(roles=[Role.MARKETER]))
    make_contact(phone="+380501112200")
    is_of_one = name in {"campaign_test", "campaign_review", "campaign_editor"}
    address = reverse(name, args=[make_campaign().pk] if is_of_one else [])
    assert client.get(address, {asked: ENDLESS}).status_code == 200
