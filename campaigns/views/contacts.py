"""Contacts: the list, a person's page, their particulars, and deleting them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.audience.contact_changes import change_contact
from campaigns.audience.deleting import delete_contact, open_enrolments
from campaigns.audience.finding import Found, Sort, find
from campaigns.audience.person_page import load_person
from campaigns.audience.rules import InvalidRule
from campaigns.forms.contacts import AddressForm, AttributeFormSet, ContactForm, FindForm, attribute_rows
from campaigns.models import Address, Contact, TestAddress
from campaigns.partials import ask, render_partial
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.sort_links import sort_link
from channels import own_sandbox
from channels.kinds import AddressKind

# What a person can read out; a token or an id of a messenger is shown by the name of its kind.
_KNOWN_BY_HEART = frozenset({AddressKind.PHONE, AddressKind.EMAIL})


@dataclass(frozen=True, kw_only=True)
class Line:
    """A contact as the list shows it: the addresses that people know, and the names of the other kinds there are."""

    contact: Contact
    addresses: Sequence[Address]
    others: Sequence[str]


@never_cache
@require_safe
@requires(Permission.VIEW_PEOPLE)
def contact_list(request: SignedInRequest) -> HttpResponse:
    """All contacts, in some order, narrowed by a text and by what else is asked for."""
    form = FindForm(request.GET)
    found = _found(request, form)
    context = {
        "form": form,
        "found": found,
        "page": found and found.page,
        "lines": _lines(found.page.rows if found else []),
        "by_name": sort_link(form.wish.sort, ascending=Sort.NAME, descending=Sort.NAME_DOWN, first=Sort.NAME),
        "by_age": sort_link(form.wish.sort, ascending=Sort.OLDEST, descending=Sort.NEWEST, first=Sort.NEWEST),
    }
    return render_partial(request, "contacts/list.html", context, fragment="found")


@never_cache
@require_safe
@requires(Permission.VIEW_PEOPLE)
def contact_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything known of a person, and what may be done with it."""
    contact = get_object_or_404(Contact, pk=pk)
    if contact.deleted_at:
        return render(request, "contacts/deleted.html", {"contact": contact}, status=410)
    context = {
        "person": load_person(contact),
        "contact": contact,
        "address_form": AddressForm(),
        "may_change": can(request.user, Permission.MANAGE_CONTACTS),
        "has_sandbox": own_sandbox.is_there(),
    }
    return render(request, "contacts/detail.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CONTACTS)
@requires(Permission.VIEW_PEOPLE)
def contact_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Names, birth date, language, zone, preferences, attributes."""
    contact = get_object_or_404(Contact.objects.present(), pk=pk)
    form = ContactForm(request.POST or None, instance=contact)
    attributes = AttributeFormSet(request.POST or None, initial=attribute_rows(contact), prefix="attributes")
    if request.method == "POST" and form.is_valid() and attributes.is_valid():
        changed = set(form.changed_data)
        if attributes.has_changed():
            contact.attributes = attributes.attributes(contact.attributes)
            changed.add("attributes")
        change_contact(contact=contact, changed=changed, by=request.user)
        messages.success(request, gettext("%(name)s is saved.") % {"name": contact})
        return redirect("contact_detail", pk=contact.pk)
    context = {"form": form, "attributes": attributes, "contact": contact}
    return render(request, "contacts/edit.html", context, status=422 if request.method == "POST" else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CONTACTS)
@requires(Permission.VIEW_PEOPLE)
def contact_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then end what the contact is inside and forget who it was."""
    contact = get_object_or_404(Contact.objects.present(), pk=pk)
    if request.method == "POST":
        delete_contact(contact=contact, actor=request.user)
        messages.success(request, gettext("The contact is deleted."))
        return redirect("contact_list")
    return ask(
        request,
        question=gettext("Delete %(name)s?") % {"name": contact},
        effects=_effects_of_deleting(contact),
        yes=gettext("Delete"),
        back=reverse("contact_detail", args=[contact.pk]),
    )


def _found(request: SignedInRequest, form: FindForm) -> Found | None:
    """The page that is asked for; None, which the reader is told, where the segment has no rule to ask by."""
    try:
        return find(form.wish, cursor=request.GET.get("cursor", ""))
    except InvalidRule:
        messages.warning(request, gettext("The rule of this segment can no longer be read."))
        return None


def _lines(contacts: Sequence[Contact]) -> list[Line]:
    addresses = Address.objects.filter(contact__in=contacts, is_primary=True, is_live=True).order_by("kind", "id")
    by_contact: dict[int, list[Address]] = {contact.pk: [] for contact in contacts}
    for address in addresses:
        by_contact[address.contact_id].append(address)
    return [_line(contact, by_contact[contact.pk]) for contact in contacts]


def _line(contact: Contact, addresses: Sequence[Address]) -> Line:
    known = [address for address in addresses if address.kind in _KNOWN_BY_HEART]
    others = [address.get_kind_display() for address in addresses if address.kind not in _KNOWN_BY_HEART]
    return Line(contact=contact, addresses=known, others=others)


def _effects_of_deleting(contact: Contact) -> list[str]:
    inside = open_enrolments(contact)
    effects = [
        gettext("Name, addresses, consents and everything else about them is erased and cannot be brought back."),
        gettext("The figures of campaigns stay as they are. An address that must not be messaged stays so, as a code."),
    ]
    if TestAddress.objects.filter(value__in=contact.addresses.values("value")).exists():
        effects.append(gettext("A test person has the same address and stays: remove them among the test people."))
    if inside:
        sentence = ngettext(
            "They are inside %(count)s campaign, which ends for them at once.",
            "They are inside %(count)s campaigns, which end for them at once.",
            inside,
        )
        effects.insert(0, sentence % {"count": inside})
    return effects
