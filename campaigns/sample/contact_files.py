"""The contact files of the sample, as a shop has them: its customer lists, the app's users, chats, opt-outs."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from campaigns.audience.import_choices import ColumnChoice, ConsentBasis, ConsentChoice
from campaigns.audience.targets import Target
from campaigns.sample.people import Person
from channels.kinds import Channel

YES_AND_NO = {"en": ("yes", "no"), "es": ("sí", "no"), "uk": ("так", "ні"), "ru": ("да", "нет")}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its header, what the import makes of it, and what stands in it."""

    header: str
    target: Target
    cell: Callable[[Person], str]
    attribute: str = ""


@dataclass(frozen=True, kw_only=True)
class ContactFile:
    """A file ready to be uploaded, with what the person who uploads it chooses."""

    name: str
    content: bytes
    columns: tuple[ColumnChoice, ...]
    country: str
    consent: ConsentChoice


def make_files(people: Sequence[Person]) -> list[ContactFile]:
    """All files, in the order in which they are uploaded."""
    return [
        *(_customers(language, people) for language in CUSTOMER_LISTS),
        contact_file("app-users.csv", [p for p in people if p.push_token], APP, (Channel.PUSH, Channel.RCS)),
        contact_file("chats.csv", [p for p in people if has_chat(p)], CHATS, CHAT_CHANNELS),
        contact_file("call-centre.csv", people[::3], _CALL_CENTRE, (Channel.CALL_TASK, Channel.VOICE)),
        contact_file("newsletter-opt-outs.csv", people[5::40], _OPT_OUTS, (Channel.EMAIL,)),
    ]


@dataclass(frozen=True, kw_only=True)
class CustomerList:
    """A shop's customer list: the name of its file, its headers in the order of _PROFILE, what a yes in it permits."""

    name: str
    headers: str
    country: str
    channels: tuple[Channel, ...]
    delimiter: str = ";"


CUSTOMER_LISTS = {
    "en": CustomerList(
        name="customers.csv",
        headers="Customer ID,First name,Last name,Phone,Email,Birth date,Language,Country,Time zone,Interests,City,"
        "Loyalty tier,Last purchase,Opt-in",
        country="US",
        channels=(Channel.SMS, Channel.EMAIL, Channel.WHATSAPP, Channel.VOICE),
        delimiter=",",
    ),
    "es": CustomerList(
        name="clientes.csv",
        headers="Identificador,Nombre,Apellidos,Teléfono,Correo,Fecha de nacimiento,Idioma,País,Zona horaria,Intereses,"
        "Ciudad,Nivel,Última compra,Acepta publicidad",
        country="ES",
        channels=(Channel.SMS, Channel.EMAIL, Channel.WHATSAPP, Channel.VIBER, Channel.VOICE),
    ),
    "uk": CustomerList(
        name="клієнти.csv",
        headers="Код клієнта,Ім'я,Прізвище,Телефон,Пошта,Дата народження,Мова,Країна,Часовий пояс,Інтереси,Місто,"
        "Рівень,Остання покупка,Згода на розсилку",
        country="UA",
        channels=(Channel.SMS, Channel.EMAIL, Channel.VIBER, Channel.VOICE),
    ),
    "ru": CustomerList(
        name="клиенты.csv",
        headers="Код клиента,Имя,Фамилия,Телефон,Почта,Дата рождения,Язык,Страна,Часовой пояс,Интересы,Город,Уровень,"
        "Последняя покупка,Согласие на рассылку",
        country="RU",
        channels=(Channel.SMS, Channel.EMAIL, Channel.VIBER, Channel.WHATSAPP, Channel.VOICE),
    ),
}
_PROFILE: tuple[tuple[Target, str, Callable[[Person], str]], ...] = (
    (Target.EXTERNAL_ID, "", lambda person: person.customer_id),
    (Target.FIRST_NAME, "", lambda person: person.first_name),
    (Target.LAST_NAME, "", lambda person: person.last_name),
    (Target.PHONE, "", lambda person: person.phone),
    (Target.EMAIL, "", lambda person: person.email),
    (Target.BIRTH_DATE, "", lambda person: person.birth_date.isoformat()),
    (Target.LANGUAGE, "", lambda person: person.language),
    (Target.COUNTRY, "", lambda person: person.country),
    (Target.TIME_ZONE, "", lambda person: person.time_zone),
    (Target.PREFERENCES, "", lambda person: ", ".join(person.preferences)),
    (Target.ATTRIBUTE, "city", lambda person: person.city),
    (Target.ATTRIBUTE, "loyalty_tier", lambda person: person.loyalty_tier),
    (Target.ATTRIBUTE, "last_purchase", lambda person: person.last_purchase.isoformat()),
    (Target.CONSENT, "", lambda person: _word(person, person.agreed)),
)
_ID = Column(header="Customer ID", target=Target.EXTERNAL_ID, cell=lambda person: person.customer_id)
APP = (
    _ID,
    Column(header="Push token", target=Target.PUSH_TOKEN, cell=lambda person: person.push_token),
    Column(header="Opt-in", target=Target.CONSENT, cell=lambda person: _word(person, person.agreed_in_app)),
)
CHATS = (
    _ID,
    Column(header="Telegram id", target=Target.TELEGRAM_ID, cell=lambda person: person.telegram_id),
    Column(header="Messenger id", target=Target.MESSENGER_ID, cell=lambda person: person.messenger_id),
    Column(header="Instagram id", target=Target.INSTAGRAM_ID, cell=lambda person: person.instagram_id),
    Column(header="VK id", target=Target.VK_ID, cell=lambda person: person.vk_id),
    Column(header="Opt-in", target=Target.CONSENT, cell=lambda person: _word(person, person.agreed_in_chat)),
)
CHAT_CHANNELS = (Channel.TELEGRAM, Channel.MESSENGER, Channel.INSTAGRAM, Channel.VK)
_CALL_CENTRE = (
    _ID,
    # Whoever may be written to may be phoned, but for some who said on the phone that they would rather not.
    Column(
        header="Opt-in",
        target=Target.CONSENT,
        cell=lambda person: _word(person, bool(person.agreed) and person.birth_date.day % 5 > 0),
    ),
)
_OPT_OUTS = (_ID, Column(header="Subscribed", target=Target.CONSENT, cell=lambda _person: "no"))
# What every real list has: a line typed twice, a date that no calendar has, a line without an address.
_FLAWS = (
    ("MG-2001", "Blake", "Jordan", "", "blake.jordan@example.com", "31.02.1990"),
    ("MG-2002", "Robin", "Lee", "", "robin.lee(at)example.com", "1984-07-02"),
    ("", "Casey", "Quinn", "555 0100", "", "1975-11-30"),
)


