"""Reports by mail: which go out when and to whom, what became of each mail, and one now."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import report_schedules
from campaigns.forms.report_schedules import ReportScheduleForm
from campaigns.models import AuditEntry, ReportMail, ReportSchedule
from campaigns.pagination import page_of
from campaigns.partials import ask
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.wording import number


@never_cache
@require_safe
@requires(Permission.SCHEDULE_REPORTS)
def schedule_list(request: SignedInRequest) -> HttpResponse:
    """The reports that go out by mail, and the mails that have left, the latest first."""
    mails = ReportMail.objects.select_related("schedule")
    context = {
        "schedules": ReportSchedule.objects.present().annotate(
            colleagues=Count("users", filter=Q(users__is_active=True))
        ),
        "page": page_of(mails, order_by=("-id",), cursor=request.GET.get("cursor", "")),
    }
    return render(request, "reports/schedules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SCHEDULE_REPORTS)
def schedule_new(request: SignedInRequest) -> HttpResponse:
    """A report that is to go out, by the clock and in the language of whoever makes it."""
    made = ReportSchedule(
        time_zone=timezone.get_current_timezone_name(),
        language=translation.get_language(),
    )
    return _edited(request, made)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SCHEDULE_REPORTS)
def schedule_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change it."""
    return _edited(request, get_object_or_404(ReportSchedule.objects.present(), pk=pk))


@require_POST
@requires(Permission.SCHEDULE_REPORTS)
def schedule_send(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send it now, besides when it falls due."""
    schedule = get_object_or_404(ReportSchedule.objects.present(), pk=pk)
    count = report_schedules.send_now(schedule)
    _note(request, schedule, "send_report")
    words = ngettext("%(count)s mail is on its way.", "%(count)s mails are on their way.", count)
    messages.success(request, words % {"count": number(count)})
    return redirect("schedule_list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SCHEDULE_REPORTS)
def schedule_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then send it no more."""
    schedule = get_object_or_404(ReportSchedule.objects.present(), pk=pk)
    if request.method == "POST":
        _note(request, schedule, "delete")
        report_schedules.delete(schedule)
        return redirect("schedule_list")
    return ask(
        request,
        question=gettext("Delete the report %(name)s?") % {"name": schedule},
        effects=[gettext("No mail of it leaves any more, nor those that wait. Its history stays.")],
        yes=gettext("Delete it"),
        back=reverse("schedule_list"),
    )


def _edited(request: SignedInRequest, schedule: ReportSchedule) -> HttpResponse:
    """Whoever saves it answers for it from then on. It falls due anew where its time is another, and only then."""
    form = ReportScheduleForm(request.POST or None, instance=schedule)
    if request.method == "POST" and form.is_valid():
        is_new = schedule.pk is None
        schedule.owner = request.user
        if is_new or form.has_another_time:
            schedule.next_at = report_schedules.next_after(schedule, timezone.now())
        _save(form, schedule)
        _note(request, schedule, "create" if is_new else "change")
        messages.success(request, gettext("Saved."))
        return redirect("schedule_list")
    context = {"form": form, "schedule": schedule}
    return render(request, "reports/schedule.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _save(form: ReportScheduleForm, schedule: ReportSchedule) -> None:
    form.save()
    if not schedule.is_active:
        report_schedules.keep_back(schedule, ReportMail.Reason.SWITCHED_OFF)


def _note(request: SignedInRequest, schedule: ReportSchedule, verb: str) -> None:
    told = {"name": schedule.name, "addresses": schedule.addresses.split()}
    AuditEntry.objects.create(
        actor=request.user, verb=verb, subject_kind="report_schedule", subject_id=schedule.pk, details=told
    )
