"""Phone numbers as E.164, as fast as a list of millions needs.

phonenumbers decides. It takes some 30 µs a number, of which most is spent on spellings that hardly ever
occur, so a number in plain digits that can be read in one way only, and is a mobile or fixed-line number
when read so, is settled with the same patterns of phonenumbers and without the rest of it. A property
test holds both ways to the same answers.
"""

import re
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc

# Shorter runs of digits are as often national numbers or extensions as whole international numbers.
FEWEST_INTERNATIONAL_DIGITS = 11
_LONGEST_CALLING_CODE = 3
_SEPARATORS = str.maketrans("", "", " -().\N{NO-BREAK SPACE}")
_PLAIN = re.compile(r"\+?[0-9]{7,15}")
# phonenumbers reads letters as the keys of an old telephone (0-800-FLOWERS): a remark is no number.
_WORD_AFTER_DIGITS = re.compile(r"\d\D*?(?!ext)[^\W\d_]{3,}", re.IGNORECASE)


class _Region(NamedTuple):
    """The patterns of the country that a calling code is named for, and how numbers are dialled in it."""

    calling_code: str
    national_prefix: str
    international_prefix: str
    possible: re.Pattern[str]
    usual: re.Pattern[str]
    # What tells its numbers from those of other countries with the same code (Russia's from Kazakhstan's).
    leading: re.Pattern[str]


def e164(text: str, country: str) -> str | None:
    """The valid phone number that `text` writes, in E.164; None if it writes none.

    Read as a number of `country` (ISO 3166 code, or ''), then with 00 for the plus, then as a whole
    international number whose plus was lost, as spreadsheets do.
    """
    return quick_e164(text, country) or thorough_e164(text, country)


def thorough_e164(text: str, country: str) -> str | None:
    """As `e164`, by phonenumbers alone."""
    if _WORD_AFTER_DIGITS.search(text):
        return None
    digits = re.sub(r"\D", "", text)
    spellings = [text]
    if digits.startswith("00"):
        spellings.append(f"+{digits[2:]}")
    elif len(digits) >= FEWEST_INTERNATIONAL_DIGITS:
        spellings.append(f"+{digits}")
    return next((number for spelling in spellings if (number := _valid(spelling, country))), None)


def quick_e164(text: str, country: str) -> str | None:
    """As `e164` for plain numbers, None for every other."""
    plain = text.translate(_SEPARATORS)
    if not _PLAIN.fullmatch(plain):
        return None
    if plain.startswith("+"):
        return _international(plain[1:])
    region = _region(country)
    if region is None:
        return None
    if plain.startswith("00"):
        return _international(plain[2:]) if region.international_prefix == "00" else None
    return _only_reading(
        region, [plain, *_without(region.national_prefix, plain), *_without(region.calling_code, plain)]
    )


def phone_country(number: str) -> str:
    """The country (ISO 3166 code) of a phone number in E.164; '' where none has it (satellite phones)."""
    regions = _regions_of(number.removeprefix("+"))
    # Of the calling codes most belong to one country, and need no second look at the number.
    found = regions[0] if len(regions) == 1 else regions and _valid_region(number)
    return found if found and found.isalpha() else ""


def _valid(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _valid_region(number: str) -> str | None:
    return phonenumbers.region_code_for_number(phonenumbers.parse(number))


def _international(digits: str) -> str | None:
    regions = _regions_of(digits)
    region = _region(regions[0]) if regions else None
    if region is None:
        return None
    national = digits[len(region.calling_code) :]
    return _only_reading(region, [national, *_without(region.national_prefix, national)])


def _only_reading(region: _Region, readings: list[str]) -> str | None:
    possible = {reading for reading in readings if region.possible.fullmatch(reading)}
    if len(possible) != 1:
        return None
    (national,) = possible
    is_settled = region.usual.fullmatch(national) and region.leading.match(national)
    return f"+{region.calling_code}{national}" if is_settled else None


def _without(prefix: str, digits: str) -> list[str]:
    return [digits[len(prefix) :]] if prefix and digits.startswith(prefix) else []


def _regions_of(digits: str) -> tuple[str, ...]:
    """The countries of the calling code with which `digits` begin, the one it is named for first."""
    for length in range(1, _LONGEST_CALLING_CODE + 1):
        if regions := phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length] or 0)):
            return regions
    return ()


@cache
def _region(country: str) -> _Region | None:
    """The region of `country`, if its numbers are read by plain rules and its calling code is named for it."""
    metadata = PhoneMetadata.metadata_for_region(country) if country else None
    if metadata is None or not _is_plain(metadata):
        return None
    mobile, fixed = _pattern(metadata.mobile), _pattern(metadata.fixed_line)
    return _Region(
        calling_code=str(metadata.country_code),
        national_prefix=metadata.national_prefix or "",
        international_prefix=metadata.international_prefix or "",
        possible=re.compile(_pattern(metadata.general_desc)),
        usual=re.compile(f"(?:{mobile})|(?:{fixed})"),
        leading=re.compile(metadata.leading_digits or ""),
    )


def _pattern(numbers: PhoneNumberDesc | None) -> str:
    """The regular expression of such national numbers; one that fits nothing where there are none."""
    return (numbers and numbers.national_number_pattern) or r"(?!)"


def _is_plain(metadata: PhoneMetadata) -> bool:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(metadata.country_code or 0, ("",))
    is_dialled_plainly = metadata.national_prefix_for_parsing in (None, metadata.national_prefix)
    return regions[0] == metadata.id and is_dialled_plainly and not metadata.national_prefix_transform_rule
