"""Lists of made-up people with the defects of three real ones: Ukrainian and Spanish CSV, an English workbook.

Which rows are bad or repeated is fixed by their position, so that the counts are known beforehand.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from openpyxl import Workbook

_UKRAINIAN_NAMES = ("Олена", "Тарас", "Віра", "Вʼячеслав", "Єва", "Ґандзя", "Їжак", "Мар'яна")
_SPANISH_NAMES = ("Begoña", "José", "Núria", "Íñigo", "Ángela", "Martín", "Águeda")
_ENGLISH_NAMES = ("Grace", "Alan", "Barbara", "Edsger", "Margaret", "Ken")
_INTERESTS = ("спорт", "кава", "музика, спорт", "", "подорожі, кава, музика")
_INTERESES = ("deporte", "café|música", "", "viajes|deporte|música")
_FIRST_BIRTHDAY = date(1950, 1, 14)


@dataclass(frozen=True, kw_only=True)
class MadeUpFile:
    """A file, and what an import of it into an empty database must count."""

    name: str
    content: bytes
    country: str
    rows: int
    rejected: int
    repeated: int

    @property
    def contacts(self) -> int:
        """How many people it holds."""
        return self.rows - self.rejected - self.repeated


def ukrainian_csv(people: int = 300, repetitions: int = 8) -> MadeUpFile:
    """UTF-8 with BOM, semicolons, non-breaking spaces, four spellings of phones, capitals in mail addresses.

    Of each fifty people one has no usable address, one is born on 31 February, one has a broken mail address.
    """
    lines = ["Ім'я;Прізвище;Телефон;E-mail;Дата народження;Інтереси;Згода"]
    rejected = 0
    for number in range(people):
        phone, mail, born = _ukrainian_phone(number), f"ua.{number}@example.com", _birthday(number, "%d.%m.%Y")
        match number % 50:
            case 10:
                phone, mail = "12345", ""
            case 20:
                born = "31.02.1990"
            case 30:
                mail = "нема@"
        rejected += number % 50 in (10, 20, 30)
        name = _UKRAINIAN_NAMES[number % 8] + ("\N{NO-BREAK SPACE}" if number % 9 == 0 else "")
        shown = mail.upper() if number % 7 == 0 else mail
        agrees = "ні" if number % 11 == 1 else "так"
        lines.append(f"{name};Петренко{number};{phone};{shown};{born};{_INTERESTS[number % 5]};{agrees}")
    lines += [
        f"Інше імʼя;Петренко{number};0{_digits(number)};ua.{number}@example.com;;спорт;так"
        for number in range(repetitions)
    ]
    content = "\r\n".join([*lines, ""]).encode("utf-8-sig")
    return MadeUpFile(
        name="клієнти.csv",
        content=content,
        country="UA",
        rows=people + repetitions,
        rejected=rejected,
        repeated=repetitions,
    )


def spanish_csv(people: int = 200) -> MadeUpFile:
    """Windows-1252, commas, names with quotation marks inside, preferences behind bars, 0034 for +34.

    Of each forty people one has neither a usable phone number nor a usable mail address.
    """
    lines = ["Nombre,Apellidos,Móvil,Correo electrónico,Fecha de nacimiento,Preferencias,Acepta"]
    for number in range(people):
        phone, mail = _spanish_phone(number), f"es.{number}@example.com"
        if number % 40 == 7:
            phone, mail = "+34 12", "no-es-un-correo"
        last = f'"Peña, ""el {number}"""' if number % 30 == 0 else f"Peña {number}"
        born = "" if number % 5 == 0 else _birthday(number, "%d/%m/%Y")
        agrees = "no" if number % 14 == 6 else "sí"
        lines.append(f"{_SPANISH_NAMES[number % 7]},{last},{phone},{mail},{born},{_INTERESES[number % 4]},{agrees}")
    content = "\r\n".join([*lines, ""]).encode("cp1252")
    return MadeUpFile(
        name="clientes.csv", content=content, country="ES", rows=people, rejected=people // 40, repeated=0
    )


def english_workbook(people: int = 150) -> MadeUpFile:
    """XLSX with dates and truth values of its own, phones as numbers, a formula for a city, a second sheet."""
    workbook = Workbook()
    customers = workbook.active
    assert customers is not None
    customers.title = "Customers"
    customers.append(["First name", "Last name", "Phone", "Email", "Birth date", "Interests", "Opt-in", "City"])
    for number in range(people):
        customers.append(_english_row(number))
    workbook.create_sheet("Notes").append(["not contacts"])
    return MadeUpFile(name="customers.xlsx", content=saved(workbook), country="US", rows=people, rejected=0, repeated=0)


def saved(workbook: Workbook) -> bytes:
    """The bytes of a workbook."""
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _english_row(number: int) -> list[Any]:
    phone: Any = 12125551000 + number if number % 2 else f"+{12125551000 + number}"
    city = '=HYPERLINK("http://evil.example","x")' if number == 3 else "Lviv"
    born = _FIRST_BIRTHDAY + timedelta(days=97 * number)
    interests = "sport;music" if number % 3 == 0 else None
    name = _ENGLISH_NAMES[number % 6]
    return [name, f"Smith{number}", phone, f"en.{number}@example.com", born, interests, number % 9 != 0, city]


def _digits(number: int) -> str:
    return f"67{2_000_000 + 7 * number}"


def _ukrainian_phone(number: int) -> str:
    digits = _digits(number)
    spaced = f"{digits[:2]} {digits[2:5]} {digits[5:]}"
    spellings = (
        f"38 (0{digits[:2]}) {digits[2:5]}-{digits[5:7]}-{digits[7:]}",
        f"+380 {spaced}".replace(" ", "\N{NO-BREAK SPACE}"),
        f"+380{digits}",
        f"0{digits}",
        f"380{digits}",
    )
    return spellings[number % 5]


def _spanish_phone(number: int) -> str:
    digits = str(612_000_000 + 11 * number)
    spellings = (f"0034{digits}", f"{digits[:3]} {digits[3:5]} {digits[5:7]} {digits[7:]}", digits, f"+34{digits}")
    return (*spellings, f"(+34) {digits[:3]}-{digits[3:6]}-{digits[6:]}")[number % 5]


def _birthday(number: int, form: str) -> str:
    return (_FIRST_BIRTHDAY + timedelta(days=71 * number % 20_000)).strftime(form)
