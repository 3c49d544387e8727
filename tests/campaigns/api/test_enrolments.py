"""POST /api/enrolments and GET /api/enrolments/{id}."""

from typing import Any

import pytest

from campaigns.models import Campaign, Consent, ConsentChange, Contact, Enrolment
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.models.consent import ConsentSource, ConsentStatus
from campaigns.reports import campaign_report
from channels.kinds import AddressKind, Channel
from tests.campaigns.api.calling import Caller
from tests.factories import make_address, make_campaign, make_consent, make_contact, make_message

pytestmark = pytest.mark.django_db

PHONE = "+380501234567"


@pytest.fixture
def campaign() -> Campaign:
    """A running campaign that other systems start."""
    return make_campaign(kind=CampaignKind.API, status=CampaignStatus.RUNNING, name="Abandoned cart")


def body(campaign: Campaign, **contact: Any) -> dict[str, Any]:
    """A request about a contact."""
    return {"campaign_id": campaign.pk, "contact": contact or {"phone": PHONE}}


def test_a_new_person_is_made_and_enters(caller: Caller, campaign: Campaign) -> None:
    given = body(campaign, phone="050 123-45-67", country="UA", first_name="Олена", attributes={"size": "M"})
    response = caller.post("enrolments", {**given, "data": {"cart_total": "1 200 ₴"}}, key="cart-17")
    assert response.status_code == 201
    told = response.json()
    contact = Contact.objects.get(pk=told["contact_id"])
    assert (contact.first_name, contact.attributes, contact.time_zone) == ("Олена", {"size": "M"}, "Europe/Kyiv")
    assert [address.value for address in contact.addresses.all()] == [PHONE]
    enrolment = Enrolment.objects.get(pk=told["id"])
    assert (enrolment.entry_key, enrolment.data) == ("cart-17", {"cart_total": "1 200 ₴"})
    assert (told["is_new"], told["is_new_contact"], told["consent"]) == (True, True, [])
    assert campaign_report(campaign.pk).audience.open == 1


def test_a_known_person_is_found_and_keeps_what_is_not_told(caller: Caller, campaign: Campaign) -> None:
    known = make_contact(phone=PHONE, external_id="A-1", first_name="Olena", last_name="Bondar")
    told = caller.post("enrolments", body(campaign, phone=PHONE, first_name="Olenka")).json()
    known.refresh_from_db()
    assert (told["contact_id"], told["is_new_contact"]) == (known.pk, False)
    assert (known.first_name, known.last_name, known.external_id) == ("Olenka", "Bondar", "A-1")


def test_a_new_address_becomes_the_main_one_and_the_old_one_stays(caller: Caller, campaign: Campaign) -> None:
    known = make_contact(external_id="A-1", email="old@example.com")
    caller.post("enrolments", body(campaign, external_id="A-1", email="New@Example.com"))
    addresses = {address.value: address.is_primary for address in known.addresses.all()}
    assert addresses == {"old@example.com": False, "new@example.com": True}


def test_two_contacts_in_one_request_are_refused_naming_both(caller: Caller, campaign: Campaign) -> None:
    make_contact(phone=PHONE, first_name="Olena", last_name="Bondar")
    make_contact(email="iryna@example.com", first_name="Iryna", last_name="Koval")
    response = caller.post("enrolments", body(campaign, phone=PHONE, email="iryna@example.com"))
    assert response.status_code == 409
    error = response.json()["error"]
    assert (error["code"], error["field"]) == ("two_contacts", "contact")
    assert "Olena Bondar" in error["message"]
    assert "Iryna Koval" in error["message"]
    assert not Enrolment.objects.exists()


