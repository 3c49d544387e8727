"""How people go along a chain and what it costs, by figures that anybody can check."""

import math
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.forecasting import assumptions
from campaigns.forecasting.budget import Verdict, reach_of
from campaigns.forecasting.chain import Stage, go
from campaigns.forecasting.crowd import Group
from campaigns.forecasting.forecast import Charges, cost_limits
from campaigns.forecasting.ranges import NOTHING, Range, exactly, total
from campaigns.forecasting.rates import Rate, Tally, rate_of, student, wilson
from campaigns.models import Campaign, SkipReason
from campaigns.prices import PriceList
from channels.kinds import Channel
from tests.campaigns.forecasting.plans import MANY, ROUTE, crowd_of, foretold, passage, route_of

SIX = (Channel.SMS, Channel.PUSH, Channel.EMAIL, Channel.VIBER, Channel.WHATSAPP, Channel.VOICE)
HALVES = [passage(MANY // 2, channel=channel, campaign=number) for channel in SIX for number in (1, 2, 3)]


def whole(figure: Decimal) -> int:
    """Rounded to people."""
    return round(figure)


@pytest.mark.parametrize(
    ("channels", "sent", "acted"),
    [
        # Half of them act at the only step.
        (SIX[:1], [1000], [500]),
        # Only those who did not act come to the second.
        (SIX[:2], [1000, 500], [500, 250]),
        (SIX, [1000, 500, 250, 125, 62, 31], [500, 250, 125, 62, 31, 16]),
    ],
)
def test_people_come_to_a_step_only_if_they_did_not_act_before(
    channels: tuple[Channel, ...], sent: list[int], acted: list[int]
) -> None:
    forecast = foretold(*channels, crowd=crowd_of(1000), history=HALVES)
    assert [whole(step.sent.expected) for step in forecast.steps] == pytest.approx(sent, abs=1)
    assert [whole(step.acted.expected) for step in forecast.steps] == pytest.approx(acted, abs=1)
    assert whole(forecast.acted.expected) == pytest.approx(sum(acted), abs=1)


def test_whom_a_channel_does_not_reach_goes_on_at_once_and_is_told_with_the_reason() -> None:
    without_phone = Group(
        route_id=ROUTE,
        country="US",
        language="en",
        is_trackable=True,
        lacks={"sms": SkipReason.NO_ADDRESS},
        people=600,
    )
    crowd = crowd_of(400, more=[without_phone])
    first, second = foretold(Channel.SMS, Channel.EMAIL, crowd=crowd, history=HALVES).steps
    assert (first.reachable, first.people, first.skips) == (400, 1000, {SkipReason.NO_ADDRESS: 600})
    assert whole(first.sent.expected) == 400
    assert whole(second.sent.expected) == 800


@pytest.mark.parametrize(
    ("untracked", "sent"),
    [(Campaign.Untracked.ALL_STEPS, [1000, 700]), (Campaign.Untracked.FIRST_ONLY, [1000, 300])],
)
def test_of_people_of_whom_nobody_can_tell_whether_they_act_none_is_expected_to(
    untracked: str, sent: list[int]
) -> None:
    # The senders of these chains report nothing by themselves.
    hidden = replace(crowd_of(400).groups[0], is_trackable=False)
    forecast = foretold(*SIX[:2], crowd=crowd_of(600, more=[hidden]), history=HALVES, untracked=untracked)
    assert [whole(step.sent.expected) for step in forecast.steps] == sent
    assert [whole(step.acted.expected) for step in forecast.steps] == [300, 150]


def test_nobody_is_reached_where_no_channel_reaches_anybody() -> None:
    forecast = foretold(Channel.SMS, crowd=crowd_of(9, lacks={"sms": SkipReason.NO_CONSENT}), prices=["1"])
    assert (forecast.reached, forecast.sent, forecast.acted, forecast.cost) == (NOTHING, NOTHING, NOTHING, NOTHING)


def test_nothing_is_expected_of_an_empty_audience() -> None:
    forecast = foretold(*SIX, crowd=crowd_of(0), history=HALVES, prices=["1"] * 6)
    assert forecast.people == 0
    assert [forecast.sent, forecast.acted, forecast.cost] == [NOTHING] * 3


def test_without_a_history_the_rates_are_assumed_and_say_so() -> None:
    (step,) = foretold(Channel.SMS, crowd=crowd_of(10_000)).steps
    assumed = assumptions.assumed_rate("sms", "clicked")
    assert step.source.is_assumed
    assert step.acting.rate == assumed
    assert float(step.acted.expected) == pytest.approx(10_000 * 0.97 * assumed.expected)


def test_a_history_of_a_few_people_is_not_believed() -> None:
    few = passage(99, accepted=assumptions.ENOUGH_PEOPLE - 1)
    (step,) = foretold(Channel.SMS, crowd=crowd_of(100), history=[few]).steps
    assert step.source.is_assumed


def test_a_history_says_of_which_campaigns_and_how_many_people_it_is() -> None:
    told = [passage(30, accepted=200, campaign=number) for number in (1, 2, 3, 4)]
    (step,) = foretold(Channel.SMS, crowd=crowd_of(100), history=told).steps
    assert (step.source.campaigns, step.source.people) == (4, 800)
    assert step.source.names == ("Campaign 1", "Campaign 2", "Campaign 3")
    assert step.acting.rate.expected == pytest.approx(0.15)


def test_campaigns_that_differed_make_the_bounds_wider_than_campaigns_that_were_alike() -> None:
    alike = rate_of([Tally(1000, 100)] * 4, usual_spread=0)
    differing = rate_of([Tally(1000, share) for share in (20, 180, 50, 150)], usual_spread=0)
    assert alike.expected == differing.expected == pytest.approx(0.1)
    assert differing.least < alike.least < alike.highest < differing.highest


def test_of_one_campaign_nobody_can_tell_how_much_campaigns_differ() -> None:
    one = rate_of([Tally(MANY, MANY // 10)], usual_spread=0.3)
    assert one.least < 0.08
    assert one.highest > 0.12


def drawn(people: int, luck: Random) -> Tally:
    """What comes of a campaign with so many people where campaigns differ: a fifth act, give or take three tenths."""
    share = luck.betavariate(*ALIKE)
    by_chance = luck.gauss(people * share, math.sqrt(people * share * (1 - share)))
    return Tally(people, min(people, max(0, round(by_chance))))


# A beta distribution with the mean 0.2 and the standard deviation 0.06.
ALIKE = (8.69, 34.76)


@pytest.mark.parametrize("campaigns", [3, 4, 6, 12, 40])
def test_nine_of_ten_similar_campaigns_come_out_between_the_bounds(campaigns: int) -> None:
    luck, trials, within = Random(campaigns), 2000, 0
    for _ in range(trials):
        rate = rate_of([drawn(luck.choice((200, 500, 2000)), luck) for _ in range(campaigns)], usual_spread=0)
        another = drawn(luck.choice((300, 1000, 2000)), luck)
        told = rate.among(another.people).times(another.people).in_people()
        within += told.least <= another.did <= told.highest
    assert 0.86 <= within / trials <= 0.94


@pytest.mark.parametrize(("freedom", "bound"), [(2, 2.920), (3, 2.353), (5, 2.015), (11, 1.796), (40, 1.684)])
def test_students_t_is_the_one_of_the_tables(freedom: int, bound: float) -> None:
    assert student(freedom) == pytest.approx(bound, rel=0.015)


@pytest.mark.parametrize(("did", "expected"), [(0, 0.0), (500, 1.0)])
def test_a_share_that_was_never_or_always_seen_is_not_taken_for_certain(did: int, expected: float) -> None:
    rate = rate_of([Tally(500, did)], usual_spread=0.3)
    assert rate.expected == expected
    assert rate.highest - rate.least > 0.001


def test_wilsons_interval_is_the_one_of_the_textbooks() -> None:
    # 10 of 50 at nine of ten: worked out by hand from the formula of the docstring.
    least, highest = wilson(0.2, 50)
    assert (round(least, 3), round(highest, 3)) == (0.123, 0.307)


def test_what_is_not_known_and_what_is_left_to_chance_are_not_added_up_as_if_both_erred_alike() -> None:
    # 10 of 50, for 50 new people: each bound is √2 times as far away as the one of `wilson(0.2, 50)`, by hand
    # 0.2 - √2·(0.2 - 0.1234) and 0.2 + √2·(0.3074 - 0.2). One bound upon the other would give 0.066 and 0.422.
    told = rate_of([Tally(50, 10)], usual_spread=0).among(50)
    assert (round(told.least, 3), told.expected, round(told.highest, 3)) == (
        Decimal("0.092"),
        Decimal("0.2"),
        Decimal("0.352"),
    )


def test_nine_of_ten_come_out_between_the_bounds_where_chance_alone_makes_the_difference() -> None:
    luck, trials, within = Random(300), 4000, 0
    for _ in range(trials):
        seen, came = (sum(luck.random() < 0.2 for _ in range(300)) for _ in range(2))
        told = rate_of([Tally(300, seen)], usual_spread=0).among(300).times(300)
        within += told.least <= came <= told.highest
    assert 0.88 <= within / trials <= 0.93


def test_a_message_costs_what_its_sender_charges_and_a_missing_price_is_nothing_and_named() -> None:
    forecast = foretold(Channel.SMS, Channel.VIBER, crowd=crowd_of(1000), history=HALVES, prices=["0.10"])
    first, second = forecast.steps
    assert float(first.cost.expected) == pytest.approx(100, rel=0.001)
    assert second.cost == NOTHING
    assert forecast.limits.unpriced == ("Viber from S2",)
    assert (forecast.limits.least, forecast.limits.highest) == (100, 100)


@pytest.mark.parametrize(("country", "unpriced"), [("US", ()), ("GB", ("SMS from S1",))])
def test_a_price_is_missing_where_nobody_told_it_for_a_country_that_is_reached(
    country: str, unpriced: tuple[str, ...]
) -> None:
    told = Charges(told=PriceList(amounts={(1, "sms", "US"): Decimal("0.10")}), parts={}, currency="USD")
    crowd = crowd_of(0, more=[replace(crowd_of(9).groups[0], country=country)])
    assert cost_limits([route_of(Channel.SMS)], crowd, told).unpriced == unpriced


@pytest.mark.parametrize(
    ("budget", "verdict", "enough_for"),
    [
        (None, Verdict.UNLIMITED, 1000),
        (Decimal(0), Verdict.SHORT, 0),
        (Decimal(25), Verdict.SHORT, 250),
        (Decimal(100), Verdict.CLOSE, 1000),
        (Decimal(120), Verdict.ENOUGH, 1000),
        (Decimal(150), Verdict.CERTAIN, 1000),
    ],
)
def test_a_budget_is_held_against_the_cost(budget: Decimal | None, verdict: Verdict, enough_for: int) -> None:
    cost = Range(least=Decimal(80), expected=Decimal(100), highest=Decimal(120))
    reach = reach_of(budget, cost=cost, most=Decimal(150), people=1000)
    assert (reach.verdict, reach.enough_for) == (verdict, enough_for)


def test_a_campaign_that_costs_nothing_needs_no_budget() -> None:
    assert reach_of(Decimal(1), cost=NOTHING, most=Decimal(0), people=5).verdict == Verdict.CERTAIN


shares = st.lists(st.floats(min_value=0, max_value=1), min_size=3, max_size=3).map(sorted)
rates = shares.map(lambda three: Rate(least=three[0], expected=three[1], highest=three[2]))
stages = st.lists(st.tuples(st.builds(Rate.among, rates, st.integers(0, 5000)), rates, st.booleans()), max_size=6)


def is_ordered(one: Range) -> bool:
    """Is what is expected between the bounds, and nothing negative?"""
    return 0 <= one.least <= one.expected <= one.highest


@given(stages, st.integers(1, 100_000))
def test_what_is_expected_lies_between_its_bounds_and_adds_up(
    chain: list[tuple[Range, Rate, bool]], people: int
) -> None:
    way = go(
        [Stage(accepting=accepting, acting=acting.among(people)) for accepting, acting, _ in chain],
        [is_reached for *_, is_reached in chain],
    )
    for step in way.steps:
        assert is_ordered(step.came)
        assert is_ordered(step.sent)
        assert is_ordered(step.acted)
        assert step.sent.highest <= step.came.highest <= 1
        assert step.acted.expected <= step.sent.expected
    assert is_ordered(way.acted)
    assert is_ordered(way.reached)
    assert way.acted.highest <= 1
    assert way.acted.expected <= way.reached.expected <= 1
    assert way.acted.expected == total(step.acted for step in way.steps).expected
    assert way.sent == total(step.sent for step in way.steps)
    assert way.reached.expected <= way.sent.expected


@given(st.lists(st.tuples(st.integers(1, 10_000), st.floats(0, 1)), min_size=1, max_size=8), st.integers(0, 10_000))
def test_whatever_campaigns_came_to_their_rate_is_a_share_between_its_bounds(
    seen: list[tuple[int, float]], people: int
) -> None:
    rate = rate_of([Tally(number, int(number * share)) for number, share in seen], usual_spread=0.3)
    assert 0 <= rate.least <= rate.expected <= rate.highest <= 1
    among = rate.among(people)
    assert 0 <= among.least <= among.expected <= among.highest <= 1
    assert among.least <= Decimal(rate.least) + Decimal("0.000001")


@given(st.decimals(0, 10**6, places=3), st.decimals(0, 10**6, places=3), st.decimals(0, 10**6, places=3))
def test_in_whole_people_the_bounds_never_promise_more(one: Decimal, two: Decimal, three: Decimal) -> None:
    least, expected, highest = sorted((one, two, three))
    told = Range(least=least, expected=expected, highest=highest).in_people()
    assert told.least <= least
    assert told.highest >= highest
    assert is_ordered(told)


def test_ranges_add_up() -> None:
    assert total([exactly(1), exactly(2).times(3)]) == exactly(7)


def test_what_almost_always_happens_is_not_taken_to_differ_much() -> None:
    rate = rate_of([Tally(2000, 1950)], usual_spread=0.3)
    assert rate.least > 0.94
