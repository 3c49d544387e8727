"""The headings of columns that a list can be sorted by."""

from dataclasses import dataclass

from django.db.models import TextChoices


@dataclass(frozen=True, kw_only=True)
class SortLink:
    """The heading of a column that can be sorted: the order that a click gives, and what it is sorted in now or ""."""

    next: TextChoices
    direction: str = ""
    icon: str = ""


def sort_link(sort: TextChoices, *, ascending: TextChoices, descending: TextChoices, first: TextChoices) -> SortLink:
    """The heading of a column that gives the orders `ascending` and `descending`, in a list that is in order of `sort`.

    The first click gives `first`, the next one the other.
    """
    if sort == ascending:
        return SortLink(next=descending, direction="ascending", icon="chevron-up")
    if sort == descending:
        return SortLink(next=ascending, direction="descending", icon="chevron-down")
    return SortLink(next=first)
