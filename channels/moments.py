"""Instants as vendors write them."""

from datetime import UTC, datetime

# Later than any time in seconds, earlier than any in milliseconds that a vendor may send.
MILLISECONDS_FROM = 100_000_000_000


def read_moment(written: str) -> datetime | None:
    """ISO 8601 with a zone, or seconds or milliseconds since 1970; None for anything else."""
    try:
        number = float(written)
    except ValueError:
        return _iso(written)
    try:
        return datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS_FROM else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
