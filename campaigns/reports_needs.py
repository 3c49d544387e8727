"""What of a campaign needs a person, and what only has to be known: read in this order on its page."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from campaigns import wording
from campaigns.models import AlertKind, Campaign, HoldReason, Message
from campaigns.reports import CampaignReport, StepReport
from campaigns.reports_alerts import stuck_since
from channels.models import Sender

# So many queued messages of a sender tell why they are held.
_LOOKED_AT = 1_000


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing to know. `is_urgent`: somebody has to act. `figure` has the list of those it is about, if any."""

    icon: str
    colour: str
    text: str
    is_urgent: bool = False
    figure: str = ""
    # The sender that keeps people waiting, and the step that could be sent from another.
    sender_id: int | None = None
    step_id: int | None = None
    is_about_budget: bool = False


def needs_of(campaign: Campaign, report: CampaignReport) -> list[Need]:
    """What needs somebody in `campaign`, the urgent first; empty when it runs by itself."""
    found = [
        *_stuck(campaign),
        *_held_campaign(campaign),
        *_senders(report),
        *_holds(campaign, report),
        *_facts(campaign, report),
    ]
    return sorted(found, key=lambda need: not need.is_urgent)


def _stuck(campaign: Campaign) -> Iterator[Need]:
    sentences = {
        AlertKind.CAMPAIGN_STUCK: gettext(
            "It is stuck since %(at)s: people are due, and nothing moves. The admins have been told."
        ),
        AlertKind.AUDIENCE_STUCK: gettext(
            "It is stuck since %(at)s: its audience has not been enrolled. The admins have been told."
        ),
    }
    for kind, since in stuck_since(campaign).items():
        text = sentences[kind] % {"at": _moment(since)}
        yield Need(icon="alert-triangle", colour="orange", text=text, is_urgent=True)


def _held_campaign(campaign: Campaign) -> Iterator[Need]:
    if campaign.held_at and not campaign.is_over:
        words = gettext("Held since %(at)s, because the same error kept coming back: %(reason)s")
        yield Need(
            icon="hand-stop",
            colour="orange",
            text=words % {"at": _moment(campaign.held_at), "reason": campaign.held_reason},
            is_urgent=True,
            figure="failed",
        )


def _senders(report: CampaignReport) -> Iterator[Need]:
    """Senders that are held or switched off while people wait for them."""
    waiting: dict[int, tuple[StepReport, int]] = {}
    for step in report.steps:
        if step.sender and step.figures.waiting.to_send:
            _step, people = waiting.get(step.sender.pk, (step, 0))
            waiting[step.sender.pk] = (step, people + step.figures.waiting.to_send)
    for step, people in waiting.values():
        sender = step.sender
        if sender and (why := _why_not_sending(sender)):
            wait = ngettext("%(count)s person waits for it.", "%(count)s people wait for it.", people)
            text = f"{step.title} {why} {wait % {'count': wording.number(people)}}"
            yield Need(
                icon="alert-triangle",
                colour="orange",
                text=text,
                is_urgent=True,
                sender_id=sender.pk,
                step_id=step.step_id,
            )


def _why_not_sending(sender: Sender) -> str:
    if sender.held_at:
        words = gettext("is held since %(at)s: %(reason)s.")
        return words % {"at": _moment(sender.held_at), "reason": sender.held_reason.rstrip(".")}
    is_usable = (
        sender.is_active and sender.account.is_active and not sender.archived_at and not sender.account.archived_at
    )
    return "" if is_usable else gettext("is switched off.")


def _holds(campaign: Campaign, report: CampaignReport) -> Iterator[Need]:
    """Messages that wait for something else than their turn."""
    total = sum(step.figures.waiting.held for step in report.steps)
    seen = _held_by_reason(campaign, report) if total else Counter[str]()
    for reason, people in sorted(seen.items()):
        # The counters know how many there are, but not why each is.
        count, has_more = (total, False) if len(seen) == 1 else (people, seen.total() < total)
        if sentence := _hold_sentence(reason, count, has_more=has_more):
            is_urgent = reason == HoldReason.OVER_BUDGET
            icon, colour = ("wallet", "orange") if is_urgent else ("clock-pause", "secondary")
            yield Need(
                icon=icon,
                colour=colour,
                text=sentence,
                is_urgent=is_urgent,
                figure="held",
                is_about_budget=is_urgent,
            )


def _held_by_reason(campaign: Campaign, report: CampaignReport) -> Counter[str]:
    """How many messages are held for each reason, among the last _LOOKED_AT of each sender.

    A quiet night may hold a million.
    """
    senders = {step.sender.pk for step in report.steps if step.sender and step.figures.waiting.held}
    queued = Message.objects.filter(campaign=campaign, is_queued=True).order_by("-available_at", "-id")
    looks = [queued.filter(sender=pk).values_list("hold_reason", flat=True)[:_LOOKED_AT] for pk in sorted(senders)]
    return Counter(reason for reason in looks[0].union(*looks[1:], all=True) if reason) if looks else Counter()


def _hold_sentence(reason: str, people: int, *, has_more: bool) -> str:
    sentences = {
        HoldReason.OVER_BUDGET: ngettext(
            "The budget is used up: %(count)s message waits until it is raised.",
            "The budget is used up: %(count)s messages wait until it is raised.",
            people,
        ),
        HoldReason.QUIET_HOURS: ngettext(
            "%(count)s message waits for the end of quiet hours and goes out by itself.",
            "%(count)s messages wait for the end of quiet hours and go out by themselves.",
            people,
        ),
        HoldReason.FREQUENCY_CAP: ngettext(
            "%(count)s person had enough messages lately and waits until they may be messaged again.",
            "%(count)s people had enough messages lately and wait until they may be messaged again.",
            people,
        ),
    }
    sentence = sentences.get(HoldReason(reason), "")
    return sentence % {"count": wording.number(people) + "+" * has_more} if sentence else ""


def _facts(campaign: Campaign, report: CampaignReport) -> Iterator[Need]:
    """What is told apart from the figures, so that nobody takes it for something else."""
    facts = (
        ("unknown", "help-circle", report.unknown, _unknown_sentence(report.unknown)),
        ("machine_clicked", "robot", report.machine_clicked, _machine_sentence(campaign, report.machine_clicked)),
        ("failed", "mail-x", report.failed, _failed_sentence(report.failed)),
    )
    for figure, icon, count, text in facts:
        if count:
            yield Need(icon=icon, colour="secondary", text=text % {"count": wording.number(count)}, figure=figure)


def _unknown_sentence(count: int) -> str:
    return ngettext(
        "%(count)s message got no answer from the vendor: unknown, and not sent again.",
        "%(count)s messages got no answer from the vendor: unknown, and not sent again.",
        count,
    )


def _machine_sentence(campaign: Campaign, count: int) -> str:
    clicked = ngettext(
        "%(count)s message was clicked by a scanner or a link preview.",
        "%(count)s messages were clicked by scanners or link previews.",
        count,
    )
    if campaign.do_machine_signals_count:
        effect = gettext("In this campaign such clicks count.")
    else:
        effect = gettext("Such clicks stop nobody.")
    return f"{clicked} {effect}"


def _failed_sentence(count: int) -> str:
    return ngettext("%(count)s message failed for good.", "%(count)s messages failed for good.", count)


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")
