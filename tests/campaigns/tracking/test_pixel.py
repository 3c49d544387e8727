"""The picture of a mail."""

import pytest
from django.test import Client

from campaigns import links
from campaigns.models import Hit
from campaigns.views import tracking
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.campaigns.tracking.addresses import BROWSER, assert_keeps_to_itself, path_of

pytestmark = pytest.mark.django_db


def test_an_open_is_kept_and_the_picture_given(client: Client) -> None:
    attempt = make_attempt(Channel.EMAIL)
    response = client.get(path_of(links.open_url(attempt.pk)), headers={"user-agent": BROWSER})
    assert (response.status_code, response["Content-Type"]) == (200, "image/gif")
    assert response.content[:6] == b"GIF89a"
    assert len(response.content) == 43
    assert_keeps_to_itself(response)
    hit = Hit.objects.get()
    assert (hit.kind, hit.attempt_id, hit.link_id, hit.decide_at) == ("open", attempt.pk, None, hit.at)


def test_who_may_no_longer_be_tracked_leaves_no_open(client: Client) -> None:
    attempt = make_attempt(Channel.EMAIL, contact={"is_trackable": False})
    assert client.get(path_of(links.open_url(attempt.pk))).content == tracking.PIXEL
    assert not Hit.objects.exists()
