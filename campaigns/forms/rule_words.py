"""The words of a segment's form: what a condition can be about, and how it compares."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.audience.rule_schema import Operator

Choices = list[tuple[str, str | Promise]]

GROUPS: Choices = [
    (Operator.ALL, _("all of these are true")),
    (Operator.ANY, _("at least one of these is true")),
    (Operator.NONE, _("none of these is true")),
]

FIELDS: Choices = [
    ("", _("Choose…")),
    ("age", _("Age")),
    ("birthday", _("Birthday")),
    ("birth_date", _("Birth date")),
    ("preferences", _("Preferences")),
    ("language", _("Language")),
    ("country", _("Country")),
    ("name", pgettext_lazy("a person", "Name")),
    ("attribute", _("Attribute")),
    ("reachable", _("Can be reached by")),
    ("consent", _("Consent")),
    ("created_at", _("Added")),
    ("contact_import", _("Added by the file")),
]

OPERATORS: dict[str, Choices] = {
    "age": [("between", _("is between")), ("at_least", _("is at least")), ("at_most", _("is at most"))],
    "birthday": [("today", _("is today")), ("within_days", _("is within the next"))],
    "birth_date": [("known", _("is known")), ("unknown", _("is not known"))],
    "preferences": [("any_of", _("have any of")), ("all_of", _("have all of")), ("none_of", _("have none of"))],
    "language": [("in", _("is one of")), ("not_in", _("is none of"))],
    "country": [("in", _("is one of")), ("not_in", _("is none of"))],
    "name": [("contains", _("contains"))],
    "attribute": [
        ("equals", _("is")),
        ("not_equals", _("is not")),
        ("contains", _("contains")),
        ("set", _("has a value")),
        ("not_set", _("has no value")),
        ("at_least", _("is at least")),
        ("at_most", _("is at most")),
        ("since", _("is on or after")),
        ("before", _("is before")),
    ],
    "reachable": [
        ("on", pgettext_lazy("can be reached by", "yes")),
        ("not_on", pgettext_lazy("can be reached by", "no")),
    ],
    "consent": [("granted", _("is given")), ("withdrawn", _("was withdrawn")), ("none", _("was never asked"))],
    "created_at": [("within_days", _("in the last")), ("since", _("on or after")), ("before", _("before"))],
    "contact_import": [("is", _("is")), ("is_not", _("is not"))],
}
