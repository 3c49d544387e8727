"""Turning the pages of a list."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from campaigns.pagination import Page
from campaigns.reports_people_lines import Lines

P = TypeVar("P", bound=Page[Any] | Lines)


def turned(page_at: Callable[[str], P], cursor: str = "") -> Iterator[P]:
    """The pages that `page_at` gives for their cursors, from that at `cursor` to the last."""
    while True:
        page = page_at(cursor)
        yield page
        cursor = page.next_cursor
        if not cursor:
            return
