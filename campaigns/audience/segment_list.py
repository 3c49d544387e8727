"""The list of segments: which of them, in which order, and what each says and is used for."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.audience.rules import InvalidRule, describe_all, parse
from campaigns.audience.segmenting import campaigns_using
from campaigns.models import Campaign, Segment
from campaigns.name_search import named
from campaigns.pagination import Page, page_of


class Sort(models.TextChoices):
    """The orders of the list; ten thousand segments are sorted in no time, so none needs an index of its own."""

    NAME = "name", _("Name, A to Z")
    NAME_DOWN = "-name", _("Name, Z to A")
    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")
    CHANGED = "changed", _("Last changed first")

    @property
    def columns(self) -> Sequence[str]:
        """What is sorted by; the last is unique."""
        return _COLUMNS[self]


_COLUMNS = {
    Sort.NAME: ("name",),
    Sort.NAME_DOWN: ("-name",),
    Sort.NEWEST: ("-id",),
    Sort.OLDEST: ("id",),
    Sort.CHANGED: ("-updated_at", "-id"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A segment as the list shows it."""

    segment: Segment
    sentence: str
    campaigns: Sequence[Campaign]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of the list, and how many segments are on all its pages."""

    page: Page[Segment]
    lines: Sequence[Line]
    number: int


def find(text: str = "", *, is_archive: bool = False, sort: Sort = Sort.NAME, cursor: str = "") -> Found:
    """The page at `cursor` ("" is the first) of the segments whose name holds the words of `text`."""
    segments = Segment.objects.filter(named(text), archived_at__isnull=not is_archive)
    page = page_of(segments, order_by=sort.columns, cursor=cursor)
    return Found(page=page, lines=_lines(page.rows), number=segments.count())


def _lines(segments: Sequence[Segment]) -> list[Line]:
    using = campaigns_using(segments)
    rules = {}
    for segment in segments:
        try:
            rules[segment.pk] = parse(segment.rule)
        except InvalidRule:
            continue
    sentences = describe_all(rules)
    unreadable = gettext("This segment's rule can no longer be read.")
    return [
        Line(
            segment=segment,
            sentence=sentences.get(segment.pk, unreadable),
            campaigns=using.get(segment.pk, ()),
        )
        for segment in segments
    ]
