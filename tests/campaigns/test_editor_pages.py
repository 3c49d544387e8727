"""The pages of drafts, without a browser: who may, what is saved, what is told at which field."""

import re
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import drafting
from campaigns.models import AuditEntry, Campaign, Condition, Contact, Content, Purpose, Route, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.factories import (
    RoutePlan,
    StepPlan,
    ago,
    make_account,
    make_campaign,
    make_contact,
    make_enrolment,
    make_price,
    make_segment,
    make_sender,
    make_user,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def olena() -> Contact:
    """Somebody who may be messaged by SMS."""
    return make_contact(phone="+380501112233", consents=[Channel.SMS], first_name="Олена")


@pytest.fixture
def marketer(client: Client) -> Client:
    """A browser of somebody who makes campaigns."""
    client.force_login(make_user(roles=[Role.MARKETER]))
    return client


def page(name: str, campaign: Campaign, *args: int) -> str:
    """The address of a page about `campaign`."""
    return reverse(name, args=[campaign.pk, *args])


def text(response: Any) -> str:
    """What the page says, without its tags."""
    without_tags = re.sub(r"<[^>]*>", " ", response.content.decode())
    return re.sub(r"\s+", " ", without_tags)


def the_step(campaign: Campaign) -> Step:
    """The only step."""
    return Step.objects.get(route__version=campaign.version_id)


# --- Who may ---------------------------------------------------------------------------------------

CHANGING = [
    "campaign_copy",
    "campaign_delete",
    "campaign_archive",
    "campaign_pause",
    "campaign_resume",
    "campaign_cancel",
]
POSTING = [
    "audience_save",
    "limits_save",
    "schedule_save",
    "message_save",
    "message_look",
    "route_add",
    "campaign_launch",
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


@pytest.mark.parametrize("name", POSTING)
def test_only_whoever_makes_campaigns_changes_a_draft(client: Client, name: str) -> None:
    client.force_login(make_user(roles=[Role.MANAGER, Role.ADMIN]))
    assert client.post(page(name, make_campaign()), headers=HTMX).status_code == 403


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


# --- The list --------------------------------------------------------------------------------------


def test_the_list_shows_campaigns_with_their_channels(marketer: Client) -> None:
    make_campaign(
        name="Autumn", routes=[RoutePlan(steps=[StepPlan(channel=Channel.VIBER), StepPlan(channel=Channel.SMS)])]
    )
    shown = marketer.get(reverse("campaign_list")).content.decode()
    assert shown.index('title="Viber"') < shown.index('title="SMS"')


def test_the_list_is_searched_and_filtered(marketer: Client) -> None:
    make_campaign(name="Autumn")
    make_campaign(name="Winter", status=CampaignStatus.RUNNING)
    make_campaign(name="Old", status=CampaignStatus.FINISHED, archived_at=ago(days=1))
    address = reverse("campaign_list")
    shown = {
        query: [name in text(marketer.get(address + query)) for name in ("Autumn", "Winter", "Old")]
        for query in ("", "?q=AUT", "?status=running", "?status=archived", "?q=zzz")
    }
    assert shown == {
        "": [True, True, False],
        "?q=AUT": [True, False, False],
        "?status=running": [False, True, False],
        "?status=archived": [False, False, True],
        "?q=zzz": [False, False, False],
    }


def test_the_list_goes_on_after_its_first_page(marketer: Client) -> None:
    for number in range(27):
        make_campaign(name=f"Campaign number {number:02}")
    first = marketer.get(reverse("campaign_list"))
    assert "number 26" in text(first)
    assert "number 01" not in text(first)
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert following is not None
    assert "number 01" in text(marketer.get(reverse("campaign_list") + following[1].replace("&amp;", "&")))


def test_figures_of_the_list_are_loaded_apart(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    response = marketer.get(f"{reverse('campaign_figures')}?pk={campaign.pk}&pk=nonsense", headers=HTMX)
    assert f'id="people-{campaign.pk}"' in response.content.decode()


# --- New, copied, deleted, archived ----------------------------------------------------------------


def test_a_new_campaign_opens_in_the_editor(marketer: Client) -> None:
    segment = make_segment()
    answers = {"name": "Autumn", "kind": "once", "purpose": "marketing", "segment": segment.pk}
    response = marketer.post(reverse("campaign_create"), answers)
    campaign = Campaign.objects.get()
    assert response.headers["Location"] == page("campaign_editor", campaign)
    assert (campaign.segment, campaign.created_by) == (segment, response.wsgi_request.user)


def test_a_campaign_without_a_name_is_refused_and_keeps_what_was_chosen(marketer: Client) -> None:
    response = marketer.post(reverse("campaign_create"), {"kind": "api", "purpose": "transactional"})
    assert response.status_code == 422
    assert re.search(r'value="api"[^>]* checked', response.content.decode())
    assert not Campaign.objects.exists()


def test_a_campaign_for_the_api_forgets_the_audience(marketer: Client) -> None:
    answers = {"name": "Cart", "kind": "api", "purpose": "marketing", "segment": make_segment().pk}
    marketer.post(reverse("campaign_create"), answers)
    assert Campaign.objects.get().segment is None


def test_a_copy_is_asked_for_a_name_and_opened(marketer: Client) -> None:
    campaign = make_campaign(name="Autumn", status=CampaignStatus.FINISHED)
    assert 'value="Autumn, copy"' in marketer.get(page("campaign_copy", campaign)).content.decode()
    marketer.post(page("campaign_copy", campaign), {"name": "Autumn again"})
    assert Campaign.objects.get(name="Autumn again").status == CampaignStatus.DRAFT


def test_deleting_asks_first(marketer: Client) -> None:
    campaign = make_campaign()
    assert marketer.get(page("campaign_delete", campaign)).status_code == 200
    assert Campaign.objects.exists()
    marketer.post(page("campaign_delete", campaign))
    assert not Campaign.objects.exists()


def test_only_a_campaign_that_is_over_is_archived(marketer: Client) -> None:
    running, finished = make_campaign(status=CampaignStatus.RUNNING), make_campaign(status=CampaignStatus.FINISHED)
    assert "not over yet" in text(marketer.post(page("campaign_archive", running), follow=True))
    marketer.post(page("campaign_archive", finished))
    assert [row.archived_at is not None for row in (_fresh(running), _fresh(finished))] == [False, True]


def _fresh(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


# --- The editor ------------------------------------------------------------------------------------


def test_the_editor_shows_the_chain_as_sentences(marketer: Client, olena: Contact) -> None:
    sender = make_sender(name="SHOP")
    make_price(account=sender.account, channel=Channel.SMS, amount="0.031")
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(sender=sender)])])
    shown = text(marketer.get(page("campaign_editor", campaign)))
    assert "1. SMS from SHOP Stops here if they follow the link" in shown
    assert "wait up to 2 hours , then it ends as not reached" in shown
    assert "$0.031" in shown
    assert "What Олена sees" in shown


