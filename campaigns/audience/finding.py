"""The list of contacts: who is in it, in which order, and how many they are, as soon among a million as among ten."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from campaigns.audience.reach import reachable_q
from campaigns.audience.rules import as_q, parse
from campaigns.audience.searching import HANDFUL, estimate, fitting, handful
from campaigns.models import Address, Contact, ContactImport, Purpose, Segment, Suppression
from campaigns.models.contacts import ContactQuerySet
from campaigns.pagination import PAGE_SIZE
from campaigns.routing import today
from campaigns.sought import UNKNOWN, Sought, SoughtPage, page_of_sought

# How many contacts a page looks through, one after another: more than a handful, so that of those it sees all.
STRETCH = HANDFUL + 1
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

    Raises InvalidRule.
    """
    among, wanted = wish.among, wish.wanted
    page = _page(wish, among, wanted, cursor=cursor, size=size)
    if page.goes_on_at and (few := _few(wish)) is not None:
        found = among.filter(pk__any=few)
        page = _page(wish, found, wanted, cursor=cursor, size=size)
        return Found(page=page, number=found.filter(wanted).count() if page.next_cursor else page.passed)
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
        stretch=STRETCH,
        is_descending=wish.sort.is_descending,
    )
    return page_of_sought(sought, cursor=cursor, size=size)


def _few(wish: Wish) -> list[int] | None:
    """The ids among which all are whom the wish asks for; None where they may be anywhere."""
    if wish.text and (found := handful(wish.text)) is not None:
        return list(found)
    return _suppressed() if wish.is_suppressed else None


def _suppressed() -> list[int] | None:
    hashes = Suppression.objects.active().values("address_hash")
    ids = list(Address.objects.filter(value_hash__in=hashes).values_list("contact_id", flat=True)[: HANDFUL + 1])
    return ids if len(ids) <= HANDFUL else None


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
