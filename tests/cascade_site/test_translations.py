"""The texts that people read: all are found, translated, and compiled."""

import gettext
from pathlib import Path

from babel.messages.pofile import read_po

from scripts import messages, translations

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\\n"

msgid "Sign in"
msgstr "Войти"

#, python-format
msgid "%(count)s person"
msgid_plural "%(count)s people"
msgstr[0] "%(count)s человек"
msgstr[1] "%(count)s человека"
msgstr[2] "%(count)s человек"
"""

PAGE = """{% load i18n %}
  <h1 title="{% translate "Held" context "sender" %}">{% translate "People" %}</h1>
{% blocktranslate count n=people %}{{ n }} person{% plural %}{{ n }} people{% endblocktranslate %}
"""
CODE = """
def sentence() -> str:
    return gettext("Sign in") + f"{name} (no text)" + ngettext(
        "%(count)s row", "%(count)s rows", 3
    ) + pgettext_lazy("campaign", "Held")
"""


def make_product(folder: Path) -> Path:
    """A product of one page and one module."""
    (folder / "templates").mkdir()
    (folder / "templates" / "list.html").write_text(PAGE, encoding="utf-8")
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "wording.py").write_text(CODE, encoding="utf-8")
    return folder


def catalog_in(locale: Path) -> Path:
    """The Russian catalog of a folder, as PO has it."""
    path = locale / "ru" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO, encoding="utf-8")
    return path


def test_texts_are_found_in_pages_and_in_code(tmp_path: Path) -> None:
    found = {(text.context, text.id) for text in messages.collect(make_product(tmp_path)) if text.id}
    assert found == {
        ("sender", "Held"),
        (None, "People"),
        (None, ("%(n)s person", "%(n)s people")),
        (None, "Sign in"),
        (None, ("%(count)s row", "%(count)s rows")),
        ("campaign", "Held"),
    }


def test_a_text_that_nobody_has_translated_is_named_with_its_place(tmp_path: Path) -> None:
    with catalog_in(tmp_path / "locale").open("rb") as file:
        lines = messages.missing(read_po(file, locale="ru"), messages.collect(make_product(tmp_path)))
    assert len(lines) == 5
    assert "templates/list.html:2: 'People' is not translated" in lines


def test_a_catalog_is_brought_up_to_date_and_keeps_what_is_translated(tmp_path: Path) -> None:
    path = catalog_in(tmp_path / "locale")
    messages.update(tmp_path / "locale", make_product(tmp_path))
    with path.open("rb") as file:
        catalog = read_po(file, locale="ru")
    assert catalog.get("Sign in").string == "Войти"
    assert catalog.get("People").string == ""
    assert catalog.get("%(count)s person") is None
    before = path.read_bytes()
    messages.update(tmp_path / "locale", tmp_path)
    assert path.read_bytes() == before


def test_everything_is_translated_into_every_language() -> None:
    catalogs = sorted(path.parent.parent.name for path in messages.LOCALE.glob("*/LC_MESSAGES/django.po"))
    assert catalogs == ["es", "ru", "uk"]
    assert translations.faults(messages.LOCALE) == []
    assert translations.gaps(messages.LOCALE) == []


def test_a_translation_is_compiled_and_found_by_gettext(tmp_path: Path) -> None:
    catalog_in(tmp_path)
    assert translations.faults(tmp_path) == []
    translations.compile_all(tmp_path)
    russian = gettext.translation("django", tmp_path, languages=["ru"])
    assert russian.gettext("Sign in") == "Войти"
    assert russian.ngettext("%(count)s person", "%(count)s people", 3) == "%(count)s человека"


def test_a_placeholder_that_got_lost_in_translation_is_a_fault(tmp_path: Path) -> None:
    path = catalog_in(tmp_path)
    path.write_text(PO.replace('"%(count)s человека"', '"%(number)s человека"'), encoding="utf-8")
    assert len(translations.faults(tmp_path)) == 1
