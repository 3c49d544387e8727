"""`make bench`: every measurement in a process of its own, a table on the screen, all of it in bench/latest.json.

python -m tests.bench [name ...]

`send` is measured together with what it is compared with, one after another in the same hour. Ends with 0 when
everything was measured and nothing failed; a goal that is only missed is told in the tables.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.compare import comparisons
from tests.bench.goals import is_failed
from tests.bench.ground import FOLDER
from tests.bench.latest import LATEST, keep

TOGETHER = {"send": ("raw_client", "baselines", "send", "send_late")}
MEASUREMENTS = (
    "send",
    "launch",
    "import",
    "events",
    "timers",
    "growth",
    "stop",
    "figures",
    "contacts",
    "limits",
    "demo",
)

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The rows that a measurement has told, and with what its process ended: 0 where it came to its end."""

    rows: Rows
    exit_code: int


def measure(name: str) -> Measured:
    """Take the measurement `name`. What it says beside its rows goes to the screen."""
    with TemporaryDirectory(prefix="cascade-bench-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.bench.bench_{name}", folder],
            cwd=FOLDER,
            stdout=subprocess.PIPE,
            check=False,
        )
    return Measured(rows=[json.loads(line) for line in done.stdout.splitlines()], exit_code=done.returncode)


def in_turn(names: Iterable[str]) -> Iterator[str]:
    """The measurements that are asked for by `names`, or all of them, each once."""
    yield from dict.fromkeys(part for asked in names for part in TOGETHER.get(asked, (asked,)))


def tables(name: str, rows: Rows) -> str:
    """The measurement's rows, and below them those that stand beside a goal (goals.py)."""
    goals = [row for row in rows if "goal" in row]
    measured = [row for row in rows if "goal" not in row]
    parts = [(name, measured), (f"{name}, beside its goals", goals)]
    return "\n".join(table(heading, part) for heading, part in parts if part)


def table(name: str, rows: Rows) -> str:
    """`rows` with their headings, right-aligned."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    cells = [headings, *([str(row.get(heading, "")) for heading in headings] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(headings))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    return "\n".join([f"\n{name}", *lines])


def take_all(names: Iterable[str], *, take: Callable[[str], Measured] = measure, file: Path = LATEST) -> list[str]:
    """Take measurements, show each and keep it in `file`; gives a sentence for each that broke or has failed.

    Of one that broke is shown what it has told, and kept what was measured before.
    """
    found: dict[str, Rows] = {}
    problems = []
    for name in in_turn(names):
        measured = take(name)
        if measured.rows:
            print(tables(name, measured.rows), flush=True)
        if measured.exit_code:
            problems.append(f"{name} broke: its process ended with {measured.exit_code}, nothing of it was kept.")
            continue
        found[name] = measured.rows
        keep(name, measured.rows, file=file)
    if compared := list(comparisons(found)):
        found["compared"] = compared
        print(tables("compared", compared), flush=True)
        keep("compared", compared, file=file)
    failed = [f"{name} failed: {row['goal']}." for name, rows in found.items() for row in rows if is_failed(row)]
    return problems + failed


def main(names: list[str]) -> int:
    """Take the measurements called `names`, or all of them; gives what sys.exit takes."""
    problems = take_all(names or MEASUREMENTS)
    if LATEST.exists():
        print(f"\nWhat was taken last of each is in {LATEST.relative_to(FOLDER)}.")
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
