"""What is in the sample of the demo: people, permissions, segments, prices, an audience that plays."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from campaigns.audience.addresses import normalise
from campaigns.audience.rules import contacts_matching
from campaigns.models import (
    Address,
    Campaign,
    Consent,
    ConsentChange,
    Contact,
    ContactImport,
    Segment,
    Suppression,
)
from campaigns.models.consent import ConsentStatus
from campaigns.sample.loading import load_sample
from campaigns.sample.new_season import NEW_SEASON
from campaigns.sample.people import make_people
from channels import own_sandbox
from channels.kinds import AddressKind, Channel
from channels.models import Account, Price, Sender
from channels.sandbox.store import Store
from channels.sandbox.vendor import Vendor
from tests.campaigns.test_sample import PASSWORD, installation

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The sample, loaded once for the tests that only look at it; gives the data directory."""
    folder = tmp_path_factory.mktemp("sample")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(**installation(folder)):
        load_sample(password=PASSWORD)
        yield folder
        transaction.set_rollback(True)


@pytest.mark.usefixtures("loaded")
def test_the_draft_has_two_routes_and_texts_in_four_languages() -> None:
    version = Campaign.objects.get(name=NEW_SEASON.name).version
    assert version is not None
    routes = [[step.channel for step in route.steps.all()] for route in version.routes.all()]
    assert routes == [["telegram", "viber", "whatsapp", "sms"], ["push", "email", "viber", "sms"]]
    assert {content.language for content in version.contents.filter(channel="sms")} == {"", "es", "uk", "ru"}


def test_the_people_are_the_same_every_time_and_between_18_and_80() -> None:
    today = date(2028, 2, 29)
    people = make_people(today=today)
    assert people == make_people(today=today)
    ages = [(today - person.birth_date).days / 365.25 for person in people]
    assert min(ages) > 17.99
    assert max(ages) < 81
    assert len({person.email for person in people if person.email}) > 300


@pytest.mark.usefixtures("loaded")
def test_the_contacts_are_valid_and_nobody_real() -> None:
    for address in Address.objects.select_related("contact"):
        assert normalise(address.kind, address.value) == address.value
    phones = [phonenumbers.parse(row.value) for row in Address.objects.filter(kind=AddressKind.PHONE)]
    assert all(phonenumbers.is_valid_number(phone) for phone in phones)
    mails = Address.objects.filter(kind=AddressKind.EMAIL).values_list("value", flat=True)
    assert {mail.partition("@")[2] for mail in mails} == {"example.com", "example.org"}
    contacts = Contact.objects.all()
    assert {contact.language for contact in contacts} == {"en", "es", "uk", "ru"}
    assert all(ZoneInfo(contact.time_zone) for contact in contacts)
    assert all({"city", "loyalty_tier", "last_purchase"} <= set(contact.attributes) for contact in contacts)


@pytest.mark.usefixtures("loaded")
def test_the_imports_account_for_every_row() -> None:
    for one in ContactImport.objects.all():
        assert one.state == ContactImport.State.DONE
        counted = one.created_count + one.updated_count + one.unchanged_count + one.repeated_count + one.rejected_count
        assert counted == one.rows_total == one.rows_done
    first = ContactImport.objects.get(name="customers.csv")
    assert (first.repeated_count, first.rejected_count) == (1, 3)


@pytest.mark.usefixtures("loaded")
def test_permissions_are_as_mixed_as_in_life() -> None:
    granted = Consent.objects.filter(status=ConsentStatus.GRANTED)
    assert set(granted.values_list("channel", flat=True)) == set(Channel.values)
    assert Contact.objects.exclude(pk__in=granted.values("contact")).exists()
    withdrawn_later = ConsentChange.objects.filter(
        status=ConsentStatus.WITHDRAWN,
        channel=Channel.EMAIL,
        contact__consent_changes__status=ConsentStatus.GRANTED,
        contact__consent_changes__channel=Channel.EMAIL,
    )
    assert withdrawn_later.exists()
    assert {row.reason for row in Suppression.objects.active()} == {"hard_bounce", "manual"}
    assert 10 <= Contact.objects.filter(is_trackable=False).count() <= 40


@pytest.mark.usefixtures("loaded")
def test_every_segment_has_people_but_not_all() -> None:
    counts = {s.name: contacts_matching(s.rule, today=timezone.localdate()).count() for s in Segment.objects.all()}
    assert all(10 <= count <= 350 for count in counts.values()), counts


@pytest.mark.usefixtures("loaded")
def test_there_is_a_sender_with_a_price_on_every_channel() -> None:
    assert set(Sender.objects.usable().values_list("channel", flat=True)) == set(Channel.values)
    assert set(Price.objects.filter(country="").values_list("channel", flat=True)) == set(Channel.values)
    assert set(Price.objects.filter(channel=Channel.SMS).values_list("country", flat=True)) >= {"US", "ES", "UA", "RU"}


def test_the_audience_plays_and_never_as_fast_as_a_machine(loaded: Path) -> None:
    store = Store(loaded / own_sandbox.FOLDER / own_sandbox.DATABASE)
    preferences = Vendor(store).preferences
    store.close()
    assert preferences.is_on
    waits = [
        behaviour.seconds * 0.4 / preferences.time_factor
        for channel, behaviours in preferences.behaviours.items()
        for name, behaviour in behaviours.items()
        if name == "clicked" and "opened" not in behaviours
    ]
    # signals_policy.TOO_SOON
    assert min(waits) > 2


@pytest.mark.usefixtures("loaded")
def test_what_somebody_threw_away_does_not_come_back() -> None:
    Segment.objects.filter(campaigns=None, routes=None).delete()
    segments = Segment.objects.count()

    assert load_sample(password=PASSWORD) is False
    assert Segment.objects.count() == segments


@pytest.mark.usefixtures("loaded")
def test_the_account_follows_the_sandbox_to_another_port(settings: Settings) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9001"
    load_sample(password=PASSWORD)
    assert Account.objects.get().settings["url"] == "http://127.0.0.1:9001"
