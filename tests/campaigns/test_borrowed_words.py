"""What Cascade translates anew of Django's and allauth's texts."""

from importlib.resources import files

import pytest
from babel.messages.pofile import read_po
from django.utils.translation import gettext, ngettext, override

from cascade_site.borrowed_words import SAID_ONCE

_CATALOGS = (("allauth", "locale"), ("django", "conf/locale"), ("django.contrib.auth", "locale"))


def _texts_of_packages() -> set[str]:
    texts: set[str] = set()
    for package, folder in _CATALOGS:
        with (files(package) / folder / "es/LC_MESSAGES/django.po").open("rb") as file:
            texts |= {message.id for message in read_po(file, locale="es") if isinstance(message.id, str)}
    return texts


def test_each_borrowed_text_is_one_that_a_package_still_says() -> None:
    assert set(SAID_ONCE) <= _texts_of_packages()


@pytest.mark.parametrize("text", SAID_ONCE)
def test_nobody_is_called_usted(text: str) -> None:
    with override("es"):
        assert not {"usted", "su", "sus", "introduzca", "ingrese"} & set(gettext(text).lower().split())


def test_a_borrowed_text_with_a_number_comes_before_the_packages_own() -> None:
    one, many = (
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
    )
    with override("es"):
        assert ngettext(one, many, 8) == "Tu contraseña debe tener al menos %(min_length)d caracteres."
