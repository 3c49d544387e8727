"""The people to whom test messages go."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.forms.testing import TestPersonForm
from campaigns.models import TestPerson
from campaigns.partials import ask
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.testing import people


@require_safe
@requires(Permission.MANAGE_CAMPAIGNS)
def test_people(request: SignedInRequest) -> HttpResponse:
    """All of them, with their addresses."""
    return render(request, "testing/people.html", {"people": people.everybody()})


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CAMPAIGNS)
def test_person_new(request: SignedInRequest) -> HttpResponse:
    """Add somebody; who came from a test goes back there."""
    return _form_page(request, TestPerson())


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CAMPAIGNS)
def test_person_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a name or addresses."""
    return _form_page(request, get_object_or_404(TestPerson, pk=pk))


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CAMPAIGNS)
def test_person_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then forget them."""
    person = get_object_or_404(TestPerson, pk=pk)
    if request.method == "POST":
        people.remove(person=person, by=request.user)
        messages.success(request, gettext("%(name)s gets no more tests.") % {"name": person.name})
        return redirect("test_people")
    return ask(
        request,
        question=gettext("Remove %(name)s from the test people?") % {"name": person},
        effects=[
            gettext("Their addresses are forgotten here. A contact with the same addresses stays."),
            _what_tests_keep(),
        ],
        yes=gettext("Remove"),
        back=reverse("test_people"),
    )


def _what_tests_keep() -> str:
    days = settings.INBOUND_KEPT.days
    text = ngettext(
        "Tests already sent keep their addresses for %(days)s day.",
        "Tests already sent keep their addresses for %(days)s days.",
        days,
    )
    return text % {"days": days}


def _form_page(request: SignedInRequest, person: TestPerson) -> HttpResponse:
    form = TestPersonForm(request.POST or None, instance=person)
    back = _back(request)
    if request.method == "POST" and form.is_valid():
        people.save(person=form.instance, addresses=form.addresses, by=request.user)
        messages.success(request, gettext("%(name)s is saved.") % {"name": form.instance})
        return redirect(back)
    context = {"form": form, "back": back}
    return render(request, "testing/person.html", context, status=422 if form.errors else 200)


def _back(request: SignedInRequest) -> str:
    """Where the page was opened from, if that is a page of ours."""
    told = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(told, allowed_hosts=None)
    return told if told and is_ours else reverse("test_people")
