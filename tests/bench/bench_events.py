"""How many clicks and webhooks are taken over HTTP, each answered after its commit, and how soon they have an effect.

People who wait for a click follow their link, and the vendor tells of deliveries by signed webhooks, half and half,
against the product's own web server while its workers drain what came. First a closed loop finds out how many are
answered; then an open loop asks at the goal's rate, or at RATE_SHARE of what was found, for a minute: an answer's time
counts from when its request was due. The judge is the database: everything that was answered must be in it.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import reverse

from tests.bench.asked import asked
from tests.bench.crew import Crew, crew
from tests.bench.draining import left_to_drain, wait_until_drained
from tests.bench.goals import at_least, at_most, percentile
from tests.bench.ground import ground, postgres_cpu_s
from tests.bench.load import Load, Request, generate
from tests.bench.selected import selected
from tests.bench.telling import tell
from tests.bench.web import Web, web

PEOPLE = 150_000
CONNECTIONS = 256
CLOSED_S = 10
OPEN_S = 60
GOAL_RATE = 3000
RATE_SHARE = 0.7
WARM_UP = 500
WEBHOOK_SECRET = "a secret of the measurement only"
WARM_UP_S = 600

LINKS = "SELECT token, key, vendor_message_id FROM campaigns_attempt ORDER BY id"
# Nothing changes an enrolment after its end, so the last transaction that wrote it is the one that ended it.
EFFECTS = """
SELECT a.token, extract(epoch FROM pg_xact_commit_timestamp(e.xmin))::float8
FROM campaigns_attempt a JOIN campaigns_message m ON m.id = a.message_id
JOIN campaigns_enrolment e ON e.id = m.enrolment_id
WHERE e.outcome = 'engaged'
"""
HITS = "SELECT a.token FROM campaigns_hit h JOIN campaigns_attempt a ON a.id = h.attempt_id"
REPORTS = "SELECT convert_from(body, 'UTF8')::jsonb #>> '{events,0,event_id}' FROM channels_inboundrequest"


@dataclass(frozen=True, kw_only=True)
class Events:
    """The requests that are made, and which token or event id each is known by."""

    requests: Sequence[Request]
    names: Sequence[str]

    def part(self, first: int, last: int | None = None) -> "Events":
        """Those from `first` to before `last`."""
        return Events(requests=self.requests[first:last], names=self.names[first:last])


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a run of the load came to: `backlog` each second, processor seconds of the product."""

    events: Events
    load: Load
    backlog: list[int]
    product_cpu_s: float

    @property
    def refused(self) -> int:
        """How many requests were not answered with success."""
        return sum(not one.is_success for one in self.load.answers)

    def answered(self, *, clicks: bool) -> dict[str, float]:
        """When each click (or webhook) was answered with success, by its name."""
        return {
            self.events.names[one.number]: one.answered_at
            for one in self.load.answers
            if one.is_success and bool(self.events.requests[one.number].secret) != clicks
        }

    def as_row(self, name: str, effects: dict[str, float]) -> dict[str, Any]:
        """What is printed; `effects` as `lags` takes them."""
        milliseconds, lags = self.load.milliseconds(), self.lags(effects)
        return {
            "load": name,
            "requests": len(self.load.answers),
            "refused": self.refused,
            "answered a second": round(self.load.rate),
            "p50 ms": round(percentile(milliseconds, 50)),
            "p99 ms": round(percentile(milliseconds, 99)),
            "effect p50 s": round(percentile(lags, 50), 2),
            "effect p99 s": round(percentile(lags, 99), 2),
            "most backlog": max(self.backlog, default=0),
            "CPU-s per 1,000": round(self.product_cpu_s / len(milliseconds) * 1000, 3),
            "load's": round(self.load.cpu_s / len(milliseconds) * 1000, 3),
        }

    def lags(self, effects: dict[str, float]) -> list[float]:
        """Seconds from each click's answer to the commit that ended its cascade; `effects` are those commits."""
        return [effects[name] - at for name, at in self.answered(clicks=True).items()]


