"""What a campaign of the sample is made of, before it is drafted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal

from campaigns.models import Condition, Purpose
from campaigns.models.campaigns import CampaignKind
from channels.kinds import Channel


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text for a channel ('' is any) in a language ('' is English, which everybody else gets)."""

    text: str
    channel: str = ""
    language: str = ""
    subject: str = ""
    button_label: str = ""


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """A step, whose sender is the sample's on that channel."""

    channel: Channel
    condition: Condition
    timeout: timedelta


@dataclass(frozen=True, kw_only=True)
class PlannedRoute:
    """The steps for the segment called `segment`; without a name, for everyone else."""

    steps: tuple[PlannedStep, ...]
    segment: str = ""


@dataclass(frozen=True, kw_only=True)
class CampaignPlan:
    """A campaign; `segment` names its audience, '' is everyone. Without quiet hours it sends at any time of day."""

    name: str
    link: str
    words: Sequence[Words]
    routes: Sequence[PlannedRoute]
    segment: str = ""
    kind: CampaignKind = CampaignKind.ONCE
    purpose: Purpose = Purpose.MARKETING
    quiet_hours: tuple[time, time] | None = None
    cap_campaigns: int | None = None
    budget: Decimal | None = None
    # Data of the orders for which people enter a campaign of kind api.
    orders: Sequence[dict[str, str]] = field(default_factory=tuple)