def test_a_saved_card_comes_back_alone_with_what_it_changes_elsewhere(marketer: Client) -> None:
    campaign = make_campaign()
    wait = {f"step-{the_step(campaign).pk}-number": 3, f"step-{the_step(campaign).pk}-unit": 86400}
    response = marketer.post(page("timeout_save", campaign, the_step(campaign).pk), wait, headers=HTMX)
    shown = response.content.decode()
    assert the_step(campaign).timeout == timedelta(days=3)
    assert "<html" not in shown
    assert 'id="chain"' in shown
    assert f'name="seen_now" value="{_fresh(campaign).updated_at.isoformat()}"' in shown
    assert response.headers["HX-Trigger"] == '{"draft-changed": {}}'


def test_without_javascript_a_saved_card_leads_back_to_the_page(marketer: Client) -> None:
    campaign = make_campaign()
    step = the_step(campaign)
    answers = {f"step-{step.pk}-number": 3, f"step-{step.pk}-unit": 3600, f"step-{step.pk}-is_waking_time": "on"}
    response = marketer.post(page("timeout_save", campaign, step.pk), answers)
    assert response.headers["Location"] == f"{page('campaign_editor', campaign)}?route={step.route_id}#chain"
    assert the_step(campaign).is_waking_time


@pytest.mark.parametrize(
    ("number", "unit", "sentence"),
    [
        ("0", 60, "A step has to wait for at least 30 seconds."),
        ("-5", 60, "A step has to wait for at least 30 seconds."),
        ("91", 86400, "A step can wait for no more than 90 days."),
        ("9999999", 86400, "A step can wait for no more than 90 days."),
        ("soon", 60, "Enter a whole number."),
    ],
)
def test_a_wait_that_cannot_work_is_told_at_its_field(marketer: Client, number: str, unit: int, sentence: str) -> None:
    campaign = make_campaign()
    step = the_step(campaign)
    answers = {f"step-{step.pk}-number": number, f"step-{step.pk}-unit": unit}
    response = marketer.post(page("timeout_save", campaign, step.pk), answers, headers=HTMX)
    assert response.status_code == 422
    assert sentence in text(response)
    assert f'value="{number}"' in response.content.decode()
    assert the_step(campaign).timeout == timedelta(hours=2)


