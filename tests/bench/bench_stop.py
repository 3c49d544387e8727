"""How soon a click stops a cascade while everything is being sent that can be.

A campaign of three steps with short windows is sent as fast as it goes, so that most people have their next message
queued, and wait for it longer than their window. Some of them follow their link, over the product's own web server:
those whose next message is about to be claimed, and those whose window is about to close. The judges are the sink's
log and the rows: nothing of theirs may be marked as sending once the stop is committed, nor begin a second later. Whose
chain came to its end before the click was read had nothing left to stop; all others who clicked must be stopped.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

from tests.bench.asked import asked
from tests.bench.crew import crew
from tests.bench.draining import wait_until_drained
from tests.bench.goals import at_most, percentile
from tests.bench.ground import ground
from tests.bench.load import Asker
from tests.bench.selected import selected
from tests.bench.sink import Taken, sink
from tests.bench.telling import tell
from tests.bench.web import web

PEOPLE = 20_000
SOON_S = 1.0

STOPS = """
SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8
FROM campaigns_enrolment WHERE id = ANY(%s) AND outcome = 'engaged'
"""
# Whose click found the cascade ended, which is noted, and when that end had come.
ENDED_BEFORE = """
SELECT id, extract(epoch FROM ended_at)::float8
FROM campaigns_enrolment WHERE id = ANY(%s) AND outcome <> 'engaged' AND engaged_late_at IS NOT NULL
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


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Send and click; gives the rows. Raises NoSink."""
    with (
        sink(folder / "sink") as vendor,
        ground(folder / "data", private_hosts=vendor.host, notes_commits=True),
        asyncio.Runner() as runner,
    ):
        from tests.bench import clicking

        with web(folder) as pages, crew(folder):
            answered_at = clicking.send_and_click(asked("PEOPLE", PEOPLE), vendor, Asker(pages.port), runner)
            wait_until_drained()
        yield from _judged(answered_at, vendor.taken())


def _judged(answered_at: Mapping[int, float], taken: list[Taken]) -> Iterator[dict[str, Any]]:
    clicked = list(answered_at)
    committed_at = dict(selected(STOPS, [clicked]))
    begun = _begun(clicked, taken)
    ended_at = dict(selected(ENDED_BEFORE, [clicked]))
    until_silent = [max([at - answered_at[one] for at in begun[one]] + [0]) for one in clicked]
    too_late = sum(at > stopped_at + SOON_S for one, stopped_at in committed_at.items() for at in begun[one])
    seconds = max(one.begun_at for one in taken) - min(one.begun_at for one in taken)
    until_committed = [at - answered_at[one] for one, at in committed_at.items()]
    yield {
        "sent": len(taken),
        "a second": round(len(taken) / seconds),
        "clicked": len(clicked),
        "stopped": len(committed_at),
        "ended before": len(ended_at),
        "messages withdrawn": selected(WITHDRAWN, [clicked])[0][0],
        "committed after p50 s": round(percentile(until_committed, 50), 2),
        "p99 s": round(percentile(until_committed, 99), 2),
        "sent after the click": sum(after > 0 for after in until_silent),
    }
    yield at_most("clicked, and neither stopped nor ended", missed(answered_at, committed_at.keys(), ended_at), 0)
    yield at_most("from a click's answer to the last request begun, p99", percentile(until_silent, 99), 1, unit="s")
    yield at_most("messages marked as sending after a committed stop", selected(MARKED_AFTERWARDS)[0][0], 0)
    yield at_most("requests begun more than a second after a committed stop", too_late, 0)


def missed(answered_at: Mapping[int, float], stopped: Set[int], ended_at: Mapping[int, float]) -> int:
    """How many of those whose click was answered were neither `stopped` nor at their end within SOON_S of it."""
    at_their_end = {one for one, at in ended_at.items() if at <= answered_at[one] + SOON_S}
    return len(answered_at.keys() - stopped - at_their_end)


def _begun(enrolment_ids: list[int], taken: list[Taken]) -> dict[int, list[float]]:
    """When the requests of each enrolment began at the sink."""
    enrolment_of = dict(selected(KEYS, [enrolment_ids]))
    found: dict[int, list[float]] = defaultdict(list)
    for one in taken:
        if one.key in enrolment_of:
            found[enrolment_of[one.key]].append(one.begun_at)
    return found


if __name__ == "__main__":
    sys.exit(tell(measure))
