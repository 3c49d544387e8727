"""The entries of a person's time-line: what was decided for them, what was sent and what they did, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.engine.reasons import Reason
from campaigns.models import Attempt, Enrolment, Event, Fate, Message, Route, Step
from campaigns.models.messages import AttemptStatus, MessageStatus
from campaigns.sentences import step_title, success, waiting_time
from campaigns.signals_policy import MachineRule
from channels.events import EventType, RejectReason

# What came in later than this after it had happened is shown with both instants.
_AT_ONCE = timedelta(minutes=1)


class Tone(Enum):
    """What sort of thing an entry tells of: its icon and its colour."""

    ENTERED = ("login", "blue")
    CAME = ("arrow-right", "secondary")
    SKIPPED = ("player-skip-forward", "orange")
    SENT = ("send", "blue")
    REFUSED = ("mail-x", "red")
    UNKNOWN = ("help-circle", "orange")
    EVENT = ("activity", "blue")
    MACHINE = ("robot", "secondary")
    SUCCESS = ("circle-check", "green")
    WENT_ON = ("clock", "secondary")
    ENDED = ("flag", "secondary")

    def __init__(self, icon: str, colour: str) -> None:
        self.icon = icon
        self.colour = colour


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened or was decided, `at` (aware). `details` are lines of small print."""

    at: datetime
    text: str
    tone: Tone
    details: tuple[str, ...] = ()


_FATES: dict[str, tuple[str | Promise, Tone]] = {
    Fate.SKIPPED: (_("Step %(number)s (%(step)s) was skipped, because %(reason)s."), Tone.SKIPPED),
    Fate.ENGAGED: (_("The chain stopped at step %(number)s (%(step)s), because %(reason)s."), Tone.SUCCESS),
    Fate.ADVANCED: (_("Went on from step %(number)s (%(step)s), because %(reason)s."), Tone.WENT_ON),
    Fate.ENDED: (_("Ended at step %(number)s (%(step)s), because %(reason)s."), Tone.ENDED),
}
_ANSWERS: dict[str, tuple[str | Promise, Tone]] = {
    AttemptStatus.ACCEPTED: (_("The vendor took it."), Tone.SENT),
    AttemptStatus.FAILED: (_("It failed for good."), Tone.REFUSED),
    AttemptStatus.NOT_SENT: (_("It did not leave; it is tried again while there is time."), Tone.UNKNOWN),
    AttemptStatus.UNKNOWN: (_("No answer came: unknown, and not sent again."), Tone.UNKNOWN),
}
_EVENTS: dict[str, str | Promise] = {
    EventType.ACCEPTED: _("The vendor has it."),
    EventType.SENT: _("Handed over to the network."),
    EventType.DELIVERED: _("Delivered."),
    EventType.OPENED: _("Opened."),
    EventType.CLICKED: _("The link was followed."),
    EventType.REPLIED: _("They replied."),
    EventType.ANSWERED: _("They answered the call."),
    EventType.BOUNCED: _("The address refused it."),
    EventType.FAILED: _("The vendor could not deliver it."),
    EventType.EXPIRED: _("The vendor gave up: its time had run out."),
    EventType.COMPLAINED: _("They reported it as spam."),
    EventType.UNSUBSCRIBED: _("They asked for no more messages."),
    EventType.GOAL: _("The goal was reached."),
    EventType.UNKNOWN: _("The vendor told something that Cascade does not know."),
}
_TROUBLE = frozenset({EventType.BOUNCED, EventType.FAILED, EventType.EXPIRED, EventType.COMPLAINED})


def beginning(enrolment: Enrolment) -> Entry:
    """How they came in, and why on this route."""
    details = _why_here(enrolment.route)
    if enrolment.entry_key:
        details.append(gettext("Entry: %(key)s") % {"key": enrolment.entry_key})
    return Entry(
        at=enrolment.created_at, text=gettext("Entered the campaign."), tone=Tone.ENTERED, details=tuple(details)
    )


def _why_here(route: Route) -> list[str]:
    if route.segment:
        return [gettext("Route “%(segment)s”: they belonged to that segment.") % {"segment": route.segment.name}]
    if route.position:
        return [gettext("Route for everyone else: they belonged to none of the segments before it.")]
    return []


def coming(message: Message) -> Entry:
    """They came to a step, and what its message waits for while it does."""
    words = gettext("Came to step %(number)s: %(step)s.") % _named(message.step)
    return Entry(at=message.created_at, text=words, tone=Tone.CAME, details=tuple(_standing(message)))


