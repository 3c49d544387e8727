"""The editor's page as data: the cards of one draft, its tabs, its steps, and what is wrong at which field."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns import blueprints, launch_checks, sentences, variables
from campaigns.blueprints import Blueprint
from campaigns.editor_steps import StepCard, StepForms, step_cards
from campaigns.forms.campaigns import AudienceForm
from campaigns.forms.content import ContentForm
from campaigns.forms.schedule import LimitsForm, ScheduleForm
from campaigns.forms.steps import RouteForm
from campaigns.launch_checks import Problem
from campaigns.launch_checks.message import text_query
from campaigns.models import Campaign, Content, Installation, Route, Segment
from campaigns.text_tabs import TextTabs, text_tabs
from channels import kinds
from channels.kinds import Channel
from channels.models import Sender


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which tabs are open: the text for `channel` in `language` ('' is any), and the route (None: the last)."""

    channel: str = ""
    language: str = ""
    route_id: int | None = None

    @property
    def is_general(self) -> bool:
        """Is it the text for everyone?"""
        return not (self.channel or self.language)


@dataclass(frozen=True, kw_only=True)
class ChannelChoice:
    """A channel that can be added: with the number of its senders and the price of the cheapest."""

    channel: Channel
    icon: str
    senders: int


@dataclass(frozen=True, kw_only=True)
class Editor:
    """Everything that the templates of the editor read.

    `problems` are those at the fields of the open tabs, by their anchors; `problem_count` counts what forbids the
    launch on all tabs, as far as it is known without counting people.
    """

    campaign: Campaign
    blueprint: Blueprint
    place: Place
    route: Route
    text_tabs: TextTabs
    content: Content | None
    text_channels: Sequence[str]
    variables: Sequence[str]
    steps: Sequence[StepCard]
    channel_choices: Sequence[ChannelChoice]
    problems: Mapping[str, Sequence[Problem]]
    problem_count: int
    currency: str
    audience_form: AudienceForm
    content_form: ContentForm
    limits_form: LimitsForm
    schedule_form: ScheduleForm
    route_form: RouteForm

    @property
    def seen(self) -> str:
        """What the page sends back, so that a change by somebody else is noticed."""
        return self.campaign.updated_at.isoformat()

    def anchors_beside(self, card: str) -> list[str]:
        """The fields of the other cards at which something may be wrong, whether or not it is now."""
        asked = [f"message-{field}" for field in ("text", "subject", "link_url") if field in self.content_form.fields]
        of_steps = [step.anchor(part) for step in self.steps for part in ("sender", "condition", "timeout")]
        anchors = {
            "message": asked,
            "chain": ["chain", *of_steps],
            "schedule": ["schedule-starts_at", "schedule-ends_at"],
        }
        return [anchor for owner, of_card in anchors.items() if owner != card for anchor in of_card]

    @property
    def schedule_sentence(self) -> str:
        """When the campaign starts and ends."""
        return sentences.schedule(self.campaign)

    @property
    def limit_sentences(self) -> list[str]:
        """The limits, a sentence each."""
        return sentences.limits(self.campaign, self.currency)

    @property
    def segment_routes(self) -> list[Route]:
        """The routes that have a segment, in the order they are tried."""
        return [route for route in self.blueprint.routes if route.segment_id]

    @property
    def has_own_text(self) -> bool:
        """Was a text written for the open tab?"""
        return self.content is not None

    @property
    def has_segments_left(self) -> bool:
        """Is there a segment without a route?"""
        choices: Sequence[Segment] = self.route_form.fields["segment"].queryset[:1]  # type: ignore[attr-defined]
        return bool(choices)


@dataclass(frozen=True, kw_only=True)
class Forms:
    """Forms with something wrong in them, to be shown in place of the saved ones."""

    audience: AudienceForm | None = None
    content: ContentForm | None = None
    limits: LimitsForm | None = None
    schedule: ScheduleForm | None = None
    route: RouteForm | None = None
    steps: StepForms = field(default_factory=StepForms)

    @property
    def are_any(self) -> bool:
        """Is there one at all?"""
        cards = (self.audience, self.content, self.limits, self.schedule, self.route)
        return any(cards) or bool(self.steps.senders or self.steps.timeouts)


NO_FORMS = Forms()


def load_editor(campaign: Campaign, place: Place, forms: Forms = NO_FORMS) -> Editor:
    """The editor of `campaign` with the tabs of `place` open; a route that is not there opens the last one."""
    blueprint = blueprints.load(campaign)
    route = next((each for each in blueprint.routes if each.pk == place.route_id), blueprint.routes[-1])
    content = blueprint.texts.find(place.channel, place.language)
    channels = channels_at(blueprint, place)
    problems = launch_checks.quick_problems(blueprint)
    return Editor(
        campaign=campaign,
        blueprint=blueprint,
        place=place,
        route=route,
        text_tabs=text_tabs(blueprint, (place.channel, place.language), {problem.query for problem in problems}),
        content=content,
        text_channels=channels,
        variables=variables.offered(blueprint.texts.link_names),
        steps=step_cards(blueprint, route, forms.steps),
        channel_choices=_channel_choices(),
        problems=_by_anchor(problems, place, channels),
        problem_count=sum(problem.is_blocking for problem in problems),
        currency=Installation.current().reporting_currency,
        audience_form=forms.audience or AudienceForm.of(campaign),
        content_form=forms.content or content_form(blueprint, place),
        limits_form=forms.limits or LimitsForm.of(campaign),
        schedule_form=forms.schedule or ScheduleForm.of(campaign),
        route_form=forms.route or RouteForm(campaign=campaign),
    )


def content_form(blueprint: Blueprint, place: Place, answers: Any = None) -> ContentForm:
    """The form of the text at `place`, bound to `answers` (a POST) if there are any.

    A channel without a text of its own begins with the one it uses.
    """
    form = ContentForm(
        answers,
        campaign=blueprint.campaign,
        texts=blueprint.texts,
        channels=channels_at(blueprint, place),
        is_general=place.is_general,
    )
    content = blueprint.texts.find(place.channel, place.language)
    if content is None and not form.is_general:
        content = blueprint.texts.used_on(place.channel, place.language)
    return form.load(content)


def channels_at(blueprint: Blueprint, place: Place) -> list[str]:
    """The channels of the chain on which the text at `place` is read."""
    if place.channel:
        return [place.channel]
    return [channel.value for channel in blueprint.channels if not blueprint.texts.find(channel.value)]


def _channel_choices() -> list[ChannelChoice]:
    """All channels in their usual order, those that have senders first."""
    senders: dict[str, int] = defaultdict(int)
    for channel in Sender.objects.usable().values_list("channel", flat=True):
        senders[channel] += 1
    choices = [
        ChannelChoice(channel=channel, icon=kinds.facts(channel).icon, senders=senders[channel]) for channel in Channel
    ]
    return sorted(choices, key=lambda choice: not choice.senders)


def _by_anchor(problems: Sequence[Problem], place: Place, channels: Sequence[str]) -> dict[str, list[Problem]]:
    """`problems` by their anchors; of the message only those of the text that is open, which `channels` use."""
    shown = {"", text_query(place.channel, place.language), *(text_query(channel, "") for channel in channels)}
    found: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        if not problem.anchor.startswith("message-") or problem.query in shown:
            found[problem.anchor].append(problem)
    return dict(found)
