"""The django-import-export resource of contacts: how each column is read, previewed, and exported again."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget

from campaigns.audience import cleaning
from campaigns.audience.addresses import normalise
from campaigns.audience.birth_dates import clean_birth_date
from campaigns.audience.cells import safe_cell
from campaigns.audience.drafts import ContactDraft, RowRejected
from campaigns.audience.file_reading.formats import FileRow
from campaigns.audience.import_choices import ImportChoices
from campaigns.audience.targets import ADDRESS_KINDS, Target
from campaigns.models import Contact
from channels.kinds import AddressKind

# A wrong value of these rejects its row; any other is left out of a row that is taken.
MUST_BE_RIGHT = frozenset([Target.EXTERNAL_ID, Target.EMAIL, Target.BIRTH_DATE, Target.CONSENT])
EXPORTED = (
    "external_id",
    "first_name",
    "last_name",
    "phone",
    "email",
    "birth_date",
    "language",
    "country",
    "time_zone",
    "preferences",
    "attributes",
    "push_token",
    "telegram_id",
    "messenger_id",
    "instagram_id",
    "vk_id",
)


class CellWidget(Widget):
    """Reads a cell by a function of one argument, and writes a value as text that no program takes for a formula."""

    def __init__(self, clean: Callable[[Any], Any] = cleaning.clean_text) -> None:
        super().__init__()
        self._clean = clean

    def clean(self, value: Any, row: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """What is stored for the cell. Raises ValueError with a sentence."""
        return self._clean(value)

    def render(self, value: Any, obj: object = None, **kwargs: Any) -> str:
        """The text of an exported cell."""
        if isinstance(value, list):
            return safe_cell(", ".join(value))
        if isinstance(value, dict):
            return safe_cell("; ".join(f"{name}: {text}" for name, text in value.items()))
        return "" if value is None else safe_cell(str(value))


def _column(target: Target, clean: Callable[[Any], Any] = cleaning.clean_text) -> Field:
    return Field(attribute=target.value, column_name=target.value, widget=CellWidget(clean))


class ContactResource(ModelResource):
    """Contacts as rows. `read` makes a draft of one row, by `choices`; `export` is django-import-export's own.

    Saving is not the library's: bulk_loading.py matches and writes thousands of drafts at once.
    """

    external_id = _column(Target.EXTERNAL_ID, cleaning.clean_external_id)
    first_name = _column(Target.FIRST_NAME, cleaning.clean_name)
    last_name = _column(Target.LAST_NAME, cleaning.clean_name)
    full_name = _column(Target.FULL_NAME, cleaning.clean_name)
    full_name_last_first = _column(Target.FULL_NAME_LAST_FIRST, cleaning.clean_name)
    phone = _column(Target.PHONE)
    other_phone = _column(Target.OTHER_PHONE)
    email = _column(Target.EMAIL)
    birth_date = _column(Target.BIRTH_DATE)
    language = _column(Target.LANGUAGE, cleaning.clean_language)
    country = _column(Target.COUNTRY, cleaning.clean_country)
    time_zone = _column(Target.TIME_ZONE, cleaning.clean_time_zone)
    preferences = _column(Target.PREFERENCES, cleaning.clean_preferences)
    consent = _column(Target.CONSENT, cleaning.clean_consent)
    push_token = _column(Target.PUSH_TOKEN)
    telegram_id = _column(Target.TELEGRAM_ID)
    messenger_id = _column(Target.MESSENGER_ID)
    instagram_id = _column(Target.INSTAGRAM_ID)
    vk_id = _column(Target.VK_ID)
    attributes = Field(attribute="attributes", column_name="attributes", widget=CellWidget())

    class Meta:
        model = Contact
        fields: ClassVar = (*EXPORTED, "full_name", "full_name_last_first", "other_phone", "consent")
        export_order = EXPORTED

    def __init__(self, choices: ImportChoices | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._places: list[tuple[int, Target, str]] = []
        self._import_fields: list[Field] = []
        self._width = 0
        if choices is not None:
            self._follow(choices)

    def read(self, row: FileRow) -> ContactDraft:
        """What `row` says about a person. Raises RowRejected with all that is wrong with it."""
        if len(row.cells) > self._width:
            raise RowRejected(
                _("The row has %(cells)s cells under %(headers)s headers: perhaps a quotation mark is missing.")
                % {"cells": len(row.cells), "headers": self._width}
            )
        draft = ContactDraft(number=row.number, cells=row.cells)
        try:
            self.import_instance(draft, self._by_column(row.cells))
        except ValidationError as error:
            raise RowRejected(" ".join([*error.messages, *draft.left_out])) from error
        draft.settle()
        if not (draft.external_id or draft.phone or draft.email):
            reason = _("There is no phone number and no email address that could be used.")
            raise RowRejected(" ".join([*draft.left_out, reason]))
        return draft

    def import_instance(self, instance: Any, row: dict[str, Any], **kwargs: Any) -> None:
        """Read the columns of `row` into the draft.

        As the library does, but a wrong value that need not be right is only noted in the draft, and without
        what the library does for relations: this runs for each cell of a file. Raises ValidationError.
        """
        errors: dict[str, ValidationError] = {}
        for field in self._import_fields:
            try:
                setattr(instance, field.attribute, field.widget.clean(row[field.column_name], row=row))
            except ValueError as error:
                if field.attribute in MUST_BE_RIGHT:
                    errors[field.attribute] = ValidationError(str(error), code="invalid")
                else:
                    instance.left_out.append(str(error))
        if errors:
            raise ValidationError(errors)

    def get_import_fields(self) -> list[Field]:
        """The fields that the file has columns for."""
        return self._import_fields

    def get_export_fields(self, selected_fields: Sequence[str] | None = None) -> list[Field]:
        """The fields of an export: those of `selected_fields`, or all that a contact has."""
        fields: list[Field] = super().get_export_fields(selected_fields or EXPORTED)
        return fields

    def get_queryset(self) -> QuerySet[Contact]:
        """Who is exported: everybody who has not been deleted."""
        return Contact.objects.present().prefetch_related("addresses").order_by("pk")

    def export_field(self, field: Field, instance: Contact, **kwargs: Any) -> str:
        """A cell of the export; addresses are the main ones."""
        kind = ADDRESS_KINDS.get(field.attribute)
        if kind is None:
            return str(field.export(instance, **kwargs))
        main = [address.value for address in instance.addresses.all() if address.kind == kind and address.is_primary]
        return str(field.widget.render(main, **kwargs))

    def _follow(self, choices: ImportChoices) -> None:
        self._width = len(choices.columns)
        self._places = [
            (place, column.target, column.attribute)
            for place, column in enumerate(choices.columns)
            if column.target != Target.IGNORE
        ]
        today = timezone.localdate()
        for target, kind in ADDRESS_KINDS.items():
            self.fields[target.value].widget = CellWidget(_address_cleaner(kind, choices.country))
        self.fields["birth_date"].widget = CellWidget(lambda cell: clean_birth_date(cell, choices.date_order, today))
        self.fields["attributes"].widget = CellWidget(_clean_attributes)
        names = ["attributes" if target == Target.ATTRIBUTE else target.value for _place, target, _name in self._places]
        # In the order of the file, in which the reasons against a row are read then.
        self._import_fields = [self.fields[name] for name in dict.fromkeys(names)]

    def _by_column(self, cells: list[str]) -> dict[str, Any]:
        row: dict[str, Any] = {"attributes": {}}
        for place, target, attribute in self._places:
            cell = cleaning.clean_text(cells[place]) if place < len(cells) else ""
            if target == Target.ATTRIBUTE:
                row["attributes"][attribute] = cell
            else:
                row[target.value] = cell
        return row


def _address_cleaner(kind: AddressKind, country: str) -> Callable[[str], str]:
    return lambda cell: normalise(kind, cell, country) if cell else ""


def _clean_attributes(cells: dict[str, str]) -> dict[str, str]:
    return {name: cleaning.clean_attribute(cell) for name, cell in cells.items() if cell}
