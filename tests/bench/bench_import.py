"""How fast contacts are imported: rows a second for a CSV of many people, new ones and then the same again."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.asked import asked
from tests.bench.ground import ground

PEOPLE = 100_000


def measure(people: int, folder: Path) -> Iterator[dict[str, Any]]:
    """Import a list of `people` twice; a row for each time."""
    with ground(folder / "data", private_hosts=""):
        from campaigns.models import ContactImport, User  # noqa: PLC0415  Django is set up only now
        from tests.contact_files.importing import imported  # noqa: PLC0415
        from tests.contact_files.made_up import ukrainian_csv  # noqa: PLC0415

        file = ukrainian_csv(people, repetitions=people // 100)
        by = User.objects.create(email="bench@example.com")
        for attempt in ("new", "again"):
            began, began_on_cpu = time.perf_counter(), time.process_time()
            done = imported(file.content, name=file.name, by=by)
            seconds = time.perf_counter() - began
            assert done.state == ContactImport.State.DONE
            yield {
                "import": attempt,
                "rows": file.rows,
                "a second": round(file.rows / seconds),
                "µs of Python a row": round((time.process_time() - began_on_cpu) / file.rows * 1e6),
                "new": done.created_count,
                "unchanged": done.unchanged_count,
                "repeated": done.repeated_count,
                "not taken": done.rejected_count,
            }


if __name__ == "__main__":
    for row in measure(asked("PEOPLE", PEOPLE), Path(sys.argv[1])):
        print(json.dumps(row))
