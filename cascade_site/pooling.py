"""Whether a connection to the database keeps its session: a PgBouncer that pools by transaction lends it any."""

from collections.abc import Sequence

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cascade_site.embedded import CONNECT_TIMEOUT

# The first answer tells already, unless others ask at the same moment.
QUESTIONS = 10
SHARED_SESSIONS = (
    "The database lends a connection another session for each transaction, as PgBouncer does where it pools by"
    " transaction: give it pool_mode = session, or go past it (docs/operations.md, PgBouncer)."
)


def shares_sessions(conninfo: str) -> bool:
    """Whether connections to the database of a libpq connection string or URL have no session of their own.

    Prepared statements and turns (campaigns/engine/turns.py) belong to a session: in another one a statement is
    missing or is a different one, and a turn is never given back. Raises psycopg.OperationalError.
    """
    if "connect_timeout" not in conninfo_to_dict(conninfo):
        conninfo = make_conninfo(conninfo, connect_timeout=CONNECT_TIMEOUT)
    with psycopg.connect(conninfo, autocommit=True) as one, psycopg.connect(conninfo, autocommit=True) as other:
        return are_shared([(_session(one), _session(other)) for _question in range(QUESTIONS)])


def are_shared(sessions: Sequence[tuple[int, int]]) -> bool:
    """Whether two connections, asked in turn, were in `sessions` that were not their own all the time."""
    one, other = ({pair[place] for pair in sessions} for place in range(2))
    return len(one) > 1 or len(other) > 1 or one == other


def _session(connection: psycopg.Connection) -> int:
    """The server's process, by its own word: what libpq was told when it connected is the pooler's."""
    ((process,),) = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchall()
    return int(process)
