"""What is wrong, in words: a sentence that says it, one that says what to do, and where to do it."""

from dataclasses import dataclass
from typing import Protocol

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import AlertKind


class Said(Protocol):
    """What can be put into words: a problem, or an alert."""

    @property
    def kind(self) -> str:
        """Which kind of thing is wrong."""

    @property
    def subject(self) -> str:
        """The id or the name of what it is about."""

    @property
    def name(self) -> str:
        """How people call it."""

    @property
    def details(self) -> str:
        """What is known besides, in somebody else's words."""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The words about one thing that is wrong; `url` leads to where it can be mended, '' where no page does."""

    text: str
    advice: str
    url: str


# The sentence, and what to do. %(name)s is the subject's name.
_WORDS: dict[AlertKind, tuple[str | Promise, str | Promise]] = {
    AlertKind.CAMPAIGN_STUCK: (
        _("The campaign %(name)s is stuck: people in it are due, nothing moves, and nothing explains it."),
        _(
            "If a worker or the beat is missing, start it first. Otherwise look into the logs of the workers "
            "engine and track: what keeps failing is told there."
        ),
    ),
    AlertKind.AUDIENCE_STUCK: (
        _("The audience of the campaign %(name)s has not been enrolled: nobody gets anything of it."),
        _(
            "See whether a worker takes the queue bulk, and is not busy with a long import. If it is free, its log "
            "tells why enrolling fails. It is tried again all the time, and enrols nobody twice."
        ),
    ),
    AlertKind.CAMPAIGN_HELD: (
        _("The campaign %(name)s is held, because the same error kept coming back."),
        _("Look at the error. If the text is right after all, or the vendor has mended it, resume the campaign."),
    ),
    AlertKind.SENDER_HELD: (
        _("The sender %(name)s is held: its vendor refuses the account."),
        _("Settle it with the vendor (balance, password, permission to send), then release the sender on its page."),
    ),
    AlertKind.WEBHOOKS_STUCK: (
        _("Webhooks of vendors are stored but not read: deliveries, clicks and replies do not count yet."),
        _("Nothing is lost. They are read as soon as a worker takes the queue track."),
    ),
    AlertKind.NO_WORKER: (
        _("No worker takes the queue %(name)s."),
        _("Start one: python -m cascade_site.start %(name)s. If one should be running, its log says why it is not."),
    ),
    AlertKind.NO_BEAT: (
        _("No beat is alive: nobody wakes the tick, and nothing is sent on time."),
        _("Start one: python -m cascade_site.start beat. One is enough; two do no harm."),
    ),
    AlertKind.NO_TICK: (
        _("Nobody looks for what is due: there has been no tick for minutes."),
        _("It needs a beat, the broker, and a worker for the queue tick, which must not be busy with other queues."),
    ),
    AlertKind.BROKER_AWAY: (
        _("The broker does not answer."),
        _("Start it, or mend CELERY_BROKER_URL. Nothing is lost: what was in it is found in the database."),
    ),
    AlertKind.DEFAULT_PARTITION: (
        _("Rows of the table %(name)s have gone to its default partition, because none was made for their time."),
        _(
            "The task bulk_make_partitions did not run, or a clock was wrong. "
            "Move the rows out of it, as docs/operations.md tells."
        ),
    ),
}
_PAGES = {
    AlertKind.CAMPAIGN_STUCK: "campaign_watch",
    AlertKind.AUDIENCE_STUCK: "campaign_watch",
    AlertKind.CAMPAIGN_HELD: "campaign_watch",
    AlertKind.SENDER_HELD: "sender_edit",
}


def word(said: Said) -> Wording:
    """The words about `said`, in the active language."""
    kind = AlertKind(said.kind)
    sentence, advice = (str(text) % {"name": said.name} for text in _WORDS[kind])
    return Wording(
        text=_with_details(sentence, said.details),
        advice=advice,
        url=reverse(_PAGES[kind], args=[said.subject]) if kind in _PAGES else "",
    )


def _with_details(sentence: str, details: str) -> str:
    if not details:
        return sentence
    return gettext("%(sentence)s It says: %(details)s") % {"sentence": sentence, "details": details}
