"""The quick way to read phone numbers and phonenumbers' own never disagree."""

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.audience.phones import phone_country, quick_e164, thorough_e164

_KINDS = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.TOLL_FREE,
)
_REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A number, real or nearly so, as somebody writes it, and the country in which it is read."""
    region = draw(st.sampled_from(_REGIONS))
    examples = [phonenumbers.example_number_for_type(region, kind) for kind in _KINDS]
    nationals = [phonenumbers.national_significant_number(number) for number in examples if number]
    digits = list(draw(st.sampled_from(nationals or ["12345678"])))
    for place in draw(st.lists(st.integers(0, len(digits) - 1), max_size=5)):
        digits[place] = draw(st.sampled_from("0123456789"))
    national = "".join(digits)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    prefix = metadata.national_prefix or "" if metadata else ""
    code = phonenumbers.country_code_for_region(region)
    forms = [
        "+{c}{n}",
        "+{c}{p}{n}",
        "{c}{n}",
        "{p}{n}",
        "{n}",
        "00{c}{n}",
        "+{c} (12) {n}",
        "{n}5",
        "{c} {n}",
        "{p}-{n}",
    ]
    written = draw(st.sampled_from(forms)).format(c=code, n=national, p=prefix)
    return written, draw(st.sampled_from([region, region, "UA", "ES", "US", "RU", "GB", "MX", ""]))


@settings(max_examples=300, deadline=None)
@given(spellings())
def test_the_quick_way_agrees_with_the_thorough_one(spelling: tuple[str, str]) -> None:
    written, country = spelling
    quick = quick_e164(written, country)
    assert quick is None or quick == thorough_e164(written, country)


def test_the_quick_way_settles_what_files_are_full_of() -> None:
    usual = [("38 (067) 643-30-12", "UA"), ("0676433012", "UA"), ("648 54 29 58", "ES"), ("0034664565416", "ES")]
    usual += [("(+34) 642-016-493", "UA"), ("12125550001", "US"), ("8 912 345-67-89", "RU"), ("+7 912 345 67 89", "")]
    assert all(quick_e164(written, country) for written, country in usual)


def test_the_country_of_a_number() -> None:
    numbers = {"+380676433012": "UA", "+12125550000": "US", "+14165550100": "CA", "+77012345678": "KZ"}
    numbers |= {"+79123456789": "RU", "+881612345678": "", "+0": ""}
    assert {number: phone_country(number) for number in numbers} == numbers