def test_a_condition_the_channel_never_reports_is_told_at_its_field(marketer: Client) -> None:
    campaign = make_campaign()
    step = the_step(campaign)
    answers = {f"step-{step.pk}-sender": step.sender_id, f"step-{step.pk}-condition": "opened"}
    response = marketer.post(page("step_save", campaign, step.pk), answers, headers=HTMX)
    assert response.status_code == 422
    assert "does not tell whether a message was opened. Nearest to it: stop if they follow the link." in text(response)
    assert the_step(campaign).condition == Condition.CLICKED


def test_a_step_gets_another_sender_and_condition(marketer: Client) -> None:
    campaign = make_campaign()
    step, other = the_step(campaign), make_sender()
    answers = {f"step-{step.pk}-sender": other.pk, f"step-{step.pk}-condition": "goal"}
    assert marketer.post(page("step_save", campaign, step.pk), answers, headers=HTMX).status_code == 200
    assert (the_step(campaign).sender, the_step(campaign).condition) == (other, Condition.GOAL)


def test_a_sender_of_another_channel_is_not_taken(marketer: Client) -> None:
    campaign = make_campaign()
    step, other = the_step(campaign), make_sender(channel=Channel.VIBER)
    answers = {f"step-{step.pk}-sender": other.pk, f"step-{step.pk}-condition": "clicked"}
    assert marketer.post(page("step_save", campaign, step.pk), answers, headers=HTMX).status_code == 422


def test_steps_are_added_moved_ordered_and_removed(marketer: Client) -> None:
    for channel, amount in ((Channel.SMS, "0.03"), (Channel.VIBER, "0.04")):
        account = make_account()
        make_price(account=account, channel=channel, amount=amount)
        make_sender(channel=channel, account=account)
    campaign = make_campaign(routes=[RoutePlan(steps=[])])
    route = Route.objects.get()

    def chain() -> list[str]:
        return list(route.steps.values_list("channel", flat=True))

    for added in ("viber", "sms"):
        marketer.post(page("step_add", campaign, route.pk), {"channel": added}, headers=HTMX)
    assert chain() == ["sms", "viber"]
    marketer.post(page("step_up", campaign, route.steps.get(channel="viber").pk), headers=HTMX)
    assert chain() == ["viber", "sms"]
    marketer.post(page("steps_order", campaign, route.pk), headers=HTMX)
    assert chain() == ["sms", "viber"]
    marketer.post(page("step_down", campaign, route.steps.get(channel="sms").pk), headers=HTMX)
    assert chain() == ["viber", "sms"]
    marketer.post(page("step_remove", campaign, route.steps.get(channel="viber").pk), headers=HTMX)
    assert chain() == ["sms"]


def test_a_route_for_a_segment_is_added_opened_and_removed(marketer: Client) -> None:
    campaign, young = make_campaign(), make_segment(name="18 to 25")
    answers = {"route-segment": young.pk, "route-is_copy": "on"}
    response = marketer.post(page("route_add", campaign), answers, headers=HTMX)
    route = Route.objects.get(segment=young)
    assert f'name="at_route" value="{route.pk}"' in response.content.decode()
    assert route.steps.count() == 1
    marketer.post(page("route_remove", campaign, route.pk), headers=HTMX)
    assert not Route.objects.filter(segment=young).exists()


