"""What a hit names is there as long as the hit is, though nothing in the hit's table holds it (decision 0003)."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from campaigns.models import Hit, Link
from campaigns.signals_policy import SignalKind
from campaigns.visits import Knock, keep
from tests.campaigns.attempts import make_attempt

pytestmark = pytest.mark.django_db


def click_of(token: str | None) -> Knock:
    """A request to the first link of the attempt with `token`."""
    return Knock(kind=SignalKind.CLICK, method="GET", user_agent="", token=token, position=0)


def test_what_was_clicked_is_not_deleted() -> None:
    attempt = make_attempt()
    keep([click_of(attempt.token)])
    for row in (attempt, attempt.message, attempt.message.enrolment, attempt.campaign):
        with pytest.raises(ProtectedError):
            row.delete()
    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic():
        Link.objects.all().delete()
    hit = Hit.objects.select_related("attempt", "link").get()
    assert (hit.attempt, hit.link) == (attempt, Link.objects.get())


@pytest.mark.django_db(transaction=True)
def test_a_click_does_not_wait_for_whoever_holds_its_attempt_or_its_link() -> None:
    attempt = make_attempt()
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SELECT FROM campaigns_attempt, campaigns_link FOR UPDATE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        keep([click_of(attempt.token)])
        assert Hit.objects.filter(attempt=attempt).exists()
    finally:
        holder.rollback()
        holder.close()
        connection.close()
