"""The hidden link of a mail, which nobody sees."""

import pytest
from django.test import Client

from campaigns import links
from campaigns.models import Hit
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.campaigns.tracking.addresses import BROWSER, assert_keeps_to_itself, path_of

pytestmark = pytest.mark.django_db


def test_whoever_follows_it_is_noted(client: Client) -> None:
    attempt = make_attempt(Channel.EMAIL)
    response = client.get(path_of(links.trap_url(attempt.pk)), headers={"user-agent": BROWSER})
    assert response.status_code == 200
    assert_keeps_to_itself(response)
    assert Hit.objects.get().kind == "trap"
