"""Parts of a campaign's figures add up to the whole, and each by itself."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.engine.counters import Counter
from campaigns.engine.stats import fold
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import campaign_report
from campaigns.reports_part import Part, languages_of
from tests.campaigns.examples import in_the_database, undone
from tests.campaigns.histories import LANGUAGES, count, make_history
from tests.factories import NOON, make_campaign, make_enrolment

pytestmark = pytest.mark.django_db


@in_the_database
@given(random=st.randoms(use_true_random=False), people=st.integers(min_value=0, max_value=8))
def test_the_parts_of_any_history_add_up_to_the_whole(random: Random, people: int) -> None:
    with undone():
        campaign = make_history(random=random, people=people)
        whole = campaign_report(campaign.pk)
        for parts in (
            [Part(route_id=route.route_id) for route in whole.routes],
            [Part(language=language) for language in LANGUAGES],
        ):
            reports = [campaign_report(campaign.pk, part) for part in parts]
            assert [report.problems() for report in reports] == [[] for _ in parts]
            assert sum(report.audience.people for report in reports) == people
            assert sum(report.audience.engaged for report in reports) == whole.audience.engaged
            assert sum(report.cost for report in reports) == whole.cost


def test_a_campaign_can_be_seen_as_it_stood_at_an_hour() -> None:
    enrolment = make_enrolment(campaign=make_campaign(status=CampaignStatus.RUNNING))
    count(enrolment, Counter.AUDIENCE, value=5)
    fold()
    later = NOON + timedelta(hours=3)
    count(enrolment, Counter.AUDIENCE, value=2, hour=later)
    seen = [campaign_report(enrolment.campaign_id, Part(until=until)) for until in (NOON, later, None)]
    assert [report.audience.people for report in seen] == [0, 5, 7]


def test_a_part_of_one_route_names_no_other() -> None:
    campaign = make_history(random=Random(6), people=12)
    first, _second = campaign_report(campaign.pk).routes
    assert campaign_report(campaign.pk, Part(route_id=first.route_id)).routes == (first,)


def test_there_are_no_lists_of_what_has_been() -> None:
    assert Part(route_id=1, language="uk").has_lists
    assert not Part(until=NOON).has_lists


def test_the_languages_are_those_of_the_people_who_entered() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    for language in ("uk", "", "ru"):
        count(make_enrolment(campaign=campaign, language=language), Counter.AUDIENCE)
        fold(limit=1)
    assert languages_of(campaign.pk) == ["", "ru", "uk"]
