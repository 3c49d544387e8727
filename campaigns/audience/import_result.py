"""What came of an import, or has so far: every row of the file accounted for."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.audience.import_choices import ConsentBasis, ImportChoices
from campaigns.models import ContactImport
from channels.kinds import Channel

State = ContactImport.State
_COLOURS = {
    State.UPLOADED: "secondary",
    State.QUEUED: "azure",
    State.RUNNING: "azure",
    State.DONE: "green",
    State.FAILED: "red",
    State.CANCELLED: "secondary",
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One summand: how many rows, under which heading, in which colour, and what that means."""

    label: str | Promise
    value: int
    colour: str
    note: str | Promise


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """An import as its page shows it. The figures add up to `rows_done`."""

    state_label: str
    state_colour: str
    is_moving: bool
    figures: tuple[Figure, ...]
    rows_done: int
    rows_total: int | None
    not_taken_count: int
    left_out_count: int
    kept_withdrawn_count: int
    is_nobody_messageable: bool
    has_downloads: bool
    # Its id where it added somebody, else None.
    added: int | None
    # The channels that its people agreed to.
    channels: tuple[Channel, ...]

    @property
    def has_people(self) -> bool:
        """Whether it brought anybody."""
        return self.rows_done > self.not_taken_count

    @property
    def segment_query(self) -> str:
        """What the form of a new segment is asked, to begin with those it added.

        Where it added nobody, and only changed people or their consents, with those who can be reached because of it.
        """
        if self.added:
            return f"?{urlencode({'file': self.added})}"
        return f"?{urlencode({'reachable': self.channels}, doseq=True)}" if self.channels else ""


def state_colour(state: str) -> str:
    """The colour of a badge for a state of an import."""
    return _COLOURS[State(state)]


def result_of(contact_import: ContactImport) -> ImportResult:
    """What came of `contact_import` so far."""
    state = State(contact_import.state)
    left_out = contact_import.rejected_rows.filter(is_taken=True).count()
    not_taken = contact_import.rejected_count + contact_import.repeated_count
    choices = ImportChoices.model_validate(contact_import.choices) if contact_import.choices else None
    return ImportResult(
        state_label=str(state.label),
        state_colour=state_colour(state),
        is_moving=state in (State.QUEUED, State.RUNNING),
        figures=_figures(contact_import),
        rows_done=contact_import.rows_done,
        rows_total=contact_import.rows_total,
        not_taken_count=not_taken,
        left_out_count=left_out,
        kept_withdrawn_count=contact_import.kept_withdrawn_count,
        is_nobody_messageable=choices is not None and choices.consent.basis == ConsentBasis.NOBODY,
        has_downloads=bool(contact_import.file and (not_taken or left_out)),
        added=contact_import.pk if contact_import.created_count else None,
        channels=choices.consent.channels if choices else (),
    )


def _figures(contact_import: ContactImport) -> tuple[Figure, ...]:
    return (
        Figure(
            label=_("New"),
            value=contact_import.created_count,
            colour="green",
            note=_("contacts that were not there"),
        ),
        Figure(
            label=_("Changed"),
            value=contact_import.updated_count,
            colour="azure",
            note=_("contacts that got something new"),
        ),
        Figure(
            label=_("Unchanged"),
            value=contact_import.unchanged_count,
            colour="secondary",
            note=_("contacts that were like this already"),
        ),
        Figure(
            label=_("Repeated"),
            value=contact_import.repeated_count,
            colour="yellow",
            note=_("rows about somebody of an earlier row"),
        ),
        Figure(
            label=_("Not taken"),
            value=contact_import.rejected_count,
            colour="red",
            note=_("rows that could not be used"),
        ),
    )
