"""Unsubscribing by page or by one click, and never by a GET."""

import pytest
from django.test import Client

from campaigns import links
from campaigns.models import Attempt, Consent, Enrolment, Hit, Installation, Outcome, Suppression
from campaigns.models.consent import ConsentSource, ConsentStatus
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.campaigns.tracking.addresses import assert_keeps_to_itself, path_of

pytestmark = pytest.mark.django_db


def path(attempt: Attempt) -> str:
    return path_of(links.unsubscribe_url(attempt.pk))


def test_the_page_asks_and_a_get_changes_nothing(client: Client) -> None:
    """Incidents listmonk#1078, mautic#9798: scanners follow every link, this one too."""
    Installation.objects.create(name="The Roastery")
    attempt = make_attempt(Channel.EMAIL, contact={"first_name": "Secretname", "last_name": "Hidden"})
    for response in (client.get(path(attempt)), client.head(path(attempt))):
        assert response.status_code == 200
        assert_keeps_to_itself(response)
    page = client.get(path(attempt)).content.decode()
    assert "The Roastery" in page
    assert "o•••@example.com" in page
    for personal in ("Secretname", "Hidden", "olena", "A 1"):
        assert personal not in page
    assert not Consent.objects.filter(status=ConsentStatus.WITHDRAWN).exists()
    assert not Hit.objects.exists()


def test_one_click_stops_the_channel_without_cookies() -> None:
    """RFC 8058, as a mail program posts it: no page seen before, no token, no cookie."""
    attempt = make_attempt(Channel.EMAIL)
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(path(attempt), "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert response.status_code == 200
    assert_keeps_to_itself(response)
    contact = attempt.message.enrolment.contact
    withdrawn = contact.consents.filter(status=ConsentStatus.WITHDRAWN)
    assert [consent.channel for consent in withdrawn] == [Channel.EMAIL]
    assert contact.consent_changes.get().source == ConsentSource.UNSUBSCRIBE
    assert Suppression.objects.get().address_hash == attempt.address_hash
    assert Enrolment.objects.get(contact=contact).outcome == Outcome.SUPPRESSED


def test_one_click_as_a_form_with_parts_is_understood_too() -> None:
    """RFC 8058 allows both encodings."""
    attempt = make_attempt(Channel.EMAIL)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path(attempt), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Suppression.objects.exists()


@pytest.mark.parametrize(("scope", "stopped"), [("channel", 1), ("everything", len(Channel))])
def test_the_page_stops_what_was_chosen_once(client: Client, scope: str, stopped: int) -> None:
    attempt = make_attempt(Channel.SMS)
    contact = attempt.message.enrolment.contact
    for _time in range(2):
        response = client.post(path(attempt), {"scope": scope})
        assert response.status_code == 200
        assert "You are unsubscribed" in response.content.decode()
    assert contact.consents.filter(status=ConsentStatus.WITHDRAWN).count() == stopped
    assert contact.consent_changes.count() == stopped


@pytest.mark.parametrize("body", [{}, {"scope": "nothing"}, {"List-Unsubscribe": "yes"}])
def test_an_unclear_wish_is_asked_again(client: Client, body: dict[str, str]) -> None:
    attempt = make_attempt()
    response = client.post(path(attempt), body)
    assert response.status_code == 422
    assert "Choose what to stop." in response.content.decode()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("spoken", "browser", "expected"),
    [("ru", "es", "ru"), ("es-mx", "ru", "es"), ("ja", "uk", "uk"), ("", "es", "es"), ("", "ja", "en")],
)
def test_the_page_speaks_the_contacts_language(client: Client, spoken: str, browser: str, expected: str) -> None:
    attempt = make_attempt(contact={"language": spoken})
    response = client.get(path(attempt), headers={"accept-language": browser})
    assert response["Content-Language"] == expected
    assert f'<html lang="{expected}">' in response.content.decode()


def test_a_phone_number_is_masked(client: Client) -> None:
    attempt = make_attempt()
    assert attempt.address is not None
    page = client.get(path(attempt)).content.decode()
    assert f"+49•••{attempt.address.value[-2:]}" in page
    assert attempt.address.value not in page


def test_a_deleted_address_is_not_shown(client: Client) -> None:
    attempt = make_attempt()
    assert attempt.address is not None
    attempt.address.delete()
    assert client.get(path(attempt)).status_code == 200
