"""A draft that begins with a chain, instead of with nothing."""

from django.db import transaction

from campaigns.drafting.content import set_link
from campaigns.drafting.drafts import create
from campaigns.drafting.following import follow_recipe
from campaigns.drafting.opening import version_of
from campaigns.drafting.recipes import Recipe
from campaigns.models import Campaign, Segment, User


@transaction.atomic
def start(
    *, name: str, actor: User, kind: str, purpose: str, segment: Segment | None, recipe: Recipe | None, link: str
) -> Campaign:
    """A new draft (see `create`) with the steps of `recipe`, whose tracked link leads to `link` ('' for none).

    The recipe must not be for a segment of its own. Raises DraftRefused, with nothing made, as `create` and
    `follow_recipe` do.
    """
    campaign = create(name=name, actor=actor, kind=kind, purpose=purpose, segment=segment)
    # Before the steps: without a link nobody could follow one, and they would wait for something else.
    set_link(campaign=campaign, url=link)
    if recipe is not None:
        route = version_of(campaign).routes.get()
        follow_recipe(campaign=campaign, route=route, recipe=recipe, replacing=0, maker=None)
    campaign.refresh_from_db()
    return campaign
