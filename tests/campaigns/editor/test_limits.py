"""The limits in the editor."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from tests.campaigns.editor.pages import HTMX, fresh, page, refusal, text
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db

LIMITS = {
    "limits-cap_days": 7,
    "limits-on_cap": "end",
    "limits-priority": 3,
    "limits-grace_hours": 12,
    "limits-untracked": "all_steps",
}


def test_limits_are_saved(marketer: Client) -> None:
    campaign = make_campaign()
    answers = {
        **LIMITS,
        "limits-quiet_from": "22:00",
        "limits-quiet_until": "08:00",
        "limits-cap_campaigns": 2,
        "limits-budget": "700",
    }
    assert marketer.post(page("limits_save", campaign), answers, headers=HTMX).status_code == 200
    saved = fresh(campaign)
    assert (saved.quiet_from, saved.quiet_until, saved.cap_campaigns, saved.budget) == (
        time(22),
        time(8),
        2,
        Decimal(700),
    )
    assert saved.grace == timedelta(hours=12)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"limits-quiet_from": "22:00"}, "Say both, or leave both empty for no quiet hours."),
        ({"limits-budget": "0"}, "A budget is more than nothing."),
        ({"limits-budget": "-3"}, "A budget is more than nothing."),
        ({"limits-cap_campaigns": "0"}, "greater than or equal to 1"),
        ({"limits-priority": "5"}, "5 is not one of the available choices."),
        ({"limits-grace_hours": "0"}, "greater than or equal to 1"),
    ],
)
def test_limits_that_cannot_work_are_told_at_their_field(
    marketer: Client, answers: dict[str, str], sentence: str
) -> None:
    campaign = make_campaign()
    assert sentence in text(refusal(marketer, page("limits_save", campaign), {**LIMITS, **answers}))
    saved = fresh(campaign)
    assert (saved.budget, saved.updated_at) == (None, campaign.updated_at)
