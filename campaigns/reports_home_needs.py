"""What needs the person who reads the first page: only what they may mend, each with the page where it is mended."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from campaigns import wording
from campaigns.engine.counters import Counter
from campaigns.engine.rates import FAILURES_TO_CLOSE
from campaigns.models import Alert, AlertKind, Campaign, ContactImport, Step, User
from campaigns.models.campaigns import CampaignStatus
from campaigns.operations.words import word
from campaigns.permissions import Permission, can
from campaigns.reports_counts import CampaignCounts, read_counts
from campaigns.reports_home import Alive, CampaignLine
from campaigns.sandbox_account import why_not_running
from channels.kinds import Channel
from channels.models import Sender, SenderState

# So many of a kind are told; the rest comes up when these are mended.
_MOST = 5
# Rows that were not taken are told for so long.
_IMPORTS_TOLD = timedelta(days=7)
# A campaign fails when so many messages have failed, and so large a part of all.
_FAILED_LEAST, _FAILED_PART = 20, 5
# What is left of a budget that is spent is less than this part of it.
_BUDGET_LEFT = 50
_COUNTED = (Counter.ACCEPTED, Counter.FAILED, Counter.NOW_HELD, Counter.NOW_ACCEPTED)
State = ContactImport.State


@dataclass(frozen=True, kw_only=True)
class HomeNeed:
    """One thing that needs somebody: a sentence, why it is so, and the way to its mending ('' where none is).

    `people_url` has just those whom it counts, where that is another page.
    """

    key: str
    icon: str
    text: str
    why: str
    action: str = ""
    url: str = ""
    people_url: str = ""
    since: datetime | None = None


def needs_of_user(user: User, alive: Alive) -> list[HomeNeed]:
    """What needs `user`, what stops messages first; in a number of queries that does not grow."""
    may_send = can(user, Permission.MANAGE_CAMPAIGNS)
    is_admin = can(user, Permission.MANAGE_ACCOUNTS)
    found: list[HomeNeed] = []
    if is_admin or may_send:
        found += [*_sandbox(is_admin=is_admin), *_held_senders(is_admin=is_admin), *_silent_vendors(is_admin=is_admin)]
    if can(user, Permission.MANAGE_SETTINGS) or may_send:
        found += _alerts(is_admin=can(user, Permission.MANAGE_SETTINGS), may_send=may_send)
    if may_send:
        found += _of_campaigns(alive, may_view_people=can(user, Permission.VIEW_PEOPLE))
    if can(user, Permission.MANAGE_CONTACTS):
        found += _imports()
    return found


def _sandbox(*, is_admin: bool) -> Iterator[HomeNeed]:
    """The installation's own sandbox, where somebody has asked for it and it could not be started."""
    if why := why_not_running():
        yield HomeNeed(
            key="sandbox",
            icon="plug-x",
            text=gettext("The sandbox is not running."),
            why=_for_admins(why, is_admin=is_admin),
            action=gettext("Look at it") if is_admin else "",
            url=reverse("account_list") if is_admin else "",
        )


def _held_senders(*, is_admin: bool) -> Iterator[HomeNeed]:
    held = Sender.objects.usable().exclude(held_at=None).order_by("held_at")
    for sender in held[:_MOST]:
        why = gettext("%(reason)s. Nothing leaves from it until it is released.")
        yield HomeNeed(
            key=f"sender-{sender.pk}",
            icon="hand-stop",
            text=gettext("The sender %(name)s is held.") % {"name": sender.name},
            why=_for_admins(why % {"reason": sender.held_reason.rstrip(".")}, is_admin=is_admin),
            action=gettext("Release it") if is_admin else "",
            url=reverse("sender_edit", args=[sender.pk]) if is_admin else "",
            since=sender.held_at,
        )


