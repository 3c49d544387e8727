"""What must hold after every case: read from the judge's notes and the database, never from what a case believes."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

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
    """What a case came to. `problems` are sentences; none means that everything held.

    `in_pause` is None where nothing was paused or cancelled; `figures` is how many of them are wrong.
    """

    people: int
    requests: int
    arrived: int
    twice: int
    lost: int
    unknown: int
    most_unknown: int
    after_stop: int
    stops: int
    late: int
    in_pause: int | None
    figures: int
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
            "late": self.late,
            "in pause": "" if self.in_pause is None else self.in_pause,
            "wrong figures": self.figures,
        }


def judge(scene: Scene) -> Verdict:
    """Hold a finished case against everything that must be so."""
    arrived = _arrived(scene)
    twice = sum(count > 1 for count in arrived.values())
    lost, late, in_pause = _lost(scene), _late(scene), _in_pause(scene)
    unknown = Message.objects.filter(campaign=scene.campaign, status=MessageStatus.UNKNOWN).count()
    after_stop = marked_after_end(scene.campaign.pk)
    figures = wrong_figures(scene.campaign.pk)
    must_be_none = (
        (twice, "people may have got the same message twice"),
        (lost, "people are lost: neither ended nor held for a reason, and nobody looks at them"),
        (max(unknown - scene.most_unknown, 0), "messages more are unknown than may be"),
        (after_stop, "messages were marked as sending after the end of their enrolments had been committed"),
        (unnoted(scene.campaign.pk), "attempts are of messages that nobody saw become sending"),
        (late, "messages that a downtime had missed left after it"),
        (in_pause or 0, "requests left more than a second after a pause or a cancellation"),
    )
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
        late=late,
        in_pause=in_pause,
        figures=len(figures),
        problems=(
            *(f"{count} {what}" for count, what in must_be_none if count),
            *_strangers(scene),
            *_waiting_after_end(scene),
            *figures,
        ),
    )


def wrong_figures(campaign_id: int) -> list[str]:
    """Where the figures of a campaign do not add up, or differ from a recount of the rows and events, as sentences.

    All of them as they are at one moment, whatever is still written meanwhile.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return [*campaign_report(campaign_id).problems(), *differences(campaign_id)]


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


def _late(scene: Scene) -> int:
    """How many messages that a downtime had missed left after it."""
    with connection.cursor() as cursor:
        cursor.execute(LATE_BLAST, [scene.campaign.pk])
        late: int = cursor.fetchone()[0]
    return late


def _in_pause(scene: Scene) -> int | None:
    """How many requests the vendor took while nothing was to leave; None where there was no such time."""
    if not scene.pauses:
        return None
    return sum(begin < one.at < end for one in scene.judge.taken for begin, end in scene.pauses)


def _waiting_after_end(scene: Scene) -> Iterator[str]:
    waiting = Message.objects.filter(campaign=scene.campaign, status__in=[MessageStatus.QUEUED, MessageStatus.CLAIMED])
    if left := waiting.exclude(enrolment__outcome="").count():
        yield f"{left} messages wait to leave although their enrolments have ended"
