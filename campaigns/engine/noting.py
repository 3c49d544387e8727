"""Records what usually happens to messages, for many at once: delivered by the vendor, opened or clicked by the person.

Everything else (a refusal, an opt-out, a goal, a success that comes late) is for recording.py, which looks at each
event with everything around it; it would write the same here, in ten times the time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns.engine import counters
from campaigns.engine.conditions import is_satisfied
from campaigns.engine.counters import Counter
from campaigns.engine.deltas import Deltas, Place
from campaigns.engine.happenings import Happening, write
from campaigns.engine.reasons import Reason
from campaigns.engine.routes import Load, Surroundings
from campaigns.models import Step
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import AttemptStatus, Fate, MessageStatus
from channels.events import EventType
from channels.rows import array, run, texts

# The column and the counter of the first time that each happens to a message.
FIRST_TIMES = {
    EventType.DELIVERED: ("delivered_at", Counter.DELIVERED),
    EventType.OPENED: ("opened_at", Counter.OPENED),
    EventType.CLICKED: ("clicked_at", Counter.CLICKED),
    EventType.REPLIED: ("replied_at", Counter.REPLIED),
    EventType.ANSWERED: ("answered_at", Counter.ANSWERED),
    EventType.GOAL: ("goal_at", Counter.GOAL),
}
MACHINE_FIRST_TIMES = {
    EventType.OPENED: ("machine_opened_at", Counter.MACHINE_OPENED),
    EventType.CLICKED: ("machine_clicked_at", Counter.MACHINE_CLICKED),
}
# A goal may name no message, and comes one by one.
USUAL = (FIRST_TIMES.keys() - {EventType.GOAL}) | {EventType.SENT}

_TIMES = (
    "sent_at",
    *(column for column, _ in FIRST_TIMES.values()),
    *(column for column, _ in MACHINE_FIRST_TIMES.values()),
)

LOCK_ENROLMENTS = """
SELECT e.id, e.campaign_id, e.version_id, e.route_id, e.variant, e.language, e.created_at, e.outcome,
    e.engaged_late_at IS NOT NULL, p.is_trackable
FROM campaigns_enrolment e JOIN campaigns_contact p ON p.id = e.contact_id
WHERE e.id = ANY(%s::bigint[]) ORDER BY e.id FOR UPDATE OF e
"""
LOCK_MESSAGES = f"""
SELECT m.id, m.enrolment_id, m.step_id, m.sender_id, m.created_at, m.status, m.fate, {", ".join(_TIMES)}
FROM campaigns_message m WHERE m.enrolment_id = ANY(%s::bigint[]) ORDER BY m.id FOR UPDATE
"""  # noqa: S608  constants of ours
ANSWERED = "SELECT id FROM campaigns_attempt WHERE id = ANY(%s::bigint[]) AND status = %s"
UPDATE_MESSAGES = f"""
UPDATE campaigns_message m SET fate = g.fate, fate_reason = CASE WHEN g.is_over THEN g.reason ELSE m.fate_reason END,
    fate_at = CASE WHEN g.is_over THEN %(now)s ELSE m.fate_at END, {", ".join(f"{name} = g.{name}" for name in _TIMES)}
FROM unnest(%(ids)s::bigint[], %(fates)s::text[], %(reasons)s::text[], %(over)s::boolean[],
    {", ".join(f"%({name})s::timestamptz[]" for name in _TIMES)})
AS g (id, fate, reason, is_over, {", ".join(_TIMES)})
WHERE m.id = g.id
"""  # noqa: S608  constants of ours
END_ENROLMENTS = """
UPDATE campaigns_enrolment e SET outcome = 'engaged', ended_by = g.reason, ended_at = %(now)s, next_at = NULL,
    credit_step_key = g.step_key, is_late = false
FROM unnest(%(ids)s::bigint[], %(reasons)s::text[], %(steps)s::text[]) AS g (id, reason, step_key)
WHERE e.id = g.id
"""


@dataclass(slots=True, eq=False)
class Inside:
    """A locked enrolment."""

    pk: int
    campaign_id: int
    version_id: int
    route_id: int
    variant: str
    language: str
    created_at: datetime
    outcome: str
    was_engaged_late: bool
    is_trackable: bool

    def place(self, step_key: str = "", sender_id: int | None = None) -> Place:
        """Where the figures of it as a whole stand, or those of a step of it."""
        return Place(
            self.campaign_id, self.version_id, step_key, self.route_id, self.variant, sender_id or 0, self.language
        )


@dataclass(slots=True, eq=False)
class Standing:
    """A locked message: where it stands, and what has happened to it, by column. `ended_by` ends its step now."""

    pk: int
    enrolment: Inside
    step: Step
    place: Place
    created_at: datetime
    status: str
    fate: str
    times: dict[str, datetime | None]
    ended_by: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The locked rows that events may change, and what changes of them."""

    now: datetime
    surroundings: Surroundings
    enrolments: Mapping[int, Inside]
    messages: Mapping[int, Standing]
    answered: frozenset[int]
    deltas: Deltas
    changed: dict[int, Standing] = field(default_factory=dict)

    def is_usual(self, happening: Happening) -> bool:
        """Is it about a message that the vendor has, and of which nothing but this is to be found out?"""
        message = self.messages.get(happening.message_id or 0)
        if message is None or happening.type not in USUAL or happening.attempt_id not in self.answered:
            return False
        enrolment = message.enrolment
        is_current = not enrolment.outcome and not message.fate
        is_known = enrolment.outcome == Outcome.ENGAGED or enrolment.was_engaged_late
        return message.status == MessageStatus.ACCEPTED and (is_current or is_known)