def test_the_same_request_twice_is_one_entry_and_one_answer(caller: Caller, campaign: Campaign) -> None:
    """Re-entering a campaign makes two schedules (mautic#9797)."""
    answers = [caller.post("enrolments", body(campaign), key="cart-17") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Enrolment.objects.count() == 1
    assert campaign_report(campaign.pk).audience.people == 1


def test_another_request_under_the_same_key_is_refused(caller: Caller, campaign: Campaign) -> None:
    caller.post("enrolments", body(campaign), key="cart-17")
    response = caller.post("enrolments", body(campaign, phone="+380507654321"), key="cart-17")
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "idempotency_key_reused"
    assert Contact.objects.count() == 1


def test_a_refused_request_may_be_mended_under_its_key(caller: Caller, campaign: Campaign) -> None:
    assert caller.post("enrolments", body(campaign, phone="12"), key="cart-17").status_code == 422
    assert caller.post("enrolments", body(campaign), key="cart-17").status_code == 201


def test_another_entry_is_ignored_while_the_person_is_inside(caller: Caller, campaign: Campaign) -> None:
    first = caller.post("enrolments", body(campaign), key="cart-17")
    second = caller.post("enrolments", body(campaign), key="cart-18")
    assert (second.status_code, second.json()["is_new"]) == (200, False)
    assert second.json()["id"] == first.json()["id"]


def test_consent_is_recorded_with_how_it_was_obtained(caller: Caller, campaign: Campaign) -> None:
    consent = {"channels": ["sms", "viber"], "evidence": "ticked the box in the shop on 3 May"}
    told = caller.post("enrolments", {**body(campaign), "consent": consent}).json()
    assert told["consent"] == ["sms", "viber"]
    change = ConsentChange.objects.filter(contact_id=told["contact_id"], channel=Channel.SMS).get()
    assert (change.source, change.evidence, change.purpose) == (ConsentSource.API, consent["evidence"], "marketing")


def test_consent_never_overrides_what_the_person_withdrew(caller: Caller, campaign: Campaign) -> None:
    """An opt-out ignored (mautic#11333)."""
    contact = make_contact(phone=PHONE)
    make_consent(contact=contact, channel=Channel.SMS, status=ConsentStatus.WITHDRAWN)
    consent = {"channels": ["sms", "viber"], "evidence": "bought list"}
    told = caller.post("enrolments", {**body(campaign), "consent": consent}).json()
    assert told["consent"] == ["viber"]
    assert Consent.objects.get(contact=contact, channel=Channel.SMS).status == ConsentStatus.WITHDRAWN


@pytest.mark.parametrize(
    ("contact", "field", "says"),
    [
        ({"phone": "12"}, "contact.phone", "not a phone number"),
        ({"email": "nobody"}, "contact.email", "not an email address"),
        ({"phone": PHONE, "language": "klingon"}, "contact.language", "not a language"),
        ({"phone": PHONE, "time_zone": "Mars"}, "contact.time_zone", "not a time zone"),
        ({"phone": PHONE, "birth_date": "2999-01-01"}, "contact.birth_date", "in the future"),
        ({"phone": PHONE, "birth_date": "yesterday"}, "contact.birth_date", "date"),
        ({"phone": PHONE, "nickname": "x"}, "contact.nickname", "Extra inputs are not permitted"),
        ({"phone": PHONE, "attributes": {"email": "x"}}, "contact.attributes", "not of an attribute"),
        ({"first_name": "Olena"}, "contact", "Name the person by external_id, phone or email."),
        ({"external_id": "nobody-yet"}, "contact.external_id", "Give an address as well"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(caller: Caller, contact: dict[str, Any], field: str, says: str) -> None:
    running = make_campaign(kind=CampaignKind.API, status=CampaignStatus.RUNNING)
    response = caller.post("enrolments", body(running, **contact))
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["field"] == field
    assert says in error["message"]
    assert not Contact.objects.exists()


def test_a_variable_that_no_text_could_name_is_refused(caller: Caller, campaign: Campaign) -> None:
    response = caller.post("enrolments", {**body(campaign), "data": {"Cart total": "5"}})
    assert response.json()["error"]["field"] == "data.Cart total"
    assert "Call it “cart_total”." in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"kind": CampaignKind.ONCE, "status": CampaignStatus.RUNNING}, 409, "wrong_kind"),
        ({"kind": CampaignKind.API, "status": CampaignStatus.PAUSED}, 409, "not_running"),
        ({"kind": CampaignKind.API, "status": CampaignStatus.DRAFT}, 404, "unknown_campaign"),
    ],
)
def test_only_a_running_campaign_of_kind_api_takes_people(
    caller: Caller, fields: dict[str, Any], status: int, code: str
) -> None:
    response = caller.post("enrolments", body(make_campaign(**fields)))
    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["field"] == "campaign_id"
    assert not Contact.objects.exists()


def test_a_deleted_contact_is_not_found_again(caller: Caller, campaign: Campaign) -> None:
    gone = make_contact(deleted_at="2026-02-11T12:00Z")
    make_address(contact=gone, kind=AddressKind.PHONE, value=PHONE)
    assert caller.post("enrolments", body(campaign)).json()["contact_id"] != gone.pk


def test_somebody_who_is_deleted_meanwhile_is_not_let_in(
    caller: Caller, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = make_contact(phone=PHONE)

    def find_and_lose(*_given: Any) -> tuple[int, bool]:
        Contact.objects.update(deleted_at="2026-02-11T12:00Z")
        return known.pk, False

    monkeypatch.setattr("campaigns.api.enrolments.find_or_make", find_and_lose)
    response = caller.post("enrolments", body(campaign))
    assert (response.status_code, response.json()["error"]["code"]) == (409, "contact_deleted")
    assert not Enrolment.objects.exists()


def test_the_status_tells_how_somebody_stands_step_by_step(caller: Caller, campaign: Campaign) -> None:
    made = caller.post("enrolments", body(campaign), key="cart-17").json()
    message = make_message(enrolment=Enrolment.objects.get(pk=made["id"]), status="accepted")
    told = caller.get(f"enrolments/{made['id']}").json()
    assert (told["entry_key"], told["outcome"], told["ended_at"]) == ("cart-17", None, None)
    assert told["steps"][0]["status"] == "accepted"
    assert told["steps"][0]["key"] == message.step.key
    assert told["steps"][0]["fate"] is None


def test_the_status_of_nobody_is_not_found(caller: Caller) -> None:
    response = caller.get("enrolments/999999")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"
