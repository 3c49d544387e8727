"""A segment's rule as the rows of a form, and back.

Every row has a key of its own, so that rows can be added and removed without touching what others
hold: `row` lists the keys in the order of the page, `KEY-in` is the key of the group that a row
stands in, and the parts of a row are `KEY-field`, `KEY-is`, `KEY-value` and so on. A row with `KEY-op`
is a group. What was sent is kept as it was typed, also where it makes no sense.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from campaigns.audience.rule_fields import CONDITIONS
from campaigns.audience.rule_schema import Condition, Group, Operator, Path, RowError
from campaigns.audience.rules import InvalidRule, Rule, parse
from campaigns.forms import rule_words
from campaigns.forms.rule_inputs import Offers, fields_of

ROOT = "root"
MOST_ROWS = 300
# "Attribute balance is at least 100", "Consent to SMS for marketing is given".
READ_IN_ORDER = ("field", "name", "channel", "purpose", "is", "value")
_KEY = re.compile(r"[a-z0-9]{1,20}")


class ConditionForm(forms.Form):
    """One row: what it is about, how it compares, and with what."""

    field = forms.CharField(label=_("About"), required=False, widget=forms.Select(choices=rule_words.FIELDS))

    def __init__(self, given: MultiValueDict[str, Any], *, key: str, offers: Offers) -> None:
        own = _own_parts(given, key)
        about = str(own.get(f"{key}-field", ""))
        operators = CONDITIONS.get(about, {})
        operator = str(own.get(f"{key}-is", ""))
        if operator not in operators:
            operator = own[f"{key}-is"] = next(iter(operators), "")
        super().__init__(own, prefix=key)
        self.about = about
        redraws = _redraws(key)
        self.fields["field"].widget.attrs.update(redraws)
        if operators:
            widget = forms.Select(choices=rule_words.OPERATORS[about], attrs=redraws)
            self.fields["is"] = forms.CharField(label=_("Compare"), required=False, widget=widget)
            self.fields.update(fields_of(operators[operator], own, key, offers=offers))
            self.order_fields(READ_IN_ORDER)

    def as_json(self) -> dict[str, Any]:
        """The condition as the rule keeps it; whether it is sound is not looked at."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


class GroupForm(forms.Form):
    """How the conditions of a group are joined."""

    op = forms.CharField(label=_("People for whom"), required=False, widget=forms.Select(choices=rule_words.GROUPS))


@dataclass(kw_only=True)
class ConditionRow:
    """A row of the page."""

    key: str
    parent: str
    form: ConditionForm
    messages: list[str] = field(default_factory=list)
    is_group = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing has been chosen in it yet."""
        return not self.form.about

    def as_json(self, *, skips_blank: bool = False) -> dict[str, Any]:
        """The row's part of the rule."""
        return self.form.as_json()


@dataclass(kw_only=True)
class GroupRow:
    """A group of the page with what stands in it."""

    key: str
    parent: str
    form: GroupForm
    children: list["ConditionRow | GroupRow"] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    is_group = True

    @property
    def is_root(self) -> bool:
        """Whether this is the rule as a whole."""
        return self.key == ROOT

    @property
    def is_blank(self) -> bool:
        """Whether nothing has been chosen in any of its rows yet."""
        return all(child.is_blank for child in self.children)

    def as_json(self, *, skips_blank: bool = False) -> dict[str, Any]:
        """The group's part of the rule, without the rows that nothing was chosen in if `skips_blank`."""
        self.form.is_valid()
        rules = [
            child.as_json(skips_blank=skips_blank) for child in self.children if not (skips_blank and child.is_blank)
        ]
        return {"op": self.form.cleaned_data["op"], "rules": rules}


Row = ConditionRow | GroupRow


class RuleForm:
    """The rule as a form, always bound: to what was sent, or to a rule written as if it had been."""

    def __init__(self, given: QueryDict) -> None:
        op = given.get(f"{ROOT}-op", Operator.ALL)
        self.root = GroupRow(key=ROOT, parent="", form=GroupForm({f"{ROOT}-op": op}, prefix=ROOT))
        self.groups = {ROOT: self.root}
        offers = Offers(given)
        for key in dict.fromkeys(given.getlist("row")[:MOST_ROWS]):
            if _KEY.fullmatch(key):
                self._place(make_row(given, key=key, offers=offers))

    @classmethod
    def of(cls, rule: Rule) -> "RuleForm":
        """The form of a saved rule."""
        return cls(as_sent(rule))

    def read(self) -> Rule | None:
        """The rule of the form; None, with what is wrong at the rows, where it is not sound."""
        try:
            return parse(self.root.as_json())
        except InvalidRule as refused:
            for error in refused.errors:
                self._tell(error)
        return None

    def sketch(self) -> Rule | None:
        """The rule as far as it has been filled in; None while something in it cannot be understood."""
        try:
            return parse(self.root.as_json(skips_blank=True))
        except InvalidRule:
            return None

    def act(self, order: str) -> None:
        """Do what a button of the form says: `add:KEY` a row to a group, `group:` a group, `remove:KEY` a row."""
        verb, _colon, key = order.partition(":")
        if verb == "remove":
            self._remove(key)
        elif (row := new_row(order)) is not None:
            self._place(row)

    def _remove(self, key: str) -> None:
        for group in self.groups.values():
            group.children = [row for row in group.children if row.key != key]

    def _place(self, row: Row) -> None:
        if row.parent not in self.groups:
            row.parent = ROOT
        self.groups[row.parent].children.append(row)
        if isinstance(row, GroupRow):
            self.groups[row.key] = row

    def _tell(self, error: RowError) -> None:
        row = _at(self.root, error.path)
        if error.part in row.form.fields:
            row.form.add_error(error.part, error.message)
        else:
            row.messages.append(error.message)