def measure(folder: Path) -> list[dict[str, Any]]:
    """Closed, then open loop; gives the rows."""
    people, connections = asked("PEOPLE", PEOPLE), asked("CONNECTIONS", CONNECTIONS)
    with ground(folder / "data", notes_commits=True):
        from tests.bench import waiting

        account = waiting.wait_for_clicks(people, webhook_secret=WEBHOOK_SECRET)
        events = _events(selected(LINKS), webhook_path=reverse("webhook", args=[account.webhook_token]))
        with web(folder) as pages, crew(folder) as workers:
            ask = _asking(folder, pages, workers, connections=connections)
            # What is loaded at the first request is none of the measurement; drained, the workers are there too.
            ask(events.part(0, WARM_UP), "warm-up", seconds=WARM_UP_S, rate=0)
            events = events.part(WARM_UP)
            closed = ask(events, "closed", seconds=asked("CLOSED_S", CLOSED_S), rate=0)
            reached = closed.load.rate
            rate = GOAL_RATE if reached >= GOAL_RATE else reached * RATE_SHARE
            rest = events.part(len(closed.load.answers))
            open_loop = ask(rest, "open", seconds=asked("SECONDS", OPEN_S), rate=rate)
        effects = dict(selected(EFFECTS))
        _judge([closed, open_loop], effects)
    return [
        closed.as_row(f"closed, {connections} connections", effects),
        open_loop.as_row(f"open, {rate:,.0f} a second", effects),
        *judged(closed, open_loop, rate=rate, effects=effects),
    ]


def judged(closed: Answers, open_loop: Answers, *, rate: float, effects: dict[str, float]) -> Iterator[dict[str, Any]]:
    """The rows of the goals, of which those of the open loop name the `rate` at which, and for how long, it asked."""
    at = f"at {rate:,.0f} a second for {open_loop.load.seconds:.0f} s"
    if rate < GOAL_RATE:
        at += f", not {GOAL_RATE:,}"
    answer, effect = percentile(open_loop.load.milliseconds(), 99), percentile(open_loop.lags(effects), 99)
    yield at_least("answered a second", closed.load.rate, GOAL_RATE)
    yield at_most("requests refused", closed.refused + open_loop.refused, 0)
    yield at_most(f"answer, p99 {at}", answer, 150, unit="ms")
    yield at_most(f"from a clear click's answer to its effect, p99 {at}", effect, 1, unit="s")
    yield at_most(f"growth of the backlog a second, {at}", _growth(open_loop.backlog), 1)


def _events(links: Sequence[tuple[Any, ...]], *, webhook_path: str) -> Events:
    """For each of those who wait their click, and a report of somebody else's delivery."""
    requests, names = [], []
    for number, (token, _key, _vendor_id) in enumerate(links):
        # Whose delivery is told of clicks at quite another time.
        _token, key, vendor_id = links[(number + len(links) // 2) % len(links)]
        report = {
            "event_id": f"report-{number}",
            "type": "handset_delivered",
            "message_id": vendor_id,
            "client_key": str(key),
        }
        requests.append(Request(path=f"/c/{token}0"))
        requests.append(Request(path=webhook_path, body=json.dumps({"events": [report]}), secret=WEBHOOK_SECRET))
        names += [token, f"report-{number}"]
    return Events(requests=requests, names=names)


def _asking(folder: Path, pages: Web, workers: Crew, *, connections: int) -> Callable[..., Answers]:
    """The function that runs a load against `pages` and waits until its effects are there."""

    def used() -> float:
        return pages.cpu_s() + workers.cpu_s() + postgres_cpu_s(folder / "data")

    def ask(events: Events, name: str, *, seconds: float, rate: float) -> Answers:
        backlog: list[int] = []
        before, load = used(), None
        for load in generate(
            events.requests, folder=folder / name, port=pages.port, connections=connections, seconds=seconds, rate=rate
        ):
            backlog += [left_to_drain()] if load is None else []
        assert load is not None
        wait_until_drained()
        return Answers(events=events, load=load, backlog=backlog, product_cpu_s=used() - before)

    return ask


def _growth(backlog: Sequence[int]) -> float:
    """By how many a second the backlog was larger in the last third of the run than in the first."""
    third = max(len(backlog) // 3, 1)
    first, last = backlog[:third], backlog[-third:]
    return (sum(last) - sum(first)) / third / max(len(backlog) - third, 1)


def _judge(runs: Sequence[Answers], effects: dict[str, float]) -> None:
    """Raise AssertionError where something was answered that is not in the database."""
    for clicks, query in ((True, HITS), (False, REPORTS)):
        answered = {name for run in runs for name in run.answered(clicks=clicks)}
        kept = [row[0] for row in selected(query)]
        assert answered <= set(kept), f"{len(answered - set(kept))} were answered and are not in the database"
        assert len(kept) == len(set(kept)), "something was kept twice"
        if clicks:
            assert answered <= effects.keys(), f"{len(answered - effects.keys())} clicks had no effect"


if __name__ == "__main__":
    sys.exit(tell(measure))
