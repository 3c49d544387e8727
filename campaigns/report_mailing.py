"""Sends the mails of scheduled reports through the installation's own mail server, each once.

1. A mail is claimed by compare-and-set on its time, so that two workers never have the same one. The claim runs out: a
   mail whose worker died, or lost the database, before anything left is begun again by the next, TRIES times at most.
2. Whether it may still leave is looked at each time (report_schedules.refusal).
3. Its report is made, in its recipient's language. An error that may pass leaves the mail for later, any other ends it.
4. The mail server is greeted, and only then the mail is marked as sending: from here on it may have arrived.
5. A server that is not reached or says "later" is tried again; what it refuses is not, nor what nobody knows of.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError
from django.db.models import Case, F, QuerySet, Value, When
from django.utils import timezone

from campaigns.escaping import one_line
from campaigns.models import ReportMail
from campaigns.report_letters import Letters
from campaigns.report_schedules import refusal

logger = logging.getLogger(__name__)

TRIES = 4
BETWEEN_TRIES = timedelta(minutes=10)
# Whoever has had a mail on the wire for so long is dead.
PATIENCE = timedelta(minutes=30)
State, Reason = ReportMail.State, ReportMail.Reason
# A database or a disk that is away comes back.
_PASSING = (OperationalError, InterfaceError, OSError)


def send_waiting() -> int:
    """Send the mails that wait; gives how many left."""
    _give_up_the_dead()
    letters = Letters()
    return sum(_send(mail, letters) for mail in _claimed())


def _claimed() -> Iterator[ReportMail]:
    """The mails that may leave now, each of them this worker's own for BETWEEN_TRIES from then on."""
    waiting = ReportMail.objects.filter(state=State.WAITING, changed_at__lte=timezone.now())
    for pk, changed_at in list(waiting.order_by("due_at", "pk").values_list("pk", "changed_at")):
        claim = ReportMail.objects.filter(pk=pk, state=State.WAITING, changed_at=changed_at)
        if claim.update(changed_at=timezone.now() + BETWEEN_TRIES, tries=F("tries") + 1):
            yield from ReportMail.objects.select_related("schedule__owner", "user").filter(pk=pk)


def _send(mail: ReportMail, letters: Letters) -> bool:
    if reason := refusal(mail):
        _end(mail, State.FAILED, reason)
        return False
    message = _message(mail, letters)
    if message is None:
        return False
    connection = get_connection()
    try:
        is_ready = _is_open(connection, mail) and _is_marked_as_sending(mail)
        return is_ready and _is_handed_over(message, connection, mail)
    finally:
        connection.close()


def _message(mail: ReportMail, letters: Letters) -> EmailMessage | None:
    try:
        return letters.message(mail)
    except _PASSING:
        logger.warning("report mail %s cannot be made now", mail.pk, exc_info=True)
        # Where the database is away this fails too, and the claim runs out by itself.
        _leave_for_later(mail, Reason.UNMADE)
    except Exception:
        logger.exception("report mail %s could not be made", mail.pk)
        _end(mail, State.FAILED, Reason.UNMADE)
    return None


def _is_open(connection: BaseEmailBackend, mail: ReportMail) -> bool:
    """Whether the server lets us in. Nothing has left yet, so that nothing is unsure."""
    try:
        connection.open()
    except SMTPResponseException as error:
        # A password that is wrong, say, does not become right by waiting.
        if 500 <= error.smtp_code < 600:
            _end(mail, State.FAILED, Reason.REFUSED, _words(error))
        else:
            _leave_for_later(mail, Reason.NO_CONNECTION, _words(error))
    except (OSError, SMTPException) as error:
        _leave_for_later(mail, Reason.NO_CONNECTION, _words(error))
    else:
        return True
    return False


def _is_marked_as_sending(mail: ReportMail) -> bool:
    """Whether it is still this worker's, and has not been kept back meanwhile. Sets its state."""
    own = ReportMail.objects.filter(pk=mail.pk, state=State.WAITING, changed_at=mail.changed_at)
    mail.state, mail.changed_at = State.SENDING, timezone.now()
    return bool(own.update(state=mail.state, changed_at=mail.changed_at))


def _is_handed_over(message: EmailMessage, connection: BaseEmailBackend, mail: ReportMail) -> bool:
    """Send it, and write down what the server said."""
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        # Each mail has one recipient. Servers that greylist say "later" here.
        _refuse(mail, error, code=max(code for code, _ in error.recipients.values()))
    except SMTPResponseException as error:
        _refuse(mail, error, code=error.smtp_code)
    except Exception as error:
        logger.warning("report mail %s may have left", mail.pk, exc_info=True)
        _end(mail, State.FAILED, Reason.UNSURE, _words(error))
    else:
        _end(mail, State.SENT)
        return True
    return False


def _refuse(mail: ReportMail, error: SMTPException, *, code: int) -> None:
    """A `code` from 400 to 499 means "later"."""
    if 400 <= code < 500:
        _leave_for_later(mail, Reason.REFUSED, _words(error))
    else:
        _end(mail, State.FAILED, Reason.REFUSED, _words(error))


def _leave_for_later(mail: ReportMail, reason: ReportMail.Reason, details: str = "") -> None:
    if mail.tries >= TRIES:
        _end(mail, State.FAILED, reason, details)
        return
    later = timezone.now() + BETWEEN_TRIES
    _own(mail).update(state=State.WAITING, reason=reason, details=details, changed_at=later)


def _end(mail: ReportMail, state: ReportMail.State, reason: str = "", details: str = "") -> None:
    now = timezone.now()
    sent_at = now if state == State.SENT else None
    _own(mail).update(state=state, reason=reason, details=details, changed_at=now, sent_at=sent_at)


def _own(mail: ReportMail) -> QuerySet[ReportMail]:
    """The row of `mail` as long as nobody else has written it since."""
    return ReportMail.objects.filter(pk=mail.pk, state=mail.state, changed_at=mail.changed_at)


def _give_up_the_dead() -> None:
    """A worker that died while it sent may have sent: nobody knows, so it is not sent again by itself.

    What was begun too often, and of which no worker could write down why it failed, is given up too.
    """
    now = timezone.now()
    silent = ReportMail.objects.filter(state=State.SENDING, changed_at__lt=now - PATIENCE)
    silent.update(state=State.FAILED, reason=Reason.UNSURE, changed_at=now)
    begun = ReportMail.objects.filter(state=State.WAITING, tries__gte=TRIES, changed_at__lte=now)
    why = Case(When(reason="", then=Value(Reason.UNMADE.value)), default=F("reason"))
    begun.update(state=State.FAILED, reason=why, changed_at=now)


def _words(error: Exception) -> str:
    return one_line(str(error))[:500]
