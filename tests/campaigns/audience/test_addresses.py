"""Addresses are stored in one spelling, whatever spelling a file has."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience.addresses import address_hash, normalise
from channels.kinds import AddressKind


@pytest.mark.parametrize(
    ("written", "country", "stored"),
    [
        ("38 (067) 643-30-12", "UA", "+380676433012"),
        ("0676433012", "UA", "+380676433012"),
        ("380676433012", "UA", "+380676433012"),
        ("+380 67 643 30 12", "ES", "+380676433012"),
        ("0034664565416", "ES", "+34664565416"),
        (
            "0034664565416",
            "US",
            "+34664565416",
        ),  # 00 is not the American prefix, but people write it
        ("(+34) 642-016-493", "ES", "+34642016493"),
        ("648 54 29 58", "ES", "+34648542958"),
        ("12125550001", "US", "+12125550001"),
        ("380676433012", "US", "+380676433012"),  # the plus was lost on the way
        ("\N{NO-BREAK SPACE}+12125550000 ", "US", "+12125550000"),
        ("тел. 067 643 30 12", "UA", "+380676433012"),
        ("tel:+380676433012", "", "+380676433012"),
        ("067 643 30 12 ext 5", "UA", "+380676433012"),
        ("8 912 345-67-89", "RU", "+79123456789"),
    ],
)
def test_a_phone_number_becomes_e164(written: str, country: str, stored: str) -> None:
    assert normalise(AddressKind.PHONE, written, country) == stored


@pytest.mark.parametrize(
    "written",
    ["12345", "+34 12", "067-CALL-NOW", "0676433012 after six", "нет", "0000000000"],
)
def test_what_is_no_phone_number_is_named_in_the_refusal(written: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"“{written}” is not a phone number")):
        normalise(AddressKind.PHONE, written, "UA")


@pytest.mark.parametrize("written", ["3.80676E+11", "3,80676e+11"])
def test_a_number_that_a_spreadsheet_shortened_is_not_guessed_at(written: str) -> None:
    with pytest.raises(ValueError, match="spreadsheet program"):
        normalise(AddressKind.PHONE, written, "UA")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("UK7.0@EXAMPLE.COM", "uk7.0@example.com"),
        (" anna@example.com\N{NO-BREAK SPACE}", "anna@example.com"),
        ("mailto:Anna@Example.com", "anna@example.com"),
        ("oleh@пошта.укр", "oleh@xn--80a1acn3a.xn--j1amh"),
        ("a+b@sub.example.co.uk", "a+b@sub.example.co.uk"),
    ],
)
def test_mail_is_lower_case_and_its_domain_ascii(written: str, stored: str) -> None:
    assert normalise(AddressKind.EMAIL, written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "нема@",
        "no-es-un-correo",
        "a@localhost",
        "a b@example.com",
        "a@b",
        f"{'x' * 250}@example.com",
        "@",
    ],
)
def test_what_is_no_mail_address_is_named_in_the_refusal(written: str) -> None:
    with pytest.raises(ValueError, match="is not an email address"):
        normalise(AddressKind.EMAIL, written)


def test_ids_lose_their_decoration() -> None:
    assert normalise(AddressKind.VK_ID, "https://vk.com/id12345") == "12345"
    assert normalise(AddressKind.TELEGRAM_ID, " 987654321 ") == "987654321"
    assert normalise(AddressKind.PUSH_TOKEN, "fcm:abc_DEF-1") == "fcm:abc_DEF-1"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (AddressKind.TELEGRAM_ID, "@anna"),
        (AddressKind.VK_ID, "durov"),
        (AddressKind.PUSH_TOKEN, "two words"),
        (AddressKind.MESSENGER_ID, "x" * 501),
        (AddressKind.INSTAGRAM_ID, "  "),
    ],
)
def test_what_is_no_id_is_refused(kind: AddressKind, written: str) -> None:
    with pytest.raises(ValueError, match=r"\."):
        normalise(kind, written)


@given(
    kind=st.sampled_from(AddressKind.values),
    written=st.text(max_size=40),
    country=st.sampled_from(["UA", "US", ""]),
)
def test_any_text_is_refused_or_has_a_spelling_that_stays(kind: str, written: str, country: str) -> None:
    try:
        stored = normalise(kind, written, country)
    except ValueError:
        return
    assert stored
    assert normalise(kind, stored, country) == stored


def test_the_hash_depends_on_key_kind_and_value(
    settings: pytest.FixtureRequest,
) -> None:
    phone = address_hash(AddressKind.PHONE, "+380676433012")
    assert re.fullmatch(r"[0-9a-f]{32}", phone)
    assert address_hash(AddressKind.PHONE, "+380676433012") == phone
    assert address_hash(AddressKind.PHONE, "+380676433013") != phone
    assert address_hash(AddressKind.TELEGRAM_ID, "+380676433012") != phone
    settings.ADDRESS_HASH_KEY = "another"  # type: ignore[attr-defined]
    assert address_hash(AddressKind.PHONE, "+380676433012") != phone
