"""A segment's rule as a query over contacts, and as a sentence. No clock: today is an argument.

parse → Rule;  as_q → Q over Contact, also inside CASE WHEN;  contacts_matching → QuerySet;  describe → str,
describe_all → the same of many
"""

from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext

from campaigns.audience.file_names import file_names
from campaigns.audience.rule_reading import read
from campaigns.audience.rule_schema import Condition, FileNames, Group, InvalidRule, Operator, RowError, Rule
from campaigns.models import Contact
from campaigns.models.contacts import ContactQuerySet

__all__ = ["InvalidRule", "RowError", "Rule", "as_q", "contacts_matching", "describe", "describe_all", "parse"]


def parse(rule: object) -> Rule:
    """The frozen form of `rule`, the JSON kept in Segment.rule, CampaignVersion.audience_rule and Route.rule.

    None and {} are everybody. Raises InvalidRule, whose `errors` name the rows and say why.
    """
    return read(rule)


def as_q(rule: Rule, *, today: date) -> Q:
    """`rule` as a condition over Contact, never NULL; deleted contacts are the caller's to leave out.

    It looks up other tables by EXISTS on the outer contact, so it joins nothing and may stand in
    `filter`, in `When` and under a negation. Ages and birthdays are those on `today`.
    """
    parts = [_part_as_q(part, today=today) for part in rule.rules]
    if not parts:
        # Not an empty Q, which `When` refuses.
        return Q(pk__isnull=False)
    joined = Q(*parts, _connector=Q.AND if rule.op is Operator.ALL else Q.OR)
    return ~joined if rule.op is Operator.NONE else joined


def contacts_matching(rule: object, *, today: date) -> ContactQuerySet:
    """The contacts whom `rule` (JSON or parsed) selects on `today`, without the deleted ones.

    Raises InvalidRule.
    """
    return Contact.objects.present().filter(as_q(parse(rule), today=today))


def describe(rule: Rule) -> str:
    """`rule` as a sentence in the active language: "People who are 18 or older and like fashion"."""
    return describe_all({0: rule})[0]


def describe_all(rules: Mapping[int, Rule]) -> Mapping[int, str]:
    """Each of `rules` as such a sentence, by the same keys; the imports of all of them are named by one query."""
    files = file_names({pk for rule in rules.values() for pk in _imports(rule)})
    return {key: _sentence(rule, files) for key, rule in rules.items()}


def _part_as_q(part: Group | Condition, *, today: date) -> Q:
    return as_q(part, today=today) if isinstance(part, Group) else part.as_q(today)


def _imports(group: Group) -> Iterator[int]:
    for part in group.rules:
        yield from _imports(part) if isinstance(part, Group) else part.imports


def _sentence(rule: Rule, files: FileNames) -> str:
    if not rule.rules:
        return gettext("Everybody")
    return gettext("People who %(conditions)s") % {"conditions": _joined(rule, files)}


def _joined(group: Group, files: FileNames) -> str:
    parts = [_part_in_words(part, files) for part in group.rules]
    if group.op is Operator.NONE:
        return gettext("do not fit this: %(conditions)s") % {"conditions": gettext(" or ").join(parts)}
    return (gettext(" and ") if group.op is Operator.ALL else gettext(" or ")).join(parts)


def _part_in_words(part: Group | Condition, files: FileNames) -> str:
    return f"({_joined(part, files)})" if isinstance(part, Group) else part.describe(files)
