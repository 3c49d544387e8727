"""When a campaign starts and ends, in the editor."""

import pytest
from django.test import Client

from campaigns.permissions import Role
from tests.campaigns.editor.pages import HTMX, fresh, page, refusal, text
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db


def test_a_start_is_read_in_the_time_zone_of_whoever_types_it(client: Client) -> None:
    """Incident: still UTC in 2026 (mautic#17319)."""
    client.force_login(make_user(roles=[Role.MARKETER], time_zone="Europe/Kyiv"))
    campaign = make_campaign()
    answers = {"schedule-when": "later", "schedule-starts_at": "2099-07-01T10:00"}
    client.post(page("schedule_save", campaign), answers, headers=HTMX)
    starts_at = fresh(campaign).starts_at
    assert starts_at is not None
    assert starts_at.isoformat() == "2099-07-01T07:00:00+00:00"
    assert "10 a.m." in text(client.get(page("campaign_editor", campaign)))


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"schedule-when": "later"}, "Say when it starts."),
        ({"schedule-when": "later", "schedule-starts_at": "2020-01-01T10:00"}, "This is in the past."),
        ({"schedule-when": "now", "schedule-ends_at": "2020-01-01T10:00"}, "The end has to be after the start."),
        (
            {
                "schedule-when": "later",
                "schedule-starts_at": "2099-01-02T10:00",
                "schedule-ends_at": "2099-01-01T10:00",
            },
            "The end has to be after the start.",
        ),
    ],
)
def test_a_schedule_that_cannot_work_is_told_at_its_field(
    marketer: Client, answers: dict[str, str], sentence: str
) -> None:
    campaign = make_campaign()
    assert sentence in text(refusal(marketer, page("schedule_save", campaign), answers))
    assert fresh(campaign).starts_at is None
