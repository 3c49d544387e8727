"""Who goes which way, whom a step reaches, and what it costs."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from campaigns import blueprints, drafting, outlook, routing
from campaigns.audience.rules import InvalidRule
from campaigns.engine.launch import enrol_audience, launch
from campaigns.forecasting.crowd import count_crowd
from campaigns.forecasting.forecast import Cost, cost_limits, load_charges
from campaigns.models import Campaign, Enrolment, Route
from campaigns.models.campaigns import CampaignKind
from channels.kinds import Channel
from tests.factories import (
    RoutePlan,
    StepPlan,
    make_account,
    make_campaign,
    make_contact,
    make_price,
    make_segment,
    make_sender,
)

pytestmark = pytest.mark.django_db


def spoken(*languages: str) -> dict[str, Any]:
    """The rule of those who speak one of `languages`."""
    return {"op": "all", "rules": [{"field": "language", "is": "in", "value": list(languages)}]}


@pytest.fixture
def people() -> None:
    """Six people of three languages, four of whom have agreed to SMS and one to Viber."""
    for number, language in enumerate(("en", "en", "es", "es", "ru", "ru")):
        make_contact(
            phone=f"+38050111220{number}",
            language=language,
            country="ES" if language == "es" else "US",
            consents=[Channel.SMS] if number < 4 else ([Channel.VIBER] if number == 4 else []),
            is_trackable=number != 0,
        )


def with_routes(*rules: dict[str, Any], **fields: Any) -> Campaign:
    """A draft of SMS and Viber with a route for each of `rules`, in this order."""
    steps = [StepPlan(channel=Channel.SMS), StepPlan(channel=Channel.VIBER)]
    campaign = make_campaign(routes=[RoutePlan(steps=steps)], **fields)
    for rule in rules:
        drafting.add_route(campaign=campaign, segment=make_segment(rule=rule))
    return campaign


def cost_of(campaign: Campaign) -> Cost:
    """What the draft costs at least and at most."""
    draft = blueprints.load(campaign)
    crowd = count_crowd(campaign, draft.routes)
    return cost_limits(draft.routes, crowd, load_charges(draft, crowd))


def routes(campaign: Campaign) -> list[Route]:
    """The routes in the order they are tried."""
    return list(Route.objects.filter(version=campaign.version_id).select_related("segment"))


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], [6]),
        ([spoken("es")], [2, 4]),
        # Whoever matches two goes the first.
        ([spoken("es"), spoken("es", "ru")], [2, 2, 2]),
        ([spoken("es", "ru"), spoken("es")], [4, 0, 2]),
        # A segment without a rule is everybody.
        ([{}, spoken("es")], [6, 0, 0]),
    ],
)
def test_the_first_route_that_matches_wins_and_nobody_is_lost(rules: list[dict[str, Any]], expected: list[int]) -> None:
    campaign = with_routes(*rules)
    division = routing.divide(campaign, routes(campaign))
    assert [division.on_route(route.pk) for route in routes(campaign)] == expected
    assert division.people == 6


@pytest.mark.usefixtures("people")
def test_a_step_reaches_those_on_its_route_who_agreed() -> None:
    campaign = with_routes(spoken("es"))
    spanish, others = both = routes(campaign)
    crowd = count_crowd(campaign, both)
    reached = [(crowd.reached("sms", route_id=each.pk), crowd.reached("viber", route_id=each.pk)) for each in both]
    assert (spanish.segment is not None, others.segment) == (True, None)
    assert reached == [(2, 0), (2, 1)]
    assert (crowd.people, crowd.reachable, crowd.untracked) == (6, 5, 1)


@pytest.mark.usefixtures("people")
def test_the_outlook_counts_routes_steps_and_the_untracked() -> None:
    campaign = with_routes(spoken("es"))
    blueprint = blueprints.load(campaign)
    seen = outlook.look_ahead(blueprint, blueprint.routes[-1])
    assert seen is not None
    assert (seen.people, seen.reachable, seen.untracked) == (6, 5, 1)
    assert list(seen.by_route.values()) == [2, 4]
    assert list(seen.by_step.values()) == [2, 1]


@pytest.mark.usefixtures("people")
def test_the_outlook_is_of_the_routes_that_were_read_though_others_came_meanwhile() -> None:
    campaign = with_routes(spoken("es"))
    blueprint = blueprints.load(campaign)
    drafting.add_route(campaign=campaign, segment=make_segment(rule=spoken("ru")))
    seen = outlook.look_ahead(blueprint, blueprint.routes[-1])
    assert seen is not None
    assert list(seen.by_route.values()) == [2, 4]


@pytest.mark.parametrize("campaign_kind", [CampaignKind.API, CampaignKind.TRIGGERED])
def test_there_is_nothing_to_count_where_people_come_one_by_one(campaign_kind: CampaignKind) -> None:
    blueprint = blueprints.load(with_routes(kind=campaign_kind))
    assert outlook.look_ahead(blueprint, blueprint.routes[0]) is None


def test_a_rule_that_cannot_be_read_is_no_outlook() -> None:
    campaign = with_routes({"op": "all", "rules": [{"field": "shoe_size"}]})
    with pytest.raises(InvalidRule):
        routing.divide(campaign, routes(campaign))
    blueprint = blueprints.load(campaign)
    assert outlook.look_ahead(blueprint, blueprint.routes[0]) is None


@pytest.mark.usefixtures("people")
def test_the_cost_lies_between_the_first_step_and_all_steps() -> None:
    account = make_account()
    make_price(account=account, channel=Channel.SMS, amount="0.01")
    make_price(account=account, channel=Channel.SMS, amount="0.10", country="ES")
    # Two euros are three dollars.
    make_price(account=account, channel=Channel.VIBER, amount="2", currency="EUR", rate=Decimal("1.5"))
    steps = [
        StepPlan(channel=channel, sender=make_sender(channel=channel, account=account))
        for channel in (Channel.SMS, Channel.VIBER)
    ]
    cost = cost_of(make_campaign(routes=[RoutePlan(steps=steps)]))
    assert (cost.least, cost.highest, cost.currency) == (Decimal("3.22"), Decimal("3.22"), "USD")
    assert cost.unpriced == ()


@pytest.mark.usefixtures("people")
def test_an_sms_costs_as_many_times_as_it_has_parts() -> None:
    sender = make_sender(name="SHOP")
    make_price(account=sender.account, channel=Channel.SMS, amount="0.01")
    steps = [StepPlan(sender=sender)]
    campaign = make_campaign(routes=[RoutePlan(steps=steps)], text="x" * 161)
    drafting.set_link(campaign=campaign, url="")
    # Four of the six may be messaged.
    assert cost_of(campaign).least == Decimal("0.08")


@pytest.mark.usefixtures("people")
def test_a_step_whose_price_nobody_told_is_named() -> None:
    steps = [StepPlan(sender=make_sender(name="SHOP"))]
    cost = cost_of(make_campaign(routes=[RoutePlan(steps=steps)]))
    assert (cost.highest, cost.unpriced) == (0, ("SMS from SHOP",))


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("rules", [[], [spoken("es")], [spoken("es", "ru"), spoken("es")]])
def test_what_the_editor_foretells_is_what_the_launch_does(rules: list[dict[str, Any]]) -> None:
    campaign = with_routes(*rules)
    division = routing.divide(campaign, routes(campaign))
    foretold = {share.route_id: division.on_route(share.route_id) for share in division.shares}
    launch(campaign=campaign, actor=None)
    enrol_audience(campaign.pk)
    enrolled = Counter(Enrolment.objects.values_list("route_id", flat=True))
    assert enrolled == foretold
