"""What a person's page changes about messaging them: addresses, consents, suppressions."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.audience import contact_changes
from campaigns.audience.permitting import change_consent, lift_suppression, suppress_by_hand
from campaigns.audience.person_page import load_person
from campaigns.forms.contacts import AddressForm, ConsentForm, ReasonForm
from campaigns.models import Address, Consent, Contact, Installation, Purpose, Suppression
from campaigns.partials import ask
from campaigns.permissions import Permission, SignedInRequest, requires
from channels.kinds import Channel


@require_POST
@requires(Permission.MANAGE_CONTACTS)
@requires(Permission.VIEW_PEOPLE)
def address_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """A further address; one that cannot be read is said at the field."""
    contact = get_object_or_404(Contact.objects.present(), pk=pk)
    form = AddressForm(request.POST)
    if form.is_valid() and _add(request, contact, form):
        return redirect("contact_detail", pk=contact.pk)
    context = {"person": load_person(contact), "contact": contact, "address_form": form, "may_change": True}
    return render(request, "contacts/detail.html", context, status=422)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CONTACTS)
@requires(Permission.VIEW_PEOPLE)
def address_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then take an address away."""
    address = get_object_or_404(Address.objects.select_related("contact"), pk=pk)
    if request.method == "POST":
        contact_changes.remove_address(address=address, by=request.user)
        messages.success(request, gettext("%(address)s is removed.") % {"address": address})
        return redirect("contact_detail", pk=address.contact_id)
    return ask(
        request,
        question=gettext("Remove %(address)s?") % {"address": address},
        effects=[
            gettext("%(name)s is no longer messaged there.") % {"name": address.contact},
            gettext("If it must not be messaged, that stays: also when it is imported again."),
        ],
        yes=gettext("Remove"),
        back=reverse("contact_detail", args=[address.contact_id]),
    )


@require_POST
@requires(Permission.MANAGE_CONTACTS)
@requires(Permission.VIEW_PEOPLE)
def address_promote(request: SignedInRequest, pk: int) -> HttpResponse:
    """Message this address of its kind from now on."""
    address = get_object_or_404(Address.objects.select_related("contact"), pk=pk)
    contact_changes.make_primary(address=address, by=request.user)
    messages.success(request, gettext("%(address)s is messaged from now on.") % {"address": address})
    return redirect("contact_detail", pk=address.contact_id)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CONTACTS)
@requires(Permission.VIEW_PEOPLE)
def address_suppress(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask why, then let the address be messaged no more."""
    address = get_object_or_404(Address.objects.select_related("contact"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        suppress_by_hand(address=address, note=form.cleaned_data["note"], by=request.user)
        messages.success(request, gettext("%(address)s is no longer messaged.") % {"address": address})
        return redirect("contact_detail", pk=address.contact_id)
    return ask(
        request,
        question=gettext("Never message %(address)s again?") % {"address": address},
        effects=[gettext("On every channel that uses it, for marketing and transactional messages, whoever has it.")],
        yes=gettext("Do not message it"),
        back=reverse("contact_detail", args=[address.contact_id]),
        form=form,
        status=422 if form.errors else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CONTACTS)
@requires(Permission.VIEW_PEOPLE)
def suppression_lift(request: SignedInRequest, pk: int, suppression_pk: int) -> HttpResponse:
    """Ask why, then allow the address again."""
    contact = get_object_or_404(Contact.objects.present(), pk=pk)
    hashes = contact.addresses.values("value_hash")
    suppression = get_object_or_404(Suppression.objects.active(), pk=suppression_pk, address_hash__in=hashes)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        lift_suppression(suppression=suppression, note=form.cleaned_data["note"], by=request.user)
        messages.success(request, gettext("The address may be messaged again."))
        return redirect("contact_detail", pk=contact.pk)
    return ask(
        request,
        question=gettext("Message this address again?"),
        effects=_effects_of_lifting(suppression),
        yes=gettext("Allow it again"),
        back=reverse("contact_detail", args=[contact.pk]),
        form=form,
        status=422 if form.errors else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CONTACTS)
@requires(Permission.VIEW_PEOPLE)
def consent_change(request: SignedInRequest, pk: int, channel: str, purpose: str) -> HttpResponse:
    """Ask what the person said and how we know, then put it in force."""
    if channel not in Channel.values or purpose not in Purpose.values:
        raise Http404
    contact = get_object_or_404(Contact.objects.present(), pk=pk)
    form = ConsentForm(request.POST or None, initial={"status": _status(contact, channel, purpose)})
    if request.method == "POST" and form.is_valid():
        change_consent(contact=contact, channel=channel, purpose=purpose, by=request.user, **form.cleaned_data)
        messages.success(request, gettext("What they said is saved."))
        return redirect("contact_detail", pk=contact.pk)
    named = {"name": contact, "channel": Channel(channel).label, "purpose": str(Purpose(purpose).label).lower()}
    return ask(
        request,
        question=gettext("What did %(name)s say about %(channel)s (%(purpose)s)?") % named,
        effects=[gettext("It holds from now on, also for campaigns that are running.")],
        yes=gettext("Save"),
        back=reverse("contact_detail", args=[contact.pk]),
        form=form,
        is_dangerous=False,
        status=422 if form.errors else 200,
    )


def _add(request: SignedInRequest, contact: Contact, form: AddressForm) -> bool:
    """Add the address of a valid form; False, with the reason at the field, where it cannot be."""
    country = contact.country or Installation.current().default_country
    try:
        address = contact_changes.add_address(contact=contact, country=country, by=request.user, **form.cleaned_data)
    except contact_changes.AlreadyThere:
        form.add_error("value", gettext("They have this address already."))
    except ValueError as unreadable:
        form.add_error("value", str(unreadable))
    else:
        messages.success(request, gettext("%(address)s is added.") % {"address": address})
        return True
    return False


def _status(contact: Contact, channel: str, purpose: str) -> str:
    consent = Consent.objects.filter(contact=contact, channel=channel, purpose=purpose).first()
    return consent.status if consent else ""


def _effects_of_lifting(suppression: Suppression) -> list[str]:
    effects = {
        Suppression.Reason.HARD_BOUNCE: gettext("It bounced: nobody may be there, and bounces spoil your good name."),
        Suppression.Reason.COMPLAINT: gettext("The person complained. Do this only if they asked you to."),
        Suppression.Reason.UNSUBSCRIBE: gettext("The person asked for no more. Do this only if they asked you to."),
        Suppression.Reason.MANUAL: gettext("A colleague entered it: %(note)s") % {"note": suppression.note or "—"},
    }
    return [
        effects[Suppression.Reason(suppression.reason)],
        gettext("Consent is a thing of its own: without it there is still no marketing."),
    ]
