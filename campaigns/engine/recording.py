"""What an event does to its message and enrolment (DESIGN §3.2 to §3.7)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.engine import counters
from campaigns.engine.accepting import accept
from campaigns.engine.conditions import SUCCESS_EVENTS, is_satisfied
from campaigns.engine.counters import Counter
from campaigns.engine.happenings import Happening, write
from campaigns.engine.ledger import Ledger, place_of
from campaigns.engine.noting import FIRST_TIMES, MACHINE_FIRST_TIMES, note
from campaigns.engine.opting_out import CHANNEL, record_opt_out
from campaigns.engine.reasons import Reason
from campaigns.engine.routes import Load, Surroundings, load_surroundings
from campaigns.engine.settling import close_failed
from campaigns.engine.stopping import lock_enrolments, lock_messages, stop_engaged
from campaigns.engine.suppressing import retire_address
from campaigns.models import Attempt, Enrolment, Message
from campaigns.models.consent import ConsentSource
from campaigns.models.messages import AttemptStatus
from channels.errors import ErrorClass
from channels.events import EventType

FAILURES = frozenset({EventType.BOUNCED, EventType.FAILED, EventType.EXPIRED})
OPT_OUTS = {
    EventType.UNSUBSCRIBED: ConsentSource.STOP_WORD,
    EventType.COMPLAINED: ConsentSource.COMPLAINT,
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The locked rows that events change."""

    ledger: Ledger
    surroundings: Surroundings
    enrolments: Mapping[int, Enrolment]
    messages: Mapping[int, Sequence[Message]]
    attempts: Mapping[int, list[Attempt]]


@transaction.atomic
def record_happenings(happenings: Sequence[Happening], *, now: datetime, load: Load = load_surroundings) -> int:
    """Record `happenings` at `now` (product time) in the surroundings that `load` gives; gives how many were new.

    1. Lock enrolments, then their messages, each in the order of their ids.
    2. Record the usual ones together (noting.py), then the others:
    3. Write the events; only those that were not known go on.
    4. Each moves its message forward, and may end the step or the enrolment.
    """
    if not happenings:
        return 0
    noted, others = note(happenings, now=now, load=load)
    return noted + (record_each(others, now=now, load=load) if others else 0)


@transaction.atomic
def record_each(happenings: Sequence[Happening], *, now: datetime, load: Load) -> int:
    """Record `happenings`, usual or not, each by itself; gives how many were new."""
    enrolments = lock_enrolments({happening.enrolment_id for happening in happenings})
    messages = lock_messages(enrolments)
    by_id = {message.pk: message for of_enrolment in messages.values() for message in of_enrolment}
    fresh = write(happenings, enrolments=enrolments, messages=by_id, now=now)
    scene = Scene(
        ledger=Ledger(now),
        surroundings=load(
            campaign_ids={row.campaign_id for row in enrolments.values()},
            route_ids={row.route_id for row in enrolments.values()},
        ),
        enrolments=enrolments,
        messages=messages,
        attempts=_attempts({happening.message_id for happening in fresh if happening.message_id}),
    )
    for happening in fresh:
        _happen(scene, happening, by_id.get(happening.message_id or 0))
    scene.ledger.write()
    return len(fresh)


def _attempts(message_ids: set[int]) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(message_id__any=message_ids).order_by("id").select_for_update():
        found[attempt.message_id].append(attempt)
    return found


def _happen(scene: Scene, happening: Happening, message: Message | None) -> None:
    event_type = EventType(happening.type)
    if message is None:
        _goal_before_any_message(scene, happening)
        return
    scene.ledger.deltas.add(place_of(message), counters.events(event_type))
    _prove_acceptance(scene, happening, message, event_type)
    if happening.is_machine and not _counts_machines(scene, message):
        _mark_machine(scene, message, event_type, happening)
    elif event_type in FAILURES:
        _fail(scene, happening, message)
    elif event_type in OPT_OUTS:
        _opt_out(scene, happening, message, OPT_OUTS[event_type])
    elif event_type in SUCCESS_EVENTS:
        _succeed(scene, message, event_type, happening)
    elif event_type is EventType.SENT and message.sent_at is None:
        scene.ledger.change(message, sent_at=happening.occurred_at)


