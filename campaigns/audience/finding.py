"""The list of contacts: who is in it, in which order, and how many they are, as soon among a million as among ten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from campaigns.audience.reach import reachable_q
from campaigns.audience.rules import as_q, parse
from campaigns.audience.searching import HANDFUL, estimate, fitting, handful, is_about_names
from campaigns.models import Address, Consent, Contact, ContactImport, Purpose, Segment, Suppression
from campaigns.models.consent import ConsentStatus
from campaigns.models.contacts import ContactQuerySet
from campaigns.pagination import PAGE_SIZE
from campaigns.routing import today
from campaigns.sought import UNKNOWN, Sought, SoughtPage, one_by_one, page_of_sought

# How many contacts a page looks through, one after another. Names are compared in no time, least of all where the index
# of the order holds them; what else is asked is looked up for each.
STRETCH = 4_000
_STRETCH_OF_NAMES = 50_000
_STRETCH_IN_ORDER_OF_NAMES = 100_000
# From here on counting takes longer than anybody wants to wait for a number.
_COUNTED = 10_000


class Sort(models.TextChoices):
    """The orders that an index gives."""

    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")
    NAME = "name", _("Name, A to Z")
    NAME_DOWN = "-name", _("Name, Z to A")

    @property
    def columns(self) -> tuple[str, ...]:
        """What is sorted by; the last is unique."""
        return ("words", "id") if self in {Sort.NAME, Sort.NAME_DOWN} else ("id",)

    @property
    def is_descending(self) -> bool:
        """Whether the greatest comes first."""
        return self in {Sort.NEWEST, Sort.NAME_DOWN}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Whom the list is to show. `channel` asks for those who can be reached there by marketing; "" asks nothing."""

    text: str = ""
    segment: Segment | None = None
    country: str = ""
    language: str = ""
    channel: str = ""
    contact_import: ContactImport | None = None
    is_suppressed: bool = False
    sort: Sort = Sort.NEWEST

    @property
    def among(self) -> ContactQuerySet:
        """What columns with statistics tell: PostgreSQL knows how to find them."""
        asked: dict[str, Any] = {
            "country": self.country,
            "language": self.language,
            "contact_import": self.contact_import,
        }
        return Contact.objects.present().filter(**{name: value for name, value in asked.items() if value})

    @property
    def stretch(self) -> int:
        """How many contacts a page can look through."""
        if self.is_suppressed or self.channel or self.segment or not is_about_names(self.text):
            return STRETCH
        return _STRETCH_IN_ORDER_OF_NAMES if "words" in self.sort.columns else _STRETCH_OF_NAMES

    @property
    def wanted(self) -> Q:
        """What is asked of each contact. Raises InvalidRule where the segment's can no longer be read."""
        wanted = fitting(self.text)
        if self.is_suppressed:
            wanted &= _has_suppressed_address()
        if self.channel:
            wanted &= reachable_q(self.channel, Purpose.MARKETING)
        if self.segment:
            wanted &= as_q(parse(self.segment.rule), today=today())
        return wanted


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of the list. `number` is how many are in all of it: exactly, or `is_about` so many, or `is_more`."""

    page: SoughtPage[Contact]
    number: int
    is_about: bool = False
    is_more: bool = False


def find(wish: Wish, *, cursor: str = "", size: int = PAGE_SIZE) -> Found:
    """The page at `cursor` ("" is the first) of those whom `wish` asks for.

    1. The contacts are looked through in the order of the list: where many fit, the page is full soon.
    2. Where a stretch of them does not fill it, few may fit: those are looked up, if something finds them.
    3. Else the page holds what the stretch held, and says where to go on.

    Suppressed people are few among many, and dear to look for in a stretch: they are looked up first.

    Raises InvalidRule.
    """
    among, wanted = wish.among, wish.wanted
    begins_with_few = wish.is_suppressed and not wish.text
    if begins_with_few and (few := _few(wish)) is not None:
        return _found(wish, few, cursor=cursor, size=size)
    page = _page(wish, among, wanted, cursor=cursor, size=size)
    if page.goes_on_at and not begins_with_few and (few := _few(wish)) is not None:
        return _found(wish, few, cursor=cursor, size=size)
    if not wanted:
        return _estimated(page, among)
    return Found(page=page, number=page.passed, is_more=bool(page.next_cursor))


def first_found(text: str, *, most: int) -> list[int]:
    """The ids of the newest contacts who fit `text`, at most so many."""
    return [contact.pk for contact in find(Wish(text=text), size=most).page.rows]


def _page(wish: Wish, among: QuerySet[Contact], wanted: Q, *, cursor: str, size: int) -> SoughtPage[Contact]:
    sought = Sought(
        among=among,
        wanted=wanted,
        number=UNKNOWN,
        order_by=wish.sort.columns,
        stretch=wish.stretch,
        is_descending=wish.sort.is_descending,
    )
    return page_of_sought(sought, cursor=cursor, size=size)


def _found(wish: Wish, few: Sequence[int], *, cursor: str, size: int) -> Found:
    page = _page(wish, wish.among.filter(pk__any=few), Q(), cursor=cursor, size=size)
    return Found(page=page, number=len(few))


def _few(wish: Wish) -> list[int] | None:
    """The ids of all whom `wish` asks for, where an index tells a handful among whom they are; else None."""
    if wish.text and (found := handful(wish.text)) is not None:
        return _who_fit(replace(wish, text=""), among=found)
    if wish.is_suppressed and (found := _suppressed()) is not None:
        return _who_fit(replace(wish, is_suppressed=False), among=found)
    if wish.channel and (found := _agreed(wish.channel)) is not None:
        return _who_fit(wish, among=found)
    return None


def _who_fit(wish: Wish, *, among: Sequence[int]) -> list[int]:
    if replace(wish, sort=Sort.NEWEST) == Wish():
        return list(among)
    return list(wish.among.filter(one_by_one(wish.wanted), pk__any=among).values_list("pk", flat=True))


def _suppressed() -> list[int] | None:
    hashes = Suppression.objects.active().values("address_hash")
    return _at_most_handful(Address.objects.filter(value_hash__in=hashes).values_list("contact_id", flat=True))


def _agreed(channel: str) -> list[int] | None:
    """Those who agreed to be messaged on `channel` by marketing: nobody else is reached there."""
    agreed = Consent.objects.filter(channel=channel, purpose=Purpose.MARKETING, status=ConsentStatus.GRANTED)
    return _at_most_handful(agreed.values_list("contact_id", flat=True))


def _at_most_handful(ids: QuerySet[Any, int]) -> list[int] | None:
    found = list(ids[: HANDFUL + 1])
    return list(dict.fromkeys(found)) if len(found) <= HANDFUL else None


def _has_suppressed_address() -> Q:
    suppressions = Suppression.objects.active().filter(address_hash=OuterRef("value_hash")).values("pk")[:1]
    addresses = Address.objects.filter(IsNull(Subquery(suppressions), False), contact=OuterRef("pk"))
    return Q(IsNull(Subquery(addresses.values("pk")[:1]), False))


def _estimated(page: SoughtPage[Contact], among: QuerySet[Contact]) -> Found:
    """The number as PostgreSQL estimates it, or counted where that is quick."""
    number = estimate(among)
    if number < _COUNTED:
        return Found(page=page, number=among.count())
    return Found(page=page, number=int(float(f"{number:.3g}")), is_about=True)
