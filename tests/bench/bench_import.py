"""How fast contacts are imported: rows a second for a CSV of so many people, new ones and then the same again.

    DATABASE_URL=… python -m tests.bench.bench_import 100000

Run it against an empty database made for it, with the product's migrations: it writes contacts there and
deletes none. docs/benchmarks.md keeps the figures that matter.
"""

import sys
import time

import django

django.setup()

from campaigns.models import ContactImport, User  # noqa: E402  after the settings
from tests.contact_files.importing import imported  # noqa: E402
from tests.contact_files.made_up import ukrainian_csv  # noqa: E402


def main(people: int) -> None:
    """Import a list of `people` twice and say how long each took."""
    file = ukrainian_csv(people, repetitions=people // 100)
    by, _is_new = User.objects.get_or_create(email="bench@example.com")
    for attempt in ("new", "again"):
        began = time.perf_counter()
        began_on_cpu = time.process_time()
        done = imported(file.content, name=file.name, by=by)
        seconds = time.perf_counter() - began
        assert done.state == ContactImport.State.DONE
        on_cpu = (time.process_time() - began_on_cpu) / file.rows * 1e6
        print(
            f"{attempt}: {file.rows:,} rows in {seconds:.1f} s, {file.rows / seconds:,.0f} a second"
            f" ({on_cpu:.0f} µs a row in Python); {done.created_count:,} new, {done.unchanged_count:,} unchanged,"
            f" {done.repeated_count:,} repeated, {done.rejected_count:,} not taken"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
