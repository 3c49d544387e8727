"""Which person and which channel the editor shows the message for."""

from campaigns.blueprints import Blueprint
from campaigns.editor import Place
from campaigns.models import Contact, Content
from campaigns.permissions import Permission, SignedInRequest, can
from campaigns.previews import Look, find_person, look_at
from channels.kinds import Channel


def look_for(
    request: SignedInRequest,
    blueprint: Blueprint,
    place: Place,
    *,
    content: Content | None = None,
    link_url: str | None = None,
) -> Look | None:
    """The look of `content` (None: the saved text of `place`) for the chosen person, if this user may see people."""
    channel = place.channel or _first_general(blueprint)
    content = content or blueprint.texts.used_on(channel, place.language)
    return look_at(blueprint, content, channel=channel, person=_person(request, blueprint), link_url=link_url)


def _first_general(blueprint: Blueprint) -> str:
    """The channel for which the general text is shown: SMS where it counts parts, else the first that uses it."""
    using = [channel.value for channel in blueprint.channels if not blueprint.texts.find(channel.value)]
    return Channel.SMS.value if Channel.SMS in using or not using else using[0]


def _person(request: SignedInRequest, blueprint: Blueprint) -> Contact | None:
    if not can(request.user, Permission.VIEW_PEOPLE):
        return None
    told = {name: request.GET.get(name) or request.POST.get(name, "") for name in ("after", "at_person")}
    numbers = {name: int(text) if text.isdecimal() else 0 for name, text in told.items()}
    return find_person(blueprint.campaign, after=numbers["after"], pk=numbers["at_person"])
