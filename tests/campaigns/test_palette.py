"""The command palette without a browser: what it finds, for whom, and in how many queries."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.campaigns.signing_in import signed_in
from tests.factories import NOON, make_campaign, make_contact, make_segment

pytestmark = pytest.mark.django_db


def found(client: Client, text: str = "") -> str:
    return client.get("/jump/", {"sought": text}, headers={"HX-Request": "true"}).text


def test_it_finds_campaigns_segments_and_people_by_a_part_of_their_name() -> None:
    draft = make_campaign(name="Winter sale")
    running = make_campaign(name="Winter boots", status=CampaignStatus.RUNNING)
    segment = make_segment(name="Winter sports")
    person = make_contact(first_name="Winter", phone="+491511235000", consents=[Channel.SMS])
    html = found(signed_in(Role.MARKETER), "winter")
    for path in (f"/campaigns/{draft.pk}/edit/", f"/campaigns/{running.pk}/", f"/segments/{segment.pk}/"):
        assert f'href="{path}"' in html
    assert f'href="/contacts/{person.pk}/"' in html
    assert "+491511235000" in html
    assert "4 results" in html


def test_a_part_of_a_phone_number_or_an_address_finds_the_person() -> None:
    person = make_contact(phone="+491511235000", email="anna@example.com")
    client = signed_in(Role.MARKETER)
    for text in ("1511235000", "+49 151 1235", "anna@example.com"):
        assert f'href="/contacts/{person.pk}/"' in found(client, text)


def test_without_a_text_it_offers_actions_and_pages_alone() -> None:
    make_campaign(name="Winter sale")
    make_contact(first_name="Winter")
    html = found(signed_in(Role.MARKETER))
    assert "New campaign" in html
    assert 'href="/reports/"' in html
    assert "Winter" not in html


@pytest.mark.parametrize(
    ("role", "opened", "closed"),
    [
        (Role.MANAGER, {"Winter sale"}, {"Winter sports", "Winter, Anna"}),
        (Role.ADMIN, {"Winter sale"}, {"Winter sports", "Winter, Anna"}),
    ],
)
def test_nobody_finds_what_they_may_not_see(role: Role, opened: set[str], closed: set[str]) -> None:
    make_campaign(name="Winter sale")
    make_segment(name="Winter sports")
    make_contact(first_name="Winter, Anna")
    html = found(signed_in(role), "winter")
    assert all(name in html for name in opened)
    assert not any(name in html for name in closed)
    assert "/edit/" not in html


def test_actions_are_offered_to_those_who_may_do_them() -> None:
    assert "New campaign" not in found(signed_in(Role.MANAGER), "new")
    assert "Invite a colleague" in found(signed_in(Role.ADMIN), "invite")


def test_what_was_put_away_is_not_found() -> None:
    make_campaign(name="Winter sale", archived_at=NOON)
    make_segment(name="Winter sports", archived_at=NOON)
    html = found(signed_in(Role.MARKETER), "winter")
    assert "Nothing fits that" in html


def test_at_most_eight_of_a_kind_are_shown_in_a_handful_of_queries() -> None:
    for number in range(12):
        make_campaign(name=f"Winter {number}")
        make_segment(name=f"Winter {number}")
        make_contact(first_name=f"Winter {number}", phone=f"+4915112350{number:02}")
    client = signed_in(Role.MARKETER)
    found(client, "winter")
    with CaptureQueriesContext(connection) as queries:
        html = found(client, "winter")
    assert html.count('role="option"') == 24
    assert len(queries) <= 10


@pytest.mark.parametrize("text", ["\x00", "%", "'\"<script>", "x" * 5000])
def test_whatever_is_typed_is_answered(text: str) -> None:
    make_campaign(name="Winter")
    assert "<script>" not in found(signed_in(Role.MARKETER), text)


def test_without_script_it_is_a_page_with_the_same_links() -> None:
    draft = make_campaign(name="Winter sale")
    page = signed_in(Role.MARKETER).get("/jump/", {"sought": "winter"}).text
    assert f'<a class="jump" href="/campaigns/{draft.pk}/edit/">' in page
    assert 'value="winter"' in page


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    assert client.get("/jump/").headers["Location"].startswith("/accounts/login/")
