"""Who may look at a draft, and who may change it."""

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from campaigns import urls_campaigns
from campaigns.models import Contact
from campaigns.permissions import Role
from tests.campaigns.editor.pages import HTMX, page, text, the_step
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db

CHANGING = [
    "campaign_copy",
    "campaign_delete",
    "campaign_archive",
    "campaign_pause",
    "campaign_resume",
    "campaign_cancel",
]
# The pages of the editor that only show.
SHOWING = {
    "campaign_editor",
    "campaign_news",
    "campaign_outlook",
    "message_people",
    "message_lacking",
    "message_languages",
}
POSTING = [
    pattern
    for pattern in urls_campaigns.urlpatterns
    if pattern.name == "campaign_launch"
    or (str(pattern.pattern).startswith(urls_campaigns.EDIT) and pattern.name not in SHOWING)
]


@pytest.mark.parametrize("role", Role)
def test_whoever_reads_reports_may_look_at_a_draft(client: Client, role: Role) -> None:
    client.force_login(make_user(roles=[role]))
    response = client.get(page("campaign_review", make_campaign()))
    assert response.status_code == 200
    assert ("Back to the editor" in text(response)) == (role == Role.MARKETER)


@pytest.mark.parametrize("name", CHANGING)
def test_only_whoever_makes_campaigns_is_asked(client: Client, name: str) -> None:
    client.force_login(make_user(roles=[Role.MANAGER, Role.ADMIN]))
    assert client.get(page(name, make_campaign())).status_code == 403
    assert client.post(page(name, make_campaign())).status_code == 403


@pytest.mark.parametrize("pattern", POSTING, ids=lambda pattern: pattern.name)
def test_only_whoever_makes_campaigns_changes_a_draft(client: Client, pattern: URLPattern) -> None:
    client.force_login(make_user(roles=[Role.MANAGER, Role.ADMIN]))
    campaign = make_campaign()
    step = the_step(campaign)
    its_own = {"pk": campaign.pk, "route_pk": step.route_id, "step_pk": step.pk}
    address = reverse(str(pattern.name), kwargs={name: its_own[name] for name in pattern.pattern.converters})
    assert client.post(address, headers=HTMX).status_code == 403


def test_a_manager_who_opens_a_draft_is_led_to_the_page_that_only_reads(client: Client) -> None:
    client.force_login(make_user(roles=[Role.MANAGER]))
    campaign = make_campaign()
    assert client.get(page("campaign_editor", campaign)).headers["Location"] == page("campaign_review", campaign)


def test_somebody_without_any_role_sees_no_campaigns(client: Client) -> None:
    client.force_login(make_user())
    assert client.get(reverse("campaign_list")).status_code == 403


def test_nobody_sees_a_persons_name_without_the_permission(client: Client, olena: Contact) -> None:
    client.force_login(make_user(roles=[Role.MANAGER]))
    assert "Олена" not in text(client.get(page("campaign_review", make_campaign())))
    client.force_login(make_user(roles=[Role.MARKETER]))
    assert "What Олена sees" in text(client.get(page("campaign_review", make_campaign())))