def customer_columns(language: str) -> tuple[Column, ...]:
    """The columns of the customer list in `language`."""
    return tuple(
        Column(header=header, target=target, cell=cell, attribute=attribute)
        for header, (target, attribute, cell) in zip(CUSTOMER_LISTS[language].headers.split(","), _PROFILE, strict=True)
    )


def _customers(language: str, people: Iterable[Person]) -> ContactFile:
    made = CUSTOMER_LISTS[language]
    columns = customer_columns(language)
    speakers = [person for person in people if person.language == language]
    return contact_file(
        made.name,
        [*speakers, speakers[0]] if language == "en" else speakers,
        columns,
        made.channels,
        country=made.country,
        delimiter=made.delimiter,
        more_rows=_FLAWS if language == "en" else (),
    )


def contact_file(
    name: str,
    people: Iterable[Person],
    columns: Sequence[Column],
    channels: tuple[Channel, ...],
    *,
    country: str = "US",
    delimiter: str = ",",
    more_rows: Iterable[Sequence[str]] = (),
) -> ContactFile:
    """A file called `name` of `people`, whose yes and no in the column of consents hold for `channels`."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=delimiter)
    table.writerow([column.header for column in columns])
    table.writerows([column.cell(person) for column in columns] for person in people)
    table.writerows(more_rows)
    return ContactFile(
        name=name,
        content=written.getvalue().encode("utf-8-sig"),
        columns=tuple(ColumnChoice(target=column.target, attribute=column.attribute) for column in columns),
        country=country,
        consent=ConsentChoice(basis=ConsentBasis.COLUMN, channels=channels),
    )


def _word(person: Person, is_yes: bool | None) -> str:
    yes, no = YES_AND_NO[person.language]
    return "" if is_yes is None else yes if is_yes else no


def has_chat(person: Person) -> bool:
    """Whether `person` can be written to in a messenger by an id."""
    return any((person.telegram_id, person.messenger_id, person.instagram_id, person.vk_id))
