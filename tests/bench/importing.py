"""A file of contacts that is imported twice: first all of them are new, then nothing changes."""

import time
from collections.abc import Iterator
from typing import Any

from campaigns.models import ContactImport, User
from tests.contact_files.importing import imported
from tests.contact_files.made_up import ukrainian_csv


def import_twice(people: int) -> Iterator[dict[str, Any]]:
    """Import a list of `people` twice; a row for each time."""
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