def test_routes_are_tried_in_another_order(marketer: Client) -> None:
    campaign = make_campaign()
    routes = [drafting.add_route(campaign=campaign, segment=make_segment()) for _ in range(2)]
    marketer.post(page("route_down", campaign, routes[0].pk), headers=HTMX)
    assert [_position(route) for route in routes] == [1, 0]
    marketer.post(page("route_up", campaign, routes[0].pk), headers=HTMX)
    assert [_position(route) for route in routes] == [0, 1]


def _position(route: Route) -> int:
    return Route.objects.get(pk=route.pk).position


def test_a_step_of_another_campaign_is_not_touched(marketer: Client) -> None:
    campaign, other = make_campaign(), make_campaign()
    assert marketer.post(page("step_remove", campaign, the_step(other).pk), headers=HTMX).status_code == 404
    assert the_step(other).pk


# --- The message -----------------------------------------------------------------------------------


def test_the_message_and_its_link_are_saved(marketer: Client) -> None:
    campaign = make_campaign()
    answers = {"message-text": "Hello {{ first_name }}\r\n{{ link }}", "message-link_url": "https://shop.example.com/x"}
    assert marketer.post(page("message_save", campaign), answers, headers=HTMX).status_code == 200
    assert Content.objects.get().text == "Hello {{ first_name }}\n{{ link }}"
    assert campaign.version.links.get().url == "https://shop.example.com/x"


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"message-text": "Hello {{ frist_name }}"}, "Did you mean “first_name”?"),
        ({"message-text": "Hello {{ first_name"}, "is never closed"),
        ({"message-text": "Hello", "message-link_url": "shop"}, "Begin the address with https:// and a site."),
        ({"message-text": "Hello", "message-link_url": "https://{{ country }}.example.com"}, "only behind it"),
    ],
)
def test_what_is_wrong_with_the_message_is_told_and_nothing_typed_is_lost(
    marketer: Client, answers: dict[str, str], sentence: str
) -> None:
    campaign = make_campaign()
    response = marketer.post(page("message_save", campaign), answers, headers=HTMX)
    assert response.status_code == 422
    shown = response.content.decode().replace("&#x27;", "'")
    assert sentence in shown
    assert all(value in shown for value in answers.values())
    assert Content.objects.get().text.startswith("Hello {{ first_name | friend }}")


def test_a_channel_gets_a_text_of_its_own_and_gives_it_up(marketer: Client) -> None:
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(channel=Channel.VIBER)])])
    marketer.post(page("message_save", campaign) + "?text=viber", {"message-text": "For Viber"}, headers=HTMX)
    assert Content.objects.get(channel="viber").text == "For Viber"
    assert campaign.version.links.exists()
    marketer.post(page("message_remove", campaign) + "?text=viber", headers=HTMX)
    assert not Content.objects.filter(channel="viber").exists()


def test_a_mistake_stands_in_its_own_tab_and_marks_it(marketer: Client) -> None:
    campaign = make_campaign()
    drafting.write_content(campaign=campaign, channel=Channel.SMS, text="Hello {{ frist_name }}")
    elsewhere = text(marketer.get(page("campaign_editor", campaign)))
    assert "Did you mean" not in elsewhere
    assert "1 thing to do" in elsewhere
    assert 'aria-label="has something to mend"' in marketer.get(page("campaign_editor", campaign)).content.decode()
    assert "Did you mean “first_name”?" in text(marketer.get(page("campaign_editor", campaign) + "?text=sms"))


def test_an_unknown_channel_is_no_tab(marketer: Client) -> None:
    assert marketer.get(page("campaign_editor", make_campaign()) + "?text=pigeon").status_code == 404


def test_parts_are_counted_with_the_real_link_while_it_is_typed(marketer: Client, settings: Any) -> None:
    """Incident: nobody sees which character forces UCS-2 (braze-docs#10058, postmangovsg#1362)."""
    settings.PUBLIC_URL = "https://shp.ex"
    make_contact(phone="+380501112233", consents=[Channel.SMS], first_name="Ann")
    campaign = make_campaign()
    typed = {"message-text": "Sale – " + "x" * 40 + " {{ link }}", "message-link_url": "https://shop.example.com"}
    shown = text(marketer.post(page("message_look", campaign), typed, headers=HTMX))
    # 48 characters and a link of 29: more than the 70 that one part of UCS-2 holds.
    assert "2 parts , 77 characters in UCS-2" in shown
    assert "because of –" in shown
    assert "use plain characters and pay for 1 part" in shown
    assert "What Ann sees" in shown
    assert Content.objects.get().text.startswith("Hello")


