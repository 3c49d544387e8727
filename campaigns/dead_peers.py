"""Has the database's server give up a worker whose host was cut off, and with it what that worker has locked."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# By default Linux asks a silent peer after two hours. Until then rows and turns (engine/turns.py) would stay locked.
# The other end does the same: GIVE_UP_SILENCE in cascade_site/embedded.py. On a Unix socket PostgreSQL ignores it.
GIVE_UP_SILENCE = """
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 2;
SET tcp_user_timeout = 20000
"""


def give_up_silence(*, connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Ask the server of a new `connection` to close it when it has heard nothing for some twenty seconds."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_UP_SILENCE)
