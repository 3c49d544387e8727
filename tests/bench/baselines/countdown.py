"""A Celery task for each person and step, as documentation teaches it: load, send, write down, the next by countdown.

Only the connection to the sink is better than taught: each process keeps its own.
"""

from functools import cache
from http.client import HTTPConnection

from celery import Celery, shared_task
from django.utils import timezone

from tests.bench.baselines.asking import connect, tell

STEPS = 2
COUNTDOWN_S = 1
TEXT = "Hello {name}, our autumn collection is here. See it before the others do: https://go.shop.example/c/aB3xK9Lm2Qp"

app = Celery("baselines")
app.config_from_object("django.conf:settings", namespace="CELERY")


@cache
def _connection() -> HTTPConnection:
    """The process's own."""
    return connect()


@shared_task(name="baselines.send_step")
def send_step(person_id: int, step: int) -> None:
    """Send a person the message of `step`, and ask for the next one's task."""
    from tests.bench.baselines.models import Person, Sending  # noqa: PLC0415  Celery's fix-up sets Django up later

    person = Person.objects.get(pk=person_id)
    sending = Sending.objects.create(person=person, step=step)
    tell(_connection(), to=person.phone, text=TEXT.format(name=person.first_name), key=sending.key.hex)
    sending.status = "accepted"
    sending.sent_at = timezone.now()
    sending.save()
    if step < STEPS:
        send_step.apply_async((person_id, step + 1), countdown=COUNTDOWN_S)
