"""The form of a new campaign: its audience, and the chain that it begins with."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.drafting.recipes import RECIPES, Recipe, find_recipe
from campaigns.forms.campaigns import AudienceForm
from campaigns.forms.link_field import LinkField
from campaigns.forms.rendering import TablerBoundField
from campaigns.models import Segment


class _NotMarked(TablerBoundField):
    """A field whose first choice says that it may stay as it is."""

    is_marked_optional = False


def _recipes() -> list[tuple[str, str]]:
    """Those for everybody: one with a route for a segment leaves the others without a chain."""
    told = [(recipe.key, f"{recipe.name}. {recipe.purpose}") for recipe in RECIPES if recipe.segment is None]
    return [("", gettext("Empty: I add the steps myself")), *told]


class NewCampaignForm(AudienceForm):
    """What is asked before there is a draft; everything can be changed afterwards."""

    recipe = forms.ChoiceField(  # type: ignore[call-arg]  # Django 5.2 takes the class, its stubs do not know yet
        label=_("The chain begins as"),
        choices=_recipes,
        required=False,
        widget=forms.RadioSelect,
        bound_field_class=_NotMarked,
    )
    link_url = LinkField(help_text=_("Where the message leads to. Steps of a recipe wait for people to follow it."))

    @classmethod
    def proposed(cls, segment: Segment | None) -> "NewCampaignForm":
        """The form for a campaign to `segment`, with a name to begin with."""
        day = date_format(localdate(), "MONTH_DAY_FORMAT")
        if segment is None:
            return cls(initial={"name": gettext("Campaign of %(day)s") % {"day": day}})
        name = gettext("%(segment)s, %(day)s") % {"segment": segment.name, "day": day}
        return cls(initial={"name": name, "segment": segment})

    def clean_recipe(self) -> Recipe | None:
        """The recipe that was chosen; None for an empty chain."""
        return find_recipe(self.cleaned_data["recipe"])

    def given(self) -> dict[str, Any]:
        """The answers of a valid form as `drafting.start` takes them."""
        answers = dict(self.cleaned_data)
        answers["link"] = answers.pop("link_url")
        return answers