def test_one_click_replaces_the_costly_characters_and_saves(marketer: Client) -> None:
    campaign = make_campaign()
    answers = {"message-text": "Sale – “now”", "message-link_url": "", "cheapen": "1"}
    marketer.post(page("message_save", campaign), answers, headers=HTMX)
    assert Content.objects.get().text == 'Sale - "now"'


def test_the_message_is_shown_for_one_person_after_another(marketer: Client) -> None:
    for name in ("Ann", "Bob"):
        make_contact(phone="", first_name=name)
    campaign = make_campaign(text="Hello {{ first_name }}")
    first = text(marketer.get(page("campaign_editor", campaign)))
    ann = Contact.objects.get(first_name="Ann")
    following = text(
        marketer.post(page("message_look", campaign), {"message-text": "Hello", "after": ann.pk}, headers=HTMX)
    )
    assert "What Ann sees" in first
    assert "What Bob sees" in following


# --- Audience, schedule, limits --------------------------------------------------------------------


def test_people_are_counted_by_route_and_step_apart_from_the_page(marketer: Client, olena: Contact) -> None:
    make_contact(email="ann@example.com")
    campaign = make_campaign()
    spanish = make_segment(rule={"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es"]}]})
    route = drafting.add_route(campaign=campaign, segment=spanish)
    shown = marketer.get(page("campaign_outlook", campaign), headers=HTMX)
    assert "2 people · 1 reachable on at least one step" in text(shown)
    assert "1 of 2 can be messaged here." in text(shown)
    assert f'data-fills="route-{route.pk}-people" hidden>0<' in shown.content.decode()


def test_an_empty_audience_is_told_beside_it(marketer: Client) -> None:
    assert "There are no contacts yet." in text(marketer.get(page("campaign_outlook", make_campaign()), headers=HTMX))


def test_the_audience_is_changed(marketer: Client) -> None:
    campaign, segment = make_campaign(), make_segment()
    answers = {"name": "Winter", "kind": "once", "purpose": "transactional", "segment": segment.pk}
    assert marketer.post(page("audience_save", campaign), answers, headers=HTMX).status_code == 200
    changed = _fresh(campaign)
    assert (changed.name, changed.purpose, changed.segment) == ("Winter", Purpose.TRANSACTIONAL, segment)


def test_a_campaign_for_the_api_shows_how_to_call_it(marketer: Client) -> None:
    campaign = make_campaign(kind="api")
    shown = text(marketer.get(page("campaign_editor", campaign)))
    assert "POST /api/enrolments" in shown
    assert f"id is {campaign.pk} ." in shown


LIMITS = {"limits-cap_days": 7, "limits-on_cap": "end", "limits-grace_hours": 12, "limits-untracked": "all_steps"}


def test_limits_are_saved(marketer: Client) -> None:
    campaign = make_campaign()
    answers = {
        **LIMITS,
        "limits-quiet_from": "22:00",
        "limits-quiet_until": "08:00",
        "limits-cap_campaigns": 2,
        "limits-budget": "700",
    }
    assert marketer.post(page("limits_save", campaign), answers, headers=HTMX).status_code == 200
    saved = _fresh(campaign)
    assert (saved.quiet_from, saved.quiet_until, saved.cap_campaigns, saved.budget) == (
        time(22),
        time(8),
        2,
        Decimal(700),
    )
    assert saved.grace == timedelta(hours=12)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"limits-quiet_from": "22:00"}, "Say both, or leave both empty for no quiet hours."),
        ({"limits-budget": "0"}, "A budget is more than nothing."),
        ({"limits-budget": "-3"}, "A budget is more than nothing."),
        ({"limits-cap_campaigns": "0"}, "greater than or equal to 1"),
        ({"limits-grace_hours": "0"}, "greater than or equal to 1"),
    ],
)
def test_limits_that_cannot_work_are_told_at_their_field(
    marketer: Client, answers: dict[str, str], sentence: str
) -> None:
    campaign = make_campaign()
    response = marketer.post(page("limits_save", campaign), {**LIMITS, **answers}, headers=HTMX)
    assert response.status_code == 422
    assert sentence in text(response)


