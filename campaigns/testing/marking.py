"""The mark by which whoever gets a test message knows it for one."""

from copy import copy

from django.utils import translation
from django.utils.translation import pgettext

from campaigns.models import Content
from campaigns.personalise import spoken_language
from channels import kinds
from channels.sms_text import GSM

# In letters that every alphabet of an SMS has.
PLAIN = "[Test]"


def marked(content: Content, channel: str, language: str) -> Content:
    """A copy of `content` with the mark in front: of the subject on `channel` where it has one, else of the text.

    The mark is in the language of the text; where that is for any language, in `language` (of the contact whose data
    fill it), else in that of whoever sends the test. It makes no SMS dearer by its letters.
    """
    tested = copy(content)
    if kinds.facts(channel).has_subject and content.subject:
        tested.subject = f"{_mark(content, language)} {content.subject}"
        return tested
    mark = _mark(content, language)
    if kinds.facts(channel).has_parts and GSM.issuperset(content.text) and not GSM.issuperset(mark):
        mark = PLAIN
    tested.text = f"{mark} {content.text}"
    return tested


def _mark(content: Content, language: str) -> str:
    spoken = content.language or language
    if not spoken:
        return pgettext("before a test message", "[Test]")
    with translation.override(spoken_language(spoken)):
        return pgettext("before a test message", "[Test]")
