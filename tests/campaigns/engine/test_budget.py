"""A budget that comes or goes while the campaign runs: what was sent before counts."""

from dataclasses import asdict, replace
from decimal import Decimal

import pytest

from campaigns.drafting import RunningLimits, change_running_limits
from campaigns.models import BudgetState, Campaign, Message, Priority
from campaigns.models.messages import HoldReason, MessageStatus
from channels.kinds import Channel
from tests.campaigns.engine.stage import Stage
from tests.factories import RoutePlan, StepPlan, make_contact, make_price

pytestmark = pytest.mark.django_db

UNLIMITED = RunningLimits(
    quiet_from=None,
    quiet_until=None,
    cap_campaigns=None,
    cap_days=7,
    on_cap=Campaign.OnCap.END,
    budget=None,
    priority=Priority.NORMAL,
)


@pytest.fixture
def campaign(stage: Stage) -> Campaign:
    """Two steps at 0.10 each for five people, who have had the first."""
    for number in range(5):
        make_contact(phone=f"+3806710000{number:02}", consents=(Channel.SMS, Channel.VIBER))
    for channel in (Channel.SMS, Channel.VIBER):
        make_price(account=stage.account, channel=channel, amount="0.10")
    steps = [StepPlan(channel=channel, sender=stage.sender(channel)) for channel in (Channel.SMS, Channel.VIBER)]
    return stage.launch(RoutePlan(steps=steps))


def limit(campaign: Campaign, budget: Decimal | None) -> None:
    """Give the running campaign a budget, or take it away."""
    change_running_limits(campaign=campaign, limits=replace(UNLIMITED, budget=budget), ends_at=None, actor=None)


def held() -> int:
    """How many messages the budget holds."""
    return Message.objects.filter(hold_reason=HoldReason.OVER_BUDGET).count()


def test_without_a_budget_nobody_counts(campaign: Campaign) -> None:
    assert not BudgetState.objects.exists()
    assert asdict(UNLIMITED)["budget"] is None


def test_a_budget_that_begins_counts_what_was_sent(stage: Stage, campaign: Campaign) -> None:
    limit(campaign, Decimal("0.75"))
    assert BudgetState.objects.get().committed == Decimal("0.50")
    stage.forward(hours=3)
    assert (BudgetState.objects.get().committed, held()) == (Decimal("0.70"), 3)
    limit(campaign, Decimal("0.95"))
    stage.forward(hours=2)
    assert (BudgetState.objects.get().committed, held()) == (Decimal("0.90"), 1)


def test_a_budget_that_ends_lets_everything_go(stage: Stage, campaign: Campaign) -> None:
    limit(campaign, Decimal("0.50"))
    stage.forward(hours=3)
    assert held() == 5
    limit(campaign, None)
    stage.forward(hours=2)
    assert not BudgetState.objects.exists()
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.ACCEPTED}


def test_what_is_refused_is_free_again(stage: Stage) -> None:
    make_contact(phone="+380671000000", consents=(Channel.SMS,))
    make_price(account=stage.account, channel=Channel.SMS, amount="0.10")
    refusing = stage.sender(Channel.SMS, fault="invalid_recipient")
    stage.launch(RoutePlan(steps=[StepPlan(channel=Channel.SMS, sender=refusing)]), budget=Decimal(1))
    assert Message.objects.get().status == MessageStatus.FAILED
    assert BudgetState.objects.get().committed == 0
