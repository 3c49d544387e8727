"""Python's search for rubbish in cycles, tamed: what is loaded at the start stays, and batches make none."""

import gc

# So many new objects before Python looks for rubbish: a batch of messages makes tens of thousands, and leaves none.
OBJECTS_BEFORE_A_LOOK = 50_000


def look_for_rubbish_less() -> None:
    """Leave what is loaded by now out of the search, which was a fifth of a worker's time, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_A_LOOK)
