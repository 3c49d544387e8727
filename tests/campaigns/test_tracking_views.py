"""The public addresses in messages, asked as browsers, mail programs and scanners ask them."""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from campaigns import links
from campaigns.composing import Composition, compose
from campaigns.engine import clock, wake
from campaigns.engine.wake import TRACK
from campaigns.models import (
    Attempt,
    Campaign,
    CampaignVersion,
    Consent,
    Content,
    Enrolment,
    Hit,
    Installation,
    Link,
    Outcome,
    Suppression,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.consent import ConsentSource, ConsentStatus
from campaigns.signals_policy import TRAP, TWO_LINKS
from campaigns.tracking_memory import GuessLimit, RememberedTargets
from campaigns.views import tracking
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Safari/537.36"
TARGET = "https://shop.example.com/autumn"


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has just started."""
    monkeypatch.setattr(tracking, "targets", RememberedTargets(size=100))
    monkeypatch.setattr(tracking, "guesses", GuessLimit(per_minute=20))
    monkeypatch.setattr(wake, "_paces", {})


def click_path(attempt: Attempt, position: int = 0) -> str:
    assert attempt.token is not None
    return urlsplit(links.click_url(attempt.token, position)).path


def path_of(url: str) -> str:
    return urlsplit(url).path


def add_link(campaign: Campaign, **fields: Any) -> Link:
    """Another link of the campaign's version, as if it had been there when it was frozen."""
    version = campaign.version
    assert version is not None
    CampaignVersion.objects.filter(pk=version.pk).update(frozen_at=None)
    link = Link.objects.create(version=version, **fields)
    CampaignVersion.objects.filter(pk=version.pk).update(frozen_at=campaign.created_at)
    return link


def assert_keeps_to_itself(response: HttpResponseBase) -> None:
    """No cookie, nothing cached, nothing indexed, no trace of the address in the next request."""
    assert not response.cookies
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"


@contextmanager
def database_away() -> Iterator[None]:
    """Nobody listens where the database was, for new connections and in every thread."""
    entry = connections.settings["default"]
    host = entry["HOST"]
    connection.close()
    entry["HOST"] = "/nowhere"
    try:
        yield
    finally:
        connection.close()
        entry["HOST"] = host


class TestClick:
    """A tracked link."""

    def test_a_click_is_kept_and_led_on(self, client: Client) -> None:
        attempt = make_attempt()
        response = client.get(click_path(attempt), headers={"user-agent": BROWSER})
        assert (response.status_code, response["Location"]) == (302, TARGET)
        assert_keeps_to_itself(response)
        hit = Hit.objects.get()
        assert (hit.kind, hit.attempt_id, hit.method, hit.user_agent) == ("click", attempt.pk, "GET", BROWSER)
        assert hit.link is not None
        assert hit.link.url == TARGET
        assert hit.is_machine is None

    def test_the_only_link_of_an_sms_is_judged_at_once(self, client: Client) -> None:
        client.get(click_path(make_attempt()), headers={"user-agent": BROWSER})
        hit = Hit.objects.get()
        assert hit.decide_at == hit.at

    def test_one_of_several_links_waits_a_second_for_the_others(self, client: Client) -> None:
        attempt = make_attempt()
        add_link(attempt.campaign, name="terms", url="https://shop.example.com/terms", position=1)
        response = client.get(click_path(attempt, 1), headers={"user-agent": BROWSER})
        assert response["Location"] == "https://shop.example.com/terms"
        hit = Hit.objects.get()
        assert hit.decide_at - hit.at == TWO_LINKS

    def test_a_click_in_a_mail_waits_for_the_hidden_link(self, client: Client) -> None:
        client.get(click_path(make_attempt(Channel.EMAIL)), headers={"user-agent": BROWSER})
        hit = Hit.objects.get()
        assert hit.decide_at - hit.at == TRAP

    def test_a_scanner_needs_no_waiting(self, client: Client) -> None:
        client.head(click_path(make_attempt(Channel.EMAIL)))
        hit = Hit.objects.get()
        assert (hit.method, hit.decide_at) == ("HEAD", hit.at)

    def test_a_hit_has_the_products_time(self, client: Client, settings: Any) -> None:
        settings.CLOCK_MAY_MOVE = True
        moved_to = clock.now().replace(year=2031)
        clock.run_at(shown_at=moved_to, speed=0)
        client.get(click_path(make_attempt()))
        assert Hit.objects.get().at == moved_to

    def test_the_persons_values_are_filled_in_when_they_click(self, client: Client) -> None:
        attempt = make_attempt(contact={"first_name": "Zoë", "attributes": {"Size": "M&M"}})
        url = "https://shop.example.com/{{ code }}?for={{ first_name }}&size={{ size }}&x={{ none | y z }}"
        add_link(attempt.campaign, name="mine", url=url, position=7)
        response = client.get(click_path(attempt, 7))
        assert response["Location"] == "https://shop.example.com/A%201?for=Zo%C3%AB&size=M%26M&x=y%20z"

    def test_a_token_leads_to_its_own_campaigns_links_only(self, client: Client) -> None:
        attempt = make_attempt()
        other = make_campaign(status=CampaignStatus.RUNNING)
        add_link(other, name="elsewhere", url="https://elsewhere.example", position=5)
        response = client.get(click_path(attempt, 5) + "?url=https://evil.example&next=https://evil.example")
        assert response.status_code == 404

    def test_a_link_that_should_never_have_been_made_leads_nowhere(self, client: Client) -> None:
        attempt = make_attempt()
        add_link(attempt.campaign, name="bad", url="javascript:alert(1)", position=1)
        add_link(attempt.campaign, name="worse", url="https://{{ code }}/", position=2)
        assert [client.get(click_path(attempt, position)).status_code for position in (1, 2)] == [404, 404]
        assert not Hit.objects.exists()

    def test_who_may_not_be_tracked_is_led_on_without_a_trace(self, client: Client) -> None:
        attempt = make_attempt(contact={"is_trackable": False})
        assert client.get(click_path(attempt))["Location"] == TARGET
        assert not Hit.objects.exists()

    def test_a_link_at_the_end_of_a_sentence_works(self, client: Client) -> None:
        assert client.get(click_path(make_attempt()) + ".").status_code == 302

    def test_an_endless_agent_with_odd_characters_is_kept_short(self, client: Client) -> None:
        client.get(click_path(make_attempt()), headers={"user-agent": "x" * 5000})
        assert len(Hit.objects.get().user_agent) == 300

    def test_a_link_takes_no_post(self, client: Client) -> None:
        response = client.post(click_path(make_attempt()))
        assert response.status_code == 405
        assert not Hit.objects.exists()


class TestUnknownAddresses:
    """Guessing teaches nothing."""

    @pytest.mark.parametrize(
        "path",
        [
            "/c/aaaaaaaaaaaa",
            "/c/x",
            "/c/a/b/c",
            "/c/%00%00%00%00%00%00%00%00%00%00%00%00",
            "/c/абвгдежзийкл",
            "/u/1.aaaaaaaaaaa",
            "/u/x",
            "/t/1.aaaaaaaaaaa",
            "/t/x/y",
        ],
    )
    def test_every_unknown_address_gives_the_same_page(self, client: Client, path: str) -> None:
        response = client.get(path)
        assert response.status_code == 404
        assert "This link leads nowhere" in response.content.decode()
        assert response.content == client.get("/c/bbbbbbbbbbbb").content
        assert_keeps_to_itself(response)

    def test_signatures_cannot_be_exchanged(self, client: Client) -> None:
        attempt = make_attempt(Channel.EMAIL)
        signed = path_of(links.trap_url(attempt.pk)).rpartition("/")[2]
        assert client.get(f"/u/{signed}").status_code == 404
        assert client.get(f"/o/{signed}.gif").content == tracking.PIXEL
        assert not Hit.objects.exists()

    def test_a_well_signed_address_of_a_vanished_attempt_is_unknown_too(self, client: Client) -> None:
        assert client.get(path_of(links.unsubscribe_url(10**15))).status_code == 404
        assert client.get(path_of(links.open_url(10**15))).content == tracking.PIXEL

    def test_a_guesser_is_stopped_and_a_person_beside_them_is_not(self, client: Client) -> None:
        attempt = make_attempt()
        statuses = [client.get(f"/c/aaaaaaaaaaa{number % 10}").status_code for number in range(25)]
        assert statuses == [404] * 20 + [429] * 5
        assert client.get(click_path(attempt)).status_code == 302
        assert client.get("/c/aaaaaaaaaaaa", REMOTE_ADDR="203.0.113.9").status_code == 404

    def test_behind_our_own_proxy_each_client_counts_for_itself(self, client: Client) -> None:
        def guess(forwarded: str, remote: str) -> int:
            headers = {"x-forwarded-for": forwarded}
            return client.get("/c/aaaaaaaaaaaa", headers=headers, REMOTE_ADDR=remote).status_code

        for _guess in range(20):
            assert guess("198.51.100.1, 203.0.113.1", "127.0.0.1") == 404
        assert guess("203.0.113.1", "127.0.0.1") == 429
        assert guess("203.0.113.2", "127.0.0.1") == 404
        # What a stranger says of itself is not believed.
        assert guess("203.0.113.77", "203.0.113.1") == 429


class TestPixel:
    """The picture of a mail."""

    def test_an_open_is_kept_and_the_picture_given(self, client: Client) -> None:
        attempt = make_attempt(Channel.EMAIL)
        response = client.get(path_of(links.open_url(attempt.pk)), headers={"user-agent": BROWSER})
        assert (response.status_code, response["Content-Type"]) == (200, "image/gif")
        assert response.content[:6] == b"GIF89a"
        assert len(response.content) == 43
        assert_keeps_to_itself(response)
        hit = Hit.objects.get()
        assert (hit.kind, hit.attempt_id, hit.link_id, hit.decide_at) == ("open", attempt.pk, None, hit.at)

    def test_who_may_no_longer_be_tracked_leaves_no_open(self, client: Client) -> None:
        attempt = make_attempt(Channel.EMAIL, contact={"is_trackable": False})
        assert client.get(path_of(links.open_url(attempt.pk))).content == tracking.PIXEL
        assert not Hit.objects.exists()


class TestTrap:
    """The link nobody sees."""

    def test_whoever_follows_it_is_noted(self, client: Client) -> None:
        attempt = make_attempt(Channel.EMAIL)
        response = client.get(path_of(links.trap_url(attempt.pk)), headers={"user-agent": BROWSER})
        assert response.status_code == 200
        assert_keeps_to_itself(response)
        assert Hit.objects.get().kind == "trap"


class TestUnsubscribing:
    """By page or by one click, and never by a GET."""

    def test_the_page_asks_and_a_get_changes_nothing(self, client: Client) -> None:
        """Incidents listmonk#1078, mautic#9798: scanners follow every link, this one too."""
        Installation.objects.create(name="The Roastery")
        attempt = make_attempt(Channel.EMAIL, contact={"first_name": "Secretname", "last_name": "Hidden"})
        for response in (client.get(self.path(attempt)), client.head(self.path(attempt))):
            assert response.status_code == 200
            assert_keeps_to_itself(response)
        page = client.get(self.path(attempt)).content.decode()
        assert "The Roastery" in page
        assert "o•••@example.com" in page
        for personal in ("Secretname", "Hidden", "olena", "A 1"):
            assert personal not in page
        assert not Consent.objects.filter(status=ConsentStatus.WITHDRAWN).exists()
        assert not Hit.objects.exists()

    @staticmethod
    def path(attempt: Attempt) -> str:
        return path_of(links.unsubscribe_url(attempt.pk))

    def test_one_click_stops_the_channel_without_cookies(self) -> None:
        """RFC 8058, as a mail program posts it: no page seen before, no token, no cookie."""
        attempt = make_attempt(Channel.EMAIL)
        strict = Client(enforce_csrf_checks=True)
        response = strict.post(self.path(attempt), "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
        assert response.status_code == 200
        assert_keeps_to_itself(response)
        contact = attempt.message.enrolment.contact
        withdrawn = contact.consents.filter(status=ConsentStatus.WITHDRAWN)
        assert [consent.channel for consent in withdrawn] == [Channel.EMAIL]
        assert contact.consent_changes.get().source == ConsentSource.UNSUBSCRIBE
        assert Suppression.objects.get().address_hash == attempt.address_hash
        assert Enrolment.objects.get(contact=contact).outcome == Outcome.SUPPRESSED

    def test_one_click_as_a_form_with_parts_is_understood_too(self) -> None:
        """RFC 8058 allows both encodings."""
        attempt = make_attempt(Channel.EMAIL)
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(self.path(attempt), {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert Suppression.objects.exists()

    @pytest.mark.parametrize(("scope", "stopped"), [("channel", 1), ("everything", len(Channel))])
    def test_the_page_stops_what_was_chosen_once(self, client: Client, scope: str, stopped: int) -> None:
        attempt = make_attempt(Channel.SMS)
        contact = attempt.message.enrolment.contact
        for _time in range(2):
            response = client.post(self.path(attempt), {"scope": scope})
            assert response.status_code == 200
            assert "You are unsubscribed" in response.content.decode()
        assert contact.consents.filter(status=ConsentStatus.WITHDRAWN).count() == stopped
        assert contact.consent_changes.count() == stopped

    @pytest.mark.parametrize("body", [{}, {"scope": "nothing"}, {"List-Unsubscribe": "yes"}])
    def test_an_unclear_wish_is_asked_again(self, client: Client, body: dict[str, str]) -> None:
        attempt = make_attempt()
        response = client.post(self.path(attempt), body)
        assert response.status_code == 422
        assert "Choose what to stop." in response.content.decode()
        assert not Suppression.objects.exists()

    @pytest.mark.parametrize(
        ("spoken", "browser", "expected"),
        [("ru", "es", "ru"), ("es-mx", "ru", "es"), ("ja", "uk", "uk"), ("", "es", "es"), ("", "ja", "en")],
    )
    def test_the_page_speaks_the_contacts_language(
        self, client: Client, spoken: str, browser: str, expected: str
    ) -> None:
        attempt = make_attempt(contact={"language": spoken})
        response = client.get(self.path(attempt), headers={"accept-language": browser})
        assert response["Content-Language"] == expected
        assert f'<html lang="{expected}">' in response.content.decode()

    def test_a_phone_number_is_masked(self, client: Client) -> None:
        attempt = make_attempt()
        assert attempt.address is not None
        page = client.get(self.path(attempt)).content.decode()
        assert f"+49•••{attempt.address.value[-2:]}" in page
        assert attempt.address.value not in page

    def test_a_deleted_address_is_not_shown(self, client: Client) -> None:
        attempt = make_attempt()
        assert attempt.address is not None
        attempt.address.delete()
        assert client.get(self.path(attempt)).status_code == 200


@pytest.mark.django_db(transaction=True)
class TestOverASocket:
    """The same with a real server, so that a hit is committed before its answer and the database can go away."""

    def ask(self, live_server: LiveServer, path: str, method: str = "GET", **options: Any) -> "Answer":
        there = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=20)
        with closing(there):
            there.request(method, path, **options)
            response = there.getresponse()
            return Answer(response.status, response.headers, response.read())

    def test_a_click_is_committed_before_it_is_answered(self, live_server: LiveServer) -> None:
        attempt = make_attempt()
        response = self.ask(live_server, click_path(attempt), headers={"User-Agent": BROWSER})
        assert (response.status, response.headers["Location"]) == (302, TARGET)
        assert Hit.objects.filter(attempt=attempt).count() == 1

    def test_clicks_wake_the_engine_but_not_each_of_them(self, live_server: LiveServer) -> None:
        attempt = make_attempt()
        self.ask(live_server, click_path(attempt))
        woken = tasks_published()
        for _click in range(5):
            self.ask(live_server, click_path(attempt))
        assert woken >= 1
        assert tasks_published() - woken < 5
        assert Hit.objects.count() == 6

    def test_with_the_database_away_a_click_is_led_on_where_it_can_be_told(self, live_server: LiveServer) -> None:
        seen, unseen = make_attempt(), make_attempt()
        assert self.ask(live_server, click_path(seen)).status == 302
        with database_away():
            response = self.ask(live_server, click_path(seen))
            assert (response.status, response.headers["Location"]) == (302, TARGET)
            other = self.ask(live_server, click_path(unseen))
            assert other.status == 503
            assert other.headers["Retry-After"] == "60"
            assert "in a minute" in other.body.decode()
        assert Hit.objects.count() == 1

    def test_with_the_database_away_a_picture_is_still_a_picture(self, live_server: LiveServer) -> None:
        attempt = make_attempt(Channel.EMAIL)
        with database_away():
            assert self.ask(live_server, path_of(links.open_url(attempt.pk))).body == tracking.PIXEL
            assert self.ask(live_server, path_of(links.trap_url(attempt.pk))).status == 200
            one_click = {"body": "List-Unsubscribe=One-Click"}
            refused = self.ask(live_server, path_of(links.unsubscribe_url(attempt.pk)), "POST", **one_click)
            assert refused.status == 503
        assert not Hit.objects.exists()

    def test_one_click_over_the_wire(self, live_server: LiveServer) -> None:
        attempt = make_attempt(Channel.EMAIL)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mail provider"}
        url = path_of(links.unsubscribe_url(attempt.pk))
        response = self.ask(live_server, url, "POST", body="List-Unsubscribe=One-Click", headers=headers)
        assert response.status == 200
        assert "Set-Cookie" not in response.headers
        assert Suppression.objects.filter(address_hash=attempt.address_hash).exists()


def tasks_published() -> int:
    """How many times the engine has been asked to read what came back, as the queue keeps it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pgmq.q_engine WHERE message->'headers'->>'task' = %s", [TRACK])
        count: int = cursor.fetchone()[0]
    return count


class Answer(NamedTuple):
    """What a server said, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def test_a_composed_mail_leads_back_to_its_own_attempt(client: Client) -> None:
    """What composing.py writes is what these views understand."""
    attempt = make_attempt(Channel.EMAIL)
    version = attempt.message.enrolment.version
    message = compose(
        Composition(
            key=attempt.key.hex,
            channel=Channel.EMAIL,
            sender="shop@example.com",
            address="olena@example.com",
            content=Content.objects.get(version=version),
            links=list(version.links.all()),
            token=attempt.token,
            attempt_id=attempt.pk,
        )
    )
    for url in (links.open_url(attempt.pk), links.trap_url(attempt.pk), links.click_url(str(attempt.token), 0)):
        assert url in message.html
        client.get(path_of(url))
    assert sorted(Hit.objects.values_list("kind", flat=True)) == ["click", "open", "trap"]
    assert client.get(path_of(message.unsubscribe_url)).status_code == 200