def note(happenings: Sequence[Happening], *, now: datetime, load: Load) -> tuple[int, list[Happening]]:
    """Record the usual ones of `happenings` at `now` (product time); gives how many were new, and all the others.

    Within a transaction. Everything that any of them may change is locked here, enrolments and then messages, each in
    the order of their ids. An enrolment of which something unusual is told is left out as a whole: its events are
    recorded in the order of their time.
    """
    scene = _scene(happenings, now, load)
    unusual = {happening.enrolment_id for happening in happenings if not scene.is_usual(happening)}
    usual = [happening for happening in happenings if happening.enrolment_id not in unusual]
    if usual:
        fresh = write(usual, enrolments=scene.enrolments, messages=scene.messages, now=now)
        for happening in fresh:
            _happen(scene, happening)
        _write(scene)
        return len(fresh), [happening for happening in happenings if happening.enrolment_id in unusual]
    return 0, list(happenings)


def _scene(happenings: Sequence[Happening], now: datetime, load: Load) -> Scene:
    ids = array({happening.enrolment_id for happening in happenings})
    enrolments = {row[0]: Inside(*row) for row in run(LOCK_ENROLMENTS, [ids])}
    locked = run(LOCK_MESSAGES, [ids])
    attempts = array({happening.attempt_id for happening in happenings if happening.attempt_id})
    surroundings = load(
        campaign_ids={row.campaign_id for row in enrolments.values()},
        route_ids={row.route_id for row in enrolments.values()},
    )
    steps = {step.pk: step for of_route in surroundings.steps.values() for step in of_route}
    return Scene(
        now=now,
        surroundings=surroundings,
        enrolments=enrolments,
        messages={row[0]: _standing(row, enrolments[row[1]], steps[row[2]]) for row in locked},
        answered=frozenset(row[0] for row in run(ANSWERED, [attempts, AttemptStatus.ACCEPTED.value])),
        deltas=Deltas(now),
    )


def _standing(row: tuple[Any, ...], enrolment: Inside, step: Step) -> Standing:
    pk, _, _, sender_id, created_at, status, fate, *times = row
    return Standing(
        pk=pk,
        enrolment=enrolment,
        step=step,
        place=enrolment.place(step.key, sender_id),
        created_at=created_at,
        status=status,
        fate=fate,
        times=dict(zip(_TIMES, times, strict=True)),
    )


def _happen(scene: Scene, happening: Happening) -> None:
    """The same as recording.py does for each of these."""
    message = scene.messages[happening.message_id or 0]
    campaign = scene.surroundings.campaigns[message.enrolment.campaign_id]
    event_type = EventType(happening.type)
    scene.deltas.add(message.place, counters.events(event_type))
    if happening.is_machine and not campaign.do_machine_signals_count:
        if event_type in MACHINE_FIRST_TIMES:
            _mark(scene, message, MACHINE_FIRST_TIMES[event_type], happening.occurred_at)
    elif event_type is EventType.SENT:
        _mark(scene, message, ("sent_at", None), happening.occurred_at)
    else:
        _mark(scene, message, FIRST_TIMES[event_type], happening.occurred_at)
        if not message.enrolment.outcome and _has_succeeded(scene, message):
            _stop(scene, message, Reason(event_type))


def _mark(scene: Scene, message: Standing, first: tuple[str, Counter | None], at: datetime) -> None:
    column, counter = first
    if message.times[column] is not None:
        return
    message.times[column] = at
    scene.changed[message.pk] = message
    if counter:
        scene.deltas.add(message.place, counter)


def _has_succeeded(scene: Scene, message: Standing) -> bool:
    happened = {kind.value for kind, (column, _) in FIRST_TIMES.items() if message.times[column]}
    asked = scene.surroundings.condition(message.step, message.enrolment)
    return any(condition and is_satisfied(condition, happened) for condition in {message.step.condition, asked})


def _stop(scene: Scene, message: Standing, reason: Reason) -> None:
    """The target action of the step that is current."""
    message.enrolment.outcome, message.fate, message.ended_by = Outcome.ENGAGED, Fate.ENGAGED, reason
    scene.changed[message.pk] = message
    for counter in (Counter.ENGAGED, Counter.CREDIT):
        scene.deltas.add(message.place, counter)
    scene.deltas.add(message.place, Counter.NOW_ACCEPTED, -1)
    scene.deltas.add(message.enrolment.place(), counters.outcome(Outcome.ENGAGED))


def _write(scene: Scene) -> None:
    changed = [scene.changed[pk] for pk in sorted(scene.changed)]
    over = sorted((one for one in changed if one.ended_by), key=lambda message: message.enrolment.pk)
    if changed:
        run(UPDATE_MESSAGES, {**_message_columns(changed), "now": scene.now})
    if over:
        run(END_ENROLMENTS, {**_enrolment_columns(over), "now": scene.now})
    scene.deltas.write()


def _message_columns(changed: Sequence[Standing]) -> dict[str, object]:
    return {
        "ids": array(message.pk for message in changed),
        "fates": texts(message.fate for message in changed),
        "reasons": texts(message.ended_by or "" for message in changed),
        "over": array(message.ended_by is not None for message in changed),
        **{name: array(_text(message.times[name]) for message in changed) for name in _TIMES},
    }


def _enrolment_columns(over: Sequence[Standing]) -> dict[str, object]:
    return {
        "ids": array(message.enrolment.pk for message in over),
        "reasons": texts(message.ended_by for message in over),
        "steps": texts(message.step.key for message in over),
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
