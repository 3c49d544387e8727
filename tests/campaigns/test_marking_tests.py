"""The mark of a test message: in the language of its text, and never what makes an SMS dearer."""

import pytest
from django.utils import translation

from campaigns.models import Content
from campaigns.testing import marking
from campaigns.testing.marking import marked
from channels.kinds import Channel

RUSSIAN = "Скидки на осень"


@pytest.fixture(autouse=True)
def _translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the catalogs have it, whose state is another test's."""
    words = {"ru": "[Тест]", "uk": "[Тест]", "es": "[Prueba]"}

    def translated(_context: str, text: str) -> str:
        return words.get((translation.get_language() or "").partition("-")[0], text)

    monkeypatch.setattr(marking, "pgettext", translated)


@pytest.mark.parametrize(
    ("written_in", "read_in", "sent_by", "expected"),
    [
        # The text says its language.
        ("ru", "es", "es", "[Тест] "),
        ("es-mx", "", "ru", "[Prueba] "),
        ("de", "ru", "ru", "[Test] "),
        # It is for any language: as the contact reads it.
        ("", "uk", "es", "[Тест] "),
        # Of whom nothing is known: as whoever sends it reads.
        ("", "", "es", "[Prueba] "),
        ("", "", "en", "[Test] "),
    ],
)
def test_the_mark_is_in_the_language_of_the_text(written_in: str, read_in: str, sent_by: str, expected: str) -> None:
    content = Content(language=written_in, text=RUSSIAN)
    with translation.override(sent_by):
        assert marked(content, Channel.VIBER, read_in).text == expected + RUSSIAN
    assert content.text == RUSSIAN


def test_a_mail_is_marked_in_its_subject_and_one_without_in_its_text() -> None:
    mail = marked(Content(language="ru", subject="Осень", text=RUSSIAN), Channel.EMAIL, "")
    assert (mail.subject, mail.text) == ("[Тест] Осень", RUSSIAN)
    assert marked(Content(language="ru", text=RUSSIAN), Channel.EMAIL, "").text == f"[Тест] {RUSSIAN}"
    assert marked(Content(language="ru", subject="Осень", text=RUSSIAN), Channel.SMS, "").text == f"[Тест] {RUSSIAN}"


def test_the_mark_does_not_take_an_sms_out_of_its_alphabet() -> None:
    assert marked(Content(text="Hello {{ first_name | friend }}"), Channel.SMS, "ru").text.startswith("[Test] Hello")
    assert marked(Content(text="Hello"), Channel.VIBER, "ru").text == "[Тест] Hello"
