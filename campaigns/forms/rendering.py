"""How every form looks: Tabler's classes on the inputs, label, help and error next to each field."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

from campaigns.forms.select_html import select_html


class TablerBoundField(BoundField):
    """A field that gives its input Tabler's classes. Django adds aria-invalid and aria-describedby."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """`attrs` with the classes of the widget's kind, after those that the form itself set."""
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if widget.is_hidden:
            return attrs
        classes = [
            widget.attrs.get("class", ""),
            attrs.get("class", ""),
            _tabler_class(widget),
        ]
        if self.errors:
            classes.append("is-invalid")
        return {**attrs, "class": " ".join(dict.fromkeys(filter(None, classes)))}

    @property
    def is_checkbox(self) -> bool:
        """Whether this is one box, whose label stands behind it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_choice_list(self) -> bool:
        """Whether each choice is a radio button or box of its own."""
        return isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)

    @property
    def is_marked_optional(self) -> bool:
        """Whether the label says so: where the field may stay empty, and emptiness is not itself a choice."""
        return not self.field.required and not isinstance(self.field.widget, forms.Select | forms.CheckboxInput)


class TablerRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` in the product's look; settings.FORM_RENDERER names it."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/form_field.html"
    bound_field_class = TablerBoundField

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """The HTML of a form, field or widget; that of a list of choices without its template."""
        if template_name == forms.Select.template_name:
            return select_html(context["widget"])
        return super().render(template_name, context, request)


def _tabler_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"
