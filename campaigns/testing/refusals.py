"""Why we do not send a test message, in the user's words."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.conditions import capabilities_of
from channels.models import Sender


class Refusal(models.TextChoices):
    """The reason, and its sentence."""

    NO_ADDRESS = "no_address", _("has no address for this channel")
    SUPPRESSED = "suppressed", _("This address asked for no more messages, or does not work; tests keep to it too.")
    NO_SENDER = "no_sender", _("The step has no sender yet.")
    NO_TEXT = "no_text", _("There is no text for this step yet.")
    OFF = "off", _("The sender, or its account, is switched off.")
    HELD = "held", _("The sender is held: the vendor refused it. An admin can let it send again.")
    UNSUPPORTED = "unsupported", _("The vendor of this sender does not carry this channel.")
    RESTING = "resting", _("The sender may send no more now, or its vendor is out of order. Try again later.")
    DELETED = "deleted", _("The contact whose data fill it, or who has this address, was deleted meanwhile.")
    LATE = "late", _("Nobody was there to send it within ten minutes. Send a new test.")


def of_sender(sender: Sender) -> Refusal | None:
    """What keeps `sender`, whose account is loaded, from sending anything now."""
    account = sender.account
    if not (sender.is_active and account.is_active) or sender.archived_at or account.archived_at:
        return Refusal.OFF
    if sender.held_at:
        return Refusal.HELD
    return None if capabilities_of(sender, sender.channel) else Refusal.UNSUPPORTED
