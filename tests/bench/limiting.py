"""The limits as the vendor sees them: a sender's rate, its shares, how soon the urgent comes, whom the slow hold up."""

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from campaigns.engine import control
from campaigns.models import Campaign
from channels.models import Sender
from tests.bench.crew import Crew
from tests.bench.goals import at_least, at_most
from tests.bench.running import (
    SMALL,
    URGENT,
    accepted_of,
    attempts_of,
    call_often,
    cancel,
    keys_of,
    launched,
    people_in,
    sender_at,
    urgent_campaign,
    wait_until,
)
from tests.bench.sink import Sink

SPEAKERS_OF_POLISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["pl"]}]}
MEASURED_S = 45.0
SPAN_S = 10.0
# The first messages leave while the workers still wake.
SETTLING_S = 5.0
QUICK_S = 30
MORE_THAN_ENOUGH = 1_000_000


def keep_the_rate(vendor: Sink, rate: int) -> Iterator[dict[str, Any]]:
    """How many messages left a sender of `rate` a second in every span of ten seconds, of what may leave in it."""
    before = len(vendor.taken())
    campaign = launched(sender_at(vendor, rate))
    time.sleep(SETTLING_S + MEASURED_S)
    cancel(campaign)
    yield from kept(rate, sorted(one.begun_at for one in vendor.taken()[before:]))


def kept(rate: int, instants: Sequence[float]) -> Iterator[dict[str, Any]]:
    """The rows of a sender of `rate` a second whose messages left at the sorted `instants`."""
    shares = [count / (rate * SPAN_S) * 100 for count in spans(instants)]
    yield {
        "what": f"a rate of {rate}/s",
        "least in 10 s": f"{min(shares):.1f}%",
        "most in 10 s": f"{max(shares):.1f}%",
        "spans": len(shares),
    }
    yield at_least(f"of a rate of {rate}/s, the least in any 10 s", min(shares), 95, unit="%")
    yield at_most(f"of a rate of {rate}/s, the most in any 10 s", max(shares), 105, unit="%")


def spans(instants: Sequence[float]) -> list[int]:
    """How many of the sorted `instants` lie in the ten seconds after each tenth of a second."""
    first, last = instants[0] + SETTLING_S, instants[0] + MEASURED_S - SPAN_S
    begins = [first + number / 10 for number in range(int((last - first) * 10))]
    return [bisect_left(instants, begin + SPAN_S) - bisect_left(instants, begin) for begin in begins]


def share_the_sender(vendor: Sink, rate: int) -> Iterator[dict[str, Any]]:
    """What part of a sender's messages is of a small campaign, launched after a large one, while it lasts."""
    before = len(vendor.taken())
    sender = sender_at(vendor, rate)
    large = launched(sender)
    wait_until(lambda: len(vendor.taken()) - before > rate, what="the large one is under way")
    began = time.time()
    small = launched(sender, rule=SPEAKERS_OF_POLISH)
    wait_until(lambda: accepted_of(small) == SMALL, what="the small one has left")
    answers = vendor.taken()[before:]
    assert accepted_of(large) < people_in(large), "the large campaign came to its end before the small one"
    cancel(large)
    keys = keys_of(small)
    places = [number for number, one in enumerate(answers) if one.key in keys]
    share = len(places) / (places[-1] - places[0] + 1) * 100
    yield {
        "what": f"{SMALL} people beside {people_in(large)}, at {rate}/s",
        "share": f"{share:.1f}%",
        "first after s": round(answers[places[0]].begun_at - began, 1),
    }
    yield at_least(f"share of {SMALL:,} people beside {people_in(large):,}", share, 40, unit="%")


def overtake(vendor: Sink, workers: Crew) -> Iterator[dict[str, Any]]:
    """How long transactional messages take from the call of the API to the vendor, while everybody else is sent to.

    First by the sender of the bulk campaign, then by one of their own. The campaign is left running; raises
    AssertionError where it came to its end before.
    """
    before = len(vendor.taken())
    sender = sender_at(vendor, MORE_THAN_ENOUGH)
    bulk = launched(sender)
    wait_until(lambda: len(vendor.taken()) - before > 500, what="the bulk campaign is under way")
    for name, of_urgent in (("the same sender", sender), ("another sender", sender_at(vendor, MORE_THAN_ENOUGH))):
        seconds = _overtaking(vendor, of_urgent, bulk)
        workers.look_at_memory()
        yield {
            "what": name,
            "urgent": URGENT,
            "beside": people_in(bulk),
            "median s": round(seconds[len(seconds) // 2], 2),
            "slowest s": round(seconds[-1], 2),
        }
        yield at_most(f"slowest transactional by {name}, beside {people_in(bulk):,}", seconds[-1], 2, unit="s")


def _overtaking(vendor: Sink, sender: Sender, bulk: Campaign) -> list[float]:
    """How long each transactional message by `sender` took beside `bulk`, in seconds, the slowest last."""
    urgent = urgent_campaign(sender)
    before = len(vendor.taken())
    called = call_often(urgent)
    wait_until(lambda: accepted_of(urgent) == URGENT, what="all transactional messages have left")
    _assert_still_runs(bulk)
    arrived = {one.key: one.begun_at for one in vendor.taken()[before:]}
    return sorted(arrived[key] - called[enrolment] for enrolment, key in attempts_of(urgent))


def hold_up(quick: Sink, slow: Sink, workers: Crew, *, slow_s: float) -> Iterator[dict[str, Any]]:
    """How fast a quick vendor's campaign leaves alone, and beside one that answers after `slow_s`."""
    paces = []
    for name, vendors in (("a quick vendor alone", [quick]), (f"beside one that takes {slow_s:.0f} s", [slow, quick])):
        paces.append(_pace(quick, vendors, workers))
        yield {"what": name, "a second": round(paces[-1]), "MB": round(workers.most_rss / 1e6)}
    yield at_least(f"a quick vendor's pace {name}, of that alone", paces[1] / paces[0] * 100, 50, unit="%")


def _pace(quick: Sink, vendors: Sequence[Sink], workers: Crew) -> float:
    """How many messages a second leave for the quick one of `vendors` while a campaign at each is being sent."""
    before = len(quick.taken())
    campaigns = [launched(sender_at(vendor, MORE_THAN_ENOUGH)) for vendor in vendors]
    wait_until(lambda: len(quick.taken()) - before > 100, what="the quick one is under way")
    began = time.time()
    for _ in range(QUICK_S):
        time.sleep(1)
        workers.look_at_memory()
    ended = time.time()
    pace = sum(began <= one.begun_at < ended for one in quick.taken()) / (ended - began)
    for campaign in campaigns:
        _assert_still_runs(campaign)
        control.pause(campaign=campaign, actor=None)
    return pace


def _assert_still_runs(campaign: Campaign) -> None:
    """Raise AssertionError where everybody has had their message, so that what was measured beside it is none."""
    people = people_in(campaign)
    assert accepted_of(campaign) < people, f"{people:,} people had their message too soon: ask for more PEOPLE"
