"""The page on which the audience and the faults are set."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.sandbox import words
from channels.sandbox.api import VENDOR
from channels.sandbox.markup import Html, fill, joined, page
from channels.sandbox.preferences import FAULTS, BadPreferences, FaultRule, OutOfRange, Preferences, as_json
from channels.sandbox.vocabulary import APPS
from channels.sandbox.words import gettext as _
from channels.sandbox.words import gettext_noop, ngettext

LABELS = {
    "delivered": gettext_noop("are delivered"),
    "opened": gettext_noop("open it"),
    "clicked": gettext_noop("follow a link"),
    "replied": gettext_noop("answer"),
    "opted_out": gettext_noop("ask for no more"),
    "complained": gettext_noop("report spam"),
    "scanned": gettext_noop("are scanned by a machine first"),
    "picked_up": gettext_noop("pick up"),
    "voicemail": gettext_noop("have voicemail answer"),
}
# What the form calls the numbers that it has once.
FIELDS = {
    "time_factor": gettext_noop("Time runs faster by"),
    "chance": gettext_noop("Of 100 messages"),
    "times": gettext_noop("Times"),
    "seconds": gettext_noop("Waits, seconds"),
}

# What the form of a fault says until somebody types.
USUAL_FAULT = {"sender": "", "address": "", "percent": "100", "times": "0", "seconds": "30"}

# What was typed, by field; nothing where no form was refused.
Answers = Mapping[str, str]
NOTHING: Answers = MappingProxyType({})


class NoNumber(ValueError):
    """What was typed, the text of this error, is no number."""


def routes() -> list[web.RouteDef]:
    """The addresses of the settings."""
    return [
        web.get("/settings", show),
        web.post("/settings/audience", save_audience),
        web.post("/settings/faults", add_fault),
        web.post("/settings/faults/remove", remove_fault),
    ]


async def show(request: web.Request) -> web.Response:
    """The settings, with the behaviours of one channel."""
    return _page(request, notice=_("Saved.") if "saved" in request.query else "")


def _page(
    request: web.Request,
    *,
    notice: str = "",
    status: int = 200,
    audience: Answers = NOTHING,
    fault: Answers = NOTHING,
) -> web.Response:
    """The settings as they are, with what was typed where a form was refused: `audience` or `fault`, by field."""
    preferences = request.app[VENDOR].preferences
    asked = audience.get("channel") or request.query.get("channel", "")
    channel = asked if asked in APPS else "sms"
    is_on = "is_on" in audience if audience else preferences.is_on
    return page(
        "settings",
        title=_("Audience and faults"),
        status=status,
        notice=fill("notice", text=notice) if notice else Html(""),
        is_on=Html("checked") if is_on else Html(""),
        time_factor=audience.get("time_factor", words.typed(preferences.time_factor)),
        seed=audience.get("seed", preferences.seed),
        by_hand=audience.get("by_hand", "\n".join(preferences.by_hand)),
        tabs=joined(_tab(name, is_current=name == channel) for name in APPS),
        channel=channel,
        heading=_("On %(channel)s") % {"channel": _(APPS[channel].label)},
        behaviours=_behaviours(preferences, channel, audience),
        faults=joined(_fault(number, rule) for number, rule in enumerate(preferences.faults)) or fill("no_faults"),
        known_faults=_options([(name, _(label)) for name, label in FAULTS.items()], fault.get("fault", "")),
        channels=_options(
            [("", _("any")), *((name, _(app.label)) for name, app in APPS.items())], fault.get("channel", "")
        ),
        **{f"fault_{name}": fault.get(name, usual) for name, usual in USUAL_FAULT.items()},
    )


def _options(choices: Iterable[tuple[str, str]], chosen: str) -> Html:
    return joined(
        fill("option", value=value, label=label, selected=Html("selected") if value == chosen else Html(""))
        for value, label in choices
    )


def _tab(name: str, *, is_current: bool) -> Html:
    current = Html('aria-current="true"') if is_current else Html("")
    return fill("tab", channel=name, label=_(APPS[name].label), current=current)


def _behaviours(preferences: Preferences, channel: str, typed: Answers) -> Html:
    return joined(
        fill(
            "behaviour",
            name=name,
            label=_(LABELS[name]),
            chance_label=_chance_label(name),
            seconds_label=_seconds_label(name),
            chance=typed.get(f"{name} chance", words.typed(one.chance * 100)),
            seconds=typed.get(f"{name} seconds", words.typed(one.seconds)),
        )
        for name, one in preferences.behaviours[channel].items()
    )


def _chance_label(behaviour: str) -> str:
    return _("%(what)s, percent") % {"what": _(LABELS[behaviour])}


def _seconds_label(behaviour: str) -> str:
    return _("%(what)s, seconds") % {"what": _(LABELS[behaviour])}


def _fault(number: int, rule: FaultRule) -> Html:
    told = [_(APPS[rule.channel].label) if rule.channel else _("any channel"), rule.sender, rule.address]
    told.append(words.percent(rule.chance) if rule.chance < 1 else "")
    told.append(_times(rule.times) if rule.times else _("always"))
    return fill("fault", number=number, text=_(FAULTS[rule.fault]), where=" · ".join(filter(None, told)))


def _times(count: int) -> str:
    return ngettext("%(count)s more time", "%(count)s more times", count) % {"count": words.number(count)}


async def save_audience(request: web.Request) -> web.Response:
    """Keep what the form says about people, of the channel that was shown."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    channel = form.get("channel", "")
    try:
        request.app[VENDOR].change(_audience(form, channel, request.app[VENDOR].preferences))
    except (BadPreferences, ValueError) as error:
        return _page(request, notice=_("Not saved: %(why)s.") % {"why": _why(error)}, status=422, audience=form)
    raise web.HTTPSeeOther(f"/settings?{urlencode({'channel': channel, 'saved': 1})}")


