"""The card of the chain as data, beside its steps: routes, recipes, what can be put back, what could be added."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse

from campaigns import prices, sentences, team
from campaigns.drafting import RemovedStep, recipes
from campaigns.drafting.following import planned_steps, target_of
from campaigns.drafting.recipes import Recipe
from campaigns.editor import Editor
from campaigns.models import Campaign, Route, Step, User
from campaigns.removed_steps import last_removed
from channels.kinds import Channel
from channels.models import Account, Sender
from channels.registry import PROVIDERS, provider_class

# With fewer channels than this the page says what another one would bring.
FEW_CHANNELS = 3
_MOST_SUGGESTED = 3


@dataclass(frozen=True, kw_only=True)
class ChainNews:
    """What a button has just done: `said` is read aloud, and the focus goes to a `part` of the step `step_id`.

    `part` is "card", "wait", or "undo" for the place where a removed step stood.
    """

    said: str = ""
    step_id: int | None = None
    part: str = "card"


NO_NEWS = ChainNews()


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """A step in words: of a route beside the open one, or as a recipe would make it."""

    channel: str
    title: str
    success: str
    waiting_time: str


@dataclass(frozen=True, kw_only=True)
class RouteColumn:
    """A route beside the others."""

    route: Route
    steps: Sequence[PlannedStep]
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Undo:
    """A removed step that can be put back: before the step at `position`, counted from 0."""

    removed: RemovedStep
    title: str
    position: int


@dataclass(frozen=True, kw_only=True)
class RecipeOffer:
    """A recipe to start from; following it replaces so many steps of the route `target` (None: it makes one)."""

    recipe: Recipe
    channels: Sequence[Channel]
    lacking: Sequence[Channel]
    target: Route | None
    replaces: int

    @property
    def is_possible(self) -> bool:
        """Would there be any step at all?"""
        return bool(self.channels)


@dataclass(frozen=True, kw_only=True)
class RecipeQuestion:
    """A recipe that was chosen although the route has steps, and what it would make of them."""

    offer: RecipeOffer
    steps: Sequence[PlannedStep]


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """The chain has few channels: so many, and which ones could join them at once."""

    channels: int
    others: Sequence[Channel]


@dataclass(frozen=True, kw_only=True)
class ChainCard:
    """What the templates of the chain read beside the editor.

    `sender_ways` leads to where a sender is added, for each channel of the steps that has none; `admins` may do it.
    """

    columns: Sequence[RouteColumn]
    undo: Undo | None
    offers: Sequence[RecipeOffer]
    question: RecipeQuestion | None
    suggestion: Suggestion | None
    sender_ways: Mapping[str, str]
    admins: Sequence[User]
    news: ChainNews


def load_chain(editor: Editor, *, session: SessionBase, recipe_key: str = "", news: ChainNews = NO_NEWS) -> ChainCard:
    """The card of the open route; `recipe_key` names a recipe that somebody wants to follow."""
    senders = prices.cheapest_senders()
    lacking = {card.step.channel for card in editor.steps if card.lacks_sender}
    offers = [_offer(editor, recipe, senders) for recipe in recipes.RECIPES]
    asked = next((offer for offer in offers if offer.recipe.key == recipe_key and offer.is_possible), None)
    return ChainCard(
        columns=[_column(route, editor) for route in editor.blueprint.routes],
        undo=_undo(editor, session),
        offers=offers,
        question=_question(editor.campaign, asked) if asked else None,
        suggestion=_suggestion(editor, senders),
        sender_ways=ways_to_senders(lacking) if lacking else {},
        admins=list(team.admins()[:_MOST_SUGGESTED]) if lacking else [],
        news=news,
    )


def in_words(step: Step) -> PlannedStep:
    """`step`, whose sender is loaded, in words."""
    return PlannedStep(
        channel=step.channel,
        title=sentences.step_title(step),
        success=sentences.success(step),
        waiting_time=sentences.waiting_time(step),
    )


def place_in_words(step: Step) -> dict[str, object]:
    """The name of `step`, its number and the number of steps in its route as they are now, for a sentence."""
    ids = list(step.route.steps.values_list("pk", flat=True))
    return {"step": sentences.step_title(step), "number": ids.index(step.pk) + 1, "count": len(ids)}


def ways_to_senders(channels: Collection[str]) -> dict[str, str]:
    """For each of `channels` the page where an admin adds a sender: of an account that carries it, else of all."""
    accounts = list(Account.objects.filter(is_active=True, archived_at=None).order_by("pk"))
    carriers = {channel: next((one for one in accounts if _carries(one, channel)), None) for channel in channels}
    return {
        channel: reverse("sender_new", args=[one.pk]) if one else reverse("account_list") + "#connect"
        for channel, one in carriers.items()
    }


def _carries(account: Account, channel: str) -> bool:
    return account.provider in PROVIDERS and Channel(channel) in provider_class(account.provider).channels


def _column(route: Route, editor: Editor) -> RouteColumn:
    steps = [in_words(step) for step in route.steps.all()]
    return RouteColumn(route=route, steps=steps, is_current=route.pk == editor.route.pk)


def _undo(editor: Editor, session: SessionBase) -> Undo | None:
    removed = last_removed(session, route_id=editor.route.pk)
    if removed is None:
        return None
    title = sentences.step_title(removed.as_step())
    return Undo(removed=removed, title=title, position=min(removed.position, len(editor.steps)))


def _offer(editor: Editor, recipe: Recipe, senders: Mapping[str, Sender]) -> RecipeOffer:
    steps = [Step(channel=channel, sender=senders.get(channel)) for _step, channel in recipe.chosen(senders)]
    target = target_of(editor.blueprint.routes, editor.route, recipe)
    return RecipeOffer(
        recipe=recipe,
        channels=[Channel(step.channel) for step in (prices.in_price_order(steps) if recipe.is_by_price else steps)],
        lacking=recipe.lacking(senders),
        target=target,
        replaces=len(target.steps.all()) if target else 0,
    )


def _question(campaign: Campaign, offer: RecipeOffer) -> RecipeQuestion:
    return RecipeQuestion(offer=offer, steps=[in_words(step) for step in planned_steps(campaign, offer.recipe)])


def _suggestion(editor: Editor, able: Collection[str]) -> Suggestion | None:
    used = {card.step.channel for card in editor.steps}
    if not used or len(used) >= FEW_CHANNELS:
        return None
    others = [channel for channel in Channel if channel in able and channel not in used]
    return Suggestion(channels=len(used), others=others[:_MOST_SUGGESTED])
