"""What finds a contact and what does not, asked of each contact and of the indexes alike."""

import pytest

from campaigns.audience import searching
from campaigns.audience.deleting import delete_contact
from campaigns.audience.searching import fitting, handful
from campaigns.models import Contact
from channels.kinds import AddressKind
from tests.factories import make_address, make_contact

pytestmark = pytest.mark.django_db


def found(text: str) -> list[str]:
    """The first names of those who fit; both ways of asking say the same, where the indexes can be asked."""
    people, few = Contact.objects.filter(fitting(text)).order_by("pk"), handful(text)
    assert few is None or sorted(few) == [contact.pk for contact in people]
    return [contact.first_name for contact in people]


@pytest.fixture
def _people() -> None:
    make_contact(first_name="Олена", last_name="Коваленко", phone="+380671234567", external_id="CRM-0042")
    make_contact(first_name="Семён", last_name="Їжак", phone="+79211234500")
    make_contact(first_name="Вʼячеслав", last_name="Шурко", email="slava_v@example.com")
    make_contact(first_name="José", last_name="Núñez", email="pepe100%@example.org")
    make_contact(first_name="", last_name="", external_id="77", addresses={AddressKind.TELEGRAM_ID: "555000111"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ОЛЕНА", ["Олена"]),
        ("вален", ["Олена"]),
        ("коваленко  олена", ["Олена"]),
        ("crm-00", ["Олена"]),
        ("ЇЖАК", ["Семён"]),
        # What people leave out: the dots, the accents, the sort of apostrophe.
        ("семен", ["Семён"]),
        ("семён", ["Семён"]),
        ("в'яче", ["Вʼячеслав"]),
        ("jose nunez", ["José"]),
        ("NÚÑEZ", ["José"]),
        # The index has one letter for two of these: it alone would find a сурко.
        ("сурко", []),
        ("shurko", []),
        # Short words begin a name.
        ("ол", ["Олена"]),
        ("ле", []),
        ("7", [""]),
        # Half a number, in any writing.
        ("1234", ["Олена", "Семён"]),
        ("+38 (067) 123", ["Олена"]),
        ("067-123-45-67", ["Олена"]),
        ("8 921 123-45-00", ["Семён"]),
        ("+8921123450", []),
        ("921 12", ["Семён"]),
        ("олена 067", ["Олена"]),
        ("олена 921", []),
        ("555000", [""]),
        # Signs of patterns mean themselves.
        ("slava_v", ["Вʼячеслав"]),
        ("slava%", []),
        ("100%", ["José"]),
        ("еле_а", []),
        ("\\", []),
        # A year in a mail address is no number of a phone.
        ("100", []),
        ("example.o", ["José"]),
    ],
)
@pytest.mark.usefixtures("_people")
def test_whoever_fits_every_word_is_found(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_an_empty_text_asks_nothing() -> None:
    make_contact()
    assert not fitting(" \x00 ")
    assert handful(" ") is None


def test_many_are_no_handful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "HANDFUL", 2)
    for _ in range(2):
        make_contact(first_name="Анна")
    assert len(handful("анна") or []) == 2
    make_contact(first_name="Анна")
    assert handful("анна") is None


def test_the_seldom_of_two_words_is_enough_for_a_handful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "HANDFUL", 2)
    for number in range(5):
        make_contact(first_name="Анна", phone=f"+38067000000{number}")
    assert [len(handful(text) or []) for text in ("анна 0670000003", "0670000003 анна")] == [1, 1]
    assert handful("олена 0670000003") == []
    assert handful("анна 067000") is None


def test_tokens_are_not_searched() -> None:
    make_contact(addresses={AddressKind.PUSH_TOKEN: "token-olga-1"})
    assert found("token-olga") == []


def test_what_is_changed_is_found_as_it_is_now() -> None:
    contact = make_contact(first_name="Анна", phone="+380671234567")
    Contact.objects.filter(pk=contact.pk).update(first_name="Ганна")
    contact.addresses.update(value="+380500000000")
    assert (found("анна"), found("ганна"), found("671234"), found("50000")) == (["Ганна"], ["Ганна"], [], ["Ганна"])


def test_the_deleted_are_found_by_nothing() -> None:
    contact = make_contact(first_name="Анна", phone="+380671234567", external_id="crm-1")
    delete_contact(contact=contact, actor=None)
    contact.refresh_from_db()
    assert not contact.words.strip()
    assert found("анна") == found("crm-1") == found("671234") == []


def test_one_address_of_many_is_enough_and_shows_nobody_twice() -> None:
    contact = make_contact(first_name="Анна", email="anna1@example.com")
    make_address(contact=contact, kind=AddressKind.EMAIL, value="anna2@example.com", is_primary=False)
    assert found("anna") == ["Анна"]


def test_signs_and_letters_that_no_index_knows_are_looked_for_one_by_one() -> None:
    assert [handful(text) for text in ("παπα", "李娜", "%", "\\")] == [None] * 4
    assert handful("олена") == handful("ол") == handful("їжак 067") == []


def test_letters_of_other_scripts_are_found_too() -> None:
    make_contact(first_name="Ελένη", last_name="Παπαδοπούλου")
    make_contact(first_name="李娜", last_name="")
    assert (found("παπα"), found("李娜")) == (["Ελένη"], ["李娜"])
