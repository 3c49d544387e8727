"""Ids as addresses and forms bring them, written by anybody."""

# No id has so many figures: PostgreSQL would complain of it, and Python of thousands.
_TOO_LONG = 19


def read_id(written: str) -> int:
    """The id that `written` is; 0, which nothing has, where it is none."""
    return int(written) if written.isdecimal() and len(written) < _TOO_LONG else 0
