"""How fast the product sends beside the others that were measured in the same run: what the goals are about."""

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from tests.bench.goals import at_least
from tests.bench.runs import Rows, in_runs, spread

RATE = "a second"
# The measurement, the column and the word that name what is compared with; what of its rate the product must reach.
OTHERS = (
    ("raw_client", "client", "ours", 0.5),
    ("raw_client", "client", "aiohttp", 0.5),
    ("baselines", "baseline", "django-post_office", 5),
    ("baselines", "baseline", "a task per person and step", 15),
    ("baselines", "baseline", "such tasks, CELERY_DB_REUSE_MAX", 15),
)
LATE = 0.9


def comparisons(found: Mapping[str, Rows]) -> Iterator[dict[str, Any]]:
    """The rates of all runs, and the rows of the goals, as far as `found` (rows by measurement) has both sides."""
    product = in_runs(found.get("send", ()), RATE)
    if not product:
        return
    yield {"sends": "the product", RATE: spread(product)}
    for measurement, column, name, wanted in OTHERS:
        other = in_runs([row for row in found.get(measurement, ()) if row.get(column) == name], RATE)
        if other:
            yield {"sends": name, RATE: spread(other)}
            yield at_least(f"the product, against {name}", median(product) / median(other), wanted, unit="times")
    if late := in_runs(found.get("send_late", ()), RATE):
        yield {"sends": "the product, answered after 20 ms", RATE: spread(late)}
        yield at_least("answered after 20 ms, against at once", median(late) / median(product), LATE, unit="times")
