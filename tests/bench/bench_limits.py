"""How closely a rate is kept, how evenly it is shared, how soon the urgent leaves, whom a slow vendor holds up.

The judge is the vendor's access log: the instant and the key of every request. The workers are the real ones.

PEOPLE are in the campaigns that are overtaken and held up: so many that none comes to its end meanwhile.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.asked import asked
from tests.bench.crew import crew
from tests.bench.ground import ground
from tests.bench.sink import sink
from tests.bench.telling import tell

PEOPLE = 1_000_000
FEW = 20_000
RATES = (200, 50)
SLOW_S = 10.0


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Everything in turn; gives the rows. Raises NoSink."""
    with ExitStack() as ended:
        quick = ended.enter_context(sink(folder / "quick"))
        slow = ended.enter_context(sink(folder / "slow", delay_s=SLOW_S))
        ended.enter_context(ground(folder / "data", private_hosts=f"{quick.host},{slow.host}"))
        from tests.bench import crowd, limiting, running

        running.make_people(FEW)
        workers = ended.enter_context(crew(folder))
        for rate in RATES:
            yield from limiting.keep_the_rate(quick, rate)
        yield from limiting.share_the_sender(quick, RATES[0])
        crowd.make_crowd(asked("PEOPLE", PEOPLE) - FEW)
        yield from limiting.hold_up(quick, slow, workers, slow_s=SLOW_S)
        yield from limiting.overtake(quick, workers)
        yield workers.memory_goal()


if __name__ == "__main__":
    sys.exit(tell(measure))
