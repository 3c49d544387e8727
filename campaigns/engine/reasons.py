"""Why the engine decided what it did: the codes stored with fates and outcomes, and their sentences."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """The rule or signal behind a decision."""

    # --- Success
    DELIVERED = "delivered", _("it was delivered")
    OPENED = "opened", _("they opened it")
    CLICKED = "clicked", _("they followed the link")
    REPLIED = "replied", _("they replied")
    ANSWERED = "answered", _("they answered the call")
    GOAL = "goal", _("the goal was reached")
    # --- Going on
    TIMEOUT = "timeout", _("the waiting time ended without success")
    TIMEOUT_UNKNOWN = (
        "timeout_unknown",
        _("the vendor never answered, and the waiting time ended"),
    )
    FAILED = "failed", _("the message failed for good")
    BOUNCED = "bounced", _("the address refused the message")
    SENDER_DOWN = "sender_down", _("the sender could not send it in time")
    NO_ADDRESS = "no_address", _("there is no address for this channel")
    NO_CONSENT = "no_consent", _("there is no consent for this channel")
    SUPPRESSED = "suppressed", _("the address must not be messaged")
    REPEATED_ADDRESS = (
        "repeated_address",
        _("somebody else with this address had the message already"),
    )
    UNSUPPORTED = "unsupported", _("the sender cannot carry this message")
    # --- Ending
    CHAIN_ENDED = "chain_ended", _("there was no further step")
    OPTED_OUT = "opted_out", _("they asked for no more messages")
    FREQUENCY_CAP = "frequency_cap", _("they had enough messages lately")
    MISSED = "missed", _("the product was down for too long when it was due")
    CAMPAIGN_ENDED = "campaign_ended", _("the campaign's end had come")
    CAMPAIGN_CANCELLED = "campaign_cancelled", _("the campaign was cancelled")
    CONTACT_DELETED = "contact_deleted", _("the contact was deleted")
    RESTARTED = "restarted", _("a new entry took its place")
    UNTRACKED = (
        "untracked",
        _("they may not be tracked, so the first accepted message was the last"),
    )
