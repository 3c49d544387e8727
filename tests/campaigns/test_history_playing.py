"""The past of the demo is played once, goes on where it was stopped, and is for the demo's own people alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from campaigns.engine import clock
from campaigns.models import Enrolment
from campaigns.permissions import Role
from campaigns.sample.history import calendar, lane, marks, year
from campaigns.sample.history.calendar import PlannedCampaign, Size
from campaigns.sample.history.markets import EAST, MARKETS, REGION, make_joiners
from campaigns.sample.history.playing import Play
from campaigns.sample.loading import sample_began_at
from tests.campaigns.test_history import demo_settings, load_demo, of_history
from tests.campaigns.test_sample import everything
from tests.factories import make_contact, make_user

pytestmark = pytest.mark.django_db

TINY = Size(campaigns=2, customers=12, carts=4)


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> None:
    """A demo whose history has not begun."""
    for name, value in demo_settings(tmp_path).items():
        setattr(settings, name, value)
    load_demo()


@pytest.mark.usefixtures("demo")
def test_playing_it_again_adds_nothing() -> None:
    year.play_year(EAST, size=TINY)
    before = everything()

    year.play_year(EAST, size=TINY)

    assert everything() == before


@pytest.mark.usefixtures("demo")
def test_what_is_stopped_in_the_middle_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    to_the_end = Play.to_the_end

    def break_off(self: Play) -> None:
        to_the_end(self)
        if len(of_history()) > 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(Play, "to_the_end", break_off)
    with pytest.raises(KeyboardInterrupt):
        year.play_year(EAST, size=TINY)
    monkeypatch.undo()
    assert len(of_history()) == 1

    year.play_year(EAST, size=TINY)

    names = [campaign.name for campaign in of_history()]
    assert len(names) == len(set(names)) == calendar.campaigns_in(TINY)
    assert not Enrolment.objects.open().filter(campaign__in=of_history()).exists()


@pytest.mark.usefixtures("demo")
def test_nobodys_own_contacts_are_written_to() -> None:
    mine = make_contact(phone="+380501234567", language="uk", preferences=["coffee", "fashion"], consents=["sms"])

    year.play_year(EAST, size=TINY)

    assert not mine.enrolments.exists()
    assert not Enrolment.objects.filter(campaign__in=of_history()).exclude(contact__attributes__has_key=REGION).exists()


@pytest.mark.usefixtures("demo")
def test_outside_the_demo_nothing_is_played(settings: Settings) -> None:
    settings.CLOCK_MAY_MOVE = False
    with pytest.raises(clock.ClockMayNotMove):
        year.play_year(EAST, size=TINY)

    settings.HAS_HISTORY = False
    with pytest.raises(CommandError, match="CASCADE_DEMO_HISTORY"):
        call_command("play_history", "east")


@pytest.mark.usefixtures("demo")
def test_a_lane_leaves_no_tables_behind() -> None:
    with lane.opened() as opened:
        opened.begin(sample_began_at() - timedelta(days=100))
        assert clock.now() < sample_began_at() - timedelta(days=99)
    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=1)


def test_a_whole_year_has_people_and_campaigns_enough() -> None:
    for market in MARKETS.values():
        joined = sum(round(calendar.FULL.customers * share) for share in calendar.JOINING)
        assert joined == calendar.FULL.customers
        people = make_joiners(market, first=0, count=joined, today=clock.real_now().date())
        assert len({person.phone for person in people if person.phone}) == sum(bool(person.phone) for person in people)
        assert len({person.customer_id for person in people}) == len(people) == 2 * joined
    assert sum(calendar.campaigns_in(calendar.FULL) for _ in MARKETS) == 80


def test_each_year_has_one_january_sale_whenever_it_ends() -> None:
    for hours in range(0, 10 * 24, 6):
        end = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hours)
        planned = calendar.year_of(EAST, end=end, size=calendar.FULL)
        names = [item.plan.name for item in planned if isinstance(item, PlannedCampaign)]
        assert sum(name.startswith("January sale") for name in names) == 1


@pytest.mark.usefixtures("demo")
def test_the_overview_tells_how_far_it_is_until_it_is_over(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(make_user(roles=[Role.MANAGER]))
    assert "A year of campaigns is being played: 0 of 80" in client.get("/").text

    monkeypatch.setattr(marks, "FULL", Size(campaigns=1, customers=0, carts=0))
    assert "0 of 4" in client.get("/history/").text
    for market in MARKETS.values():
        for item in calendar.year_of(market, end=sample_began_at(), size=Size(campaigns=1, customers=0, carts=0)):
            marks.leave(market, item, by=make_user())

    assert "being played" not in client.get("/").text
    assert client.get("/history/").text.strip() == ""


def test_without_a_history_the_overview_says_nothing_of_it(client: Client) -> None:
    client.force_login(make_user(roles=[Role.MANAGER]))
    assert "being played" not in client.get("/").text


@pytest.mark.usefixtures("demo")
def test_a_campaign_that_the_database_refused_is_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    to_the_end, refused = Play.to_the_end, [OperationalError("deadlock detected")]

    def refuse_once(self: Play) -> None:
        if refused:
            raise refused.pop()
        to_the_end(self)

    monkeypatch.setattr(Play, "to_the_end", refuse_once)

    year.play_year(EAST, size=TINY)

    assert len(of_history()) == calendar.campaigns_in(TINY)
