"""Folds appended deltas into totals. A page reads both in one statement, so that it matters to nobody when.

On the way it counts what flows (flows.py): how much of the same there was in the last seconds.
"""

from campaigns.engine import flows
from campaigns.models.stats import KEY
from channels.rows import run

_COLUMNS = ", ".join(KEY)
_TOTAL_COLUMNS = "campaign_id, route_id, step_key, counter"

# One statement: a reader sees either the deltas or the totals they went into, never both or neither.
# Two folders at once are harmless: a delta is deleted, and so counted, by one of them.
FOLD = f"""
WITH taken AS (
    DELETE FROM campaigns_stepdelta
    WHERE id IN (SELECT id FROM campaigns_stepdelta ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING {_COLUMNS}, value
), summed AS (
    SELECT {_COLUMNS}, sum(value) AS value FROM taken GROUP BY {_COLUMNS} ORDER BY {_COLUMNS}
), folded AS (
    INSERT INTO campaigns_stepstats ({_COLUMNS}, value)
    SELECT {_COLUMNS}, value FROM summed
    ON CONFLICT ({_COLUMNS}) DO UPDATE SET value = campaigns_stepstats.value + excluded.value
), totalled AS (
    INSERT INTO campaigns_steptotal ({_TOTAL_COLUMNS}, value)
    SELECT {_TOTAL_COLUMNS}, sum(value) FROM taken GROUP BY {_TOTAL_COLUMNS} ORDER BY {_TOTAL_COLUMNS}
    ON CONFLICT ({_TOTAL_COLUMNS}) DO UPDATE SET value = campaigns_steptotal.value + excluded.value
), flowed AS (
    INSERT INTO campaigns_flow (at, name, campaign_id, sender_id, value)
    SELECT {flows.BIN}, counter, campaign_id, sender_id, sum(value) FROM taken
    WHERE counter = ANY(%(flows)s) AND value > 0
    GROUP BY counter, campaign_id, sender_id ORDER BY counter, campaign_id, sender_id
    ON CONFLICT (at, name, campaign_id, sender_id) DO UPDATE SET value = campaigns_flow.value + excluded.value
)
SELECT count(*) FROM taken
"""  # noqa: S608  names of columns of ours


def fold(limit: int = 20_000) -> int:
    """Fold up to `limit` of the oldest deltas; gives how many there were."""
    values = {"limit": limit, "flows": list(flows.FOLDED), "step": flows.STEP.total_seconds()}
    ((count,),) = run(FOLD, values)
    return int(count)
