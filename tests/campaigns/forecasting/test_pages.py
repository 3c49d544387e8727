"""The review, counted; the forecast that a launch keeps; the card that holds it against what came."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns import blueprints, drafting
from campaigns.eligibility import load_reach
from campaigns.engine import clock, counters
from campaigns.engine.counters import Counter
from campaigns.engine.launch import LaunchRefused, launch
from campaigns.engine.stats import fold
from campaigns.engine.ticking import find_work
from campaigns.forecasting.assumptions import ACCEPTED, assumed_rate
from campaigns.forecasting.comparing import Verdict, compare
from campaigns.forecasting.crowd import count_crowd
from campaigns.forecasting.forecast import foretell
from campaigns.forecasting.launched import foretell_launched
from campaigns.forecasting.sms_parts import measure_parts
from campaigns.forecasting.storing import stored_for
from campaigns.models import Campaign, Condition, Contact, LaunchForecast, Outcome, Purpose, Step, Suppression
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Permission, Role
from campaigns.reports import campaign_report
from channels.kinds import AddressKind, Channel
from tests.campaigns.editor.pages import HTMX, page, text
from tests.campaigns.forecasting.plans import crowd_of
from tests.campaigns.histories import count
from tests.factories import (
    NOON,
    RoutePlan,
    StepPlan,
    ago,
    make_campaign,
    make_consent,
    make_contact,
    make_enrolment,
    make_price,
    make_segment,
    make_sender,
    make_user,
)

pytestmark = pytest.mark.django_db

SPANISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es"]}]}


def shop_campaign(**fields: object) -> Campaign:
    """A draft of SMS, then Viber, both from SHOP and with prices; two routes."""
    sms, viber = (make_sender(channel=channel, name="SHOP") for channel in (Channel.SMS, Channel.VIBER))
    make_price(account=sms.account, channel=Channel.SMS, amount="0.05")
    make_price(account=viber.account, channel=Channel.VIBER, amount="0.02")
    steps = [StepPlan(channel=Channel.SMS, sender=sms), StepPlan(channel=Channel.VIBER, sender=viber)]
    spanish = RoutePlan(steps=steps, segment=make_segment(rule=SPANISH))
    return make_campaign(routes=[spanish, RoutePlan(steps=steps)], **fields)


def people(number: int, **fields: object) -> list[Contact]:
    """So many who agreed to SMS, every third of them Spanish; every second one agreed to Viber too."""
    return [
        make_contact(
            phone=f"+38050111{each:04}",
            language="es" if each % 3 == 0 else "en",
            consents=[Channel.SMS, Channel.VIBER] if each % 2 else [Channel.SMS],
            **fields,
        )
        for each in range(number)
    ]


def finished_campaign(*, accepted: int, engaged: int, name: str = "Summer sale") -> Campaign:
    """A finished campaign of one SMS."""
    campaign = make_campaign(name=name, status=CampaignStatus.FINISHED, ended_at=NOON)
    enrolment = make_enrolment(campaign=campaign, outcome=Outcome.EXHAUSTED)
    step = Step.objects.get(route=enrolment.route)
    for counter, value in {
        Counter.CAME: accepted + 7,
        counters.skipped("no_consent"): 7,
        Counter.ACCEPTED: accepted,
        Counter.ENGAGED: engaged,
    }.items():
        count(enrolment, counter, step=step, value=value)
    fold()
    return campaign


@pytest.mark.parametrize("purpose", Purpose)
def test_the_crowd_is_judged_as_each_person_would_be(purpose: Purpose) -> None:
    contacts = people(4)
    contacts.append(make_contact(email="ann@example.com", consents=[Channel.SMS]))
    contacts.append(make_contact(addresses={AddressKind.PUSH_TOKEN: "token"}, consents=[Channel.PUSH]))
    contacts.append(make_contact(phone="+380501112299"))
    make_consent(contact=contacts[-1], channel=Channel.SMS, purpose=purpose, status="withdrawn")
    barred = {0: ("", "manual"), 1: (Channel.VIBER, "unsubscribe"), 2: ("", "unsubscribe")}
    for place, (channel, reason) in barred.items():
        address = contacts[place].addresses.get()
        Suppression.objects.create(
            address_kind=address.kind,
            address_hash=address.value_hash,
            channel=channel,
            reason=reason,
            created_at=NOON,
            lifted_at=None,
        )
    channels = [Channel.SMS, Channel.VIBER, Channel.PUSH, Channel.EMAIL]
    steps = [StepPlan(channel=channel) for channel in channels]
    campaign = make_campaign(routes=[RoutePlan(steps=steps)], purpose=purpose)
    crowd = count_crowd(campaign, blueprints.load(campaign).routes)
    (route,) = blueprints.load(campaign).routes
    judged = load_reach([contact.pk for contact in contacts], channels, purpose)
    for channel in channels:
        reasons = [judged[contact.pk, channel].skip_reason for contact in contacts]
        told = crowd.skips(channel, route_id=route.pk)
        assert told == {reason: reasons.count(reason) for reason in set(reasons) - {None}}, channel
        assert crowd.reached(channel) == reasons.count(None)


def test_the_statements_are_as_many_for_many_people_steps_and_languages() -> None:
    def taken(campaign: Campaign) -> int:
        draft = blueprints.load(campaign)
        with CaptureQueriesContext(connection) as seen:
            foretell(draft)
        return len(seen)

    people(3)
    few = taken(shop_campaign())
    for each in range(9):
        make_contact(phone=f"+38050222000{each}", language=f"l{each}", consents=[Channel.SMS])
    steps = [StepPlan(channel=channel) for channel in (Channel.SMS, Channel.PUSH, Channel.EMAIL, Channel.VOICE)]
    assert taken(make_campaign(routes=[RoutePlan(steps=steps)])) == few


def test_who_may_not_be_tracked_is_judged_by_what_the_vendor_reports() -> None:
    people(6, is_trackable=False)
    (first, _second) = foretell(blueprints.load(shop_campaign())).steps[2:]
    # The vendor tells of deliveries, so these stop the chain where others have to follow the link.
    delivered = assumed_rate(Channel.SMS, Condition.DELIVERED)
    assert float(first.acted.expected) == pytest.approx(4 * ACCEPTED.expected * delivered.expected, abs=0.001)


def test_the_parts_on_average_are_those_of_the_readers_not_of_the_languages() -> None:
    make_contact(phone="+380501110001", language="en")
    make_contact(phone="+380501110002", language="uk")
    campaign = make_campaign()
    drafting.write_content(campaign=campaign, language="uk", text="щ" * 100)
    group = crowd_of(90).groups[0]
    crowd = crowd_of(90, more=[replace(group, language="uk", people=10)])
    parts = measure_parts(blueprints.load(campaign), crowd)["sms"]
    assert (parts.of("en"), parts.of("uk"), parts.measured) == (1, 3, 2)
    assert parts.overall == parts.of("another") == Decimal("1.2")


def test_the_counting_looks_at_the_audience_once(marketer: Client) -> None:
    people(2)
    campaign = shop_campaign()
    with CaptureQueriesContext(connection) as asked:
        marketer.get(page("campaign_forecast", campaign), headers=HTMX)
    counted = [query for query in asked.captured_queries if '"route_id"' in query["sql"] and "GROUP BY" in query["sql"]]
    assert len(counted) == 1


def test_the_counting_comes_after_the_page(marketer: Client) -> None:
    people(6)
    campaign = shop_campaign(budget=Decimal("0.10"))
    shown = marketer.get(page("campaign_review", campaign)).content.decode()
    assert f'hx-get="{page("campaign_forecast", campaign)}"' in shown
    counted = text(marketer.get(page("campaign_forecast", campaign), headers=HTMX))
    for words in (
        "What to expect, step by step",
        "1. SMS from SHOP",
        "Assumed 6% of those who get it act, at least 2%, at most 15%: so the product assumes.",
        "2 of 4 can be messaged here. Skipped: no consent 2.",
        "if it is launched now",
        "The budget of $0.10 is enough for about 1 of 6 people. The campaign stops before it is exceeded.",
    ):
        assert words in counted


def test_the_rates_are_those_of_finished_campaigns_where_there_are_any(marketer: Client) -> None:
    people(2)
    finished_campaign(accepted=400, engaged=100)
    finished_campaign(accepted=600, engaged=100, name="Spring sale")
    counted = text(marketer.get(page("campaign_forecast", shop_campaign()), headers=HTMX))
    own = "Own history 20% of 1,000 people acted, in 2 finished campaigns (Spring sale, Summer sale)."
    assert own in counted


def test_what_only_shows_when_people_are_counted_takes_the_launch_back(marketer: Client) -> None:
    make_contact(phone="+380501112200")
    campaign = shop_campaign()
    assert "Launch to 1 person" in text(marketer.get(page("campaign_review", campaign)))
    counted = marketer.get(page("campaign_forecast", campaign), headers=HTMX)
    assert "Nobody in this audience can be messaged on SMS or Viber" in text(counted)
    assert 'id="launch"' in counted.content.decode()
    assert "Launch to" not in text(counted)


def test_a_planned_start_is_where_the_calendar_begins(marketer: Client) -> None:
    people(2)
    starts_at = ago(days=-3)
    counted = text(marketer.get(page("campaign_forecast", shop_campaign(starts_at=starts_at)), headers=HTMX))
    assert "from the planned start" in counted
    late = shop_campaign(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    assert "The campaign has ended by then" in text(marketer.get(page("campaign_forecast", late), headers=HTMX))


def test_nothing_is_foretold_of_people_who_come_one_by_one(marketer: Client) -> None:
    campaign = make_campaign(kind="api")
    assert page("campaign_forecast", campaign) not in marketer.get(page("campaign_review", campaign)).content.decode()
    assert "step by step" not in text(marketer.get(page("campaign_review", campaign) + "?people=1"))
    launch(campaign=campaign, actor=None)
    foretell_launched(campaign.pk)
    assert not LaunchForecast.objects.exists()


def test_after_the_launch_there_is_nothing_to_count(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    assert marketer.get(page("campaign_forecast", campaign), headers=HTMX).status_code == 204


@pytest.mark.parametrize("name", ["campaign_forecast", "campaign_texts"])
def test_whoever_sees_no_campaigns_sees_no_forecast(client: Client, name: str) -> None:
    campaign = make_campaign()
    assert client.get(page(name, campaign)).status_code == 302
    client.force_login(make_user(permissions=[Permission.VIEW_PEOPLE]))
    assert client.get(page(name, campaign)).status_code == 403
    client.force_login(make_user(roles=[Role.MARKETER]))
    campaign.pk = 0
    assert client.get(page(name, campaign)).status_code == 404


def test_a_manager_reads_the_forecast_but_no_texts_of_people(client: Client) -> None:
    people(2, first_name="Juana")
    client.force_login(make_user(roles=[Role.MANAGER]))
    campaign = shop_campaign()
    assert "step by step" in text(client.get(page("campaign_forecast", campaign)))
    assert client.get(page("campaign_texts", campaign)).status_code == 403
    shown = text(client.get(page("campaign_review", campaign) + "?sought=Juana&person=1"))
    assert "Juana" not in shown.replace("sought=Juana", "")


def test_the_texts_are_shown_for_anybody(marketer: Client) -> None:
    people(2, first_name="Ann")
    juan = make_contact(first_name="Juan", phone="+34600111222")
    campaign = shop_campaign()
    found = marketer.get(page("campaign_texts", campaign) + "?sought=Juan").content.decode()
    assert f"?person={juan.pk}" in found
    assert "What Juan sees" in text(marketer.get(page("campaign_texts", campaign) + f"?person={juan.pk}"))
    assert "Hello Juan" in text(marketer.get(page("campaign_review", campaign) + f"?person={juan.pk}"))
    for nonsense in ("x", "9" * 40, "-1", "²"):
        assert "What Ann sees" in text(marketer.get(page("campaign_texts", campaign), {"person": nonsense}))
    assert "Nobody fits that." in text(marketer.get(page("campaign_texts", campaign) + "?sought=Zoltan"))


def launched(**fields: object) -> Campaign:
    """A campaign of 40 people that has been launched, and what was expected of it."""
    people(40)
    campaign = shop_campaign(**fields)
    launch(campaign=campaign, actor=None)
    foretell_launched(campaign.pk)
    campaign.refresh_from_db()
    return campaign


def test_the_launch_keeps_what_was_foretold_and_nobody_changes_it() -> None:
    campaign = launched()
    stored = stored_for(campaign)
    assert stored is not None
    assert (stored.people, stored.currency, len(stored.steps)) == (40, "USD", 4)
    assert stored.cost.least <= stored.cost.expected <= stored.cost.highest
    assert abs(sum(step.cost.expected for step in stored.steps) - stored.cost.expected) < Decimal("0.0001")
    with pytest.raises(DatabaseError, match="stands as it was"), transaction.atomic():
        LaunchForecast.objects.update(figures={})


def test_a_launch_counts_nobody() -> None:
    people(2)
    campaign = shop_campaign(budget=100)
    with CaptureQueriesContext(connection) as asked:
        launch(campaign=campaign, actor=None)
    assert not [query for query in asked.captured_queries if "WITH routed" in query["sql"]]
    assert stored_for(campaign) is None


def test_whom_nobody_can_message_cannot_be_launched_to() -> None:
    make_contact(phone="+380501112200")
    campaign = shop_campaign()
    with pytest.raises(LaunchRefused, match="Nobody in this audience can be messaged on SMS or Viber"):
        launch(campaign=campaign, actor=None)
    empty = make_campaign(segment=make_segment(name="Nobody", rule=SPANISH))
    with pytest.raises(LaunchRefused, match="Nobody is in “Nobody” today"):
        launch(campaign=empty, actor=None)


def test_the_tick_finds_a_launch_of_which_nothing_was_foretold() -> None:
    people(2)
    campaign = shop_campaign()
    assert not find_work(clock.now()).unforetold_campaign_ids
    launch(campaign=campaign, actor=None)
    assert find_work(clock.now()).unforetold_campaign_ids == (campaign.pk,)
    assert not find_work(clock.now() + timedelta(hours=2)).unforetold_campaign_ids
    for _ in range(2):
        foretell_launched(campaign.pk)
    assert not find_work(clock.now()).unforetold_campaign_ids
    assert LaunchForecast.objects.count() == 1


def test_a_campaign_that_is_over_is_not_foretold() -> None:
    people(2)
    campaign = shop_campaign()
    launch(campaign=campaign, actor=None)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.FINISHED)
    foretell_launched(campaign.pk)
    assert not LaunchForecast.objects.exists()


def test_what_came_is_held_against_what_was_expected(marketer: Client) -> None:
    campaign = launched(budget=100)
    Campaign.objects.filter(pk=campaign.pk).update(enrolled_at=NOON)
    campaign.refresh_from_db()
    assert campaign.version is not None
    enrolment = make_enrolment(campaign=campaign, route=campaign.version.routes.get(segment=None))
    step = enrolment.route.steps.order_by("position")[0]
    count(enrolment, Counter.AUDIENCE, value=40)
    count(enrolment, counters.outcome(Outcome.ENGAGED), value=30)
    count(enrolment, counters.outcome(Outcome.EXHAUSTED), value=10)
    for counter in (Counter.CAME, Counter.ACCEPTED):
        count(enrolment, counter, step=step, value=40)
    count(enrolment, Counter.ENGAGED, step=step, value=30)
    count(enrolment, Counter.CREDIT, step=step, value=30)
    shown = text(marketer.get(page("campaign_watch", campaign)))
    assert "Forecast against actual" in shown
    assert "More people acted than expected: 30, and not " in shown
    assert "The campaign stops before its budget of $100.00 is exceeded." in shown
    stored = stored_for(campaign)
    assert stored is not None
    comparison = compare(campaign, campaign_report(campaign.pk), stored)
    (line,) = [each for each in comparison.steps if each.step and each.step.step_id == step.pk]
    assert (line.acted.verdict, line.sent.verdict) == (Verdict.ABOVE, Verdict.ABOVE)
    # Nobody came to the other route, and nobody is on the way any more; the campaign as a whole still runs.
    others = [each for each in comparison.steps if each.route and each.route.segment]
    assert others[0].sent.verdict == Verdict.BELOW
    assert comparison.whole.cost.verdict == Verdict.OPEN
    campaign.status = CampaignStatus.FINISHED
    over = compare(campaign, campaign_report(campaign.pk), stored)
    assert over.whole.cost.verdict == Verdict.BELOW


def test_a_part_of_the_figures_is_held_against_nothing(marketer: Client) -> None:
    campaign = launched()
    assert campaign.version is not None
    route = campaign.version.routes.get(segment=None)
    address = page("campaign_watch", campaign)
    assert "Forecast against actual" in text(marketer.get(address))
    assert "Forecast against actual" not in text(marketer.get(f"{address}?route={route.pk}"))
    assert "Forecast against actual" in text(marketer.get(page("campaign_live", campaign), headers=HTMX))


def test_a_campaign_from_before_there_were_forecasts_shows_none(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.FINISHED)
    assert "Forecast against actual" not in text(marketer.get(page("campaign_watch", campaign)))
