"""What the API takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from campaigns.models.consent import Purpose
from channels.kinds import Channel

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class Strict(Schema):
    """A body in which a misspelt field is an error, rather than a value that silently goes nowhere."""

    model_config = ConfigDict(extra="forbid")


class ContactIn(Strict):
    """A person, named by `external_id`, `phone` or `email`; what is left out stays as it is."""

    external_id: Name | None = None
    phone: Text = ""
    email: Text = ""
    first_name: Name = ""
    last_name: Name = ""
    birth_date: date | None = None
    language: Text = ""
    country: Text = ""
    time_zone: Text = ""
    preferences: Annotated[list[Name], Field(max_length=100)] = []
    attributes: Annotated[dict[Name, Text], Field(max_length=100)] = {}
    push_token: Text = ""
    telegram_id: Text = ""
    messenger_id: Text = ""
    instagram_id: Text = ""
    vk_id: Text = ""


class ConsentIn(Strict):
    """Consent that the person gave you; it never overrides what they withdrew."""

    channels: Annotated[list[Channel], Field(min_length=1)]
    purpose: Purpose = Purpose.MARKETING
    evidence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class EnrolmentIn(Strict):
    """Let a contact into a campaign. `data` fills variables of its texts."""

    campaign_id: int
    contact: ContactIn
    data: Annotated[dict[Name, Text], Field(max_length=100)] = {}
    consent: ConsentIn | None = None


class EnrolmentMade(Schema):
    """What came of it. `is_new` is False where the campaign had them already; `consent` are the channels granted."""

    id: int
    campaign_id: int
    contact_id: int
    is_new: bool
    is_new_contact: bool
    consent: list[Channel]


class GoalContact(Strict):
    """A person, named by one or more of these."""

    external_id: Name | None = None
    phone: Text = ""
    email: Text = ""


class GoalIn(Strict):
    """A goal was reached by whoever `enrolment_id`, `reference` (a message's key) or `contact` names."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    enrolment_id: int | None = None
    reference: UUID | None = None
    contact: GoalContact | None = None
    campaign_id: int | None = None
    occurred_at: AwareDatetime | None = None


class GoalRecorded(Schema):
    """Whose goal it was, and for how many of them it was news."""

    enrolment_ids: list[int]
    recorded: int


class StepOfEnrolment(Schema):
    """A step that somebody came to: how far its message is, what became of the step and why."""

    key: str
    position: int
    channel: Channel
    status: str
    fate: str | None
    fate_reason: str | None
    skip_reason: str | None
    hold_reason: str | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    replied_at: datetime | None
    answered_at: datetime | None
    goal_at: datetime | None


class EnrolmentStatus(Schema):
    """Somebody's passage through a campaign. `outcome` is None while it goes on."""

    id: int
    campaign_id: int
    contact_id: int
    entry_key: str
    outcome: str | None
    ended_by: str | None
    entered_at: datetime
    ended_at: datetime | None
    credit_step: str | None
    is_late: bool
    engaged_late_at: datetime | None
    steps: list[StepOfEnrolment]


class WaitingOut(Schema):
    """Where those are who wait at a step."""

    queued: int
    held: int
    claimed: int
    sending: int
    accepted: int
    unknown: int


class StepOut(Schema):
    """A step's figures. None stands for what nobody tells of on its channel."""

    key: str
    position: int
    channel: Channel
    sender: str | None
    condition: str
    figures: dict[str, int | None]
    skipped: dict[str, int]
    waiting: WaitingOut
    cost: Decimal


class AudienceOut(Schema):
    """How people stand: `people` = all outcomes + `open`."""

    people: int
    open: int
    outcomes: dict[str, int]
    engaged_after_end: int
    engaged_between: int
    credit_before_any: int


class RouteOut(Schema):
    """A route; `segment` is None for everyone else."""

    id: int
    version: int
    segment: str | None
    audience: AudienceOut
    steps: list[StepOut]


class ReportOut(Schema):
    """All figures of a campaign, as its page and its exports have them."""

    campaign_id: int
    audience: AudienceOut
    unknown: int
    failed: int
    machine_opened: int
    machine_clicked: int
    cost: Decimal
    currency: str
    routes: list[RouteOut]
