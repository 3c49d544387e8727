"""How a segment is chosen: from a list, or where there are more than anybody reads, by its name."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.asked_ids import read_id
from campaigns.audience.choosing import best_named, called
from campaigns.models import Segment

if TYPE_CHECKING:
    from django.forms.models import ModelChoiceIterator

    _ChoiceField = forms.ModelChoiceField[Segment]
else:
    _ChoiceField = forms.ModelChoiceField

# A list of more is no list to choose from.
MOST_LISTED = 50
_MOST_NAMED = 5
_SUFFIX = "_name"


class WrittenName(str):
    """What somebody wrote to name a segment, where a list would have sent its id."""

    __slots__ = ()


class SegmentChoice(forms.Select):
    """A list of at most MOST_LISTED segments; of more, a field for the name of one, which offers those that fit.

    The name comes in a field of its own, so that a segment called "12" is not taken for the one whose id is 12, and
    addresses that name a segment by its id always hold. `asks` is the query for what the field offers.
    """

    asks = ""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The HTML of one or the other; what somebody wrote stays written."""
        choices = cast("ModelChoiceIterator", self.choices)
        offered = list(choices.queryset.values_list("pk", "name")[: MOST_LISTED + 1])
        empty = str(choices.field.empty_label)
        if len(offered) <= MOST_LISTED and not isinstance(value, WrittenName):
            listed = forms.Select(attrs=self.attrs, choices=[("", empty), *offered])
            return listed.render(name, value, attrs, renderer)
        widget = {
            "name": f"{name}{_SUFFIX}",
            "value": value if isinstance(value, WrittenName) else _name_of(value, choices.queryset),
            "attrs": self.build_attrs(self.attrs, attrs),
            "empty": empty,
            "asks": self.asks,
            "is_required": self.is_required,
        }
        return SafeString(renderer.render("segments/choice.html", {"widget": widget}))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """A WrittenName, or the id that the list has sent or an address tells."""
        written = data.get(f"{name}{_SUFFIX}")
        return super().value_from_datadict(data, files, name) if written is None else WrittenName(written)


class SegmentField(_ChoiceField):
    """A segment of `queryset`. No question asked of it reads more of them than a list shows."""

    widget = SegmentChoice
    default_error_messages = {"invalid_choice": _("This segment cannot be chosen.")}

    @property
    def choice(self) -> SegmentChoice:
        """Its widget."""
        return cast("SegmentChoice", self.widget)

    def to_python(self, value: Any) -> Segment | None:
        """The segment with this id or WrittenName, None for nothing. Raises ValidationError, with names like it."""
        if not isinstance(value, WrittenName):
            return super().to_python(value)
        name = value.replace("\0", " ").strip()
        segments = cast("QuerySet[Segment]", self.queryset)
        found = called(segments, name) if name else None
        if name and found is None:
            raise forms.ValidationError(_nobody_called(name, best_named(segments, name, most=_MOST_NAMED)))
        return found


def _nobody_called(name: str, like_it: Iterable[str]) -> str:
    names = ", ".join(gettext("“%(name)s”") % {"name": each} for each in like_it)
    if names:
        return gettext("No segment to choose is called “%(name)s”. Like it: %(names)s.") % {
            "name": name,
            "names": names,
        }
    return gettext("No segment to choose is called “%(name)s”.") % {"name": name}


def _name_of(value: Any, segments: QuerySet[Segment]) -> str:
    pk = read_id(str(value or ""))
    return segments.filter(pk=pk).values_list("name", flat=True).first() or "" if pk else ""
