"""A row of a contact file, read: what it says about one person."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from campaigns.audience.phones import phone_country
from campaigns.audience.zones import single_zones
from channels.kinds import AddressKind

_MAIN_ADDRESSES = tuple((kind.value, kind) for kind in AddressKind)
_COLUMNS = ("external_id", "first_name", "last_name", "birth_date", "language", "country", "time_zone", "preferences")


class RowRejected(ValueError):
    """This row is not taken; the text says why, in sentences."""


@dataclass(frozen=True, slots=True)
class DraftAddress:
    """An address in its stored spelling. Of a kind of which a person has one main address, is this it?"""

    kind: AddressKind
    value: str
    is_primary: bool = True


@dataclass(slots=True)
class ContactDraft:
    """What one row says; empty is what it says nothing about, which changes nothing.

    The resource fills it column by column; `left_out` has a sentence for each value that could not be used.
    """

    number: int
    cells: list[str]
    external_id: str | None = None
    first_name: str = ""
    last_name: str = ""
    full_name: str = ""
    full_name_last_first: str = ""
    birth_date: date | None = None
    language: str = ""
    country: str = ""
    time_zone: str = ""
    preferences: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    consent: bool | None = None
    phone: str = ""
    other_phone: str = ""
    email: str = ""
    push_token: str = ""
    telegram_id: str = ""
    messenger_id: str = ""
    instagram_id: str = ""
    vk_id: str = ""
    left_out: list[str] = field(default_factory=list)

    @property
    def addresses(self) -> list[DraftAddress]:
        """The addresses, the main one of a kind first."""
        found = [
            DraftAddress(kind, value) for attribute, kind in _MAIN_ADDRESSES if (value := getattr(self, attribute))
        ]
        if self.other_phone and self.other_phone != self.phone:
            found.append(DraftAddress(AddressKind.PHONE, self.other_phone, is_primary=False))
        return found

    @property
    def said(self) -> dict[str, Any]:
        """The contact's own columns that the row has a value for."""
        return {name: value for name in _COLUMNS if (value := getattr(self, name))}

    @property
    def implied(self) -> dict[str, str]:
        """Country and time zone that the phone number implies: for a contact of whom they are not known."""
        country = phone_country(self.phone) if self.phone else ""
        found = {"country": country, "time_zone": single_zones().get(self.country or country, "")}
        return {name: value for name, value in found.items() if value}

    def settle(self) -> None:
        """Put what was read of names and phones where it belongs, once all columns are read."""
        if not self.phone:
            self.phone, self.other_phone = self.other_phone, ""
        if self.full_name:
            self.first_name, _space, self.last_name = self.full_name.partition(" ")
        elif self.full_name_last_first:
            self._split_last_first()

    def _split_last_first(self) -> None:
        last, comma, rest = self.full_name_last_first.partition(",")
        if not comma:
            last, _space, rest = self.full_name_last_first.partition(" ")
        first, _space, middle = rest.strip().partition(" ")
        # A single word is what the person is called.
        self.first_name, self.last_name = (first, last.strip()) if first else (last.strip(), "")
        if middle:
            self.attributes.setdefault("middle_name", middle)
