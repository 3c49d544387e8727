"""The Channels pages: accounts at vendors, senders, prices. Credentials go in and never come out."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import connecting, vendors
from campaigns.engine.control import release_sender
from campaigns.forms.accounts import AccountForm, SenderForm
from campaigns.forms.prices import in_usual_order, price_formset
from campaigns.models import Installation, Message
from campaigns.partials import ask, render_partial
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.sandbox_account import why_not_running
from channels import own_sandbox
from channels.models import Account, Price, Sender
from channels.registry import PROVIDERS, provider_class


@require_safe
@requires(Permission.MANAGE_ACCOUNTS)
def account_list(request: SignedInRequest) -> HttpResponse:
    """All accounts with their senders, and the vendors that can be connected."""
    context = {
        "cards": vendors.cards(),
        "vendors": vendors.vendors(),
        "has_sandbox": own_sandbox.is_there(),
        "why_not_running": why_not_running(),
    }
    return render(request, "accounts/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def account_new(request: SignedInRequest, provider: str) -> HttpResponse:
    """Connect an account at the vendor `provider`."""
    if provider not in PROVIDERS:
        return redirect("account_list")
    label = provider_class(provider).label
    form = AccountForm(request.POST or None, instance=Account(provider=provider), initial={"name": label})
    if request.method == "POST" and form.is_valid():
        account = connecting.save_account(account=form.instance, settings=form.settings, by=request.user)
        messages.success(request, gettext("%(name)s is connected. Now add a sender.") % {"name": account})
        return redirect("account_edit", pk=account.pk)
    return render(request, "accounts/new.html", {"form": form, "vendor": label}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def account_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """One account: its settings, senders, prices, webhook address."""
    account = _account(pk)
    form = AccountForm(request.POST or None, instance=_account(pk))
    if request.method == "POST" and form.is_valid():
        connecting.save_account(account=form.instance, settings=form.settings, by=request.user)
        messages.success(request, gettext("%(name)s is saved.") % {"name": form.instance})
        return redirect("account_edit", pk=pk)
    context = {"account": account, "form": form, "card": vendors.card(account)}
    return render(request, "accounts/edit.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def account_test(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask the vendor whether it takes the saved credentials, and show its own answer."""
    account = _account(pk)
    result = connecting.test_connection(account)
    return render_partial(request, "accounts/test.html", {"account": account, "result": result}, fragment="result")


@never_cache
@require_safe
@requires(Permission.MANAGE_ACCOUNTS)
def account_inbox(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead into the inbox of the sandbox that the account is at. 404 for any other account."""
    if not vendors.card(_account(pk)).has_inbox:
        raise Http404
    return redirect(own_sandbox.inbox_link())


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def account_archive(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then take the account and its senders out of use."""
    account = _account(pk)
    if request.method == "POST":
        return _archive(request, account)
    count = account.senders.filter(archived_at=None).count()
    effect = ngettext("It goes with %(n)d sender.", "It goes with %(n)d senders.", count) % {"n": count}
    return ask(
        request,
        question=gettext("Archive %(name)s?") % {"name": account},
        effects=[effect, gettext("Nothing can be sent through it any more. Reports keep what was sent.")],
        yes=gettext("Archive"),
        back=reverse("account_edit", args=[pk]),
    )


def _archive(request: SignedInRequest, account: Account) -> HttpResponse:
    try:
        connecting.archive_account(account=account, by=request.user)
    except connecting.InUse as used:
        words = gettext("These campaigns still send through it: %(names)s. Cancel them, or let them end, first.")
        messages.error(request, words % {"names": ", ".join(used.campaigns)})
        return redirect("account_edit", pk=account.pk)
    messages.success(request, gettext("%(name)s is archived.") % {"name": account})
    return redirect("account_list")


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def sender_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new sender on the account `pk`."""
    account = _account(pk)
    return _sender_page(request, Sender(account=account))


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def sender_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a sender."""
    return _sender_page(request, _sender(pk))


def _sender_page(request: SignedInRequest, sender: Sender) -> HttpResponse:
    form = SenderForm(request.POST or None, instance=sender)
    if request.method == "POST" and form.is_valid():
        connecting.save_sender(sender=form.instance, by=request.user)
        messages.success(request, gettext("%(name)s is saved.") % {"name": form.instance})
        return redirect("account_edit", pk=sender.account_id)
    context = {"form": form, "sender": sender, "account": sender.account}
    return render(request, "accounts/sender.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def sender_archive(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then take a sender out of use."""
    sender = _sender(pk)
    if request.method == "POST":
        try:
            connecting.archive_sender(sender=sender, by=request.user)
            messages.success(request, gettext("%(name)s is archived.") % {"name": sender})
        except connecting.InUse as used:
            words = gettext("These campaigns still send from it: %(names)s. Choose another sender there first.")
            messages.error(request, words % {"names": ", ".join(used.campaigns)})
        return redirect("account_edit", pk=sender.account_id)
    return ask(
        request,
        question=gettext("Archive %(name)s?") % {"name": sender},
        effects=[gettext("Nothing can be sent from it any more. Reports keep what was sent.")],
        yes=gettext("Archive"),
        back=reverse("account_edit", args=[sender.account_id]),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def sender_release(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then let a held sender send what has been waiting for it."""
    sender = _sender(pk)
    if request.method == "POST":
        release_sender(sender=sender, actor=request.user)
        messages.success(request, gettext("%(name)s sends again.") % {"name": sender})
        return redirect("account_edit", pk=sender.account_id)
    count = Message.objects.filter(sender=sender, is_queued=True).count()
    waiting = ngettext(
        "%(n)d message is waiting for it and leaves now, at the sender's rate.",
        "%(n)d messages are waiting for it and leave now, at the sender's rate.",
        count,
    )
    return ask(
        request,
        question=gettext("Let %(name)s send again?") % {"name": sender},
        effects=[
            gettext("It was held because the vendor said: %(reason)s") % {"reason": sender.held_reason},
            waiting % {"n": count} if count else gettext("No message is waiting for it."),
        ],
        yes=gettext("Let it send"),
        back=reverse("account_edit", args=[sender.account_id]),
        is_dangerous=False,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def prices(request: SignedInRequest, pk: int) -> HttpResponse:
    """What messages cost on the channels of an account."""
    account, currency = _account(pk), Installation.current().reporting_currency
    channels = tuple(provider_class(account.provider).channels)
    formset = price_formset(account)(
        request.POST or None,
        queryset=in_usual_order(Price.objects.filter(account=account)),
        form_kwargs={"channels": channels, "reporting_currency": currency},
    )
    if request.method == "POST" and formset.is_valid():
        connecting.save_prices(account=account, prices=formset.told, replaced=formset.shown, by=request.user)
        messages.success(request, gettext("The prices are saved."))
        return redirect("account_edit", pk=pk)
    context = {"account": account, "formset": formset, "currency": currency}
    return render(request, "accounts/prices.html", context, status=422 if formset.is_bound else 200)


def _account(pk: int) -> Account:
    return get_object_or_404(Account, pk=pk, archived_at=None, provider__in=PROVIDERS)


def _sender(pk: int) -> Sender:
    known = Sender.objects.select_related("account").filter(archived_at=None, account__provider__in=PROVIDERS)
    return get_object_or_404(known, pk=pk)
