"""What a colleague changes on a person's page: particulars, addresses, consents, suppressions."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.audience.addresses import address_hash
from campaigns.models import Address, AuditEntry, Consent, ConsentChange, Contact, Suppression
from campaigns.models.consent import ConsentSource, ConsentStatus
from channels.kinds import AddressKind, Channel
from tests.factories import NOON, make_address, make_consent, make_contact

pytestmark = pytest.mark.django_db

PHONE = "+380671234567"


def suppress(address: Address, **fields: Any) -> Suppression:
    defaults = {"address_kind": address.kind, "address_hash": address.value_hash, "created_at": NOON}
    return Suppression.objects.create(**{**defaults, "reason": Suppression.Reason.MANUAL, **fields})


# --- Changing who somebody is ----------------------------------------------------------------


def particulars(**changes: Any) -> dict[str, Any]:
    unchanged = {"first_name": "Olena", "last_name": "Kovalenko", "is_trackable": "on"}
    return {**unchanged, "attributes-TOTAL_FORMS": "0", "attributes-INITIAL_FORMS": "0", **changes}


def attribute_fields(*rows: tuple[str, str], initial: int) -> dict[str, Any]:
    fields: dict[str, Any] = {"attributes-TOTAL_FORMS": len(rows), "attributes-INITIAL_FORMS": initial}
    for position, (name, value) in enumerate(rows):
        fields |= {f"attributes-{position}-name": name, f"attributes-{position}-value": value}
    return fields


def test_particulars_are_changed_and_the_audit_tells_which_but_not_what(marketer: Client) -> None:
    contact = make_contact(first_name="Olena", last_name="Kovalenko")
    given = particulars(
        birth_date="1990-05-01", language="uk", country="UA", time_zone="Europe/Kyiv", preferences="fashion, sport"
    )
    assert marketer.post(reverse("contact_edit", args=[contact.pk]), given).status_code == 302
    contact.refresh_from_db()
    assert (contact.birth_date, contact.language, contact.country) == (date(1990, 5, 1), "uk", "UA")
    assert (contact.time_zone, contact.preferences) == ("Europe/Kyiv", ["fashion", "sport"])
    entry = AuditEntry.objects.get()
    assert entry.details == {"fields": ["birth_date", "country", "language", "preferences", "time_zone"]}


def test_attributes_are_added_changed_and_taken_away_and_the_rest_keeps_its_type(marketer: Client) -> None:
    contact = make_contact(first_name="Olena", last_name="Kovalenko", attributes={"a": 1, "b": "two", "c": [3]})
    rows = [("a", "1"), ("b", "zwei"), ("c", ""), ("Last order", "2026-01-02"), ("", "")]
    marketer.post(reverse("contact_edit", args=[contact.pk]), particulars(**attribute_fields(*rows, initial=3)))
    contact.refresh_from_db()
    assert contact.attributes == {"a": 1, "b": "zwei", "last_order": "2026-01-02"}


def test_what_cannot_be_saved_is_said_and_kept(marketer: Client) -> None:
    make_contact(external_id="taken")
    contact = make_contact(first_name="Olena", last_name="Kovalenko")
    given = particulars(
        external_id="taken", birth_date="31.02.1990", **attribute_fields(("", "a value without a name"), initial=0)
    )
    response = marketer.post(reverse("contact_edit", args=[contact.pk]), given)
    html = response.content.decode()
    assert response.status_code == 422
    for text in (
        "Another contact has this id already.",
        "Enter a valid date.",
        "Name the attribute.",
        "a value without a name",
    ):
        assert text in html


def test_nobody_is_born_in_the_future(marketer: Client) -> None:
    contact = make_contact(first_name="Olena")
    response = marketer.post(reverse("contact_edit", args=[contact.pk]), particulars(birth_date="2999-01-01"))
    assert response.status_code == 422
    assert "is in the future" in response.content.decode()


def test_two_contacts_may_have_no_id(marketer: Client) -> None:
    make_contact(external_id=None)
    contact = make_contact(first_name="Olena", last_name="Kovalenko", external_id="1")
    marketer.post(reverse("contact_edit", args=[contact.pk]), particulars(external_id=""))
    contact.refresh_from_db()
    assert contact.external_id is None


# --- Addresses -----------------------------------------------------------------------------


def add(client: Client, contact: Contact, **given: Any) -> Any:
    return client.post(reverse("address_add", args=[contact.pk]), given)


def test_an_address_is_added_as_it_is_stored_everywhere(marketer: Client) -> None:
    contact = make_contact(country="UA")
    assert add(marketer, contact, kind="phone", value="067 123 45 67").status_code == 302
    address = contact.addresses.get()
    assert (address.value, address.is_primary) == (PHONE, True)
    assert address.value_hash == address_hash("phone", PHONE)


def test_a_second_number_is_kept_for_later_unless_it_shall_be_messaged(marketer: Client) -> None:
    contact = make_contact(phone=PHONE, country="UA")
    add(marketer, contact, kind="phone", value="050 111 22 33")
    assert contact.addresses.get(is_primary=True).value == PHONE
    add(marketer, contact, kind="phone", value="050 111 22 44", is_primary="on")
    assert contact.addresses.get(is_primary=True).value == "+380501112244"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("phone", "12", "is not a phone number"),
        ("email", "olena", "is not an email address"),
        ("phone", PHONE, "They have this address already."),
        ("email", "", "This field is required."),
    ],
)
def test_an_address_that_cannot_be_added_is_said_at_the_field(
    marketer: Client, kind: str, value: str, words: str
) -> None:
    contact = make_contact(phone=PHONE)
    response = add(marketer, contact, kind=kind, value=value)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert contact.addresses.count() == 1


def test_a_dead_address_that_is_added_again_lives_again(marketer: Client) -> None:
    contact = make_contact(phone=PHONE)
    contact.addresses.update(is_live=False)
    add(marketer, contact, kind="phone", value=PHONE)
    assert contact.addresses.get().is_live


def test_another_address_can_be_made_the_one_that_is_messaged(marketer: Client) -> None:
    contact = make_contact(phone=PHONE)
    other = make_address(contact=contact, kind=AddressKind.PHONE, value="+380501112233", is_primary=False)
    marketer.post(reverse("address_promote", args=[other.pk]))
    assert contact.addresses.get(is_primary=True) == other


def test_removing_the_main_address_promotes_the_next(marketer: Client) -> None:
    contact = make_contact(phone=PHONE)
    other = make_address(contact=contact, kind=AddressKind.PHONE, value="+380501112233", is_primary=False)
    url = reverse("address_remove", args=[contact.addresses.get(is_primary=True).pk])
    assert "Remove +380671234567?" in marketer.get(url).content.decode()
    assert contact.addresses.count() == 2
    marketer.post(url)
    assert contact.addresses.get().pk == other.pk
    assert contact.addresses.get().is_primary


# --- Consents and suppressions -----------------------------------------------------------------


def test_a_consent_entered_by_a_colleague_is_in_force_and_in_the_history(marketer: Client) -> None:
    contact = make_contact(phone=PHONE)
    make_consent(contact=contact, channel=Channel.SMS, status=ConsentStatus.WITHDRAWN)
    url = reverse("consent_change", args=[contact.pk, "sms", "marketing"])
    assert "What did" in marketer.get(url).content.decode()
    marketer.post(url, {"status": "granted", "evidence": "signed in the shop"})
    assert Consent.objects.get().status == ConsentStatus.GRANTED
    change = ConsentChange.objects.get()
    assert (change.source, change.evidence) == (ConsentSource.PAGE, "signed in the shop")
    page = marketer.get(reverse("contact_detail", args=[contact.pk]))
    assert "signed in the shop" in page.content.decode()


def test_nobody_enters_a_consent_without_saying_how_they_know(marketer: Client) -> None:
    contact = make_contact(phone=PHONE)
    response = marketer.post(
        reverse("consent_change", args=[contact.pk, "sms", "marketing"]), {"status": "granted", "evidence": ""}
    )
    assert response.status_code == 422
    assert not Consent.objects.exists()


@pytest.mark.parametrize(("channel", "purpose"), [("pigeon", "marketing"), ("sms", "gossip")])
def test_there_is_no_consent_for_what_does_not_exist(marketer: Client, channel: str, purpose: str) -> None:
    url = reverse("consent_change", args=[make_contact().pk, channel, purpose])
    assert marketer.get(url).status_code == 404


def test_an_address_is_suppressed_by_hand_and_allowed_again_and_both_are_audited(marketer: Client) -> None:
    contact = make_contact(phone=PHONE)
    marketer.post(reverse("address_suppress", args=[contact.addresses.get().pk]), {"note": "asked on the phone"})
    suppression = Suppression.objects.get()
    assert (suppression.reason, suppression.channel) == (Suppression.Reason.MANUAL, "")
    lift = reverse("suppression_lift", args=[contact.pk, suppression.pk])
    assert "A colleague entered it: asked on the phone" in marketer.get(lift).content.decode()
    assert marketer.post(lift, {"note": ""}).status_code == 422
    marketer.post(lift, {"note": "changed their mind"})
    assert not Suppression.objects.active().exists()
    entries = AuditEntry.objects.order_by("id")
    assert [entry.verb for entry in entries] == ["suppress", "lift"]
    assert entries[1].details["note"] == "changed their mind"


def test_a_colleagues_entry_is_stronger_than_an_unsubscribe(marketer: Client) -> None:
    contact = make_contact(phone=PHONE)
    suppress(contact.addresses.get(), reason=Suppression.Reason.UNSUBSCRIBE)
    marketer.post(reverse("address_suppress", args=[contact.addresses.get().pk]), {"note": "nothing at all"})
    assert Suppression.objects.get().reason == Suppression.Reason.MANUAL


def test_only_a_suppression_of_this_person_is_lifted_on_their_page(marketer: Client) -> None:
    other = suppress(make_contact(phone=PHONE).addresses.get())
    contact = make_contact(phone="+380501112233")
    url = reverse("suppression_lift", args=[contact.pk, other.pk])
    assert marketer.post(url, {"note": "by mistake"}).status_code == 404
