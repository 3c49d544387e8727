"""Surroundings kept for a moment, not read for each batch."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from campaigns.engine import clock, hits, kept
from campaigns.engine.kept import FRESH, KeptSurroundings
from campaigns.engine.routes import Surroundings
from campaigns.engine.track import track
from campaigns.models import Campaign, Condition, Contact, Enrolment, Hit, Route, Step
from campaigns.models.campaigns import CampaignStatus
from channels.models import Account
from tests.campaigns.attempts import make_attempt
from tests.campaigns.watch import Watch
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_sender

pytestmark = pytest.mark.django_db

REPORTING = {"webhook_secret": "a long enough secret", "status_words": "READ = opened"}


def ask(surroundings: KeptSurroundings, campaign: Campaign) -> Surroundings:
    """What `campaign` runs on."""
    routes = Route.objects.filter(version=campaign.version_id).values_list("pk", flat=True)
    return surroundings.load(campaign_ids=[campaign.pk], route_ids=list(routes))


def test_what_was_asked_for_lately_is_not_read_again(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    campaign, watch = make_campaign(), Watch()
    surroundings = KeptSurroundings(now=watch)
    first = ask(surroundings, campaign)
    watch.seconds += FRESH
    with django_assert_num_queries(1):  # the test's own, for the routes
        assert ask(surroundings, campaign) is first
    assert [step for steps in first.steps.values() for step in steps] == list(Step.objects.all())


def test_what_nobody_has_asked_for_is_read_and_the_rest_stays() -> None:
    campaigns = [make_campaign(), make_campaign()]
    surroundings = KeptSurroundings(now=Watch())
    counts = [len(ask(surroundings, campaign).campaigns) for campaign in campaigns]
    assert counts == [1, 2]
    assert ask(surroundings, campaigns[0]).steps.keys() == set(Route.objects.values_list("pk", flat=True))


def test_a_change_of_an_accounts_settings_counts_a_moment_later() -> None:
    account = make_account(provider="generic_http")
    step = StepPlan(sender=make_sender(account=account), condition=Condition.CLICKED)
    campaign, watch = make_campaign(routes=[RoutePlan(steps=[step])]), Watch()
    surroundings = KeptSurroundings(now=watch)

    # Judged by what the vendor itself reports.
    untracked = Contact(is_trackable=False)

    def condition() -> str | None:
        return ask(surroundings, campaign).condition(Step.objects.get(), untracked)

    assert condition() is None
    Account.objects.update(settings=REPORTING)
    watch.seconds += FRESH * 1.001
    assert condition() == Condition.OPENED


def test_all_that_is_tracked_in_a_moment_is_read_in_the_same_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FRESH", 3600.0)
    monkeypatch.setattr(hits, "drain", partial(hits.drain, limit=1))
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    an_hour_ago = clock.now() - timedelta(hours=1)
    for _person in range(3):
        attempt = make_attempt(campaign=campaign)
        Hit.objects.create(kind="click", attempt=attempt, at=an_hour_ago, method="GET", decide_at=an_hour_ago)
    with CaptureQueriesContext(connection) as captured:
        assert track(shift=timedelta(minutes=5)) == 3
    assert len([query for query in captured if 'FROM "campaigns_step"' in query["sql"]]) == 1
    assert set(Enrolment.objects.values_list("outcome", flat=True)) == {"engaged"}
