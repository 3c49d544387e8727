"""`make chaos`: everything that can go wrong, once, and what must hold after each: a row for every case.

python -m tests.chaos [--broker=pgmq|redis|rabbitmq] [--folder=FOLDER] [--minutes=MINUTES] [CASE ...]

Ends with 0 when everything held, and within so many minutes. The logs of the processes stay in the folder, where one is
given or something broke.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.__main__ import table
from tests.chaos import deadline
from tests.chaos.brokers import BROKERS, NotInstalled
from tests.chaos.ground import Ground, Impatient, ground

PEOPLE = 600
# A run shall take less than ten; on a machine that others use too it may take longer, but never for ever.
MINUTES = 14.0

Row = dict[str, object]


def run(names: Sequence[str], folder: Path, *, broker: str, tell: Callable[[Row], None]) -> None:
    """Run the cases called `names`, or all of them, on one ground, and `tell` of each by a row.

    Raises deadline.Overdue, after everything has ended, where the deadline comes meanwhile.
    """
    with ground(folder, broker=BROKERS[broker](), people=PEOPLE) as under_way:
        from tests.chaos.cases import CASES  # noqa: PLC0415  Django is set up only now

        if unknown := set(names) - CASES.keys():
            raise SystemExit(f"There is no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}.")
        for name in names or CASES:
            tell(_play(name, under_way))
        deadline.call_off()


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
    asked.add_argument("--minutes", type=float, default=MINUTES, help="give up after so many")
    asked.add_argument("cases", nargs="*")
    told = asked.parse_args()
    folder = told.folder or Path(tempfile.mkdtemp(prefix="cascade-chaos-"))
    began = time.monotonic()
    rows: list[Row] = []

    def tell(row: Row) -> None:
        rows.append(row)
        print(_line(row), flush=True)

    deadline.begin(told.minutes * 60)
    is_overdue = False
    try:
        run(told.cases, folder, broker=told.broker, tell=tell)
    except NotInstalled as missing:
        print(missing)
        return 1
    except deadline.Overdue:
        is_overdue = True
        print(f"OVERDUE: {told.minutes:g} minutes are over; {len(rows)} cases have been played, the others have not.")
    is_broken = is_overdue or any(row["problems"] for row in rows)
    shown = [{name: value for name, value in row.items() if name != "problems"} for row in rows]
    print(table(f"{told.broker}, {time.monotonic() - began:.0f} s", shown))
    if is_broken:
        print(f"\nSomething did not hold. The logs are in {folder}.")
    elif not told.folder:
        shutil.rmtree(folder)
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main())
