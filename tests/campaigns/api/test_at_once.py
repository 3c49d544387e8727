"""Requests that come at the same instant, over HTTP."""

import json
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from pytest_django.live_server_helper import LiveServer

from campaigns.models import ApiRequest, Campaign, Contact, Enrolment
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.reports import campaign_report
from tests.campaigns.api.calling import make_caller
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db(transaction=True)

Answer = tuple[int, dict[str, Any]]


def enrol_at_once(server: LiveServer, campaign: Campaign, keys: Sequence[str]) -> list[Answer]:
    """The answers to requests about the same new person, one for each key, sent together."""
    secret = make_caller().secret
    body = json.dumps({"campaign_id": campaign.pk, "contact": {"phone": "+380501234567"}}).encode()

    def send(key: str) -> Answer:
        headers = {
            "Authorization": f"Bearer {secret}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        request = urllib.request.Request(f"{server.url}/api/enrolments", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)

    with ThreadPoolExecutor(len(keys)) as threads:
        answers = list(threads.map(send, keys))
    connections.close_all()
    return answers


@pytest.fixture
def campaign() -> Campaign:
    """A running campaign that lets somebody in as often as asked."""
    return make_campaign(
        kind=CampaignKind.API, status=CampaignStatus.RUNNING, entry_policy=Campaign.EntryPolicy.PARALLEL
    )


def test_a_request_repeated_at_once_is_carried_out_once(live_server: LiveServer, campaign: Campaign) -> None:
    answers = enrol_at_once(live_server, campaign, ["cart-17"] * 6)
    assert {status for status, _told in answers} == {201}
    assert len({json.dumps(told) for _status, told in answers}) == 1
    assert (Enrolment.objects.count(), ApiRequest.objects.count()) == (1, 1)
    assert campaign_report(campaign.pk).audience.people == 1


def test_different_requests_at_once_make_the_same_person_once(live_server: LiveServer, campaign: Campaign) -> None:
    answers = enrol_at_once(live_server, campaign, [f"cart-{number}" for number in range(6)])
    assert {status for status, _told in answers} == {201}
    assert len({told["contact_id"] for _status, told in answers}) == 1
    assert sum(told["is_new_contact"] for _status, told in answers) == 1
    assert (Contact.objects.count(), Enrolment.objects.count()) == (1, 6)
