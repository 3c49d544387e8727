"""How soon a click stops a cascade while everything is being sent that can be.

A campaign of three steps with short windows is sent as fast as it goes, so that most people have their next message
queued, and wait for it longer than their window. Some of them follow their link, over the product's own web server:
those whose next message is about to be claimed, and those whose window is about to close. The judges are the sink's
log and the rows: nothing of theirs may be marked as sending once the stop is committed, nor begin a second later.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from tests.bench.asked import asked
from tests.bench.crew import crew
from tests.bench.goals import at_most, percentile
from tests.bench.ground import ground
from tests.bench.load import Asker, Request
from tests.bench.sink import Sink, Taken, sink
from tests.bench.web import web

PEOPLE = 20_000
STEPS = 3
WINDOW = timedelta(seconds=5)
# So many clicks of each sort in each look.
CLICKS = 5
LOOK_EVERY_S = 0.5
SOON_S = 1.0
PATIENCE_S = 1200

# A click within two seconds of the acceptance would be taken for a machine's.
CLICKABLE = """
JOIN campaigns_message sent ON sent.enrolment_id = e.id AND sent.status = 'accepted'
    AND sent.accepted_at < cascade_now() - interval '2.5 seconds'
JOIN campaigns_attempt a ON a.message_id = sent.id AND a.live_hash IS NOT NULL
WHERE e.outcome = '' AND NOT e.id = ANY(%(before)s)
"""
NEXT_IN_THE_QUEUE = f"""
SELECT e.id, a.token FROM (
    SELECT enrolment_id FROM campaigns_message
    WHERE status IN ('queued', 'claimed') AND sender_id = %(sender)s AND campaign_id = %(campaign)s
    ORDER BY available_at, id LIMIT 2000
) AS next JOIN campaigns_enrolment e ON e.id = next.enrolment_id {CLICKABLE} LIMIT %(clicks)s
"""
NEXT_TO_TIME_OUT = f"""
SELECT e.id, a.token FROM (
    SELECT * FROM campaigns_enrolment WHERE outcome = '' AND next_at > cascade_now() ORDER BY next_at LIMIT 200
) AS e {CLICKABLE} LIMIT %(clicks)s
"""
STOPS = """
SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8
FROM campaigns_enrolment WHERE id = ANY(%s) AND outcome = 'engaged'
"""
MARKED_AFTERWARDS = """
SELECT count(*) FROM campaigns_message m JOIN campaigns_enrolment e ON e.id = m.enrolment_id
WHERE e.outcome = 'engaged' AND m.sending_at > pg_xact_commit_timestamp(e.xmin)
"""
KEYS = """
SELECT replace(a.key::text, '-', ''), m.enrolment_id
FROM campaigns_attempt a JOIN campaigns_message m ON m.id = a.message_id WHERE m.enrolment_id = ANY(%s)
"""
WITHDRAWN = "SELECT count(*) FROM campaigns_message WHERE enrolment_id = ANY(%s) AND status = 'withdrawn'"


class People:
    """Who clicks: each once, as soon as they are found."""

    def __init__(self, *, campaign_id: int, sender_id: int, asker: Asker, runner: asyncio.Runner) -> None:
        self._asker = asker
        self._runner = runner
        self._values = {"campaign": campaign_id, "sender": sender_id, "clicks": CLICKS}
        self.answered_at: dict[int, float] = {}

    def click(self) -> None:
        """Let some follow their link, all at once."""
        for query in (NEXT_IN_THE_QUEUE, NEXT_TO_TIME_OUT):
            chosen = dict(_rows(query, {**self._values, "before": list(self.answered_at)}))
            self.answered_at.update(self._runner.run(self._follow(chosen)))

    async def _follow(self, tokens: Mapping[int, str]) -> dict[int, float]:
        asking = [
            self._asker.ask(enrolment_id, Request(path=f"/c/{token}0"), due_at=time.time())
            for enrolment_id, token in tokens.items()
        ]
        answers = await asyncio.gather(*asking)
        assert all(one.is_success for one in answers), "a click was not answered"
        return {one.number: one.answered_at for one in answers}


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Send and click; gives the rows."""
    with (
        sink(folder / "sink") as vendor,
        ground(folder / "data", private_hosts=vendor.host, notes_commits=True),
        asyncio.Runner() as runner,
    ):
        with web(folder) as pages, crew(folder):
            answered_at = _send_and_click(vendor, Asker(pages.port), runner)
        yield from _judged(answered_at, vendor.taken())


