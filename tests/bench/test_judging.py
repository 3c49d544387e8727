"""How the measurements judge what they found: the rows beside their goals."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from tests.bench import bench_launch, bench_send
from tests.bench.bench_events import Answers, Events, judged
from tests.bench.bench_stop import missed
from tests.bench.limiting import kept
from tests.bench.load import Answered, Load, Request


def _goals(rows: Iterable[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(row["goal"], row["found"], row["reached"]) for row in rows if "goal" in row]


def test_sending_is_judged_by_the_median_of_its_runs() -> None:
    runs = [
        {"run": run, "messages": 100_000, "a second": rate, "CPU-s per 1,000": processor}
        for run, (rate, processor) in enumerate([(6000, 0.3), (2999, 0.36), (2000, 0.4)], start=1)
    ]
    assert _goals(bench_send.judged(runs)) == [
        ("messages a second, median of 3 runs of 100,000", "2,999", "failed"),
        ("CPU-s per 1,000 messages, median of 3 runs of 100,000", "0.36", "no"),
    ]


def test_a_launch_is_judged_by_its_median_and_its_worst_growth() -> None:
    runs = [
        {"run": 1, "people": 1_000_000, "seconds": 14, "MB before": 100, "most MB": 109},
        {"run": 2, "people": 1_000_000, "seconds": 15, "MB before": 109, "most MB": 109},
        {"run": 3, "people": 1_000_000, "seconds": 40, "MB before": 100, "most MB": 120},
    ]
    assert _goals(bench_launch.judged(runs)) == [
        ("until 1,000,000 are enrolled, median", "15 s", "yes"),
        ("most memory of the worker while 1,000,000 are enrolled", "1.20 times that before", "no"),
    ]


def _answers(statuses: Sequence[int]) -> Answers:
    """Clicks a second apart, each answered a sixteenth of a second after it was due."""
    answers = [
        Answered(number=number, due_at=number, answered_at=number + 1 / 16, status=status)
        for number, status in enumerate(statuses)
    ]
    names = [f"token-{number}" for number in range(len(statuses))]
    events = Events(requests=[Request(path="/c/token")] * len(statuses), names=names)
    return Answers(events=events, load=Load(answers=answers, cpu_s=1), backlog=[5, 5, 5], product_cpu_s=1)


@pytest.mark.parametrize(
    ("rate", "told"),
    [(3000, "at 3,000 a second for 2 s"), (700, "at 700 a second for 2 s, not 3,000")],
    ids=["goal's", "lower"],
)
def test_answers_are_judged_with_the_rate_at_which_they_were_found(rate: float, told: str) -> None:
    closed, open_loop = _answers([200, 302, 0]), _answers([302, 503, 302])
    effects = {f"token-{number}": number + 1 / 16 + 0.25 for number in range(3)}
    assert _goals(judged(closed, open_loop, rate=rate, effects=effects))[1:] == [
        ("requests refused", "2", "no"),
        (f"answer, p99 {told}", "62.50 ms", "yes"),
        (f"from a clear click's answer to its effect, p99 {told}", "0.25 s", "yes"),
        (f"growth of the backlog a second, {told}", "0", "yes"),
    ]


def test_a_click_is_missed_where_nothing_was_stopped_and_nothing_had_ended() -> None:
    answered_at = {1: 10.0, 2: 10.0, 3: 10.0, 4: 10.0, 5: 10.0}
    # The second had come to its end before, the third within the second that a stop may take, the fourth much later.
    assert missed(answered_at, {1}, {2: 8.0, 3: 10.9, 4: 12.0}) == 2


@pytest.mark.parametrize(
    ("every_s", "least", "most", "reached"),
    [(1 / 200, "100.0%", "100.0%", ["yes", "yes"]), (1 / 188, "94.0%", "94.0%", ["no", "yes"])],
)
def test_a_rate_is_judged_in_every_ten_seconds(every_s: float, least: str, most: str, reached: list[str]) -> None:
    row, *goals = kept(200, [number * every_s for number in range(round(45 / every_s))])
    assert (row["least in 10 s"], row["most in 10 s"]) == (least, most)
    assert [goal["reached"] for goal in goals] == reached


def test_a_burst_in_the_midst_of_an_even_rate_is_too_much() -> None:
    instants = sorted([number / 200 for number in range(9000)] + [20 + number / 10_000 for number in range(150)])
    assert _goals(kept(200, instants))[1] == ("of a rate of 200/s, the most in any 10 s", "107.5 %", "no")
