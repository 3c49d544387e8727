"""The arithmetic of the tables: goals, runs, and what the product is compared with."""

import pytest

from tests.bench.compare import comparisons
from tests.bench.goals import at_least, at_most, is_failed
from tests.bench.runs import in_runs, summed_up

SENT = [
    {"run": 1, "messages": 1000, "a second": 2000, "CPU-s per 1,000": 0.5},
    {"run": 2, "messages": 1000, "a second": 3100, "CPU-s per 1,000": 0.75},
    {"run": 3, "messages": 1000, "a second": 2600, "CPU-s per 1,000": 0.25},
]


@pytest.mark.parametrize(("found", "reached"), [(5000, "yes"), (4999, "no"), (3000, "no"), (2999, "failed")])
def test_a_goal_with_a_floor_is_reached_missed_or_failed(found: float, reached: str) -> None:
    row = at_least("messages a second", found, 5000, floor=3000)
    assert row["reached"] == reached
    assert row["wanted"] == "at least 5,000, failed below 3,000"
    assert is_failed(row) == (reached == "failed")


@pytest.mark.parametrize(
    ("row", "reached"),
    [
        (at_least("share", 39.9, 40, unit="%"), "no"),
        (at_least("share", 40, 40, unit="%"), "yes"),
        (at_most("slowest", 2.01, 2, unit="s"), "no"),
        (at_most("slowest", 2, 2, unit="s"), "yes"),
    ],
)
def test_a_goal_without_a_floor_is_only_missed(row: dict[str, str], reached: str) -> None:
    assert row["reached"] == reached
    assert not is_failed(row)


@pytest.mark.parametrize(
    ("found", "written"), [(0, "0 %"), (0.949, "0.95 %"), (104.96, "105.0 %"), (105, "105 %"), (1234.5, "1,234 %")]
)
def test_a_goal_s_figure_is_written_as_closely_as_it_is_judged(found: float, written: str) -> None:
    assert at_most("the most", found, 105, unit="%")["found"] == written


def test_runs_of_one_thing_end_with_their_median_and_range() -> None:
    assert list(summed_up(SENT)) == [
        {"run": "median", "messages": 1000, "a second": 2600, "CPU-s per 1,000": 0.5},
        {"run": "range", "messages": 1000, "a second": "2000 to 3100", "CPU-s per 1,000": "0.25 to 0.75"},
    ]


def test_runs_of_several_things_are_summed_up_by_name() -> None:
    runs = [
        {"run": run, "client": client, "a second": rate}
        for client, rates in (("ours", (9, 7, 8)), ("aiohttp", (3, 1, 2)))
        for run, rate in enumerate(rates, start=1)
    ]
    assert list(summed_up(runs)) == [
        {"run": "median", "client": "ours", "a second": 8},
        {"run": "range", "client": "ours", "a second": "7 to 9"},
        {"run": "median", "client": "aiohttp", "a second": 2},
        {"run": "range", "client": "aiohttp", "a second": "1 to 3"},
    ]


def test_median_range_and_goals_are_not_taken_for_runs() -> None:
    rows = [*SENT, *summed_up(SENT), at_most("memory of a worker", 120, 300, unit="MB")]
    assert in_runs(rows, "a second") == [2000, 3100, 2600]


def test_the_product_is_compared_by_medians_with_what_was_measured_beside_it() -> None:
    others = [{"run": 1, "client": "ours", "a second": 6500}, {"run": 1, "client": "aiohttp", "a second": 2600}]
    late = [{"run": 1, "a second": 2340}]
    compared = list(comparisons({"send": [*SENT, *summed_up(SENT)], "raw_client": others, "send_late": late}))
    assert compared[0] == {"sends": "the product", "a second": "2,600 (2,000 to 3,100)"}
    assert [(row["goal"], row["found"], row["reached"]) for row in compared if "goal" in row] == [
        ("the product, against ours", "0.40 times", "no"),
        ("the product, against aiohttp", "1 times", "yes"),
        ("answered after 20 ms, against at once", "0.90 times", "yes"),
    ]


def test_nothing_is_compared_where_the_product_was_not_measured() -> None:
    assert list(comparisons({"raw_client": [{"run": 1, "client": "ours", "a second": 6500}]})) == []
