"""Starts campaigns and lets people in: `enrol` and `enrol_audience` are the only ways."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, QuerySet, Value, When

from campaigns import launch_checks
from campaigns.audience.rules import as_q, contacts_matching, parse
from campaigns.drafting import opening
from campaigns.engine import budget, clock
from campaigns.engine.counters import Counter
from campaigns.engine.deltas import Deltas, Place
from campaigns.engine.reasons import Reason
from campaigns.engine.stopping import end_enrolments
from campaigns.engine.wake import ADVANCE, ENROL_AUDIENCE, FORETELL, URGENT, wake
from campaigns.engine.waking import zone
from campaigns.models import (
    AuditEntry,
    Campaign,
    CampaignVersion,
    Contact,
    Enrolment,
    Installation,
    Outcome,
    Route,
    User,
)
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.models.consent import Purpose
from campaigns.seen_rules import hold_rules
from channels.rows import run

# Deleting locks the row, so it waits for whoever lets the person in, or has been before.
HOLD = "SELECT id FROM campaigns_contact WHERE id = %s AND deleted_at IS NULL FOR KEY SHARE"


class LaunchRefused(Exception):
    """The campaign cannot work as it is; `problems` say why, in the user's words."""

    def __init__(self, problems: Sequence[launch_checks.Problem]) -> None:
        super().__init__("; ".join(str(problem.sentence) for problem in problems))
        self.problems = tuple(problems)


class NotRunning(Exception):
    """Nobody can enter: the campaign is not running, is of another kind, or its end has come."""


class ContactDeleted(Exception):
    """Somebody has just deleted the person."""


@dataclass(frozen=True, kw_only=True)
class EnrolResult:
    """The enrolment that a caller asked for; `is_new` is False where there was one already."""

    enrolment_id: int
    is_new: bool


@transaction.atomic
def launch(
    *, campaign: Campaign, actor: User | None, seen: datetime | None = None, seen_rules: Collection[str] | None = None
) -> None:
    """Freeze the draft `campaign` and start it, now or at its start time.

    `seen` is its `updated_at` as whoever launches it has reviewed it, `seen_rules` the marks of its segments
    (None: as they are). Raises ChangedMeanwhile and RulesChanged where these have moved on, and LaunchRefused with
    everything that is wrong, also when it was launched already.
    """
    locked = opening.locked(campaign, seen=seen)
    hold_rules(locked, seen=seen_rules)
    problems = launch_checks.launch_problems(locked)
    if problems:
        raise LaunchRefused(problems)
    now = clock.now()
    freeze(_version(locked), now)
    is_later = locked.starts_at is not None and locked.starts_at > now
    locked.status = CampaignStatus.SCHEDULED if is_later else CampaignStatus.RUNNING
    locked.launched_at = now
    locked.launched_by = actor
    locked.save(update_fields=["status", "launched_at", "launched_by", "updated_at"])
    if locked.budget is not None:
        budget.begin(locked)
    _audit(locked, actor, "launched")
    if not is_later:
        _wake_enrolling(locked)
    if locked.kind == CampaignKind.ONCE:
        transaction.on_commit(lambda: wake(FORETELL, locked.pk))


def start_scheduled(now: datetime) -> int:
    """Start the scheduled campaigns whose time has come; gives how many there were.

    One whose start fell into a downtime longer than its grace starts paused: a person decides.
    """
    due = Campaign.objects.filter(status=CampaignStatus.SCHEDULED, starts_at__lte=now)
    for campaign in due:
        is_late = campaign.starts_at is not None and now - campaign.starts_at > campaign.grace
        status = CampaignStatus.PAUSED if is_late else CampaignStatus.RUNNING
        with transaction.atomic():
            started = Campaign.objects.filter(pk=campaign.pk, status=CampaignStatus.SCHEDULED).update(
                status=status, paused_at=now if is_late else None
            )
            if started:
                _wake_enrolling(campaign)
    return len(due)


def _wake_enrolling(campaign: Campaign) -> None:
    if campaign.kind == CampaignKind.ONCE:
        transaction.on_commit(lambda: wake(ENROL_AUDIENCE, campaign.pk))


def _version(campaign: Campaign) -> CampaignVersion:
    if campaign.version is None:
        raise AssertionError("a campaign is made with its version")
    return campaign.version


def freeze(version: CampaignVersion, now: datetime) -> None:
    """Make `version` immutable, with the rules of its segments as they are now."""
    for route in version.routes.select_related("segment"):
        route.rule = route.segment.rule if route.segment else None
        route.save(update_fields=["rule"])
    segment = version.campaign.segment
    version.audience_rule = segment.rule if segment else {}
    version.frozen_at = now
    version.save(update_fields=["audience_rule", "frozen_at"])


