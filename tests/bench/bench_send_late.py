"""The same as bench_send, to a vendor that takes 20 ms for each answer."""

import json
import sys
from pathlib import Path

from tests.bench.asked import asked
from tests.bench.bench_send import PEOPLE, send
from tests.bench.sink import NoSink

DELAY_S = 0.02
RUNS = 3


def main(folder: Path) -> None:
    """Print a row for each run; a sentence where nginx cannot answer late on this machine."""
    try:
        for row in send(people=asked("PEOPLE", PEOPLE), runs=RUNS, folder=folder, delay_s=DELAY_S):
            print(json.dumps(row), flush=True)
    except NoSink as missing:
        print(missing, file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
