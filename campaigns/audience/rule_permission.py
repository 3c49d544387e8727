"""Conditions on whether a person can and may be messaged: reachable on a channel, consent for it."""

from datetime import date
from typing import ClassVar, Literal

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from pydantic import Field

from campaigns.audience.reach import reachable_q
from campaigns.audience.rule_schema import Condition, FileNames
from campaigns.models import Consent, Purpose
from campaigns.models.consent import ConsentStatus
from channels.kinds import Channel


class Reachable(Condition):
    """A message for the purpose could go to the contact on the channel now (campaigns/eligibility.py), or could not."""

    field: Literal["reachable"]
    is_: Literal["on", "not_on"] = Field(alias="is")
    channel: Channel
    purpose: Purpose = Purpose.MARKETING

    parts: ClassVar[tuple[str, ...]] = ("channel", "purpose")

    def as_q(self, today: date) -> Q:
        """Address, consent and suppression looked up for each contact."""
        reachable = reachable_q(self.channel, self.purpose)
        return reachable if self.is_ == "on" else ~reachable

    def describe(self, files: FileNames) -> str:
        """As "can be reached by SMS (marketing)"."""
        sentences = {
            "on": gettext("can be reached by %(channel)s (%(purpose)s)"),
            "not_on": gettext("cannot be reached by %(channel)s (%(purpose)s)"),
        }
        return sentences[self.is_] % _names(self.channel, self.purpose)


class ConsentIs(Condition):
    """What the contact said last about a channel and a purpose: granted, withdrawn, or nothing."""

    field: Literal["consent"]
    is_: Literal["granted", "withdrawn", "none"] = Field(alias="is")
    channel: Channel
    purpose: Purpose = Purpose.MARKETING

    parts: ClassVar[tuple[str, ...]] = ("channel", "purpose")

    def as_q(self, today: date) -> Q:
        """The row of the consent in force, or none."""
        rows = Consent.objects.filter(contact=OuterRef("pk"), channel=self.channel, purpose=self.purpose)
        if self.is_ == "none":
            return ~Q(Exists(rows))
        return Q(Exists(rows.filter(status=ConsentStatus(self.is_))))

    def describe(self, files: FileNames) -> str:
        """As "agreed to SMS (marketing)"."""
        sentences = {
            "granted": gettext("agreed to %(channel)s (%(purpose)s)"),
            "withdrawn": gettext("withdrew their consent to %(channel)s (%(purpose)s)"),
            "none": gettext("never said anything about %(channel)s (%(purpose)s)"),
        }
        return sentences[self.is_] % _names(self.channel, self.purpose)


def _names(channel: Channel, purpose: Purpose) -> dict[str, str]:
    return {"channel": str(channel.label), "purpose": str(purpose.label).lower()}
