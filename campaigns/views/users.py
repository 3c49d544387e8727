"""The team page: who is here, what they may do, and how they get in."""

from smtplib import SMTPException

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import team
from campaigns.forms.users import InviteForm, UserForm
from campaigns.models import User
from campaigns.partials import ask
from campaigns.permissions import Permission, SignedInRequest, requires

LINK_KEY = "password_link"


@require_safe
@requires(Permission.MANAGE_USERS)
def user_list(request: SignedInRequest) -> HttpResponse:
    """Everybody, those who may come in first."""
    users = User.objects.prefetch_related("groups", "user_permissions").order_by("-is_active", "first_name", "email")
    return render(request, "users/list.html", {"users": users})


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def user_invite(request: SignedInRequest) -> HttpResponse:
    """A new colleague; afterwards the link by which they set their password is shown once."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        user = team.invite(
            by=request.user,
            email=given["email"],
            first_name=given["first_name"],
            last_name=given["last_name"],
            roles=form.chosen_roles(),
            may_view_people=given["may_view_people"],
        )
        return _hand_over_link(request, user, does_mail=given["does_mail"])
    return render(request, "users/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def user_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name, address and roles of a colleague."""
    colleague = _colleague(request, pk)
    form = UserForm(request.POST or None, instance=colleague)
    if request.method == "POST" and form.is_valid() and _save(request, form):
        messages.success(request, gettext("%(name)s is saved.") % {"name": colleague})
        return redirect("user_list")
    context = {"form": form, "colleague": colleague, "is_oneself": colleague == request.user}
    return render(request, "users/edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def user_link(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST makes a link by which the colleague sets a new password; GET shows it once, and never again."""
    colleague = _colleague(request, pk)
    if request.method == "POST":
        return _hand_over_link(request, colleague, does_mail=False)
    made = request.session.pop(LINK_KEY, None)
    if made is None or made["user"] != colleague.pk:
        return redirect("user_edit", pk=colleague.pk)
    return render(request, "users/link.html", {"colleague": colleague, "link": made["link"]})


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def user_deactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then sign the colleague out everywhere and let them in no more."""
    colleague = _colleague(request, pk)
    if colleague == request.user:
        raise PermissionDenied
    if request.method == "POST":
        return _deactivate(request, colleague)
    return ask(
        request,
        question=gettext("Deactivate %(name)s?") % {"name": colleague},
        effects=[
            gettext("They are signed out everywhere at once and cannot sign in any more."),
            gettext("What they made stays, and their campaigns go on. You can let them in again at any time."),
        ],
        yes=gettext("Deactivate"),
        back=reverse("user_list"),
    )


@require_POST
@requires(Permission.MANAGE_USERS)
def user_reactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a colleague in again."""
    colleague = _colleague(request, pk)
    team.reactivate(by=request.user, user=colleague)
    messages.success(request, gettext("%(name)s may sign in again.") % {"name": colleague})
    return redirect("user_list")


def _colleague(request: SignedInRequest, pk: int) -> User:
    """The user with this id. Only a superuser may touch a superuser: a password link would make one of anybody."""
    colleague = get_object_or_404(User, pk=pk)
    if colleague.is_superuser and not request.user.is_superuser:
        raise PermissionDenied
    return colleague


def _save(request: SignedInRequest, form: UserForm) -> bool:
    """Save a valid form; False, with the reason at the field, if it would take the last admin away."""
    try:
        team.change(
            by=request.user,
            user=form.instance,
            roles=form.chosen_roles(),
            may_view_people=form.cleaned_data["may_view_people"],
        )
    except team.LastAdmin:
        form.add_error("roles", gettext("This is the last admin. Make somebody else an admin first."))
        return False
    return True


def _deactivate(request: SignedInRequest, colleague: User) -> HttpResponse:
    try:
        team.deactivate(by=request.user, user=colleague)
    except team.LastAdmin:
        messages.error(request, gettext("This is the last admin. Make somebody else an admin first."))
    else:
        messages.success(request, gettext("%(name)s can no longer sign in.") % {"name": colleague})
    return redirect("user_list")


def _hand_over_link(request: SignedInRequest, colleague: User, *, does_mail: bool) -> HttpResponse:
    """Keep a new link for the page that shows it once, and mail it if wanted."""
    link = team.make_link(by=request.user, user=colleague)
    request.session[LINK_KEY] = {"user": colleague.pk, "link": link}
    if does_mail:
        _mail(request, colleague, link)
    return redirect("user_link", pk=colleague.pk)


def _mail(request: SignedInRequest, colleague: User, link: str) -> None:
    try:
        team.mail_link(user=colleague, link=link)
    except (OSError, SMTPException) as error:
        words = gettext("The mail could not be sent: %(reason)s. Hand the link over yourself.")
        messages.warning(request, words % {"reason": error})
    else:
        messages.success(request, gettext("The link is on its way to %(email)s.") % {"email": colleague.email})
