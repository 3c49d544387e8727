"""POST /api/goals: what a campaign is for has happened, and your system says so."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from ninja import Router, Status

from campaigns.api.auth import KeyRequest
from campaigns.api.contacts import draft_of, find
from campaigns.api.errors import ApiError
from campaigns.api.idempotency import Answer, once
from campaigns.api.schemas import GoalContact, GoalIn, GoalRecorded
from campaigns.engine import clock
from campaigns.engine.goals import record_goal
from campaigns.models import Attempt, Enrolment

router = Router(tags=["goals"])

# Two clocks are never quite the same.
MOST_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Whose goal it was, and by which message where that is known."""

    enrolment_ids: Sequence[int]
    message_id: int | None = None


@router.post("", response={200: GoalRecorded, 201: GoalRecorded}, url_name="goal")
def report_goal(request: KeyRequest, given: GoalIn) -> Status[object]:
    """Report that somebody reached a goal: it stops their cascades, whatever a step waits for.

    Name them by one of `enrolment_id`, `reference` (the key of the message that your link brought back)
    or `contact`, and of a contact's campaigns one by `campaign_id`. A contact's goal goes to all
    campaigns that they are in; if they are in none any more, to the latest, as a goal after the end.
    """
    status, answer = once(request, lambda key: _record(request, given, key))
    return Status(status, answer)


def _record(request: KeyRequest, given: GoalIn, key: str) -> Answer:
    reached = _reached(given)
    recorded = record_goal(
        enrolment_ids=reached.enrolment_ids,
        name=given.name,
        occurred_at=_occurred_at(given.occurred_at),
        dedupe_key=hashlib.sha256(f"{request.auth.pk} {key}".encode()).hexdigest()[:32],
        message_id=reached.message_id,
    )
    told = GoalRecorded(enrolment_ids=list(reached.enrolment_ids), recorded=recorded)
    return 201 if recorded else 200, told.model_dump()


def _reached(given: GoalIn) -> Reached:
    named = [name for name in ("enrolment_id", "reference", "contact") if getattr(given, name) is not None]
    if len(named) != 1:
        words = gettext("Name the person by exactly one of enrolment_id, reference and contact.")
        raise ApiError(422, "invalid", words, field=named[1] if named else "contact")
    if given.reference is not None:
        return _by_reference(given.reference, given.campaign_id)
    if given.enrolment_id is not None:
        return _by_enrolment(given.enrolment_id, given.campaign_id)
    if given.contact is None:
        raise AssertionError("one of the three is given")
    return _by_contact(given.contact, given.campaign_id)


def _by_reference(reference: UUID, campaign_id: int | None) -> Reached:
    attempt = Attempt.objects.filter(key=reference).select_related("message").first()
    if attempt is None or campaign_id not in {None, attempt.campaign_id}:
        raise _unknown("reference", gettext("There is no message with this reference."))
    return Reached(enrolment_ids=[attempt.message.enrolment_id], message_id=attempt.message_id)


def _by_enrolment(enrolment_id: int, campaign_id: int | None) -> Reached:
    enrolment = Enrolment.objects.filter(pk=enrolment_id).first()
    if enrolment is None or campaign_id not in {None, enrolment.campaign_id}:
        raise _unknown("enrolment_id", gettext("There is no such enrolment."))
    return Reached(enrolment_ids=[enrolment.pk])


def _by_contact(named: GoalContact, campaign_id: int | None) -> Reached:
    contact = find(draft_of(named))
    if contact is None:
        raise _unknown("contact", gettext("Nobody is known by this."))
    theirs = Enrolment.objects.filter(contact_id=contact.id)
    if campaign_id is not None:
        theirs = theirs.filter(campaign_id=campaign_id)
    ids = list(theirs.open().order_by("pk").values_list("pk", flat=True))
    ids = ids or list(theirs.order_by("-created_at", "-pk").values_list("pk", flat=True)[:1])
    if not ids:
        raise _unknown("contact", gettext("This person has not been in the campaign."))
    return Reached(enrolment_ids=ids)


def _occurred_at(at: datetime | None) -> datetime | None:
    """The instant in the product's time. Raises ApiError for the future."""
    if at is None:
        return None
    if at > timezone.now() + MOST_AHEAD:
        raise ApiError(422, "invalid", gettext("It lies in the future."), field="occurred_at")
    return min(clock.as_shown(at), clock.now())


def _unknown(field: str, words: str) -> ApiError:
    return ApiError(404, "unknown", words, field=field)