@transaction.atomic
def enrol_audience(campaign_id: int) -> int:
    """Enrol the whole audience of a one-off campaign; gives how many people there are.

    One statement over one snapshot fixes the audience and chooses the routes, however many people
    there are; done twice, it adds nobody.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)
    if campaign.enrolled_at or campaign.kind != CampaignKind.ONCE or campaign.status not in _ALIVE:
        return 0
    now = clock.now()
    version = _version(campaign)
    counts = _insert(campaign, version, _audience(version, now), now)
    deltas = Deltas(now)
    for route_id, language, count in counts:
        deltas.add(
            Place(campaign.pk, version.pk, "", route_id, "", 0, language),
            Counter.AUDIENCE,
            count,
        )
    deltas.write()
    campaign.enrolled_at = now
    campaign.save(update_fields=["enrolled_at"])
    transaction.on_commit(lambda: wake(ADVANCE))
    return sum(count for _, _, count in counts)


_ALIVE = frozenset({CampaignStatus.RUNNING, CampaignStatus.PAUSED})

INSERT = """
WITH made AS (
    INSERT INTO campaigns_enrolment (campaign_id, version_id, route_id, contact_id, entry_key, variant, data,
        language, next_at, created_at, outcome, ended_by, credit_step_key, is_late)
    SELECT %s, %s, chosen.route_id, chosen.contact_id, '', '', '{{}}', chosen.language, %s, %s, '', '', '', false
    FROM ({audience}) AS chosen (contact_id, language, route_id)
    RETURNING route_id, language
)
SELECT route_id, language, count(*) FROM made GROUP BY route_id, language
"""


def _insert(
    campaign: Campaign,
    version: CampaignVersion,
    audience: "QuerySet[Contact, tuple[object, ...]]",
    now: datetime,
) -> list[tuple[int, str, int]]:
    query, parameters = audience.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT.format(audience=query),
            [campaign.pk, version.pk, now, now, *parameters],
        )
        counts: list[tuple[int, str, int]] = cursor.fetchall()
    return counts


def _audience(version: CampaignVersion, now: datetime) -> "QuerySet[Contact, tuple[object, ...]]":
    """The contacts of the frozen audience as (id, language, route id), each by its first matching route."""
    today = local_date(now)
    routes = list(version.routes.order_by("position"))
    choices = [
        When(as_q(parse(route.rule), today=today), then=Value(route.pk)) for route in routes if route.rule is not None
    ]
    default = next(route.pk for route in routes if route.rule is None)
    chosen = Case(*choices, default=Value(default), output_field=BigIntegerField())
    contacts = contacts_matching(version.audience_rule or {}, today=today).order_by("id")
    return contacts.annotate(chosen_route=chosen).values_list("id", "language", "chosen_route")


def local_date(now: datetime) -> date:
    """The day at `now` where the installation is: ages turn at its midnight."""
    return now.astimezone(zone(Installation.current().time_zone)).date()


@transaction.atomic
def enrol(*, campaign: Campaign, contact: Contact, entry_key: str, data: Mapping[str, str]) -> EnrolResult:
    """Let `contact` into a running campaign of kind api or triggered, once for each `entry_key`.

    `data` fills variables of the texts. When the contact is still inside, the campaign's entry policy
    decides: ignore, restart (the older entry is cancelled), or let both run. Raises NotRunning, ContactDeleted.
    """
    now = clock.now()
    fresh = Campaign.objects.select_related("version").get(pk=campaign.pk)
    is_over = fresh.ends_at is not None and now >= fresh.ends_at
    if fresh.status != CampaignStatus.RUNNING or fresh.kind == CampaignKind.ONCE or is_over:
        raise NotRunning
    _one_at_a_time(fresh.pk, contact.pk)
    existing = Enrolment.objects.filter(campaign=fresh, contact=contact, entry_key=entry_key).first()
    existing = existing or _still_inside(fresh, contact, now)
    if existing:
        return EnrolResult(enrolment_id=existing.pk, is_new=False)
    _hold(contact)
    enrolment = _enter(fresh, contact, entry_key=entry_key, data=data, now=now)
    transaction.on_commit(lambda: wake(URGENT if fresh.purpose == Purpose.TRANSACTIONAL else ADVANCE))
    return EnrolResult(enrolment_id=enrolment.pk, is_new=True)


def _one_at_a_time(campaign_id: int, contact_id: int) -> None:
    """Two entries of one contact at the same instant must see each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"cascade enrol {campaign_id} {contact_id}"],
        )


def _hold(contact: Contact) -> None:
    """Let nobody delete the contact before this transaction has ended. Raises ContactDeleted where somebody has.

    After its enrolments and messages, which whoever asks for the frequency cap locks before contacts too.
    """
    if not run(HOLD, [contact.pk]):
        raise ContactDeleted


def _still_inside(campaign: Campaign, contact: Contact, now: datetime) -> Enrolment | None:
    if campaign.entry_policy == Campaign.EntryPolicy.PARALLEL:
        return None
    inside = list(Enrolment.objects.open().filter(campaign=campaign, contact=contact))
    if campaign.entry_policy == Campaign.EntryPolicy.IGNORE:
        return inside[0] if inside else None
    end_enrolments(
        enrolment_ids=[row.pk for row in inside],
        outcome=Outcome.CANCELLED,
        reason=Reason.RESTARTED,
        at=now,
    )
    return None


def _enter(
    campaign: Campaign, contact: Contact, *, entry_key: str, data: Mapping[str, str], now: datetime
) -> Enrolment:
    version = _version(campaign)
    route = _route_of(version, contact, now)
    enrolment = Enrolment.objects.create(
        campaign=campaign,
        version=version,
        route=route,
        contact=contact,
        entry_key=entry_key,
        data=dict(data),
        language=contact.language,
        next_at=now,
        created_at=now,
    )
    deltas = Deltas(now)
    deltas.add(
        Place(campaign.pk, version.pk, "", route.pk, "", 0, contact.language),
        Counter.AUDIENCE,
    )
    deltas.write()
    return enrolment


def _route_of(version: CampaignVersion, contact: Contact, now: datetime) -> Route:
    today = local_date(now)
    routes = list(version.routes.order_by("position"))
    for route in routes:
        if route.rule is None or contacts_matching(route.rule, today=today).filter(pk=contact.pk).exists():
            return route
    raise AssertionError("the last route of a version has no segment")


def _audit(campaign: Campaign, actor: User | None, verb: str) -> None:
    AuditEntry.objects.create(actor=actor, verb=verb, subject_kind="campaign", subject_id=campaign.pk)
