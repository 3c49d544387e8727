"""What a batch of enrolments runs on: campaigns, routes with their steps and senders, capabilities."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from typing import Protocol
from zoneinfo import ZoneInfo

from campaigns.engine.conditions import effective_condition
from campaigns.engine.waking import QuietHours, zone
from campaigns.models import Campaign, Installation, Step
from channels.kinds import Channel
from channels.models import Account
from channels.opening import open_provider
from channels.provider import Capabilities


class HasTimeZone(Protocol):
    """A contact, or what a worker knows of one."""

    @property
    def time_zone(self) -> str: ...


class MayBeTracked(Protocol):
    """A contact, or what a worker knows of one."""

    @property
    def is_trackable(self) -> bool: ...


class KeepsQuiet(Protocol):
    """A campaign, or what a worker knows of one."""

    @property
    def purpose(self) -> str: ...
    @property
    def quiet_from(self) -> time | None: ...
    @property
    def quiet_until(self) -> time | None: ...


class Load(Protocol):
    """`load_surroundings`, or what stands in for it."""

    def __call__(self, *, campaign_ids: Iterable[int], route_ids: Iterable[int]) -> "Surroundings": ...


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a batch needs to know beside its own rows, read once for the batch."""

    campaigns: dict[int, Campaign]
    # By route id, in order.
    steps: dict[int, tuple[Step, ...]]
    installation: Installation
    # By account id and channel; None where the vendor does not carry the channel.
    capabilities: dict[tuple[int, str], Capabilities | None]

    def capability(self, step: Step) -> Capabilities | None:
        """What the sender of `step` can do; None when it cannot carry the step at all."""
        return self.capabilities.get((step.sender.account_id, step.channel)) if step.sender else None

    def condition(self, step: Step, person: MayBeTracked) -> str | None:
        """The condition by which `person` is judged at `step` (None: nothing can tell)."""
        able = self.capability(step)
        return effective_condition(
            step.condition,
            is_trackable=person.is_trackable,
            reported=able.reports if able else frozenset(),
        )

    def zone_of(self, person: HasTimeZone) -> ZoneInfo:
        """The time zone of `person`, else the installation's."""
        return zone(person.time_zone, self.installation.time_zone)


def quiet_hours(campaign: KeepsQuiet) -> QuietHours | None:
    """The quiet hours that `campaign` keeps; a transactional one keeps none."""
    if campaign.purpose == "transactional" or campaign.quiet_from is None or campaign.quiet_until is None:
        return None
    return QuietHours(starts=campaign.quiet_from, ends=campaign.quiet_until)


def load_surroundings(*, campaign_ids: Iterable[int], route_ids: Iterable[int]) -> Surroundings:
    """Read what a batch with these campaigns and routes needs, in four queries."""
    steps: dict[int, list[Step]] = defaultdict(list)
    rows = Step.objects.filter(route_id__in=set(route_ids)).select_related("sender__account").order_by("position")
    for step in rows:
        steps[step.route_id].append(step)
    return Surroundings(
        campaigns=Campaign.objects.in_bulk(set(campaign_ids)),
        steps={route_id: tuple(of_route) for route_id, of_route in steps.items()},
        installation=Installation.current(),
        capabilities=_capabilities(rows),
    )


def _capabilities(steps: Iterable[Step]) -> dict[tuple[int, str], Capabilities | None]:
    pairs = {(step.sender.account_id, step.channel): step.sender.account for step in steps if step.sender}
    return {(account_id, channel): _capability(account, channel) for (account_id, channel), account in pairs.items()}


def _capability(account: Account, channel: str) -> Capabilities | None:
    provider = open_provider(account)
    return provider.capabilities(Channel(channel)) if channel in provider.channels else None
