"""What a column of a contact file may become."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.kinds import AddressKind


class Target(models.TextChoices):
    """Where the values of a column go. All but attributes and ignored columns may be chosen once."""

    FIRST_NAME = "first_name", _("First name")
    LAST_NAME = "last_name", _("Last name")
    FULL_NAME = "full_name", _("Full name, first name first")
    FULL_NAME_LAST_FIRST = "full_name_last_first", _("Full name, last name first")
    PHONE = "phone", _("Phone number")
    OTHER_PHONE = "other_phone", _("Second phone number")
    EMAIL = "email", _("Email address")
    BIRTH_DATE = "birth_date", _("Birth date")
    LANGUAGE = "language", _("Language")
    COUNTRY = "country", _("Country")
    TIME_ZONE = "time_zone", _("Time zone")
    PREFERENCES = "preferences", _("Preferences")
    CONSENT = "consent", _("Permission to write (yes or no)")
    EXTERNAL_ID = "external_id", _("Id in your system")
    PUSH_TOKEN = "push_token", _("Push token")
    TELEGRAM_ID = "telegram_id", _("Telegram id")
    MESSENGER_ID = "messenger_id", _("Messenger id")
    INSTAGRAM_ID = "instagram_id", _("Instagram id")
    VK_ID = "vk_id", _("VK id")
    ATTRIBUTE = "attribute", _("Attribute…")
    IGNORE = "ignore", _("Do not import")


REPEATABLE = frozenset([Target.ATTRIBUTE, Target.IGNORE])
# A name in one column, which leaves no room for its parts in others.
FULL_NAMES = frozenset([Target.FULL_NAME, Target.FULL_NAME_LAST_FIRST])
# A row must name a person by one of these.
IDENTIFYING = (Target.EXTERNAL_ID, Target.PHONE, Target.EMAIL)
ADDRESS_KINDS: dict[Target, AddressKind] = {
    Target.PHONE: AddressKind.PHONE,
    Target.OTHER_PHONE: AddressKind.PHONE,
    Target.EMAIL: AddressKind.EMAIL,
    Target.PUSH_TOKEN: AddressKind.PUSH_TOKEN,
    Target.TELEGRAM_ID: AddressKind.TELEGRAM_ID,
    Target.MESSENGER_ID: AddressKind.MESSENGER_ID,
    Target.INSTAGRAM_ID: AddressKind.INSTAGRAM_ID,
    Target.VK_ID: AddressKind.VK_ID,
}
# Names that attributes may not have, because texts know something else by them.
RESERVED_ATTRIBUTES = frozenset([*Target.values, "name", "id", "attributes"])
