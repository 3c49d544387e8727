"""Does again what the database did not answer: for what must not be forgotten, as a vendor's answers."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection

# PostgreSQL is back from a crash within seconds, and a lease ends after a minute.
PATIENCE = timedelta(seconds=30)
PAUSE = timedelta(seconds=0.5)


def until_answered(work: Callable[[], None]) -> None:
    """Do `work`, and again for as long as PATIENCE where the database goes away meanwhile, on a new connection.

    It must do no harm twice: of a commit that was not answered nobody knows whether it happened. Call it outside any
    transaction. Raises what the last try raised.
    """
    ends_at = time.monotonic() + PATIENCE.total_seconds()
    while True:
        try:
            work()
        except (OperationalError, InterfaceError):
            if time.monotonic() > ends_at:
                raise
            connection.close_if_unusable_or_obsolete()
            time.sleep(PAUSE.total_seconds())
        else:
            return