def test_a_start_is_read_in_the_time_zone_of_whoever_types_it(client: Client) -> None:
    """Incident: still UTC in 2026 (mautic#17319)."""
    client.force_login(make_user(roles=[Role.MARKETER], time_zone="Europe/Kyiv"))
    campaign = make_campaign()
    answers = {"schedule-when": "later", "schedule-starts_at": "2099-07-01T10:00"}
    client.post(page("schedule_save", campaign), answers, headers=HTMX)
    starts_at = _fresh(campaign).starts_at
    assert starts_at is not None
    assert starts_at.isoformat() == "2099-07-01T07:00:00+00:00"
    assert "10 a.m." in text(client.get(page("campaign_editor", campaign)))


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"schedule-when": "later"}, "Say when it starts."),
        ({"schedule-when": "later", "schedule-starts_at": "2020-01-01T10:00"}, "This is in the past."),
        ({"schedule-when": "now", "schedule-ends_at": "2020-01-01T10:00"}, "The end has to be after the start."),
        (
            {
                "schedule-when": "later",
                "schedule-starts_at": "2099-01-02T10:00",
                "schedule-ends_at": "2099-01-01T10:00",
            },
            "The end has to be after the start.",
        ),
    ],
)
def test_a_schedule_that_cannot_work_is_told_at_its_field(
    marketer: Client, answers: dict[str, str], sentence: str
) -> None:
    campaign = make_campaign()
    response = marketer.post(page("schedule_save", campaign), answers, headers=HTMX)
    assert response.status_code == 422
    assert sentence in text(response)
    assert _fresh(campaign).starts_at is None


# --- Two editors -----------------------------------------------------------------------------------


def test_who_was_overtaken_keeps_what_was_typed_and_may_save_it_then(marketer: Client) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    answers = {"message-text": "Mine", "message-link_url": "", "seen": seen}
    overtaken = marketer.post(page("message_save", campaign), answers, headers=HTMX)
    assert overtaken.status_code == 422
    assert "in another window or by somebody else" in text(overtaken)
    assert "Mine" in text(overtaken)
    assert Content.objects.get().text != "Mine"
    again = re.search(r'name="seen_now" value="([^"]+)"', overtaken.content.decode())
    assert again is not None
    marketer.post(page("message_save", campaign), {**answers, "seen_now": again[1]}, headers=HTMX)
    assert Content.objects.get().text == "Mine"


def test_a_button_pressed_on_an_old_page_does_nothing_but_tell(marketer: Client) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    response = marketer.post(page("step_remove", campaign, the_step(campaign).pk), {"seen": seen}, headers=HTMX)
    assert "in another window" in response.headers["HX-Trigger"]
    assert the_step(campaign).pk


def test_a_draft_that_was_launched_meanwhile_leads_to_its_own_page(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    answers = {"message-text": "Late", "message-link_url": ""}
    response = marketer.post(page("message_save", campaign), answers, headers=HTMX)
    assert response.headers["HX-Redirect"] == page("campaign_review", campaign)
    assert Content.objects.get().text != "Late"


# --- Review and launch -----------------------------------------------------------------------------


def test_the_review_says_who_how_what_and_how_much(marketer: Client, olena: Contact) -> None:
    sender = make_sender(name="SHOP")
    make_price(account=sender.account, channel=Channel.SMS, amount="0.031")
    steps = [StepPlan(sender=sender), StepPlan(sender=sender, condition=Condition.GOAL)]
    shown = text(marketer.get(page("campaign_review", make_campaign(routes=[RoutePlan(steps=steps)]))))
    for words in (
        "Everyone Marketing · 1 person",
        "SMS from SHOP. If the link is not followed within 2 hours: SMS from SHOP.",
        "If the goal is not reached within 2 hours: it ends as not reached.",
        "Hello Олена, look:",
        "1 part, ",
        "At least $0.031",
        "At most $0.06",
        "Starts as soon as it is launched",
        "Launch to 1 person",
    ):
        assert words in shown


def test_what_forbids_the_launch_stands_on_the_review_with_the_way_to_its_field(
    marketer: Client, olena: Contact
) -> None:
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(has_sender=False)])])
    shown = marketer.get(page("campaign_review", campaign)).content.decode()
    step = the_step(campaign)
    assert f"{page('campaign_editor', campaign)}?route={step.route_id}#problems-step-{step.pk}-sender" in shown
    assert "Step 1, SMS:" in shown
    assert "Launch to" not in shown


