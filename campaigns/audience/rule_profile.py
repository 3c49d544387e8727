"""Conditions on what is known of a person: preferences, language, country, name, when and by which file they came."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.db.models.lookups import IContains
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from pydantic import Field

from campaigns.audience.places import country_name, language_name
from campaigns.audience.rule_schema import (
    Condition,
    CountryCodes,
    Day,
    FileNames,
    ImportId,
    LanguageCodes,
    Word,
    Words,
    spellings,
)


class Preferences(Condition):
    """Any, all or none of the named preferences."""

    field: Literal["preferences"]
    is_: Literal["any_of", "all_of", "none_of"] = Field(alias="is")
    value: Words

    def as_q(self, today: date) -> Q:
        """`&&` on the array, which its GIN index serves; in small or capital letters."""
        if self.is_ == "all_of":
            return Q(*(Q(preferences__overlap=spellings(word)) for word in self.value))
        shares_one = Q(preferences__overlap=[spelling for word in self.value for spelling in spellings(word)])
        return ~shares_one if self.is_ == "none_of" else shares_one

    def describe(self, files: FileNames) -> str:
        """As "like fashion or sport"."""
        if self.is_ == "all_of":
            return gettext("like %(preferences)s") % {"preferences": gettext(" and ").join(self.value)}
        words = gettext(" or ").join(self.value)
        sentence = gettext("do not like %(preferences)s") if self.is_ == "none_of" else gettext("like %(preferences)s")
        return sentence % {"preferences": words}


class Language(Condition):
    """The contact's language is one of those named, or none of them."""

    field: Literal["language"]
    is_: Literal["in", "not_in"] = Field(alias="is")
    value: LanguageCodes

    def as_q(self, today: date) -> Q:
        """Equal to one of the codes."""
        chosen = Q(language__in=self.value)
        return ~chosen if self.is_ == "not_in" else chosen

    def describe(self, files: FileNames) -> str:
        """As "speak Ukrainian or Russian"."""
        names = gettext(" or ").join(language_name(code) for code in self.value)
        sentence = gettext("do not speak %(languages)s") if self.is_ == "not_in" else gettext("speak %(languages)s")
        return sentence % {"languages": names}


class Country(Condition):
    """The contact's country is one of those named, or none of them."""

    field: Literal["country"]
    is_: Literal["in", "not_in"] = Field(alias="is")
    value: CountryCodes

    def as_q(self, today: date) -> Q:
        """Equal to one of the codes."""
        chosen = Q(country__in=self.value)
        return ~chosen if self.is_ == "not_in" else chosen

    def describe(self, files: FileNames) -> str:
        """As "are in Ukraine or Spain"."""
        names = gettext(" or ").join(country_name(code) for code in self.value)
        sentence = gettext("are not in %(countries)s") if self.is_ == "not_in" else gettext("are in %(countries)s")
        return sentence % {"countries": names}


class Name(Condition):
    """First and last name together contain a text, in any case of letters."""

    field: Literal["name"]
    is_: Literal["contains"] = Field(alias="is")
    value: Word

    def as_q(self, today: date) -> Q:
        """Within "first last"."""
        return Q(IContains(Concat("first_name", Value(" "), "last_name"), self.value))

    def describe(self, files: FileNames) -> str:
        """As "have “Anna” in their name"."""
        return gettext("have “%(text)s” in their name") % {"text": self.value}


class AddedOnDay(Condition):
    """The contact was added before a day, or on it or later; days are those of the product's time zone."""

    field: Literal["created_at"]
    is_: Literal["before", "since"] = Field(alias="is")
    value: Day

    def as_q(self, today: date) -> Q:
        """Before or from the day's first instant."""
        midnight = _start_of(self.value)
        return Q(created_at__lt=midnight) if self.is_ == "before" else Q(created_at__gte=midnight)

    def describe(self, files: FileNames) -> str:
        """As "were added before 1 May 2026"."""
        sentence = gettext("were added before %(day)s") if self.is_ == "before" else gettext("were added since %(day)s")
        return sentence % {"day": date_format(self.value)}


class AddedLately(Condition):
    """The contact was added today or on one of the last days."""

    field: Literal["created_at"]
    is_: Literal["within_days"] = Field(alias="is")
    value: Annotated[int, Field(ge=1, le=36_500)]

    def as_q(self, today: date) -> Q:
        """From the first instant of that many days ago."""
        return Q(created_at__gte=_start_of(today - timedelta(days=self.value)))

    def describe(self, files: FileNames) -> str:
        """As "were added in the last 30 days"."""
        sentence = ngettext("were added in the last %(days)s day", "were added in the last %(days)s days", self.value)
        return sentence % {"days": self.value}


class AddedByFile(Condition):
    """The contact was added by an import, or was not: another one did, or nobody knows which. Changed is not added."""

    field: Literal["contact_import"]
    is_: Literal["is", "is_not"] = Field(alias="is")
    value: ImportId

    @property
    def imports(self) -> tuple[int, ...]:
        """The one."""
        return (self.value,)

    def as_q(self, today: date) -> Q:
        """Equal to its id, which the index of a file's people serves."""
        added = Q(contact_import__isnull=False, contact_import=self.value)
        return ~added if self.is_ == "is_not" else added

    def describe(self, files: FileNames) -> str:
        """As "were added by customers.csv (May 1, 2026)"."""
        sentence = gettext("were not added by %(file)s") if self.is_ == "is_not" else gettext("were added by %(file)s")
        return sentence % {"file": files.get(self.value, gettext("a file that is no longer known"))}


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
