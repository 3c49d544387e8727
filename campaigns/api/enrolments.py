"""POST /api/enrolments lets a contact into a campaign; GET /api/enrolments/{id} tells how they stand."""

from django.db import transaction
from django.utils.translation import gettext
from ninja import Router, Status

from campaigns.api.auth import KeyRequest
from campaigns.api.contacts import draft_of, find_or_make, grant
from campaigns.api.errors import ApiError, not_found
from campaigns.api.idempotency import Answer, once
from campaigns.api.schemas import EnrolmentIn, EnrolmentMade, EnrolmentStatus, StepOfEnrolment
from campaigns.engine import clock
from campaigns.engine.launch import ContactDeleted, NotRunning, enrol
from campaigns.models import Campaign, Contact, Enrolment, Message
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.personalise import variable_name
from channels.kinds import Channel

router = Router(tags=["enrolments"])


@router.post("", response={200: EnrolmentMade, 201: EnrolmentMade}, url_name="enrol")
def enrol_contact(request: KeyRequest, given: EnrolmentIn) -> Status[object]:
    """Let a contact into a running campaign that your system starts.

    The contact is found by external_id, else phone, else email, or made; the Idempotency-Key is the
    entry's own key, so that a contact enters once for each.
    """
    status, answer = once(request, lambda key: _enrol(given, key))
    return Status(status, answer)


@router.get("/{enrolment_id}", response=EnrolmentStatus, url_name="enrolment")
def enrolment_status(request: KeyRequest, enrolment_id: int) -> EnrolmentStatus:
    """How somebody stands in a campaign, step by step."""
    enrolment = Enrolment.objects.filter(pk=enrolment_id).first()
    if enrolment is None:
        raise not_found()
    messages = Message.objects.filter(enrolment=enrolment).select_related("step").order_by("step__position")
    return EnrolmentStatus(
        id=enrolment.pk,
        campaign_id=enrolment.campaign_id,
        contact_id=enrolment.contact_id,
        entry_key=enrolment.entry_key,
        outcome=enrolment.outcome or None,
        ended_by=enrolment.ended_by or None,
        entered_at=enrolment.created_at,
        ended_at=enrolment.ended_at,
        credit_step=enrolment.credit_step_key or None,
        is_late=enrolment.is_late,
        engaged_late_at=enrolment.engaged_late_at,
        steps=[_step(message) for message in messages],
    )


@transaction.atomic
def _enrol(given: EnrolmentIn, key: str) -> Answer:
    campaign = _campaign(given.campaign_id)
    _check_variables(given)
    now = clock.now()
    contact_id, is_new_contact = find_or_make(draft_of(given.contact), now)
    granted = grant(contact_id, given.consent, now) if given.consent else []
    try:
        result = enrol(campaign=campaign, contact=Contact.objects.get(pk=contact_id), entry_key=key, data=given.data)
    except NotRunning as error:
        raise _not_running(campaign) from error
    except ContactDeleted as error:
        raise ApiError(
            409, "contact_deleted", gettext("This person has just been deleted."), field="contact"
        ) from error
    made = EnrolmentMade(
        id=result.enrolment_id,
        campaign_id=campaign.pk,
        contact_id=contact_id,
        is_new=result.is_new,
        is_new_contact=is_new_contact,
        consent=granted,
    )
    return 201 if result.is_new else 200, made.model_dump()


def _campaign(campaign_id: int) -> Campaign:
    """The campaign, if people may enter it this way now. Raises ApiError."""
    campaign = Campaign.objects.filter(pk=campaign_id).exclude(status=CampaignStatus.DRAFT).first()
    if campaign is None:
        words = gettext("There is no campaign %(id)s, or it is still a draft.") % {"id": campaign_id}
        raise ApiError(404, "unknown_campaign", words, field="campaign_id")
    if campaign.kind != CampaignKind.API:
        words = gettext("“%(name)s” is not a campaign that your system starts.") % {"name": campaign.name}
        raise ApiError(409, "wrong_kind", words, field="campaign_id")
    if campaign.status != CampaignStatus.RUNNING:
        raise _not_running(campaign)
    return campaign


def _not_running(campaign: Campaign) -> ApiError:
    if campaign.status == CampaignStatus.RUNNING:
        words = gettext("“%(name)s” takes nobody in any more: its end has come.") % {"name": campaign.name}
    else:
        words = gettext("“%(name)s” is not running but %(status)s.") % {
            "name": campaign.name,
            "status": campaign.get_status_display(),
        }
    return ApiError(409, "not_running", words, field="campaign_id")


def _check_variables(given: EnrolmentIn) -> None:
    """A value that no text could ever name would be lost in silence."""
    for name in given.data:
        if name != variable_name(name):
            words = gettext("“%(name)s” cannot stand in a text. Call it “%(suggestion)s”.")
            said = words % {"name": name, "suggestion": variable_name(name)}
            raise ApiError(422, "invalid", said, field=f"data.{name}")


def _step(message: Message) -> StepOfEnrolment:
    instants = ("accepted", "delivered", "opened", "clicked", "replied", "answered", "goal")
    return StepOfEnrolment(
        key=message.step.key,
        position=message.step.position,
        channel=Channel(message.channel),
        status=message.status,
        fate=message.fate or None,
        fate_reason=message.fate_reason or None,
        skip_reason=message.skip_reason or None,
        hold_reason=message.hold_reason or None,
        **{f"{name}_at": getattr(message, f"{name}_at") for name in instants},
    )
