"""Which figures the page of a campaign shows, and how it draws them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from campaigns.asked_languages import language_words, read_language, write_language
from campaigns.models import Campaign, Route
from campaigns.reports_part import WHOLE, Part, languages_of

# No campaign is older, and none is launched later.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, tzinfo=UTC)


class View(models.TextChoices):
    """How the page draws where people are."""

    FLOW = "flow", _("Flow")
    TIME = "time", _("Over time")
    ROUTES = "routes", _("By segment")


class WatchForm(forms.Form):
    """Which part of the figures is shown. A field in which there is nothing to choose is left out."""

    view = forms.ChoiceField(choices=View, required=False)
    route = forms.ChoiceField(label=_("Segment"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    until = forms.DateTimeField(
        label=_("As it stood at"),
        required=False,
        validators=[MinValueValidator(_EARLIEST), MaxValueValidator(_LATEST)],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "3600"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, query: QueryDict, *, campaign: Campaign) -> None:
        super().__init__(query)
        routes = Route.objects.filter(version__campaign=campaign).select_related("segment", "version")
        named = {str(route.pk): _route_name(route) for route in routes.order_by("-version__number", "position")}
        self._offer("route", named)
        self._offer(
            "language", {write_language(code): capfirst(language_words(code)) for code in languages_of(campaign.pk)}
        )

    def _offer(self, name: str, choices: dict[str, str]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField) and len(choices) > 1:
            field.choices = [("", _("All")), *choices.items()]
        else:
            del self.fields[name]

    @property
    def part(self) -> Part:
        """What was asked for; everything where that cannot be."""
        if not self.is_valid():
            return WHOLE
        route, language, until = (self.cleaned_data.get(name) for name in ("route", "language", "until"))
        return Part(
            route_id=int(route) if route else None,
            language=read_language(language or ""),
            until=_hour_of(until) if until else None,
        )

    @property
    def chosen_view(self) -> View:
        """How the page draws; as a flow where nothing else was asked."""
        return View((self.is_valid() and self.cleaned_data["view"]) or View.FLOW)

    @property
    def words(self) -> list[str]:
        """What was chosen; empty for everything."""
        return list(self._words()) if self.is_valid() else []

    def _words(self) -> Iterator[str]:
        for name, field in self.fields.items():
            if name != "view" and isinstance(field, forms.ChoiceField) and (chosen := self.cleaned_data[name]):
                yield str(dict(cast("Iterable[tuple[str, str]]", field.choices))[chosen])
        if self.part.until:
            yield date_format(localtime(self.part.until), "DATETIME_FORMAT")

    def query(self, view: View | None = None) -> str:
        """The query of an address that shows the same to whoever opens it, or the same drawn as `view`.

        It begins with its "?", and is '' for the usual page.
        """
        asked = {name: self.data.get(name, "") for name in self.fields} if self.is_valid() else {}
        asked["view"] = view or self.chosen_view
        told = {name: value for name, value in asked.items() if value and value != View.FLOW}
        return f"?{urlencode(told)}" if told else ""


def _hour_of(at: datetime) -> datetime:
    """The hour of the counters that `at` is in, which are UTC's: in some zones it begins at half past."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _route_name(route: Route) -> str:
    name = route.segment.name if route.segment else str(_("Everyone else"))
    if route.version.number == 1:
        return name
    return str(_("%(route)s (version %(number)s)")) % {"route": name, "number": route.version.number}
