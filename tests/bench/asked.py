"""How large a measurement is to be: as ever, or as asked for, as in `make bench WHAT=timers PEOPLE=10000000`."""

import os


def asked(name: str, usual: int) -> int:
    """The number that `make` was given under `name`, else the `usual` one."""
    return int(os.environ.get(name) or usual)
