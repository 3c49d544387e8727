"""The operations page: for admins, calm when all is well, in words when it is not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.engine import clock
from campaigns.models import Alert, AlertKind, Pulse
from campaigns.operations import alerts
from campaigns.operations.readings import STUCK_AFTER
from campaigns.permissions import Role
from channels.kinds import Channel
from channels.models import Sender
from tests.campaigns.engine.stage import Stage
from tests.campaigns.operations.running import campaign_of, let_all_time_pass, show_everybody
from tests.campaigns.signing_in import signed_in
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


def page(client: Client | None = None, **headers: str) -> str:
    """The page, as an admin sees it."""
    response = (client or signed_in(Role.ADMIN)).get(reverse("operations"), headers=headers)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("role", [Role.MARKETER, Role.MANAGER])
def test_only_admins_see_it(role: Role) -> None:
    assert signed_in(role).get(reverse("operations")).status_code == 403
    assert "Operations" not in signed_in(role).get("/").content.decode()
    assert signed_in(Role.ADMIN).get(reverse("operations")).status_code == 200
    assert reverse("operations") in signed_in(Role.ADMIN).get("/").content.decode()


def test_strangers_come_to_the_sign_in_page() -> None:
    assert reverse("account_login") in Client().get(reverse("operations"))["Location"]
    fragment = Client().get(reverse("operations"), headers={"hx-request": "true"})
    assert "operations-card" not in fragment.content.decode()


def test_a_product_of_which_nothing_runs_says_what_to_start(stage: Stage) -> None:
    shown = page()
    for queue in ("tick", "urgent", "track", "engine", "bulk"):
        assert f"No worker takes the queue {queue}." in shown
        assert f"python -m cascade_site.start {queue}" in shown
    assert "No beat is alive" in shown
    assert "All is well" not in shown


def test_it_is_calm_when_all_is_well(stage: Stage) -> None:
    show_everybody()
    campaign_of(stage, 2)
    shown = page()
    assert "All is well" in shown
    assert "Needs you" not in shown


def test_what_is_wrong_leads_to_where_it_is_mended(stage: Stage) -> None:
    show_everybody()
    with stage.holding(Channel.SMS) as sender:
        campaign = campaign_of(stage, 2)
    let_all_time_pass(STUCK_AFTER + timedelta(minutes=1))
    shown = page()
    assert f"The campaign {campaign.name} is stuck" in shown
    assert reverse("campaign_watch", args=[campaign.pk]) in shown
    Sender.objects.update(held_at=clock.now(), held_reason="402 balance is empty")
    shown = page()
    assert "402 balance is empty" in shown
    assert f"The campaign {campaign.name} is stuck" not in shown
    assert reverse("sender_edit", args=[sender.pk]) in shown


def test_htmx_gets_the_inside_alone(stage: Stage) -> None:
    shown = page(**{"hx-request": "true", "hx-target": "operations"})
    assert shown.startswith('<div class="stack" id="operations"')
    assert "<html" not in shown


def test_what_is_over_is_told(stage: Stage) -> None:
    now = clock.real_now()
    Alert.objects.create(kind=AlertKind.NO_BEAT, began_at=now, raised_at=now, ended_at=now)
    assert "What is over" in page()


def test_the_first_page_tells_those_who_may_act_and_the_campaign_tells_everybody(stage: Stage) -> None:
    show_everybody()
    campaign = campaign_of(stage, 2)
    let_all_time_pass(timedelta(hours=2))
    let_all_time_pass(STUCK_AFTER + timedelta(minutes=1))
    now = clock.real_now()
    alerts.look(now)
    alerts.look(now + alerts.PATIENCE)
    stuck = f"The campaign {campaign.name} is stuck"
    assert stuck in page_at("home", Role.ADMIN)
    assert stuck in page_at("home", Role.MARKETER)
    assert stuck not in page_at("home", Role.MANAGER)
    assert "is stuck since" in page_at("campaign_watch", Role.MARKETER, campaign.pk)
    stage.run()
    alerts.look(now + 2 * alerts.PATIENCE)
    assert stuck not in page_at("home", Role.ADMIN)
    assert "is stuck since" not in page_at("campaign_watch", Role.MARKETER, campaign.pk)


def test_a_campaign_whose_audience_is_not_enrolled_says_so(stage: Stage) -> None:
    show_everybody()
    campaign = make_campaign(status="running", launched_at=clock.now())
    let_all_time_pass(STUCK_AFTER + timedelta(minutes=1))
    assert f"The audience of the campaign {campaign.name} has not been enrolled" in page()
    assert reverse("campaign_watch", args=[campaign.pk]) in page()
    now = clock.real_now()
    alerts.look(now)
    alerts.look(now + alerts.PATIENCE)
    assert "its audience has not been enrolled" in page_at("campaign_watch", Role.MARKETER, campaign.pk)


def page_at(name: str, role: Role, *args: int) -> str:
    """A page as somebody with `role` sees it."""
    return " ".join(signed_in(role).get(reverse(name, args=args)).content.decode().split())


def test_a_silent_process_is_not_shown_as_alive(stage: Stage) -> None:
    show_everybody()
    Pulse.objects.filter(kind=Pulse.Kind.BEAT).update(seen_at=clock.real_now() - timedelta(minutes=2))
    assert "No beat is alive" in page()
