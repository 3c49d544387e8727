"""Deleting a contact: the person goes, the figures and what must not be messaged stay."""

from typing import Any

import pytest

from campaigns.audience.deleting import delete_contact
from campaigns.eligibility import load_reach
from campaigns.models import (
    Address,
    AuditEntry,
    Consent,
    ConsentChange,
    Contact,
    Enrolment,
    Event,
    Message,
    Outcome,
    Purpose,
    SkipReason,
    Suppression,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.consent import ConsentSource, ConsentStatus
from campaigns.models.messages import MessageStatus
from channels.events import EventType
from channels.kinds import Channel
from tests.factories import (
    NOON,
    make_campaign,
    make_consent,
    make_contact,
    make_enrolment,
    make_event,
    make_message,
    make_user,
)

pytestmark = pytest.mark.django_db

PHONE = "+380671234567"


def make_known_person(**fields: Any) -> Contact:
    return make_contact(
        external_id="42",
        first_name="Олена",
        last_name="Коваленко",
        language="uk",
        country="UA",
        preferences=["fashion"],
        attributes={"city": "Київ"},
        phone=PHONE,
        consents=[Channel.SMS],
        **fields,
    )


def test_everything_about_the_person_is_gone_and_the_row_stays() -> None:
    contact = make_known_person()
    ConsentChange.objects.create(
        contact=contact,
        channel=Channel.SMS,
        purpose=Purpose.MARKETING,
        status=ConsentStatus.GRANTED,
        source=ConsentSource.IMPORT,
        evidence="Олена signed",
        changed_at=NOON,
    )
    delete_contact(contact=contact, actor=make_user())
    row = Contact.objects.get()
    assert row.deleted_at
    assert (row.external_id, row.full_name, row.language, row.country) == (None, "", "", "")
    assert (row.preferences, row.attributes, row.birth_date, row.time_zone) == ([], {}, None, "")
    assert not any(model.objects.exists() for model in (Address, Consent, ConsentChange))
    assert "Олена" not in str(list(AuditEntry.objects.values()))


def test_what_events_tell_of_the_person_goes_and_the_events_stay() -> None:
    contact = make_known_person()
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    message = make_message(enrolment=make_enrolment(campaign=campaign, contact=contact))
    other = make_message(enrolment=make_enrolment(campaign=campaign))
    make_event(message=message, event_type=EventType.REPLIED, details={"text": "This is Олена, call me"})
    make_event(message=other, event_type=EventType.REPLIED, details={"text": "Thanks"})
    delete_contact(contact=contact, actor=None)
    told = dict(Event.objects.values_list("message_id", "details"))
    assert told == {message.pk: {}, other.pk: {"text": "Thanks"}}


def test_open_enrolments_end_as_cancelled_and_what_has_not_left_is_withdrawn() -> None:
    contact = make_known_person()
    inside = make_enrolment(
        campaign=make_campaign(status=CampaignStatus.RUNNING), contact=contact, data={"name": "Олена"}, step_position=0
    )
    queued = make_message(enrolment=inside, available_at=NOON)
    ended = make_enrolment(
        campaign=make_campaign(status=CampaignStatus.FINISHED), contact=contact, outcome=Outcome.ENGAGED
    )
    assert delete_contact(contact=contact, actor=None) == 1
    inside.refresh_from_db()
    assert (inside.outcome, inside.ended_by, inside.data) == (Outcome.CANCELLED, "contact_deleted", {})
    assert Message.objects.get(pk=queued.pk).status == MessageStatus.WITHDRAWN
    assert Enrolment.objects.get(pk=ended.pk).outcome == Outcome.ENGAGED
    assert AuditEntry.objects.get().details == {"ended_enrolments": 1}


def test_what_must_not_be_messaged_is_still_known_when_the_address_comes_back() -> None:
    contact = make_known_person()
    address = contact.addresses.get()
    Suppression.objects.create(
        address_kind=address.kind,
        address_hash=address.value_hash,
        reason=Suppression.Reason.COMPLAINT,
        created_at=NOON,
    )
    delete_contact(contact=contact, actor=None)
    again = make_contact(phone=PHONE, consents=[Channel.SMS])
    found = load_reach([again.pk], [Channel.SMS], Purpose.MARKETING)[again.pk, Channel.SMS]
    assert found.skip_reason is SkipReason.SUPPRESSED


def test_a_withdrawn_consent_is_not_forgotten_with_the_person() -> None:
    """An import never grants again what somebody withdrew, also when it brings them back after their deletion."""
    contact = make_contact(phone=PHONE)
    make_consent(contact=contact, channel=Channel.SMS, status=ConsentStatus.WITHDRAWN)
    make_consent(contact=contact, channel=Channel.VOICE, purpose=Purpose.TRANSACTIONAL, status=ConsentStatus.WITHDRAWN)
    delete_contact(contact=contact, actor=None)
    again = make_contact(phone=PHONE, consents=[Channel.SMS, Channel.VIBER, Channel.VOICE])
    marketing = load_reach([again.pk], list(Channel), Purpose.MARKETING)
    assert marketing[again.pk, Channel.SMS].skip_reason is SkipReason.SUPPRESSED
    assert marketing[again.pk, Channel.VIBER].skip_reason is None
    transactional = load_reach([again.pk], list(Channel), Purpose.TRANSACTIONAL)
    assert transactional[again.pk, Channel.SMS].skip_reason is None
    assert transactional[again.pk, Channel.VOICE].skip_reason is SkipReason.SUPPRESSED


def test_deleting_twice_is_deleting_once() -> None:
    contact = make_known_person()
    delete_contact(contact=contact, actor=None)
    first = Contact.objects.get().deleted_at
    assert delete_contact(contact=contact, actor=None) == 0
    assert Contact.objects.get().deleted_at == first
    assert AuditEntry.objects.count() == 1