def _goal_before_any_message(scene: Scene, happening: Happening) -> None:
    enrolment = scene.enrolments[happening.enrolment_id]
    stop_engaged(scene.ledger, enrolment, scene.messages[enrolment.pk], acted_upon=None, reason=Reason.GOAL)


def _prove_acceptance(scene: Scene, happening: Happening, message: Message, event_type: EventType) -> None:
    """Whatever a vendor or a person does with a message proves that the vendor has it."""
    if event_type in {EventType.UNKNOWN, EventType.GOAL}:
        return
    for attempt in scene.attempts[message.pk]:
        is_this = happening.attempt_id in {None, attempt.pk}
        if is_this and attempt.status in {AttemptStatus.SENDING, AttemptStatus.UNKNOWN}:
            scene.ledger.change(attempt, status=AttemptStatus.ACCEPTED, answered_at=scene.ledger.now)
    if scene.attempts[message.pk]:
        accept(scene.ledger, message, scene.surroundings)


def _counts_machines(scene: Scene, message: Message) -> bool:
    return scene.surroundings.campaigns[message.campaign_id].do_machine_signals_count


def _mark_machine(scene: Scene, message: Message, event_type: EventType, happening: Happening) -> None:
    if event_type in MACHINE_FIRST_TIMES:
        column, counter = MACHINE_FIRST_TIMES[event_type]
        scene.ledger.mark(message, column, counter, happening.occurred_at)


def _succeed(scene: Scene, message: Message, event_type: EventType, happening: Happening) -> None:
    column, counter = FIRST_TIMES[event_type]
    scene.ledger.mark(message, column, counter, happening.occurred_at)
    happened = {str(kind) for kind, (name, _) in FIRST_TIMES.items() if getattr(message, name)}
    enrolment = message.enrolment
    conditions = {
        message.step.condition,
        scene.surroundings.condition(message.step, enrolment.contact),
    }
    if any(condition and is_satisfied(condition, happened) for condition in conditions):
        stop_engaged(
            scene.ledger, enrolment, scene.messages[enrolment.pk], acted_upon=message, reason=Reason(event_type)
        )


def _fail(scene: Scene, happening: Happening, message: Message) -> None:
    """The vendor gave up. A message that was delivered to the person stays delivered."""
    attempts = scene.attempts[message.pk]
    for attempt in attempts:
        if attempt.pk == happening.attempt_id and attempt.status == AttemptStatus.ACCEPTED:
            scene.ledger.change(attempt, status=AttemptStatus.FAILED)
            if happening.retires_address:
                retire_address(
                    attempt,
                    message,
                    happening.error_class or ErrorClass.RECIPIENT,
                    scene.ledger.now,
                )
    is_alive = any(attempt.status == AttemptStatus.ACCEPTED for attempt in attempts)
    if is_alive or message.failed_at or message.delivered_at or message.opened_at or message.clicked_at:
        return
    scene.ledger.change(
        message,
        error_class=happening.error_class,
        error_code=happening.code[:60],
        error_detail=happening.detail[:1000],
    )
    scene.ledger.mark(message, "failed_at", Counter.FAILED, happening.occurred_at)
    close_failed(scene.ledger, message, Reason.BOUNCED)


def _opt_out(scene: Scene, happening: Happening, message: Message, source: ConsentSource) -> None:
    attempts = scene.attempts[message.pk]
    attempt = next((one for one in attempts if one.pk == happening.attempt_id), attempts[-1])
    of_enrolment = list(scene.messages[message.enrolment_id])
    record_opt_out(
        scene.ledger,
        message,
        of_enrolment,
        attempt=attempt,
        scope=CHANNEL,
        source=source,
    )