def _audience(form: Mapping[str, str], channel: str, current: Preferences) -> dict[str, Any]:
    behaviours = {
        name: {"chance": _decimal(form[f"{name} chance"]) / 100, "seconds": _decimal(form[f"{name} seconds"])}
        for name in current.behaviours.get(channel, {})
        if {f"{name} chance", f"{name} seconds"} <= form.keys()
    }
    return {
        "is_on": "is_on" in form,
        "time_factor": _decimal(form.get("time_factor", "1")),
        "seed": form.get("seed", current.seed),
        "by_hand": form.get("by_hand", "").splitlines(),
        "behaviours": {channel: behaviours},
    }


async def add_fault(request: web.Request) -> web.Response:
    """Add one rule."""
    form = {name: str(value).strip() for name, value in (await request.post()).items()}
    vendor = request.app[VENDOR]
    try:
        rule = FaultRule(
            fault=form.get("fault", ""),
            channel=form.get("channel", ""),
            sender=form.get("sender", ""),
            address=form.get("address", ""),
            chance=_decimal(form.get("percent", "100")) / 100,
            times=int(_decimal(form.get("times", "0"))),
            seconds=_decimal(form.get("seconds", "30")),
        )
        vendor.change({"faults": [*as_json(vendor.preferences)["faults"], asdict(rule)]})
    except (BadPreferences, ValueError) as error:
        return _page(request, notice=_("Not added: %(why)s.") % {"why": _why(error)}, status=422, fault=form)
    raise web.HTTPSeeOther("/settings?saved=1")


async def remove_fault(request: web.Request) -> web.Response:
    """Remove the rule with a number of the list."""
    number = str((await request.post()).get("number", ""))
    rules = as_json(request.app[VENDOR].preferences)["faults"]
    kept = [rule for place, rule in enumerate(rules) if str(place) != number]
    request.app[VENDOR].change({"faults": kept})
    raise web.HTTPSeeOther("/settings?saved=1")


def _decimal(text: str) -> float:
    """A number as it is typed, with a comma or a point. Raises NoNumber."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        raise NoNumber(text) from None
    if not math.isfinite(number):
        raise NoNumber(text)
    return number


def _why(error: Exception) -> str:
    """What is wrong with a form, in the words of the page."""
    match error:
        case NoNumber():
            return _("“%(text)s” is no number") % {"text": error}
        case OutOfRange():
            # The page counts of 100 what the settings count of 1.
            scale = 100 if error.name.endswith("chance") else 1
            return _("“%(field)s” has to be between %(least)s and %(most)s") % {
                "field": _field(error.name),
                "least": words.number(error.least * scale),
                "most": words.number(error.most * scale),
            }
        case _:
            return _("the form cannot be read")


def _field(name: str) -> str:
    """What the page calls the number `name`: "times", or "sms clicked chance"."""
    if name in FIELDS:
        return _(FIELDS[name])
    behaviour, kind = name.split()[-2:]
    return _chance_label(behaviour) if kind == "chance" else _seconds_label(behaviour)
