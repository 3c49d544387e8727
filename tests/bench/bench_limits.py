"""How closely a rate is kept, how evenly it is shared, how soon the urgent leaves, whom a slow vendor holds up.

The judge is the vendor's access log: the instant and the key of every request. The workers are the real ones.

python -m tests.bench.bench_limits FOLDER [PEOPLE]: so many people in the campaigns that are overtaken.
"""

import json
import sys
import time
import uuid
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.crew import Crew, crew
from tests.bench.ground import ground
from tests.bench.sink import KEY_HEADER, Sink, sink

BODY = '{"to": "{{ to }}", "text": "{{ text }}"}'
PEOPLE = 20_000
# Of them, in a language that nobody else speaks.
SMALL = 2_000
SPEAKERS_OF_POLISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["pl"]}]}
RATES = (200, 50)
MEASURED_S = 45.0
SPAN_S = 10.0
# The first messages leave while the workers still wake.
SETTLING_S = 5.0
URGENT = 50
SLOW_S = 10.0
QUICK_S = 30.0
MORE_THAN_ENOUGH = 1_000_000
PATIENCE_S = 900.0


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


def overtake(vendor: Sink, *, is_same_sender: bool) -> dict[str, Any]:
    """How long a transactional message takes from the call of the API to the vendor, while a bulk campaign runs."""
    before = len(vendor.taken())
    sender = sender_at(vendor, MORE_THAN_ENOUGH)
    urgent = urgent_campaign(sender if is_same_sender else sender_at(vendor, MORE_THAN_ENOUGH))
    bulk = launched(sender)
    wait_until(lambda: len(vendor.taken()) - before > 500, what="the bulk campaign is under way")
    called = call_often(urgent)
    wait_until(lambda: accepted_of(urgent) == URGENT, what="all transactional messages have left")
    is_running = accepted_of(bulk) < people_in(bulk)
    cancel(bulk)
    arrived = {one.key: one.begun_at for one in vendor.taken()[before:]}
    of_whom = "the same sender" if is_same_sender else "another sender"
    seconds = sorted(arrived[key] - called[enrolment] for enrolment, key in attempts_of(urgent))
    return {
        "what": f"{URGENT} urgent beside {people_in(bulk)}, {of_whom}",
        "median s": round(seconds[len(seconds) // 2], 2),
        "slowest s": round(seconds[-1], 2),
        "bulk still runs": is_running,
    }


def hold_up(quick: Sink, slow: Sink, workers: Crew) -> list[dict[str, Any]]:
    """How fast a quick vendor's campaign leaves alone, and beside that of a vendor that answers after ten seconds."""
    rows = []
    for name, vendors in (("a quick vendor alone", [quick]), (f"beside one that takes {SLOW_S:.0f} s", [slow, quick])):
        before = len(quick.taken())
        workers.most_rss = 0
        campaigns = [launched(sender_at(vendor, MORE_THAN_ENOUGH)) for vendor in vendors]
        wait_until(lambda: len(quick.taken()) - before > 100, what="the quick one is under way")  # noqa: B023  at once
        began, counted = time.time(), len(quick.taken())
        time.sleep(QUICK_S)
        workers.look_at_memory()
        took = time.time() - began
        rows.append(
            {
                "what": name,
                "a second": round((len(quick.taken()) - counted) / took),
                "MB": round(workers.most_rss / 1e6),
            }
        )
        for campaign in campaigns:
            cancel(campaign)
    return rows


def sender_at(vendor: Sink, rate: int) -> Any:
    """A sender of SMS at `vendor`."""
    from channels.kinds import Channel  # noqa: PLC0415  Django is set up only now
    from tests.factories import make_account, make_sender  # noqa: PLC0415  the same

    settings = {"url": vendor.url, "body": BODY, "key_header": KEY_HEADER, "id_path": "id", "requests_at_once": 256}
    account = make_account(provider="generic_http", settings=settings)
    return make_sender(channel=Channel.SMS, account=account, rate_per_second=rate)


def launched(sender: Any, rule: dict[str, Any] | None = None) -> Any:
    """A running campaign by `sender`, for everybody or those whom `rule` selects, all of them enrolled."""
    from campaigns.engine.launch import launch  # noqa: PLC0415  Django is set up only now
    from campaigns.models import Campaign  # noqa: PLC0415  the same
    from tests.factories import RoutePlan, StepPlan, make_campaign, make_segment  # noqa: PLC0415  the same

    segment = make_segment(name=uuid.uuid4().hex, rule=rule) if rule else None
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(sender=sender)])], segment=segment)
    launch(campaign=campaign, actor=None)
    enrolled = Campaign.objects.filter(pk=campaign.pk, enrolled_at__isnull=False)
    wait_until(enrolled.exists, what="everybody is enrolled")
    return campaign


