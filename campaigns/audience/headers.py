"""What the headers of a contact file mean, in English, Russian, Ukrainian and Spanish."""

import re
import unicodedata
from collections.abc import Sequence

from campaigns.audience.import_choices import ColumnChoice
from campaigns.audience.targets import FULL_NAMES, REPEATABLE, RESERVED_ATTRIBUTES, Target
from campaigns.personalise import variable_name

# Whole headers, as `_plain` writes them.
_HEADERS: dict[Target, str] = {
    Target.FIRST_NAME: """first name|firstname|fname|given name|forename|christian name
        имя|имя клиента|імя|ім'я|ім'я клієнта|nombre|nombres|nombre de pila|primer nombre""",
    Target.LAST_NAME: """last name|lastname|lname|surname|family name|second name
        фамилия|прізвище|фамилия клиента|apellido|apellidos|primer apellido""",
    Target.FULL_NAME: """name|full name|fullname|contact|contact name|customer|customer name|client|client name
        имя и фамилия|клиент|контакт|имя контакта|ім'я та прізвище|ім'я і прізвище|клієнт
        nombre completo|nombre y apellidos|nombre y apellido|cliente|contacto""",
    Target.FULL_NAME_LAST_FIRST: """фио|ф и о|фамилия имя|фамилия и имя|фамилия имя отчество
        піб|п і б|прізвище ім'я|прізвище та ім'я|прізвище ім'я по батькові
        apellidos y nombre|apellidos nombre|last name first name|last first name""",
    Target.PHONE: """phone|phone number|phone no|telephone|telephone number|tel|mobile|mobile phone|mobile number|cell
        cell phone|cellphone|msisdn|sms|gsm
        телефон|номер телефона|номер|моб|моб телефон|моб тел|мобильный|мобильный телефон|тел|сотовый|сотовый телефон
        номер телефону|мобільний|мобільний телефон
        teléfono|telefono|tel|móvil|movil|celular|número de teléfono|número|teléfono móvil""",
    Target.OTHER_PHONE: """phone 2|phone2|second phone|other phone|home phone|work phone|landline|alternative phone
        телефон 2|второй телефон|доп телефон|домашний телефон|рабочий телефон|другий телефон|додатковий телефон
        домашній телефон|робочий телефон|teléfono 2|otro teléfono|teléfono fijo|fijo""",
    Target.EMAIL: """email|e mail|mail|email address|e mail address|emailaddress
        почта|эл почта|электронная почта|эл адрес|адрес электронной почты|мейл|имейл|емейл
        пошта|ел пошта|електронна пошта|електронна адреса|адреса електронної пошти
        correo|correo electrónico|correo electronico|dirección de correo|e correo""",
    Target.BIRTH_DATE: """birth date|birthdate|birthday|date of birth|dob|born|b day|bday
        дата рождения|день рождения|д р|др|дата народження|день народження|дн
        fecha de nacimiento|fecha nacimiento|nacimiento|cumpleaños|f nacimiento""",
    Target.LANGUAGE: """language|lang|locale|preferred language|язык|язык общения|мова|мова спілкування
        idioma|lengua""",
    Target.COUNTRY: "country|country code|страна|код страны|країна|код країни|país|pais|código de país",
    Target.TIME_ZONE: "time zone|timezone|tz|часовой пояс|часовий пояс|zona horaria|huso horario",
    Target.PREFERENCES: """interests|interest|preferences|preference|hobbies|tags|topics
        интересы|предпочтения|теги|увлечения|хобби|інтереси|вподобання|уподобання|захоплення
        intereses|preferencias|gustos|aficiones|etiquetas""",
    Target.CONSENT: """consent|opt in|optin|opted in|subscribed|subscription|marketing consent|permission|agreed|gdpr
        accepts marketing|marketing
        согласие|согласие на рассылку|согласен|подписка|подписан|рассылка
        згода|згода на розсилку|згоден|підписка|підписаний|розсилка
        acepta|consentimiento|acepto|suscrito|suscripción|acepta publicidad|permiso""",
    Target.EXTERNAL_ID: """id|external id|customer id|client id|user id|contact id|crm id|customer number|uid|externalid
        card number|loyalty card
        ид|ид клиента|код клиента|номер клиента|внешний id|номер карты
        ід|ід клієнта|код клієнта|номер клієнта|зовнішній id|номер картки
        identificador|id de cliente|código de cliente|número de cliente|id externo""",
    Target.PUSH_TOKEN: """push token|device token|fcm token|apns token|registration token|токен|пуш токен|push токен
        token push|token de dispositivo""",
    Target.TELEGRAM_ID: "telegram id|telegram chat id|telegram|chat id|телеграм|телеграм id|id de telegram",
    Target.MESSENGER_ID: "messenger id|psid|facebook id|messenger psid|facebook messenger id",
    Target.INSTAGRAM_ID: "instagram id|igsid|instagram scoped id",
    Target.VK_ID: "vk id|vk|vkontakte|вк|id вк|вконтакте|id vk",
    Target.IGNORE: "age|возраст|вік|edad|no|row|№|n|№ п п|n п п",
}
# Recognised to be refused: it goes out of date, and the birth date is what is kept.
_AGES = frozenset(["age", "возраст", "вік", "edad"])
# Attributes that every file names in its own language.
_ATTRIBUTES = {
    "city": "city|town|город|місто|ciudad|localidad|населенный пункт|населений пункт",
    "gender": "gender|sex|пол|стать|sexo|género",
    "region": "region|state|province|область|регион|регіон|provincia|estado|comunidad",
    "company": "company|organisation|organization|компания|организация|компанія|організація|empresa",
    "middle_name": "middle name|patronymic|отчество|по батькові|segundo nombre",
    "postcode": "postcode|postal code|zip|zip code|индекс|почтовый индекс|індекс|поштовий індекс|código postal|cp",
    "address": "address|street|адрес|адреса|вулиця|улица|dirección|calle",
}
# Parts of longer headers ("Customer mobile number", "Primary e-mail"), the more telling ones first.
_PARTS: tuple[tuple[Target, str], ...] = (
    (Target.CONSENT, "consent|opt in|optin|subscri|соглас|згод|подпис|підпис|acepta|consentim|suscri"),
    (Target.EMAIL, "e mail|email|почт|пошт|correo"),
    (Target.PHONE, "mobile|msisdn|мобил|мобіл|móvil|movil|celular|phone|телефон|teléfono|telefono"),
    (Target.BIRTH_DATE, "birth|рожден|народж|nacimiento|cumplea"),
)
_MOBILE = re.compile("mob|cell|msisdn|sms|моб|сотов|móvil|movil|celular")


