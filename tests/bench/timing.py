"""Who waits for a window to close, and how late the running product decides those whose window closes."""

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from campaigns.engine import clock
from tests.bench.crew import crew
from tests.bench.falling_due import OTHERS, Claims, Crowd, Decisions, crowd_inside
from tests.bench.inside import TABLES
from tests.bench.selected import selected
from tests.factories import make_sender

# Later than the update that makes them due has come to its end, which is looked at.
AHEAD = timedelta(seconds=60)
PATIENCE_S = 900
FIRST, LATE = OTHERS

STILL_DUE = "SELECT count(*) FROM campaigns_enrolment WHERE outcome = '' AND next_at BETWEEN %s AND %s"
LATENESS = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(e.xmin) - m.decide_at)::float8
FROM campaigns_enrolment e JOIN campaigns_message m ON m.enrolment_id = e.id
WHERE e.step_position = 1 AND m.fate = 'advanced' AND m.decide_at >= %s
"""


def crowd(first_id: int, last_id: int) -> Crowd:
    """Put people inside until the last enrolment has `last_id`; nothing will leave for whom is decided."""
    senders = make_sender(), make_sender(held_at=clock.now())
    return crowd_inside(first_id, last_id, senders=senders, tables=TABLES, has_attempts=False)


def row(crowd: Crowd, claims: Claims, decisions: Decisions) -> dict[str, Any]:
    """What is printed of a crowd, some of whom were claimed and others decided."""
    return {
        "waiting": crowd.last_id,
        "claims": claims.count,
        "a second": round(claims.count / claims.seconds),
        "µs a claim": round(claims.microseconds, 1),
        "in its statement": round(claims.in_statement_s / claims.count * 1e6, 1),
        "decisions a second": round(decisions.count / decisions.seconds),
        "CPU-s per 1,000": round((decisions.python_cpu_s + decisions.postgres_cpu_s) / decisions.count * 1000, 3),
        "of them PostgreSQL": round(decisions.postgres_cpu_s / decisions.count * 1000, 3),
    }


def lateness(crowd: Crowd, folder: Path, *, rate: int, seconds: int) -> list[float]:
    """Let `rate` a second fall due for so many `seconds`; gives how late each was decided by the running product."""
    with crew(folder):
        # Whoever decides this one is there for the others too.
        now = clock.now()
        crowd.make_due(FIRST, most=1, first_at=now, rate=1)
        _wait_until_decided(now, now)
        begins_at = clock.now() + AHEAD
        count = crowd.make_due(LATE, most=rate * seconds, first_at=begins_at, rate=rate)
        assert clock.now() < begins_at, "making people due took longer than thought: the first were late at once"
        _wait_until_decided(begins_at, begins_at + timedelta(seconds=count / rate))
    late = [row[0] for row in selected(LATENESS, [begins_at])]
    assert len(late) == count, f"{len(late)} of {count} were moved on"
    return late


def _wait_until_decided(begins_at: datetime, ends_at: datetime) -> None:
    """Wait until nobody is left of those who fall due from `begins_at` to `ends_at`; asks little of the database."""
    gives_up_at = time.monotonic() + PATIENCE_S
    while True:
        left = selected(STILL_DUE, [begins_at, ends_at])[0][0]
        if not left:
            return
        assert time.monotonic() < gives_up_at, f"{left} were not decided"
        time.sleep(1)
