"""Public addresses that lead nowhere: guessing teaches nothing."""

import pytest
from django.test import Client

from campaigns import links
from campaigns.models import Hit
from campaigns.views import tracking
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.campaigns.tracking.addresses import assert_keeps_to_itself, click_path, path_of

pytestmark = pytest.mark.django_db


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
def test_every_unknown_address_gives_the_same_page(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "This link leads nowhere" in response.content.decode()
    assert response.content == client.get("/c/bbbbbbbbbbbb").content
    assert_keeps_to_itself(response)


def test_signatures_cannot_be_exchanged(client: Client) -> None:
    attempt = make_attempt(Channel.EMAIL)
    signed = path_of(links.trap_url(attempt.pk)).rpartition("/")[2]
    assert client.get(f"/u/{signed}").status_code == 404
    assert client.get(f"/o/{signed}.gif").content == tracking.PIXEL
    assert not Hit.objects.exists()


def test_a_well_signed_address_of_a_vanished_attempt_is_unknown_too(client: Client) -> None:
    assert client.get(path_of(links.unsubscribe_url(10**15))).status_code == 404
    assert client.get(path_of(links.open_url(10**15))).content == tracking.PIXEL


def test_a_guesser_is_stopped_and_a_person_beside_them_is_not(client: Client) -> None:
    attempt = make_attempt()
    statuses = [client.get(f"/c/aaaaaaaaaaa{number % 10}").status_code for number in range(25)]
    assert statuses == [404] * 20 + [429] * 5
    assert client.get(click_path(attempt)).status_code == 302
    assert client.get("/c/aaaaaaaaaaaa", REMOTE_ADDR="203.0.113.9").status_code == 404


def test_behind_our_own_proxy_each_client_counts_for_itself(client: Client) -> None:
    def guess(forwarded: str, remote: str) -> int:
        headers = {"x-forwarded-for": forwarded}
        return client.get("/c/aaaaaaaaaaaa", headers=headers, REMOTE_ADDR=remote).status_code

    for _guess in range(20):
        assert guess("198.51.100.1, 203.0.113.1", "127.0.0.1") == 404
    assert guess("203.0.113.1", "127.0.0.1") == 429
    assert guess("203.0.113.2", "127.0.0.1") == 404
    # What a stranger says of itself is not believed.
    assert guess("203.0.113.77", "203.0.113.1") == 429
