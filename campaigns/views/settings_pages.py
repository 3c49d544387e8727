"""What holds for the whole installation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from campaigns.forms.settings import InstallationForm
from campaigns.models import AuditEntry, Installation
from campaigns.permissions import Permission, SignedInRequest, requires


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def settings_page(request: SignedInRequest) -> HttpResponse:
    """Name, country, currency, quiet hours, how often a person is messaged."""
    form = InstallationForm(request.POST or None, instance=Installation.current())
    if request.method == "POST" and form.is_valid():
        installation = form.save()
        AuditEntry.objects.create(
            actor=request.user,
            verb="change",
            subject_kind="installation",
            subject_id=installation.pk,
            details={"changed": form.changed_data},
        )
        messages.success(
            request, gettext("The settings are saved. Campaigns that run keep what they were launched with.")
        )
        return redirect("settings")
    return render(request, "settings/installation.html", {"form": form}, status=422 if form.errors else 200)
