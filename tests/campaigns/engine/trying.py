"""A draft that is tried on colleagues, and what tests of test messages look at."""

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from campaigns import blueprints
from campaigns.models import (
    Attempt,
    BudgetState,
    Campaign,
    Consent,
    Contact,
    Enrolment,
    Event,
    Flow,
    Hit,
    Message,
    StepDelta,
    StepStats,
    StepTotal,
    TestAddress,
    TestMessage,
    TestPerson,
    TestSend,
    User,
    VendorReference,
)
from campaigns.testing import confirming
from campaigns.testing.planning import TestPlan, make_plan
from channels.kinds import AddressKind, Channel
from tests.campaigns.engine.stage import Stage
from tests.factories import (
    RoutePlan,
    StepPlan,
    make_campaign,
    make_user,
)

PHONE, EMAIL = "+380501112233", "olena@example.com"
COUNTED = (
    Campaign,
    Enrolment,
    Message,
    Attempt,
    Event,
    Hit,
    StepDelta,
    StepStats,
    StepTotal,
    BudgetState,
    Flow,
    Consent,
    VendorReference,
)


def colleague(name: str = "Olena") -> TestPerson:
    person = TestPerson.objects.create(name=name)
    for kind, value in ((AddressKind.PHONE, PHONE), (AddressKind.EMAIL, EMAIL)):
        TestAddress.objects.create(person=person, kind=kind, value=value)
    return person


def draft(stage: Stage, *channels: Channel, **fields: object) -> Campaign:
    """A draft whose steps send through the stage's vendor."""
    steps = tuple(StepPlan(channel=channel, sender=stage.sender(channel)) for channel in channels or (Channel.SMS,))
    return make_campaign(routes=(RoutePlan(steps=steps),), **fields)


def plan_of(campaign: Campaign, people: Sequence[TestPerson], contact: Contact | None = None) -> TestPlan:
    blueprint = blueprints.load(campaign)
    return make_plan(blueprint, people=people, steps=list(blueprint.steps), contact=contact)


def confirm(campaign: Campaign, *people: TestPerson, contact: Contact | None = None, **given: Any) -> TestSend:
    """What the page does with its form."""
    plan = plan_of(campaign, people or [colleague()], contact)
    named = {"key": uuid.uuid4(), "seen": campaign.updated_at.isoformat(), "by": None, **given}
    named["by"] = named["by"] or User.objects.first() or make_user()
    return confirming.confirm(plan=plan, blueprint=blueprints.load(campaign), **named)


def counted() -> dict[str, list[Any]]:
    """Every row of every table that figures, limits and learning are made of."""
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in COUNTED}


def the_message() -> TestMessage:
    return TestMessage.objects.get()


def told(message: TestMessage, word: str, **fields: str) -> dict[str, str]:
    """One event as the vendor writes it."""
    named = {"client_key": message.key.hex, "message_id": message.vendor_message_id}
    return {"type": word, "event_id": uuid.uuid4().hex, "text": "", **named, **fields}


def path(url: str) -> str:
    return urlsplit(url).path
