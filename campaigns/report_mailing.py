"""Sends the mails of scheduled reports through the installation's own mail server, each once.

1. A mail is claimed by compare-and-set, so that two workers never have the same one.
2. Its report is made, in its recipient's language; the file is made once for all of the same language.
3. A server that is not reached, or says "later", is tried again; what it refuses is not, nor what nobody knows of.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext

from campaigns.document_files import written
from campaigns.documents import Document, told
from campaigns.documents_period import period_document
from campaigns.engine.waking import zone
from campaigns.escaping import one_line
from campaigns.exporting import CONTENT_TYPES, FileFormat, csv_parts
from campaigns.forms.reports import period_query
from campaigns.models import ReportMail
from campaigns.periods import Period
from campaigns.report_schedules import period_of

logger = logging.getLogger(__name__)

TRIES = 4
BETWEEN_TRIES = timedelta(minutes=10)
# Whoever has had a mail for so long is dead.
PATIENCE = timedelta(minutes=30)
State, Reason = ReportMail.State, ReportMail.Reason

Attachments = Sequence[tuple[str, bytes, str]]


@dataclass(frozen=True, kw_only=True)
class Made:
    """A report in one language: what the mail says, and the files with it."""

    subject: str
    document: Document
    period: Period
    files: Attachments


def send_waiting() -> int:
    """Send the mails that wait; gives how many left."""
    _give_up_the_dead()
    made: dict[tuple[int, datetime, str], Made] = {}
    return sum(_send(mail, made) for mail in _claimed())


def _claimed() -> Iterator[ReportMail]:
    """The mails that may leave now, each of them this worker's own from then on."""
    waiting = ReportMail.objects.filter(state=State.WAITING, changed_at__lte=timezone.now())
    for pk in list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)):
        claim = ReportMail.objects.filter(pk=pk, state=State.WAITING)
        if claim.update(state=State.SENDING, changed_at=timezone.now()):
            yield ReportMail.objects.select_related("schedule", "user").get(pk=pk)


def _send(mail: ReportMail, made: dict[tuple[int, datetime, str], Made]) -> bool:
    try:
        message = _message(mail, made)
    except Exception:
        _end(mail, State.FAILED, Reason.UNMADE)
        logger.exception("report mail %s could not be made", mail.pk)
        return False
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        _try_later(mail, Reason.NO_CONNECTION, error)
        return False
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        # Each mail has one recipient. Servers that greylist say "later" here.
        _refuse(mail, error, code=max(code for code, _ in error.recipients.values()))
    except SMTPResponseException as error:
        _refuse(mail, error, code=error.smtp_code)
    except (OSError, SMTPException) as error:
        _end(mail, State.FAILED, Reason.UNSURE, _words(error))
    else:
        _end(mail, State.SENT)
    finally:
        connection.close()
    return mail.state == State.SENT


def _message(mail: ReportMail, made: dict[tuple[int, datetime, str], Made]) -> EmailMessage:
    schedule = mail.schedule
    language = (mail.user.language if mail.user else "") or schedule.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone(schedule.time_zone, "UTC")):
        key = (schedule.pk, mail.due_at, language)
        report = made.get(key) or made.setdefault(key, _make(mail))
        words = {
            "name": mail.user.get_short_name() if mail.user else "",
            "document": report.document,
            "schedule": schedule,
            "figures": [
                (headline.label, told(headline.value, headline.kind, report.document.currency), headline.change)
                for headline in report.document.headlines
            ],
            "page": f"{settings.PUBLIC_URL}{reverse('report_list')}?{period_query(report.period)}",
        }
        text = render_to_string("reports/mail.txt", words)
        return EmailMessage(report.subject, text, to=[mail.address], attachments=list(report.files))


def _make(mail: ReportMail) -> Made:
    period = period_of(mail.schedule, mail.due_at)
    document = period_document(period)
    subject = gettext("%(name)s: campaigns of %(period)s")
    words = {"name": mail.schedule.name, "period": document.subtitle}
    # By its days: "last month" would be another one when the mail is read.
    own = Period(begins_on=period.begins_on, ends_on=period.ends_on)
    files = list(_files(document, FileFormat(mail.schedule.file_format)))
    return Made(subject=one_line(subject % words)[:200], document=document, period=own, files=files)


def _files(document: Document, file_format: FileFormat) -> Iterator[tuple[str, bytes, str]]:
    """The report as one file; as CSV a file for each table."""
    title = f"{document.title} {document.subtitle}"
    if file_format is FileFormat.CSV:
        for section in document.sections:
            yield _name(f"{title} {section.title}", file_format), b"".join(csv_parts(section.table)), "text/csv"
        return
    with written(document, file_format) as file:
        yield _name(title, file_format), file.read(), CONTENT_TYPES[file_format]


def _name(title: str, file_format: FileFormat) -> str:
    return f"{slugify(title, allow_unicode=True) or 'report'}.{file_format.value}"


def _refuse(mail: ReportMail, error: SMTPException, *, code: int) -> None:
    """A `code` from 400 to 499 means "later"."""
    if 400 <= code < 500:
        _try_later(mail, Reason.REFUSED, error)
    else:
        _end(mail, State.FAILED, Reason.REFUSED, _words(error))


def _try_later(mail: ReportMail, reason: ReportMail.Reason, error: Exception) -> None:
    mail.tries += 1
    if mail.tries >= TRIES:
        _end(mail, State.FAILED, reason, _words(error))
        return
    later = timezone.now() + BETWEEN_TRIES
    own = ReportMail.objects.filter(pk=mail.pk, state=State.SENDING)
    own.update(state=State.WAITING, reason=reason, details=_words(error), tries=mail.tries, changed_at=later)


def _end(mail: ReportMail, state: ReportMail.State, reason: str = "", details: str = "") -> None:
    now = timezone.now()
    sent_at = now if state == State.SENT else None
    own = ReportMail.objects.filter(pk=mail.pk, state=State.SENDING)
    own.update(state=state, reason=reason, details=details, changed_at=now, sent_at=sent_at)
    mail.state = state


def _give_up_the_dead() -> None:
    """A worker that died while it sent may have sent: nobody knows, so it is not sent again by itself."""
    silent = ReportMail.objects.filter(state=State.SENDING, changed_at__lt=timezone.now() - PATIENCE)
    silent.update(state=State.FAILED, reason=Reason.UNSURE, changed_at=timezone.now())


def _words(error: Exception) -> str:
    return one_line(str(error))[:500]
