"""What a report's mail is made of: its words and its files, in the language of whoever gets it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from campaigns.document_files import as_bytes, title_of
from campaigns.documents import Document, told
from campaigns.documents_period import period_document
from campaigns.engine.waking import zone
from campaigns.escaping import one_line
from campaigns.exporting import CONTENT_TYPES, FileFormat, file_name
from campaigns.forms.reports import period_query
from campaigns.models import ReportMail
from campaigns.periods import Period
from campaigns.report_schedules import period_of

Attachments = Sequence[tuple[str, bytes, str]]


@dataclass(frozen=True, kw_only=True)
class Made:
    """A report in one language: what the mail says, and the files with it."""

    subject: str
    document: Document
    period: Period
    files: Attachments


class Letters:
    """Makes the messages of mails; the report of a schedule and an instant once for all of the same language."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, datetime, str], Made] = {}

    def message(self, mail: ReportMail) -> EmailMessage:
        """The message of `mail`, ready to be sent. Raises whatever keeps its report from being made."""
        schedule = mail.schedule
        language = (mail.user.language if mail.user else "") or schedule.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(zone(schedule.time_zone, "UTC")):
            key = (schedule.pk, mail.due_at, language)
            report = self._made.get(key) or self._made.setdefault(key, _make(mail))
            message = EmailMessage(
                report.subject, _text(mail, report), to=[mail.address], attachments=list(report.files)
            )
        # What cannot be written as a mail is found here, before anything is on the wire.
        message.message()
        return message


def _make(mail: ReportMail) -> Made:
    period = period_of(mail.schedule, mail.due_at)
    document = period_document(period, made_by=str(mail.schedule.owner or ""))
    subject = gettext("%(name)s: campaigns of %(period)s")
    words = {"name": mail.schedule.name, "period": document.subtitle}
    # By its days: "last month" would be another one when the mail is read.
    own = Period(begins_on=period.begins_on, ends_on=period.ends_on)
    files = list(_files(document, FileFormat(mail.schedule.file_format)))
    return Made(subject=one_line(subject % words)[:200], document=document, period=own, files=files)


def _files(document: Document, file_format: FileFormat) -> Iterator[tuple[str, bytes, str]]:
    """The report as one file; as CSV a file for each table."""
    keys = [section.key for section in document.sections] if file_format is FileFormat.CSV else [""]
    kind, _, _charset = CONTENT_TYPES[file_format].partition(";")
    for key in keys:
        name = file_name(title_of(document, file_format, key), file_format)
        yield name, as_bytes(document, file_format, key), kind


def _text(mail: ReportMail, report: Made) -> str:
    words = {
        "name": mail.user.get_short_name() if mail.user else "",
        "document": report.document,
        "figures": [
            (headline.label, told(headline.value, headline.kind, report.document.currency), headline.change)
            for headline in report.document.headlines
        ],
        "page": f"{settings.PUBLIC_URL}{reverse('report_list')}?{period_query(report.period)}",
    }
    return render_to_string("reports/mail.txt", words)
