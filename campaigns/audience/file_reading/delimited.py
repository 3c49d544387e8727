"""The rows of a text, streamed: CSV, TSV and their relatives."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext

from campaigns.audience.file_reading.limits import MAX_CELL, MAX_LINE, UnreadableFile

Row = tuple[int, list[str]]

_SAMPLE_LINES = 200


def first_lines(file: BinaryIO, encoding: str) -> list[str]:
    """Some lines from the beginning of `file`, with their line ends; `file` is left at its beginning."""
    lines = list(islice(_lines(file, encoding), _SAMPLE_LINES))
    file.seek(0)
    return lines


def delimited_rows(file: BinaryIO, *, encoding: str, delimiter: str) -> Iterator[Row]:
    """(number as a spreadsheet program counts rows, cells) of every row, empty ones too.

    Raises UnreadableFile naming the row at the first that cannot be read.
    """
    file.seek(0)
    rows = csv.reader(_lines(file, encoding), delimiter=delimiter)
    number = 0
    try:
        for number, cells in enumerate(rows, start=1):
            yield number, cells
    except csv.Error as error:
        # csv refuses cells above 128 KiB, which is what a lost quotation mark makes of the rest of a file.
        raise UnreadableFile(
            gettext("Row %(row)s has more than %(limit)s characters in a cell: perhaps a quotation mark is missing.")
            % {"row": number + 1, "limit": MAX_CELL}
        ) from error


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        while line := text.readline(MAX_LINE):
            if len(line) == MAX_LINE:
                raise UnreadableFile(gettext("A line of the file is too long: it is no list of contacts."))
            yield line
    except UnicodeError as error:
        raise UnreadableFile(
            gettext("The file cannot be read as %(encoding)s. Choose another encoding.") % {"encoding": encoding}
        ) from error
    finally:
        # Otherwise the wrapper, once forgotten, closes a file that is still needed.
        if not file.closed:
            text.detach()
