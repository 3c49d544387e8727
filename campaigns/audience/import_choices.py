"""What the person who uploads a file decides about it, as it is kept with the import."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from campaigns.audience.birth_dates import DateOrder
from campaigns.audience.targets import Target
from campaigns.models.consent import Purpose
from channels.kinds import Channel


class ConsentBasis(models.TextChoices):
    """On what ground people of this file may be messaged."""

    COLUMN = "column", _("A column of the file says who agreed")
    DECLARATION = "declaration", _("Everybody in the file agreed: I say how")
    NOBODY = "nobody", _("Nobody may be messaged because of this file")


class ColumnChoice(BaseModel):
    """What becomes of one column; `attribute` is the attribute's name where the target is one, else ''."""

    model_config = ConfigDict(frozen=True)

    target: Target
    attribute: str = ""


class ConsentChoice(BaseModel):
    """Which channels and purpose a yes grants (and a no withdraws), and how it was obtained where declared."""

    model_config = ConfigDict(frozen=True)

    basis: ConsentBasis
    channels: tuple[Channel, ...] = ()
    purpose: Purpose = Purpose.MARKETING
    evidence: str = ""


class ImportChoices(BaseModel):
    """All of it: a choice for each column in the order of the file, and how ambiguous values are read."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[ColumnChoice, ...]
    country: str
    date_order: DateOrder = DateOrder.DAY_FIRST
    consent: ConsentChoice

    def place_of(self, target: Target) -> int | None:
        """The position (from 0) of the column chosen for `target`; None without one."""
        return next((place for place, column in enumerate(self.columns) if column.target == target), None)
