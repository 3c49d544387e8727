"""The pages that recipients see, in a real browser: for everybody, on a phone, in light and dark."""

from urllib.parse import urlsplit

import pytest

from campaigns import links
from campaigns.models import Installation
from campaigns.models.consent import ConsentStatus
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.e2e.browser import PageAs, SuitsEverybody

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_unsubscribes_from_everything_by_keyboard(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    Installation.objects.create(name="The Roastery")
    attempt = make_attempt(Channel.EMAIL)
    page = page_as(width=width)
    page.goto(urlsplit(links.unsubscribe_url(attempt.pk)).path)
    for key in ("Tab", "ArrowDown", "Tab", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("heading", name="You are unsubscribed").wait_for()
    suits_everybody(page, "unsubscribed")
    assert page.context.cookies() == []
    stopped = attempt.message.enrolment.contact.consents.filter(status=ConsentStatus.WITHDRAWN)
    assert stopped.count() == len(Channel)
