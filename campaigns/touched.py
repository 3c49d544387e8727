"""Whom pausing, resuming and cancelling touch, in sentences for somebody who is about to do it."""

from django.utils.translation import gettext, ngettext

from campaigns import wording
from campaigns.engine.control import Affected


def by_pausing(inside: Affected) -> list[str]:
    """What a pause does to the people inside."""
    queued = ngettext(
        "%(people)s person waits for a message, which will not leave until you resume.",
        "%(people)s people wait for a message, which will not leave until you resume.",
        inside.queued,
    )
    waiting = ngettext(
        "%(people)s person has a message already. What they do with it still counts.",
        "%(people)s people have a message already. What they do with it still counts.",
        inside.waiting,
    )
    clocks = gettext("Waiting times run on: whoever's time ends in the pause gets the next step when you resume.")
    return [*_told(queued, inside.queued), *_told(waiting, inside.waiting), *_told_or_nobody(clocks, inside)]


def by_resuming(inside: Affected) -> list[str]:
    """What going on does to the people inside."""
    everybody = ngettext(
        "%(people)s person is still inside and goes on where they stopped.",
        "%(people)s people are still inside and go on where they stopped.",
        inside.open,
    )
    queued = ngettext(
        "%(people)s of them gets a message now, as fast as the sender may send.",
        "%(people)s of them get a message now, as fast as the sender may send.",
        inside.queued,
    )
    once = gettext("Nobody gets a message a second time.")
    return [*_told(everybody, inside.open), *_told(queued, inside.queued), *_told_or_nobody(once, inside)]


def by_cancelling(inside: Affected) -> list[str]:
    """What cancelling does to the people inside."""
    everybody = ngettext(
        "%(people)s person leaves the chain and gets no further message of it.",
        "%(people)s people leave the chain and get no further message of it.",
        inside.open,
    )
    queued = ngettext(
        "%(people)s message that waits to leave never will.",
        "%(people)s messages that wait to leave never will.",
        inside.queued,
    )
    final = gettext("This cannot be taken back. A copy of the campaign can be launched again.")
    return [*(_told(everybody, inside.open) or _told_or_nobody("", inside)), *_told(queued, inside.queued), final]


def _told(sentence: str, people: int) -> list[str]:
    return [sentence % {"people": wording.number(people)}] if people else []


def _told_or_nobody(sentence: str, inside: Affected) -> list[str]:
    """`sentence`, or that it concerns nobody."""
    return [sentence] if inside.open else [gettext("Nobody is inside at the moment.")]