def of_attempt(attempt: Attempt) -> Iterator[Entry]:
    """One request to the vendor, and its answer."""
    to = attempt.address.value if attempt.address else gettext("an address that is no longer known")
    words = gettext("Sent to %(address)s from %(sender)s.") % {"address": to, "sender": attempt.sender.name}
    yield Entry(at=attempt.sending_at, text=words, tone=Tone.SENT)
    if attempt.answered_at and attempt.status in _ANSWERS:
        answer, tone = _ANSWERS[attempt.status]
        yield Entry(at=attempt.answered_at, text=str(answer), tone=tone, details=tuple(_answer_details(attempt)))


def of_event(event: Event, links: dict[int, str]) -> Entry:
    """What was reported, and by which rule it was taken for a machine's, if it was. `links` are addresses by id."""
    tone = Tone.REFUSED if event.type in _TROUBLE else Tone.EVENT
    return Entry(
        at=event.occurred_at,
        text=str(_EVENTS[event.type]),
        tone=Tone.MACHINE if event.is_machine else tone,
        details=tuple(_event_details(event, links)),
    )


def fate(message: Message) -> Entry:
    """What became of the step, and by which rule or signal."""
    words, tone = _FATES[message.fate]
    text = str(words) % {**_named(message.step), "reason": _reason(message.fate_reason)}
    return Entry(at=message.fate_at or message.created_at, text=text, tone=tone)


def ending(enrolment: Enrolment, credit: Step | None) -> Iterator[Entry]:
    """How it ended; `credit` is the step whose message they acted upon."""
    if enrolment.ended_at:
        words = gettext("Outcome: %(outcome)s, because %(reason)s.")
        text = words % {"outcome": enrolment.get_outcome_display(), "reason": _reason(enrolment.ended_by)}
        tone = Tone.SUCCESS if enrolment.outcome == "engaged" else Tone.ENDED
        yield Entry(at=enrolment.ended_at, text=text, tone=tone, details=tuple(_credit(enrolment, credit)))
    if enrolment.engaged_late_at:
        words = gettext("They acted after the end. The outcome stays: %(outcome)s.")
        text = words % {"outcome": enrolment.get_outcome_display()}
        yield Entry(at=enrolment.engaged_late_at, text=text, tone=Tone.EVENT)


def _named(step: Step) -> dict[str, str | int]:
    return {"number": step.position + 1, "step": step_title(step)}


def _reason(code: str) -> str:
    """The sentence of a code; a code of another version of the product stands for itself."""
    if not code:
        return gettext("nobody noted why")
    return str(Reason(code).label) if code in Reason.values else code


def _standing(message: Message) -> Iterator[str]:
    if message.fate:
        return
    yield f"{success(message.step)} ({waiting_time(message.step)})."
    if message.hold_reason:
        yield gettext("Held: %(reason)s.") % {"reason": message.get_hold_reason_display()}
    elif message.status in {MessageStatus.QUEUED, MessageStatus.CLAIMED}:
        yield gettext("Waits for its turn to be sent.")
    elif message.decide_at:
        yield gettext("Decided at the latest: %(at)s") % {"at": _moment(message.decide_at)}


def _answer_details(attempt: Attempt) -> Iterator[str]:
    if attempt.vendor_message_id:
        yield gettext("The vendor's id: %(id)s") % {"id": attempt.vendor_message_id}
    said = " ".join(part for part in (attempt.error_code, attempt.error_detail) if part)
    if said:
        yield gettext("The vendor's words: %(words)s") % {"words": said}


def _event_details(event: Event, links: dict[int, str]) -> Iterator[str]:
    told = event.details
    if event.is_machine:
        yield gettext("Not a person: %(rule)s.") % {"rule": _rule(event.machine_rule)}
    url = links.get(event.link_id or 0) or told.get("url", "")
    yield from (text for text in (url, told.get("name", "")) if text)
    if told.get("text"):
        yield gettext("“%(name)s”") % {"name": told["text"]}
    reason = told.get("reason", "")
    yield from [str(RejectReason(reason).label)] if reason in RejectReason.values else []
    said = " ".join(part for part in (told.get("code", ""), told.get("detail", "")) if part)
    yield from [gettext("The vendor's words: %(words)s") % {"words": said}] if said else []
    yield from [told["user_agent"]] if event.is_machine and told.get("user_agent") else []
    if event.recorded_at - event.occurred_at > _AT_ONCE:
        yield gettext("Cascade learned of it: %(at)s") % {"at": _moment(event.recorded_at)}


def _rule(code: str) -> str:
    return str(MachineRule(code).label) if code in MachineRule.values else gettext("the vendor says so")


def _credit(enrolment: Enrolment, credit: Step | None) -> Iterator[str]:
    if enrolment.outcome != "engaged":
        return
    if credit is None:
        yield gettext("They acted before any message.")
    elif enrolment.is_late:
        yield gettext(
            "They acted upon the message of step %(number)s (%(step)s), when a later step had begun."
        ) % _named(credit)
    else:
        yield gettext("They acted upon the message of step %(number)s (%(step)s).") % _named(credit)


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")
