"""What must hold after every case: read from the judge's notes and the database, never from what a case believes."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from campaigns.models import Attempt, Enrolment, Message
from campaigns.models.messages import AttemptStatus, MessageStatus
from campaigns.reports import campaign_report
from tests.campaigns.recounting import differences
from tests.chaos.commits import marked_after_end, stops, unnoted
from tests.chaos.scene import Scene

# The same question as marking.MAY_LEAVE, asked afterwards: what was queued through a gap has left after it.
LATE_BLAST = """
SELECT count(*) FROM campaigns_attempt t
JOIN campaigns_message m ON m.id = t.message_id
JOIN campaigns_campaign c ON c.id = m.campaign_id
JOIN campaigns_downtimegap g ON g.ended_at - g.started_at > c.grace
    AND m.queued_at < g.ended_at AND t.sending_at >= g.ended_at AND g.ended_at > COALESCE(c.resumed_at, '-infinity')
WHERE t.campaign_id = %s
"""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a case came to. `problems` are sentences; none means that everything held."""

    people: int
    requests: int
    arrived: int
    twice: int
    lost: int
    unknown: int
    most_unknown: int
    after_stop: int
    stops: int
    problems: tuple[str, ...]

    def as_row(self) -> dict[str, object]:
        """What is printed."""
        return {
            "people": self.people,
            "requests": self.requests,
            "arrived": self.arrived,
            "twice": self.twice,
            "lost": self.lost,
            "unknown": f"{self.unknown} of {self.most_unknown}",
            "after stop": f"{self.after_stop} of {self.stops}",
        }


def judge(scene: Scene) -> Verdict:
    """Hold a finished case against everything that must be so."""
    arrived = _arrived(scene)
    twice = sum(count > 1 for count in arrived.values())
    lost = _lost(scene)
    unknown = Message.objects.filter(campaign=scene.campaign, status=MessageStatus.UNKNOWN).count()
    after_stop = marked_after_end(scene.campaign.pk)
    problems = [
        *_strangers(scene),
        *_late(scene),
        *_waiting_after_end(scene),
        *campaign_report(scene.campaign.pk).problems(),
        *differences(scene.campaign.pk),
    ]
    if twice:
        problems.append(f"{twice} people may have got the same message twice")
    if after_stop:
        problems.append(f"{after_stop} messages were marked as sending after their people's end had been committed")
    if blind := unnoted(scene.campaign.pk):
        problems.append(f"{blind} attempts were made of messages that nobody saw become sending")
    if lost:
        problems.append(f"{lost} people are lost: neither ended nor held for a reason, and nobody looks at them")
    if unknown > scene.most_unknown:
        problems.append(f"{unknown} messages are unknown, and {scene.most_unknown} may be")
    return Verdict(
        people=scene.people,
        requests=len(scene.judge.taken),
        arrived=arrived.total(),
        twice=twice,
        lost=lost,
        unknown=unknown,
        most_unknown=scene.most_unknown,
        after_stop=after_stop,
        stops=stops(scene.campaign.pk),
        problems=tuple(problems),
    )


def _arrived(scene: Scene) -> Counter[tuple[int, int, str]]:
    """How many messages each enrolment may have got of each step at each address, as the judge noted them."""
    rows = Attempt.objects.filter(campaign=scene.campaign).values_list("key", "message__enrolment_id", "step_id")
    places = {key.hex: (enrolment_id, step_id) for key, enrolment_id, step_id in rows}
    return Counter(
        (*places[one.key], one.recipient) for one in scene.judge.taken if one.may_have_arrived and one.key in places
    )


def _lost(scene: Scene) -> int:
    """Those of the audience who never entered, and those still inside whom no hold explains."""
    inside = Enrolment.objects.filter(campaign=scene.campaign)
    held = Message.objects.filter(campaign=scene.campaign, status=MessageStatus.QUEUED).exclude(hold_reason="")
    stuck = inside.filter(outcome="").exclude(pk__in=held.values("enrolment"))
    return scene.people - inside.count() + stuck.count()


def _strangers(scene: Scene) -> Iterator[str]:
    """Requests that the database knows nothing of, and answers that the vendor never gave."""
    attempts = dict(Attempt.objects.filter(campaign=scene.campaign).values_list("key", "status"))
    taken = defaultdict(list)
    for one in scene.judge.taken:
        taken[one.key].append(one)
    known = {key.hex for key in Attempt.objects.filter(key__in=list(taken)).values_list("key", flat=True)}
    if strangers := taken.keys() - known:
        yield f"the vendor was asked under {len(strangers)} keys that the database does not know"
    told = {key.hex for key, status in attempts.items() if status == AttemptStatus.ACCEPTED}
    if unheard := [key for key in told if not any(one.may_have_arrived for one in taken[key])]:
        yield f"{len(unheard)} messages are called accepted, and the vendor has never had them"


def _late(scene: Scene) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(LATE_BLAST, [scene.campaign.pk])
        late: int = cursor.fetchone()[0]
    if late:
        yield f"{late} messages that a downtime had missed left after it"


def _waiting_after_end(scene: Scene) -> Iterator[str]:
    waiting = Message.objects.filter(campaign=scene.campaign, status__in=[MessageStatus.QUEUED, MessageStatus.CLAIMED])
    if left := waiting.exclude(enrolment__outcome="").count():
        yield f"{left} messages wait to leave although their enrolments have ended"
