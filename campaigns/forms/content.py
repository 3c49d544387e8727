"""The form of the message: its texts and its tracked link."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns import personalise, variables
from campaigns.forms.link_field import LinkField
from campaigns.forms.rendering import TablerBoundField
from campaigns.models import Campaign, Content
from campaigns.texts import Texts
from channels import kinds


class NeededToLaunch(TablerBoundField):
    """A field that a draft may leave empty for now, and that is not optional for that."""

    is_marked_optional = False


class ContentForm(forms.Form):
    """One text, for everyone or for a channel; an unknown variable is told at the field that has it."""

    prefix = "message"

    subject = forms.CharField(  # type: ignore[call-arg]  # Django 5.2 takes the class, its stubs do not know yet
        label=_("Subject"), max_length=200, required=False, bound_field_class=NeededToLaunch
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "aria-describedby": "kept-text"}),
    )
    link_url = LinkField(
        help_text=_("Stands in the text as {{ link }}, or below it where the text does not say where.")
    )
    button_label = forms.CharField(
        label=_("Button"),
        max_length=40,
        required=False,
        help_text=_("Leads to the tracked link, on channels that have buttons."),
    )
    image_url = forms.URLField(label=_("Address of a picture"), max_length=500, required=False, assume_scheme="https")

    def __init__(
        self, *args: Any, campaign: Campaign, texts: Texts, channels: Sequence[str], is_general: bool, **kwargs: Any
    ) -> None:
        """`channels` use the text and decide which fields there are; the link is asked for with the general text."""
        super().__init__(*args, **kwargs)
        self.campaign = campaign
        self.texts = texts
        self.channels = channels
        self.is_general = is_general
        facts = [kinds.facts(channel) for channel in channels]
        wanted = {
            "subject": any(fact.has_subject for fact in facts),
            "button_label": any(fact.has_buttons for fact in facts),
            "image_url": any(fact.has_image for fact in facts),
            "link_url": is_general,
        }
        for field, is_wanted in wanted.items():
            if not is_wanted:
                del self.fields[field]

    def load(self, content: Content | None) -> "ContentForm":
        """This form, unbound, with `content` and the campaign's link in it."""
        fields = ("subject", "text", "button_label", "image_url")
        self.initial = {field: getattr(content, field) for field in fields} if content else {}
        self.initial["link_url"] = next((link.url for link in self.texts.links if link.name == "link"), "")
        return self

    def clean_text(self) -> str:
        """The text with one kind of line break: a browser sends two characters, and an SMS pays for both."""
        return self._checked(str(self.cleaned_data["text"]).replace("\r\n", "\n"))

    def clean_subject(self) -> str:
        """The subject, its variables known."""
        return self._checked(self.cleaned_data["subject"])

    def clean_button_label(self) -> str:
        """The button's words, their variables known."""
        return self._checked(self.cleaned_data["button_label"])

    def clean_link_url(self) -> str:
        """The link's address, its variables known."""
        return self._checked(self.cleaned_data["link_url"], is_address=True)

    def typed(self) -> Content:
        """What was typed, right or wrong, as a content that is only looked at."""
        fields = ("subject", "text", "button_label", "image_url")
        return Content(**{field: self.data.get(self.add_prefix(field), "") for field in fields})

    def given(self) -> dict[str, Any]:
        """The answers of a valid form to what its page asked; other fields may hold what another chain needs."""
        return {field: answer for field, answer in self.cleaned_data.items() if self.add_prefix(field) in self.data}

    def _checked(self, text: str, *, is_address: bool = False) -> str:
        """`text`, if its braces are closed and its variables known."""
        names = self.texts.link_names
        known = variables.known(personalise.variables(text), links=names)
        problems = [*personalise.syntax_problems(text)]
        if not variables.come_with_entries(self.campaign):
            problems += personalise.unknown_variables(text, known - names if is_address else known)
        if problems:
            raise forms.ValidationError([problem.sentence for problem in problems])
        return text
