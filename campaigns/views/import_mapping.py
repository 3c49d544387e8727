"""The step between an upload and its import: what the columns mean, shown with what would be stored."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.audience import uploads
from campaigns.audience.file_reading.formats import sheets
from campaigns.audience.file_reading.limits import UnreadableFile
from campaigns.audience.guessing import guess
from campaigns.audience.import_preview import preview
from campaigns.audience.uploads import NotPossibleNow, Sample
from campaigns.forms.import_mapping import MappingForm
from campaigns.forms.imports import ReadingForm
from campaigns.models import ContactImport, Installation
from campaigns.permissions import Permission, SignedInRequest, requires

State = ContactImport.State


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_CONTACTS)
def import_mapping(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what the columns mean; a POST starts the import."""
    contact_import = get_object_or_404(ContactImport, pk=pk)
    if contact_import.state != State.UPLOADED:
        return redirect("import_detail", pk=pk)
    sample = uploads.sample_of(contact_import)
    form = _mapping_form(request, sample)
    if request.method == "POST" and form.is_valid():
        return _start(request, contact_import, form)
    context = {
        **_context(contact_import, sample, form),
        "reading": _reading_form(contact_import, sample),
        "is_misread": False,
    }
    return render(request, "imports/mapping.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.MANAGE_CONTACTS)
def import_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The first rows as the form, as it stands, would store them."""
    contact_import = get_object_or_404(ContactImport, pk=pk)
    if contact_import.state != State.UPLOADED:
        # Asked for when the last box was ticked, overtaken by the button that started the import.
        return HttpResponse(status=204)
    sample = uploads.sample_of(contact_import)
    return render(request, "imports/preview.html", _context(contact_import, sample, _mapping_form(request, sample)))


@require_POST
@requires(Permission.MANAGE_CONTACTS)
def import_reading(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read the file in another way, and propose anew what its columns mean."""
    contact_import = get_object_or_404(ContactImport, pk=pk, state=State.UPLOADED)
    sample = uploads.sample_of(contact_import)
    reading = _reading_form(contact_import, sample, request.POST)
    if reading.is_valid():
        try:
            uploads.reread_as(contact_import, reading.file_format())
        except (UnreadableFile, NotPossibleNow) as error:
            reading.add_error(None, str(error))
        else:
            return redirect("import_mapping", pk=pk)
    form = MappingForm(sample=sample, guess=guess(sample.headers, sample.rows), country=_country())
    context = {**_context(contact_import, sample, form), "reading": reading, "is_misread": True}
    return render(request, "imports/mapping.html", context, status=422)


def _context(contact_import: ContactImport, sample: Sample, form: MappingForm) -> dict[str, Any]:
    form.is_valid()
    return {"import": contact_import, "form": form, "preview": preview(sample.rows, form.choices())}


def _mapping_form(request: SignedInRequest, sample: Sample) -> MappingForm:
    given = request.POST if request.method == "POST" else None
    return MappingForm(given, sample=sample, guess=guess(sample.headers, sample.rows), country=_country())


def _reading_form(contact_import: ContactImport, sample: Sample, given: Any = None) -> ReadingForm:
    with uploads.opened(contact_import) as (file, file_format):
        return ReadingForm(given, file_format=sample.file_format, sheets=sheets(file, file_format))


def _start(request: SignedInRequest, contact_import: ContactImport, form: MappingForm) -> HttpResponse:
    try:
        uploads.start(contact_import, choices=form.choices(), by=request.user)
    except NotPossibleNow:
        messages.info(request, gettext("The import was started already."))
    return redirect("import_detail", pk=contact_import.pk)


def _country() -> str:
    return Installation.current().default_country
