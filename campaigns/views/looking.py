"""Which person, which channel and which text the editor shows the message for."""

from dataclasses import replace

from django.db.models import Prefetch, Q

from campaigns.asked_ids import read_id
from campaigns.audience.finding import first_found
from campaigns.blueprints import Blueprint
from campaigns.composing import NoContent, pick_content
from campaigns.editor import Place, channels_at
from campaigns.launch_checks.message import text_query
from campaigns.models import Address, Contact, Content
from campaigns.permissions import Permission, SignedInRequest, can
from campaigns.previews import Look, find_person, look_at
from channels.kinds import AddressKind, Channel

_MOST_FOUND = 8


def look_for(
    request: SignedInRequest,
    blueprint: Blueprint,
    place: Place,
    *,
    content: Content | None = None,
    link_url: str | None = None,
) -> Look | None:
    """The look of `content` (None: the saved text of `place`) for the chosen person, if this user may see people.

    Where this person would get another of the texts, that is what they see.
    """
    channels = channels_at(blueprint, place)
    channel = place.channel or _shown_channel(request, blueprint) or _first(channels)
    written = content or blueprint.texts.used_on(channel, place.language)
    if written is None:
        return None
    person = _person(request, blueprint, place)
    language = person.language if person else place.language
    used = _used(blueprint, place, written, channel=channel, language=language)
    look = look_at(
        blueprint, used, channel=channel, person=person, link_url=link_url, written=written, channels=channels
    )
    choices = () if place.channel else tuple(blueprint.channels)
    is_other = (used.channel, used.language) != (place.channel, place.language)
    other_text = text_query(used.channel, used.language) if is_other else None
    return look and replace(look, choices=choices, other_text=other_text)


def found_people(request: SignedInRequest) -> list[Contact]:
    """The contacts, with their main addresses, that fit what was typed to find one; none for who may not see people."""
    text = request.GET.get("sought", "").strip()
    if not text or not can(request.user, Permission.VIEW_PEOPLE):
        return []
    addresses = Address.objects.filter(is_primary=True).exclude(kind=AddressKind.PUSH_TOKEN).order_by("pk")
    found = Contact.objects.filter(pk__in=first_found(text, most=_MOST_FOUND)).order_by("-pk")
    return list(found.prefetch_related(Prefetch("addresses", addresses)))


def _shown_channel(request: SignedInRequest, blueprint: Blueprint) -> str:
    """The channel of the chain that was chosen for the preview; "" for none."""
    chosen = _told(request, "shown") or request.POST.get("at_shown", "")
    return chosen if chosen in blueprint.channels else ""


def _first(channels: list[str]) -> str:
    """The channel for which the general text is shown: SMS where it counts parts, else the first that uses it."""
    return Channel.SMS.value if Channel.SMS in channels or not channels else channels[0]


def _used(blueprint: Blueprint, place: Place, written: Content, *, channel: str, language: str) -> Content:
    """The text that is read on `channel` in `language` once `written` is saved at `place`."""
    fields = ("subject", "text", "image_url", "button_label")
    here = Content(channel=place.channel, language=place.language, **{name: getattr(written, name) for name in fields})
    others = [each for each in blueprint.texts.contents if str(each) != str(here)]
    try:
        return pick_content([here, *others], channel, language)
    except NoContent:
        return here


def _person(request: SignedInRequest, blueprint: Blueprint, place: Place) -> Contact | None:
    if not can(request.user, Permission.VIEW_PEOPLE):
        return None
    told = {name: _told(request, name) for name in ("after", "person", "at_person")}
    numbers = {name: read_id(text) for name, text in told.items()}
    chosen = numbers["person"] or numbers["at_person"]
    return find_person(blueprint.campaign, after=numbers["after"], pk=chosen, rather=_readers(blueprint, place))


def _readers(blueprint: Blueprint, place: Place) -> Q:
    """Those who get the text at `place` rather than a version in their own language."""
    if place.language:
        return Q(language=place.language)
    channels = {"", place.channel}
    written = {each.language for each in blueprint.texts.contents if each.language and each.channel in channels}
    return ~Q(language__in=written)


def _told(request: SignedInRequest, name: str) -> str:
    return request.GET.get(name) or request.POST.get(name, "")
