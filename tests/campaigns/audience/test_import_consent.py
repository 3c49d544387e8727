"""Who may be messaged because of a file, and who may not whatever it says."""

import pytest

from campaigns.audience.addresses import address_hash
from campaigns.audience.import_choices import ConsentBasis, ConsentChoice
from campaigns.models import Consent, ConsentChange, Purpose, Suppression
from campaigns.models.consent import ConsentStatus
from channels.kinds import AddressKind, Channel
from tests.contact_files.importing import NOBODY, counts, declared, imported, reasons
from tests.factories import NOON, make_consent, make_contact

pytestmark = pytest.mark.django_db

PHONE = "+380676433012"


@pytest.mark.parametrize("word", ["yes", "TRUE", "так", "Да", "sí", "si", "1", "x", "✓"])
def test_a_yes_grants_the_chosen_channels(word: str) -> None:
    imported(f"phone;consent\n{PHONE};{word}\n")
    assert consents() == {("sms", "marketing", "granted"), ("viber", "marketing", "granted")}


@pytest.mark.parametrize("word", ["no", "false", "ні", "Нет", "0"])
def test_a_no_withdraws(word: str) -> None:
    contact = make_contact(phone=PHONE, consents=[Channel.SMS])
    done = imported(f"phone;consent\n{PHONE};{word}\n")
    assert counts(done) == {"updated": 1}
    assert consents() == {("sms", "marketing", "withdrawn"), ("viber", "marketing", "withdrawn")}
    assert contact.consent_changes.filter(status="withdrawn", source="import").count() == 2


def test_an_empty_cell_changes_nothing() -> None:
    make_contact(phone=PHONE, consents=[Channel.SMS])
    imported(f"phone;consent;first name\n{PHONE};;Anna\n")
    assert consents() == {("sms", "marketing", "granted")}
    assert not ConsentChange.objects.exists()


def test_an_unknown_word_rejects_the_row() -> None:
    done = imported(f"phone;consent\n{PHONE};perhaps\n")
    assert counts(done) == {"rejected": 1}
    assert reasons(done) == ["“perhaps” says neither yes nor no to being written to."]


def test_an_import_never_grants_again_what_the_person_withdrew() -> None:
    contact = make_contact(phone=PHONE, country="UA", time_zone="Europe/Kyiv")
    make_consent(contact=contact, channel=Channel.SMS, status=ConsentStatus.WITHDRAWN)
    make_consent(contact=contact, channel=Channel.VIBER, status=ConsentStatus.WITHDRAWN)
    done = imported(f"phone;consent\n{PHONE};yes\n")
    assert counts(done) == {"unchanged": 1}
    assert done.kept_withdrawn_count == 1
    assert consents() == {("sms", "marketing", "withdrawn"), ("viber", "marketing", "withdrawn")}
    assert not ConsentChange.objects.exists()


def test_a_declaration_does_not_grant_it_again_either() -> None:
    contact = make_contact(phone=PHONE)
    make_consent(contact=contact, channel=Channel.SMS, status=ConsentStatus.WITHDRAWN)
    done = imported(f"phone\n{PHONE}\n", consent=declared("on paper", Channel.SMS, Channel.VOICE))
    assert done.kept_withdrawn_count == 1
    assert consents() == {("sms", "marketing", "withdrawn"), ("voice", "marketing", "granted")}


def test_a_declaration_is_kept_with_each_person() -> None:
    done = imported(f"phone\n{PHONE}\n+380679990608\n", consent=declared("ticked at the till"))
    changes = ConsentChange.objects.values_list("evidence", "source", "contact_import")
    assert set(changes) == {("ticked at the till", "declaration", done.pk)}
    assert len(changes) == 2


def test_the_history_names_file_row_and_words() -> None:
    imported(f"phone;Згода\n{PHONE};так\n", name="клієнти.csv")
    assert ConsentChange.objects.filter(channel="sms").get().evidence == "клієнти.csv:2 Згода = так"


def test_nobody_may_be_messaged_when_the_uploader_says_so() -> None:
    done = imported(f"phone\n{PHONE}\n", consent=NOBODY)
    assert counts(done) == {"created": 1}
    assert not Consent.objects.exists()


def test_consent_is_for_the_chosen_purpose_only() -> None:
    choice = ConsentChoice(basis=ConsentBasis.COLUMN, channels=(Channel.EMAIL,), purpose=Purpose.TRANSACTIONAL)
    imported(f"phone;consent\n{PHONE};yes\n", consent=choice)
    assert consents() == {("email", "transactional", "granted")}


def test_no_suppression_is_lifted() -> None:
    Suppression.objects.create(
        address_kind=AddressKind.PHONE,
        address_hash=address_hash(AddressKind.PHONE, PHONE),
        reason=Suppression.Reason.UNSUBSCRIBE,
        created_at=NOON,
    )
    imported(f"phone;consent\n{PHONE};yes\n")
    assert Suppression.objects.active().count() == 1


def test_a_row_that_is_not_taken_grants_nothing() -> None:
    imported(f"phone;email;consent\n{PHONE};broken@;yes\n")
    assert not Consent.objects.exists()


def consents() -> set[tuple[str, str, str]]:
    """All consents in force."""
    return set(Consent.objects.values_list("channel", "purpose", "status"))
