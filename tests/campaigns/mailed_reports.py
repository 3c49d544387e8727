"""Report schedules for the tests of reports by mail."""

from datetime import UTC, datetime
from smtplib import SMTPConnectError
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from campaigns.models import ReportSchedule
from campaigns.permissions import Role
from tests.factories import make_user

# A Monday at eight in Kyiv, and the week before is that of the campaigns.
DUE = datetime(2026, 2, 16, 6, tzinfo=UTC)


def make_schedule(*, users: Any = (), **fields: Any) -> ReportSchedule:
    """A weekly report that falls due at DUE, of a manager who answers for it."""
    defaults = {"name": "Неделя", "time_zone": "Europe/Kyiv", "language": "en", "next_at": DUE, "addresses": ""}
    owner = fields.pop("owner") if "owner" in fields else make_user(roles=[Role.MANAGER])
    schedule = ReportSchedule.objects.create(**defaults | {"owner": owner} | fields)
    schedule.users.set(users)
    return schedule


class BusyBackend(EmailBackend):
    """The way to a mail server that is too busy to greet anybody; aiosmtpd cannot play it."""

    def open(self) -> bool | None:
        """What smtplib raises where a greeting should stand."""
        raise SMTPConnectError(421, b"busy, come back later")
