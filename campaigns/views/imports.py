"""Imports of contacts: the list, the upload, how one goes, and what it did not take."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import wording
from campaigns.audience import rejected_rows, uploads
from campaigns.audience.file_reading.limits import MAX_BYTES, MEGABYTE, UnreadableFile
from campaigns.audience.import_result import result_of, state_colour
from campaigns.audience.upload_limit import UploadLimit
from campaigns.audience.uploads import NotPossibleNow
from campaigns.forms.imports import UploadForm
from campaigns.models import ContactImport
from campaigns.pagination import page_of
from campaigns.partials import ask, render_partial
from campaigns.permissions import Permission, SignedInRequest, requires

State = ContactImport.State
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, kw_only=True)
class Line:
    """An import as the list shows it."""

    contact_import: ContactImport
    colour: str


@require_safe
@requires(Permission.MANAGE_CONTACTS)
def import_list(request: SignedInRequest) -> HttpResponse:
    """All imports, the newest first."""
    imports = ContactImport.objects.select_related("created_by")
    page = page_of(imports, order_by=["-id"], cursor=request.GET.get("cursor", ""))
    lines = [Line(contact_import=row, colour=state_colour(row.state)) for row in page.rows]
    return render(request, "imports/list.html", {"page": page, "lines": lines})


@csrf_exempt  # the token is checked one call later: reading it reads the upload, which needs its limit first
def import_upload(request: HttpRequest) -> HttpResponseBase:
    """Choose a file. One that holds no list is refused with a sentence, and nothing is kept."""
    limit = UploadLimit(request)
    request.upload_handlers = [limit, *request.upload_handlers]
    return _import_upload(request, limit)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_CONTACTS)
def _import_upload(request: SignedInRequest, limit: UploadLimit) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if limit.is_exceeded:
        sentence = gettext("The file is larger than %(megabytes)s MB. Split it into parts.")
        form.errors["file"] = form.error_class([sentence % {"megabytes": MAX_BYTES // MEGABYTE}])
    elif form.is_valid():
        given = form.cleaned_data["file"]
        try:
            contact_import = uploads.upload(file=given.file, name=given.name, by=request.user)
        except UnreadableFile as error:
            form.add_error("file", str(error))
        else:
            return redirect("import_mapping", pk=contact_import.pk)
    return render(request, "imports/upload.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
@requires(Permission.MANAGE_CONTACTS)
def import_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """How an import goes, asked again by htmx until it ends; then what came of it."""
    contact_import = _import(pk)
    if contact_import.state == State.UPLOADED:
        return redirect("import_mapping", pk=pk)
    is_new_state = request.GET.get("seen") != contact_import.state
    context = {"import": contact_import, "result": result_of(contact_import), "is_new_state": is_new_state}
    return render_partial(request, "imports/detail.html", context, fragment="update")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_CONTACTS)
def import_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then stop after the rows that are done."""
    contact_import = _import(pk)
    if request.method == "POST":
        return _cancel(request, contact_import)
    done = ngettext(
        "%(rows)s row is in already, and stays.", "%(rows)s rows are in already, and stay.", contact_import.rows_done
    )
    return ask(
        request,
        question=gettext("Stop this import?"),
        effects=[
            done % {"rows": wording.number(contact_import.rows_done)},
            gettext("Upload the file again later to go on: rows that are in change nothing the second time."),
        ],
        yes=gettext("Stop it"),
        back=reverse("import_detail", args=[pk]),
        is_dangerous=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_CONTACTS)
def import_discard(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then forget an upload that was never started."""
    contact_import = _import(pk)
    if request.method == "POST":
        try:
            uploads.discard(contact_import)
        except NotPossibleNow:
            return redirect("import_detail", pk=pk)
        messages.success(
            request, gettext("%(name)s is deleted. Nothing of it was imported.") % {"name": contact_import}
        )
        return redirect("import_list")
    return ask(
        request,
        question=gettext("Delete this upload?"),
        effects=[gettext("Nothing of it has been imported. The file is deleted.")],
        yes=gettext("Delete it"),
        back=reverse("import_mapping", args=[pk]),
        is_dangerous=True,
    )


@require_safe
@requires(Permission.MANAGE_CONTACTS)
def import_not_taken(request: SignedInRequest, pk: int, suffix: str) -> HttpResponseBase:
    """The rows that were not taken as they stood, as CSV or XLSX."""
    contact_import = _import(pk)
    name = gettext("not taken from %(file)s") % {"file": contact_import.name.rpartition(".")[0] or contact_import.name}
    if suffix == "xlsx":
        workbook = rejected_rows.as_workbook(contact_import)
        return FileResponse(workbook, as_attachment=True, filename=f"{name}.xlsx", content_type=_XLSX)
    response = StreamingHttpResponse(rejected_rows.as_csv(contact_import), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.csv") or ""
    return response


def _import(pk: int) -> ContactImport:
    return get_object_or_404(ContactImport.objects.select_related("created_by"), pk=pk)


def _cancel(request: SignedInRequest, contact_import: ContactImport) -> HttpResponse:
    try:
        stopped = uploads.cancel(contact_import, by=request.user)
    except NotPossibleNow:
        messages.info(request, gettext("The import has ended already."))
    else:
        said = ngettext("Stopped after %(rows)s row.", "Stopped after %(rows)s rows.", stopped.rows_done)
        messages.success(request, said % {"rows": wording.number(stopped.rows_done)})
    return redirect("import_detail", pk=contact_import.pk)
