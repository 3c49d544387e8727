"""The pages of campaigns, without a browser: where they are, and what they say."""

import re
from collections.abc import Mapping
from typing import Any

from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Step

HTMX = {"HX-Request": "true"}


def page(name: str, campaign: Campaign, *args: int) -> str:
    """The address of a page about `campaign`."""
    return reverse(name, args=[campaign.pk, *args])


def text(response: Any) -> str:
    """What the page says, without its tags."""
    without_tags = re.sub(r"<[^>]*>", " ", response.content.decode())
    return re.sub(r"\s+", " ", without_tags)


def refusal(browser: Client, address: str, answers: Mapping[str, object]) -> Any:
    """The answer to what cannot be saved."""
    response = browser.post(address, answers, headers=HTMX)
    assert response.status_code == 422
    return response


def the_step(campaign: Campaign) -> Step:
    """The only step."""
    return Step.objects.get(route__version=campaign.version_id)


def fresh(campaign: Campaign) -> Campaign:
    """The campaign as it is now."""
    return Campaign.objects.get(pk=campaign.pk)


def undone(step: Step) -> dict[str, str]:
    """What the button sends that puts `step` back, after it was removed."""
    return {"key": step.key, "route": str(step.route_id)}
