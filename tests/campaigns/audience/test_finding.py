"""The list of contacts: its orders, its filters, its pages and its number."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.audience import finding, searching
from campaigns.audience.finding import Sort, Wish, find
from campaigns.models import Contact, ContactImport, Suppression
from campaigns.pagination import Page
from channels.kinds import Channel
from tests.campaigns.turning import turned
from tests.factories import NOON, make_contact, make_segment

pytestmark = pytest.mark.django_db

# What a page does where few fit, where many do, and where nothing but looking tells.
WISHES: Sequence[Wish] = [Wish(), Wish(text="анна"), Wish(channel=Channel.SMS), Wish(text="анна", channel=Channel.SMS)]


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stretch of five, a handful of three."""
    for name in ("STRETCH", "_STRETCH_OF_NAMES", "_STRETCH_IN_ORDER_OF_NAMES"):
        monkeypatch.setattr(finding, name, 5)
    monkeypatch.setattr(searching, "HANDFUL", 3)


def _crowd() -> None:
    """Thirty people, of whom ten are called the same and four have no name."""
    for number in range(30):
        name = "" if number % 8 == 7 else "Анна" if number % 3 == 0 else f"Олена {number % 5}"
        is_reached = number % 2 == 0
        make_contact(
            first_name=name,
            last_name="",
            phone=f"+38067000{number:04}",
            consents=[Channel.SMS] if is_reached else [],
        )


def _pages(wish: Wish, *, size: int) -> Callable[[str], Page[Contact]]:
    return lambda cursor: find(wish, cursor=cursor, size=size).page


def _whole(wish: Wish) -> list[int]:
    sign = "-" if wish.sort.is_descending else ""
    rows = wish.among.filter(wish.wanted).order_by(*(f"{sign}{name}" for name in wish.sort.columns))
    return [contact.pk for contact in rows]


@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("wish", WISHES)
def test_every_page_follows_there_and_back(wish: Wish, sort: Sort) -> None:
    _crowd()
    asked = Wish(text=wish.text, channel=wish.channel, sort=sort)
    there = list(turned(_pages(asked, size=4)))
    assert [contact.pk for page in there for contact in page.rows] == _whole(asked)
    back = [contact.pk for contact in there[-1].rows]
    cursor = there[-1].previous_cursor
    while cursor:
        page = find(asked, cursor=cursor, size=4).page
        back = [contact.pk for contact in page.rows] + back
        cursor = page.previous_cursor
    assert back == _whole(asked)


def test_nobody_is_lost_or_repeated_while_others_come_and_go() -> None:
    _crowd()
    wish = Wish(sort=Sort.NAME)
    before = _whole(wish)
    first = find(wish, size=10).page
    make_contact(first_name="Аа", last_name="")
    Contact.objects.filter(pk=first.rows[-1].pk).update(deleted_at=NOON)
    second = find(wish, cursor=first.next_cursor, size=10).page
    assert [contact.pk for contact in second.rows] == before[10:20]
    again = find(wish, cursor=second.previous_cursor, size=10).page
    assert [contact.pk for contact in again.rows] == before[:9][-9:] or len(again.rows) == 10


def test_those_without_a_name_have_their_place_in_the_order() -> None:
    named, unnamed = make_contact(first_name="Анна"), make_contact(first_name="", last_name="")
    assert _whole(Wish(sort=Sort.NAME)) == [unnamed.pk, named.pk]
    assert [row.pk for row in find(Wish(sort=Sort.NAME_DOWN)).page.rows] == [named.pk, unnamed.pk]


