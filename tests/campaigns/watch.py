"""Seconds for code that counts them, passing as a test wants."""


class Watch:
    """A monotonic clock that only moves when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds
