"""Rows for tests: each function makes one thing and whatever it cannot be without."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission as PermissionRow
from django.utils import timezone

from campaigns.audience.addresses import address_hash
from campaigns.models import (
    Address,
    BudgetState,
    Campaign,
    CampaignVersion,
    Condition,
    Consent,
    Contact,
    Content,
    Enrolment,
    Event,
    Link,
    Message,
    Purpose,
    Route,
    Segment,
    Step,
    User,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.consent import ConsentStatus
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import MessageStatus
from campaigns.permissions import Permission, Role, set_roles
from channels.events import EventType
from channels.kinds import AddressKind, Channel
from channels.models import Account, Price, Sender

PASSWORD = "a long enough pass phrase"
# A Wednesday at noon, far from every change of the clocks.
NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)

_serial = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class StepPlan:
    """A step that `make_campaign` shall make; without a sender it gets one of its own on the sandbox."""

    channel: Channel = Channel.SMS
    condition: Condition = Condition.CLICKED
    timeout: timedelta = timedelta(hours=2)
    sender: Sender | None = None
    has_sender: bool = True
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class RoutePlan:
    """A route that `make_campaign` shall make; without a segment it is the default one."""

    steps: Sequence[StepPlan] = field(default_factory=lambda: (StepPlan(),))
    segment: Segment | None = None


def make_user(*, roles: Iterable[Role] = (), permissions: Iterable[Permission] = (), **fields: Any) -> User:
    """Somebody who can sign in with PASSWORD, holding `roles` and `permissions` besides."""
    email = fields.pop("email", f"colleague{next(_serial)}@example.com")
    user = User.objects.create(email=email, password=_password_hash(), **fields)
    set_roles(user=user, roles=roles)
    user.user_permissions.add(*PermissionRow.objects.filter(codename__in=[wanted.value for wanted in permissions]))
    return user


@cache
def _password_hash() -> str:
    """Of PASSWORD, hashed once: it takes as long as it takes an attacker."""
    return make_password(PASSWORD)


def make_account(*, provider: str = "sandbox", **fields: Any) -> Account:
    """An account at `provider`, without credentials."""
    return Account.objects.create(**{"provider": provider, "name": f"Account {next(_serial)}", **fields})


def make_sender(*, channel: Channel = Channel.SMS, account: Account | None = None, **fields: Any) -> Sender:
    """A sender on `channel`, on an account of its own unless one is given."""
    serial = next(_serial)
    defaults = {"name": f"Sender {serial}", "identity": f"SHOP{serial}"}
    return Sender.objects.create(account=account or make_account(), channel=channel, **{**defaults, **fields})


def make_price(*, account: Account, channel: Channel, amount: str, **fields: Any) -> Price:
    """What a message of `channel` costs on `account`, in dollars."""
    return Price.objects.create(account=account, channel=channel, amount=amount, **{"currency": "USD", **fields})


def make_segment(*, rule: dict[str, Any] | None = None, **fields: Any) -> Segment:
    """A saved segment."""
    return Segment.objects.create(rule=rule or {}, **{"name": f"Segment {next(_serial)}", **fields})


def make_campaign(
    *,
    routes: Sequence[RoutePlan] = (RoutePlan(),),
    status: CampaignStatus = CampaignStatus.DRAFT,
    text: str = "Hello {{ first_name | friend }}, look: {{ link }}",
    is_frozen: bool | None = None,
    **fields: Any,
) -> Campaign:
    """A campaign with one version, its routes and steps, one text and one tracked link.

    The version is frozen unless the campaign is a draft; `is_frozen` says otherwise.
    """
    campaign = Campaign.objects.create(**{"name": f"Campaign {next(_serial)}", "status": status, **fields})
    version = CampaignVersion.objects.create(campaign=campaign)
    Content.objects.create(version=version, subject="News", text=text)
    Link.objects.create(version=version, url="https://shop.example.com/autumn")
    for position, plan in enumerate(routes):
        make_route(version=version, position=position, plan=plan)
    if is_frozen if is_frozen is not None else status != CampaignStatus.DRAFT:
        CampaignVersion.objects.filter(pk=version.pk).update(frozen_at=NOON)
    campaign.version = version
    campaign.save(update_fields=["version"])
    if status != CampaignStatus.DRAFT and campaign.budget is not None:
        BudgetState.objects.create(campaign=campaign)
    return campaign


def make_route(*, version: CampaignVersion, position: int, plan: RoutePlan) -> Route:
    """One route of `version`, as `plan` says."""
    rule = plan.segment.rule if plan.segment else None
    route = Route.objects.create(version=version, position=position, segment=plan.segment, rule=rule)
    for step_position, step in enumerate(plan.steps):
        sender = step.sender or (make_sender(channel=step.channel) if step.has_sender else None)
        key = {"key": step.key} if step.key else {}
        Step.objects.create(
            route=route,
            position=step_position,
            channel=step.channel,
            sender=sender,
            condition=step.condition,
            timeout=step.timeout,
            **key,
        )
    return route


def make_contact(
    *,
    phone: str = "",
    email: str = "",
    addresses: dict[AddressKind, str] | None = None,
    consents: Iterable[Channel] = (),
    purpose: Purpose = Purpose.MARKETING,
    **fields: Any,
) -> Contact:
    """A contact with these addresses, all primary, and consent for `consents` given."""
    contact = Contact.objects.create(**{"first_name": "Olena", "last_name": f"Kovalenko {next(_serial)}", **fields})
    wanted = {AddressKind.PHONE: phone, AddressKind.EMAIL: email, **(addresses or {})}
    for kind, value in wanted.items():
        if value:
            make_address(contact=contact, kind=kind, value=value)
    for channel in consents:
        make_consent(contact=contact, channel=channel, purpose=purpose)
    return contact


def make_address(*, contact: Contact, kind: AddressKind, value: str, **fields: Any) -> Address:
    """A primary address of `contact`; `value` as it is stored."""
    return Address.objects.create(
        contact=contact, kind=kind, value=value, **{"value_hash": address_hash(kind, value), **fields}
    )


def make_consent(*, contact: Contact, channel: Channel, **fields: Any) -> Consent:
    """A consent of `contact` in force, granted for marketing unless told otherwise."""
    defaults = {"purpose": Purpose.MARKETING, "status": ConsentStatus.GRANTED, "changed_at": NOON}
    return Consent.objects.create(contact=contact, channel=channel, **{**defaults, **fields})


def make_enrolment(*, campaign: Campaign, contact: Contact | None = None, **fields: Any) -> Enrolment:
    """An enrolment on the first route of the campaign's version: open and before its first step by default."""
    version = campaign.version
    assert version is not None
    outcome: Outcome | str = fields.get("outcome", "")
    when = {"ended_at": NOON} if outcome else {"next_at": NOON}
    route = fields.pop("route", None) or version.routes.order_by("position")[0]
    return Enrolment.objects.create(
        campaign=campaign,
        contact=contact or make_contact(),
        version=version,
        route=route,
        **{"created_at": NOON, **when, **fields},
    )


def make_message(*, enrolment: Enrolment, step: Step | None = None, **fields: Any) -> Message:
    """The message of `enrolment` for `step` (its route's first), queued unless told otherwise."""
    step = step or enrolment.route.steps.order_by("position")[0]
    status = fields.get("status", MessageStatus.QUEUED)
    accepted = {"accepted_at": NOON} if status == MessageStatus.ACCEPTED else {}
    defaults = {"channel": step.channel, "sender": step.sender, "created_at": NOON, "queued_at": NOON, **accepted}
    return Message.objects.create(
        campaign_id=enrolment.campaign_id, enrolment=enrolment, step=step, **{**defaults, **fields}
    )


def make_event(*, message: Message, event_type: EventType, **fields: Any) -> Event:
    """An event of `message`."""
    serial = next(_serial)
    defaults: dict[str, Any] = {"occurred_at": NOON, "recorded_at": NOON, "dedupe_key": f"event-{serial}"}
    return Event.objects.create(
        id=serial,
        message_created_at=message.created_at,
        campaign_id=message.campaign_id,
        enrolment_id=message.enrolment_id,
        message_id=message.pk,
        type=event_type,
        **{**defaults, **fields},
    )


def ago(**parts: float) -> datetime:
    """The instant so long before now: `ago(hours=2)`."""
    return timezone.now() - timedelta(**parts)