def test_each_filter_narrows_and_all_together() -> None:
    file = ContactImport.objects.create(name="people.csv", size=1)
    wanted = make_contact(
        first_name="Анна",
        phone="+380671112233",
        country="UA",
        language="uk",
        contact_import=file,
        consents=[Channel.SMS],
    )
    for other in ({"country": "ES"}, {"language": "es"}, {"contact_import": None}):
        make_contact(**{"first_name": "Анна", "country": "UA", "language": "uk", "contact_import": file, **other})
    make_contact(first_name="Ольга", country="UA", language="uk", contact_import=file)
    segment = make_segment(rule={"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]})
    wish = Wish(text="анна", segment=segment, country="UA", language="uk", contact_import=file, channel=Channel.SMS)
    found = find(wish)
    assert ([row.pk for row in found.page.rows], found.number) == ([wanted.pk], 1)
    assert find(Wish(country="UA")).number == 4
    assert find(Wish(contact_import=file)).number == 4


def test_those_with_a_suppressed_address_are_found(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    contact = make_contact(phone="+380671112233")
    make_contact(phone="+380671112234")
    for lifted_at, address in ((None, contact.addresses.get()), (NOON, make_contact(phone="+3805").addresses.get())):
        Suppression.objects.create(
            address_kind=address.kind,
            address_hash=address.value_hash,
            reason=Suppression.Reason.MANUAL,
            created_at=NOON,
            lifted_at=lifted_at,
        )
    # Who they are, and two for the page of them; no stretch is looked through for them.
    with django_assert_num_queries(3):
        found = find(Wish(is_suppressed=True))
    assert ([row.pk for row in found.page.rows], found.number) == ([contact.pk], 1)


@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize("sort", Sort)
def test_a_few_are_all_there_at_once_wherever_they_stand(sort: Sort) -> None:
    wanted = [
        make_contact(first_name=name, country="UA", consents=[Channel.VIBER], phone=f"+38050{number:07}")
        for number, name in enumerate(("Ганна", "Гнат", "Яна"))
    ]
    make_contact(first_name="Гнат", country="ES", consents=[Channel.EMAIL], phone="+380509999999")
    _crowd()
    wishes = [Wish(text="гнат", country="UA"), Wish(text="ганна"), Wish(channel=Channel.VIBER), Wish(text="38050000")]
    fitting = [wanted[1:2], wanted[:1], wanted, wanted]
    for wish, people in zip(wishes, fitting, strict=True):
        asked = replace(wish, sort=sort)
        found = find(asked, size=10)
        assert [row.pk for row in found.page.rows] == _whole(asked)
        assert ({row.pk for row in found.page.rows}, found.number) == ({row.pk for row in people}, len(people))
        assert (found.is_more, found.page.goes_on_at) == (False, "")


def test_a_stretch_is_as_long_as_what_is_asked_of_each_is_cheap() -> None:
    lengths = [
        Wish(text=text, channel=channel, sort=sort).stretch
        for text, channel, sort in (
            ("анна", Channel.SMS, Sort.NAME),
            ("anna", "", Sort.NAME),
            ("анна", "", Sort.NEWEST),
            ("анна", "", Sort.NAME),
        )
    ]
    assert lengths == sorted(lengths)
    assert lengths[1] < lengths[2]


@pytest.mark.usefixtures("_short")
def test_the_number_is_exact_or_says_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    _crowd()
    exact, many = find(Wish(), size=4), find(Wish(text="олена"), size=4)
    assert (exact.number, exact.is_about, exact.is_more) == (30, False, False)
    assert (many.number, many.is_more) == (4, True)
    monkeypatch.setattr(finding, "_COUNTED", 0)
    assert find(Wish(), size=4).is_about


@pytest.mark.parametrize("wish", WISHES)
def test_a_page_is_few_queries_however_many_there_are(
    wish: Wish, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _crowd()
    with django_assert_max_num_queries(8):
        find(wish, size=4)


def test_a_cursor_of_another_order_gives_the_first_page() -> None:
    _crowd()
    cursor = find(Wish(sort=Sort.NAME), size=4).page.next_cursor
    assert [row.pk for row in find(Wish(), cursor=cursor, size=4).page.rows] == _whole(Wish())[:4]
