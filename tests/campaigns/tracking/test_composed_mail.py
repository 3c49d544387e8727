"""The public addresses as composing writes them into a mail."""

import pytest
from django.test import Client

from campaigns import links
from campaigns.composing import Composition, compose
from campaigns.models import Content, Hit
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.campaigns.tracking.addresses import path_of

pytestmark = pytest.mark.django_db


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
