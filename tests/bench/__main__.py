"""`make bench`: every measurement in a process of its own, a table on the screen, all of it in bench/latest.json.

python -m tests.bench [name ...]

`send` is measured together with what it is compared with, one after another in the same hour.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.compare import comparisons
from tests.bench.ground import FOLDER

TOGETHER = {"send": ("raw_client", "baselines", "send", "send_late")}
MEASUREMENTS = ("send", "launch", "import", "events", "timers", "growth", "stop", "figures", "limits")
LATEST = FOLDER / "bench" / "latest.json"


def measure(name: str) -> list[dict[str, Any]]:
    """Take the measurement `name`; gives its rows. What it says beside them goes to the screen."""
    with TemporaryDirectory(prefix="cascade-bench-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.bench.bench_{name}", folder],
            cwd=FOLDER,
            stdout=subprocess.PIPE,
            check=True,
        )
    return [json.loads(line) for line in done.stdout.splitlines()]


def tables(name: str, rows: list[dict[str, Any]]) -> str:
    """The measurement's rows, and below them those that stand beside a goal (goals.py)."""
    goals = [row for row in rows if "goal" in row]
    measured = [row for row in rows if "goal" not in row]
    parts = [(name, measured), (f"{name}, beside its goals", goals)]
    return "\n".join(table(heading, part) for heading, part in parts if part)


def table(name: str, rows: list[dict[str, Any]]) -> str:
    """`rows` with their headings, right-aligned."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    cells = [headings, *([str(row.get(heading, "")) for heading in headings] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(headings))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    return "\n".join([f"\n{name}", *lines])


def main(names: list[str]) -> None:
    """Take the measurements called `names`, or all of them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in dict.fromkeys(part for asked in names or MEASUREMENTS for part in TOGETHER.get(asked, (asked,))):
        found[name] = measure(name)
        print(tables(name, found[name]), flush=True)
    if compared := list(comparisons(found)):
        found["compared"] = compared
        print(tables("compared", compared), flush=True)
    told = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "measurements": found,
    }
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    print(f"\nWritten to {LATEST.relative_to(FOLDER)}")


if __name__ == "__main__":
    main(sys.argv[1:])