def urgent_campaign(sender: Any) -> Any:
    """A running transactional campaign that a program starts."""
    from campaigns.engine.launch import launch  # noqa: PLC0415  Django is set up only now
    from campaigns.models import Purpose  # noqa: PLC0415  the same
    from campaigns.models.campaigns import CampaignKind  # noqa: PLC0415  the same
    from tests.factories import RoutePlan, StepPlan, make_campaign  # noqa: PLC0415  the same

    steps = [StepPlan(sender=sender)]
    campaign = make_campaign(
        routes=[RoutePlan(steps=steps)], kind=CampaignKind.API, purpose=Purpose.TRANSACTIONAL, text="{{ link }}"
    )
    launch(campaign=campaign, actor=None)
    return campaign


def call_often(campaign: Any) -> dict[int, float]:
    """Enrol people by the API, one after another; gives the instant of each call, by enrolment."""
    from tests.campaigns.api.calling import make_caller  # noqa: PLC0415  Django is set up only now

    caller = make_caller()
    caller.client.defaults["SERVER_NAME"] = "localhost"
    called = {}
    for number in range(URGENT):
        now = time.time()
        body = {
            "campaign_id": campaign.pk,
            "contact": {"phone": f"+38067{time.time_ns() % 10_000_000:07}"},
            "consent": {"channels": ["sms"], "purpose": "transactional", "evidence": "the order itself"},
        }
        answer = caller.post("enrolments", body, key=f"{campaign.pk}-{number}")
        assert answer.status_code == 201, answer.content
        called[answer.json()["id"]] = now
        time.sleep(0.1)
    return called


def cancel(campaign: Any) -> None:
    """End a campaign, and wait until nobody is inside."""
    from campaigns.engine import control  # noqa: PLC0415  Django is set up only now
    from campaigns.models import Enrolment  # noqa: PLC0415  the same

    control.cancel(campaign=campaign, actor=None)
    inside = Enrolment.objects.open().filter(campaign=campaign)
    wait_until(lambda: not inside.exists(), what="the campaign has ended")


def accepted_of(campaign: Any) -> int:
    """How many messages of the campaign the vendor has accepted."""
    from campaigns.models import Message  # noqa: PLC0415  Django is set up only now

    return Message.objects.filter(campaign=campaign, status="accepted").count()


def people_in(campaign: Any) -> int:
    """How many people have entered the campaign."""
    from campaigns.models import Enrolment  # noqa: PLC0415  Django is set up only now

    return Enrolment.objects.filter(campaign=campaign).count()


def keys_of(campaign: Any) -> set[str]:
    """The idempotency keys of the campaign."""
    return {key for _, key in attempts_of(campaign)}


def attempts_of(campaign: Any) -> list[tuple[int, str]]:
    """The enrolment and the key of each attempt of the campaign."""
    from campaigns.models import Attempt  # noqa: PLC0415  Django is set up only now

    rows = Attempt.objects.filter(campaign=campaign).values_list("message__enrolment_id", "key")
    return [(enrolment_id, key.hex) for enrolment_id, key in rows]


def wait_until(is_so: Callable[[], bool], *, what: str) -> None:
    """Wait until it is so; `what` is told where it never comes."""
    gives_up_at = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < gives_up_at, f"not in {PATIENCE_S:.0f} s: {what}"
        time.sleep(0.1)


def make_people(count: int) -> None:
    """Contacts with a phone number and consent, some of whom speak Polish."""
    from campaigns.models import Contact  # noqa: PLC0415  Django is set up only now
    from tests.bench.crowd import make_crowd  # noqa: PLC0415  the same

    make_crowd(count)
    some = Contact.objects.order_by("id").values("id")[:SMALL]
    Contact.objects.filter(id__in=some).update(language="pl")


def main(folder: Path, people: int) -> None:
    """Print a row for each measurement."""
    with ExitStack() as ended:
        quick = ended.enter_context(sink(folder / "quick"))
        slow = ended.enter_context(sink(folder / "slow", delay_s=SLOW_S))
        ended.enter_context(ground(folder / "data", private_hosts=f"{quick.host},{slow.host}"))
        make_people(people)
        workers = ended.enter_context(crew(folder))
        for rate in RATES:
            _print(keep_the_rate(quick, rate))
        _print(share_the_sender(quick, RATES[0]))
        for is_same_sender in (True, False):
            _print(overtake(quick, is_same_sender=is_same_sender))
        for row in hold_up(quick, slow, workers):
            _print(row)


def _print(row: dict[str, Any]) -> None:
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else PEOPLE)
