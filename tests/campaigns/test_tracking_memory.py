"""What a web process keeps in mind, and how it forgets."""

import threading

import pytest
from django.test import RequestFactory

from campaigns.tracking_memory import GuessLimit, RememberedTargets, client_of
from channels.pace import Pace
from tests.campaigns.watch import Watch


def test_the_target_not_seen_for_longest_is_forgotten() -> None:
    targets = RememberedTargets(size=2)
    for link in ("a", "b", "a", "c"):
        targets.put(link, f"https://{link}.example")
    assert [targets.get(link) for link in "abc"] == ["https://a.example", None, "https://c.example"]


def test_guesses_come_back_with_the_time() -> None:
    watch = Watch()
    limit = GuessLimit(per_minute=20, now=watch)
    assert [limit.allows("x") for _guess in range(21)] == [True] * 20 + [False]
    watch.seconds += 3.1
    assert [limit.allows("x") for _guess in range(2)] == [True, False]
    watch.seconds += 3600
    assert [limit.allows("x") for _guess in range(21)] == [True] * 20 + [False]


def test_only_so_many_clients_are_remembered() -> None:
    limit = GuessLimit(per_minute=1, clients=2, now=Watch())
    assert [limit.allows(client) for client in "aabbccbba"] == [
        True, False, True, False, True, False, False, False, True
    ]  # fmt: skip


def test_an_errand_runs_a_few_times_a_second_at_most() -> None:
    watch, runs = Watch(), []
    pace = Pace(seconds=0.3, now=watch)
    for _try in range(100):
        pace.run(lambda: runs.append(watch.seconds))
        watch.seconds += 0.01
    assert len(runs) == 4


def test_an_errand_that_hangs_takes_a_twentieth_of_the_time() -> None:
    watch, runs = Watch(), []

    def hang() -> None:
        runs.append(watch.seconds)
        watch.seconds += 4

    pace = Pace(seconds=0.3, now=watch)
    for _try in range(1000):
        pace.run(hang)
        watch.seconds += 0.16
    assert len(runs) == 2


def test_an_errand_under_way_is_not_waited_for() -> None:
    pace = Pace(seconds=0)
    begun, may_end = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        may_end.wait(10)

    other = threading.Thread(target=pace.run, args=[wait])
    other.start()
    begun.wait(10)
    assert pace.run(lambda: None) is False
    may_end.set()
    other.join()


def test_an_errand_that_fails_does_not_stop_the_next() -> None:
    pace = Pace(seconds=0)
    with pytest.raises(RuntimeError):
        pace.run(_fail)
    assert pace.run(lambda: None) is True


def _fail() -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        # Only a proxy of ours is believed, and only the last address, which it wrote itself.
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.5", "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("", "198.51.100.7", "198.51.100.7"),
        # A person has a whole /64, and could guess from each of its addresses.
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("nonsense", "more nonsense", ""),
    ],
)
def test_a_client_is_known_by_its_address(remote: str, forwarded: str, expected: str) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert client_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)) == expected
