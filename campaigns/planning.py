"""The engine's own statements are prepared: planned once for each connection, and not for each batch.

To plan the statement that marks messages took almost as long as to execute it.
"""

import sys
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def plan_once(*, connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Let statements be prepared on a new `connection` when they ask for it, and keep their plans for any values.

    Django asks psycopg to prepare nothing, ever. With a threshold that nothing reaches, nothing is prepared unasked.
    """
    connection.connection.prepare_threshold = sys.maxsize
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