def propose(headers: Sequence[str]) -> list[ColumnChoice]:
    """A choice for each of `headers`, in their order: no target twice, unknown ones as attributes."""
    wanted = [_meaning(header) for header in headers]
    _prefer_mobile(headers, wanted)
    _complete_name(wanted)
    taken: set[Target] = set()
    choices = []
    for header, target in zip(headers, wanted, strict=True):
        kept = _unless_taken(target, taken)
        taken.add(kept)
        choices.append(_choice(header, kept))
    return choices


def is_age(header: str) -> bool:
    """Whether a column called `header` holds ages."""
    return _plain(header) in _AGES


def attribute_name(header: str) -> str:
    """The name under which a column called `header` becomes an attribute: of four languages one, else its own."""
    known = _KNOWN_ATTRIBUTES.get(_plain(header))
    name = known or variable_name(unicodedata.normalize("NFC", header))[:50].strip("_")
    return f"{name}_2" if name in RESERVED_ATTRIBUTES else name


def _meaning(header: str) -> Target:
    plain = _plain(header)
    without_remark = _plain(re.sub(r"\(.*?\)|\[.*?\]", " ", header))
    for spelling in (plain, without_remark):
        if spelling in _KNOWN_HEADERS:
            return _KNOWN_HEADERS[spelling]
        if spelling in _KNOWN_ATTRIBUTES:
            return Target.ATTRIBUTE
    return next((target for target, parts in _PARTS if re.search(parts, plain)), Target.ATTRIBUTE)


def _prefer_mobile(headers: Sequence[str], wanted: list[Target]) -> None:
    """Of several phone columns let the mobile one be the main one: most channels reach nothing else."""
    phones = [place for place, target in enumerate(wanted) if target == Target.PHONE]
    mobile = next((place for place in phones if _MOBILE.search(_plain(headers[place]))), None)
    for place in phones if mobile is not None else ():
        wanted[place] = Target.PHONE if place == mobile else Target.OTHER_PHONE


def _complete_name(wanted: list[Target]) -> None:
    """A column "Name" beside one of last names holds the first name only; beside both parts it is not needed."""
    if Target.LAST_NAME in wanted and Target.FIRST_NAME not in wanted and Target.FULL_NAME in wanted:
        wanted[wanted.index(Target.FULL_NAME)] = Target.FIRST_NAME
    seen = {Target.FIRST_NAME} & set(wanted)
    for place, target in enumerate(wanted):
        if target in FULL_NAMES:
            wanted[place] = Target.IGNORE if seen else target
            seen.add(target)


def _unless_taken(target: Target, taken: set[Target]) -> Target:
    if target == Target.PHONE and target in taken and Target.OTHER_PHONE not in taken:
        return Target.OTHER_PHONE
    return Target.ATTRIBUTE if target in taken and target not in REPEATABLE else target


def _choice(header: str, target: Target) -> ColumnChoice:
    name = attribute_name(header) if target == Target.ATTRIBUTE else ""
    if target == Target.ATTRIBUTE and not name:
        return ColumnChoice(target=Target.IGNORE)
    return ColumnChoice(target=target, attribute=name)


def _plain(header: str) -> str:
    """`header` without case, punctuation and the several apostrophes of Ukrainian."""
    text = unicodedata.normalize("NFC", header).casefold()
    text = re.sub("[\N{MODIFIER LETTER APOSTROPHE}\N{RIGHT SINGLE QUOTATION MARK}`´]", "'", text)
    return re.sub(r"[^\w'№]+|_", " ", text).strip(" '")


def _by_header(groups: dict[Target, str] | dict[str, str]) -> dict[str, str]:
    return {
        spelling.strip(): meaning
        for meaning, spellings in groups.items()
        for line in spellings.split("\n")
        for spelling in line.split("|")
    }


_KNOWN_HEADERS: dict[str, Target] = {spelling: Target(target) for spelling, target in _by_header(_HEADERS).items()}
_KNOWN_ATTRIBUTES = _by_header(_ATTRIBUTES)
