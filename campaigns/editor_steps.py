"""The steps of a draft as the cards of the editor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from campaigns import conditions, prices, sentences
from campaigns.blueprints import Blueprint
from campaigns.forms.steps import StepForm, TimeoutForm
from campaigns.launch_checks.chain import condition_refusal
from campaigns.models import Route, Step
from channels import kinds
from channels.models import Sender


@dataclass(frozen=True, kw_only=True)
class StepCard:
    """A step as its card shows it. `price` is that of a message (SMS: a part), None where nobody told it.

    `refusal` says why its success can never come true, None where it can. A step lacks a sender when nobody can send
    on its channel, so that there is none to choose.
    """

    step: Step
    title: str
    success: str
    waiting_time: str
    note: str
    price: Decimal | None
    may_arrive_late: bool
    refusal: conditions.Refusal | None
    lacks_sender: bool
    form: StepForm
    timeout_form: TimeoutForm
    is_first: bool
    is_last: bool

    @property
    def needs_choice(self) -> bool:
        """Is there something to choose before it can be sent, or something wrong with what was chosen?"""
        return self.step.sender_id is None or bool(self.form.errors)

    def anchor(self, part: str) -> str:
        """The id of the place where it is told what is wrong with the sender, condition or timeout."""
        return f"step-{self.step.pk}-{part}"

    @property
    def sender_anchor(self) -> str:
        """Where it is told what is wrong with the sender."""
        return self.anchor("sender")

    @property
    def condition_anchor(self) -> str:
        """Where it is told what is wrong with the success condition."""
        return self.anchor("condition")

    @property
    def timeout_anchor(self) -> str:
        """Where it is told what is wrong with the waiting time."""
        return self.anchor("timeout")


@dataclass(frozen=True, kw_only=True)
class StepForms:
    """Forms of steps with something wrong in them, by the step's id: sender and success, and the waiting time."""

    senders: Mapping[int, StepForm] = field(default_factory=dict)
    timeouts: Mapping[int, TimeoutForm] = field(default_factory=dict)


def step_cards(blueprint: Blueprint, route: Route, forms: StepForms) -> list[StepCard]:
    """The cards of the steps of `route`, with `forms` in place of the saved ones where there are any."""
    steps = list(route.steps.all())
    told = prices.load_prices(step.sender for step in steps)
    senders = list(Sender.objects.usable().select_related("account").order_by("name"))
    return [
        _step_card(blueprint, step, forms, price=told.of(step.sender), senders=senders, is_last=step is steps[-1])
        for step in steps
    ]


def _step_card(
    blueprint: Blueprint,
    step: Step,
    forms: StepForms,
    *,
    price: Decimal | None,
    senders: Sequence[Sender],
    is_last: bool,
) -> StepCard:
    has_link = blueprint.texts.is_empty or blueprint.texts.has_link(step.channel)
    able = conditions.capabilities_of(step.sender, step.channel) if step.sender else None
    return StepCard(
        step=step,
        title=sentences.step_title(step),
        success=sentences.success(step),
        waiting_time=sentences.waiting_time(step),
        note=str(kinds.facts(step.channel).note),
        price=price,
        may_arrive_late=able is not None and able.max_validity is None and not is_last,
        refusal=condition_refusal(blueprint, step),
        lacks_sender=step.sender is None and not any(sender.channel == step.channel for sender in senders),
        form=forms.senders.get(step.pk) or StepForm.of(step, has_link=has_link, senders=senders),
        timeout_form=forms.timeouts.get(step.pk) or TimeoutForm.of(step),
        is_first=step.position == 0,
        is_last=is_last,
    )
