"""How much a file may hold, and the refusal of one that holds more or something else."""

MEGABYTE = 1024 * 1024

MAX_BYTES = 200 * MEGABYTE
MAX_ROWS = 2_000_000
MAX_COLUMNS = 200
MAX_CELL = 10_000
# One line of text: a full row of the longest cells is far shorter than any real one comes near.
MAX_LINE = 2 * MEGABYTE


class UnreadableFile(ValueError):
    """This file cannot be imported; the text is the sentence for whoever uploaded it."""
