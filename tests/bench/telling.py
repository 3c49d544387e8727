"""What each measurement is as a command, `python -m tests.bench.bench_NAME FOLDER`: its rows, a line of JSON each."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.bench.sink import NoSink


def tell(measure: Callable[[Path], Iterable[dict[str, Any]]]) -> int:
    """Print what `measure` yields in the folder that the command line names; gives what sys.exit takes.

    Where there is no sink on this machine, a sentence says what to install, and the measurement has not been taken.
    """
    try:
        for row in measure(Path(sys.argv[1])):
            print(json.dumps(row, ensure_ascii=False), flush=True)
    except NoSink as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0
