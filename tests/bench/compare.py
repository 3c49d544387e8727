"""How fast the product sends beside the others that were measured in the same run: what the goals are about."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from tests.bench.goals import at_least, spread

Rows = Sequence[Mapping[str, Any]]
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
    product = _rates(found.get("send", ()))
    if not product:
        return
    yield {"sends": "the product", "a second": spread(product)}
    for measurement, column, name, wanted in OTHERS:
        other = _rates([row for row in found.get(measurement, ()) if row.get(column) == name])
        if other:
            yield {"sends": name, "a second": spread(other)}
            yield at_least(f"the product, against {name}", median(product) / median(other), wanted, unit="times")
    if late := _rates(found.get("send_late", ())):
        yield {"sends": "the product, answered after 20 ms", "a second": spread(late)}
        yield at_least("answered after 20 ms, against at once", median(late) / median(product), LATE, unit="times")


def _rates(rows: Rows) -> list[float]:
    """The rate of each run."""
    return [row["a second"] for row in rows if "a second" in row]