def _send_and_click(vendor: Sink, asker: Asker, runner: asyncio.Runner) -> dict[int, float]:
    """Send the campaign to its end, with clicks; gives when the click of each enrolment was answered."""
    from campaigns.engine.launch import launch  # noqa: PLC0415  Django is set up only now
    from campaigns.models import Campaign  # noqa: PLC0415  the same
    from campaigns.models.campaigns import CampaignStatus  # noqa: PLC0415  the same
    from tests.bench.crowd import make_crowd  # noqa: PLC0415  the same
    from tests.bench.gateway import draft, gateway_sender  # noqa: PLC0415  the same
    from tests.factories import StepPlan  # noqa: PLC0415  the same

    make_crowd(asked("PEOPLE", PEOPLE))
    sender = gateway_sender(vendor)
    campaign = draft([StepPlan(sender=sender, timeout=WINDOW) for _ in range(STEPS)])
    people = People(campaign_id=campaign.pk, sender_id=sender.pk, asker=asker, runner=runner)
    launch(campaign=campaign, actor=None)
    gives_up_at = time.monotonic() + PATIENCE_S
    while Campaign.objects.filter(pk=campaign.pk).exclude(status=CampaignStatus.FINISHED).exists():
        assert time.monotonic() < gives_up_at, "the campaign does not come to its end"
        people.click()
        time.sleep(LOOK_EVERY_S)
    return people.answered_at


def _judged(answered_at: Mapping[int, float], taken: list[Taken]) -> Iterator[dict[str, Any]]:
    clicked = list(answered_at)
    committed_at = dict(_rows(STOPS, [clicked]))
    begun = _begun(clicked, taken)
    until_silent = [max([at - answered_at[one] for at in begun[one]] + [0]) for one in committed_at]
    too_late = sum(at > stopped_at + SOON_S for one, stopped_at in committed_at.items() for at in begun[one])
    seconds = max(one.begun_at for one in taken) - min(one.begun_at for one in taken)
    until_committed = [at - answered_at[one] for one, at in committed_at.items()]
    yield {
        "sent": len(taken),
        "a second": round(len(taken) / seconds),
        "clicked": len(clicked),
        "stopped": len(committed_at),
        "messages withdrawn": _rows(WITHDRAWN, [clicked])[0][0],
        "committed after p50 s": round(percentile(until_committed, 50), 2),
        "p99 s": round(percentile(until_committed, 99), 2),
        "sent after the click": sum(after > 0 for after in until_silent),
    }
    yield at_most("from a click's answer to the last request begun, p99", percentile(until_silent, 99), 1, unit="s")
    yield at_most("messages marked as sending after a committed stop", _rows(MARKED_AFTERWARDS)[0][0], 0)
    yield at_most("requests begun more than a second after a committed stop", too_late, 0)


def _begun(enrolment_ids: list[int], taken: list[Taken]) -> dict[int, list[float]]:
    """When the requests of each enrolment began at the sink."""
    enrolment_of = dict(_rows(KEYS, [enrolment_ids]))
    found: dict[int, list[float]] = defaultdict(list)
    for one in taken:
        if one.key in enrolment_of:
            found[enrolment_of[one.key]].append(one.begun_at)
    return found


def _rows(query: str, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


if __name__ == "__main__":
    for row in measure(Path(sys.argv[1])):
        print(json.dumps(row), flush=True)