def _silent_vendors(*, is_admin: bool) -> Iterator[HomeNeed]:
    """Accounts whose vendor does not answer: one line each, however many senders they have."""
    silent = SenderState.objects.filter(failures_in_a_row__gte=FAILURES_TO_CLOSE, sender__in=Sender.objects.usable())
    seen = silent.filter(sender__held_at=None).order_by("sender__account", "pk")
    for state in seen.distinct("sender__account").select_related("sender__account")[:_MOST]:
        account = state.sender.account
        why = gettext("Its messages wait and are tried again; who waits too long goes on to the next step.")
        yield HomeNeed(
            key=f"account-{account.pk}",
            icon="plug-x",
            text=gettext("The vendor of %(name)s does not answer.") % {"name": account.name},
            why=_for_admins(why, is_admin=is_admin),
            action=gettext("Test the connection") if is_admin else "",
            url=reverse("account_edit", args=[account.pk]) if is_admin else "",
        )


def _for_admins(why: str, *, is_admin: bool) -> str:
    return why if is_admin else " ".join((why, gettext("An admin can mend it.")))


def _alerts(*, is_admin: bool, may_send: bool) -> Iterator[HomeNeed]:
    """What was noticed of the product itself, but for what is told above and below.

    Marketers are told which of their campaigns are stuck, admins of everything.
    """
    raised = Alert.objects.raised().exclude(kind=AlertKind.SENDER_HELD)
    if may_send:
        raised = raised.exclude(kind=AlertKind.CAMPAIGN_HELD)
    if not is_admin:
        raised = raised.filter(kind__in=[AlertKind.CAMPAIGN_STUCK, AlertKind.AUDIENCE_STUCK])
    for alert in raised.order_by("began_at", "pk")[: 2 * _MOST]:
        words = word(alert)
        yield HomeNeed(
            key=f"alert-{alert.pk}",
            icon="alert-triangle",
            text=words.text,
            why=words.advice if is_admin else gettext("The admins have been told."),
            action=gettext("Look at it"),
            url=words.url or reverse("operations"),
            since=alert.began_at,
        )


def _of_campaigns(alive: Alive, *, may_view_people: bool) -> Iterator[HomeNeed]:
    """What needs somebody in the campaigns that have people inside."""
    running = [line for line in alive.lines if line.campaign.status != CampaignStatus.SCHEDULED]
    counted = read_counts([line.campaign.pk for line in running], counters=_COUNTED)
    for line in running:
        counts = counted[line.campaign.pk]
        yield from _held(line.campaign)
        yield from _failing(line.campaign, counts, may_view_people=may_view_people)
        yield from _out_of_budget(line, counts, may_view_people=may_view_people)
    if may_view_people:
        yield from _calls(running, counted)


def _held(campaign: Campaign) -> Iterator[HomeNeed]:
    if campaign.held_at:
        why = gettext("The same error kept coming back: %(reason)s")
        yield HomeNeed(
            key=f"held-{campaign.pk}",
            icon="hand-stop",
            text=gettext("“%(name)s” is held.") % {"name": campaign.name},
            why=why % {"reason": campaign.held_reason},
            action=gettext("Look at it"),
            url=reverse("campaign_watch", args=[campaign.pk]),
            since=campaign.held_at,
        )


def _failing(campaign: Campaign, counts: CampaignCounts, *, may_view_people: bool) -> Iterator[HomeNeed]:
    everywhere = counts.everywhere()
    failed, accepted = everywhere.people(Counter.FAILED), everywhere.people(Counter.ACCEPTED)
    if failed < _FAILED_LEAST or failed * _FAILED_PART < failed + accepted or campaign.held_at:
        return
    page = _people_url(campaign.pk, "failed")
    why = gettext("%(failed)s of %(tried)s messages have failed so far.")
    yield HomeNeed(
        key=f"failing-{campaign.pk}",
        icon="alert-triangle",
        text=gettext("“%(name)s” fails for many people.") % {"name": campaign.name},
        why=why % {"failed": wording.number(failed), "tried": wording.number(failed + accepted)},
        action=gettext("See why"),
        url=page if may_view_people else reverse("campaign_watch", args=[campaign.pk]),
    )


def _people_url(pk: int, figure: str) -> str:
    return f"{reverse('campaign_people', args=[pk])}?figure={figure}"


