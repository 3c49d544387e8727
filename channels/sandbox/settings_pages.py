"""The page on which the audience and the faults are set."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.sandbox.api import VENDOR
from channels.sandbox.markup import Html, fill, joined, page
from channels.sandbox.preferences import FAULTS, BadPreferences, FaultRule, Preferences, as_json
from channels.sandbox.vocabulary import APPS

LABELS = {
    "delivered": "are delivered",
    "opened": "open it",
    "clicked": "follow a link",
    "replied": "answer",
    "opted_out": "ask for no more",
    "complained": "report spam",
    "scanned": "are scanned by a machine first",
    "picked_up": "pick up",
    "voicemail": "have voicemail answer",
}


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
    return _page(request, notice="Saved." if "saved" in request.query else "")


def _page(request: web.Request, *, notice: str = "", status: int = 200) -> web.Response:
    preferences = request.app[VENDOR].preferences
    asked = request.query.get("channel", "sms")
    channel = asked if asked in APPS else "sms"
    return page(
        "settings",
        title="Audience and faults",
        status=status,
        notice=fill("notice", text=notice) if notice else Html(""),
        is_on=Html("checked") if preferences.is_on else Html(""),
        time_factor=f"{preferences.time_factor:g}",
        seed=preferences.seed,
        by_hand="\n".join(preferences.by_hand),
        tabs=joined(_tab(name, is_current=name == channel) for name in APPS),
        channel=channel,
        label=APPS[channel].label,
        behaviours=_behaviours(preferences, channel),
        faults=joined(_fault(number, rule) for number, rule in enumerate(preferences.faults)) or fill("no_faults"),
        known_faults=joined(fill("option", value=name, label=label) for name, label in FAULTS.items()),
        channels=joined(
            [fill("option", value="", label="any"), *(fill("option", value=k, label=a.label) for k, a in APPS.items())]
        ),
    )


def _tab(name: str, *, is_current: bool) -> Html:
    current = Html('aria-current="true"') if is_current else Html("")
    return fill("tab", channel=name, label=APPS[name].label, current=current)


def _behaviours(preferences: Preferences, channel: str) -> Html:
    return joined(
        fill("behaviour", name=name, label=LABELS[name], chance=f"{one.chance * 100:g}", seconds=f"{one.seconds:g}")
        for name, one in preferences.behaviours[channel].items()
    )


def _fault(number: int, rule: FaultRule) -> Html:
    told = [APPS[rule.channel].label if rule.channel else "any channel", rule.sender, rule.address]
    told.append(f"{rule.chance:.0%}" if rule.chance < 1 else "")
    told.append(f"{rule.times} more times" if rule.times else "always")
    return fill("fault", number=number, text=FAULTS[rule.fault], where=" · ".join(filter(None, told)))


async def save_audience(request: web.Request) -> web.Response:
    """Keep what the form says about people, of the channel that was shown."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    channel = form.get("channel", "")
    try:
        request.app[VENDOR].change(_audience(form, channel, request.app[VENDOR].preferences))
    except (BadPreferences, ValueError) as error:
        return _page(request, notice=f"Not saved: {error}.", status=422)
    raise web.HTTPSeeOther(f"/settings?{urlencode({'channel': channel, 'saved': 1})}")


def _audience(form: Mapping[str, str], channel: str, current: Preferences) -> dict[str, Any]:
    behaviours = {
        name: {"chance": _decimal(form[f"{name} chance"]) / 100, "seconds": _decimal(form[f"{name} seconds"])}
        for name in current.behaviours.get(channel, {})
        if f"{name} chance" in form
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
        return _page(request, notice=f"Not added: {error}.", status=422)
    raise web.HTTPSeeOther("/settings?saved=1")


async def remove_fault(request: web.Request) -> web.Response:
    """Remove the rule with a number of the list."""
    number = str((await request.post()).get("number", ""))
    rules = as_json(request.app[VENDOR].preferences)["faults"]
    kept = [rule for place, rule in enumerate(rules) if str(place) != number]
    request.app[VENDOR].change({"faults": kept})
    raise web.HTTPSeeOther("/settings?saved=1")


def _decimal(text: str) -> float:
    """A number as it is typed, with a comma or a point. Raises ValueError."""
    return float(text.strip().replace(",", "."))