def test_a_launch_that_cannot_work_launches_nothing(marketer: Client) -> None:
    campaign = make_campaign()
    response = marketer.post(page("campaign_launch", campaign))
    assert response.status_code == 422
    assert "There are no contacts yet." in text(response)
    assert _fresh(campaign).status == CampaignStatus.DRAFT


def test_a_draft_that_changed_after_the_review_is_reviewed_again(marketer: Client, olena: Contact) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    drafting.write_content(campaign=campaign, text="Other words")
    response = marketer.post(page("campaign_launch", campaign), {"seen": seen})
    assert response.status_code == 409
    assert "in another window" in text(response)
    assert _fresh(campaign).status == CampaignStatus.DRAFT


def test_a_launch_starts_the_campaign_and_shows_it(marketer: Client, olena: Contact) -> None:
    campaign = make_campaign(name="Autumn")
    seen = _fresh(campaign).updated_at.isoformat()
    response = marketer.post(page("campaign_launch", campaign), {"seen": seen}, follow=True)
    assert _fresh(campaign).status == CampaignStatus.RUNNING
    assert "“Autumn” is launched." in text(response)


def test_a_later_start_is_scheduled(marketer: Client, olena: Contact) -> None:
    campaign = make_campaign(starts_at=ago(days=-1))
    assert "Schedule for 1 person" in text(marketer.get(page("campaign_review", campaign)))
    marketer.post(page("campaign_launch", campaign))
    assert _fresh(campaign).status == CampaignStatus.SCHEDULED


# --- Afterwards ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("campaign_pause", CampaignStatus.RUNNING, CampaignStatus.PAUSED),
        ("campaign_resume", CampaignStatus.PAUSED, CampaignStatus.RUNNING),
        ("campaign_cancel", CampaignStatus.RUNNING, CampaignStatus.CANCELLED),
        ("campaign_cancel", CampaignStatus.SCHEDULED, CampaignStatus.CANCELLED),
    ],
)
def test_each_says_how_many_people_it_touches_and_then_does_it(
    marketer: Client, name: str, before: CampaignStatus, after: CampaignStatus
) -> None:
    campaign = make_campaign(status=before)
    assert "Nobody is inside" in text(marketer.get(page(name, campaign)))
    assert _fresh(campaign).status == before
    marketer.post(page(name, campaign))
    assert _fresh(campaign).status == after


def test_cancelling_counts_everybody_inside(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    for _ in range(2):
        make_enrolment(campaign=campaign)
    assert "2 people leave the chain" in text(marketer.get(page("campaign_cancel", campaign)))


def test_what_is_no_longer_possible_is_told(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.FINISHED)
    assert "no longer possible" in text(marketer.post(page("campaign_pause", campaign), follow=True))


RUNNING = {"limits-cap_days": 7, "limits-on_cap": "end"}


def test_limits_of_a_running_campaign_are_changed_and_audited(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    assert marketer.get(page("campaign_limits", campaign)).status_code == 200
    marketer.post(page("campaign_limits", campaign), {**RUNNING, "limits-budget": "80"})
    assert _fresh(campaign).budget == Decimal(80)
    assert AuditEntry.objects.get().verb == "change_limits"


def test_an_end_in_the_past_is_refused_for_a_running_campaign(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    response = marketer.post(page("campaign_limits", campaign), {**RUNNING, "limits-ends_at": "2020-01-01T10:00"})
    assert response.status_code == 422
    assert "To end the campaign now, cancel it." in text(response)


def test_limits_of_a_campaign_that_is_over_stay(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.FINISHED)
    assert marketer.get(page("campaign_limits", campaign)).status_code == 302


def test_a_running_step_gets_another_sender(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    other = make_sender(name="Second line")
    address = page("step_sender", campaign, the_step(campaign).pk)
    assert address in marketer.get(page("campaign_review", campaign)).content.decode()
    assert "Second line" in text(marketer.get(address))
    marketer.post(address, {"sender": other.pk})
    assert the_step(campaign).sender == other
