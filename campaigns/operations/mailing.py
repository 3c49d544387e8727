"""The mail that tells the admins what is wrong."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from campaigns.models import Alert, Installation, User
from campaigns.operations.words import word
from campaigns.team import admins


def mail_admins(alerts: Sequence[Alert]) -> None:
    """Mail each active admin about `alerts`, in their language. Raises OSError or SMTPException if none can leave."""
    mails = [_mail(admin, alerts) for admin in admins()]
    get_connection().send_messages(mails)


def _mail(admin: User, alerts: Sequence[Alert]) -> EmailMessage:
    with translation.override(admin.language or settings.LANGUAGE_CODE):
        words = {
            "name": admin.get_short_name(),
            "organisation": Installation.current().name,
            "wordings": [word(alert) for alert in alerts],
            "page": settings.PUBLIC_URL + reverse("operations"),
        }
        return EmailMessage(_subject(alerts), render_to_string("operations/mail.txt", words), to=[admin.email])


def _subject(alerts: Sequence[Alert]) -> str:
    if len(alerts) == 1:
        return f"Cascade: {word(alerts[0]).text.splitlines()[0]}"[:200]
    count = len(alerts)
    return "Cascade: " + ngettext("%(count)s thing needs you", "%(count)s things need you", count) % {"count": count}
