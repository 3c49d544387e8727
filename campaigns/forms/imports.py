"""Forms of the import pages: the upload, and how the file is read. What its columns mean: import_mapping.py."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.audience.file_reading.encodings import ENCODINGS
from campaigns.audience.file_reading.formats import FileFormat
from campaigns.audience.file_reading.kinds import FileKind

_ENCODING_LABELS: dict[str, str | Promise] = {
    "utf-8-sig": _("Unicode (UTF-8)"),
    "utf-16": _("Unicode (UTF-16)"),
    "utf-16-le": _("Unicode (UTF-16, little-endian)"),
    "utf-16-be": _("Unicode (UTF-16, big-endian)"),
    "cp1252": _("Western European (Windows-1252)"),
    "cp1251": _("Cyrillic (Windows-1251)"),
    "koi8-u": _("Cyrillic (KOI8-U)"),
    "cp866": _("Cyrillic (DOS 866)"),
    "cp1250": _("Central European (Windows-1250)"),
}
_DELIMITER_CHOICES = [(",", _("comma")), (";", _("semicolon")), ("\t", _("tab")), ("|", _("vertical bar"))]


class UploadForm(forms.Form):
    """One contact file."""

    file = forms.FileField(
        label=_("Contact file"),
        help_text=_("CSV, TSV or XLSX, up to 200 MB and 2 million rows."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,text/tab-separated-values"}
        ),
    )


class ReadingForm(forms.Form):
    """How an upload is read, for when it was not recognised."""

    encoding = forms.ChoiceField(
        label=_("Encoding"),
        help_text=_("Another one, if letters look wrong."),
        choices=[(name, _ENCODING_LABELS[name]) for name in ENCODINGS],
    )
    delimiter = forms.ChoiceField(label=_("Cells are separated by"), choices=_DELIMITER_CHOICES)
    header_row = forms.IntegerField(
        label=_("Row of the headers"), help_text=_("0 if the file has none."), min_value=0, max_value=1000
    )

    def __init__(self, data: Any = None, *, file_format: FileFormat, sheets: Sequence[str]) -> None:
        super().__init__(data, initial=file_format.model_dump(), prefix="reading")
        self._file_format = file_format
        if file_format.kind == FileKind.SPREADSHEET:
            del self.fields["encoding"], self.fields["delimiter"]
            self.fields["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=[(name, name) for name in sheets])

    def file_format(self) -> FileFormat:
        """What a valid form chose."""
        return self._file_format.model_copy(update=self.cleaned_data)
