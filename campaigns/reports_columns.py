"""The columns of a step, the same on the page, in exports and in the API, in the order in which things happen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import Condition
from campaigns.reports import StepReport


class OnPage(Enum):
    """Where the page shows a figure, which has less room than a file."""

    # A column of its own.
    ALWAYS = 1
    # A column of its own where a step has any.
    WHEN_COUNTED = 2
    # A note below the step's name where it has any.
    AS_NOTE = 3


@dataclass(frozen=True, kw_only=True)
class Column:
    """One figure of a step, called `name` in StepFigures and in the lists of people.

    With `condition`, it stands only where somebody tells of such a thing.
    """

    name: str
    label: str | Promise
    condition: Condition | None = None
    on_page: OnPage = OnPage.ALWAYS

    def value(self, step: StepReport) -> int | None:
        """The figure of `step`; None where nobody tells of it."""
        figures = step.figures
        value: int = figures.waiting.total if self.name == "waiting" else getattr(figures, self.name)
        is_told = self.condition is None or self.condition in step.told
        return value if value or is_told else None


COLUMNS: Sequence[Column] = (
    Column(name="came", label=_("Came"), on_page=OnPage.AS_NOTE),
    Column(name="skipped", label=pgettext_lazy("figure", "Skipped")),
    Column(name="entered", label=_("Entered")),
    Column(name="accepted", label=pgettext_lazy("figure", "Sent")),
    Column(name="delivered", label=pgettext_lazy("figure", "Delivered"), condition=Condition.DELIVERED),
    Column(name="opened", label=pgettext_lazy("figure", "Opened"), condition=Condition.OPENED),
    Column(name="clicked", label=pgettext_lazy("figure", "Clicked"), condition=Condition.CLICKED),
    Column(
        name="replied",
        label=pgettext_lazy("figure", "Replied"),
        condition=Condition.REPLIED,
        on_page=OnPage.WHEN_COUNTED,
    ),
    Column(
        name="answered",
        label=pgettext_lazy("figure", "Answered"),
        condition=Condition.ANSWERED,
        on_page=OnPage.WHEN_COUNTED,
    ),
    Column(name="goal", label=_("Goal"), on_page=OnPage.WHEN_COUNTED),
    Column(name="opted_out", label=pgettext_lazy("figure", "Opted out"), on_page=OnPage.WHEN_COUNTED),
    Column(name="engaged", label=pgettext_lazy("figure", "Stopped here")),
    Column(name="advanced", label=pgettext_lazy("figure", "Went on")),
    Column(name="ended", label=pgettext_lazy("figure", "Ended here"), on_page=OnPage.WHEN_COUNTED),
    Column(name="waiting", label=_("Waiting")),
    Column(name="failed", label=pgettext_lazy("figure", "Failed"), on_page=OnPage.WHEN_COUNTED),
    Column(name="unknown", label=pgettext_lazy("figure", "Unknown")),
    Column(name="machine_opened", label=_("Opened by machines"), on_page=OnPage.AS_NOTE),
    Column(name="machine_clicked", label=_("Clicked by machines"), on_page=OnPage.AS_NOTE),
    Column(name="credit", label=_("Acted upon it"), on_page=OnPage.AS_NOTE),
    Column(name="late", label=_("Of these late"), on_page=OnPage.AS_NOTE),
)


def columns_on_page(steps: Iterable[StepReport]) -> list[Column]:
    """The columns that a table of `steps` has on the page."""
    shown = list(steps)
    return [column for column in COLUMNS if _has_place(column, shown)]


def notes_of(step: StepReport) -> list[Column]:
    """The figures that stand below the name of `step`: what surprises, and only what surprises."""
    figures = step.figures
    surprising = {
        "machine_opened": figures.machine_opened,
        "machine_clicked": figures.machine_clicked,
        "credit": figures.credit != figures.engaged and figures.credit,
        "late": figures.late,
    }
    return [column for column in COLUMNS if surprising.get(column.name)]


def _has_place(column: Column, steps: Sequence[StepReport]) -> bool:
    if column.on_page is OnPage.WHEN_COUNTED:
        return any(column.value(step) for step in steps)
    return column.on_page is OnPage.ALWAYS
