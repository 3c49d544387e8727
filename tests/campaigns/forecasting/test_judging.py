"""How good the forecasts of finished campaigns were, told by a command."""

from io import StringIO

import pytest
from django.core.management import call_command

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.forecasting.judging import Kind, judge
from campaigns.models import Campaign, Outcome
from campaigns.models.campaigns import CampaignStatus
from tests.campaigns.forecasting.test_pages import launched
from tests.campaigns.histories import count
from tests.factories import make_enrolment

pytestmark = pytest.mark.django_db


def finish(campaign: Campaign) -> None:
    """Nobody is inside any more."""
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.FINISHED)


def test_what_came_of_a_finished_campaign_is_counted_by_where_it_stands_to_its_bounds() -> None:
    campaign = launched()
    assert campaign.version is not None
    enrolment = make_enrolment(campaign=campaign, route=campaign.version.routes.get(segment=None))
    step = enrolment.route.steps.order_by("position")[0]
    # Two of forty act, where every second gets two messages; nothing has a price in these counts.
    count(enrolment, Counter.AUDIENCE, value=40)
    count(enrolment, counters.outcome(Outcome.ENGAGED), value=2)
    count(enrolment, counters.outcome(Outcome.EXHAUSTED), value=38)
    for counter, people in ((Counter.CAME, 40), (Counter.ACCEPTED, 60), (Counter.ENGAGED, 2)):
        count(enrolment, counter, step=step, value=people)
    finish(campaign)
    told = {(each.kind, each.figure): (each.within, each.below, each.above) for each in judge()}
    assert told[Kind.ASSUMED_CAMPAIGN, "sent"] == (1, 0, 0)
    assert told[Kind.ASSUMED_CAMPAIGN, "acted"] == (1, 0, 0)
    assert told[Kind.ASSUMED_CAMPAIGN, "cost"] == (0, 1, 0)
    # Nobody came to the three other steps, and more than were there to the first.
    assert told[Kind.ASSUMED_STEP, "sent"] == (0, 3, 1)
    assert not [kind for kind, _figure in told if kind in {Kind.CAMPAIGN, Kind.STEP}]


def test_only_what_is_finished_is_judged() -> None:
    campaign = launched()
    assert judge() == []
    finish(campaign)
    said = StringIO()
    call_command("judge_forecasts", stdout=said)
    assert (
        "campaigns with a step that was assumed, sent: 0% of 1 within the bounds, 1 below, 0 above" in said.getvalue()
    )
