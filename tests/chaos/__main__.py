"""`make chaos`: everything that can go wrong, once, and what must hold after each: a row for every case.

python -m tests.chaos [--broker=pgmq|redis|rabbitmq] [--folder=FOLDER] [CASE ...]

Ends with 0 when everything held. The logs of the processes stay in the folder, where one is given or something broke.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.__main__ import table
from tests.chaos.brokers import BROKERS, NotInstalled
from tests.chaos.ground import Ground, Impatient, ground

PEOPLE = 600

Row = dict[str, object]


def run(names: Sequence[str], folder: Path, *, broker: str) -> list[Row]:
    """Run the cases called `names`, or all of them, on one ground; gives a row for each."""
    with ground(folder, broker=BROKERS[broker](), people=PEOPLE) as under_way:
        from tests.chaos.cases import CASES  # noqa: PLC0415  Django is set up only now

        if unknown := set(names) - CASES.keys():
            raise SystemExit(f"There is no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}.")
        rows = []
        for name in names or CASES:
            rows.append(_play(name, under_way))
            print(_line(rows[-1]), flush=True)
        return rows


def _play(name: str, under_way: Ground) -> Row:
    """Play one case to its end and judge it; a row in which "problems" is empty when everything held."""
    from tests.chaos.cases import CASES  # noqa: PLC0415  Django is set up only now
    from tests.chaos.invariants import judge  # noqa: PLC0415  the same
    from tests.chaos.scene import Scene  # noqa: PLC0415  the same

    scene = Scene(ground=under_way)
    under_way.judge.begin()
    began = time.monotonic()
    problems: list[str] = []
    try:
        CASES[name](scene)
        scene.close_windows()
    except (AssertionError, Impatient) as error:
        problems.append(str(error))
    finally:
        under_way.judge.release()
    verdict = judge(scene)
    scene.call_off()
    return {
        "case": name,
        **verdict.as_row(),
        "s": round(time.monotonic() - began),
        "notes": "; ".join(scene.notes),
        "problems": [*problems, *verdict.problems],
    }


def _line(row: Row) -> str:
    problems = row["problems"]
    assert isinstance(problems, list)
    told = "held" if not problems else "BROKEN\n  " + "\n  ".join(problems)
    return f"{row['case']}: {told}"


def main() -> int:
    """The command line; gives what sys.exit takes."""
    asked = argparse.ArgumentParser(prog="python -m tests.chaos", description="What goes wrong, and what must hold.")
    asked.add_argument("--broker", choices=tuple(BROKERS), default="pgmq")
    asked.add_argument("--folder", type=Path, help="keep the logs there")
    asked.add_argument("cases", nargs="*")
    told = asked.parse_args()
    folder = told.folder or Path(tempfile.mkdtemp(prefix="cascade-chaos-"))
    began = time.monotonic()
    try:
        rows = run(told.cases, folder, broker=told.broker)
    except NotInstalled as missing:
        print(missing)
        return 1
    is_broken = any(row["problems"] for row in rows)
    shown = [{name: value for name, value in row.items() if name != "problems"} for row in rows]
    print(table(f"{told.broker}, {time.monotonic() - began:.0f} s", shown))
    if is_broken:
        print(f"\nSomething did not hold. The logs are in {folder}.")
    elif not told.folder:
        shutil.rmtree(folder)
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main())
