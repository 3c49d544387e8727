"""The public addresses asked of a real server: what is answered is committed, and the database can go away."""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections
from pytest_django.live_server_helper import LiveServer

from campaigns import links
from campaigns.engine import wake
from campaigns.models import Hit, Suppression
from campaigns.views import tracking
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.campaigns.tracking.addresses import BROWSER, TARGET, click_path, path_of

pytestmark = pytest.mark.django_db(transaction=True)


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


class Answer(NamedTuple):
    """What a server said, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(live_server: LiveServer, path: str, method: str = "GET", **options: Any) -> Answer:
    there = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=20)
    with closing(there):
        there.request(method, path, **options)
        response = there.getresponse()
        return Answer(response.status, response.headers, response.read())


def test_a_click_is_committed_before_it_is_answered(live_server: LiveServer) -> None:
    attempt = make_attempt()
    response = ask(live_server, click_path(attempt), headers={"User-Agent": BROWSER})
    assert (response.status, response.headers["Location"]) == (302, TARGET)
    assert Hit.objects.filter(attempt=attempt).count() == 1


def test_clicks_wake_the_engine_but_not_each_of_them(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "MOMENT", 3600.0)
    attempt = make_attempt()
    ask(live_server, click_path(attempt))
    woken = tasks_published()
    for _click in range(5):
        ask(live_server, click_path(attempt))
    assert woken >= 1
    assert tasks_published() == woken
    assert Hit.objects.count() == 6


def test_with_the_database_away_a_click_is_led_on_where_it_can_be_told(live_server: LiveServer) -> None:
    seen, unseen = make_attempt(), make_attempt()
    assert ask(live_server, click_path(seen)).status == 302
    with database_away():
        response = ask(live_server, click_path(seen))
        assert (response.status, response.headers["Location"]) == (302, TARGET)
        other = ask(live_server, click_path(unseen))
        assert other.status == 503
        assert other.headers["Retry-After"] == "60"
        assert "in a minute" in other.body.decode()
    assert Hit.objects.count() == 1


def test_with_the_database_away_a_picture_is_still_a_picture(live_server: LiveServer) -> None:
    attempt = make_attempt(Channel.EMAIL)
    with database_away():
        assert ask(live_server, path_of(links.open_url(attempt.pk))).body == tracking.PIXEL
        assert ask(live_server, path_of(links.trap_url(attempt.pk))).status == 200
        one_click = {"body": "List-Unsubscribe=One-Click"}
        refused = ask(live_server, path_of(links.unsubscribe_url(attempt.pk)), "POST", **one_click)
        assert refused.status == 503
    assert not Hit.objects.exists()


def test_one_click_over_the_wire(live_server: LiveServer) -> None:
    attempt = make_attempt(Channel.EMAIL)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mail provider"}
    url = path_of(links.unsubscribe_url(attempt.pk))
    response = ask(live_server, url, "POST", body="List-Unsubscribe=One-Click", headers=headers)
    assert response.status == 200
    assert "Set-Cookie" not in response.headers
    assert Suppression.objects.filter(address_hash=attempt.address_hash).exists()


def tasks_published() -> int:
    """How many times the engine has been asked to read what came back, as the queue keeps it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pgmq.q_track WHERE message->'headers'->>'task' = %s", [wake.TRACK])
        count: int = cursor.fetchone()[0]
    return count