def make_row(given: MultiValueDict[str, Any], *, key: str, offers: Offers) -> Row:
    """The row or group of `key` as it was sent, without what stands in it."""
    parent = given.get(f"{key}-in", ROOT)
    if f"{key}-op" in given:
        return GroupRow(key=key, parent=parent, form=GroupForm(given, prefix=key))
    return ConditionRow(key=key, parent=parent, form=ConditionForm(given, key=key, offers=offers))


def _at(row: Row, path: Path) -> Row:
    """The row at `path` below `row`; RuleForm.read parses the very tree that the paths are about."""
    return _at(row.children[path[0]], path[1:]) if path and isinstance(row, GroupRow) else row


def new_row(order: str) -> Row | None:
    """The empty row that `add:KEY` or `group:` asks for, ready to be filled in; None for any other order."""
    verb, _colon, parent = order.partition(":")
    if verb == "group":
        return _new_group()
    return _new_condition(parent) if verb == "add" and _KEY.fullmatch(parent) else None


def redrawn_row(order: str, given: MultiValueDict[str, Any]) -> Row | None:
    """The row that `redraw:KEY` asks for, as it has to look with what was sent; None for any other order."""
    verb, _colon, key = order.partition(":")
    is_known = verb == "redraw" and key in given.getlist("row") and _KEY.fullmatch(key)
    return make_row(given, key=key, offers=Offers(given)) if is_known else None


def _new_condition(parent: str) -> ConditionRow:
    key = _new_key()
    row = ConditionRow(
        key=key, parent=parent, form=ConditionForm(MultiValueDict(), key=key, offers=Offers(MultiValueDict()))
    )
    row.form.fields["field"].widget.attrs["autofocus"] = True
    return row


def _new_group() -> GroupRow:
    key = _new_key()
    form = GroupForm({f"{key}-op": Operator.ANY}, prefix=key)
    return GroupRow(key=key, parent=ROOT, form=form, children=[_new_condition(key)])


def as_sent(rule: Rule) -> QueryDict:
    """What a browser would send for `rule`."""
    sent = QueryDict(mutable=True)
    sent[f"{ROOT}-op"] = rule.op
    for key, parent, part in _walk(rule, ROOT):
        sent.appendlist("row", key)
        sent[f"{key}-in"] = parent
        if isinstance(part, Group):
            sent[f"{key}-op"] = part.op
        else:
            _write_condition(sent, key, part)
    return sent


def _walk(group: Group, parent: str) -> Iterator[tuple[str, str, Group | Condition]]:
    for part in group.rules:
        key = _new_key()
        yield key, parent, part
        if isinstance(part, Group):
            yield from _walk(part, key)


def _write_condition(sent: QueryDict, key: str, condition: Condition) -> None:
    written = condition.model_dump(mode="json", by_alias=True)
    sent[f"{key}-was"] = written["field"]
    for part, value in written.items():
        if written["is"] == "between" and part == "value":
            sent[f"{key}-value_from"], sent[f"{key}-value_to"] = map(str, value)
        elif written["field"] == "preferences" and part == "value":
            sent[f"{key}-value"] = ", ".join(value)
        elif isinstance(value, list):
            sent.setlist(f"{key}-{part}", value)
        else:
            sent[f"{key}-{part}"] = str(value)


def _own_parts(given: MultiValueDict[str, Any], key: str) -> MultiValueDict[str, Any]:
    """What was sent for the row; where it was about something else until now, without what was compared with."""
    own = MultiValueDict({name: values for name, values in given.lists() if name.startswith(f"{key}-")})
    if own.get(f"{key}-was", "") != own.get(f"{key}-field", ""):
        return MultiValueDict({name: own.getlist(name) for name in (f"{key}-field", f"{key}-in")})
    return own


def _redraws(key: str) -> dict[str, str]:
    """What makes a choice draw its row anew, because the rest of the row depends on it."""
    return {
        "hx-post": str(reverse_lazy("segment_row")),
        # Whoever walks through a list by arrow keys is waited for, and the last choice counts.
        "hx-trigger": "change delay:150ms",
        "hx-sync": "this:replace",
        "hx-target": f"#row-{key}",
        "hx-swap": "outerHTML",
        "hx-vals": f'{{"do": "redraw:{key}"}}',
    }


def _new_key() -> str:
    return f"r{secrets.token_hex(4)}"
