"""Test people: saved with their addresses, found, removed."""

from collections.abc import Mapping

from django.db import transaction

from campaigns.models import AuditEntry, TestAddress, TestPerson, User


def everybody() -> list[TestPerson]:
    """All test people by name, their addresses loaded."""
    return list(TestPerson.objects.prefetch_related("addresses"))


@transaction.atomic
def save(*, person: TestPerson, addresses: Mapping[str, str], by: User) -> TestPerson:
    """Save `person` with exactly `addresses`: normalised values by their kinds."""
    is_new = person.pk is None
    if is_new:
        person.made_by = by
    person.save()
    person.addresses.exclude(kind__in=addresses).delete()
    for kind, value in addresses.items():
        TestAddress.objects.update_or_create(person=person, kind=kind, defaults={"value": value})
    _note(by, "made" if is_new else "changed", person)
    return person


@transaction.atomic
def remove(*, person: TestPerson, by: User) -> None:
    """Forget `person`; what was sent to them stays with its test."""
    _note(by, "removed", person)
    person.delete()


def _note(by: User, verb: str, person: TestPerson) -> None:
    AuditEntry.objects.create(
        actor=by, verb=verb, subject_kind="test person", subject_id=person.pk, details={"name": person.name}
    )