def _out_of_budget(line: CampaignLine, counts: CampaignCounts, *, may_view_people: bool) -> Iterator[HomeNeed]:
    """Messages are held, some perhaps for another reason too, and next to nothing is left to send them with."""
    campaign, held = line.campaign, counts.everywhere().people(Counter.NOW_HELD)
    state = getattr(campaign, "budget_state", None)
    if not held or campaign.budget is None or state is None:
        return
    if (campaign.budget - state.committed) * _BUDGET_LEFT < campaign.budget:
        why = ngettext("%(count)s message is held.", "%(count)s messages are held.", held)
        yield HomeNeed(
            key=f"budget-{campaign.pk}",
            icon="wallet",
            text=gettext("The budget of “%(name)s” is spent.") % {"name": campaign.name},
            why=why % {"count": wording.number(held)},
            action=gettext("Change the budget"),
            url=reverse("campaign_limits", args=[campaign.pk]),
            people_url=_people_url(campaign.pk, "held") if may_view_people else "",
        )


def _calls(running: Sequence[CampaignLine], counted: dict[int, CampaignCounts]) -> Iterator[HomeNeed]:
    """People whom somebody has to phone: their step on that channel has been handed over and waits."""
    by_pk = {line.campaign.pk: line.campaign for line in running}
    steps = Step.objects.filter(channel=Channel.CALL_TASK, route__version__campaign__in=by_pk)
    places = steps.order_by("pk").values_list("route__version__campaign", "route", "key")
    for (pk, key), people in _waiting_for_calls(places, counted).items():
        text = ngettext("%(count)s person waits for a call.", "%(count)s people wait for a call.", people)
        why = gettext("“%(name)s” asks your colleagues to phone them; at the end of the step it goes on without.")
        yield HomeNeed(
            key=f"calls-{pk}-{key}",
            icon="headset",
            text=text % {"count": wording.number(people)},
            why=why % {"name": by_pk[pk].name},
            action=gettext("See them"),
            url=f"{_people_url(pk, 'waiting_accepted')}&step={key}",
        )


def _waiting_for_calls(
    places: Iterable[tuple[int, int, str]], counted: dict[int, CampaignCounts]
) -> dict[tuple[int, str], int]:
    """By campaign and step: routes that share a step are one list of people."""
    found: dict[tuple[int, str], int] = {}
    for pk, route_id, key in places:
        if people := counted[pk].of_step(route_id, key).people(Counter.NOW_ACCEPTED):
            found[pk, key] = found.get((pk, key), 0) + people
    return found


def _imports() -> Iterator[HomeNeed]:
    """Uploads that wait for an answer, and lately those that failed or did not take every row."""
    recent = ContactImport.objects.filter(created_at__gte=timezone.now() - _IMPORTS_TOLD)
    waiting, failed = recent.filter(state=State.UPLOADED), recent.filter(state=State.FAILED)
    lacking = recent.filter(state=State.DONE, rejected_count__gt=0)
    for contact_import in (waiting | failed | lacking).order_by("-pk")[:_MOST]:
        text, why, action, url_name = _about_import(contact_import)
        yield HomeNeed(
            key=f"import-{contact_import.pk}",
            icon="file-alert",
            text=text,
            why=str(why),
            action=action,
            url=reverse(url_name, args=[contact_import.pk]),
            since=contact_import.ended_at or contact_import.created_at,
        )


def _about_import(contact_import: ContactImport) -> tuple[str, str | Promise, str, str]:
    named = {"name": contact_import.name}
    if contact_import.state == State.UPLOADED:
        why = gettext("Nothing of it is stored before you say what its columns mean.")
        return gettext("%(name)s waits for your answer.") % named, why, gettext("Go on"), "import_mapping"
    if contact_import.state == State.FAILED:
        text = gettext("The import of %(name)s failed.") % named
        return text, contact_import.error, gettext("Look at it"), "import_detail"
    rows = contact_import.rejected_count
    text = ngettext("%(count)s row of %(name)s was not taken.", "%(count)s rows of %(name)s were not taken.", rows)
    why = gettext("Download them with the reasons, correct them, and upload them again.")
    return text % {**named, "count": wording.number(rows)}, why, gettext("See them"), "import_detail"
