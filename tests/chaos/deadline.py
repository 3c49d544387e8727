"""The end of the whole run, whatever it is waiting for then."""

import signal
from types import FrameType


class Overdue(BaseException):
    """The time of the run is over. Not an Exception: nothing that is tried again and again may swallow it."""


def begin(seconds: float) -> None:
    """Raise Overdue in the main thread after `seconds`, also in the midst of a wait, unless `call_off` comes first."""
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def call_off() -> None:
    """It will not be raised any more."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise Overdue
