"""Which segments can be chosen somewhere, and which of them somebody means who writes a part of a name."""

from collections.abc import Sequence

from django.db.models import Case, IntegerField, QuerySet, When

from campaigns.models import Campaign, Segment
from campaigns.name_search import named


def without_route(campaign: Campaign) -> QuerySet[Segment]:
    """The present segments that have no route in the version of `campaign` that is being edited."""
    taken = Segment.objects.filter(routes__version=campaign.version_id)
    return Segment.objects.present().exclude(pk__in=taken)


def best_named(segments: QuerySet[Segment], text: str, *, most: int) -> Sequence[str]:
    """The names, at most so many, that hold the words of `text`: first those that begin with it, then by name."""
    begins = When(name__istartswith=text.replace("\0", " ").strip(), then=0)
    found = segments.filter(named(text)).order_by(_first(begins), "name")
    return list(found.values_list("name", flat=True)[:most])


def called(segments: QuerySet[Segment], name: str) -> Segment | None:
    """The segment of `segments` with this name, in other case where none has it so; None where none has it at all."""
    return segments.filter(name__iexact=name).order_by(_first(When(name=name, then=0)), "pk").first()


def _first(those: When) -> Case:
    return Case(those, default=1, output_field=IntegerField())
