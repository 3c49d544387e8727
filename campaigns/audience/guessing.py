"""What a contact file most likely means, proposed to whoever uploads it: they see it and may change it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.audience.birth_dates import DateOrder, guess_order
from campaigns.audience.cleaning import clean_text
from campaigns.audience.file_reading.formats import FileRow
from campaigns.audience.headers import propose
from campaigns.audience.import_choices import ColumnChoice
from campaigns.audience.phones import e164, phone_country
from campaigns.audience.targets import Target

# So many values of a column without a telling header are looked at.
_JUDGED = 20


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A choice for each column; the country of the phone numbers, '' if they do not tell; the order of dates."""

    columns: tuple[ColumnChoice, ...]
    country: str
    date_order: DateOrder | None


def guess(headers: Sequence[str], rows: Sequence[FileRow]) -> Guess:
    """What a file with `headers` means, of which `rows` are the first."""
    columns = list(propose(headers))
    for place, column in enumerate(columns):
        known = _by_values(values_of(rows, place)[:_JUDGED]) if column.target == Target.ATTRIBUTE else None
        if known and known not in {column.target for column in columns}:
            columns[place] = ColumnChoice(target=known)
    places = {column.target: place for place, column in enumerate(columns)}
    phones = values_of(rows, places[Target.PHONE]) if Target.PHONE in places else []
    dates = values_of(rows, places[Target.BIRTH_DATE]) if Target.BIRTH_DATE in places else []
    return Guess(columns=tuple(columns), country=_country_of(phones), date_order=guess_order(dates))


def values_of(rows: Sequence[FileRow], place: int) -> list[str]:
    """The values of the column at `place` (from 0) that are not empty."""
    cells = (clean_text(row.cells[place]) for row in rows if place < len(row.cells))
    return [cell for cell in cells if cell]


def _by_values(values: Sequence[str]) -> Target | None:
    """What a column is whose header says nothing: in a file without headers, every one."""
    if values and all("@" in value for value in values):
        return Target.EMAIL
    if values and all(value.startswith("+") and e164(value, "") for value in values):
        return Target.PHONE
    return None


def _country_of(phones: Sequence[str]) -> str:
    """The country of most of the numbers that name one themselves."""
    whole = (e164(phone, "") for phone in phones if phone.startswith(("+", "00", "(+")))
    countries = Counter(phone_country(number) for number in whole if number)
    return countries.most_common(1)[0][0] if countries else ""
