"""The limits as the vendor sees them: a sender's rate, its shares, how soon the urgent comes, whom the slow hold up."""

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from campaigns.engine import control
from campaigns.models import Campaign
from channels.models import Sender
from tests.bench.crew import Crew
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
QUICK_S = 30.0
MORE_THAN_ENOUGH = 1_000_000


def keep_the_rate(vendor: Sink, rate: int) -> dict[str, Any]:
    """How many messages left a sender of `rate` a second in every span of ten seconds, of what may leave in it."""
    before = len(vendor.taken())
    campaign = launched(sender_at(vendor, rate))
    time.sleep(SETTLING_S + MEASURED_S)
    cancel(campaign)
    instants = sorted(one.begun_at for one in vendor.taken()[before:])
    shares = [count / (rate * SPAN_S) for count in spans(instants)]
    return {
        "what": f"a rate of {rate}/s",
        "least in 10 s": f"{min(shares):.1%}",
        "most in 10 s": f"{max(shares):.1%}",
        "spans": len(shares),
    }


def spans(instants: Sequence[float]) -> list[int]:
    """How many of the sorted `instants` lie in the ten seconds after each tenth of a second."""
    first, last = instants[0] + SETTLING_S, instants[0] + MEASURED_S - SPAN_S
    begins = [first + number / 10 for number in range(int((last - first) * 10))]
    return [bisect_left(instants, begin + SPAN_S) - bisect_left(instants, begin) for begin in begins]


def share_the_sender(vendor: Sink, rate: int) -> dict[str, Any]:
    """What part of a sender's messages is of a small campaign, launched after a large one, while it lasts."""
    before = len(vendor.taken())
    sender = sender_at(vendor, rate)
    large = launched(sender)
    wait_until(lambda: len(vendor.taken()) - before > rate, what="the large one is under way")
    began = time.time()
    small = launched(sender, rule=SPEAKERS_OF_POLISH)
    wait_until(lambda: accepted_of(small) == SMALL, what="the small one has left")
    answers = vendor.taken()[before:]
    cancel(large)
    keys = keys_of(small)
    places = [number for number, one in enumerate(answers) if one.key in keys]
    return {
        "what": f"{SMALL} people beside {people_in(large)}, at {rate}/s",
        "share": f"{len(places) / (places[-1] - places[0] + 1):.1%}",
        "first after s": round(answers[places[0]].begun_at - began, 1),
    }


def overtake(vendor: Sink) -> Iterator[dict[str, Any]]:
    """How long transactional messages take from the call of the API to the vendor, while everybody else is sent to.

    First by the sender of the bulk campaign, then by one of their own. The campaign is left running.
    """
    before = len(vendor.taken())
    sender = sender_at(vendor, MORE_THAN_ENOUGH)
    bulk = launched(sender)
    wait_until(lambda: len(vendor.taken()) - before > 500, what="the bulk campaign is under way")
    yield {"what": "the same sender", **_overtaking(vendor, sender, bulk)}
    yield {"what": "another sender", **_overtaking(vendor, sender_at(vendor, MORE_THAN_ENOUGH), bulk)}


def _overtaking(vendor: Sink, sender: Sender, bulk: Campaign) -> dict[str, Any]:
    """The rest of a row of `overtake`: the way of transactional messages by `sender` beside `bulk`."""
    urgent = urgent_campaign(sender)
    before = len(vendor.taken())
    called = call_often(urgent)
    wait_until(lambda: accepted_of(urgent) == URGENT, what="all transactional messages have left")
    is_running = accepted_of(bulk) < people_in(bulk)
    arrived = {one.key: one.begun_at for one in vendor.taken()[before:]}
    seconds = sorted(arrived[key] - called[enrolment] for enrolment, key in attempts_of(urgent))
    return {
        "urgent": URGENT,
        "beside": people_in(bulk),
        "median s": round(seconds[len(seconds) // 2], 2),
        "slowest s": round(seconds[-1], 2),
        "bulk still runs": is_running,
    }


def hold_up(quick: Sink, slow: Sink, workers: Crew, *, slow_s: float) -> list[dict[str, Any]]:
    """How fast a quick vendor's campaign leaves alone, and beside one that answers after `slow_s`."""
    return [
        _pace(quick, [quick], workers, name="a quick vendor alone"),
        _pace(quick, [slow, quick], workers, name=f"beside one that takes {slow_s:.0f} s"),
    ]


def _pace(quick: Sink, vendors: Sequence[Sink], workers: Crew, *, name: str) -> dict[str, Any]:
    """The row of how fast campaigns at `vendors` leave the quick one; it is called `name`."""
    before = len(quick.taken())
    workers.most_rss = 0
    campaigns = [launched(sender_at(vendor, MORE_THAN_ENOUGH)) for vendor in vendors]
    wait_until(lambda: len(quick.taken()) - before > 100, what="the quick one is under way")
    began, counted = time.time(), len(quick.taken())
    time.sleep(QUICK_S)
    workers.look_at_memory()
    row = {
        "what": name,
        "a second": round((len(quick.taken()) - counted) / (time.time() - began)),
        "MB": round(workers.most_rss / 1e6),
    }
    for campaign in campaigns:
        control.pause(campaign=campaign, actor=None)
    return row
