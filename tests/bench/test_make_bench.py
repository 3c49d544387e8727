"""What `make bench` keeps, what it tells of what broke, and how it ends."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.__main__ import MEASUREMENTS, Measured, in_turn, measure, take_all
from tests.bench.goals import at_least
from tests.bench.latest import keep
from tests.bench.sink import NoSink, sink
from tests.bench.telling import tell

SLOW = at_least("messages a second", 2999, 5000, floor=3000)
MISSED = at_least("messages a second", 3001, 5000, floor=3000)


def _take(**measured: Measured) -> Callable[[str], Measured]:
    """Measurements that come to what is given by their names."""
    return measured.__getitem__


def _whole(*rows: dict[str, Any]) -> Measured:
    return Measured(rows=list(rows), exit_code=0)


def _kept(file: Path) -> dict[str, Any]:
    return {name: kept["rows"] for name, kept in json.loads(file.read_text()).items()}


def test_a_measurement_that_breaks_is_told_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bench" / "latest.json"
    take = _take(launch=_whole({"people": 5}), stop=Measured(rows=[{"sent": 7}], exit_code=1), limits=_whole())
    problems = take_all(["launch", "stop", "limits"], take=take, file=file)
    assert problems == ["stop broke: its process ended with 1, nothing of it was kept."]
    assert _kept(file) == {"launch": [{"people": 5}], "limits": []}
    assert "sent" in capsys.readouterr().out


def test_what_is_measured_again_replaces_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "latest.json"
    for name, rows in (("launch", [{"people": 1}]), ("stop", [{"sent": 2}])):
        keep(name, rows, file=file)
    first = json.loads(file.read_text())
    broken = Measured(rows=[{"people": 3}], exit_code=1)
    take_all(["launch", "stop"], take=_take(launch=broken, stop=_whole({"sent": 4})), file=file)
    assert json.loads(file.read_text())["launch"] == first["launch"]
    assert _kept(file)["stop"] == [{"sent": 4}]
    assert set(first["stop"]) == {"measured_at", "machine", "rows"}


def test_each_measurement_is_kept_before_the_next_begins(tmp_path: Path) -> None:
    file = tmp_path / "latest.json"

    def take(name: str) -> Measured:
        if name == "stop":
            assert _kept(file) == {"launch": [{"people": 5}]}
        return _whole({"people": 5})

    assert take_all(["launch", "stop"], take=take, file=file) == []
    assert set(_kept(file)) == {"launch", "stop"}


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        ([SLOW], ["send failed: messages a second."]),
        ([MISSED], []),
        ([{"run": 1, "a second": 10}], []),
    ],
)
def test_what_falls_below_its_floor_is_told_as_failed_and_what_is_missed_is_not(
    tmp_path: Path, rows: list[dict[str, Any]], problems: list[str]
) -> None:
    take = _take(send=_whole(*rows), send_late=_whole(), raw_client=_whole(), baselines=_whole())
    assert take_all(["send"], take=take, file=tmp_path / "latest.json") == problems


def test_what_the_product_is_compared_with_is_kept_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "latest.json"
    others = [{"run": 1, "client": "ours", "a second": 20}]
    sent = [{"run": 1, "a second": 10}]
    missing = Measured(rows=[], exit_code=1)
    take = _take(raw_client=_whole(*others), baselines=missing, send=_whole(*sent), send_late=missing)
    assert len(take_all(["send"], take=take, file=file)) == 2
    assert set(_kept(file)) == {"raw_client", "send", "compared"}
    assert [row["reached"] for row in _kept(file)["compared"] if "goal" in row] == ["yes"]


def test_each_measurement_is_taken_once_and_sending_with_what_it_is_compared_with() -> None:
    assert list(in_turn(["send", "send_late", "launch", "launch"])) == [
        "raw_client",
        "baselines",
        "send",
        "send_late",
        "launch",
    ]


def test_every_measurement_has_its_command() -> None:
    here = Path(__file__).parent
    assert [name for name in in_turn(MEASUREMENTS) if not (here / f"bench_{name}.py").exists()] == []


def test_a_process_that_ends_with_an_error_is_no_measurement(capfd: pytest.CaptureFixture[str]) -> None:
    """`python -m tests.bench.bench_nothing` finds no such module."""
    assert measure("nothing") == Measured(rows=[], exit_code=1)
    assert "bench_nothing" in capfd.readouterr().err


def test_a_sink_that_answers_late_names_the_package_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "nginx"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.bench.sink.ECHO_MODULE", tmp_path / "no_such_module")
    with pytest.raises(NoSink, match="install Debian's package libnginx-mod-http-echo"), sink(tmp_path, delay_s=0.02):
        pass


def test_without_a_sink_a_sentence_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def measured(folder: Path) -> Iterator[dict[str, Any]]:
        yield {"folder": str(folder)}
        raise NoSink("There is no nginx: install Debian's package nginx-light.")

    monkeypatch.setattr(sys, "argv", ["bench_it", str(tmp_path)])
    assert tell(measured) == 1
    told = capsys.readouterr()
    assert json.loads(told.out) == {"folder": str(tmp_path)}
    assert told.err == "There is no nginx: install Debian's package nginx-light.\n"
