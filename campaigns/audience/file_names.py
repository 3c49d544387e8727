"""Imports as people know them: by the name of their file and its day."""

from collections.abc import Collection, Mapping

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from campaigns.models import ContactImport

_MOST_OFFERED = 50


def file_name(contact_import: ContactImport) -> str:
    """As "customers.csv (May 1, 2026)", in the active language; names of files are given again and again."""
    return f"{contact_import} ({date_format(timezone.localtime(contact_import.created_at))})"


def file_names(ids: Collection[int]) -> Mapping[int, str]:
    """The names of the imports with these `ids`, by id; no query for none."""
    return dict(_named(ContactImport.objects.filter(pk__in=ids))) if ids else {}


def offered_files(chosen: Collection[int]) -> list[tuple[int, str]]:
    """The latest files that brought somebody, the newest first, and those that were `chosen`: ids and names."""
    brought = ContactImport.objects.filter(created_count__gt=0).order_by("-id")
    offered = _named(brought[:_MOST_OFFERED])
    others = set(chosen) - {pk for pk, _name in offered}
    return [*offered, *file_names(others).items()]


def _named(imports: QuerySet[ContactImport]) -> list[tuple[int, str]]:
    return [(row.pk, file_name(row)) for row in imports.only("name", "created_at")]
