"""`make tour`: a picture of every page of the demo, and docs/tour.md, which shows them."""

import shutil
import tempfile
from pathlib import Path

from tests.tour.demo import demo
from tests.tour.telling import FOLDER, PAGE, tour


def main() -> None:
    """Start the demo, take the pictures, write the page."""
    data_dir = Path(tempfile.mkdtemp(prefix="cascade-tour-"))
    try:
        with demo(data_dir) as address:
            _look_around(address)
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)
    PAGE.write_text(tour())


def _look_around(address: str) -> None:
    from tests.tour.dwelling import dwell  # noqa: PLC0415  Django is set up only now
    from tests.tour.pictures import take  # noqa: PLC0415  the same

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    take(dwell(), address=address)


if __name__ == "__main__":
    main()
