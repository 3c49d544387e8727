"""A lane: a connection to the product's database with a clock of its own, and some tables that only it sees.

What a campaign leaves behind is written where everything stands, within one transaction. What belongs to the moment
(the clock, the ticks, the leases, the senders' pace, webhooks as they came) is in temporary tables of the same names,
which PostgreSQL finds before the others: so nobody waits for a lane, and its time is nobody else's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

from django.db import connection
from django.utils import timezone

from campaigns.engine import clock

# In the order in which they are made.
OWN_TABLES = (
    "campaigns_engineclock",
    "campaigns_tick",
    "campaigns_downtimegap",
    "campaigns_lease",
    "campaigns_stepdelta",
    "campaigns_flow",
    "channels_sender",
    "channels_senderstate",
    "channels_inboundrequest",
)
# Of what a campaign leaves in them, nothing is asked for once it is over.
OF_A_CAMPAIGN = ("campaigns_lease", "campaigns_flow", "channels_senderstate", "channels_inboundrequest")
# A vendor's pace is a matter of real time, which a lane has none of.
RATE = 1_000_000


class Lane:
    """The lane of this process; `now` is its time. Made by `opened`."""

    def __init__(self) -> None:
        self._reading = clock.read()

    @property
    def now(self) -> datetime:
        """The lane's time, without asking the database."""
        return self._reading.shown(_real_now())

    def tell(self) -> datetime:
        """The lane's time, as Django asks for it."""
        return self.now

    def begin(self, at: datetime) -> None:
        """Show the time `at`, and forget the campaign before."""
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(f'pg_temp.{table}' for table in OF_A_CAMPAIGN)}")
        self._show(at)

    def jump(self, to: datetime) -> datetime:
        """Show the time `to`, unless it is over; gives the lane's time."""
        if to > self.now:
            self._show(to)
        return self.now

    def _show(self, at: datetime) -> None:
        self._reading = clock.run_at(shown_at=at)

    def real(self, instant: datetime) -> datetime:
        """The real time that the lane's clock maps to `instant`: what a vendor reports by."""
        return self._reading.real_at + (instant - self._reading.shown_at)


# As it is when this module is read: a lane puts its own in the place of Django's.
_real_now = timezone.now


@contextmanager
def in_one_go() -> Iterator[None]:
    """Let the transactions within the one that surrounds the block have no savepoints: any error ends all of it.

    A campaign is played in hundreds of them, and each savepoint costs two statements, and a transaction's number that
    everybody else has to look up.
    """
    features = connection.features
    features.uses_savepoints = False
    try:
        yield
    finally:
        del features.uses_savepoints


@contextmanager
def opened() -> Iterator[Lane]:
    """A lane on this thread's connection for the length of the block.

    What Django stamps by its own clock, such as when a campaign was drafted, is stamped by the lane's. Raises
    clock.ClockMayNotMove outside the demo and tests.
    """
    with connection.cursor() as cursor:
        for table in OWN_TABLES:
            cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute("INSERT INTO pg_temp.channels_sender SELECT * FROM public.channels_sender")
        cursor.execute("UPDATE pg_temp.channels_sender SET rate_per_second = %s", [RATE])
    lane = Lane()
    try:
        with mock.patch.object(timezone, "now", lane.tell):
            yield lane
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {', '.join(f'pg_temp.{table}' for table in OWN_TABLES)}")
